/* journal_load.c - see journal_load.h. Two walks over the records, to see what may be believed
 * (journal_survey) and then what they mean (journal_state); a third one when the journal is
 * written anew (journal_renew). */
#include "store/journal_load.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/journal_reader.h"
#include "store/journal_renew.h"
#include "store/journal_survey.h"

/* It is written anew when it is larger and more than half of it means nothing. */
#define RENEW_FROM (1 << 20)

struct opening {
	const struct journal_setup *setup;
	struct journal_loaded *loaded;
	struct journal_survey survey;
	int fd;      /* of the journal that was there; -1: none, or not ours any more */
	bool lost;   /* nothing of it can be read */
	int64_t end; /* of its last record; the next one is to be written with: */
	uint64_t sequence;
	uint32_t salt;
};

/* Open what is there. */
static int open_old(struct opening *opening, struct error *err)
{
	struct stat info;

	opening->fd = openat(opening->setup->workdir, WORKDIR_JOURNAL,
		O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (opening->fd < 0 && errno == ENOENT)
		return 0;
	if (opening->fd < 0 || fstat(opening->fd, &info) < 0)
		return error_errno(
			err, KIND_DISK, errno, "cannot open '" JOURNAL_FILE_NAME "'");
	if (!S_ISREG(info.st_mode))
		return error_set(
			err, KIND_DISK, 0, "'" JOURNAL_FILE_NAME "' is not a file");
	return 0;
}

/* What a walk does with each record. */
typedef void visitor(struct opening *opening, const struct record *record, int bytes,
	struct survey_cursor *cursor);

static void survey_record(struct opening *opening, const struct record *record,
	int bytes _unused_, struct survey_cursor *cursor _unused_)
{
	journal_survey_add(&opening->survey, record);
}

static void apply_record(struct opening *opening, const struct record *record,
	int bytes, struct survey_cursor *cursor)
{
	enum survey_word word = journal_survey_ask(&opening->survey, cursor, record);

	journal_state_apply(
		&opening->loaded->state, record, word != SURVEY_LOST, bytes);
}

/* 0 or -errno. */
static int walk(struct opening *opening, visitor *visit)
{
	struct survey_cursor cursor = {0};
	struct record record;
	int result;
	struct journal_reader *reader = journal_reader_new(opening->fd, &result);

	if (!reader)
		return result;
	while ((result = journal_reader_next(reader, &record)) > 0)
		visit(opening, &record, result, &cursor);
	opening->end = journal_reader_end(reader);
	opening->sequence = journal_reader_sequence(reader);
	opening->salt = journal_reader_salt(reader);
	journal_reader_free(reader);
	return result;
}

static int cut_tail(const struct opening *opening)
{
	struct stat info;

	if (fstat(opening->fd, &info) < 0)
		return -errno;
	if (info.st_size == opening->end)
		return 0;
	log_info("'" JOURNAL_FILE_NAME "' breaks off: its last %" PRId64
		 " bytes are left out",
		(int64_t)info.st_size - opening->end);
	return ftruncate(opening->fd, opening->end) < 0 ? -errno : 0;
}

/* Learn what is in the journal that is there. */
static int read_old(struct opening *opening, struct error *err)
{
	struct journal_loaded *loaded = opening->loaded;
	int result = walk(opening, survey_record);

	loaded->state.in_doubt = journal_survey_doubts(&opening->survey);
	if (result == 0 && opening->survey.n_spans == 0) {
		log_warn("'" JOURNAL_FILE_NAME
			 "' is damaged: unfinished files begin again");
		opening->lost = true;
		return 0;
	}
	if (result == 0)
		result = walk(opening, apply_record);
	journal_state_finish(&loaded->state);
	if (result == 0)
		result = cut_tail(opening);
	return result < 0 ? error_errno(err, KIND_DISK, -result,
				    "cannot read '" JOURNAL_FILE_NAME "'")
			  : 0;
}

int journal_fail_write(int errnum, struct error *err)
{
	return error_errno(
		err, KIND_DISK, errnum, "cannot write '" JOURNAL_FILE_NAME "'");
}

static int renew(struct opening *opening, bool sync)
{
	return journal_renew(
		&(struct journal_renewal){.workdir = opening->setup->workdir,
			.old = opening->lost ? -1 : opening->fd,
			.survey = &opening->survey,
			.state = &opening->loaded->state,
			.lost = opening->lost,
			.sync = sync},
		&opening->loaded->writer);
}

/* Go on in the journal that is there. An END that it has must not outlive what follows: it
 * would say that nothing was lost. */
static int go_on(struct opening *opening)
{
	struct journal_writer *writer = &opening->loaded->writer;
	int result;

	journal_writer_resume(
		writer, opening->fd, opening->end, opening->sequence, opening->salt);
	opening->fd = -1;
	journal_writer_add_session(writer, &opening->survey.present);
	result = journal_writer_flush(writer);
	if (result == 0 && journal_survey_ended(&opening->survey) &&
		fdatasync(writer->fd) < 0)
		result = -errno;
	return result;
}

static bool is_stale(const struct opening *opening)
{
	return opening->end > RENEW_FROM &&
	       opening->loaded->state.live < opening->end / 2;
}

static int begin_session(struct opening *opening, struct error *err)
{
	struct journal_loaded *loaded = opening->loaded;
	int result;

	if (opening->fd < 0 || opening->lost) {
		result = renew(opening, opening->setup->durability != DURABILITY_NONE);
		return result < 0 ? journal_fail_write(-result, err) : 0;
	}
	if (is_stale(opening)) {
		result = renew(opening, true);
		if (result == 0)
			return 0;
		errno = -result;
		log_warn("cannot write '" JOURNAL_FILE_NAME "' anew: %m");
		journal_writer_release(&loaded->writer);
	}
	result = go_on(opening);
	return result < 0 ? journal_fail_write(-result, err) : 0;
}

void journal_loaded_init(struct journal_loaded *loaded, bool keep_finished)
{
	*loaded = (struct journal_loaded){.writer = JOURNAL_WRITER_INIT};
	journal_state_init(&loaded->state, keep_finished);
}

void journal_loaded_release(struct journal_loaded *loaded)
{
	journal_writer_release(&loaded->writer);
	journal_state_release(&loaded->state);
}

int journal_load(struct journal_loaded *loaded, const struct journal_setup *setup,
	struct error *err)
{
	struct opening opening = {.setup = setup, .loaded = loaded};
	struct boot_id boot;
	int result;

	if (setup->boot)
		boot = *setup->boot;
	else
		boot_id_read(&boot);
	journal_survey_init(&opening.survey, &boot);

	result = open_old(&opening, err);
	if (result == 0 && opening.fd >= 0)
		result = read_old(&opening, err);
	if (result == 0)
		result = begin_session(&opening, err);

	journal_survey_release(&opening.survey);
	if (opening.fd >= 0)
		close(opening.fd);
	return result;
}
