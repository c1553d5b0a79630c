/* journal.c - see journal.h. One lock, around one write. What is told is not remembered: a
 * later session reads it (journal_load). */
#include "store/journal.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/hash.h"
#include "store/journal_load.h"
#include "store/journal_renew.h"

struct journal {
	int workdir;
	enum durability durability;
	pthread_mutex_t lock; /* for all below */
	struct journal_loaded old;
	uint64_t last_id;
	bool settled; /* all that was told is synced */
	bool broken;  /* a write failed: nothing is written any more */
};

static void journal_free(struct journal *journal)
{
	journal_loaded_release(&journal->old);
	pthread_mutex_destroy(&journal->lock);
	free(journal);
}

struct journal *journal_open(const struct journal_setup *setup, struct error *err)
{
	struct journal *journal = xcalloc(1, sizeof(*journal));

	journal->workdir = setup->workdir;
	journal->durability = setup->durability;
	pthread_mutex_init(&journal->lock, NULL);
	journal_loaded_init(&journal->old, setup->keep_finished);
	if (journal_load(&journal->old, setup, err) < 0) {
		journal_free(journal);
		return NULL;
	}
	journal->last_id = journal->old.state.last_id;
	return journal;
}

/* With the lock held. Is it written? *result is -1 if that failed now, for the first time. */
static bool append(struct journal *journal, const struct record *record, int *result,
	struct error *err)
{
	struct journal_writer *writer = &journal->old.writer;
	int written;

	*result = 0;
	if (journal->broken)
		return false;
	journal_writer_add(writer, record);
	written = journal_writer_flush(writer);
	if (written < 0) {
		journal->broken = true;
		*result = journal_fail_write(-written, err);
		return false;
	}
	journal->settled =
		record->type == RECORD_SYNC && record->upto + 1 == writer->sequence;
	return true;
}

/* Without the lock, so that others may write meanwhile; their records are theirs to sync. */
static int sync_file(struct journal *journal, struct error *err)
{
	int errnum;

	if (fdatasync(journal->old.writer.fd) == 0)
		return 0;
	errnum = errno;
	pthread_mutex_lock(&journal->lock);
	journal->broken = true;
	pthread_mutex_unlock(&journal->lock);
	return journal_fail_write(errnum, err);
}

/* Write a record, and sync it if it is of those whose loss would cost something. */
static int tell(struct journal *journal, const struct record *record, struct error *err)
{
	bool written;
	int result;

	pthread_mutex_lock(&journal->lock);
	written = append(journal, record, &result, err);
	pthread_mutex_unlock(&journal->lock);
	return written && record->synced ? sync_file(journal, err) : result;
}

/* The job is over, or is to be gone on with. */
static int leave(struct journal *journal, struct error *err)
{
	bool settled = journal->settled, ended = false;
	int result = 0;

	if (settled)
		ended = append(
			journal, &(struct record){.type = RECORD_END}, &result, err);
	if (journal->broken || (!ended && journal->durability == DURABILITY_NONE))
		return result;
	return sync_file(journal, err);
}

int journal_end_jobs(struct journal *journal, bool ended, struct error *err)
{
	struct journal_state *state = &journal->old.state;
	bool sure = ended && !journal_doubts(journal);

	state->in_doubt &= !sure;
	journal_state_end_job(state, sure);
	return tell(journal,
		&(struct record){.type = sure ? RECORD_OVER : RECORD_OVER_IN_DOUBT},
		err);
}

bool journal_doubts(struct journal *journal)
{
	bool doubts;

	/* Asked for every entry. */
	if (!journal->old.state.in_doubt)
		return false;
	pthread_mutex_lock(&journal->lock);
	doubts = journal->old.state.doubted.n_unsound > 0;
	pthread_mutex_unlock(&journal->lock);
	return doubts;
}

static int remove_file(const struct journal *journal, const char *name)
{
	return unlinkat(journal->workdir, name, 0) < 0 && errno != ENOENT ? -errno : 0;
}

int journal_close(struct journal *journal, bool complete, struct error *err)
{
	int result;

	if (!journal)
		return 0;
	if (complete) {
		result = remove_file(journal, WORKDIR_JOURNAL);
		if (result == 0)
			result = remove_file(journal, JOURNAL_NEW_NAME);
		if (result < 0)
			result = error_errno(err, KIND_DISK, -result,
				"cannot remove '" JOURNAL_FILE_NAME "'");
	} else {
		result = leave(journal, err);
	}
	journal_free(journal);
	return result;
}

uint64_t journal_urls(const struct strings *urls)
{
	uint64_t hash = 0;

	for (size_t i = 0; i < urls->count; i++)
		hash = hash64(urls->items[i], strlen(urls->items[i]), hash);
	return hash;
}

void journal_part_name(char part[JOURNAL_PART_SIZE], uint64_t id)
{
	snprintf(part, JOURNAL_PART_SIZE, "f%" PRIu64 ".part", id);
}

const struct journal_file *journal_find(struct journal *journal, const char *path)
{
	const struct known_file *known;

	pthread_mutex_lock(&journal->lock);
	known = map_get(journal->old.state.by_path, path);
	pthread_mutex_unlock(&journal->lock);
	return known ? &known->file : NULL;
}

size_t journal_left(struct journal *journal)
{
	size_t left;

	pthread_mutex_lock(&journal->lock);
	left = map_count(journal->old.state.by_path);
	pthread_mutex_unlock(&journal->lock);
	return left;
}

bool journal_has_part(void *context, const char *part)
{
	struct journal *journal = context;
	bool has;

	pthread_mutex_lock(&journal->lock);
	has = map_get(journal->old.state.by_part, part) != NULL;
	pthread_mutex_unlock(&journal->lock);
	return has;
}

uint64_t journal_new_id(struct journal *journal)
{
	uint64_t id;

	pthread_mutex_lock(&journal->lock);
	id = ++journal->last_id;
	pthread_mutex_unlock(&journal->lock);
	return id;
}

/* Too long a validator is none: a part of it would be a wrong one. */
static const char *bounded(const char *validator)
{
	return validator && strlen(validator) <= VALIDATOR_MAX ? validator : NULL;
}

int journal_begin(
	struct journal *journal, const struct journal_file *file, struct error *err)
{
	struct record record = {.type = RECORD_BEGIN,
		.id = file->id,
		.path = file->path,
		.urls = file->urls,
		.size = file->size,
		.etag = bounded(file->etag),
		.modified = bounded(file->modified),
		.digest = file->digest,
		.teller = file->teller,
		.name = file->name};
	struct journal_state *state = &journal->old.state;

	if (strlen(file->path) >= PATH_MAX)
		return 0;
	pthread_mutex_lock(&journal->lock);
	journal_state_forget(state, map_get(state->by_path, file->path));
	pthread_mutex_unlock(&journal->lock);
	return tell(journal, &record, err);
}

int journal_range(
	struct journal *journal, uint64_t id, struct range range, struct error *err)
{
	return tell(journal,
		&(struct record){.type = RECORD_RANGE,
			.id = id,
			.range = range,
			.synced = journal->durability == DURABILITY_EACH},
		err);
}

static void forget(struct journal *journal, uint64_t id)
{
	struct journal_state *state = &journal->old.state;

	pthread_mutex_lock(&journal->lock);
	journal_state_forget(state, journal_state_by_id(state, id));
	pthread_mutex_unlock(&journal->lock);
}

int journal_drop(struct journal *journal, uint64_t id, struct error *err)
{
	forget(journal, id);
	return tell(journal, &(struct record){.type = RECORD_DROP, .id = id}, err);
}

static uint64_t path_hash(const char *path, enum journal_place place)
{
	return hash64(path, strlen(path), place);
}

static void settle(struct journal *journal, uint64_t path_hash, int64_t size)
{
	if (!journal->old.state.in_doubt)
		return;
	pthread_mutex_lock(&journal->lock);
	finished_settle(&journal->old.state.doubted, path_hash, (uint64_t)size);
	pthread_mutex_unlock(&journal->lock);
}

void journal_gone(struct journal *journal, const char *path)
{
	settle(journal, path_hash(path, JOURNAL_THERE), -1);
}

int journal_done(struct journal *journal, uint64_t id, const char *path, uint64_t urls,
	enum journal_place place, int64_t size, struct error *err)
{
	struct record record = {.type = RECORD_DONE,
		.id = id,
		.path_hash = path_hash(path, place),
		.urls = urls,
		.size = size,
		.synced = journal->durability == DURABILITY_EACH};

	if (id)
		forget(journal, id);
	settle(journal, record.path_hash, size);
	return tell(journal, &record, err);
}

static enum finished_answer ask(
	struct journal *journal, uint64_t path_hash, int64_t size)
{
	enum finished_answer answer;

	pthread_mutex_lock(&journal->lock);
	answer = finished_get(&journal->old.state.doubted, path_hash, (uint64_t)size);
	pthread_mutex_unlock(&journal->lock);
	return answer;
}

enum journal_trust journal_trust(struct journal *journal, const char *path,
	enum journal_place place, int64_t size)
{
	if (!journal->old.state.in_doubt)
		return JOURNAL_TRUSTED;
	switch (ask(journal, path_hash(path, place), size)) {
	case FINISHED_SOUND:
		return JOURNAL_TRUSTED;
	case FINISHED_UNSOUND:
		return JOURNAL_SAME_SIZE;
	case FINISHED_OTHER:
		return JOURNAL_OTHER_SIZE;
	case FINISHED_NOT:
		break;
	}
	return JOURNAL_NO_RECORD;
}

/* This does not change while threads ask: no lock. */
bool journal_finished(struct journal *journal, const char *path, uint64_t urls,
	enum journal_place place)
{
	enum finished_answer answer = journal_state_finished(
		&journal->old.state, path_hash(path, place), urls);

	return answer == FINISHED_SOUND || answer == FINISHED_UNSOUND;
}

bool journal_finished_beside(struct journal *journal, const char *path, uint64_t urls)
{
	return journal_state_finished(&journal->old.state,
		       path_hash(path, JOURNAL_BESIDE), urls) == FINISHED_SOUND;
}

uint64_t journal_sequence(struct journal *journal)
{
	uint64_t sequence;

	pthread_mutex_lock(&journal->lock);
	sequence = journal->old.writer.sequence;
	pthread_mutex_unlock(&journal->lock);
	return sequence;
}

int journal_synced(struct journal *journal, uint64_t upto, struct error *err)
{
	return tell(journal, &(struct record){.type = RECORD_SYNC, .upto = upto}, err);
}
