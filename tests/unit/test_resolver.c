/* test_resolver.c - asking DNS: a server of our own (dnsd.h) says what comes back. */
#include "scratch.h"

#include <sys/epoll.h>

#include "base/alloc.h"
#include "core/entry.h"
#include "dnsd.h"
#include "net/names.h"
#include "net/resolver.h"

#define LABEL_60 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define LONG_NAME LABEL_60 "." LABEL_60 "." LABEL_60 "." LABEL_60 ".long.test"

#define LONG_MS 20000 /* that long nothing takes but by a bug */
#define BRIEF_MS 100  /* for servers that keep silent */

static const struct dnsd_rule zone[] = {
	{.name = "both.test",
		.v4 = "192.0.2.1 192.0.2.2",
		.v6 = "2001:db8::1",
		.ttl = 300},
	{.name = "v4.test", .v4 = "192.0.2.4", .ttl = 300},
	{.name = "v6.test", .v6 = "2001:db8::6", .ttl = 300},
	{.name = "many.test",
		.v4 = "192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.4 192.0.2.5"},
	{.name = "short.test", .v4 = "192.0.2.9", .ttl = 1},
	{.name = "zero.test", .v4 = "192.0.2.9", .ttl = 0},
	{.name = "alias.test", .cname = "alias2.test", .ttl = 300},
	{.name = "alias2.test", .cname = "alias3.test", .ttl = 30},
	{.name = "alias3.test", .v4 = "192.0.2.33", .ttl = 300},
	{.name = "dangling.test", .cname = "nowhere.test", .ttl = 300},
	{.name = "nodata.test"},
	{.name = "servfail.test", .rcode4 = DNSD_SERVFAIL, .rcode6 = DNSD_SERVFAIL},
	{.name = "refused.test", .rcode4 = DNSD_REFUSED, .rcode6 = DNSD_REFUSED},
	{.name = "garbled.test", .rcode4 = DNSD_GARBLED, .rcode6 = DNSD_GARBLED},
	{.name = "silent.test", .rcode4 = DNSD_SILENT, .rcode6 = DNSD_SILENT},
	{.name = "only4.test", .v4 = "192.0.2.4", .ttl = 9, .rcode6 = DNSD_SILENT},
	{.name = "broken4.test", .rcode4 = DNSD_SERVFAIL},
	{.name = "broken6.test", .rcode4 = DNSD_NXDOMAIN, .rcode6 = DNSD_SERVFAIL},
	{.name = "big.test", .v4 = "192.0.2.8", .ttl = 300, .truncated = true},
	{.name = "host.corp.test", .v4 = "192.0.2.77", .ttl = 300},
	{.name = "host.sub.corp.test", .v6 = "2001:db8::77", .ttl = 300},
	{.name = "deep.sub.corp.test", .v4 = "192.0.2.78", .ttl = 300},
	{.name = "flaky.corp.test", .rcode4 = DNSD_SERVFAIL},
	{.name = "*.many.test", .v4 = "192.0.2.50", .v6 = "2001:db8::50", .ttl = 300},
	{.name = "*.long.test", .v4 = "192.0.2.51", .ttl = 300},
	{.name = NULL},
};

/* One who asks, and what he was told. */
struct asker {
	struct resolver_waiter waiter;
	struct fixture *fixture;
	int calls;
	bool ok;
	enum kind kind;
	char told[256];
	struct asker *cancels, *asks; /* when told */
	const char *asks_for;
};

/* A server, names, a resolver and the loop that watches its sockets. */
struct fixture {
	struct resolver_watch watch;
	struct settings settings;
	struct resolver_limits limits;
	struct dnsd *dns;
	struct names *names;
	struct resolver *resolver;
	int epoll, watched;
	int waiting;
};

static void want(struct resolver_watch *watch, int fd, uint32_t events)
{
	struct fixture *f = container_of(watch, struct fixture, watch);
	struct epoll_event event = {.events = events, .data.fd = fd};

	if (events == 0) {
		check_int(epoll_ctl(f->epoll, EPOLL_CTL_DEL, fd, NULL), 0);
		f->watched--;
	} else if (epoll_ctl(f->epoll, EPOLL_CTL_MOD, fd, &event) < 0) {
		check_int(epoll_ctl(f->epoll, EPOLL_CTL_ADD, fd, &event), 0);
		f->watched++;
	}
}

/* Settings and limits as they are in *f; a server unless `servers` are named. */
static void set_up(struct fixture *f, const char *servers, size_t batch, bool loop)
{
	struct error error = {0};

	if (!f->limits.timeout_ms)
		f->limits.timeout_ms = LONG_MS / 4;
	if (!f->limits.tries)
		f->limits.tries = 2;
	if (!f->limits.queries)
		f->limits.queries = 128;
	f->dns = dnsd_start(zone, batch);
	f->settings.dns_servers =
		servers ? xstrdup(servers) : xasprintf("127.0.0.1:%d", f->dns->port);
	f->epoll = epoll_create1(EPOLL_CLOEXEC);
	f->watch.want = want;
	f->names = names_open(&f->settings, "no-such-file", &error);
	f->resolver = resolver_new_with(
		f->names, &f->settings, loop ? &f->watch : NULL, &f->limits, &error);
	check_str(error.text, "");
}

static void tear_down(struct fixture *f)
{
	resolver_free(f->resolver);
	check_int(f->watched, 0);
	names_close(f->names);
	dnsd_stop(f->dns);
	close(f->epoll);
	free(f->settings.dns_servers);
}

static void ask(struct fixture *f, struct asker *asker, const char *host);

static void note(struct resolver_waiter *waiter, const struct addresses *addresses)
{
	struct asker *asker = container_of(waiter, struct asker, waiter);

	asker->calls++;
	asker->fixture->waiting--;
	asker->kind = addresses->kind;
	asker->ok = addresses->list != NULL;
	snprintf(asker->told, sizeof(asker->told), "%s",
		asker->ok ? addresses->list : addresses->text);
	if (asker->cancels) {
		resolver_cancel(&asker->cancels->waiter);
		asker->fixture->waiting--;
	}
	if (asker->asks)
		ask(asker->fixture, asker->asks, asker->asks_for);
}

static void ask(struct fixture *f, struct asker *asker, const char *host)
{
	int calls = asker->calls;

	asker->fixture = f;
	asker->waiter.done = note;
	list_init(&asker->waiter.link);
	f->waiting++;
	resolver_ask(f->resolver, host, &asker->waiter);
	check_int(asker->calls, calls); /* never from there */
}

/* Run the loop until nobody waits any more. */
static void settle(struct fixture *f)
{
	nstime end = clock_now() + LONG_MS * NS_PER_MS;

	while (f->waiting > 0) {
		struct epoll_event events[4];
		nstime now = clock_now();
		nstime next = resolver_deadline(f->resolver, now);
		int count;

		if (now >= end || (next == NSTIME_NEVER && f->watched == 0)) {
			check(!"somebody waits for ever");
			return;
		}
		count = epoll_wait(f->epoll, events, 4,
			clock_timeout_ms(now, next < end ? next : end));
		for (int i = 0; i < count; i++)
			resolver_ready(
				f->resolver, events[i].data.fd, events[i].events);
		if (next <= clock_now())
			resolver_due(f->resolver);
	}
}

/* Ask for one name, and return what was told. */
static struct asker asked_for(struct fixture *f, const char *host)
{
	struct asker asker = {.calls = 0};

	ask(f, &asker, host);
	settle(f);
	check_int(asker.calls, 1);
	return asker;
}

static void check_told(struct fixture *f, const char *host, const char *told)
{
	struct asker asker = asked_for(f, host);

	check_str(asker.told, told);
	check(asker.ok && asker.kind == KIND_NONE);
}

static void check_fails(
	struct fixture *f, const char *host, enum kind kind, const char *why)
{
	struct asker asker = asked_for(f, host);

	check(!asker.ok);
	check_int(asker.kind, kind);
	check(strstr(asker.told, why) != NULL);
	if (!strstr(asker.told, why))
		printf("# %s: %s\n", host, asker.told);
}

static bool is_known(struct fixture *f, const char *host, nstime now)
{
	const struct addresses *got = names_get(f->names, host, 80, now);

	names_put(f->names, got);
	return got != NULL;
}

/* The answer is kept for so many seconds from when it came. */
static void check_kept(struct fixture *f, const char *host, int seconds)
{
	nstime before = clock_now(), after;

	asked_for(f, host);
	after = clock_now();
	check(is_known(f, host, before + seconds * NS_PER_SEC - 1));
	check(!is_known(f, host, after + seconds * NS_PER_SEC));
}

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

/* A thousand names at once, of which no more than the limit are asked for at a time. */
static void asks_for_many(void)
{
	static struct asker askers[1000];
	struct fixture f = {.waiting = 0};

	memset(askers, 0, sizeof(askers));
	set_up(&f, NULL, 0, true);
	for (int i = 0; i < 1000; i++) {
		char host[32];

		snprintf(host, sizeof(host), "n%d.many.test", i);
		ask(&f, &askers[i], host);
	}
	settle(&f);
	for (int i = 0; i < 1000; i++)
		check(askers[i].calls == 1 && askers[i].ok);
	check_int(dnsd_asked(f.dns, "*.many.test", 0), 2000);
	tear_down(&f);
}

static void limits_what_is_in_flight(void)
{
	static struct asker askers[100];
	struct fixture f = {.limits = {.queries = 20}};

	memset(askers, 0, sizeof(askers));
	set_up(&f, NULL, 20, true); /* answers come only for 20 at a time */
	for (int i = 0; i < 100; i++) {
		char host[32];

		snprintf(host, sizeof(host), "n%d.many.test", i);
		ask(&f, &askers[i], host);
	}
	settle(&f);
	for (int i = 0; i < 100; i++)
		check(askers[i].calls == 1 && askers[i].ok);
	check_int(atomic_load(&f.dns->most_held), 20);
	tear_down(&f);
}

static void asks_once_for_all(void)
{
	static struct asker askers[500];
	struct fixture f = {.waiting = 0};

	memset(askers, 0, sizeof(askers));
	set_up(&f, NULL, 0, true);
	for (int i = 0; i < 500; i++)
		ask(&f, &askers[i], i % 2 ? "both.test" : "BOTH.Test.");
	settle(&f);
	for (int i = 0; i < 500; i++)
		check(askers[i].calls == 1 && askers[i].ok);
	check_int(dnsd_asked(f.dns, "both.test", DNSD_A), 1);
	check_int(dnsd_asked(f.dns, "both.test", DNSD_AAAA), 1);
	tear_down(&f);
}

static void forgets_who_cancels(void)
{
	struct asker a = {0}, b = {0}, c = {0}, d = {0};
	struct fixture f = {.limits.queries = 2};

	set_up(&f, NULL, 0, true);
	ask(&f, &a, "v4.test");
	ask(&f, &b, "v4.test");
	ask(&f, &c, "v4.test");
	ask(&f, &d, "v6.test"); /* queued */
	resolver_cancel(&b.waiter);
	resolver_cancel(&b.waiter);
	resolver_cancel(&d.waiter);
	f.waiting -= 2;
	a.cancels = &c; /* from within its done */
	settle(&f);
	check_int(a.calls, 1);
	check_int(b.calls + c.calls + d.calls, 0);
	resolver_cancel(&a.waiter);

	/* All have cancelled: what was asked for is known, what was queued was not asked. */
	ask(&f, &b, "both.test");
	ask(&f, &d, "v6.test");
	resolver_cancel(&b.waiter);
	resolver_cancel(&d.waiter);
	f.waiting -= 2;
	check_told(&f, "short.test", "192.0.2.9");
	check_int(dnsd_asked(f.dns, "v6.test", 0), 0);
	check(is_known(&f, "both.test", clock_now()));
	check_told(&f, "v6.test", "[2001:db8::6]");
	tear_down(&f);
}

static void may_be_asked_when_it_tells(void)
{
	struct asker a = {0}, b = {0}, c = {0}, d = {0};
	struct fixture f = {.waiting = 0};

	set_up(&f, NULL, 0, true);
	a.asks = &b;
	a.asks_for = "v4.test"; /* the same: it is known by then */
	b.asks = &c;
	b.asks_for = "v6.test";
	c.asks = &d;
	c.asks_for = "not valid";
	ask(&f, &a, "v4.test");
	settle(&f);
	check_int(a.calls + b.calls + c.calls + d.calls, 4);
	check_str(b.told, "192.0.2.4");
	check_str(c.told, "[2001:db8::6]");
	check_int(d.kind, KIND_NXDOMAIN);
	check_int(dnsd_asked(f.dns, "v4.test", DNSD_A), 1);
	tear_down(&f);
}

static void can_be_freed_at_any_time(void)
{
	struct asker a = {0}, b = {0}, c = {0}, d = {0};
	struct fixture f = {.limits.queries = 2};

	set_up(&f, NULL, 0, true);
	ask(&f, &a, "silent.test");
	ask(&f, &b, "silent.test");
	ask(&f, &c, "both.test"); /* queued */
	ask(&f, &d, "localhost"); /* finished */
	check_int(f.watched, 1);
	resolver_free(f.resolver);
	f.resolver = NULL;
	check_int(f.watched, 0);
	check_int(a.calls + b.calls + c.calls + d.calls, 0);
	resolver_cancel(&a.waiter);
	resolver_cancel(&c.waiter);
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
	struct names *names = names_open(&settings, "no-such-file", NULL);
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
	names_close(names);
}

static nstime soon(int ms)
{
	return clock_now() + ms * NS_PER_MS;
}

static void waits_without_a_loop(void)
{
	struct fixture f = {.waiting = 0};
	const struct addresses *got;
	int open_before;
	nstime start;

	set_up(&f, NULL, 0, false);
	open_before = scratch_count("/proc/self/fd");
	got = resolver_wait(f.resolver, "v4.test", soon(LONG_MS));
	check_str(got->list, "192.0.2.4");
	names_put(f.names, got);
	got = resolver_wait(f.resolver, "big.test", soon(LONG_MS)); /* by TCP */
	check_str(got->list, "192.0.2.8");
	names_put(f.names, got);
	got = resolver_wait(f.resolver, "big.test", soon(0)); /* known by now */
	check_str(got->list, "192.0.2.8");
	names_put(f.names, got);
	got = resolver_wait(f.resolver, "nowhere.test", NSTIME_NEVER);
	check_int(got->kind, KIND_NXDOMAIN);
	names_put(f.names, got);
	got = resolver_wait(f.resolver, "not valid", NSTIME_NEVER);
	check_int(got->kind, KIND_NXDOMAIN);
	names_put(f.names, got);
	check_int(scratch_count("/proc/self/fd"), open_before);
	tear_down(&f);

	f = (struct fixture){.limits = {.timeout_ms = LONG_MS}};
	set_up(&f, NULL, 0, false);
	start = clock_now();
	got = resolver_wait(f.resolver, "silent.test", soon(50));
	check(clock_now() - start >= 50 * NS_PER_MS);
	check(clock_now() - start < LONG_MS / 2 * NS_PER_MS);
	check(!got->list);
	check_int(got->kind, KIND_DNS);
	names_put(f.names, got);
	check(!is_known(&f, "silent.test", clock_now())); /* only we had no more time */
	tear_down(&f);

	f = (struct fixture){.limits.timeout_ms = BRIEF_MS};
	set_up(&f, NULL, 0, false);
	got = resolver_wait(f.resolver, "silent.test", soon(LONG_MS));
	check_int(got->kind, KIND_DNS);
	names_put(f.names, got);
	tear_down(&f);
}

#define THREADS 16
#define NAMES_EACH 50

struct worker {
	pthread_t thread;
	struct fixture *fixture;
	int number, names, failed;
	bool alone; /* names that no other asks for */
};

static void *work(void *context)
{
	struct worker *worker = context;
	struct fixture *f = worker->fixture;
	struct resolver *resolver =
		resolver_new_with(f->names, &f->settings, NULL, &f->limits, NULL);

	for (int i = 0; i < worker->names; i++) {
		const struct addresses *got;
		char host[40];

		snprintf(host, sizeof(host), "n%d-%d.many.test",
			worker->alone ? worker->number : 0, i);
		got = resolver_wait(resolver, host, soon(LONG_MS));
		worker->failed += !got->list;
		names_put(f->names, got);
	}
	resolver_free(resolver);
	return NULL;
}

static void run_workers(struct fixture *f, int count, int names, bool alone)
{
	static struct worker workers[256];

	for (int i = 0; i < count; i++) {
		workers[i] = (struct worker){
			.fixture = f, .number = i, .names = names, .alone = alone};
		check_int(
			pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
	}
	for (int i = 0; i < count; i++) {
		check_int(pthread_join(workers[i].thread, NULL), 0);
		check_int(workers[i].failed, 0);
	}
}

static void asks_once_for_all_threads(void)
{
	struct fixture f = {.waiting = 0};

	set_up(&f, NULL, 0, false);
	run_workers(&f, THREADS, NAMES_EACH, false);
	check_int(dnsd_asked(f.dns, "*.many.test", DNSD_A), NAMES_EACH);
	check_int(dnsd_asked(f.dns, "*.many.test", DNSD_AAAA), NAMES_EACH);
	tear_down(&f);
}

/* 64 names are asked for at a time, by however many threads. */
static void limits_threads(void)
{
	struct fixture f = {.settings.family = IP_V4};

	set_up(&f, NULL, 64, false);
	run_workers(&f, 192, 1, true);
	check_int(atomic_load(&f.dns->most_held), 64);
	check_int(dnsd_asked(f.dns, "*.many.test", 0), 192);
	tear_down(&f);
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
	run(asks_for_many);
	run(limits_what_is_in_flight);
	run(asks_once_for_all);
	run(forgets_who_cancels);
	run(may_be_asked_when_it_tells);
	run(can_be_freed_at_any_time);
	run(reads_servers);
	run(waits_without_a_loop);
	run(asks_once_for_all_threads);
	run(limits_threads);
	scratch_leave();
	return done();
}
