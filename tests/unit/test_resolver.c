/* test_resolver.c - asking DNS, one name at a time: what is found, what fails, and why. */
#include "asking.h"

#define LABEL_60 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define LONG_NAME LABEL_60 "." LABEL_60 "." LABEL_60 "." LABEL_60 ".long.test"

static void finds_addresses(void)
{
	struct fixture f = {.waiting = 0};

	set_up(&f, NULL, 0, true);
	check_told(&f, "both.test",
		names_v6_first(f.names) ? "[2001:db8::1],192.0.2.1,192.0.2.2"
					: "192.0.2.1,192.0.2.2,[2001:db8::1]");
	check_told(&f, "v4.test", "192.0.2.4");
	check_told(&f, "v6.test", "[2001:db8::6]");
	check_told(&f, "many.test", "192.0.2.1,192.0.2.2,192.0.2.3");
	check_told(&f, "alias.test", "192.0.2.33");
	check_int(resolver_deadline(f.resolver, 7), NSTIME_NEVER);
	tear_down(&f);
}

static void asks_for_one_family(void)
{
	struct fixture f = {.settings.family = IP_V4};

	set_up(&f, NULL, 0, true);
	check_told(&f, "both.test", "192.0.2.1,192.0.2.2");
	check_fails(&f, "v6.test", KIND_NXDOMAIN, "no such host");
	check_int(dnsd_asked(f.dns, "both.test", DNSD_AAAA), 0);
	tear_down(&f);

	f = (struct fixture){.settings.family = IP_V6};
	set_up(&f, NULL, 0, true);
	check_told(&f, "both.test", "[2001:db8::1]");
	check_int(dnsd_asked(f.dns, "both.test", DNSD_A), 0);
	tear_down(&f);
}

static void keeps_answers_as_long_as_told(void)
{
	struct fixture f = {.waiting = 0};

	set_up(&f, NULL, 0, true);
	check_kept(&f, "short.test", 1);
	check_kept(&f, "zero.test", 1);
	check_kept(&f, "alias.test", 30); /* the least of the chain counts */
	check_kept(&f, "nowhere.test", 10);
	check_kept(&f, "servfail.test", 1);
	check_int(dnsd_asked(f.dns, "alias.test", 0), 2);
	asked_for(&f, "alias.test"); /* told again, not asked again */
	asked_for(&f, "ALIAS.test.");
	check_int(dnsd_asked(f.dns, "alias.test", 0), 2);
	tear_down(&f);
}

static void tells_failures_apart(void)
{
	struct fixture f = {.waiting = 0};

	set_up(&f, NULL, 0, true);
	check_fails(&f, "nowhere.test", KIND_NXDOMAIN, "no such host");
	check_fails(&f, "nodata.test", KIND_NXDOMAIN, "no such host");
	check_fails(&f, "dangling.test", KIND_NXDOMAIN, "no such host");
	check_fails(&f, "servfail.test", KIND_DNS, "SERVFAIL");
	check_fails(&f, "refused.test", KIND_DNS, "REFUSED");
	check_fails(&f, "garbled.test", KIND_DNS, "makes no sense");
	/* It would only say so again. */
	check_int(dnsd_asked(f.dns, "servfail.test", DNSD_A), 1);
	tear_down(&f);

	f = (struct fixture){.limits.timeout_ms = BRIEF_MS};
	set_up(&f, NULL, 0, true);
	check_fails(&f, "silent.test", KIND_DNS, "no answer");
	check_int(dnsd_asked(f.dns, "silent.test", DNSD_A), 2);
	tear_down(&f);
}

/* What one family fails by must not be hidden by what the other does not have. */
static void weighs_the_families(void)
{
	struct fixture f = {.limits = {.timeout_ms = BRIEF_MS, .tries = 4}};

	set_up(&f, NULL, 0, true);
	check_told(&f, "only4.test", "192.0.2.4");
	check_fails(&f, "broken4.test", KIND_DNS, "SERVFAIL");
	check_fails(&f, "broken6.test", KIND_DNS, "SERVFAIL");
	tear_down(&f);
}

static void asks_nobody_for_some(void)
{
	struct fixture f = {.waiting = 0};
	struct asker local;

	set_up(&f, NULL, 0, true);
	check_fails(&f, "a b.test", KIND_NXDOMAIN, "not a valid host name");
	check_fails(&f, "", KIND_NXDOMAIN, "not a valid host name");
	local = asked_for(&f, "x.LocalHost");
	check(strstr(local.told, "127.0.0.1") != NULL);
	check_int(dnsd_asked_all(f.dns), 0);
	check_int(f.watched, 0);
	tear_down(&f);
}

/* A port where nobody listens. */
static int closed_port(void)
{
	struct sockaddr_in at = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(at);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	check(bind(fd, (struct sockaddr *)&at, size) == 0);
	check(getsockname(fd, (struct sockaddr *)&at, &size) == 0);
	close(fd);
	return ntohs(at.sin_port);
}

static void gets_over_dead_servers(void)
{
	struct fixture f = {.limits.timeout_ms = BRIEF_MS};
	char servers[80];

	snprintf(servers, sizeof(servers), "127.0.0.1:%d", closed_port());
	set_up(&f, servers, 0, true);
	check_fails(&f, "v4.test", KIND_DNS, "no name server can be reached");
	check_int(f.watched, 0); /* the next one may find another network */
	check_fails(&f, "both.test", KIND_DNS, "no name server can be reached");
	tear_down(&f);
}

/* The first server refuses; the second one knows. */
static void asks_the_next_server(void)
{
	static const struct dnsd_rule closed[] = {
		{.name = "*.test", .rcode4 = DNSD_REFUSED, .rcode6 = DNSD_SERVFAIL},
		{.name = NULL},
	};
	struct dnsd *first = dnsd_start(closed, 0), *second = dnsd_start(zone, 0);
	struct fixture f = {.limits.timeout_ms = BRIEF_MS};
	char servers[80];

	snprintf(servers, sizeof(servers), "127.0.0.1:%d,127.0.0.1:%d,127.0.0.1:%d",
		closed_port(), first->port, second->port);
	set_up(&f, servers, 0, true);
	check_told(&f, "v4.test", "192.0.2.4");
	check_fails(&f, "nowhere.test", KIND_NXDOMAIN, "no such host");
	check_fails(&f, "servfail.test", KIND_DNS, "no");
	check(dnsd_asked_all(first) > 0);
	tear_down(&f);

	f = (struct fixture){.limits.timeout_ms = BRIEF_MS};
	snprintf(servers, sizeof(servers), "127.0.0.1:%d,127.0.0.1:%d", first->port,
		second->port);
	set_up(&f, servers, 0, true);
	check_told(&f, "v6.test", "[2001:db8::6]");
	check_fails(&f, "servfail.test", KIND_DNS, "none has an answer");
	tear_down(&f);
	dnsd_stop(first);
	dnsd_stop(second);
}

static void asks_again_by_tcp(void)
{
	struct fixture f = {.waiting = 0};

	set_up(&f, NULL, 0, true);
	check_told(&f, "big.test", "192.0.2.8");
	check_int(dnsd_asked(f.dns, "big.test", DNSD_A), 2);
	check_told(&f, "v4.test", "192.0.2.4");
	tear_down(&f);
}

static void searches_domains(void)
{
	struct fixture f = {.limits.resolv_conf = "resolv.conf"};

	check(scratch_write("resolv.conf",
		"nameserver 192.0.2.53\nsearch corp.test sub.corp.test\n"));
	set_up(&f, NULL, 0, true);
	/* That one of them has no IPv6 address is no reason to look for another. */
	check_told(&f, "host", "192.0.2.77");
	check_int(dnsd_asked_all(f.dns), 2);
	check_fails(&f, "other.", KIND_NXDOMAIN, "no such host");
	check_int(dnsd_asked_all(f.dns), 4);    /* and not other.corp.test */
	check_told(&f, "deep", "192.0.2.78");   /* in the second domain */
	check_told(&f, "v4.test", "192.0.2.4"); /* a dot in it: as it is */
	check_int(dnsd_asked_all(f.dns), 10);
	check_fails(&f, "gone.test", KIND_NXDOMAIN, "no such host");
	check_int(dnsd_asked_all(f.dns), 16);
	check_fails(&f, "flaky", KIND_DNS, "SERVFAIL"); /* it may be there */
	check_int(dnsd_asked_all(f.dns), 18);
	tear_down(&f);

	check(scratch_write("resolv.conf",
		"nameserver 192.0.2.53\nsearch . corp.test\noptions ndots:3\n"));
	f = (struct fixture){.limits.resolv_conf = "resolv.conf"};
	set_up(&f, NULL, 0, true);
	check_told(&f, "host", "192.0.2.77");
	check_told(&f, "v4.test", "192.0.2.4");
	check_int(dnsd_asked_all(f.dns), 6);     /* v4.test.corp.test first */
	check_told(&f, LONG_NAME, "192.0.2.51"); /* too long with a domain */
	tear_down(&f);
}

/* What fails may do so since the network is another one now: resolv.conf is read again. */
static void reads_its_configuration_again(void)
{
	struct fixture f = {.limits.resolv_conf = "resolv.conf"};

	check(scratch_write("resolv.conf", "nameserver 192.0.2.53\nsearch old.test\n"));
	set_up(&f, NULL, 0, true);
	check_fails(&f, "host", KIND_NXDOMAIN, "no such host");
	check(scratch_write(
		"resolv.conf", "nameserver 192.0.2.53\nsearch corp.test\n"));
	check_fails(&f, "deep.sub", KIND_NXDOMAIN, "no such host"); /* no reason yet */
	check_fails(&f, "servfail.test", KIND_DNS, "SERVFAIL");
	check_told(&f, "host.sub", "[2001:db8::77]");
	tear_down(&f);
}

static void reads_servers(void)
{
	static const char *const good[] = {"127.0.0.1", "127.0.0.1:5353", "::1",
		"[::1]", "[::1]:53", "2001:db8::1,192.0.2.1:65535,[2001:db8::2]:1",
		NULL};
	static const char *const bad[] = {"", ",", "127.0.0.1,", ",127.0.0.1",
		"127.0.0.1,,::1", "dns.example", "127.0.0.1:", "127.0.0.1:0",
		"127.0.0.1:65536", "127.0.0.1:5x", "[::1", "[::1]53",
		"[::1]:", "[127.0.0.1]", "127.0.0.1 ", "127.0.0.1 127.0.0.2", "::1:g",
		NULL};
	struct settings settings = {0};
	struct names *names = names_new(&settings, "no-such-file", NULL);
	struct resolver *resolver;
	struct error error;

	for (size_t i = 0; good[i]; i++) {
		settings.dns_servers = (char *)good[i];
		resolver = resolver_new(names, &settings, NULL, &error);
		check(resolver != NULL);
		resolver_free(resolver);
	}
	for (size_t i = 0; bad[i]; i++) {
		settings.dns_servers = (char *)bad[i];
		error = (struct error){0};
		check(resolver_new(names, &settings, NULL, &error) == NULL);
		check_int(error.kind, KIND_USAGE);
		check(strstr(error.text, "--dns-servers: ") == error.text);
		check(strstr(error.text, "write numeric addresses") != NULL);
	}
	resolver_free(NULL);
	names_free(names);
}

int main(void)
{
	scratch_enter();
	run(finds_addresses);
	run(asks_for_one_family);
	run(keeps_answers_as_long_as_told);
	run(tells_failures_apart);
	run(weighs_the_families);
	run(asks_nobody_for_some);
	run(gets_over_dead_servers);
	run(asks_the_next_server);
	run(asks_again_by_tcp);
	run(searches_domains);
	run(reads_its_configuration_again);
	run(reads_servers);
	scratch_leave();
	return done();
}
