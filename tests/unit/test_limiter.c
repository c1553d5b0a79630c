/* test_limiter.c - the limiter, event by event. How well it does is tests/sim's business. */
#include "core/limiter.h"

#include "tap.h"

#define MS NS_PER_MS

static nstime now;

static void begin(struct limiter *limiter, bool adaptive, size_t ceiling)
{
	now = NS_PER_SEC;
	limiter_init(limiter, adaptive, ceiling, now);
}

static void tell(struct limiter *limiter, enum limiter_news news, nstime latency)
{
	limiter_tell(limiter, news, 4096, latency, limiter->limit, true, now);
}

/* All that fit are started, and end together after `latency`; `waited`: more would. */
static void batch(struct limiter *limiter, enum limiter_news news, nstime latency,
	size_t in_flight, bool waited)
{
	now += latency;
	for (size_t i = in_flight; i > 0; i--)
		limiter_tell(limiter, news, 4096, latency, i, waited, now);
}

static void deliver(struct limiter *limiter, size_t batches, nstime latency)
{
	while (batches-- > 0)
		batch(limiter, LIMITER_DELIVERED, latency, limiter->limit, true);
}

/* A server that answers so many per second, however many ask. */
static void saturate(struct limiter *limiter, size_t batches, double rate)
{
	while (batches-- > 0)
		deliver(limiter, 1, (nstime)((double)limiter->limit * 1e9 / rate));
}

static void doubles_each_round(void)
{
	struct limiter limiter;

	begin(&limiter, true, 100000);
	check_int(limiter.limit, 16);
	for (size_t limit = 32; limit <= 4096; limit *= 2) {
		deliver(&limiter, 1, 230 * MS);
		check_int(limiter.limit, limit);
	}
}

static void stops_at_the_plateau(void)
{
	struct limiter limiter;
	size_t most = 0;

	begin(&limiter, true, 100000);
	deliver(&limiter, 2, 50 * MS); /* 64 now, 640 per second were seen at 32 */
	for (int i = 0; i < 200; i++) {
		saturate(&limiter, 1, 700);
		most = limiter.limit > most ? limiter.limit : most;
	}
	check(most <= 128);
	check(limiter.limit >= 16 && limiter.limit <= 64);
}

/* More in flight make it slower on the whole: 16 are too many already. */
static void goes_below_the_start(void)
{
	struct limiter limiter;

	begin(&limiter, true, 100000);
	for (int i = 0; i < 400; i++) {
		double load = (double)limiter.limit / 8;

		saturate(&limiter, 1, load > 1 ? 400 / load : 400 * load);
	}
	check(limiter.limit >= 4 && limiter.limit <= 12);
}

static void finds_new_capacity(void)
{
	struct limiter limiter;

	begin(&limiter, true, 100000);
	saturate(&limiter, 100, 1000);
	check(limiter.limit <= 64);
	deliver(&limiter, 2000, 50 * MS);
	check(limiter.limit > 1000);
}

static void keeps_below_its_ceiling(void)
{
	static const size_t ceilings[] = {1, 2, 15, 16, 17, 24, 31, 40, 100};
	struct limiter limiter;

	for (size_t i = 0; i < sizeof(ceilings) / sizeof(ceilings[0]); i++) {
		size_t most = 0;

		begin(&limiter, true, ceilings[i]);
		for (int round = 0; round < 20; round++) {
			deliver(&limiter, 1, 50 * MS);
			most = limiter.limit > most ? limiter.limit : most;
		}
		check_int(most, ceilings[i]);
	}
	begin(&limiter, true, 0);
	check_int(limiter.limit, 1);
	begin(&limiter, false, 0);
	check_int(limiter.limit, 1);
}

/* Where the limit was not what bounded the goodput, a round proves nothing. */
static void does_not_grow_unused(void)
{
	struct limiter limiter;

	begin(&limiter, true, 1000);
	for (int i = 0; i < 50; i++)
		batch(&limiter, LIMITER_DELIVERED, 50 * MS, 16, false);
	check_int(limiter.limit, 16);
	for (int i = 0; i < 50; i++)
		batch(&limiter, LIMITER_DELIVERED, 50 * MS, 11, true);
	check_int(limiter.limit, 16);
	deliver(&limiter, 2, 50 * MS);
	check(limiter.limit >= 32);
}

static void failures_say_nothing(void)
{
	struct limiter limiter;

	begin(&limiter, true, 1000);
	batch(&limiter, LIMITER_FAILED, 50 * MS, 500, true);
	check_int(limiter.limit, 16);
	check_int(limiter_started(&limiter, now), 0);
	begin(&limiter, false, 50);
	batch(&limiter, LIMITER_FAILED, 50 * MS, 500, true);
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
	batch(&limiter, LIMITER_REFUSED, MS, 100, true);
	check_int(limiter.limit, 49); /* of 98, at the third */
}

/* A burst of refusals comes from one overload, and halves once. */
static void a_burst_counts_once(void)
{
	struct limiter limiter;

	begin(&limiter, false, 64);
	batch(&limiter, LIMITER_REFUSED, 10 * MS, 64, true);
	check_int(limiter.limit, 31);
	now += 5 * MS; /* stragglers, begun before */
	for (int i = 0; i < 20; i++)
		tell(&limiter, LIMITER_REFUSED, 10 * MS);
	for (int i = 0; i < 20; i++)
		tell(&limiter, LIMITER_DELIVERED, 10 * MS);
	check_int(limiter.limit, 31);
	now += 20 * MS; /* these were begun after the cut */
	for (int i = 0; i < 20; i++)
		tell(&limiter, LIMITER_REFUSED, 10 * MS);
	check(limiter.limit >= 14 && limiter.limit <= 16);
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
	batch(&limiter, LIMITER_REFUSED, 10 * MS, 64, true);
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
	for (size_t i = 0; i < 10; i++)
		limiter_tell(&limiter, LIMITER_REFUSED, 0, MS, 41, true, now);
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

/* Timers that come late do not lower the rate. */
static void makes_up_for_late_timers(void)
{
	struct limiter limiter;
	nstime began;
	int started = 0;

	begin(&limiter, false, 16);
	deliver(&limiter, 20, 42 * MS);
	/* Eight are overlooked, eight are halved: 8.4 ms. */
	batch(&limiter, LIMITER_REFUSED, MS, 16, true);
	began = now;
	while (now < began + NS_PER_SEC) {
		nstime gap = limiter_started(&limiter, now);

		started++;
		now += gap > 0 ? (gap / MS + 1) * MS : 0; /* a clock of milliseconds */
	}
	check(started >= 117 && started <= 121);
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

static uint64_t roll(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* Whatever is told, what comes out can be used. */
static void hostile_news(void)
{
	static const int64_t odd[] = {0, 1, -1, 4096, INT64_MAX, INT32_MIN};
	static const size_t flights[] = {0, 1, 2, 50, SIZE_MAX};
	uint64_t state = 88172645463325252u;
	struct limiter limiter;

	for (int job = 0; job < 200; job++) {
		size_t ceiling = roll(&state) % 8 ? roll(&state) % 1000 + 1 : SIZE_MAX;
		bool adaptive = job % 2;

		begin(&limiter, adaptive, ceiling);
		for (int i = 0; i < 2000; i++) {
			uint64_t dice = roll(&state);
			nstime gap;

			now += (nstime)(dice % 3 ? dice % (50 * MS) : 0);
			limiter_tell(&limiter,
				dice % 100 < (unsigned)job % 60 ? LIMITER_REFUSED
								: LIMITER_DELIVERED,
				odd[(dice >> 8) % 6], odd[(dice >> 16) % 6],
				flights[(dice >> 24) % 5], (dice >> 32) % 2, now);
			gap = limiter_started(&limiter, now);
			if (limiter.limit < 1 || limiter.limit > ceiling || gap < 0 ||
				!(limiter.window > 0)) {
				check(false);
				return;
			}
			now += gap < NS_PER_SEC ? gap : NS_PER_SEC;
		}
	}
}

int main(void)
{
	run(doubles_each_round);
	run(stops_at_the_plateau);
	run(goes_below_the_start);
	run(finds_new_capacity);
	run(keeps_below_its_ceiling);
	run(does_not_grow_unused);
	run(failures_say_nothing);
	run(a_number_is_obeyed);
	run(a_burst_counts_once);
	run(rare_ones_are_overlooked);
	run(recovers);
	run(creeps_near_what_was_refused);
	run(spaces_starts);
	run(makes_up_for_late_timers);
	run(gives_up_spacing);
	run(hostile_news);
	return done();
}
