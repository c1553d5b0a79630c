/* sim.h - the simulator: the real scheduler between a simulated source and simulated servers,
 * on virtual time, under the eyes of the oracle. */
#ifndef SEINE_TESTS_SIM_H
#define SEINE_TESTS_SIM_H

#include "base/heap.h"
#include "core/sched.h"
#include "large.h"
#include "oracle.h"
#include "supply.h"
#include "world.h"

struct sim {
	struct settings settings;
	struct world world;
	struct supply supply;
	struct oracle oracle;
	struct larges larges;
	nstime drain_at; /* NSTIME_NEVER: not at all */
	/* ... or when so many entries have ended; 0: not at all. */
	uint64_t drain_after;

	uint64_t seed;
	struct sched *sched;
	struct heap flights;
	struct list flying;
	uint64_t cancelled; /* as sched_cancelled() said last */
	nstime now;
	uint64_t turns, most_live;
};

/* A job of `total` entries for `n_hosts` hosts. Change what you like before sim_run. */
void sim_init(struct sim *sim, size_t n_hosts, uint64_t total,
	void (*make)(struct supply *, struct entry *), uint64_t seed);
/* Run to the end; returns how often a rule was broken. */
uint64_t sim_run(struct sim *sim);
void sim_release(struct sim *sim);

/* Entries that have ended. */
uint64_t sim_ended(const struct sim *sim);

#endif
