/* arrival.h - how far a file is, for whoever shows it: all of its chunks together.
 *
 * Looks into the task of an attempt that is in flight, so it is called as events are told: under
 * whatever lock guards the scheduler. Changes nothing. */
#ifndef SEINE_CORE_ARRIVAL_H
#define SEINE_CORE_ARRIVAL_H

#include "core/entry.h"

struct arrival {
	int64_t size;    /* -1: not known */
	int64_t here;    /* bytes, those of an earlier run too */
	int64_t fetched; /* bytes that were fetched ... */
	nstime since;    /* ... since then */
};

struct arrival arrival_of(const struct attempt *attempt);
/* The size alone, which is quick. */
int64_t arrival_size(const struct attempt *attempt);

#endif
