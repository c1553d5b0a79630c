/* limiter.h - how many attempts at once an origin is given: found out by watching goodput.
 *
 * Starts at a few, doubles each round while goodput (files and bytes per second) grows,
 * steps back when more brings no more, halves when the origin refuses (429, 503, refused
 * connections), and tries again later, ever more seldom. With a fixed limit (jobs given as
 * a number) only refusals reduce it, and it recovers. Against origins that refuse, it also
 * spaces the starts, so that a limit on the rate can be met as well as one on the number.
 *
 * Not its business: the total over all origins, and pauses that an origin asks for
 * (Retry-After). Pure: time comes in. One per origin; not thread-safe. */
#ifndef SEINE_CORE_LIMITER_H
#define SEINE_CORE_LIMITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"

enum limiter_phase {
	LIMITER_CLIMB, /* doubling, a round each */
	LIMITER_REST,  /* the level is settled; its goodput is averaged */
	LIMITER_PROBE  /* a look at a little more or less */
};

struct limiter {
	size_t limit;   /* in flight at most, now; at least 1. All that others read */
	size_t ceiling; /* never more than this */
	bool adaptive; /* false: `ceiling` is the user's number, left only upon refusals */

	double window; /* what `limit` is rounded up from; below 1 only the spacing matters */
	double latency; /* a usual delivery's, ns; 0: none yet */
	double bytes;   /* a usual delivery's */
	nstime delivered_at;
	nstime next; /* the next start, where starts are spaced */

	/* Refusals. */
	double refused;  /* the window that was too much; 0: none that is remembered */
	double patience; /* rounds of creeping up to that window */
	double step;     /* by which the window creeps meanwhile */
	double credit; /* refusals that may be overlooked, in deliveries that earned it */
	nstime cut;    /* when the window was halved last */
	bool delivered; /* ... of what was started after that, something came */
	unsigned held;  /* rounds since then near the refused window */

	/* The round: a stretch of deliveries at one window. */
	nstime round_start;
	size_t settle; /* deliveries to be ignored first: they began at another window */
	size_t wanted, seen; /* deliveries: for a judgement; so far */
	size_t fresh;        /* ... of what was started in this round */
	size_t idle;         /* ... when nobody waited */
	size_t most_in_flight;
	double work; /* what they were worth */

	/* The search for the best window. */
	enum limiter_phase phase;
	double from;       /* the window to go back to */
	double goodput;    /* ... and what it yields; 0: not known */
	bool again;        /* the round is a second look */
	bool confirmed;    /* the plateau was found twice */
	unsigned rounds;   /* at rest */
	unsigned interval; /* ... between two probes */
	bool downward;     /* the next probe */
};

enum limiter_news {
	LIMITER_DELIVERED, /* the origin answered as it should; bytes may be 0 */
	LIMITER_REFUSED,   /* the origin says that it gets too much */
	LIMITER_FAILED     /* neither: says nothing about capacity */
};

void limiter_init(struct limiter *limiter, bool adaptive, size_t ceiling, nstime now);

/* An attempt starts. Returns for how long no other may start at this origin: 0 unless it
 * has refused. */
nstime limiter_started(struct limiter *limiter, nstime now);

/* An attempt ended. `in_flight` is how many were under way when it ended, itself included;
 * `waited` whether others were waiting for their turn at this origin (if not, the limit was
 * not what bounded the goodput). `latency` from start to end. */
void limiter_tell(struct limiter *limiter, enum limiter_news news, int64_t bytes,
	nstime latency, size_t in_flight, bool waited, nstime now);

#endif
