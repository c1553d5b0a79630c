/* limiter.h - how many attempts at once an origin is given: found out by watching goodput.
 *
 * Starts at a few, doubles each round while goodput (bytes and files per second) grows, stops
 * at the plateau, steps back when more brings no more, halves when the origin refuses (429,
 * 503, refused connections), and probes again later. With a fixed limit (jobs given as a
 * number) only refusals reduce it, and it recovers. Pure: time comes in; one per origin. */
#ifndef SEINE_CORE_LIMITER_H
#define SEINE_CORE_LIMITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"

struct limiter {
	size_t limit;   /* in flight at most, now; at least 1 */
	size_t ceiling; /* never more than this */
	bool adaptive;  /* false: `ceiling` is the user's number, left only upon refusals */
	/* The controller's own state follows. */
};

enum limiter_news {
	LIMITER_DELIVERED, /* the attempt brought its bytes */
	LIMITER_REFUSED,   /* the origin says that it gets too much */
	LIMITER_FAILED     /* neither: says nothing about capacity */
};

void limiter_init(struct limiter *limiter, bool adaptive, size_t ceiling, nstime now);
/* An attempt ended. `in_flight` is how many were under way when it ended, itself included;
 * `waited` whether others were waiting for their turn at this origin (if not, the limit was
 * not what bounded the goodput). `latency` from start to end. */
void limiter_tell(struct limiter *limiter, enum limiter_news news, int64_t bytes,
	nstime latency, size_t in_flight, bool waited, nstime now);

#endif
