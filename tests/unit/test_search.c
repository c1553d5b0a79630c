/* test_search.c - the search for the best window, delivery by delivery. How well it does
 * is tests/sim's business. */
#include "core/search.h"

#include "tap.h"

#define MS NS_PER_MS

static nstime now;

static void begin(struct search *search, double ceiling)
{
	now = NS_PER_SEC;
	search_init(search, ceiling, now);
}

/* All that fit are started, one at a time, and end together after `latency`. */
static void batch(struct search *search, size_t in_flight, nstime latency)
{
	now += latency;
	for (size_t rank = 1; rank <= in_flight; rank++)
		search_delivered(search, 4096, latency, rank, now);
}

static void deliver(struct search *search, size_t batches, nstime latency)
{
	while (batches-- > 0)
		batch(search, (size_t)search->window, latency);
}

/* A server that answers so many per second, however many ask. */
static void saturate(struct search *search, size_t batches, double rate)
{
	while (batches-- > 0)
		deliver(search, 1, (nstime)(search->window * 1e9 / rate));
}

static void doubles_each_round_trip(void)
{
	struct search search;

	begin(&search, 100000);
	check_int(search.window, 32);
	for (double window = 64; window <= 8192; window *= 2) {
		deliver(&search, 1, 230 * MS);
		check_int(search.window, window);
	}
}

/* The first answers of a window are enough, while those of the one below still come. */
static void does_not_wait_for_all(void)
{
	struct search search;

	begin(&search, 100000);
	deliver(&search, 1, 100 * MS);
	check_int(search.window, 64);
	now += 100 * MS;
	for (size_t rank = 1; rank <= 32; rank++)
		search_delivered(&search, 4096, 100 * MS, rank, now);
	check_int(search.window, 64);
	for (size_t rank = 33; rank <= 64 && search.window < 128; rank++)
		search_delivered(&search, 4096, 100 * MS, rank, now);
	check_int(search.window, 128);
}

static void stops_at_the_plateau(void)
{
	struct search search;
	double most = 0;

	begin(&search, 100000);
	deliver(&search, 2, 50 * MS); /* 128 now, 1,280 per second were seen at 64 */
	for (int i = 0; i < 200; i++) {
		saturate(&search, 1, 1400);
		most = search.window > most ? search.window : most;
	}
	check(most <= 256);
	check(search.window >= 32 && search.window <= 128);
}

/* More in flight make it slower on the whole: 32 are too many already. */
static void goes_below_the_start(void)
{
	struct search search;

	begin(&search, 100000);
	for (int i = 0; i < 800; i++) {
		double load = search.window / 8;

		saturate(&search, 1, load > 1 ? 400 / load : 400 * load);
	}
	check(search.window >= 4 && search.window <= 12);
}

static void finds_new_capacity(void)
{
	struct search search;

	begin(&search, 100000);
	saturate(&search, 100, 1000);
	check(search.window <= 64);
	deliver(&search, 2000, 50 * MS);
	check(search.window > 1000);
}

static void finds_lost_capacity(void)
{
	struct search search;

	begin(&search, 256);
	deliver(&search, 100, 50 * MS);
	check_int(search.window, 256);
	saturate(&search, 1000, 600);
	check(search.window <= 100);
}

static void keeps_below_its_ceiling(void)
{
	static const double ceilings[] = {1, 2, 15, 32, 33, 40, 100, 1000};
	struct search search;

	for (size_t i = 0; i < sizeof(ceilings) / sizeof(ceilings[0]); i++) {
		double most = 0;

		begin(&search, ceilings[i]);
		for (int round = 0; round < 20; round++) {
			deliver(&search, 1, 50 * MS);
			most = search.window > most ? search.window : most;
		}
		check_int(most, ceilings[i]);
	}
	begin(&search, 0);
	check_int(search.window, 1);
}

/* Of a window that is not used nothing is known. */
static void does_not_grow_unused(void)
{
	struct search search;

	begin(&search, 1000);
	deliver(&search, 2, 50 * MS);
	check_int(search.window, 128);
	for (int i = 0; i < 50; i++)
		batch(&search, 64, 50 * MS);
	check_int(search.window, 128);
	deliver(&search, 1, 50 * MS);
	check_int(search.window, 256);
}

/* A huge file takes long and brings much: no window looks better or worse by it. */
static void huge_files_count_little(void)
{
	struct search search;

	begin(&search, 100000);
	deliver(&search, 1, 50 * MS);
	for (size_t rank = 33; rank <= 64; rank++)
		search_delivered(&search, 4096, 50 * MS, rank, now + 50 * MS);
	check_int(search.window, 128);
	now += 50 * MS;
	search_delivered(&search, INT64_C(1) << 40, 50 * MS, 100, now + 50 * MS);
	check(search.here.work < 10 * (4096 + 4096));
}

static void restarts(void)
{
	struct search search;

	begin(&search, 10000);
	saturate(&search, 500, 700);
	check(search.window <= 128);
	search_restart(&search, 400, now);
	check_int(search.window, 400);
	deliver(&search, 1, 50 * MS);
	check_int(search.window, 800);
}

int main(void)
{
	run(doubles_each_round_trip);
	run(does_not_wait_for_all);
	run(stops_at_the_plateau);
	run(goes_below_the_start);
	run(finds_new_capacity);
	run(finds_lost_capacity);
	run(keeps_below_its_ceiling);
	run(does_not_grow_unused);
	run(huge_files_count_little);
	run(restarts);
	return done();
}
