/* outdir.h - the output directory of a job: its lock, its parts, and safe ways in.
 *
 * DIR/.seine/ exists only while a job is unfinished: `lock` (held by flock) and `parts/`. All
 * opening below DIR goes through openat2 with RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS, so that
 * no link that is there, or is put there meanwhile, leads out. Any thread. */
#ifndef SEINE_STORE_OUTDIR_H
#define SEINE_STORE_OUTDIR_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/diag.h"

struct outdir;

/* Make DIR (and its parents) if need be, take the lock, clear left parts. KIND_DISK when that
 * fails, KIND_LOCKED (with the other process's PID in the text) when another has it. */
struct outdir *outdir_open(const char *dir, struct error *err) must_check;
/* Remove what is left of .seine/ when it is empty, and let go of the lock. */
void outdir_close(struct outdir *outdir);

/* Is there anything but a directory under this name (a link counts as itself)? */
bool outdir_exists(struct outdir *outdir, const char *path);

/* The descriptor of parts/. Borrowed. */
int outdir_parts(const struct outdir *outdir);

/* The directory that holds `path`, made if need be: borrowed until outdir_parent_put. *base
 * points at the last component inside path. NULL and KIND_DISK, or KIND_BAD_NAME when a link
 * or a file stands in the way, when path is not below the directory, or is .seine itself. */
struct outdir_parent;
struct outdir_parent *outdir_parent(struct outdir *outdir, const char *path,
	const char **base, struct error *err) must_check;
int outdir_parent_fd(const struct outdir_parent *parent);
void outdir_parent_put(struct outdir *outdir, struct outdir_parent *parent);
/* As outdir_parent_put, for a directory that turned out to be gone: who asks for it next gets
 * it looked up, and made, anew. */
void outdir_parent_drop(struct outdir *outdir, struct outdir_parent *parent);

/* Close descriptors that are kept only for speed; false when there were none. For those who
 * run out of descriptors. */
bool outdir_trim(struct outdir *outdir);

#endif
