/* test_origin.c - origins: who may start, in which order, and when an origin is forgotten. */
#include "core/origin.h"

#include <stdlib.h>

#include "base/attr.h"
#include "tap.h"

#define SEC NS_PER_SEC
#define KEPT 256 /* idle ones */

struct job {
	struct list link;
	char id;
};

struct bench {
	struct origins origins;
	struct job jobs[256];
};

static void bench_init(struct bench *bench, size_t limit)
{
	origins_init(&bench->origins, false, limit, 0);
	for (int i = 0; i < 256; i++) {
		bench->jobs[i].id = (char)i;
		list_init(&bench->jobs[i].link);
	}
}

static void queue(struct bench *bench, const char *key, const char *ids, nstime now)
{
	for (; *ids; ids++)
		origin_queue(&bench->origins, origins_get(&bench->origins, key, now),
			&bench->jobs[(unsigned char)*ids].link, false, now);
}

static void queue_front(struct bench *bench, const char *key, char id, nstime now)
{
	origin_queue(&bench->origins, origins_get(&bench->origins, key, now),
		&bench->jobs[(unsigned char)id].link, true, now);
}

/* Start one; 0 when none can. *origin as origins_start gives it. */
static char start(struct bench *bench, struct origin **origin, nstime now)
{
	struct list *node = origins_start(&bench->origins, origin, now);

	return node ? container_of(node, struct job, link)->id : 0;
}

/* Start all that can, and compare the order. */
static void check_starts(struct bench *bench, const char *want, nstime now)
{
	struct origin *origin;
	char got[300];
	size_t n = 0;

	while (n < sizeof(got) - 1 && (got[n] = start(bench, &origin, now)))
		n++;
	got[n] = '\0';
	check_str(got, want);
}

/* What every attempt here reports, unless it matters. */
static const struct limiter_report delivered = {
	.news = LIMITER_DELIVERED, .latency = SEC, .rank = 1};

static void finish(struct bench *bench, const char *key, nstime now)
{
	origin_done(&bench->origins, map_get(bench->origins.by_key, key), true,
		&delivered, now);
}

static size_t known(const struct bench *bench)
{
	return map_count(bench->origins.by_key);
}

static void nothing_to_start(void)
{
	struct bench bench;
	struct origin *origin;

	bench_init(&bench, SIZE_MAX);
	check_int(start(&bench, &origin, 0), 0);
	check(origins_wake(&bench.origins, 0) == NSTIME_NEVER);
	origins_release(&bench.origins);
}

static void turns_are_fair(void)
{
	struct bench bench;

	bench_init(&bench, SIZE_MAX);
	queue(&bench, "a", "123456", 0);
	queue(&bench, "b", "pq", 0);
	queue(&bench, "c", "x", 0);
	check_starts(&bench, "1px2q3456", 0);
	queue(&bench, "c", "yz", 0);
	queue(&bench, "a", "7", 0);
	check_starts(&bench, "y7z", 0);
	origins_release(&bench.origins);
}

static void front_and_end(void)
{
	struct bench bench;

	bench_init(&bench, SIZE_MAX);
	queue(&bench, "a", "12", 0);
	queue_front(&bench, "a", '0', 0);
	queue(&bench, "a", "3", 0);
	check_starts(&bench, "0123", 0);
	origins_release(&bench.origins);
}

static void limits(void)
{
	struct bench bench;
	struct origin *origin;

	bench_init(&bench, 2);
	queue(&bench, "a", "12345", 0);
	queue(&bench, "b", "pqr", 0);
	check_starts(&bench, "1p2q", 0);
	finish(&bench, "b", 0);
	check_starts(&bench, "r", 0);
	finish(&bench, "b", 0);
	check_starts(&bench, "", 0);
	finish(&bench, "a", 0);
	check_int(start(&bench, &origin, 0), '3');
	check_str(origin->key, "a");
	check_int(origin->in_flight, 2);
	check_int(origin->n_waiting, 2);
	check_starts(&bench, "", 0);
	origins_release(&bench.origins);
}

/* To each of them. */
static void requests_are_spaced(void)
{
	struct bench bench;

	bench_init(&bench, SIZE_MAX);
	origins_release(&bench.origins);
	origins_init(&bench.origins, false, SIZE_MAX, 4);
	queue(&bench, "a", "123", 0);
	queue(&bench, "b", "pq", 0);
	check_starts(&bench, "1p", 0);
	check_int(origins_wake(&bench.origins, SEC / 8), SEC / 4);
	check_starts(&bench, "", SEC / 8);
	check_int(origins_wake(&bench.origins, SEC / 4), NSTIME_NEVER);
	check_starts(&bench, "2q", SEC / 4);
	check_int(origins_wake(&bench.origins, SEC), NSTIME_NEVER);
	check_starts(&bench, "3", SEC);
	origins_release(&bench.origins);
}

static void pause_holds_back(void)
{
	struct bench bench;
	struct origin *origin;

	bench_init(&bench, SIZE_MAX);
	queue(&bench, "a", "123", 0);
	queue(&bench, "b", "p", 0);
	check_int(start(&bench, &origin, 0), '1');
	check(origin_pause(&bench.origins, origin, 10 * SEC, 0));
	check_starts(&bench, "p", 0);
	check_int(origins_wake(&bench.origins, SEC), 10 * SEC);
	check_starts(&bench, "", 10 * SEC - 1);
	/* What is queued during the pause waits as well, at either end. */
	queue(&bench, "a", "4", 5 * SEC);
	queue_front(&bench, "a", '0', 5 * SEC);
	check_starts(&bench, "", 5 * SEC);
	check_int(origins_wake(&bench.origins, 10 * SEC - 1), 10 * SEC);
	check_starts(&bench, "", 10 * SEC - 1);
	check(origins_wake(&bench.origins, 10 * SEC) == NSTIME_NEVER);
	check_starts(&bench, "0234", 10 * SEC);
	origins_release(&bench.origins);
}

static void later_end_wins(void)
{
	struct bench bench;
	struct origin *origin;

	bench_init(&bench, SIZE_MAX);
	queue(&bench, "a", "12", 0);
	check_int(start(&bench, &origin, 0), '1');
	check(origin_pause(&bench.origins, origin, 10 * SEC, 0));
	check(!origin_pause(&bench.origins, origin, 10 * SEC, 0));
	check(!origin_pause(&bench.origins, origin, 5 * SEC, 5 * SEC));
	check(!origin_pause(&bench.origins, origin, 0, 7 * SEC));
	check_int(origins_wake(&bench.origins, 7 * SEC), 10 * SEC);
	check(origin_pause(&bench.origins, origin, 5 * SEC, 7 * SEC));
	check_int(origins_wake(&bench.origins, 10 * SEC), 12 * SEC);
	check_starts(&bench, "", 10 * SEC);
	check(origins_wake(&bench.origins, 12 * SEC) == NSTIME_NEVER);
	check_starts(&bench, "2", 12 * SEC);
	origins_release(&bench.origins);
}

static void first_pause_first(void)
{
	struct bench bench;
	struct origin *a, *b, *c;

	bench_init(&bench, SIZE_MAX);
	queue(&bench, "a", "12", 0);
	queue(&bench, "b", "pq", 0);
	queue(&bench, "c", "xy", 0);
	check_int(start(&bench, &a, 0), '1');
	check_int(start(&bench, &b, 0), 'p');
	check_int(start(&bench, &c, 0), 'x');
	check(origin_pause(&bench.origins, a, 3 * SEC, 0));
	check(origin_pause(&bench.origins, b, 1 * SEC, 0));
	check(origin_pause(&bench.origins, c, 2 * SEC, 0));
	check_int(origins_wake(&bench.origins, 0), 1 * SEC);
	check_int(origins_wake(&bench.origins, 1 * SEC), 2 * SEC);
	check_starts(&bench, "q", 1 * SEC);
	check_int(origins_wake(&bench.origins, 2 * SEC), 3 * SEC);
	check_starts(&bench, "y", 2 * SEC);
	check(origins_wake(&bench.origins, 60 * SEC) == NSTIME_NEVER);
	check_starts(&bench, "2", 60 * SEC);
	origins_release(&bench.origins);
}

static void pause_and_limit_together(void)
{
	struct bench bench;
	struct origin *origin;

	bench_init(&bench, 1);
	queue(&bench, "a", "12", 0);
	check_int(start(&bench, &origin, 0), '1');
	check(origin_pause(&bench.origins, origin, SEC, 0));
	/* The pause ends while it is at its limit: only the end of the attempt frees it. */
	check(origins_wake(&bench.origins, SEC) == NSTIME_NEVER);
	check_starts(&bench, "", SEC);
	finish(&bench, "a", 2 * SEC);
	check_starts(&bench, "2", 2 * SEC);
	/* And the other way round. */
	queue(&bench, "a", "3", 2 * SEC);
	check(origin_pause(&bench.origins, origin, SEC, 2 * SEC));
	finish(&bench, "a", 2 * SEC);
	check_starts(&bench, "", 2 * SEC);
	check(origins_wake(&bench.origins, 3 * SEC) == NSTIME_NEVER);
	check_starts(&bench, "3", 3 * SEC);
	origins_release(&bench.origins);
}

static void successes_are_counted(void)
{
	struct bench bench;
	struct origin *origin;

	bench_init(&bench, SIZE_MAX);
	queue(&bench, "a", "1234", 0);
	check_int(start(&bench, &origin, 0), '1');
	check_int(start(&bench, &origin, 0), '2');
	check_int(start(&bench, &origin, 0), '3');
	origin_done(&bench.origins, origin, true, &delivered, 0);
	origin_done(&bench.origins, origin, false, &delivered, 0);
	origin_done(&bench.origins, origin, true, &delivered, 0);
	check_int(origin->successes, 2);
	origins_release(&bench.origins);
}

/* Let so many others come and go. */
static void pass_others(struct bench *bench, int n, nstime now)
{
	char key[32];

	for (int i = 0; i < n; i++) {
		snprintf(key, sizeof(key), "other %d", i);
		queue(bench, key, "x", now);
		check_starts(bench, "x", now);
		finish(bench, key, now);
	}
}

static bool is_known(const struct bench *bench, const char *key)
{
	return map_get(bench->origins.by_key, key) != NULL;
}

static void idle_ones_are_forgotten_in_the_end(void)
{
	struct bench bench;

	bench_init(&bench, SIZE_MAX);
	queue(&bench, "a", "12", 0);
	queue(&bench, "b", "p", 0);
	check_starts(&bench, "1p2", 0);
	finish(&bench, "a", 0);
	finish(&bench, "b", 0);
	check_int(bench.origins.n_idle, 1);
	pass_others(&bench, KEPT - 1, 0);
	check(is_known(&bench, "b")); /* the oldest that is kept */
	queue(&bench, "b", "q", 0);
	check_int(bench.origins.n_idle, KEPT - 1);
	check_starts(&bench, "q", 0);
	pass_others(&bench, 2 * KEPT, 0);
	check(is_known(&bench, "a") && is_known(&bench, "b")); /* at work */
	check_int(bench.origins.n_idle, KEPT);
	check_int(known(&bench), KEPT + 2);
	finish(&bench, "a", 0);
	finish(&bench, "b", 0);
	check_int(known(&bench), KEPT);
	pass_others(&bench, KEPT, 0);
	check(!is_known(&bench, "a") && !is_known(&bench, "b"));
	origins_release(&bench.origins);
}

/* What was found out of an origin is there when the list comes back to it. */
static void limits_outlive_their_tasks(void)
{
	static const struct limiter_report refused = {
		.news = LIMITER_REFUSED, .latency = SEC, .rank = 4};
	struct bench bench;
	struct origin *origin = NULL;

	bench_init(&bench, 4);
	queue(&bench, "a", "123456", 0);
	check_starts(&bench, "1234", 0);
	origin = map_get(bench.origins.by_key, "a");
	for (int i = 0; i < 4; i++)
		origin_done(&bench.origins, origin, false, &refused, 2 * SEC);
	check_starts(&bench, "56", 2 * SEC);
	finish(&bench, "a", 2 * SEC);
	finish(&bench, "a", 2 * SEC);
	pass_others(&bench, KEPT / 2, 4 * SEC);
	queue(&bench, "a", "789", 5 * SEC);
	check(map_get(bench.origins.by_key, "a") == origin);
	check(origin->limiter.limit < 4);
	origins_release(&bench.origins);
}

/* Starts at an origin that has refused are spaced, within its limit. */
static void spaced_when_refused(void)
{
	static const struct limiter_report refused = {
		.news = LIMITER_REFUSED, .latency = SEC, .rank = 4};
	struct bench bench;
	struct origin *origin;
	nstime now = 2 * SEC, wake;

	bench_init(&bench, 8);
	queue(&bench, "a", "abcdefgh", SEC);
	queue(&bench, "a", "123", SEC);
	check_starts(&bench, "abcdefgh", SEC);
	finish(&bench, "a", now);
	check_int(start(&bench, &origin, now), '1');
	for (int i = 0; i < 6; i++)
		origin_done(&bench.origins, origin, false, &refused, now);
	check_int(start(&bench, &origin, now), '2');
	check_int(origin->limiter.limit, 4);
	check_int(origin->in_flight, 3);
	check_int(start(&bench, &origin, now), 0);
	wake = origins_wake(&bench.origins, now);
	check(wake > now && wake < now + SEC);
	check(origins_wake(&bench.origins, wake) == NSTIME_NEVER);
	check_int(start(&bench, &origin, wake), '3');
	origins_release(&bench.origins);
}

static void found_out_when_adaptive(void)
{
	struct bench bench;
	struct origin *origin;

	origins_init(&bench.origins, true, 100, 0);
	origin = origins_get(&bench.origins, "a", 0);
	check_int(origin->limiter.limit, 32);
	origins_release(&bench.origins);
	bench_init(&bench, 100);
	origin = origins_get(&bench.origins, "a", 0);
	check_int(origin->limiter.limit, 100);
	origins_release(&bench.origins);
}

/* A pause must not be forgotten because nobody wanted anything meanwhile. */
static void pause_outlives_its_tasks(void)
{
	struct bench bench;
	struct origin *origin;

	bench_init(&bench, SIZE_MAX);
	queue(&bench, "a", "1", 0);
	check_int(start(&bench, &origin, 0), '1');
	check(origin_pause(&bench.origins, origin, 10 * SEC, 0));
	finish(&bench, "a", 0);
	check_int(known(&bench), 1);
	queue(&bench, "a", "2", SEC);
	check_starts(&bench, "", SEC);
	check_int(origins_wake(&bench.origins, SEC), 10 * SEC);
	check(origins_wake(&bench.origins, 10 * SEC) == NSTIME_NEVER);
	check_starts(&bench, "2", 10 * SEC);
	check(origin_pause(&bench.origins, origin, SEC, 10 * SEC));
	finish(&bench, "a", 10 * SEC);
	check_int(bench.origins.n_idle, 0);
	check(origins_wake(&bench.origins, 11 * SEC) == NSTIME_NEVER);
	check_int(bench.origins.n_idle, 1);
	origins_release(&bench.origins);
}

/* The pause is over, but origins_wake has not been called yet: an event decides. */
static void pause_over_unnoticed(void)
{
	struct bench bench;
	struct origin *origin;

	bench_init(&bench, SIZE_MAX);
	queue(&bench, "a", "12", 0);
	check_int(start(&bench, &origin, 0), '1');
	check(origin_pause(&bench.origins, origin, SEC, 0));
	finish(&bench, "a", SEC);
	check_starts(&bench, "2", SEC);
	check(origins_wake(&bench.origins, SEC) == NSTIME_NEVER);
	finish(&bench, "a", SEC);
	check_int(bench.origins.n_idle, 1);
	origins_release(&bench.origins);
}

static void many_hosts_are_not_kept(void)
{
	struct bench bench;
	char key[32];

	bench_init(&bench, 1);
	for (int i = 0; i < 200000; i++) {
		struct origin *origin;

		snprintf(key, sizeof(key), "http://h%d.test:80", i);
		queue(&bench, key, "x", i);
		check_int(start(&bench, &origin, i), 'x');
		if (i % 1000 == 0)
			check(origin_pause(&bench.origins, origin, 10000, i));
		origin_done(&bench.origins, origin, true, &delivered, i);
		origins_wake(&bench.origins, i);
		check(known(&bench) <= KEPT + 11);
	}
	origins_release(&bench.origins);
}

/* Released in the middle of things, nothing leaks. */
static void released_with_everything_in_it(void)
{
	struct bench bench;
	struct origin *origin;

	bench_init(&bench, 1);
	queue(&bench, "a", "123", 0);
	queue(&bench, "b", "pq", 0);
	queue(&bench, "c", "xy", 0);
	check_int(start(&bench, &origin, 0), '1');
	check(origin_pause(&bench.origins, origin, SEC, 0));
	check_int(start(&bench, &origin, 0), 'p');
	origins_release(&bench.origins);
}

int main(void)
{
	run(nothing_to_start);
	run(turns_are_fair);
	run(front_and_end);
	run(limits);
	run(requests_are_spaced);
	run(pause_holds_back);
	run(later_end_wins);
	run(first_pause_first);
	run(pause_and_limit_together);
	run(successes_are_counted);
	run(idle_ones_are_forgotten_in_the_end);
	run(limits_outlive_their_tasks);
	run(spaced_when_refused);
	run(found_out_when_adaptive);
	run(pause_outlives_its_tasks);
	run(pause_over_unnoticed);
	run(many_hosts_are_not_kept);
	run(released_with_everything_in_it);
	return done();
}
