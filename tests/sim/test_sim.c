/* test_sim.c - the scheduler in the long run, against simulated servers on virtual time.
 *
 * All that is random comes from one seed, which is printed: SEED=N test_sim plays the same
 * again. What must never happen is the oracle's (oracle.c); what a scenario adds is how
 * well it must go. */
#include <stdlib.h>

#include "bulk.h"
#include "lists.h"
#include "tap.h"

static uint64_t seed = 20240229;

/* Where memory is watched, ten times less shows as much. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define BULK 100000
#else
#define BULK 1000000
#endif

static enum fate always_done(struct world *world, const struct entry *entry)
{
	return world && entry ? FATE_DONE : FATE_ANY;
}

/* --------------------------------------------------------------------------------------
 * Hosts
 * ----------------------------------------------------------------------------------- */

static void all_hosts(struct sim *sim, struct host like)
{
	for (size_t i = 0; i < sim->world.n_hosts; i++) {
		like.origin = sim->world.hosts[i].origin;
		sim->world.hosts[i] = like;
	}
}

static const struct host steady = {
	.latency = 50 * NS_PER_MS, .steady = true, .wait = -1};

/* Every host another character: a third of them sound, the rest each with its troubles. */
static void troubled_hosts(struct sim *sim)
{
	struct dice dice = {sim->seed};

	for (size_t i = 0; i < sim->world.n_hosts; i++) {
		struct host *host = &sim->world.hosts[i];

		host->latency = (nstime)(5 * NS_PER_MS << dice_below(&dice, 8));
		host->rate = 100000 << dice_below(&dice, 10);
		host->is_public = dice_chance(&dice, 0.5);
		if (i % 3 == 0)
			continue;
		host->is_dead = dice_chance(&dice, 0.06);
		if (dice_chance(&dice, 0.5))
			host->capacity = 2 + (unsigned)dice_below(&dice, 30);
		if (dice_chance(&dice, 0.5))
			host->wait = (nstime)(1 + dice_below(&dice, 10)) * NS_PER_SEC;
		for (int f = 0; f < FAULT_COUNT; f++)
			host->faults[f] =
				dice_chance(&dice, 0.5) ? 0.03 * dice_real(&dice) : 0;
	}
}

/* --------------------------------------------------------------------------------------
 * How well it goes: the virtual time against the least that is possible
 * ----------------------------------------------------------------------------------- */

static double seconds(nstime span)
{
	return (double)span / NS_PER_SEC;
}

/* Run; all must be there, in `ideal` and at most 15 % more. */
static void check_makespan(struct sim *sim, nstime ideal)
{
	nstime began = sim->now, took;

	sim->oracle.fate = always_done;
	check_int(sim_run(sim), 0);
	check_int(sim->oracle.done, sim->supply.total);
	took = sim->oracle.last_end - began;
	printf("# %.3f s where %.3f s is ideal\n", seconds(took), seconds(ideal));
	check(took >= ideal && took <= ideal + ideal * 15 / 100);
}

static void one_host(void)
{
	struct sim sim;

	sim_init(&sim, 1, 1000, make_sorted, seed);
	all_hosts(&sim, steady);
	sim.settings.jobs = 10;
	check_makespan(&sim, 5 * NS_PER_SEC);
	check_int(sim.oracle.most_in_flight, 10);
	sim_release(&sim);
}

static void one_at_a_time(void)
{
	struct sim sim;

	sim_init(&sim, 3, 300, make_mixed, seed);
	all_hosts(&sim, steady);
	sim.settings.jobs = 1;
	check_makespan(&sim, 15 * NS_PER_SEC);
	check_int(sim.oracle.most_in_flight, 1);
	sim_release(&sim);
}

static void mixed_with_a_limit_per_host(void)
{
	struct sim sim;

	sim_init(&sim, 20, 4000, make_mixed, seed);
	all_hosts(&sim, steady);
	sim.settings.jobs = 100;
	sim.settings.per_host = 2;
	check_makespan(&sim, 5 * NS_PER_SEC);
	check_int(sim.oracle.most_in_flight, 40);
	sim_release(&sim);
}

/* A list sorted by host, with a limit per host: all hosts within the window at once. */
static void sorted_with_a_limit_per_host(void)
{
	struct sim sim;

	sim_init(&sim, 10, 10000, make_sorted, seed);
	all_hosts(&sim, steady);
	sim.settings.jobs = 20;
	sim.settings.per_host = 2;
	check_makespan(&sim, 25 * NS_PER_SEC);
	for (size_t i = 0; i < 10; i++) {
		check(sim.oracle.watched[i].first_start <= 20);
		check_int(sim.oracle.watched[i].most_in_flight, 2);
	}
	sim_release(&sim);
}

/* Without one the look-ahead alone makes the turns: each host begins before the one before
 * it is exhausted. */
static void sorted_without_a_limit(void)
{
	struct sim sim;

	sim_init(&sim, 10, 5000, make_sorted, seed);
	all_hosts(&sim, steady);
	check_makespan(&sim, (nstime)((5000 + 15) / 16) * steady.latency);
	for (size_t i = 1; i < 10; i++)
		check(sim.oracle.watched[i].first_start <
			sim.oracle.watched[i - 1].last_start);
	sim_release(&sim);
}

/* More entries of one host than the window holds: the next one waits, nothing breaks. */
static void sorted_beyond_the_window(void)
{
	struct sim sim;

	sim_init(&sim, 2, 40000, make_sorted, seed);
	all_hosts(&sim, steady);
	sim.settings.jobs = 200;
	sim.settings.per_host = 100;
	sim.oracle.fate = always_done;
	check_int(sim_run(&sim), 0);
	check(sim.oracle.watched[1].first_start < sim.oracle.watched[0].last_start);
	check(sim.most_live <= 16384 + 200);
	sim_release(&sim);
}

/* The slow host comes last in the list, but its turn comes early. */
static void slow_host_at_the_end(void)
{
	struct sim sim;

	sim_init(&sim, 10, 1000, make_sorted, seed);
	all_hosts(&sim, steady);
	for (size_t i = 0; i < 9; i++)
		sim.world.hosts[i].latency = 10 * NS_PER_MS;
	sim.world.hosts[9].latency = NS_PER_SEC;
	sim.settings.per_host = 4;
	check_makespan(&sim, 25 * NS_PER_SEC);
	sim_release(&sim);
}

/* --------------------------------------------------------------------------------------
 * Servers that say no
 * ----------------------------------------------------------------------------------- */

/* Few at once, 429 above: all comes through, however often it was refused. */
static void check_refusing(struct host like, int64_t tries)
{
	struct sim sim;

	sim_init(&sim, 5, 1000, make_mixed, seed);
	like.capacity = 4;
	like.rate = 1 << 20;
	all_hosts(&sim, like);
	sim.settings.jobs = 64;
	sim.settings.tries = tries;
	sim.oracle.fate = always_done;
	check_int(sim_run(&sim), 0);
	check_int(sim.oracle.done, 1000);
	for (size_t i = 0; i < 5; i++)
		check(sim.world.hosts[i].most_serving <= 4);
	printf("# %" PRIu64 " attempts, %.0f s\n", sim.oracle.starts, seconds(sim.now));
	sim_release(&sim);
}

static void refused_with_retry_after(void)
{
	check_refusing(
		(struct host){.latency = 200 * NS_PER_MS, .wait = NS_PER_SEC}, 3);
}

static void refused_without_retry_after(void)
{
	check_refusing((struct host){.latency = 200 * NS_PER_MS, .wait = -1}, 5);
}

/* Refusals come as late as answers do, when the others are done already. */
static void refused_late(void)
{
	check_refusing((struct host){.latency = 200 * NS_PER_MS,
			       .wait = NS_PER_SEC,
			       .ponders = true},
		3);
}

/* The pause that is asked for is shorter than a transfer takes: some refusals in a row,
 * though others are being served all the time. */
static void refused_while_others_take_long(void)
{
	check_refusing((struct host){.latency = 50 * NS_PER_MS,
			       .body = 20 * NS_PER_SEC,
			       .wait = NS_PER_SEC},
		5);
}

/* One host's long pause is nobody else's. */
static void pause_of_one_host(void)
{
	struct sim sim;
	nstime began;

	sim_init(&sim, 10, 1000, make_mixed, seed);
	all_hosts(&sim, steady);
	sim.world.hosts[3].wait = 3600 * NS_PER_SEC;
	sim.world.hosts[3].faults[FAULT_503_WAIT] = 1;
	sim.settings.tries = 3;
	began = sim.now;
	check_int(sim_run(&sim), 0);
	check_int(sim.oracle.done, 900);
	check_int(sim.oracle.failed, 100);
	/* At most ten minutes each time. */
	check(sim.now - began <= 3 * 601 * NS_PER_SEC * 100);
	check(sim.oracle.watched[0].delivered == 100);
	sim_release(&sim);
}

/* --------------------------------------------------------------------------------------
 * Sources that have nothing yet
 * ----------------------------------------------------------------------------------- */

static void halting_source(void)
{
	struct sim sim;

	sim_init(&sim, 10, 20000, make_mixed, seed);
	all_hosts(&sim, steady);
	sim.world.hosts[1].faults[FAULT_RESET] = 0.1;
	sim.settings.per_host = 3;
	sim.supply.pauses = 0.05;
	sim.supply.pause_max = 200 * NS_PER_MS;
	sim.supply.breaths = 0.05;
	sim.supply.bad_lines = 0.02;
	sim.supply.breaks = true;
	check_int(sim_run(&sim), 0);
	check_int(sim_ended(&sim), 20000);
	sim_release(&sim);
}

/* One entry at a time: each starts in the moment that it comes. */
static void slow_source(void)
{
	struct sim sim;
	nstime began;

	sim_init(&sim, 3, 500, make_mixed, seed);
	all_hosts(&sim, steady);
	sim.settings.jobs = 4;
	sim.supply.interval = 100 * NS_PER_MS;
	sim.oracle.fate = always_done;
	began = sim.now;
	check_int(sim_run(&sim), 0);
	check_int(sim.oracle.last_end - began, 499 * 100 * NS_PER_MS + steady.latency);
	sim_release(&sim);
}

/* ... and when it brings more than can be worked on, the jobs are what counts. */
static void source_faster_than_the_jobs(void)
{
	struct sim sim;

	sim_init(&sim, 3, 1000, make_mixed, seed);
	all_hosts(&sim, steady);
	sim.settings.jobs = 4;
	sim.supply.interval = 2 * NS_PER_MS;
	check_makespan(&sim, 250 * steady.latency);
	sim_release(&sim);
}

/* --------------------------------------------------------------------------------------
 * Numbers that are found out: --jobs auto
 * ----------------------------------------------------------------------------------- */

/* Hosts that take so many at once, and refuse the rest: all comes, nearly as soon as if it
 * had been known, and few are refused. */
static void auto_with_hard_caps(void)
{
	static const unsigned caps[] = {4, 10, 40, 100};
	struct sim sim;
	uint64_t asked = 0, refused = 0;

	sim_init(&sim, 4, 20000, make_mixed, seed);
	all_hosts(&sim, steady);
	for (size_t i = 0; i < 4; i++)
		sim.world.hosts[i].capacity = caps[i];
	sim.settings.jobs = 2000;
	sim.settings.jobs_auto = true;
	check_makespan(&sim, 20000 / 4 / 4 * steady.latency);
	for (size_t i = 0; i < 4; i++) {
		asked += sim.world.hosts[i].asked;
		refused += sim.world.hosts[i].refused;
		check(sim.world.hosts[i].most_serving == caps[i]);
	}
	check(refused * 20 < asked);
	sim_release(&sim);
}

/* Hosts that take any number are given more and more, up to what there is room for. */
static void auto_up_to_the_room(void)
{
	struct sim sim;

	sim_init(&sim, 2, 40000, make_mixed, seed);
	all_hosts(&sim, steady);
	sim.settings.jobs = 1500;
	sim.settings.jobs_auto = true;
	sim.oracle.fate = always_done;
	check_int(sim_run(&sim), 0);
	check_int(sim.oracle.done, 40000);
	check_int(sim.oracle.most_in_flight, 1500);
	check(sim.oracle.last_end < 3 * 40000 / 1500 * steady.latency);
	sim_release(&sim);
}

/* No more of a list is read because its only host is at a limit that nobody set. */
static void auto_in_a_small_window(void)
{
	struct bulk bulk;

	bulk_init(&bulk, 10000000, 1);
	bulk.settings.jobs_auto = true;
	bulk.enough = 100000;
	bulk_run(&bulk);
	check(bulk.done >= bulk.enough);
	check(bulk.most_live <= 2048 + 64 + 64);
}

/* --------------------------------------------------------------------------------------
 * Ends before the end
 * ----------------------------------------------------------------------------------- */

static void drained_at_any_time(void)
{
	struct dice dice = {seed};

	for (int i = 0; i < 300; i++) {
		struct sim sim;

		sim_init(&sim, 9, 400, make_troubled, dice_roll(&dice));
		troubled_hosts(&sim);
		sim.supply.pauses = 0.02;
		sim.supply.pause_max = NS_PER_SEC;
		sim.settings.per_host = i % 4;
		sim.oracle.fate = fate_of;
		sim.drain_at = sim.now + (nstime)dice_below(&dice, 20 * NS_PER_SEC);
		check_int(sim_run(&sim), 0);
		sim_release(&sim);
		if (tap_failed_checks)
			break;
	}
}

static void make_filling(struct supply *supply, struct entry *entry)
{
	struct sim *sim = supply->context;

	if (entry->number == supply->total / 2) {
		add_url(entry, &sim->world.hosts[0], "/full/1");
		add_file(sim, entry, 1);
	} else {
		make_troubled(supply, entry);
	}
}

static void disk_full_in_the_middle(void)
{
	struct dice dice = {seed};

	for (int i = 0; i < 50; i++) {
		struct sim sim;

		sim_init(&sim, 9, 2000, make_filling, dice_roll(&dice));
		troubled_hosts(&sim);
		check_int(sim_run(&sim), 0);
		check(sim.oracle.draining);
		check(sim.supply.given < 2000);
		sim_release(&sim);
		if (tap_failed_checks)
			break;
	}
}

/* --------------------------------------------------------------------------------------
 * Everything at once
 * ----------------------------------------------------------------------------------- */

/* Small worlds of all kinds, with settings at their ends. */
static void many_small_worlds(void)
{
	static const nstime waits[] = {0, NS_PER_MS, NS_PER_SEC / 2, 60 * NS_PER_SEC};
	struct dice dice = {seed ^ 0x5eed};

	for (int i = 0; i < 300; i++) {
		struct sim sim;

		sim_init(&sim, 1 + dice_below(&dice, 20), dice_below(&dice, 300),
			make_troubled, dice_roll(&dice));
		troubled_hosts(&sim);
		sim.settings.jobs = 1 + (int64_t)dice_below(&dice, 20);
		sim.settings.per_host = (int64_t)dice_below(&dice, 5);
		sim.settings.jobs_auto = dice_chance(&dice, 0.3);
		sim.settings.tries = 1 + (int64_t)dice_below(&dice, 6);
		sim.settings.retry_wait = waits[dice_below(&dice, 4)];
		sim.settings.allow_private = dice_chance(&dice, 0.3);
		sim.settings.allow_downgrade = dice_chance(&dice, 0.3);
		sim.supply.pauses = dice_chance(&dice, 0.5) ? 0.1 : 0;
		sim.supply.pause_max = NS_PER_SEC;
		sim.supply.breaths = dice_chance(&dice, 0.5) ? 0.1 : 0;
		sim.supply.breaks = dice_chance(&dice, 0.1);
		check_int(sim_run(&sim), 0);
		sim_release(&sim);
		if (tap_failed_checks)
			break;
	}
}

static void a_hundred_thousand(void)
{
	struct sim sim;
	nstime began = clock_now();

	sim_init(&sim, 50, 100000, make_troubled, seed);
	troubled_hosts(&sim);
	sim.settings.jobs = 256;
	sim.settings.per_host = 16;
	sim.oracle.fate = fate_of;
	check_int(sim_run(&sim), 0);
	check_int(sim_ended(&sim), 100000);
	check_int(sim.oracle.most_in_flight, 256);
	check(sim.most_live <= 16384 + 256);
	printf("# %" PRIu64 " done, %" PRIu64 " failed; %" PRIu64 " attempts, %" PRIu64
	       " retries, %" PRIu64 " redirects, %" PRIu64 " pauses\n",
		sim.oracle.done, sim.oracle.failed, sim.oracle.starts,
		sim.oracle.retries, sim.oracle.redirects, sim.oracle.pauses);
	printf("# %.0f s of virtual time in %.1f s\n", seconds(sim.now),
		seconds(clock_now() - began));
	sim_release(&sim);
}

/* What a transfer costs the scheduler: printed, not judged. */
static void a_million_for_the_cost(void)
{
	struct bulk bulk;
	nstime alone = bulk_without_sched(BULK, 50);

	bulk_init(&bulk, BULK, 50);
	bulk_run(&bulk);
	check_int(bulk.done, BULK);
	check_int(bulk.failed, 0);
	printf("# %.0f ns for sched_next and sched_finish, %.0f ns for the entry "
	       "itself\n",
		(double)(bulk.took - alone) / BULK, (double)alone / BULK);
}

/* A list of ten million is never in memory, not even when few of it can be worked on and
 * the scheduler reads on in search of other hosts. */
static void ten_million_in_a_window(void)
{
	struct bulk bulk;

	bulk_init(&bulk, 10000000, 3);
	bulk.settings.per_host = 2;
	bulk.enough = 2 * BULK;
	bulk_run(&bulk);
	check(bulk.done >= bulk.enough && bulk.done < bulk.enough + 64);
	check_int(bulk.failed, 0);
	check(bulk.given <= bulk.done + 16384 + 64);
	check(bulk.most_live <= 16384 + 64);
	printf("# at most %" PRIu64 " entries at a time\n", bulk.most_live);
}

int main(void)
{
	const char *given = getenv("SEED");

	if (given)
		seed = strtoull(given, NULL, 0);
	printf("# SEED=%" PRIu64 "\n", seed);
	run(one_host);
	run(one_at_a_time);
	run(mixed_with_a_limit_per_host);
	run(sorted_with_a_limit_per_host);
	run(sorted_without_a_limit);
	run(sorted_beyond_the_window);
	run(slow_host_at_the_end);
	run(refused_with_retry_after);
	run(refused_without_retry_after);
	run(refused_late);
	run(refused_while_others_take_long);
	run(pause_of_one_host);
	run(halting_source);
	run(slow_source);
	run(source_faster_than_the_jobs);
	run(auto_with_hard_caps);
	run(auto_up_to_the_room);
	run(auto_in_a_small_window);
	run(drained_at_any_time);
	run(disk_full_in_the_middle);
	run(many_small_worlds);
	run(a_hundred_thousand);
	run(a_million_for_the_cost);
	run(ten_million_in_a_window);
	return done();
}
