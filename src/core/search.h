/* search.h - the window that brings the most: how many attempts at once an origin is worth.
 *
 * Watches goodput while the origin refuses nothing. It starts at SEARCH_START, doubles while
 * doubling brings more, steps back when it does not, and from then on looks now and then
 * whether a little more or a little less is better, ever more seldom while nothing changes.
 *
 * The issue is how soon a job is at its best, which is a matter of round trips. A climb that
 * doubles takes log2(best / start) of them, and until then less is fetched than could be: from
 * 16, a server that takes 500 at once and answers in 0.1 s is filled after 0.5 s, which costs a
 * job of 20,000 files (4.1 s) a tenth of its goodput, all that there is to lose; from 32 it
 * costs 7 %. What speaks against more is the first burst at a server that takes few: of 1,000
 * files at one that takes a single one, 32 at first mean 7 % refused, 64 would mean 10. No start
 * is enough for small jobs far away: 1,000 files at 230 ms are fetched in 0.25 s when all are
 * asked for at once, which nobody may who does not know the server; from 16 in six round trips,
 * from 32 in five (1.2 s), from 128 in three.
 *
 * Not its business: refusals, and the total over all origins. Pure: time comes in. One per
 * origin; not thread-safe. */
#ifndef SEINE_CORE_SEARCH_H
#define SEINE_CORE_SEARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"

#define SEARCH_START 32.0

/* What was delivered of some attempts, added up. */
struct look {
	double count;
	double rank;    /* under way when each was started, itself included */
	double work;    /* bytes, roughly */
	double latency; /* ns */
};

enum search_phase {
	SEARCH_CLIMB, /* at twice the window before */
	SEARCH_REST,  /* the window is settled; its goodput is averaged */
	SEARCH_PROBE  /* a look at a little more or less */
};

struct search {
	double window;  /* attempts at once, now; 1 at least. All that others read */
	double ceiling; /* never more than this */

	enum search_phase phase;
	struct look here;  /* at this window */
	struct look below; /* at the one that a climb has come from */
	double wanted;     /* deliveries for the next judgement of `here` */
	nstime since;      /* when the window was set */
	double delivered;  /* in all */
	double usual_work, usual_latency; /* of a delivery */
	double first_latency; /* on the lowest window of this climb, of slow answers too */

	double from;       /* the window to go back to; 0: none */
	double goodput;    /* of the settled window */
	bool confirmed;    /* a climb from there has failed */
	unsigned rounds;   /* at rest */
	unsigned interval; /* ... between two probes */
	bool downward;     /* the next probe */
};

void search_init(struct search *search, double ceiling, nstime now);
/* Climb again, from `window`: what was known does not hold any more. */
void search_restart(struct search *search, double window, nstime now);
/* An attempt brought what it should: `bytes` in `latency`. `rank`: how many were under way
 * when it was started, itself included. */
void search_delivered(
	struct search *search, int64_t bytes, nstime latency, size_t rank, nstime now);

#endif
