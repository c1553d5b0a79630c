/* chunks_tail.c - the end of a file, for which more attempts could be under way than there is
 * anything to do for; see chunks.h. */
#include "core/chunks.h"

/* What comes while a request and its answer are on their way and back, twice, is worth a request:
 * connections are mostly there. Less is not split off, nor what comes in a moment anyway: it may
 * be in the buffers of the network already, and would come twice. Where the time is not known, or
 * the user has said how long chunks are to be, it is half a second's worth. In any case it is
 * within bounds. */
#define ROUNDS 2
#define MOMENT (20 * NS_PER_MS)
#define SPLIT_SPAN (NS_PER_SEC / 2)
#define SPLIT_MIN (256 * 1024)
#define SPLIT_MAX (16 * 1024 * 1024)
#define SPLIT_USUAL (1024 * 1024)

/* An attempt that over so long a time got less than so many-th of the best rate is cancelled:
 * a stalled connection, or a path that has gone bad. */
#define RESCUE_AFTER NS_PER_SEC
#define RESCUE_SHARE 10
#define PATIENCE_MAX (60 * NS_PER_SEC) /* it doubles each time that it was not enough */
#define RESCUES_MAX 64                 /* in a file: then the network is like that */

int64_t chunks_worth(const struct chunks *chunks)
{
	nstime span = chunks->latency * ROUNDS;
	double bytes;

	if (chunks->rate == 0)
		return SPLIT_USUAL;
	if (chunks->latency < 0 || chunks->wish.chunk > 0)
		span = SPLIT_SPAN;
	else if (span < MOMENT)
		span = MOMENT;
	bytes = (double)chunks->rate * (double)span / NS_PER_SEC;
	return bytes < SPLIT_MIN   ? SPLIT_MIN
	       : bytes > SPLIT_MAX ? SPLIT_MAX
				   : (int64_t)bytes;
}

bool chunks_split(struct chunks *chunks)
{
	int64_t most_left = 0, last;
	struct attempt *victim = NULL;

	if (chunks->way != CHUNKS_RANGES || chunks->version.size < chunks->wish.least ||
		(int64_t)chunks->n_flying >= chunks->wish.split ||
		plan_bytes_missing(chunks->plan) > 0)
		return false;
	for (struct list *node = chunks->flying.next; node != &chunks->flying;
		node = node->next) {
		struct attempt *attempt = container_of(node, struct attempt, sibling);
		int64_t left = attempt->lease ? range_length(attempt->lease->range) -
							attempt_received(attempt)
					      : 0;

		if (left > most_left) {
			most_left = left;
			victim = attempt;
		}
	}
	if (!victim)
		return false;
	last = plan_split(chunks->plan, victim->lease, attempt_received(victim),
		chunks_worth(chunks));
	if (last < 0)
		return false;
	atomic_store_explicit(&victim->last, last, memory_order_relaxed);
	return true;
}

/* It has been cancelled, and has its lease as long as it takes to end. */
static bool is_ending(const struct attempt *attempt)
{
	return attempt->lease && attempt_is_cancelled(attempt);
}

/* How fast since the last look, or the one before its first bytes; also remembers this one. -1:
 * too soon to say, or it does not matter. */
static double rate_since(
	const struct chunks *chunks, struct attempt *attempt, nstime now)
{
	int64_t bytes = attempt_received(attempt) - attempt->marked;
	nstime span = now - attempt->marked_at;

	if (!attempt->lease || is_ending(attempt))
		return -1;
	if (attempt_received(attempt) == 0 &&
		now - attempt->started < chunks->patience) {
		attempt->marked_at = now;
		return -1;
	}
	if (span < RESCUE_AFTER)
		return -1;
	attempt->marked += bytes;
	attempt->marked_at = now;
	return (double)bytes / ((double)span / NS_PER_SEC);
}

static void rescue(struct chunks *chunks, struct attempt *attempt)
{
	if (attempt_received(attempt) == 0 && chunks->patience < PATIENCE_MAX)
		chunks->patience *= 2;
	attempt_cancel(attempt);
}

bool chunks_rescue(struct chunks *chunks, nstime now)
{
	double best = (double)chunks->rate;
	struct attempt *slow[16] = {NULL}; /* those that stand still first */
	size_t n = 0, still = 0, ending = 0;

	if (chunks->way != CHUNKS_RANGES)
		return false;
	for (struct list *node = chunks->flying.next; node != &chunks->flying;
		node = node->next) {
		struct attempt *attempt = container_of(node, struct attempt, sibling);
		double rate = rate_since(chunks, attempt, now);

		ending += is_ending(attempt);
		best = rate > best ? rate : best;
		if (rate < 0 || rate * RESCUE_SHARE >= best || n == ARRAY_LEN(slow))
			continue;
		slow[n++] = slow[still];
		slow[rate > 0 ? n - 1 : still++] = attempt;
	}
	/* All of them: the network's fault, or the server's; or these are just the last of a file
	 * that stalled. Half of those that stand still find out, once they have ended. */
	if (n + ending == chunks->n_flying && n + ending > 1)
		n = ending > 0 ? 0 : (still + 1) / 2;
	if (chunks->rescues >= RESCUES_MAX)
		return false;
	for (size_t i = 0; i < n; i++, chunks->rescues++)
		rescue(chunks, slow[i]);
	return n > 0;
}
