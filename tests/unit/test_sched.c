/* test_sched.c - the scheduler's single decisions, one situation each: how many at once, where
 * entries come from, how it all ends. What holds in the long run, with thousands of transfers at
 * once, is shown by tests/sim. */
#include "scheduling.h"

static void nothing_to_do(void)
{
	struct bench *bench = bench_new(4);

	check_int(turn(bench), SCHED_FINISHED);
	check_int(turn(bench), SCHED_FINISHED);
	check_int(bench->asked, 1); /* never again after its end */
	check_log(bench, "");
	bench_free(bench);
}

static void one_entry(void)
{
	struct bench *bench = bench_new(4);
	struct attempt *attempt;

	add(bench, "http://a.test/1");
	check_int(turn(bench), SCHED_WAIT);
	check(bench->wake == NSTIME_NEVER);
	check_int(sched_in_flight(bench->sched), 1);
	check_int(sched_input_fd(bench->sched), -1);
	attempt = bench->flying[0];
	check_str(attempt->url, "http://a.test/1");
	check_str(attempt->origin_key, "http://a.test:80");
	check(attempt->trusted && !attempt->public_only);
	check_int(attempt->ordinal, 1);
	check_int(attempt->received, 0);
	check_int(attempt->expected, -1);
	bench->now += SEC;
	succeed(bench, 1);
	check_int(sched_in_flight(bench->sched), 0);
	check_int(turn(bench), SCHED_FINISHED);
	check_log(bench, "s1 f1 D1");
	check_int(bench->history.attempts, 1);
	check_str(bench->url, "http://a.test/1");
	bench_free(bench);
}

static void jobs_are_a_limit(void)
{
	struct bench *bench = bench_new(2);

	for (int i = 0; i < 4; i++)
		add(bench, "http://a.test/x");
	check_int(turn(bench), SCHED_WAIT);
	check_int(turn(bench), SCHED_WAIT);
	check_log(bench, "s1 s2");
	succeed(bench, 2);
	check_int(turn(bench), SCHED_WAIT);
	succeed(bench, 1);
	succeed(bench, 3);
	check_int(turn(bench), SCHED_WAIT);
	check_log(bench, "f2 D2 s3 f1 D1 f3 D3 s4");
	succeed(bench, 4);
	check_int(turn(bench), SCHED_FINISHED);
	bench_free(bench);
}

static void per_host_is_a_limit(void)
{
	struct bench *bench = bench_new(10);

	bench->settings.per_host = 1;
	add(bench, "http://a.test/1");
	add(bench, "http://A.test:80/2"); /* the same origin */
	add(bench, "https://a.test/3");   /* others */
	add(bench, "http://a.test:81/4");
	add(bench, "http://b.test/5");
	check_int(turn(bench), SCHED_WAIT);
	check_log(bench, "s1 s3 s4 s5");
	succeed(bench, 4);
	check_int(turn(bench), SCHED_WAIT);
	succeed(bench, 1);
	check_int(turn(bench), SCHED_WAIT);
	check_log(bench, "f4 D4 f1 D1 s2");
	bench_free(bench);
}

static void drained(void)
{
	struct bench *bench = bench_new(2);

	for (int i = 0; i < 5; i++)
		add(bench, "http://a.test/x");
	turn(bench);
	fail(bench, 1, KIND_NETWORK); /* backs off: begun, not done */
	turn(bench);
	succeed(bench, 2);
	sched_drain(bench->sched);
	sched_drain(bench->sched);
	check_int(turn(bench), SCHED_WAIT);
	check(bench->wake == NSTIME_NEVER);
	check_int(sched_input_fd(bench->sched), -1);
	check_log(bench, "s1 s2 f1 r1 s3 f2 D2");
	fail(bench, 3, KIND_NETWORK);
	check_int(turn(bench), SCHED_FINISHED);
	check_log(bench, "f3 r3 F1 F3");
	check_int(bench->failed, KIND_INTERRUPTED);
	check_int(turn(bench), SCHED_FINISHED);
	check_log(bench, "");
	bench_free(bench);
}

static void drained_before_it_began(void)
{
	struct bench *bench = bench_new(2);

	add(bench, "http://a.test/x");
	begin(bench, &bench->source);
	sched_drain(bench->sched);
	check_int(turn(bench), SCHED_FINISHED);
	check_int(bench->asked, 0);
	check_log(bench, "");
	bench_free(bench);
}

static void full_disk_ends_the_job(void)
{
	struct bench *bench = bench_new(2);

	for (int i = 0; i < 5; i++)
		add(bench, "http://a.test/x");
	turn(bench);
	fail(bench, 1, KIND_DISK);
	check_int(turn(bench), SCHED_WAIT);
	succeed(bench, 2);
	check_int(turn(bench), SCHED_FINISHED);
	check_log(bench, "s1 s2 f1 F1 f2 D2");
	check_int(bench->failed, KIND_DISK);
	bench_free(bench);
}

static void source_has_nothing_yet(void)
{
	struct bench *bench = bench_new(2);

	bench->idle = SOURCE_AGAIN;
	bench->fd = 7;
	check_int(turn(bench), SCHED_WAIT);
	check(bench->wake == NSTIME_NEVER);
	check_int(sched_input_fd(bench->sched), 7);
	add(bench, "http://a.test/1");
	check_int(turn(bench), SCHED_WAIT);
	check_log(bench, "s1");
	check_int(sched_input_fd(bench->sched), 7);
	bench->idle = SOURCE_END;
	check_int(turn(bench), SCHED_WAIT);
	check_int(sched_input_fd(bench->sched), -1);
	succeed(bench, 1);
	check_int(turn(bench), SCHED_FINISHED);
	bench_free(bench);
}

/* While all jobs are busy the source is not read; so its descriptor must not be waited for,
 * or whoever waits would be woken by it without end. */
static void input_is_not_watched_for_nothing(void)
{
	struct bench *bench = bench_new(2);
	size_t asked;

	bench->idle = SOURCE_AGAIN;
	bench->fd = 7;
	for (int i = 0; i < 3; i++)
		add(bench, "http://a.test/x");
	check_int(turn(bench), SCHED_WAIT);
	check_log(bench, "s1 s2"); /* and the third waits */
	asked = bench->asked;
	check_int(turn(bench), SCHED_WAIT);
	check(sched_input_fd(bench->sched) == -1 || bench->asked > asked);
	succeed(bench, 1);
	check_int(turn(bench), SCHED_WAIT);
	succeed(bench, 2);
	check_int(turn(bench), SCHED_WAIT);
	check_int(sched_input_fd(bench->sched), 7);
	bench_free(bench);
}

/* A source that only takes a breath is asked again at once. */
static void source_takes_a_breath(void)
{
	struct bench *bench = bench_new(2);
	struct attempt *attempt;
	size_t asked;

	bench->idle = SOURCE_AGAIN;
	begin(bench, &bench->source);
	for (int calls = 0; calls < 3; calls++) {
		asked = bench->asked;
		check_int(sched_next(bench->sched, bench->now, &attempt, &bench->wake),
			SCHED_WAIT);
		check_int(bench->wake, bench->now);
		check(bench->asked > asked);
	}
	bench->idle = SOURCE_END;
	check_int(turn(bench), SCHED_FINISHED);
	bench_free(bench);
}

static void bad_lines_are_passed_over(void)
{
	struct bench *bench = bench_new(2);

	bench->idle = SOURCE_BAD;
	check_int(turn(bench), SCHED_FINISHED);
	bench_free(bench);
	bench = bench_new(2);
	bench->idle = SOURCE_BROKEN;
	add(bench, "http://a.test/1");
	turn(bench);
	succeed(bench, 1);
	check_int(turn(bench), SCHED_FINISHED);
	check_log(bench, "s1 f1 D1");
	bench_free(bench);
}

/* Freed in the middle of things, nothing leaks. */
static void freed_in_the_middle(void)
{
	struct bench *bench = bench_new(3);

	bench->settings.per_host = 1;
	for (int i = 0; i < 6; i++)
		add(bench, i % 2 ? "http://a.test/x" : "http://b.test/y");
	turn(bench);
	send_on(bench, 1, "http://c.test/", true);
	fail(bench, 2, KIND_NETWORK);
	turn(bench);
	bench_free(bench);
	sched_free(NULL);
}

static void add_many(struct bench *bench, const char *url, int n)
{
	while (n-- > 0)
		add(bench, url);
}

/* With --jobs auto. */
static struct bench *bench_auto(int64_t per_host)
{
	struct bench *bench = bench_new(1000);

	bench->settings.jobs_auto = true;
	bench->settings.per_host = per_host;
	return bench;
}

static void auto_follows_the_deliveries(void)
{
	struct bench *bench = bench_auto(0);

	add_many(bench, "http://a.test/x", 63);
	turn(bench);
	check_int(sched_in_flight(bench->sched), 32);
	bench->now += SEC / 10;
	for (int i = 1; i <= 32; i++) {
		/* An answer is an answer. */
		if (i % 3 == 0)
			refuse(bench, i, 404, -1);
		else
			succeed(bench, i);
	}
	turn(bench);
	check_int(sched_in_flight(bench->sched), 31); /* of up to 64 */
	bench_free(bench);

	bench = bench_auto(5);
	add_many(bench, "http://a.test/x", 20);
	add_many(bench, "http://b.test/x", 20);
	turn(bench);
	check_int(sched_in_flight(bench->sched), 10);
	bench_free(bench);
}

static void refusals_reduce_a_number(void)
{
	struct bench *bench = bench_new(8);

	add_many(bench, "http://a.test/x", 30);
	add_many(bench, "http://b.test/x", 1);
	turn(bench);
	check_int(sched_in_flight(bench->sched), 8);
	bench->now += SEC / 10;
	for (int i = 1; i <= 4; i++)
		refuse(bench, i, i % 2 ? 429 : 503, -1);
	turn(bench);
	/* Of seven, when the second was refused, half; and the other host's. */
	check_int(sched_in_flight(bench->sched), 5);
	bench_free(bench);
}

/* Connections that are refused are too many, unless there never was another answer. */
static void connections_that_are_refused(void)
{
	for (int delivers = 0; delivers < 2; delivers++) {
		struct bench *bench = bench_new(8);

		add_many(bench, "http://a.test/x", 30);
		turn(bench);
		bench->now += SEC / 10;
		if (delivers)
			succeed(bench, 1);
		else
			fail(bench, 1, KIND_NETWORK);
		for (int i = 2; i <= 5; i++)
			fail(bench, i, KIND_CONNECT);
		turn(bench);
		check_int(sched_in_flight(bench->sched), delivers ? 3 : 8);
		bench_free(bench);
	}
}

int main(void)
{
	run(nothing_to_do);
	run(one_entry);
	run(jobs_are_a_limit);
	run(per_host_is_a_limit);
	run(drained);
	run(drained_before_it_began);
	run(full_disk_ends_the_job);
	run(source_has_nothing_yet);
	run(input_is_not_watched_for_nothing);
	run(source_takes_a_breath);
	run(bad_lines_are_passed_over);
	run(freed_in_the_middle);
	run(auto_follows_the_deliveries);
	run(refusals_reduce_a_number);
	run(connections_that_are_refused);
	return done();
}
