/* part.c - see part.h. Who has which part. */
#include "store/part.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "store/part_parts.h"

struct parts *parts_new(struct outdir *outdir)
{
	struct parts *parts = xcalloc(1, sizeof(*parts));

	parts->outdir = outdir;
	parts->journal = outdir_journal(outdir);
	pthread_mutex_init(&parts->lock, NULL);
	parts->by_entry = map_new();
	list_init(&parts->idle);
	return parts;
}

void parts_set_stop(struct parts *parts, parts_stop *stop, const void *context)
{
	parts->stop = stop;
	parts->stop_context = context;
}

/* The entry's number, which is its key. */
static void print_key(char key[KEY_SIZE], const struct entry *entry)
{
	snprintf(key, KEY_SIZE, "%" PRIu64, entry->number);
}

struct part *parts_find(const struct parts *parts, const struct entry *entry)
{
	char key[KEY_SIZE];

	print_key(key, entry);
	return map_get(parts->by_entry, key);
}

/* What the journal cannot be told of costs the next run a few bytes; it has said so itself. */
static void forget(const struct part *part)
{
	struct error err;

	if (part->known && journal_drop(part->parts->journal, part->id, &err) != 0)
		log_warn("%s", err.text);
}

/* Its file goes, and what is known of it. */
static void discard(struct part *part)
{
	struct sink *sink = part_take(part);

	forget(part);
	if (sink)
		sink_abort(sink);
	else if (part->name[0])
		sink_remove(part->parts->outdir, part->name);
}

/* Another run goes on with it, if the disk has kept what it has taken. */
static void leave(struct part *part)
{
	int lost = part->lost;
	struct error err;

	/* Others may need the space that is its in advance. */
	if (part_open(part, -1, &err) == 0)
		sink_trim(part->sink);
	part_close(part);
	if (!part->lost) {
		part->parts->kept |= part->dropped;
		return;
	}
	errno = part->lost;
	if (!lost) /* nobody has been told */
		log_warn("a part is lost, its file will begin anew: %m");
	discard(part);
}

/* Nobody uses it, and nobody finds it any more. */
static void part_free(struct part *part)
{
	if (part->keep && part->known)
		leave(part);
	else
		discard(part);
	part_waive(part);
	proofs_release(&part->proofs);
	pthread_mutex_destroy(&part->lock);
	free(part);
}

static void keep_and_free(void *value)
{
	struct part *part = value;

	part->keep = true;
	part_free(part);
}

void parts_free(struct parts *parts)
{
	if (!parts)
		return;
	map_free(parts->by_entry, keep_and_free);
	pthread_mutex_destroy(&parts->lock);
	free(parts);
}

bool parts_are_kept(struct parts *parts)
{
	const struct part *part;
	size_t cursor = 0;
	bool kept;

	pthread_mutex_lock(&parts->lock);
	kept = parts->kept;
	/* Those of entries that have not had their last word stay, too. */
	while ((part = map_next(parts->by_entry, &cursor)))
		kept |= part->known && !part->lost;
	pthread_mutex_unlock(&parts->lock);
	return kept;
}

static int tell_journal(struct part *part, const struct attempt *attempt,
	const struct version *version, struct error *err)
{
	const struct version *counted_on = &attempt->version;
	struct journal_file file = {.id = part->id,
		.path = part->entry->path,
		.urls = part_sources(part->entry),
		.size = version->size,
		.etag = version->etag,
		.modified = version->modified,
		.digest = counted_on->digest ? counted_on->digest : version->digest,
		.name = counted_on->size >= 0 ? counted_on->name : version->name,
		.teller = attempt->mirror < part->entry->urls.count
				  ? (uint32_t)attempt->mirror
				  : JOURNAL_NO_URL};

	if (journal_begin(part->parts->journal, &file, err) != 0)
		return -1;
	part->known = true;
	return 0;
}

const struct journal_file *parts_left(
	const struct parts *parts, const struct attempt *attempt)
{
	return attempt->entry->resume && attempt->generation == 0
		       ? journal_find(parts->journal, attempt->entry->path)
		       : NULL;
}

/* Made from what an earlier run has left, if the attempt goes on with that. */
static struct part *part_new(struct parts *parts, const struct attempt *attempt,
	const struct part_facts *facts)
{
	struct part *part = xcalloc(1, sizeof(*part));
	const struct journal_file *left = parts_left(parts, attempt);

	part->parts = parts;
	part->entry = attempt->entry;
	part->generation = attempt->generation;
	part->resumable = facts->resumable && parts->journal;
	part->verified = facts->version->size >= 0 ? VERIFIED_LENGTH : VERIFIED_NONE;
	pthread_mutex_init(&part->lock, NULL);
	list_init(&part->idle);
	print_key(part->key, part->entry);
	if (left) {
		part->id = left->id;
		part->known = true;
		snprintf(part->name, sizeof(part->name), "%s", left->part);
	} else {
		part->id = parts->journal ? journal_new_id(parts->journal)
					  : attempt->entry->number;
	}
	return part;
}

void part_drop(struct part *part, bool keep)
{
	part->keep = keep;
	part->dropped = true;
	if (part->users == 0)
		part_free(part);
}

void parts_forget(struct parts *parts, const struct entry *entry)
{
	/* A document has no path. */
	const struct journal_file *left =
		parts->journal && entry->path
			? journal_find(parts->journal, entry->path)
			: NULL;
	char name[JOURNAL_PART_SIZE];
	struct error err;

	if (!left)
		return;
	snprintf(name, sizeof(name), "%s", left->part);
	if (journal_drop(parts->journal, left->id, &err) != 0)
		log_warn("%s", err.text);
	sink_remove(parts->outdir, name);
}

/* Whoever of the attempts comes first, the file is held against the digest that all of them count
 * on, if there is one. Of the first attempt's answer the others will. */
static int begin_proofs(struct part *part, const struct version *counted_on,
	const struct part_facts *facts, struct error *err)
{
	struct checksum sum;

	if (!counted_on->digest)
		return proofs_begin(&part->proofs, part->entry, facts->announced,
			facts->by, facts->resumable && facts->version->digest, err);
	if (checksum_parse(&sum, counted_on->digest, err) != 0)
		return -1;
	return proofs_begin(&part->proofs, part->entry, &sum,
		facts->announced && checksum_equal(facts->announced, &sum)
			? facts->by
			: counted_on->digest_by,
		true, err);
}

/* All that a new one must have before its first byte. */
static int start(struct part *part, const struct attempt *attempt,
	const struct part_facts *facts, struct error *err)
{
	const struct version *version = facts->version;

	/* Nothing more comes to what is to be committed. */
	if (attempt->work == WORK_FETCH && part_claim(part, version->size, err) != 0)
		return -1;
	if (part_open(part, version->size, err) != 0 ||
		begin_proofs(part, &attempt->version, facts, err) != 0)
		return -1;
	return part->resumable && !part->known
		       ? tell_journal(part, attempt, version, err)
		       : 0;
}

/* The part of this generation, made if need be; with the parts' lock. */
static struct part *find(struct parts *parts, const struct attempt *attempt,
	const struct part_facts *facts, struct error *err)
{
	struct part *part = parts_find(parts, attempt->entry);

	if (part && part->generation == attempt->generation)
		return part;
	/* A part that is in use must not make way for one that nobody wants any more. */
	if (part && part->generation > attempt->generation) {
		error_set(
			err, KIND_CHANGED, 0, "the file has been begun anew meanwhile");
		return NULL;
	}
	if (part) {
		map_remove(parts->by_entry, part->key);
		part_drop(part, false);
	}
	if (!parts_left(parts, attempt))
		parts_forget(parts, attempt->entry);
	part = part_new(parts, attempt, facts);
	if (start(part, attempt, facts, err) != 0) {
		/* What is left of an earlier run is counted on, maybe in this run yet. */
		part->keep = part->known;
		part_free(part);
		return NULL;
	}
	if (facts->etag)
		proofs_try_etag(&part->proofs, facts->etag, facts->version->size);
	map_put(parts->by_entry, part->key, part);
	return part;
}

/* The same, but for one that has been cancelled: its entry may have ended, or begun anew, and
 * have the part of another attempt, or none any more. Whoever ends an entry's part has
 * cancelled its attempts before. */
static struct part *find_wanted(struct parts *parts, const struct attempt *attempt,
	const struct part_facts *facts, struct error *err)
{
	if (!attempt_is_cancelled(attempt))
		return find(parts, attempt, facts, err);
	error_set(err, KIND_INTERRUPTED, 0, "nobody waits for it any more");
	return NULL;
}

struct part *parts_get(struct parts *parts, const struct attempt *attempt,
	const struct part_facts *facts, struct error *err)
{
	struct part *part;

	pthread_mutex_lock(&parts->lock);
	part = find_wanted(parts, attempt, facts, err);
	if (part)
		part->users++;
	pthread_mutex_unlock(&parts->lock);
	return part;
}

void part_put(struct part *part)
{
	struct parts *parts;

	if (!part)
		return;
	parts = part->parts;
	pthread_mutex_lock(&parts->lock);
	if (--part->users == 0 && part->dropped) {
		part_free(part);
	} else if (part->users == 0) {
		part_close(part);
	}
	pthread_mutex_unlock(&parts->lock);
}

void parts_end(struct parts *parts, const struct entry *entry, bool keep)
{
	struct part *part;

	pthread_mutex_lock(&parts->lock);
	part = parts_find(parts, entry);
	if (part) {
		map_remove(parts->by_entry, part->key);
		part_drop(part, keep);
	}
	if (entry->resume && !keep)
		parts_forget(parts, entry);
	else if (entry->resume)
		parts->kept |= journal_find(parts->journal, entry->path) != NULL;
	pthread_mutex_unlock(&parts->lock);
}
