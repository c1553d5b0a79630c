/* oracle.h - an observer that knows the rules: it follows every entry, mirror and host by
 * itself, and counts whatever the scheduler does that it must not. Of large files it sees the
 * attempts; their bytes are large.h's. */
#ifndef SEINE_TESTS_ORACLE_H
#define SEINE_TESTS_ORACLE_H

#include "core/observer.h"
#include "world.h"

#define MIRRORS_MAX 4

/* What an entry must come to in the end. */
enum fate { FATE_ANY, FATE_DONE, FATE_FAILED };

struct record;

/* A host as the rules see it. */
struct watched {
	unsigned in_flight, most_in_flight;
	nstime paused_until;
	uint64_t starts;
	uint64_t first_start, last_start; /* which of all starts, from 1 */
	uint64_t delivered;
};

struct oracle {
	struct observer observer;
	const struct settings *settings;
	struct world *world;
	nstime now; /* the simulator's clock */
	/* NULL: FATE_ANY for all. */
	enum fate (*fate)(struct world *, const struct entry *);

	struct record **records; /* by number; of entries that were started and live */
	unsigned char *ends;     /* by number: how often each has ended */
	size_t total;
	struct watched *watched; /* by host */
	struct record *due; /* after FINISH: the entry whose next event must follow */
	enum event_type finished_as;

	bool draining;
	unsigned in_flight, most_in_flight;
	uint64_t starts, done, failed, interrupted, retries, redirects, pauses;
	nstime last_end;
	uint64_t violations;
};

void oracle_init(struct oracle *oracle, const struct settings *settings,
	struct world *world, size_t total);
void oracle_release(struct oracle *oracle);

/* The rules that only the end can tell. `given` is how many entries the source gave. */
void oracle_close(struct oracle *oracle, uint64_t given);

/* One more rule broken; the first few are printed. */
void oracle_blame(struct oracle *oracle, const char *fmt, ...) printf_like(2, 3);

#endif
