/* journaling.h - what the tests of the journal share: a .seine of their own, boots that can be
 * chosen, and what a journal says, as a text. */
#ifndef SEINE_TESTS_JOURNALING_H
#define SEINE_TESTS_JOURNALING_H

#include "base/attr.h"
#include "base/buf.h"
#include "scratch.h"
#include "store/journal.h"
#include "store/journal_format.h"

#define JOURNAL_PATH "w/journal"

/* Descriptor of the directory that stands for .seine. */
static inline int workdir_fd(void)
{
	static int fd = -1;

	if (fd < 0) {
		check_int(mkdir("w", 0700), 0);
		fd = open("w", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	return fd;
}

static inline struct journal *try_open(
	int boot, enum durability durability, bool keep_finished, struct error *err)
{
	struct boot_id id = {.bytes = {[15] = (unsigned char)boot}};

	*err = (struct error){.kind = KIND_NONE};
	return journal_open(&(struct journal_setup){.workdir = workdir_fd(),
				    .durability = durability,
				    .keep_finished = keep_finished,
				    .boot = &id},
		err);
}

/* Open it in this boot (0: nobody knows which). */
static inline struct journal *open_journal(int boot)
{
	struct error err;
	struct journal *journal = try_open(boot, DURABILITY_NONE, false, &err);

	need(journal != NULL, err.text);
	return journal;
}

/* The process is gone, the job is not complete. */
static inline void leave_journal(struct journal *journal)
{
	check_int(journal_close(journal, false, NULL), 0);
}

static inline void end_journal(struct journal *journal)
{
	check_int(journal_close(journal, true, NULL), 0);
	check_int(scratch_count("w"), 0);
}

static inline uint64_t begin_file(
	struct journal *journal, const char *path, int64_t size)
{
	uint64_t id = journal_new_id(journal);

	check_int(journal_begin(journal,
			  &(struct journal_file){.id = id,
				  .path = path,
				  .urls = 7,
				  .size = size,
				  .etag = "\"v1\""},
			  NULL),
		0);
	return id;
}

static inline void tell_range(
	struct journal *journal, uint64_t id, int64_t first, int64_t last)
{
	check_int(journal_range(journal, id, (struct range){first, last}, NULL), 0);
}

static inline void add_file(struct buf *out, const struct journal_file *file)
{
	if (!file)
		return;
	buf_addf(out, "%s #%" PRIu64 " %s %" PRId64 " %" PRIu64 " %s %s:", file->path,
		file->id, file->part, file->size, file->urls,
		file->etag ? file->etag : "-", file->modified ? file->modified : "-");
	for (size_t i = 0; i < file->n_ranges; i++)
		buf_addf(out, " %" PRId64 "-%" PRId64, file->ranges[i].first,
			file->ranges[i].last);
	buf_addstr(out, "\n");
}

/* Check what is said of the file of this path: "" for nothing. */
static inline void check_file(
	struct journal *journal, const char *path, const char *want)
{
	_cleanup_(buf_release) struct buf got = BUF_INIT;

	add_file(&got, journal_find(journal, path));
	check_str(got.data, want);
}

#endif
