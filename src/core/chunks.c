/* chunks.c - see chunks.h.
 *
 *	ASK    -> RANGES   an answer has told length and state: a plan has what is left
 *	ASK    -> STREAM   it has not, or need not: one attempt brings all of it
 *	RANGES -> WHOLE    nothing is missing
 *	STREAM -> WHOLE    it came into a part to its end
 *	STREAM -> RANGES   it broke off behind pieces that were right
 *
 * From each of them back to ASK or STREAM: then nothing of what is there is kept, and
 * what follows is of another generation. An earlier run leaves RANGES or WHOLE to begin
 * with. Attempts of older generations are in `flying` until they end, but not in
 * n_flying, and nobody heeds what they bring. */
#include "core/chunks.h"

#include <stdlib.h>

#include "base/alloc.h"

#define SHARE_ALIGN (64 * 1024)
#define MEASURE (2 * NS_PER_MS) /* a rate over less says nothing */
/* One that nobody has answered may only have a server that takes its time: it gets this, at
 * first. */
#define PATIENCE (2 * NS_PER_SEC)

/* From now on the file, whose size is known, comes in ranges. */
static void make_plan(struct chunks *chunks)
{
	chunks->plan = xmalloc(sizeof(*chunks->plan));
	plan_init(chunks->plan, chunks->version.size, chunks->unit);
	chunks->way = CHUNKS_RANGES;
}

void chunks_init(
	struct chunks *chunks, const struct plan_wish *wish, const struct entry *entry)
{
	const struct resume *resume = entry->resume;

	*chunks = (struct chunks){.wish = *wish,
		.version = VERSION_UNKNOWN,
		.latency = -1,
		.patience = PATIENCE,
		.unit = entry->pieces ? entry->pieces->length : 1,
		.asked_proof = entry_is_proven(entry)};
	list_init(&chunks->flying);
	/* What is known to be small needs no range, which not every server takes well of what is
	 * empty. */
	if (entry->document ||
		(entry->size_said >= 0 && entry->size_said < wish->least))
		chunks->way = CHUNKS_STREAM;
	if (!resume)
		return;
	version_copy(&chunks->version, &resume->version);
	make_plan(chunks);
	for (size_t i = 0; i < resume->n_ranges && chunks->plan; i++)
		if (plan_have(chunks->plan, resume->ranges[i]) != 0)
			chunks_reset(chunks, CHUNKS_ASK);
	if (chunks->plan && plan_complete(chunks->plan))
		chunks->way = CHUNKS_WHOLE;
}

static void drop_plan(struct chunks *chunks)
{
	for (struct list *node = chunks->flying.next; node != &chunks->flying;
		node = node->next)
		container_of(node, struct attempt, sibling)->lease = NULL;
	if (chunks->plan)
		plan_release(chunks->plan);
	free(chunks->plan);
	chunks->plan = NULL;
}

void chunks_release(struct chunks *chunks)
{
	drop_plan(chunks);
	version_release(&chunks->version);
}

bool chunks_proven(const struct chunks *chunks)
{
	return chunks->asked_proof || chunks->version.digest;
}

bool chunks_want(const struct chunks *chunks)
{
	if (chunks->way != CHUNKS_RANGES)
		return chunks->n_flying == 0;
	return plan_bytes_missing(chunks->plan) > 0 &&
	       (int64_t)chunks->n_flying < chunks->wish.split;
}

/* All of the file, whoever is to get it. */
static void take_all(struct attempt *attempt)
{
	attempt->asked = (struct range){0, RANGE_OPEN};
}

/* Where there is nothing else to do nobody takes more than his share of the last bytes: what is
 * missing is for all that may be under way (guided self-scheduling; Polychronopoulos and Kuck
 * 1987). 0: all that is missing. */
static int64_t share(const struct chunks *chunks, int64_t chunk)
{
	int64_t lanes = chunks->wish.lanes, worth = chunks_worth(chunks), share;

	if (!chunks->shared || chunks->wish.chunk > 0 || chunks->rate == 0 ||
		lanes <= 1)
		return chunk;
	share = plan_bytes_missing(chunks->plan) / lanes;
	share = share > worth ? share : worth;
	share += SHARE_ALIGN - 1;
	share -= share % SHARE_ALIGN;
	return chunk == 0 || share < chunk ? share : chunk;
}

static void take_lease(struct chunks *chunks, struct attempt *attempt,
	const struct version *pin, int64_t chunk)
{
	attempt->lease = plan_take(chunks->plan, chunk);
	attempt->asked = attempt->lease->range;
	attempt->ranged = true;
	version_copy(&attempt->version, chunks_proven(chunks) ? pin : &chunks->version);
	attempt->version.size = chunks->version.size;
	free(attempt->version.digest);
	attempt->version.digest = xstrdup(chunks->version.digest);
	attempt->version.digest_by = chunks->version.digest_by;
	free(attempt->version.name);
	attempt->version.name = xstrdup(chunks->version.name);
}

/* What the first request asks for, so that a file that is not to be cut comes whole; in whole
 * pieces. Only of a file with chunks, or pieces, of 2^62 bytes it is all. */
static void take_first(
	const struct chunks *chunks, struct attempt *attempt, int64_t chunk)
{
	int64_t least = chunks->wish.chunk == 0 && chunks->wish.least > SMALL_FILE
				? chunks->wish.least
				: SMALL_FILE;
	int64_t length = chunk < least ? least : chunk;

	take_all(attempt);
	if (chunk == 0 || length > RANGE_OPEN / 2 || chunks->unit > RANGE_OPEN / 2)
		return;
	length += chunks->unit - 1;
	attempt->asked.last = length - length % chunks->unit - 1;
	attempt->ranged = true;
}

void chunks_start(struct chunks *chunks, struct attempt *attempt,
	const struct version *pin, nstime now)
{
	int64_t chunk = plan_chunk(&chunks->wish, chunks->version.size, chunks->rate);

	switch (chunks->way) {
	case CHUNKS_ASK:
		take_first(chunks, attempt, chunk);
		break;
	case CHUNKS_STREAM:
		take_all(attempt);
		break;
	case CHUNKS_RANGES:
		take_lease(chunks, attempt, pin, share(chunks, chunk));
		break;
	case CHUNKS_WHOLE:
		attempt->work = WORK_COMMIT;
		take_all(attempt);
		version_copy(&attempt->version, &chunks->version);
	}
	atomic_store_explicit(
		&attempt->last, attempt->asked.last, memory_order_relaxed);
	attempt->generation = chunks->generation;
	attempt->marked_at = now;
	list_add_before(&chunks->flying, &attempt->sibling);
	chunks->n_flying++;
}

/* Can ranges be asked for, here or elsewhere, that are of the same file? */
static bool may_come_in_ranges(const struct chunks *chunks, const struct head *head)
{
	return head->ranges &&
	       (version_pin(head->version) || chunks->asked_proof ||
		       head->version->digest) &&
	       head->version->size > SMALL_FILE && !chunks->single;
}

bool chunks_head(
	struct chunks *chunks, struct attempt *attempt, const struct head *head)
{
	const struct version *version = head->version;
	bool rest = version->size > head->last + 1;

	if (attempt->generation != chunks->generation)
		return false;
	/* Of what an earlier run has left only the validators are known. */
	if (chunks->version.mtime < 0)
		chunks->version.mtime = version->mtime;
	if (attempt->lease)
		return false;
	/* Before the bytes come, so that no range is asked for that is on its way. */
	atomic_store_explicit(&attempt->last, head->last, memory_order_relaxed);
	if (may_come_in_ranges(chunks, head)) {
		version_copy(&chunks->version, version);
		make_plan(chunks);
		/* The attempt goes on with what the plan has for it. */
		attempt->lease = plan_take(chunks->plan, head->last + 1);
		return chunks_want(chunks);
	}
	chunks->way = CHUNKS_STREAM;
	chunks->version.size = version->size;
	/* A beginning to which nothing can be added safely. */
	if (rest)
		chunks_reset(chunks, CHUNKS_STREAM);
	return rest;
}

static void measure(struct chunks *chunks, const struct attempt *attempt,
	const struct outcome *outcome, nstime now)
{
	nstime took = now - attempt->started;
	nstime latency = outcome->exchange.time_starttransfer;
	double rate, bytes = (double)outcome->written;

	if (latency >= 0 && (chunks->latency < 0 || latency < chunks->latency))
		chunks->latency = latency;
	if (took < MEASURE)
		return;
	rate = bytes / ((double)took / NS_PER_SEC);
	if (rate > (double)chunks->rate && rate < (double)INT64_MAX / 2)
		chunks->rate = (int64_t)rate;
}

/* Nothing is known any more. */
static void forget(struct chunks *chunks)
{
	drop_plan(chunks);
	version_release(&chunks->version);
	chunks->way = CHUNKS_ASK;
}

/* A lease has ended. */
static void give_back(struct chunks *chunks, struct attempt *attempt,
	const struct outcome *outcome, nstime now)
{
	plan_return(chunks->plan, attempt->lease, outcome->written);
	attempt->lease = NULL;
	if (outcome->kind == KIND_CHECKSUM)
		plan_set_apart(chunks->plan, attempt->asked.first + outcome->written);
	measure(chunks, attempt, outcome, now);
	if (plan_complete(chunks->plan))
		chunks->way = CHUNKS_WHOLE;
}

/* Has a stream that broke off brought pieces that can be kept? */
static bool has_good_pieces(const struct chunks *chunks, const struct attempt *attempt,
	const struct outcome *outcome)
{
	return outcome->type == OUTCOME_FAILED && attempt->work == WORK_FETCH &&
	       chunks->unit > 1 && outcome->written > 0 &&
	       outcome->written < chunks->version.size;
}

/* ... then another server, that takes ranges, may bring the rest. */
static void keep_pieces(struct chunks *chunks, const struct outcome *outcome)
{
	struct range brought = {0, outcome->written - 1};

	make_plan(chunks);
	if (plan_have(chunks->plan, brought) != 0)
		chunks_reset(chunks, CHUNKS_STREAM);
	else if (outcome->kind == KIND_CHECKSUM)
		plan_set_apart(chunks->plan, outcome->written);
}

bool chunks_end(struct chunks *chunks, struct attempt *attempt,
	const struct outcome *outcome, nstime now)
{
	bool part = outcome->type == OUTCOME_PART;

	list_remove(&attempt->sibling);
	if (attempt->generation != chunks->generation)
		return false;
	chunks->n_flying--;
	if (attempt->lease) {
		give_back(chunks, attempt, outcome, now);
	} else if (has_good_pieces(chunks, attempt, outcome)) {
		keep_pieces(chunks, outcome);
	} else if (part && attempt->work == WORK_FETCH) {
		version_copy(&chunks->version, &outcome->version);
		chunks->way = CHUNKS_WHOLE;
	} else if (outcome->type == OUTCOME_FAILED) {
		chunks->generation++; /* the next one begins at the beginning */
		if (attempt->work == WORK_COMMIT)
			forget(chunks); /* ... since the part is gone */
	}
	return part || !attempt_is_cancelled(attempt);
}

void chunks_reset(struct chunks *chunks, enum chunks_way way)
{
	chunks_cancel(chunks);
	forget(chunks);
	chunks->generation++;
	chunks->resets++;
	chunks->n_flying = 0;
	chunks->way = way;
	chunks->single = way == CHUNKS_STREAM;
}

void chunks_cancel(struct chunks *chunks)
{
	for (struct list *node = chunks->flying.next; node != &chunks->flying;
		node = node->next)
		attempt_cancel(container_of(node, struct attempt, sibling));
}
