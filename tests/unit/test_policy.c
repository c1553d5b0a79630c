/* test_policy.c - every kind and status, how long to wait, which redirects to follow. */
#include "core/policy.h"

#include "base/attr.h"
#include "dice.h"
#include "tap.h"

static const enum kind transient_kinds[] = {KIND_DNS, KIND_CONNECT, KIND_TLS_SETUP,
	KIND_TIMEOUT, KIND_STALL, KIND_NETWORK, KIND_TRUNCATED, KIND_PROTOCOL,
	KIND_RANGE, KIND_CHANGED, KIND_CHECKSUM, KIND_DESCRIPTORS, KIND_CROWDED};

static struct outcome failure(enum kind kind, long status)
{
	return (struct outcome){.type = OUTCOME_FAILED,
		.kind = kind,
		.retry_after = -1,
		.exchange.status = status};
}

static bool is_transient(enum kind kind)
{
	for (size_t i = 0; i < ARRAY_LEN(transient_kinds); i++) {
		if (transient_kinds[i] == kind)
			return true;
	}
	return false;
}

/* A status that was seen before the connection broke must not change the verdict. */
static void kinds(void)
{
	static const long statuses[] = {0, 200, 404, 429, 503};

	for (int kind = KIND_NONE; kind < KIND_COUNT; kind++) {
		if (kind == KIND_HTTP)
			continue;
		for (size_t i = 0; i < ARRAY_LEN(statuses); i++) {
			struct outcome outcome = failure(kind, statuses[i]);

			check_int(policy_is_transient(&outcome), is_transient(kind));
			/* Our own limit is one, too: fewer at a time is the answer. */
			check_int(
				policy_is_refusal(&outcome), kind == KIND_DESCRIPTORS);
			check_int(policy_is_fatal(&outcome), kind == KIND_DISK);
		}
	}
}

static void expired_credentials(void)
{
	struct outcome outcome = failure(KIND_HTTP, 400);

	check(!policy_is_transient(&outcome));
	outcome.renewed = true;
	check(policy_is_transient(&outcome));
	check(!policy_is_refusal(&outcome) && !policy_is_fatal(&outcome));
}

static void statuses(void)
{
	static const long again[] = {408, 425, 429, 500, 502, 503, 504, 522, 524};
	size_t seen = 0;

	for (long status = -1; status < 1100; status++) {
		struct outcome outcome = failure(KIND_HTTP, status);
		bool want = seen < ARRAY_LEN(again) && again[seen] == status;

		seen += want;
		if (policy_is_transient(&outcome) != want)
			printf("# status %ld\n", status);
		check_int(policy_is_transient(&outcome), want);
		check_int(policy_is_refusal(&outcome), status == 429 || status == 503);
		check(!policy_is_fatal(&outcome));
	}
	check_int(seen, ARRAY_LEN(again));
}

static struct settings waits(nstime base, nstime cap)
{
	return (struct settings){.retry_wait = base, .retry_max_wait = cap};
}

/* What the highest random number can make of it, up to the grain of the modulo. */
static nstime most(const struct settings *settings, unsigned round)
{
	nstime most = 0;

	for (int shift = 0; shift < 64; shift++) {
		nstime wait = policy_backoff(settings, round, UINT64_MAX << shift);

		check(wait >= 0);
		most = wait > most ? wait : most;
	}
	return most;
}

/* Uniform in [0, ceiling]: never over it, and about as often above its half as below. */
static void check_spread(
	const struct settings *settings, unsigned round, nstime ceiling)
{
	struct dice dice = {1};
	int high = 0;

	for (int i = 0; i < 2000; i++) {
		nstime wait;

		wait = policy_backoff(settings, round, dice_roll(&dice));
		if (wait < 0 || wait > ceiling)
			printf("# round %u: %" PRId64 " of %" PRId64 "\n", round, wait,
				ceiling);
		check(wait >= 0 && wait <= ceiling);
		high += wait > ceiling / 2;
	}
	check(high > 850 && high < 1150);
}

static void backoff_doubles_up_to_its_cap(void)
{
	struct settings settings = waits(NS_PER_SEC, 20 * NS_PER_SEC);

	check_spread(&settings, 0, NS_PER_SEC);
	check_spread(&settings, 1, 2 * NS_PER_SEC);
	check_spread(&settings, 4, 16 * NS_PER_SEC);
	check_spread(&settings, 5, 20 * NS_PER_SEC);
	check_spread(&settings, 63, 20 * NS_PER_SEC);
	check_spread(&settings, 64, 20 * NS_PER_SEC);
	check_int(policy_backoff(&settings, 3, 0), 0);
}

static void backoff_at_its_bounds(void)
{
	struct settings settings = waits(0, 0);

	check_int(most(&settings, 0), 0);
	settings = waits(NS_PER_SEC, 0); /* the cap has the last word */
	check_int(most(&settings, 0), 0);
	check_int(most(&settings, 9), 0);
	settings = waits(30 * NS_PER_SEC, NS_PER_SEC);
	check_spread(&settings, 0, NS_PER_SEC);
	settings = waits(1, 1);
	check(most(&settings, 7) <= 1);
	/* Doubling past the end of time must not come out negative. */
	settings = waits(NSTIME_NEVER - 1, NSTIME_NEVER);
	check(most(&settings, 1) > 0);
	check(most(&settings, 200) > 0);
	settings = waits(NSTIME_NEVER / 2 + 1, NSTIME_NEVER);
	check(most(&settings, 1) > 0);
}

/* Rounds without number cost nothing, whatever the wait: a scheduler waits for this. */
static void backoff_in_a_late_round(void)
{
	static const nstime bases[] = {0, 1, NS_PER_SEC};
	nstime before = clock_now();

	for (size_t i = 0; i < ARRAY_LEN(bases); i++) {
		struct settings settings = waits(bases[i], 20 * NS_PER_SEC);

		check(policy_backoff(&settings, UINT32_MAX, UINT64_MAX) <=
			20 * NS_PER_SEC);
	}
	check(clock_now() - before < NS_PER_SEC / 2);
}

static void pauses(void)
{
	check_int(policy_pause(0), 0);
	check_int(policy_pause(1), 1);
	check_int(policy_pause(599 * NS_PER_SEC), 599 * NS_PER_SEC);
	check_int(policy_pause(600 * NS_PER_SEC), 600 * NS_PER_SEC);
	check_int(policy_pause(600 * NS_PER_SEC + 1), 600 * NS_PER_SEC);
	check_int(policy_pause(NSTIME_NEVER), 600 * NS_PER_SEC);
}

/* May it be followed? When not, the error must say so in the terms that retry knows. */
static bool follows(const struct settings *settings, const char *from, const char *to,
	unsigned hops, bool from_public)
{
	struct url a, b;
	struct error err = {.kind = KIND_NONE};
	int result;

	if (url_parse(&a, from, NULL) != 0 || url_parse(&b, to, NULL) != 0) {
		printf("# %s or %s is no URL\n", from, to);
		check(false);
		return false;
	}
	result = policy_redirect(settings, &a, &b, hops, from_public, &err);
	check_int(err.kind, result ? KIND_REDIRECT : KIND_NONE);
	url_release(&a);
	url_release(&b);
	return result == 0;
}

static void hops(void)
{
	struct settings settings = {.max_redirs = 3};

	check(follows(&settings, "http://a/", "http://b/", 1, false));
	check(follows(&settings, "http://a/", "http://a/", 3, false));
	check(!follows(&settings, "http://a/", "http://b/", 4, false));
	check(!follows(&settings, "http://a/", "http://b/", UINT32_MAX, false));
	settings.max_redirs = 0;
	check(!follows(&settings, "http://a/", "http://b/", 1, false));
}

static void schemes(void)
{
	struct settings settings = {.max_redirs = 10};

	check(follows(&settings, "http://a/", "https://a/", 1, false));
	check(follows(&settings, "https://a/", "https://b/", 1, false));
	check(!follows(&settings, "https://a/", "http://a/", 1, false));
	check(!follows(&settings, "HTTPS://a/", "HTTP://a/", 1, false));
	settings.allow_downgrade = true;
	check(follows(&settings, "https://a/", "http://a/", 1, false));
}

/* Addresses as a server may write them. */
static const char *const private_hosts[] = {"127.0.0.1", "127.1", "2130706433",
	"0x7f000001", "0177.0.0.1", "10.0.0.1", "172.16.0.1", "172.31.255.255",
	"192.168.1.1", "169.254.169.254", "0.0.0.0", "0", "100.64.0.1", "[::1]", "[::]",
	"[fe80::1]", "[fe80::1%25eth0]", "[FE80::1]", "[fc00::1]", "[fdff::1]",
	"[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]", "[::ffff:a9fe:a9fe]",
	"[0:0:0:0:0:ffff:c0a8:0101]", "[::127.0.0.1]", "[64:ff9b::10.0.0.1]",
	"[2002:7f00:1::]", "127.0.0.1:8080", "user:pw@127.0.0.1", "[::1]:8080"};

static const char *const public_hosts[] = {"example.org", "8.8.8.8", "172.15.255.255",
	"172.32.0.1", "192.169.0.1", "100.63.255.255", "100.128.0.0", "11.0.0.1",
	"[2606:4700::1111]", "[::ffff:8.8.8.8]", "[64:ff9b::8.8.8.8]", "10.example",
	"127.0.0.1.example", "localhost.example", "fe80.example", "8.8.8.8:127"};

static bool follows_to(
	const struct settings *settings, const char *host, bool from_public)
{
	char url[128];

	snprintf(url, sizeof(url), "http://%s/x", host);
	return follows(settings, "http://example.com/", url, 1, from_public);
}

static void addresses(void)
{
	struct settings settings = {.max_redirs = 10};
	struct settings generous = {.max_redirs = 10, .allow_private = true};

	for (size_t i = 0; i < ARRAY_LEN(private_hosts); i++) {
		if (follows_to(&settings, private_hosts[i], true))
			printf("# %s\n", private_hosts[i]);
		check(!follows_to(&settings, private_hosts[i], true));
		check(follows_to(&settings, private_hosts[i], false));
		check(follows_to(&generous, private_hosts[i], true));
	}
	for (size_t i = 0; i < ARRAY_LEN(public_hosts); i++) {
		if (!follows_to(&settings, public_hosts[i], true))
			printf("# %s\n", public_hosts[i]);
		check(follows_to(&settings, public_hosts[i], true));
	}
}

/* A zone so long that the address does not fit must not pass as a name. */
static void long_zone(void)
{
	struct settings settings = {.max_redirs = 10};
	struct url from, to;
	char host[400] = "[fe80::1%25";

	memset(host + strlen(host), 'z', 300);
	host[strlen(host)] = ']';
	check_int(url_parse(&from, "http://example.com/", NULL), 0);
	to = from;
	to.host = host;
	check(policy_redirect(&settings, &from, &to, 1, true, NULL) != 0);
	url_release(&from);
}

int main(void)
{
	run(kinds);
	run(statuses);
	run(expired_credentials);
	run(backoff_doubles_up_to_its_cap);
	run(backoff_at_its_bounds);
	run(backoff_in_a_late_round);
	run(pauses);
	run(hops);
	run(schemes);
	run(addresses);
	run(long_zone);
	return done();
}
