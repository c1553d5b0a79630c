/* bulk.h - very many entries through the scheduler, with no more around it than must be: what
 * it costs, and how many it holds at a time. */
#ifndef SEINE_TESTS_BULK_H
#define SEINE_TESTS_BULK_H

#include "core/sched.h"

struct bulk {
	struct settings settings;
	uint64_t total;  /* what the source has */
	uint64_t enough; /* drained when so many are done */
	unsigned hosts;

	struct source source;
	struct observer observer;
	uint64_t given, done, failed, most_live;
	nstime took; /* in real time */
};

/* `total` entries, spread evenly over the hosts. */
void bulk_init(struct bulk *bulk, uint64_t total, unsigned hosts);
/* Every attempt succeeds, in the order of the starts, when no other can be started. */
void bulk_run(struct bulk *bulk);
/* What only making and freeing the entries costs, in real time. */
nstime bulk_without_sched(uint64_t total, unsigned hosts);

#endif
