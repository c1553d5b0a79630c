/* journal_renew.c - see journal_renew.h. Records are copied as they are, in their order and
 * in their sessions, so that it is as true afterwards which of them are to be believed; but
 * what a SYNC said of them is now said by each itself. What means nothing any more is left out:
 * all of files that are dropped or done, ranges that the last boot has lost, and what jobs that
 * are over have finished. */
#include "store/journal_renew.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/diag.h"
#include "store/journal_reader.h"
#include "store/workdir.h"

#define FLUSH_FROM (64 << 10)

/* Where copying stands. */
struct copy {
	const struct journal_renewal *renewal;
	struct journal_writer *writer;
	struct survey_cursor cursor;
	size_t n_spans; /* of which the session was copied */
	bool ended;     /* the record copied last is such that record_ends() */
};

/* A session that goes on where the one before left need not be told. */
static bool keeps_session(const struct copy *copy)
{
	return copy->ended || copy->cursor.n_seen > copy->n_spans;
}

static bool keeps(
	const struct copy *copy, const struct record *record, enum survey_word word)
{
	const struct journal_state *state = copy->renewal->state;

	switch (record->type) {
	case RECORD_SESSION:
		return keeps_session(copy);
	case RECORD_BEGIN:
		return journal_state_by_id(state, record->id) != NULL;
	case RECORD_RANGE:
		return word != SURVEY_LOST &&
		       journal_state_by_id(state, record->id) != NULL;
	case RECORD_DONE:
	case RECORD_OVER_IN_DOUBT:
		return record->sequence > state->over;
	case RECORD_OVER:
		return record->sequence == state->over;
	case RECORD_END:
		return true;
	case RECORD_DROP:
	case RECORD_SYNC:
		break;
	}
	return false;
}

static int copy_record(struct copy *copy, struct record *record)
{
	enum survey_word word =
		journal_survey_ask(copy->renewal->survey, &copy->cursor, record);

	if (!keeps(copy, record, word))
		return 0;
	record->synced = word == SURVEY_SYNCED;
	if (record->type == RECORD_SESSION)
		journal_writer_add_session(copy->writer, &record->boot);
	else
		journal_writer_add(copy->writer, record);
	copy->n_spans = copy->cursor.n_seen;
	copy->ended = record_ends(record->type);
	if (copy->writer->pending.len < FLUSH_FROM)
		return 0;
	return journal_writer_flush(copy->writer);
}

static int copy_all(
	const struct journal_renewal *renewal, struct journal_writer *writer)
{
	struct copy copy = {.renewal = renewal, .writer = writer};
	struct record record;
	int result;
	struct journal_reader *reader = journal_reader_new(renewal->old, &result);

	if (!reader)
		return result < 0 ? result : -EIO; /* it could be read a moment ago */
	while ((result = journal_reader_next(reader, &record)) > 0) {
		result = copy_record(&copy, &record);
		if (result < 0)
			break;
	}
	journal_reader_free(reader);
	return result;
}

/* Under a name of its own, which a process that was killed may have left. */
static int create(int workdir)
{
	int fd;

	if (unlinkat(workdir, JOURNAL_NEW_NAME, 0) < 0 && errno != ENOENT)
		return -errno;
	fd = openat(workdir, JOURNAL_NEW_NAME,
		O_RDWR | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	return fd < 0 ? -errno : fd;
}

static int fill(const struct journal_renewal *renewal, struct journal_writer *writer)
{
	static const struct boot_id unknown;
	int result = renewal->old < 0 ? 0 : copy_all(renewal, writer);

	if (result < 0)
		return result;
	/* Later sessions are to know as well that records are missing. */
	if (renewal->lost)
		journal_writer_add_session(writer, &unknown);
	journal_writer_add_session(writer, &renewal->survey->present);
	result = journal_writer_flush(writer);
	if (result == 0 && renewal->sync && fsync(writer->fd) < 0)
		result = -errno;
	return result;
}

int journal_renew(const struct journal_renewal *renewal, struct journal_writer *writer)
{
	int dir = renewal->workdir;
	int fd = create(dir);
	int result;

	if (fd < 0)
		return fd;
	journal_writer_begin(writer, fd);
	result = fill(renewal, writer);
	if (result == 0 && renameat(dir, JOURNAL_NEW_NAME, dir, WORKDIR_JOURNAL) < 0)
		result = -errno;
	if (result < 0) {
		if (unlinkat(dir, JOURNAL_NEW_NAME, 0) < 0)
			log_debug("cannot remove " JOURNAL_NEW_NAME ": %m");
		return result;
	}
	/* Should the old one come back with the power, it is only older. */
	if (renewal->sync && fsync(dir) < 0)
		log_warn("cannot sync '" WORKDIR_NAME "': %m");
	return 0;
}
