/* sink.h - where the bytes of one file go: a part file, and from there to the final name.
 *
 * A small body is given whole and written once; a large one is opened, written at its offset
 * in large pieces, and committed. Either way the part is created O_EXCL | O_NOFOLLOW in
 * .seine/parts (a directory only its owner may enter), its length is known to be right before
 * the call, and the final name appears by renameat2 without replacing (unless --existing
 * says so). Verifying is the caller's: what is committed here is believed.
 *
 * A sink has one owner, but for sink_write and sink_read; different sinks may be used by
 * different threads. */
#ifndef SEINE_STORE_SINK_H
#define SEINE_STORE_SINK_H

#include <stdint.h>

#include "base/attr.h"
#include "base/diag.h"
#include "core/entry.h"
#include "store/outdir.h"

struct sink;

/* How a part becomes the file. */
struct publication {
	enum existing existing;
	int64_t mtime; /* when it was modified, in seconds since 1970; -1: now */
	/* Is it told by marks whose a file is (mark.h)? Then it gets the entry's, and replaces,
	 * with --existing=overwrite and update, only the entry's own or one without a mark; with
	 * skip the entry's own, as it was left, where the machine went down and may have lost it.
	 * A file system that keeps no marks, or takes none, tells nothing, and nothing is
	 * replaced. */
	bool marked;
	const char *name; /* what its server calls it (naming_given); NULL: nothing */
};

/* Write and commit a whole body: as sink_open, sink_write and sink_commit in one. */
int sink_store(struct outdir *outdir, const struct entry *entry,
	const struct publication *how, const void *body, size_t len, char **renamed,
	struct error *err) must_check;

/* Make the part of an entry (borrowed until the sink is gone), under this name, or one like it
 * when that is taken; NULL: the entry's number. `size` in bytes, or -1: when known, space for its
 * beginning is allocated ahead, and a device that has none fails here with KIND_NO_ROOM. */
struct sink *sink_open(struct outdir *outdir, const struct entry *entry,
	const char *name, int64_t size, struct error *err) must_check;
/* The same for a part that is there, under this name: what was written stays. */
struct sink *sink_reopen(struct outdir *outdir, const struct entry *entry,
	const char *name, struct error *err) must_check;
/* Its name in parts/. Borrowed. */
const char *sink_name(const struct sink *sink);

/* Any thread, several at a time, at different offsets. */
int sink_write(struct sink *sink, int64_t offset, const void *data, size_t len,
	struct error *err) must_check;
/* All of len bytes, which have been written. As sink_write. */
int sink_read(struct sink *sink, int64_t offset, void *data, size_t len,
	struct error *err) must_check;
/* What has been written is on the disk on return, if --durability wants that (durable.h). */
int sink_sync(struct sink *sink, struct error *err) must_check;
/* Give the part its final name and free the sink, also on failure. `len` is the file's length
 * (space that was allocated beyond it is given back). KIND_EXISTS when the name is taken, and what
 * has it is not to be replaced: the part is removed, what is there is left alone. KIND_DISK leaves
 * the part, unless the disk may have lost what was written to it. With EXISTING_RENAME the first
 * free alternative (naming.h) is used. *renamed gets the path if it is not the entry's, yours to
 * free; else it is set to NULL. */
int sink_commit(struct sink *sink, int64_t len, const struct publication *how,
	char **renamed, struct error *err) must_check;
/* Give back the space that was allocated beyond what was written last. */
void sink_trim(struct sink *sink);
/* Free the sink; the part stays. -errno when the disk has lost what was written to it, or some of
 * that, although it has taken it. NULL is fine. */
int sink_close(struct sink *sink) must_check;
/* Remove the part and free the sink. NULL is fine. */
void sink_abort(struct sink *sink);
/* Remove a part that is not open. */
void sink_remove(struct outdir *outdir, const char *name);

#endif
