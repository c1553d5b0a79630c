/* journal_writer.h - puts records at the end of a journal, so that it stays valid when a write
 * fails. One owner; no lock. */
#ifndef SEINE_STORE_JOURNAL_WRITER_H
#define SEINE_STORE_JOURNAL_WRITER_H

#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"
#include "store/journal_format.h"

struct journal_writer {
	int fd;            /* O_APPEND; owned; -1: none */
	int64_t end;       /* length of the file */
	uint64_t sequence; /* of the last record, written or pending */
	uint32_t salt;     /* of the session */
	struct buf pending;
};

#define JOURNAL_WRITER_INIT                                                            \
	{                                                                              \
		.fd = -1, .pending = BUF_INIT                                          \
	}

/* Close the descriptor; what is pending is lost. */
void journal_writer_release(struct journal_writer *writer);

/* Go on behind a record that ends at `end`. Takes fd. */
void journal_writer_resume(struct journal_writer *writer, int fd, int64_t end,
	uint64_t sequence, uint32_t salt);
/* Begin in an empty file. Takes fd. */
void journal_writer_begin(struct journal_writer *writer, int fd);

/* Make a record pending. */
void journal_writer_add(struct journal_writer *writer, const struct record *record);
/* The same with one that opens a session: its salt is chosen here. */
void journal_writer_add_session(
	struct journal_writer *writer, const struct boot_id *boot);
/* Write what is pending, with one write(). 0 or -errno; then none of it is in the file, and
 * nothing more may be added. */
int journal_writer_flush(struct journal_writer *writer) must_check;

#endif
