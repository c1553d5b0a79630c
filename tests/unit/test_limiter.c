/* test_limiter.c - the limiter, event by event. How well it does is tests/sim's business. */
#include "core/limiter.h"

#include "dice.h"
#include "tap.h"

#define MS NS_PER_MS

static nstime now;

static void begin(struct limiter *limiter, bool adaptive, size_t ceiling)
{
	now = NS_PER_SEC;
	limiter_init(limiter, adaptive, ceiling, now);
}

/* One ends that was started when `rank` were in flight; so many are. */
static void end(struct limiter *limiter, enum limiter_news news, nstime latency,
	size_t rank, size_t in_flight)
{
	limiter_tell(limiter,
		&(struct limiter_report){.news = news,
			.bytes = news == LIMITER_DELIVERED ? 4096 : 0,
			.latency = latency,
			.rank = rank},
		in_flight, now);
}

static void tell(struct limiter *limiter, enum limiter_news news, nstime latency)
{
	end(limiter, news, latency, limiter->limit, limiter->limit);
}

/* So many are started, and end together after `latency`. */
static void batch(struct limiter *limiter, enum limiter_news news, nstime latency,
	size_t in_flight)
{
	now += latency;
	for (size_t i = in_flight; i > 0; i--)
		end(limiter, news, latency, in_flight - i + 1, i);
}

static void deliver(struct limiter *limiter, size_t batches, nstime latency)
{
	while (batches-- > 0)
		batch(limiter, LIMITER_DELIVERED, latency, limiter->limit);
}

static void follows_the_search(void)
{
	struct limiter limiter;

	begin(&limiter, true, 100000);
	check_int(limiter.limit, 32);
	for (size_t limit = 64; limit <= 4096; limit *= 2) {
		deliver(&limiter, 1, 230 * MS);
		check_int(limiter.limit, limit);
	}
}

static void keeps_below_its_ceiling(void)
{
	struct limiter limiter;

	begin(&limiter, true, 40);
	deliver(&limiter, 100, 50 * MS);
	check_int(limiter.limit, 40);
	begin(&limiter, true, 20);
	check_int(limiter.limit, 20);
	begin(&limiter, true, 0);
	check_int(limiter.limit, 1);
	begin(&limiter, false, 0);
	check_int(limiter.limit, 1);
}

static void failures_say_nothing(void)
{
	struct limiter limiter;

	begin(&limiter, true, 1000);
	batch(&limiter, LIMITER_FAILED, 50 * MS, 500);
	check_int(limiter.limit, 32);
	check_int(limiter_started(&limiter, now), 0);
	begin(&limiter, false, 50);
	batch(&limiter, LIMITER_FAILED, 50 * MS, 500);
	check_int(limiter.limit, 50);
}

static void a_number_is_obeyed(void)
{
	struct limiter limiter;

	begin(&limiter, false, 64);
	for (int i = 0; i < 50; i++) {
		check_int(limiter.limit, 64);
		check_int(limiter_started(&limiter, now), 0);
		deliver(&limiter, 1, (1 + i % 7) * MS);
	}
	begin(&limiter, false, SIZE_MAX);
	check(limiter.limit == SIZE_MAX);
	batch(&limiter, LIMITER_REFUSED, MS, 100);
	check_int(limiter.limit, 50); /* of 99, at the second */
}

/* A burst of refusals comes from one overload, and halves once. */
static void a_burst_counts_once(void)
{
	struct limiter limiter;

	begin(&limiter, false, 64);
	batch(&limiter, LIMITER_REFUSED, 10 * MS, 64);
	check_int(limiter.limit, 32);
	now += 5 * MS; /* stragglers, begun before */
	for (int i = 0; i < 20; i++)
		tell(&limiter, LIMITER_REFUSED, 10 * MS);
	for (int i = 0; i < 20; i++)
		tell(&limiter, LIMITER_DELIVERED, 10 * MS);
	check_int(limiter.limit, 32);
	now += 20 * MS; /* these were begun after the cut */
	tell(&limiter, LIMITER_DELIVERED, 10 * MS);
	for (int i = 0; i < 20; i++)
		tell(&limiter, LIMITER_REFUSED, 10 * MS);
	check(limiter.limit >= 7 && limiter.limit <= 16);
}

/* Of what was in flight at the cut so much was not refused: that is where the way back
 * leads, not to where it began. */
static void learns_what_fits(void)
{
	struct limiter limiter;

	begin(&limiter, false, 64);
	now += 10 * MS;
	for (size_t i = 0; i < 52; i++)
		end(&limiter, LIMITER_REFUSED, MS, 64, 64 - i);
	check_int(limiter.limit, 32);
	now += 10 * MS;
	for (size_t i = 0; i < 12; i++)
		end(&limiter, LIMITER_DELIVERED, 20 * MS, 12, 12 - i);
	deliver(&limiter, 2, 10 * MS);
	check(limiter.refused < 20);
	check(limiter.limit >= 12 && limiter.limit <= 20);
}

/* Everything is refused: to halve would take a burst each time. */
static void gives_way_to_an_outage(void)
{
	struct limiter limiter;

	begin(&limiter, false, 256);
	deliver(&limiter, 1, 10 * MS);
	for (int i = 0; i < 3; i++)
		batch(&limiter, LIMITER_REFUSED, 10 * MS, limiter.limit);
	check(limiter.limit <= 8);
}

static void rare_ones_are_overlooked(void)
{
	struct limiter limiter;

	begin(&limiter, false, 64);
	for (int i = 0; i < 10000; i++) {
		now += MS;
		tell(&limiter, i % 20 == 19 ? LIMITER_REFUSED : LIMITER_DELIVERED,
			10 * MS);
		check_int(limiter.limit, 64);
	}
	for (int i = 0; i < 200; i++) {
		now += MS;
		tell(&limiter, i % 5 == 4 ? LIMITER_REFUSED : LIMITER_DELIVERED,
			10 * MS);
	}
	check(limiter.limit <= 32);
}

static void recovers(void)
{
	struct limiter limiter;
	int rounds = 0;

	begin(&limiter, false, 64);
	deliver(&limiter, 3, 10 * MS);
	batch(&limiter, LIMITER_REFUSED, 10 * MS, 64);
	check(limiter.limit <= 32);
	while (limiter.limit < 64 && rounds++ < 1000) {
		now += 10 * MS;
		for (int i = 0; i < 32; i++)
			tell(&limiter, LIMITER_DELIVERED, 10 * MS);
		check(limiter.limit <= 64);
	}
	check(rounds > 4 && rounds < 200);
	deliver(&limiter, 20, 10 * MS);
	check_int(limiter.limit, 64);
	for (int i = 0; i < 100; i++)
		check_int(limiter_started(&limiter, now), 0);
}

/* The nearer it gets to what was refused, the slower. */
static void creeps_near_what_was_refused(void)
{
	struct limiter limiter;

	begin(&limiter, false, 100);
	deliver(&limiter, 3, 10 * MS);
	for (size_t i = 0; i < 11; i++)
		end(&limiter, LIMITER_REFUSED, MS, 41, 41);
	check_int(limiter.limit, 21);
	for (int i = 0; i < 40; i++)
		tell(&limiter, LIMITER_DELIVERED,
			10 * MS); /* begun before: prove nothing */
	check_int(limiter.limit, 21);
	deliver(&limiter, 10, 10 * MS);
	check_int(limiter.limit, 39);
	deliver(&limiter, 11, 10 * MS);
	check(limiter.limit >= 39 && limiter.limit <= 41);
}

/* One at once is too much: the starts are spaced, ever more, and less again later. */
static void spaces_starts(void)
{
	struct limiter limiter;
	nstime gap = 0, before;

	begin(&limiter, false, 4);
	deliver(&limiter, 100, MS);
	for (int i = 0; i < 40; i++) {
		now += 2 * MS + gap;
		tell(&limiter, LIMITER_REFUSED, MS);
		if (i > 12)
			tell(&limiter, LIMITER_REFUSED, MS);
		before = gap;
		gap = limiter_started(&limiter, now);
		check(gap <= NS_PER_SEC);
		check(i < 15 || gap + 3 * MS > before);
	}
	check_int(limiter.limit, 1);
	check(gap > 20 * MS);
	for (int i = 0; i < 3000; i++) {
		now += MS + limiter_started(&limiter, now);
		tell(&limiter, LIMITER_DELIVERED, MS);
	}
	check_int(limiter_started(&limiter, now), 0);
	check_int(limiter.limit, 4);
}

/* Every `nth` is refused, whatever the window, for so many attempts in a row, each of which
 * starts as soon as it may. Returns how many of them waited for longer than `gap` for that. */
static int flaky(struct limiter *limiter, int attempts, int nth, nstime gap)
{
	int slow = 0;

	for (int i = 0; i < attempts; i++) {
		nstime wait = limiter_started(limiter, now);

		slow += wait > gap;
		now += wait > MS ? wait : MS;
		end(limiter, i % nth == 0 ? LIMITER_REFUSED : LIMITER_DELIVERED,
			20 * MS, limiter->limit, limiter->limit);
	}
	return slow;
}

/* A part of the server is broken: to slow down does not help, and is given up at once. */
static void bears_what_no_window_helps(void)
{
	static const int nths[] = {3, 5, 10};
	struct limiter limiter;

	for (size_t i = 0; i < 3; i++) {
		nstime began;

		begin(&limiter, false, 64);
		deliver(&limiter, 10, 20 * MS);
		began = now;
		check_int(flaky(&limiter, 20000, nths[i], 10 * MS), 0);
		check(now - began < 21 * NS_PER_SEC);
		check(limiter_bears(&limiter));
		deliver(&limiter, 1, 20 * MS);
		check_int(limiter.limit, 64);
		/* It may end, and is forgotten then. */
		deliver(&limiter, 300, 20 * MS);
		check(!limiter_bears(&limiter));
	}
}

/* Where most is broken the slowest pace shows it. */
static void bears_more_after_a_crawl(void)
{
	struct limiter limiter;
	int slow;

	begin(&limiter, false, 64);
	deliver(&limiter, 10, 20 * MS);
	slow = flaky(&limiter, 20000, 2, 100 * MS);
	check(slow > 0 && slow < 400);
	check_int(limiter.limit, 64);
}

/* The search goes on where it was. */
static void a_cut_in_vain_is_undone(void)
{
	struct limiter limiter;
	double window;

	begin(&limiter, true, 1000);
	deliver(&limiter, 2, 20 * MS);
	window = limiter.window;
	check_int((int)window, 128);
	for (int i = 0; i < 224; i++)
		check_int(limiter_started(&limiter, now), 0);
	for (size_t i = 0; i < 20; i++)
		end(&limiter, LIMITER_REFUSED, 10 * MS, 128, 128 - i);
	check(limiter.window <= window / 2);
	check(limiter.trial.open);
	now += 20 * MS;
	for (int i = 0; i < 100 && limiter.trial.open; i++) {
		check(limiter.window <= window / 2);
		tell(&limiter, i % 6 == 5 ? LIMITER_REFUSED : LIMITER_DELIVERED,
			10 * MS);
	}
	check(!limiter.trial.open);
	check(limiter.refused <= 0);
	check(limiter.window >= window);
}

/* What helps is kept: nothing is refused up to 32. */
static void a_cut_that_helps_is_not(void)
{
	struct limiter limiter;

	begin(&limiter, false, 64);
	deliver(&limiter, 2, 20 * MS);
	for (int i = 0; i < 400; i++) {
		size_t limit = limiter.limit;

		now += 20 * MS;
		for (size_t n = limit; n > 0; n--)
			end(&limiter, n > 32 ? LIMITER_REFUSED : LIMITER_DELIVERED,
				20 * MS, limit, n);
		check(!limiter_bears(&limiter));
	}
	check(limiter.limit >= 24 && limiter.limit <= 40);
}

/* What is broken is asked for again until its tries are used up, when all else is done. */
static void what_is_refused_again_is_no_load(void)
{
	struct limiter limiter;

	begin(&limiter, false, 64);
	deliver(&limiter, 10, 20 * MS);
	flaky(&limiter, 1000, 6, 10 * MS);
	check_int(limiter.limit, 64);
	for (int i = 0; i < 1000; i++) {
		now += MS;
		limiter_tell(&limiter,
			&(struct limiter_report){.news = LIMITER_REFUSED,
				.latency = MS / 2,
				.rank = 64,
				.again = true},
			64, now);
		check_int(limiter.limit, 64);
		check_int(limiter_started(&limiter, now), 0);
	}
}

/* Timers that come late do not lower the rate. */
static void makes_up_for_late_timers(void)
{
	struct limiter limiter;
	nstime began;
	int started = 0;

	begin(&limiter, false, 16);
	deliver(&limiter, 20, 42 * MS);
	/* Ten are overlooked, six are halved: 11.2 ms. */
	batch(&limiter, LIMITER_REFUSED, MS, 16);
	began = now;
	while (now < began + NS_PER_SEC) {
		nstime gap = limiter_started(&limiter, now);

		started++;
		now += gap > 0 ? (gap / MS + 1) * MS : 0; /* a clock of milliseconds */
	}
	check(started >= 88 && started <= 92);
}

/* When nothing comes for long, spacing is no cure: the retries are left to run out. */
static void gives_up_spacing(void)
{
	struct limiter limiter;

	begin(&limiter, false, 4);
	deliver(&limiter, 10, 10 * MS);
	for (int i = 0; i < 100; i++) {
		now += 20 * MS;
		tell(&limiter, LIMITER_REFUSED, 10 * MS);
	}
	check(limiter_started(&limiter, now) > 0);
	now += 31 * NS_PER_SEC;
	check_int(limiter_started(&limiter, now), 0);
	check_int(limiter.limit, 1);

	begin(&limiter, true, 4); /* nothing ever came */
	for (int i = 0; i < 100; i++) {
		now += 20 * MS;
		tell(&limiter, LIMITER_REFUSED, 10 * MS);
		check_int(limiter_started(&limiter, now), 0);
	}
	check_int(limiter.limit, 1);
}

/* Whatever is told, what comes out can be used. */
static void hostile_news(void)
{
	static const int64_t odd[] = {0, 1, -1, 4096, INT64_MAX, INT32_MIN};
	static const size_t flights[] = {0, 1, 2, 50, SIZE_MAX};
	struct dice dice = {1};
	struct limiter limiter;

	for (int job = 0; job < 200; job++) {
		size_t ceiling =
			dice_roll(&dice) % 8 ? dice_roll(&dice) % 1000 + 1 : SIZE_MAX;
		bool adaptive = job % 2;

		begin(&limiter, adaptive, ceiling);
		for (int i = 0; i < 2000; i++) {
			uint64_t cast = dice_roll(&dice);
			nstime gap;

			now += (nstime)(cast % 3 ? cast % (50 * MS) : 0);
			limiter_tell(&limiter,
				&(struct limiter_report){
					.news = cast % 100 < (unsigned)job % 60
							? LIMITER_REFUSED
							: LIMITER_DELIVERED,
					.bytes = odd[(cast >> 8) % 6],
					.latency = odd[(cast >> 16) % 6],
					.rank = flights[(cast >> 32) % 5],
					.again = (cast >> 40) % 3 == 0},
				flights[(cast >> 24) % 5], now);
			gap = limiter_started(&limiter, now);
			if (limiter.limit < 1 || limiter.limit > ceiling || gap < 0 ||
				!(limiter.window > 0) || !(limiter.cost > 0)) {
				check(false);
				return;
			}
			now += gap < NS_PER_SEC ? gap : NS_PER_SEC;
		}
	}
}

int main(void)
{
	run(follows_the_search);
	run(keeps_below_its_ceiling);
	run(failures_say_nothing);
	run(a_number_is_obeyed);
	run(a_burst_counts_once);
	run(learns_what_fits);
	run(gives_way_to_an_outage);
	run(rare_ones_are_overlooked);
	run(recovers);
	run(creeps_near_what_was_refused);
	run(spaces_starts);
	run(bears_what_no_window_helps);
	run(bears_more_after_a_crawl);
	run(a_cut_in_vain_is_undone);
	run(a_cut_that_helps_is_not);
	run(what_is_refused_again_is_no_load);
	run(makes_up_for_late_timers);
	run(gives_up_spacing);
	run(hostile_news);
	return done();
}
