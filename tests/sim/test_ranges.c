/* test_ranges.c - large files, in the long run: cut into ranges, broken off, changed, sent on,
 * against simulated servers on virtual time.
 *
 * SEED=N test_ranges plays the same again. What the attempts must never do is the oracle's; what
 * must never become of the bytes is large.c's. */
#include <stdlib.h>

#include "lists.h"
#include "tap.h"

#define MIB (INT64_C(1) << 20)

static uint64_t seed = 20240229;

static enum fate always_done(struct world *world, const struct entry *entry)
{
	return world && entry ? FATE_DONE : FATE_ANY;
}

static double seconds(nstime span)
{
	return (double)span / NS_PER_SEC;
}

/* A large file of this sort, of up to `most` MiB, at each host in turn. */
static void add_large(
	struct sim *sim, struct entry *entry, const char *sort, unsigned most)
{
	unsigned n = (unsigned)entry->number;
	unsigned size = 1 + (unsigned)dice_below(&sim->supply.dice, most);
	char path[64];

	if (strcmp(sort, "away") == 0)
		snprintf(path, sizeof(path), "/away/%u/%u/%u",
			(unsigned)dice_below(&sim->supply.dice, sim->world.n_hosts),
			size + most, n); /* nobody else leads there */
	else
		snprintf(path, sizeof(path), "/%s/%u/%u", sort, size, n);
	add_url(entry, &sim->world.hosts[(n + entry->urls.count) % sim->world.n_hosts],
		path);
}

static void make_hundred(struct supply *supply, struct entry *entry)
{
	struct sim *sim = supply->context;

	add_url(entry, &sim->world.hosts[0], "/large/100/1");
}

static void make_large(struct supply *supply, struct entry *entry)
{
	add_large(supply->context, entry, "large", 40);
}

static void make_moving(struct supply *supply, struct entry *entry)
{
	add_large(supply->context, entry, "moving", 60);
}

static void make_liars(struct supply *supply, struct entry *entry)
{
	static const char *const sorts[] = {"liar", "plain", "loose"};

	add_large(supply->context, entry, sorts[entry->number % 3], 30);
}

static void make_away(struct supply *supply, struct entry *entry)
{
	add_large(supply->context, entry, "away", 40);
}

/* All sorts, with up to three mirrors. */
static void make_any(struct supply *supply, struct entry *entry)
{
	static const char *const sorts[] = {
		"large", "large", "moving", "liar", "plain", "loose", "away"};
	struct dice *dice = &supply->dice;
	size_t mirrors = 1 + dice_below(dice, 3);

	for (size_t i = 0; i < mirrors; i++)
		add_large(supply->context, entry, sorts[dice_below(dice, 7)], 20);
}

/* The same file at three hosts, of which one may be of another sort, or have another file; every
 * other one has a digest. */
static void make_mirrored(struct supply *supply, struct entry *entry)
{
	static const char *const sorts[] = {
		"large", "moving", "liar", "plain", "loose"};
	struct sim *sim = supply->context;
	struct dice *dice = &supply->dice;
	unsigned n = (unsigned)entry->number, size = 1 + (unsigned)dice_below(dice, 40);
	size_t odd = dice_below(dice, 5);

	for (size_t i = 0; i < 3; i++) {
		char path[64];

		snprintf(path, sizeof(path), "/%s/%u/%u",
			i == odd ? sorts[dice_below(dice, 5)] : "large",
			size + (i == odd && dice_chance(dice, 0.3)), n);
		add_url(entry, &sim->world.hosts[(n + i) % sim->world.n_hosts], path);
	}
	if (n % 2)
		entry->checksum.alg = DIGEST_SHA256;
}

static void make_hundred_of_three(struct supply *supply, struct entry *entry)
{
	struct sim *sim = supply->context;

	for (size_t i = 0; i < 3; i++)
		add_url(entry, &sim->world.hosts[i], "/large/100/1");
}

/* Large files among small ones. */
static void make_mixture(struct supply *supply, struct entry *entry)
{
	if (entry->number % 4 == 0)
		make_any(supply, entry);
	else
		make_troubled(supply, entry);
}

static void ranges_init(struct sim *sim, size_t n_hosts, uint64_t total,
	void (*make)(struct supply *, struct entry *))
{
	sim_init(sim, n_hosts, total, make, seed);
	sim->settings.split = 4;
	for (size_t i = 0; i < n_hosts; i++)
		sim->world.hosts[i].latency = 20 * NS_PER_MS;
}

static void faulty_hosts(struct sim *sim, double share)
{
	for (size_t i = 0; i < sim->world.n_hosts; i++) {
		sim->world.hosts[i].faults[FAULT_RESET] = share / 2;
		sim->world.hosts[i].faults[FAULT_TRUNCATED] = share / 4;
		sim->world.hosts[i].faults[FAULT_STALL] = share / 20;
		sim->world.hosts[i].faults[FAULT_503] = share / 10;
	}
}

static void run_all_done(struct sim *sim)
{
	sim->oracle.fate = always_done;
	check_int(sim_run(sim), 0);
	check_int(sim->oracle.done, sim->supply.total);
	check_int(sim->larges.commits, sim->supply.total);
	printf("# %" PRIu64 " attempts, %" PRIu64
	       " retries; %.1f MiB received for %.1f MiB;"
	       " %.1f s\n",
		sim->oracle.starts, sim->oracle.retries,
		(double)sim->larges.received / MIB, (double)sim->larges.needed / MIB,
		seconds(sim->oracle.last_end - NS_PER_SEC));
}

/* Four connections of 10 MiB/s each are used to the end. */
static void one_file_alone(void)
{
	nstime took;
	struct sim sim;

	ranges_init(&sim, 1, 1, make_hundred);
	run_all_done(&sim);
	took = sim.oracle.last_end - NS_PER_SEC;
	check(took >= 25 * NS_PER_SEC / 10 && took < 30 * NS_PER_SEC / 10);
	check_int(sim.oracle.most_in_flight, 4);
	check_int(sim.larges.received, sim.larges.needed);
	sim_release(&sim);
}

/* No more than the one connection that is allowed: nothing is lost by ranges, either. */
static void one_file_and_one_job(void)
{
	struct sim sim;

	ranges_init(&sim, 1, 1, make_hundred);
	sim.settings.jobs = 1;
	run_all_done(&sim);
	check(sim.oracle.last_end - NS_PER_SEC < 11 * NS_PER_SEC);
	check_int(sim.larges.received, sim.larges.needed);
	sim_release(&sim);
}

static void every_byte_once(void)
{
	struct sim sim;

	ranges_init(&sim, 7, 300, make_large);
	sim.settings.per_host = 3;
	run_all_done(&sim);
	check_int(sim.larges.received, sim.larges.needed);
	sim_release(&sim);
}

/* What was received before a fault is not fetched again, whatever the fault. */
static void every_byte_once_with_faults(void)
{
	struct sim sim;

	ranges_init(&sim, 7, 300, make_large);
	faulty_hosts(&sim, 0.3);
	run_all_done(&sim);
	check_int(sim.larges.received, sim.larges.needed);
	sim_release(&sim);
}

/* One chunk in twenty stands still; its file ends long before it would be given up. */
static void stalls_are_overtaken(void)
{
	struct sim sim;

	ranges_init(&sim, 1, 1, make_hundred);
	sim.settings.chunk_size = 2 * MIB;
	sim.settings.split = 8; /* so that hardly ever all of them stand still */
	sim.world.hosts[0].faults[FAULT_STALL] = 0.05;
	run_all_done(&sim);
	check(sim.oracle.last_end - NS_PER_SEC < 10 * NS_PER_SEC);
	check_int(sim.larges.received, sim.larges.needed);
	sim_release(&sim);
}

/* Files that become others on the way: never bytes of two of them in one. */
static void files_that_change(void)
{
	struct sim sim;

	ranges_init(&sim, 5, 200, make_moving);
	for (size_t i = 0; i < 5; i++)
		sim.world.hosts[i].speed = 2 * MIB;
	faulty_hosts(&sim, 0.05);
	run_all_done(&sim);
	check(sim.larges.received > sim.larges.needed);
	sim_release(&sim);
}

static void servers_without_proper_ranges(void)
{
	struct sim sim;

	ranges_init(&sim, 5, 300, make_liars);
	run_all_done(&sim);
	sim_release(&sim);
}

static void files_that_are_elsewhere(void)
{
	struct sim sim;

	ranges_init(&sim, 7, 300, make_away);
	faulty_hosts(&sim, 0.2);
	sim.settings.allow_downgrade = true;
	sim.settings.tries = 20; /* faults of redirects have no progress between them */
	run_all_done(&sim);
	check_int(sim.larges.received, sim.larges.needed);
	sim_release(&sim);
}

/* Three hosts of one connection each are used to the end, with four wanted. */
static void one_file_at_three_hosts(void)
{
	nstime took;
	struct sim sim;

	ranges_init(&sim, 3, 1, make_hundred_of_three);
	sim.settings.per_host = 1;
	run_all_done(&sim);
	took = sim.oracle.last_end - NS_PER_SEC;
	check(took >= 33 * NS_PER_SEC / 10 && took < 40 * NS_PER_SEC / 10);
	check_int(sim.oracle.most_in_flight, 3);
	check_int(sim.larges.received, sim.larges.needed);
	sim_release(&sim);
}

/* Never bytes of two files in one, and the sound ones of three mirrors are enough. */
static void mirrors_of_all_sorts(void)
{
	for (int faults = 0; faults < 2; faults++) {
		struct sim sim;

		ranges_init(&sim, 7, 300, make_mirrored);
		if (faults)
			faulty_hosts(&sim, 0.2);
		run_all_done(&sim);
		/* What liars and others cost is not much. */
		check(sim.larges.received < sim.larges.needed / 10 * 12);
		sim_release(&sim);
	}
}

/* One host slow, one dead, one that takes few: the limits and rules hold all the same. */
static void roll_hosts(struct sim *sim, struct dice *dice)
{
	for (size_t i = 0; i < sim->world.n_hosts; i++) {
		struct host *host = &sim->world.hosts[i];

		host->latency = (nstime)(NS_PER_MS << dice_below(dice, 10));
		host->speed = (int64_t)(100000 << dice_below(dice, 10));
		host->is_dead = dice_chance(dice, 0.05);
		host->is_public = dice_chance(dice, 0.5);
		if (dice_chance(dice, 0.3))
			host->capacity = 1 + (unsigned)dice_below(dice, 10);
		if (dice_chance(dice, 0.5))
			host->wait = (nstime)(1 + dice_below(dice, 5)) * NS_PER_SEC;
		for (int f = 0; f < FAULT_COUNT; f++)
			host->faults[f] =
				dice_chance(dice, 0.5) ? 0.06 * dice_real(dice) : 0;
	}
}

static void roll_settings(struct sim *sim, struct dice *dice)
{
	static const nstime waits[] = {0, NS_PER_MS, NS_PER_SEC / 2, 60 * NS_PER_SEC};

	sim->settings.jobs = 1 + (int64_t)dice_below(dice, 20);
	sim->settings.per_host = (int64_t)dice_below(dice, 5);
	sim->settings.split = 1 + (int64_t)dice_below(dice, 8);
	sim->settings.chunk_size =
		dice_chance(dice, 0.5) ? (int64_t)(100000 << dice_below(dice, 6)) : 0;
	sim->settings.tries = 1 + (int64_t)dice_below(dice, 6);
	sim->settings.retry_wait = waits[dice_below(dice, 4)];
	sim->settings.allow_downgrade = dice_chance(dice, 0.3);
	sim->supply.pauses = dice_chance(dice, 0.5) ? 0.1 : 0;
	sim->supply.pause_max = NS_PER_SEC;
}

static void many_small_worlds(void)
{
	struct dice dice = {seed ^ 0x5eed};

	for (int i = 0; i < 200; i++) {
		struct sim sim;

		sim_init(&sim, 1 + dice_below(&dice, 10), dice_below(&dice, 40),
			i % 3 == 0   ? make_mirrored
			: i % 3 == 1 ? make_any
				     : make_mixture,
			dice_roll(&dice));
		roll_hosts(&sim, &dice);
		roll_settings(&sim, &dice);
		if (i % 4 == 0)
			sim.drain_at =
				sim.now + (nstime)dice_below(&dice, 30 * NS_PER_SEC);
		check_int(sim_run(&sim), 0);
		if (i % 4)
			check_int(sim_ended(&sim), sim.supply.total);
		sim_release(&sim);
		if (tap_failed_checks) {
			printf("# world %d\n", i);
			break;
		}
	}
}

int main(void)
{
	const char *given = getenv("SEED");

	if (given)
		seed = strtoull(given, NULL, 0);
	printf("# SEED=%" PRIu64 "\n", seed);
	run(one_file_alone);
	run(one_file_and_one_job);
	run(every_byte_once);
	run(every_byte_once_with_faults);
	run(stalls_are_overtaken);
	run(files_that_change);
	run(servers_without_proper_ranges);
	run(files_that_are_elsewhere);
	run(one_file_at_three_hosts);
	run(mirrors_of_all_sorts);
	run(many_small_worlds);
	return done();
}
