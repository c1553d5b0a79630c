/* supply.h - sources for the simulator: entries made on demand, with every way of making a
 * scheduler wait for them. */
#ifndef SEINE_TESTS_SUPPLY_H
#define SEINE_TESTS_SUPPLY_H

#include "core/source.h"
#include "dice.h"

#define SUPPLY_FD 4711 /* only a number here */

struct supply {
	struct source source;
	/* Put at least one URL into entry->urls; the number is set already. */
	void (*make)(struct supply *, struct entry *);
	void *context;
	uint64_t total; /* entries; then the end */

	/* How it makes one wait. */
	double pauses;  /* how probable SOURCE_AGAIN with a descriptor is */
	double breaths; /* ... and without */
	double bad_lines;
	nstime pause_max; /* the descriptor becomes readable within that time */
	nstime interval;  /* one entry in that time, no more; 0: as they are wanted */
	bool breaks;      /* ends by SOURCE_BROKEN */

	/* What has become of it. */
	struct dice dice;
	nstime now;     /* the simulator's clock */
	nstime ready;   /* when the descriptor is readable */
	bool breathing; /* the last SOURCE_AGAIN was without descriptor */
	bool broken, ended;
	uint64_t given, calls, calls_after_end;
};

void supply_init(struct supply *supply, uint64_t total,
	void (*make)(struct supply *, struct entry *), void *context, uint64_t seed);

#endif
