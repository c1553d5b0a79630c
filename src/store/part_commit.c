/* part_commit.c - the end of a part: what is there is verified, and gets its name; see part.h. */
#include "store/part_parts.h"

#define READ_REST (4 * 1024 * 1024) /* some milliseconds: how long a stop waits */

/* The same with all that they have not seen, which may be much. */
static int read_rest(struct part *part, int64_t size, struct error *err)
{
	const struct parts *parts = part->parts;
	int failed = 0;

	for (int64_t end; !failed && part->proved < size; part->proved = end) {
		if (parts->stop && parts->stop(parts->stop_context))
			return error_set(err, KIND_INTERRUPTED, 0,
				"stopped before it was verified");
		end = size - part->proved < READ_REST ? size : part->proved + READ_REST;
		failed = part_read_back(part, part->proved, end, err);
	}
	return failed;
}

/* Its file, opened, which is the caller's from now on. */
static struct sink *take_file(struct part *part, struct error *err)
{
	struct parts *parts = part->parts;
	struct sink *sink = NULL;

	pthread_mutex_lock(&parts->lock);
	if (part_open(part, -1, err) == 0)
		sink = part_take(part);
	pthread_mutex_unlock(&parts->lock);
	return sink;
}

static int commit(struct part *part, const struct attempt *attempt,
	const struct publication *how, struct outcome *outcome, struct error *err)
{
	const struct version *version = &attempt->version;
	struct sink *sink;

	outcome->verified = part->verified;
	if (part->entry->pieces)
		pieces_prove(outcome);
	if ((proofs_wanted(&part->proofs) &&
		    read_rest(part, version->size, err) != 0) ||
		proofs_check(&part->proofs, outcome, err) != 0)
		return -1;
	sink = take_file(part, err);
	if (!sink)
		return -1;
	if (sink_commit(sink, version->size, how, &outcome->renamed, err) != 0)
		return -1;
	if (!part->parts->journal)
		return 0;
	return journal_done(part->parts->journal, part->known ? part->id : 0,
		part->entry->path, journal_urls(&part->entry->urls),
		outcome->renamed ? JOURNAL_BESIDE : JOURNAL_THERE, version->size, err);
}

/* Is there a part that the attempt can go on with? */
static bool is_there(struct parts *parts, const struct attempt *attempt)
{
	const struct part *part;
	bool there;

	pthread_mutex_lock(&parts->lock);
	part = parts_find(parts, attempt->entry);
	there = part ? part->generation == attempt->generation
		     : parts_left(parts, attempt) != NULL;
	pthread_mutex_unlock(&parts->lock);
	return there;
}

int parts_commit(struct parts *parts, const struct attempt *attempt,
	const struct publication *how, struct outcome *outcome, struct error *err)
{
	struct part_facts facts = {.version = &attempt->version, .resumable = true};
	struct part *part;
	bool committed;

	/* A new part would be as long as it should be, and empty. */
	if (!is_there(parts, attempt))
		return error_set(err, KIND_INTERNAL, 0, "the part of the file is gone");
	part = parts_get(parts, attempt, &facts, err);
	if (!part)
		return -1;
	committed = commit(part, attempt, how, outcome, err) == 0;
	pthread_mutex_lock(&parts->lock);
	map_remove(parts->by_entry, part->key);
	/* Done: the journal has been told so, and there is nothing to be removed. */
	part->known &= !committed;
	if (committed)
		part->name[0] = '\0';
	part->users--;
	part_drop(part, !committed && (err->kind == KIND_DISK ||
					      err->kind == KIND_INTERRUPTED));
	pthread_mutex_unlock(&parts->lock);
	return committed ? 0 : -1;
}

int64_t parts_unread(struct parts *parts, const struct attempt *attempt)
{
	int64_t unread = 0, size = attempt->version.size;
	const struct part *part;

	pthread_mutex_lock(&parts->lock);
	part = parts_find(parts, attempt->entry);
	if (part && proofs_wanted(&part->proofs))
		unread = size - part->proved;
	else if (!part && (attempt->entry->checksum.alg != DIGEST_NONE ||
				  attempt->version.digest))
		unread = size;
	pthread_mutex_unlock(&parts->lock);
	return unread;
}
