/* test_sched_again.c - the scheduler after an attempt that was not the last: retries, mirrors,
 * pauses, redirects, and the deadline of all of them. */
#include "scheduling.h"

static void retry_waits(void)
{
	struct bench *bench = bench_new(4);

	add(bench, "http://a.test/1");
	turn(bench);
	fail(bench, 1, KIND_NETWORK);
	check(bench->waited >= 0 && bench->waited <= SEC);
	check_int(turn(bench), SCHED_WAIT);
	check_int(bench->wake, bench->now + bench->waited);
	bench->now = bench->wake - 1;
	check_int(turn(bench), SCHED_WAIT);
	check_log(bench, "s1 f1 r1");
	bench->now++;
	turn(bench);
	check_int(bench->flying[0]->ordinal, 2);
	fail(bench, 1, KIND_NETWORK);
	check(bench->waited >= 0 && bench->waited <= 2 * SEC);
	bench->now += bench->waited;
	turn(bench);
	fail(bench, 1, KIND_TRUNCATED);
	check_int(turn(bench), SCHED_FINISHED);
	check_log(bench, "s1 f1 r1 s1 f1 F1");
	check_int(bench->failed, KIND_TRUNCATED);
	check_int(bench->history.attempts, 3);
	check_int(bench->history.retries, 2);
	bench_free(bench);
}

static void tries_of_the_entry(void)
{
	struct bench *bench = bench_new(4);

	add(bench, "http://a.test/1");
	bench->ready[0]->max_tries = 1;
	turn(bench);
	fail(bench, 1, KIND_NETWORK);
	check_int(turn(bench), SCHED_FINISHED);
	check_log(bench, "s1 f1 F1");
	bench_free(bench);
}

static void next_mirror_at_once(void)
{
	struct bench *bench = bench_new(4);

	add(bench, "http://a.test/1");
	mirror(bench, "http://b.test/1");
	turn(bench);
	refuse(bench, 1, 404, -1);
	check_int(bench->waited, 0);
	turn(bench);
	check_str(bench->flying[0]->url, "http://b.test/1");
	check_str(bench->flying[0]->origin_key, "http://b.test:80");
	check(!bench->flying[0]->trusted);
	succeed(bench, 1);
	check_int(turn(bench), SCHED_FINISHED);
	check_log(bench, "s1 f1 r1 s1 f1 D1");
	check_str(bench->url, "http://b.test/1");
	bench_free(bench);
}

/* A failure that is about our file and not about the server: no mirror would help. */
static void failures_of_our_own(void)
{
	static const enum kind kinds[] = {
		KIND_EXISTS, KIND_BAD_NAME, KIND_INTERRUPTED, KIND_INTERNAL};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct bench *bench = bench_new(1);

		add(bench, "http://a.test/1");
		mirror(bench, "http://b.test/1");
		add(bench, "http://a.test/2");
		turn(bench);
		fail(bench, 1, kinds[i]);
		check_int(turn(bench), SCHED_WAIT);
		check_log(bench, "s1 f1 F1 s2");
		check_int(bench->failed, kinds[i]);
		bench_free(bench);
	}
}

static void retry_after_holds_the_origin(void)
{
	struct bench *bench = bench_new(2);

	add(bench, "http://a.test/1");
	add(bench, "http://b.test/2");
	add(bench, "http://a.test/3");
	add(bench, "http://b.test/4");
	turn(bench);
	refuse(bench, 1, 503, 30 * SEC);
	check_int(turn(bench), SCHED_WAIT);
	check_log(bench, "s1 s2 f1 p1 r1 s4");
	succeed(bench, 2);
	succeed(bench, 4);
	check_int(turn(bench), SCHED_WAIT);
	check_int(bench->wake, bench->now + 30 * SEC);
	bench->now += 30 * SEC - 1;
	check_int(turn(bench), SCHED_WAIT);
	bench->now++;
	check_int(turn(bench), SCHED_WAIT);
	check_log(bench, "f2 D2 f4 D4 s1 s3");
	bench_free(bench);
}

static void retry_after_is_cut(void)
{
	struct bench *bench = bench_new(1);

	add(bench, "http://a.test/1");
	turn(bench);
	refuse(bench, 1, 429, 86400 * SEC);
	check_int(turn(bench), SCHED_WAIT);
	check_int(bench->wake, bench->now + 600 * SEC);
	bench_free(bench);
}

/* A status that is no refusal pauses nobody, so its Retry-After must not replace the
 * backoff either: the server would be asked again at once. */
static void retry_after_with_another_status(void)
{
	static const long statuses[] = {500, 502, 504, 408};

	for (size_t i = 0; i < ARRAY_LEN(statuses); i++) {
		struct bench *bench = bench_new(1);

		add(bench, "http://a.test/1");
		turn(bench);
		refuse(bench, 1, statuses[i], 30 * SEC);
		check_int(turn(bench), SCHED_WAIT);
		check(bench->wake > bench->now);
		check_log(bench, "s1 f1 r1");
		bench_free(bench);
	}
}

/* Retry-After: 0 is no wait at all; the backoff still is. */
static void retry_after_nothing(void)
{
	struct bench *bench = bench_new(1);

	add(bench, "http://a.test/1");
	turn(bench);
	refuse(bench, 1, 429, 0);
	check_int(turn(bench), SCHED_WAIT);
	check(bench->wake > bench->now);
	bench_free(bench);
}

/* The last mirror of a round names a time; that is no reason to hurry to the first one. */
static void retry_after_of_another_mirror(void)
{
	struct bench *bench = bench_new(1);

	add(bench, "http://a.test/1");
	mirror(bench, "http://b.test/1");
	turn(bench);
	fail(bench, 1, KIND_CONNECT);
	turn(bench);
	refuse(bench, 1, 503, SEC / 1000);
	check_int(turn(bench), SCHED_WAIT);
	check(bench->wake > bench->now);
	check_log(bench, "s1 f1 r1 s1 f1 p1 r1");
	bench_free(bench);
}

static void redirects(void)
{
	struct bench *bench = bench_new(1);

	add(bench, "http://a.test/1");
	turn(bench);
	send_on(bench, 1, "http://a.test/2", false);
	turn(bench);
	check_str(bench->flying[0]->url, "http://a.test/2");
	check(bench->flying[0]->trusted);
	send_on(bench, 1, "http://b.test/3#fragment", true);
	turn(bench);
	check_str(bench->flying[0]->url, "http://b.test/3");
	check_str(bench->flying[0]->origin_key, "http://b.test:80");
	check(!bench->flying[0]->trusted);
	check(bench->flying[0]->public_only);
	send_on(bench, 1, "https://a.test/4", false);
	turn(bench);
	check(!bench->flying[0]->trusted); /* https is another origin */
	check(bench->flying[0]->public_only);
	succeed(bench, 1);
	check_int(turn(bench), SCHED_FINISHED);
	check_log(bench, "s1 f1 >1 s1 f1 >1 s1 f1 >1 s1 f1 D1");
	check_int(bench->history.redirects, 3);
	check_int(bench->history.attempts, 4);
	check_int(bench->history.retries, 0);
	check_str(bench->url, "https://a.test/4");
	bench_free(bench);
}

static void redirects_that_are_refused(void)
{
	static const struct {
		const char *from, *to;
		bool from_public;
	} cases[] = {
		{"http://a.test/", "ftp://a.test/", false},
		{"http://a.test/", "file:///etc/passwd", false},
		{"http://a.test/", "", false},
		{"http://a.test/", "http://", false},
		{"https://a.test/", "http://a.test/", false},
		{"http://a.test/", "http://127.0.0.1/", true},
		{"http://a.test/", "http://[::ffff:10.0.0.1]/", true},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct bench *bench = bench_new(1);

		add(bench, cases[i].from);
		turn(bench);
		send_on(bench, 1, cases[i].to, cases[i].from_public);
		check_int(turn(bench), SCHED_FINISHED);
		check_log(bench, "s1 f1 F1");
		check_int(bench->failed, KIND_REDIRECT);
		check_str(bench->url, cases[i].from);
		bench_free(bench);
	}
}

static void private_is_followed_when_allowed(void)
{
	struct bench *bench = bench_new(1);

	bench->settings.allow_private = true;
	add(bench, "http://a.test/");
	turn(bench);
	send_on(bench, 1, "http://127.0.0.1/", true);
	turn(bench);
	check(!bench->flying[0]->public_only);
	bench_free(bench);
}

static void redirect_loop_then_mirror(void)
{
	struct bench *bench = bench_new(1);

	add(bench, "http://a.test/1");
	mirror(bench, "http://b.test/1");
	turn(bench);
	for (int hops = 0; hops < 4; hops++) {
		check_str(bench->flying[0]->url, "http://a.test/1");
		send_on(bench, 1, "http://a.test/1", false);
		turn(bench);
	}
	check_log(bench, "s1 f1 >1 s1 f1 >1 s1 f1 >1 s1 f1 r1 s1");
	check_str(bench->flying[0]->url, "http://b.test/1");
	refuse(bench, 1, 404, -1);
	check_int(turn(bench), SCHED_FINISHED);
	check_int(bench->failed, KIND_HTTP);
	bench_free(bench);
}

/* --max-time is the time of the file, over all its attempts. */
static void deadline_of_the_file(void)
{
	struct bench *bench = bench_new(1);
	nstime began = bench->now + 50 * SEC;

	bench->settings.max_time = 10 * SEC;
	add(bench, "http://a.test/1");
	mirror(bench, "http://b.test/1");
	bench->now = began; /* what was spent in the queue does not count */
	turn(bench);
	check_int(bench->flying[0]->deadline, began + 10 * SEC);
	bench->now = began + 4 * SEC;
	fail(bench, 1, KIND_NETWORK);
	turn(bench);
	check_int(bench->flying[0]->deadline, began + 10 * SEC);
	bench->now = began + 10 * SEC;
	fail(bench, 1, KIND_TIMEOUT);
	check_int(turn(bench), SCHED_FINISHED);
	check_log(bench, "s1 f1 r1 s1 f1 F1");
	check_int(bench->failed, KIND_TIMEOUT);
	bench_free(bench);
	bench = bench_new(1);
	add(bench, "http://a.test/1");
	turn(bench);
	check(bench->flying[0]->deadline == NSTIME_NEVER);
	bench_free(bench);
}

/* A pause that ends after the deadline leaves nothing to wait for. */
static void deadline_before_the_pause_ends(void)
{
	struct bench *bench = bench_new(1);

	bench->settings.max_time = 10 * SEC;
	add(bench, "http://a.test/1");
	turn(bench);
	refuse(bench, 1, 503, 60 * SEC);
	bench->now += 60 * SEC;
	check_int(turn(bench), SCHED_FINISHED);
	check_log(bench, "s1 f1 p1 F1");
	bench_free(bench);
}

int main(void)
{
	run(retry_waits);
	run(tries_of_the_entry);
	run(next_mirror_at_once);
	run(failures_of_our_own);
	run(retry_after_holds_the_origin);
	run(retry_after_is_cut);
	run(retry_after_with_another_status);
	run(retry_after_nothing);
	run(retry_after_of_another_mirror);
	run(redirects);
	run(redirects_that_are_refused);
	run(private_is_followed_when_allowed);
	run(redirect_loop_then_mirror);
	run(deadline_of_the_file);
	run(deadline_before_the_pause_ends);
	return done();
}
