/* limiter.h - how many attempts at once an origin is given.
 *
 * Adaptive (--jobs auto): as many as bring the most (search.h), and half of that when the
 * origin refuses (429, 503, refused connections); then it recovers, and creeps near what was
 * refused. With a number only refusals reduce it, and it recovers. Against origins that
 * refuse, it also spaces the starts, so that a limit on the rate can be met as well as one on
 * the number. Refusals that come no less often when less is asked (trial.h) reduce nothing.
 *
 * Not its business: the total over all origins, and pauses that an origin asks for
 * (Retry-After). Pure: time comes in. One per origin; not thread-safe. */
#ifndef SEINE_CORE_LIMITER_H
#define SEINE_CORE_LIMITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "core/search.h"
#include "core/trial.h"

/* What a cut changes. Of the same names below. */
struct limiter_level {
	double window, refused, patience, step;
	unsigned held;
};

struct limiter {
	size_t limit;   /* in flight at most, now; at least 1. All that others read */
	size_t ceiling; /* never more than this */
	bool adaptive; /* false: `ceiling` is the user's number, left only upon refusals */
	struct search search; /* goes on while no refusal is remembered */

	double window; /* what `limit` is rounded up from; below 1 only the spacing matters */
	double latency; /* a usual delivery's, ns; 0: none yet */
	nstime delivered_at;
	nstime next;   /* the next start, where starts are spaced */
	double credit; /* refusals that may be overlooked, in deliveries that earned it */
	double cost;   /* ... and what one costs */

	/* A refusal that is remembered. */
	double refused;           /* the window that was too much; 0: none */
	nstime cut;               /* when the window was halved */
	double asked;             /* ... and what was in flight then */
	size_t lost;              /* ... of which so many were refused */
	bool delivered;           /* of what was started after it, something came */
	nstime since;             /* the window was set */
	size_t seen;              /* deliveries at it */
	double patience;          /* rounds of creeping up to what was refused */
	double step;              /* by which the window creeps meanwhile */
	unsigned held;            /* rounds since then near what was refused */
	double before;            /* half of the window that was refused first */
	struct trial_count crawl; /* while it crawls */

	struct trial trial;         /* does the window matter to the refusals at all? */
	struct limiter_level uncut; /* as it was before the last cut */
};

enum limiter_news {
	LIMITER_DELIVERED, /* the origin answered as it should; bytes may be 0 */
	LIMITER_REFUSED,   /* the origin says that it gets too much */
	LIMITER_FAILED     /* neither: says nothing about capacity */
};

/* An attempt that has ended. */
struct limiter_report {
	enum limiter_news news;
	int64_t bytes;
	nstime latency; /* from its start to its end */
	size_t rank; /* how many were in flight when it was started, itself included */
	bool again;  /* the same was refused there when it was asked for last */
};

void limiter_init(struct limiter *limiter, bool adaptive, size_t ceiling, nstime now);

/* An attempt starts. Returns for how long no other may start at this origin: 0 unless it
 * has refused. */
nstime limiter_started(struct limiter *limiter, nstime now);

/* Does it refuse some whatever the pace, so that it is not to be helped by patience? */
bool limiter_bears(const struct limiter *limiter);

/* An attempt ended. `in_flight` is how many were under way until then, itself included. */
void limiter_tell(struct limiter *limiter, const struct limiter_report *report,
	size_t in_flight, nstime now);

#endif
