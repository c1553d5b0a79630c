/* ledger.h - what the origin remembers of its requests: counts for limits and seeded
 * faults, and the record that tests read as /stats and /log. One thread. */
#ifndef ORIGIN_LEDGER_H
#define ORIGIN_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/clock.h"
#include "request.h"

/* What is counted alike for the whole server, a Host, a path, a group of paths (the
 * first segment), a target (path and query). */
struct tally {
	char *key;
	uint64_t count;
	uint64_t active, max_active;
	uint64_t sent;      /* bytes of answers, heads included */
	nstime first, last; /* when requests came */
	bool gathered;      /* as many were active at once as gather= waits for */
	nstime window;      /* start of the second that window_count counts in */
	uint64_t window_count;
	struct buf headers; /* of the last request: name NUL value NUL ... */
};

/* One request under way: what to count down when it ends. */
struct visit {
	struct tally *host, *path, *group; /* NULL: nothing is under way */
	size_t record;                     /* in the log; SIZE_MAX: not logged */
};

struct ledger;

/* `started` is the zero of the times in the record. */
struct ledger *ledger_new(nstime started);
void ledger_free(struct ledger *ledger);

/* A request came, on this connection to this address of ours. */
void ledger_begin(struct ledger *ledger, struct visit *visit,
	const struct request *request, uint64_t connection, const char *server,
	nstime now);
/* Its response has this status (0: none). */
void ledger_status(struct ledger *ledger, const struct visit *visit, int status);
/* So many bytes of it have gone out. */
void ledger_sent(struct ledger *ledger, const struct visit *visit, size_t bytes);
/* It is over; harmless when nothing is under way. */
void ledger_end(struct ledger *ledger, struct visit *visit);

/* How many requests there were for this target before; counts this one. */
uint64_t ledger_ordinal(struct ledger *ledger, const char *target);
/* More than this in the last second, counting the present one? */
bool ledger_too_fast(struct visit *visit, uint64_t limit, nstime now);

struct ledger_totals {
	uint64_t connections,
		open; /* that made a request for a file; that are open at all */
};
/* Append all as one JSON object / as JSON Lines, a request each. */
void ledger_add_stats(
	struct ledger *ledger, struct buf *out, const struct ledger_totals *totals);
void ledger_add_log(struct ledger *ledger, struct buf *out);
/* Forget everything but what is under way. */
void ledger_reset(struct ledger *ledger);

#endif
