/* chunks.h - how the file of one task is fetched: by one attempt from its beginning to its
 * end, or in ranges, several at once.
 *
 * The first attempt asks for the first chunk. Its answer tells whether the server knows
 * ranges, how long the file is, and what pins its state (version.h). If all of that is there
 * and the file is longer, other attempts begin before the first has ended. What an attempt has
 * brought stays, whatever became of it; only a file that has changed begins anew, as another
 * generation: attempts of an older one are cancelled, and what they bring is ignored.
 *
 * Where the entry has digests of pieces, ranges consist of whole pieces, and what counts as
 * brought has been verified; so a stream that breaks off can be gone on with, too. Where it has
 * any digest, or the first answer has announced a strong one, the result is proven by that: ranges
 * need not be of one state of the file that all servers name alike, and each attempt is pinned by
 * what its own server says, if anything.
 *
 * The scheduler's own: it asks what may begin and tells what became of it. Knows nothing of
 * origins, mirrors, tries. Pure; not thread-safe, but for what struct attempt marks. */
#ifndef SEINE_CORE_CHUNKS_H
#define SEINE_CORE_CHUNKS_H

#include "core/entry.h"
#include "core/plan.h"

enum chunks_way {
	CHUNKS_ASK,    /* nothing is known: the first attempt finds out */
	CHUNKS_STREAM, /* one attempt, which asks for no range */
	CHUNKS_RANGES, /* as the plan says */
	CHUNKS_WHOLE   /* every byte is in the part: it is to be committed */
};

struct chunks {
	enum chunks_way way;
	unsigned generation;
	unsigned resets; /* how often it began anew */
	bool single;     /* ... as one stream, that no other server adds anything to */
	unsigned rescues;
	nstime patience; /* with an attempt that has not been answered */
	struct plan_wish wish;
	struct version version; /* of this generation, once an answer has told */
	struct plan *plan;      /* in RANGES; else NULL */
	int64_t unit; /* the length of the entry's pieces; 1: they have no digests */
	bool asked_proof; /* the entry has a digest of the file, or of its pieces */
	bool shared;  /* nothing else waits to be started: set by who starts attempts */
	int64_t rate; /* bytes per second of the fastest attempt; 0: not known */
	nstime latency; /* until the first byte of the quickest one; -1: not known */
	struct list flying; /* attempts, oldest first, of older generations too */
	size_t n_flying;    /* of this generation */
};

/* `wish` says how files are cut; the entry's resume what is in its part already. */
void chunks_init(
	struct chunks *chunks, const struct plan_wish *wish, const struct entry *entry);
/* No attempt is flying. */
void chunks_release(struct chunks *chunks);

/* Is there a digest that the whole file will be held against? */
bool chunks_proven(const struct chunks *chunks);

/* Is there something for one more attempt to do? */
bool chunks_want(const struct chunks *chunks);
/* ... then this is it: sets what of the attempt is about its range. `pin`, where the file is
 * proven: the validators that the server it is made at has told, if any; else it is pinned by
 * those of the file. */
void chunks_start(struct chunks *chunks, struct attempt *attempt,
	const struct version *pin, nstime now);
/* The attempt is answered. True when there may be more to start now. */
bool chunks_head(
	struct chunks *chunks, struct attempt *attempt, const struct head *head);
/* The attempt has ended like this; a piece that was wrong (KIND_CHECKSUM in RANGES) is to be
 * fetched by itself. True when that still matters: false for one that was cancelled, or of an
 * older generation, whose outcome says nothing. */
bool chunks_end(struct chunks *chunks, struct attempt *attempt,
	const struct outcome *outcome, nstime now);

/* Nothing of what is there is to be kept. `way` is ASK, or STREAM: all of it by one attempt. */
void chunks_reset(struct chunks *chunks, enum chunks_way way);
/* End what is flying as soon as may be. */
void chunks_cancel(struct chunks *chunks);

/* There is room for attempts, and nothing else to start: cut the largest rest in flight in
 * two. True when there is something to start then. */
bool chunks_split(struct chunks *chunks);
/* How many bytes are worth a request of their own, as far as rate and latency are known. */
int64_t chunks_worth(const struct chunks *chunks);
/* Cancel attempts that are far slower than others of this file have been, so that what is left
 * of their ranges can begin anew. True when there were any. To be called about once a second
 * while there is room for more attempts. */
bool chunks_rescue(struct chunks *chunks, nstime now);

#endif
