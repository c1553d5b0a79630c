/* test_names.c - host names, given addresses, and answers that are kept. */
#include "scratch.h"

#include <pthread.h>

#include "core/entry.h"
#include "net/addrs.h"
#include "net/hostname.h"
#include "net/names.h"

static struct settings settings;
static struct error error;

static struct names *open_with(const char *hosts, const char *resolve)
{
	strings_release(&settings.resolve);
	if (resolve)
		strings_add(&settings.resolve, resolve);
	if (hosts)
		check(scratch_write("hosts", hosts));
	return names_new(&settings, hosts ? "hosts" : "no-such-file", &error);
}

/* What is known: the list, "!text" of a failure, "?" when nothing is. */
static const char *known(struct names *names, const char *host, int port, nstime now)
{
	static char text[256];
	const struct addresses *got = names_get(names, host, port, now);

	if (!got)
		return "?";
	snprintf(text, sizeof(text), "%s%s", got->list ? "" : "!",
		got->list ? got->list : got->text);
	names_put(got);
	return text;
}

static void learn(struct names *names, const char *host, const char *list, int ttl,
	enum kind kind, nstime now)
{
	const struct addresses *got =
		names_learn(names, host, list, ttl, kind, "why", now);

	check(got && (got->list == NULL) == (list == NULL));
	names_put(got);
}

static void tells_literals_from_names(void)
{
	static const char *const literals[] = {"127.0.0.1", "::1", "[::1]",
		"[2001:db8::1]", "fe80::1%eth0", "[fe80::1%25eth0]", "255.255.255.255",
		NULL};
	static const char *const others[] = {"", "[", "[]", "%", "[%]", "localhost",
		"1.2.3", "1.2.3.4.", "[1.2.3.4]", "1.2.3.4%eth0", "256.1.1.1", "[::1",
		"::1]", "::g", "1.2.3.4:80", NULL};

	for (size_t i = 0; literals[i]; i++)
		check(names_is_literal(literals[i]));
	for (size_t i = 0; others[i]; i++)
		check(!names_is_literal(others[i]));
}

static void folds_names(void)
{
	char key[HOSTNAME_ROOM], name[300];

	check_int(hostname_key(key, "WWW.Example.COM"), 0);
	check_str(key, "www.example.com");
	check_int(hostname_key(key, "_a-1.b."), 0);
	check_str(key, "_a-1.b");
	check_int(hostname_key(key, ""), -1);
	check_int(hostname_key(key, "."), -1);
	check_int(hostname_key(key, "a.."), -1);
	check_int(hostname_key(key, "a..b"), -1);
	check_int(hostname_key(key, ".a"), -1);
	check_int(hostname_key(key, "a b"), -1);
	check_int(hostname_key(key, "a\n"), -1);
	check_int(hostname_key(key, "a\\.b"), -1);
	check_int(hostname_key(key, "a:80"), -1);
	check_int(hostname_key(key, "b\xc3\xbc.de"), -1);
	check_int(hostname_key(key, "\x7f"), -1);

	for (size_t i = 0; i < 299; i++)
		name[i] = i % 50 == 49 ? '.' : 'x';
	name[253] = '\0';
	check_int(hostname_key(key, name), 0);
	check_int(strlen(key), 253);
	name[253] = '.';
	name[254] = '\0';
	check_int(hostname_key(key, name), 0); /* the final dot does not count */
	name[253] = 'x';
	check_int(hostname_key(key, name), -1);
	memset(name, 'x', 64);
	name[63] = '\0';
	check_int(hostname_key(key, name), 0);
	name[63] = 'x';
	name[64] = '\0';
	check_int(hostname_key(key, name), -1);

	check(hostname_is_localhost("localhost"));
	check(hostname_is_localhost("a.b.localhost"));
	check(!hostname_is_localhost("notlocalhost"));
	check(!hostname_is_localhost("localhost.com"));
	check(!hostname_is_localhost("host"));
}

static void orders_addresses(void)
{
	static const char *const texts[] = {"1.1.1.1", "2.2.2.2", "1.1.1.1", "3.3.3.3",
		"4.4.4.4", "2001:db8::1", "[2001:db8::2]", "2001:db8::1"};
	struct buf list = BUF_INIT;
	struct addrs addrs = {0};
	struct addr addr;

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		check_int(addr_parse(&addr, texts[i], strlen(texts[i])), 0);
		addrs_add(&addrs, &addr);
	}
	check_int(addrs.count, 2 + ADDRS_EACH);
	addrs_write(&addrs, true, &list);
	check_str(list.data, "[2001:db8::1],1.1.1.1,[2001:db8::2],2.2.2.2,3.3.3.3");
	buf_clear(&list);
	addrs_write(&addrs, false, &list);
	check_str(list.data, "1.1.1.1,2.2.2.2,3.3.3.3,[2001:db8::1],[2001:db8::2]");
	buf_clear(&list);
	addrs_write(&(struct addrs){0}, true, &list);
	check_str(list.data, "");
	buf_release(&list);
}

static void reads_hosts(void)
{
	struct names *names = open_with("# a comment\n"
					"\n"
					"   \t  \n"
					"10.0.0.1 one uno # eins\n"
					"\t10.0.0.2\ttwo\tdue#zwei\r\n"
					"10.0.0.3 ONE.Example.\n"
					"10.0.0.4 one\n"
					"10.0.0.1 one\n"
					"2001:db8::1 six one\n"
					"fe80::1%lo zoned\n"
					"10.0.0 short\n"
					"10.0.0.5\n"
					"ten words\n"
					"10.0.0.6 b@d good ..\n"
					"10.0.0.7:80 port\n"
					"10.0.0.8 last",
		NULL);
	bool v6_first = names_v6_first(names);

	check_str(known(names, "uno", 80, 0), "10.0.0.1");
	check_str(known(names, "TWO.", 80, 0), "10.0.0.2");
	check_str(known(names, "due", 0, NSTIME_NEVER - 1), "10.0.0.2");
	check_str(known(names, "one.example", 80, 0), "10.0.0.3");
	check_str(known(names, "one", 80, 0),
		v6_first ? "[2001:db8::1],10.0.0.1,10.0.0.4"
			 : "10.0.0.1,10.0.0.4,[2001:db8::1]");
	check_str(known(names, "six", 80, 0), "[2001:db8::1]");
	check_str(known(names, "good", 80, 0), "10.0.0.6");
	check_str(known(names, "last", 80, 0), "10.0.0.8");
	check_str(known(names, "zoned", 80, 0), "?");
	check_str(known(names, "short", 80, 0), "?");
	check_str(known(names, "words", 80, 0), "?");
	check_str(known(names, "port", 80, 0), "?");
	check_str(known(names, "eins", 80, 0), "?");
	check_str(known(names, "zwei", 80, 0), "?");
	names_free(names);

	settings.family = IP_V4;
	names = open_with("10.0.0.1 one\n2001:db8::1 one six\n", NULL);
	check_str(known(names, "one", 80, 0), "10.0.0.1");
	check_str(known(names, "six", 80, 0), "?"); /* DNS may have an IPv4 address */
	names_free(names);
	settings.family = IP_ANY;
}

/* Bytes that no editor would write, and a line that is very long. */
static void reads_hostile_hosts(void)
{
	static const char nul[] = "10.0.0.1 a\0b\n10.0.0.2 after\n";
	FILE *file = fopen("hosts", "w");
	struct names *names;

	check(file && fwrite(nul, sizeof(nul) - 1, 1, file) == 1);
	check(fputs("10.0.0.3", file) >= 0);
	for (int i = 0; i < 20000; i++)
		check(fprintf(file, " n%d", i) > 0);
	check(fputs("\n\xff\xfe 10.0.0.4 bom\n10.0.0.5 \xff\n", file) >= 0);
	check(file && fclose(file) == 0);
	names = names_new(&settings, "hosts", &error);
	check_str(known(names, "a", 80, 0), "?");
	check_str(known(names, "after", 80, 0), "10.0.0.2");
	check_str(known(names, "n19999", 80, 0), "10.0.0.3");
	check_str(known(names, "bom", 80, 0), "?");
	names_free(names);

	names = names_new(&settings, ".", &error); /* a directory */
	check(names != NULL);
	names_free(names);
	names = names_new(&settings, NULL, &error); /* whatever this machine has */
	check(names != NULL);
	names_free(names);
}

static void obeys_resolve(void)
{
	struct names *names = open_with("10.0.0.1 a.test\n", "A.Test.:443:1.2.3.4");

	check_str(known(names, "a.test", 443, 0), "1.2.3.4");
	check_str(known(names, "A.TEST.", 443, 0), "1.2.3.4");
	check_str(known(names, "a.test", 80, 0), "10.0.0.1");
	check_str(known(names, "a.test", 0, 0), "10.0.0.1");
	check_str(known(names, "b.test", 443, 0), "?");
	names_free(names);

	names = open_with(NULL, "a:1:1.1.1.1,[2001:db8::1],2001:db8::2,4.4.4.4,5.5.5.5,"
				"6.6.6.6");
	check_str(known(names, "a", 1, 0),
		"1.1.1.1,[2001:db8::1],[2001:db8::2],4.4.4.4,5.5.5.5,6.6.6.6");
	names_free(names);

	names = open_with(NULL, "a:65535:::1"); /* an address may begin with colons */
	check_str(known(names, "a", 65535, 0), "[::1]");
	names_free(names);

	settings.family = IP_V6;
	names = open_with(NULL, "a:80:1.1.1.1,[::2]");
	check_str(known(names, "a", 80, 0), "[::2]");
	names_free(names);
	names = open_with(NULL, "a:80:1.1.1.1");
	check_str(known(names, "a", 80, 0),
		"!--resolve has no address of the wanted family");
	names_free(names);
	settings.family = IP_ANY;

	names_free(open_with(NULL, "a:80:1.1.1.1"));
	strings_add(&settings.resolve, "a:80:2.2.2.2");
	strings_add(&settings.resolve, "b:80:3.3.3.3");
	names = names_new(&settings, "no-such-file", &error);
	check_str(known(names, "a", 80, 0), "2.2.2.2");
	check_str(known(names, "b", 80, 0), "3.3.3.3");
	names_free(names);
}

static void refuses_malformed_resolve(void)
{
	static const char *const bad[] = {"", ":", "::", "a", "a:80", "a:80:", "a:80:,",
		"a:80:1.1.1.1,", "a:80:,1.1.1.1", "a:80:1.1.1.1,,2.2.2.2",
		"a:0:1.1.1.1", "a:65536:1.1.1.1", "a:-1:1.1.1.1", "a::1.1.1.1",
		"a:80x:1.1.1.1", ":80:1.1.1.1", "a b:80:1.1.1.1", "a:80:b",
		"a:80:1.1.1", "a:80:[1.1.1.1]", "a:80:[::1", "a:80:1.1.1.1 ",
		"1.2.3.4:80:1.1.1.1", "[::1]:80:1.1.1.1", "a:80:1.1.1.1:90", NULL};

	for (size_t i = 0; bad[i]; i++) {
		error = (struct error){0};
		check(open_with(NULL, bad[i]) == NULL);
		check_int(error.kind, KIND_USAGE);
		check(strstr(error.text, "--resolve: ") == error.text);
		check(strstr(error.text, "HOST:PORT:ADDR") != NULL);
		check(strstr(error.text, bad[i]) != NULL);
	}
}

static void keeps_local_names_local(void)
{
	struct names *names = open_with(NULL, NULL);

	check(strstr(known(names, "localhost", 80, 0), "127.0.0.1") != NULL);
	check(strstr(known(names, "LocalHost.", 80, 0), "[::1]") != NULL);
	check(strstr(known(names, "a.localhost", 80, 0), "127.0.0.1") != NULL);
	check_str(known(names, "localhost.com", 80, 0), "?");
	names_free(names);
	settings.family = IP_V4;
	names = open_with(NULL, NULL);
	check_str(known(names, "localhost", 80, 0), "127.0.0.1");
	names_free(names);
	settings.family = IP_V6;
	names = open_with("127.0.0.1 localhost\n", NULL);
	check_str(known(names, "localhost", 80, 0), "[::1]");
	names_free(names);
	settings.family = IP_ANY;
	names = open_with("127.0.0.9 localhost\n", NULL);
	check_str(known(names, "localhost", 80, 0), "127.0.0.9");
	check(strstr(known(names, "a.localhost", 80, 0), "127.0.0.1") != NULL);
	names_free(names);
}

static void knows_what_is_no_name(void)
{
	struct names *names = open_with(NULL, NULL);
	const struct addresses *got;
	char name[300];

	memset(name, 'x', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	got = names_get(names, name, 80, 0);
	check(got && !got->list);
	check_int(got ? got->kind : KIND_NONE, KIND_NXDOMAIN);
	names_put(got);
	check_str(known(names, "a\x01z", 80, 0),
		"!no such host: this is not a valid host name");
	learn(names, "a b", NULL, 60, KIND_DNS, 0);
	names_free(names);
}

static void keeps_answers_for_their_time(void)
{
	struct names *names = open_with(NULL, NULL);
	const nstime sec = NS_PER_SEC;

	check_str(known(names, "a.test", 80, 0), "?");
	learn(names, "A.test.", "1.1.1.1", 60, KIND_NONE, 5 * sec);
	check_str(known(names, "a.TEST", 80, 5 * sec), "1.1.1.1");
	check_str(known(names, "a.test.", 443, 65 * sec - 1), "1.1.1.1");
	check_str(known(names, "a.test", 80, 65 * sec), "?");

	learn(names, "a.test", "2.2.2.2", 0, KIND_NONE, 0); /* at least a second */
	check_str(known(names, "a.test", 80, sec - 1), "2.2.2.2");
	check_str(known(names, "a.test", 80, sec), "?");
	learn(names, "a.test", "2.2.2.2", -5, KIND_NONE, 0);
	check_str(known(names, "a.test", 80, sec - 1), "2.2.2.2");
	learn(names, "a.test", "3.3.3.3", INT32_MAX, KIND_NONE,
		0); /* an hour at most */
	check_str(known(names, "a.test", 80, 3600 * sec - 1), "3.3.3.3");
	check_str(known(names, "a.test", 80, 3600 * sec), "?");

	learn(names, "a.test", NULL, 3600, KIND_NXDOMAIN, 0);
	check_str(known(names, "a.test", 80, 10 * sec - 1), "!why");
	check_str(known(names, "a.test", 80, 10 * sec), "?");
	learn(names, "a.test", NULL, 3600, KIND_DNS, 0);
	check_str(known(names, "a.test", 80, sec - 1), "!why");
	check_str(known(names, "a.test", 80, sec), "?");
	names_free(names);
}

static void shares_answers(void)
{
	struct names *names = open_with("10.0.0.1 fixed\n", NULL);
	const struct addresses *first, *same, *second, *fixed, *failure;
	char text[200];

	first = names_learn(names, "a", "1.1.1.1", 60, KIND_NONE, "", 0);
	same = names_get(names, "a", 80, 0);
	check(first == same);
	second = names_learn(names, "a", "2.2.2.2", 60, KIND_NONE, "", 0);
	fixed = names_get(names, "fixed", 80, 0);
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	failure = names_failure(names, KIND_DNS, text, 7);
	check_str(first->list, "1.1.1.1"); /* replaced, but still held */
	check_str(second->list, "2.2.2.2");
	check(first->generation != second->generation);
	check(first->generation != fixed->generation);
	check(second->generation != fixed->generation);
	check_int(fixed->expires, NSTIME_NEVER);
	check_int(second->kind, KIND_NONE);
	check_int(failure->kind, KIND_DNS);
	check(!failure->list && strlen(failure->text) == sizeof(failure->text) - 1);
	names_put(first);
	check_str(known(names, "a", 80, 0), "2.2.2.2");
	names_put(names_share(same));
	names_put(same);
	names_put(second);
	names_put(fixed);
	names_put(failure);
	names_put(NULL);
	names_free(names);
	names_free(NULL);
}

/* 65,536 names fit; then those that have expired go, then the oldest. */
static void is_bounded(void)
{
	struct names *names = open_with(NULL, NULL);
	const nstime sec = NS_PER_SEC;
	char name[32];

	for (int i = 0; i < 65536; i++) {
		snprintf(name, sizeof(name), "n%d.test", i);
		learn(names, name, "1.1.1.1", i == 500 ? 5 : 1000, KIND_NONE, i);
	}
	check_str(known(names, "n0.test", 80, sec), "1.1.1.1");
	check_str(known(names, "n500.test", 80, sec), "1.1.1.1");
	learn(names, "n1.test", "2.2.2.2", 1000, KIND_NONE, sec); /* takes no room */
	check_str(known(names, "n0.test", 80, sec), "1.1.1.1");
	learn(names, "new1.test", "1.1.1.1", 1000, KIND_NONE, 10 * sec);
	check_str(known(names, "n500.test", 80, sec), "?"); /* had expired */
	check_str(known(names, "n0.test", 80, 10 * sec), "1.1.1.1");
	learn(names, "new2.test", "1.1.1.1", 1000, KIND_NONE, 10 * sec);
	check_str(known(names, "n0.test", 80, sec), "?"); /* was the oldest */
	learn(names, "new3.test", "1.1.1.1", 1000, KIND_NONE, 10 * sec);
	check_str(known(names, "n1.test", 80, 10 * sec), "2.2.2.2"); /* was renewed */
	check_str(known(names, "n2.test", 80, 10 * sec), "?");
	check_str(known(names, "n3.test", 80, 10 * sec), "1.1.1.1");
	check_str(known(names, "new1.test", 80, 10 * sec), "1.1.1.1");
	names_free(names);
}

static struct names *claimed_names;

static nstime soon(int ms)
{
	return clock_now() + ms * NS_PER_MS;
}

static void *wait_for_claim(void *context _unused_)
{
	bool claimed;
	const struct addresses *got =
		names_claim(claimed_names, "A.test", soon(20000), &claimed);

	if (got)
		names_put(got);
	else if (claimed)
		names_unclaim(claimed_names, "a.test");
	return (void *)(uintptr_t)(got ? 1 : claimed ? 2 : 3);
}

static void lets_one_ask_for_all(void)
{
	struct names *names = claimed_names = open_with("1.1.1.1 fixed\n", NULL);
	const struct addresses *got;
	pthread_t threads[8];
	bool claimed;
	void *result;
	nstime start = clock_now();

	got = names_claim(names, "fixed", soon(0), &claimed);
	check(got && !claimed);
	names_put(got);
	got = names_claim(names, "not a name", soon(0), &claimed);
	check(got && !claimed);
	names_put(got);
	names_unclaim(names, "not a name");
	names_unclaim(names, "never.claimed");

	check(!names_claim(names, "a.test", soon(0), &claimed) && claimed);
	check(!names_claim(names, "a.test", soon(30), &claimed) && !claimed);
	for (size_t i = 0; i < ARRAY_LEN(threads); i++)
		check_int(pthread_create(&threads[i], NULL, wait_for_claim, NULL), 0);
	learn(names, "a.test", "1.2.3.4", 60, KIND_NONE, clock_now());
	names_unclaim(names, "a.test");
	for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
		pthread_join(threads[i], &result);
		check_int((uintptr_t)result, 1);
	}
	check(clock_now() - start < 10 * NS_PER_SEC); /* nobody was forgotten */
	names_free(names);
}

/* Who claimed it has given up without an answer: each of the others gets its chance. */
static void passes_claims_on(void)
{
	struct names *names = claimed_names = open_with(NULL, NULL);
	pthread_t threads[8];
	bool claimed;
	void *result;
	nstime start = clock_now();

	check(!names_claim(names, "a.test", soon(0), &claimed) && claimed);
	for (size_t i = 0; i < ARRAY_LEN(threads); i++)
		check_int(pthread_create(&threads[i], NULL, wait_for_claim, NULL), 0);
	names_unclaim(names, "a.test");
	for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
		pthread_join(threads[i], &result);
		check_int((uintptr_t)result, 2);
	}
	check(clock_now() - start < 10 * NS_PER_SEC); /* nobody was forgotten */
	names_free(names);
}

/* So many are claimed at a time; those that take too long do not count. */
static void counts_claims(void)
{
	struct names *names;
	char name[32];
	bool claimed;

	settings.family = IP_V4;
	names = open_with(NULL, NULL);
	for (int i = 0; i < NAMES_QUESTIONS_MAX; i++) {
		snprintf(name, sizeof(name), "n%d.test", i);
		check(!names_claim(names, name, soon(0), &claimed) && claimed);
	}
	check(!names_claim(names, "a.test", soon(10), &claimed) && !claimed);
	names_claim_slow(names, "N5.test");
	names_claim_slow(names, "n5.test"); /* once only */
	names_claim_slow(names, "never.claimed");
	names_claim_slow(names, "not a name");
	check(!names_claim(names, "n5.test", soon(10), &claimed) && !claimed);
	check(!names_claim(names, "a.test", soon(0), &claimed) && claimed);
	check(!names_claim(names, "b.test", soon(10), &claimed) && !claimed);
	names_unclaim(names, "n5.test"); /* did not count: no room comes of it */
	check(!names_claim(names, "b.test", soon(10), &claimed) && !claimed);
	names_unclaim(names, "a.test");
	check(!names_claim(names, "b.test", soon(0), &claimed) && claimed);
	names_unclaim(names, "b.test");
	for (int i = 0; i < NAMES_QUESTIONS_MAX; i++) {
		snprintf(name, sizeof(name), "n%d.test", i);
		names_unclaim(names, name);
	}
	names_free(names);
	settings.family = IP_ANY;
}

static void knows_the_families_to_ask_for(void)
{
	struct names *names = open_with(NULL, NULL);

	check_int(names_family(names), addrs_use_v6() ? IP_ANY : IP_V4);
	check(!names_v6_first(names) || names_family(names) == IP_ANY);
	names_free(names);
	settings.family = IP_V6;
	names = open_with(NULL, NULL);
	check_int(names_family(names), IP_V6);
	names_free(names);
	settings.family = IP_ANY;
}

int main(void)
{
	scratch_enter();
	log_setup(LOG_QUIET, NULL, NULL);
	run(tells_literals_from_names);
	run(folds_names);
	run(orders_addresses);
	run(reads_hosts);
	run(reads_hostile_hosts);
	run(obeys_resolve);
	run(refuses_malformed_resolve);
	run(keeps_local_names_local);
	run(knows_what_is_no_name);
	run(keeps_answers_for_their_time);
	run(shares_answers);
	run(is_bounded);
	run(lets_one_ask_for_all);
	run(passes_claims_on);
	run(counts_claims);
	run(knows_the_families_to_ask_for);
	strings_release(&settings.resolve);
	scratch_leave();
	return done();
}
