/* sink.h - where the bytes of one file go: a part file, and from there to the final name.
 *
 * A small body is given whole and written once; a large one is opened, written at its offset
 * in large pieces, and committed. Either way the part is created O_EXCL | O_NOFOLLOW in
 * .seine/parts (a directory only its owner may enter), its length is known to be right before
 * the call, and the final name appears by renameat2 without replacing (unless --existing
 * says so). Verifying is the caller's: what is committed here is believed.
 *
 * A sink has one owner at a time; different sinks may be used by different threads. */
#ifndef SEINE_STORE_SINK_H
#define SEINE_STORE_SINK_H

#include <stdint.h>

#include "base/attr.h"
#include "base/diag.h"
#include "core/entry.h"
#include "store/outdir.h"

struct sink;

/* Write and commit a whole body: as sink_open, sink_write and sink_commit in one. */
int sink_store(struct outdir *outdir, const struct entry *entry, enum existing existing,
	const void *body, size_t len, char **renamed, struct error *err) must_check;

/* Open the part of an entry (borrowed until the sink is gone). `size` in bytes, or -1: when
 * known, space is allocated ahead, and a device that has no room for it fails here with
 * KIND_NO_ROOM. */
struct sink *sink_open(struct outdir *outdir, const struct entry *entry, int64_t size,
	struct error *err) must_check;
int sink_write(struct sink *sink, int64_t offset, const void *data, size_t len,
	struct error *err) must_check;
/* Give the part its final name and free the sink, also on failure. `len` is the file's length
 * (space that was allocated beyond it is given back). KIND_EXISTS when the name is taken and
 * existing is EXISTING_SKIP: the part is removed, what is there is left alone. With
 * EXISTING_RENAME the first free alternative (naming.h) is used, and *renamed gets that path,
 * yours to free; in all other cases *renamed is set to NULL. */
int sink_commit(struct sink *sink, enum existing existing, int64_t len, char **renamed,
	struct error *err) must_check;
/* Remove the part and free the sink. NULL is fine. */
void sink_abort(struct sink *sink);

#endif
