/* pace.h - a rate kept by giving everyone a moment of their own.
 *
 * Who wants `amount` is told when it is their turn, and the next one's turn comes later by the
 * time that the amount takes at the rate. Nobody polls, nobody is woken twice, and the order
 * of asking is the order of turns (the generic cell rate algorithm). A pause of all does not
 * save up more than `burst`. Pure; the caller locks. */
#ifndef SEINE_CORE_PACE_H
#define SEINE_CORE_PACE_H

#include <stdint.h>

#include "base/clock.h"

struct pace {
	double per_second; /* 0: no limit */
	nstime burst;      /* how far turns may lie in the past, that is, be at once */
	nstime next;       /* the first turn that nobody has */
};

void pace_init(struct pace *pace, double per_second, nstime burst, nstime now);
/* The moment from which `amount` may be used: `now` or later. It is yours. */
nstime pace_reserve(struct pace *pace, int64_t amount, nstime now);

#endif
