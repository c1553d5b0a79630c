/* writer.h - a thread that writes what comes of a large file, so that who receives it need not wait
 * for a disk, a copy, or a digest.
 *
 * What one attempt brings, a `writing`, is written in the order in which it was brought, and the
 * journal is told after it. The writer helps where one writing is under way: with more, there is
 * enough to do, and a block is cheaper to write for who has received it, and has it in his cache.
 * A few blocks may wait; who brings more than that waits as well. So a failure is told with what is
 * brought next. Does not gather blocks, nor know which bytes are missing.
 *
 * A writer: any thread. A writing: one thread at a time. */
#ifndef SEINE_STORE_WRITER_H
#define SEINE_STORE_WRITER_H

#include "base/buf.h"
#include "store/part.h"

struct writer;
/* Its thread begins when there is something to write. */
struct writer *writer_new(void) must_check;
/* All writings have ended. NULL is fine. */
void writer_free(struct writer *writer);

struct writing {
	struct writer *writer; /* NULL: who brings bytes writes them */
	struct part *part;     /* NULL: none begun */
	int64_t next;          /* the offset at which further bytes belong */
	/* The writer's. */
	int64_t written;  /* the offset up to which they are in the part */
	unsigned waiting; /* orders that wait, or are being done */
	bool finishing;   /* nothing waits any more, nor will */
	struct error
		error; /* what the first that failed came to; nothing was done after it */
};

/* Begin at that offset of the part, which is now the writing's: it lets go of it at the end. */
void writing_begin(struct writing *writing, struct part *part, int64_t first);
/* These bytes are next. They are taken: `bytes` is empty then. A failure may be one of what was
 * brought before. */
int writing_add(
	struct writing *writing, struct buf *bytes, struct error *err) must_check;
/* These, which have been brought, are to be told to the journal. `proves`: they are whole pieces
 * that are right. */
int writing_note(struct writing *writing, struct range range, bool proves,
	struct error *err) must_check;
/* No more will come: wait until all that was brought is written; writing->written says how far that
 * is. What few bytes are left are quicker written by oneself. */
int writing_finish(
	struct writing *writing, struct buf *bytes, struct error *err) must_check;
/* Whatever comes of it, let go of the part. Harmless when none was begun. */
void writing_end(struct writing *writing);

#endif
