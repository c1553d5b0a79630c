/* outdir.h - the output directory of a job: its lock, its parts, and safe ways in.
 *
 * DIR/.seine/ exists only while a job is unfinished: `lock` (held by flock), `journal` (see
 * journal.h) and `parts/`. All opening below DIR goes through openat2 with RESOLVE_BENEATH |
 * RESOLVE_NO_SYMLINKS, so that no link that is there, or is put there meanwhile, leads out. Any
 * thread. */
#ifndef SEINE_STORE_OUTDIR_H
#define SEINE_STORE_OUTDIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/diag.h"
#include "store/workdir.h"

struct outdir;

/* Make DIR (and its parents) if need be, and take the lock. Left parts are cleared, unless there
 * is a journal: then journal_open() and outdir_sweep() are to follow. KIND_DISK when that fails,
 * KIND_LOCKED (with the other process's PID in the text) when another has it. */
struct outdir *outdir_open(const char *dir, struct error *err) must_check;
/* Remove what is left of .seine/ when it is empty, and let go of the lock. */
void outdir_close(struct outdir *outdir);

/* Did outdir_open make it? Then there is nothing in it but what came since. */
bool outdir_is_new(const struct outdir *outdir);

/* Where what happens to its files is recorded and synced; both may be NULL, which they are at
 * first. Borrowed. */
struct journal;
struct durable;
void outdir_attach(
	struct outdir *outdir, struct journal *journal, struct durable *durable);
struct journal *outdir_journal(const struct outdir *outdir);
struct durable *outdir_durable(const struct outdir *outdir);

/* The length of what is under this name (a link counts as itself), 0 for what has none; -1
 * where there is nothing, or a directory. */
int64_t outdir_size(struct outdir *outdir, const char *path);
/* Open it for reading; -1 when it is no regular file, or cannot be. Yours to close. */
int outdir_open_file(struct outdir *outdir, const char *path);
int outdir_remove_file(
	struct outdir *outdir, const char *path, struct error *err) must_check;

/* The descriptors of .seine and of its parts/. Borrowed. */
int outdir_workdir(const struct outdir *outdir);
int outdir_parts(const struct outdir *outdir);

/* Remove all parts that `keep` does not want (NULL: all). At the start of a job that goes on,
 * with journal_has_part; at the end of a complete one, after journal_close(), with NULL: parts
 * of entries that the list did not have any more would keep .seine. As workdir_sweep. */
int outdir_sweep(struct outdir *outdir, part_keeper *keep, void *context,
	struct error *err) must_check;

/* The directory that holds `path`, made if need be: borrowed until outdir_parent_put. *base
 * points at the last component inside path. NULL and KIND_DISK, or KIND_BAD_NAME when a link
 * or a file stands in the way, when path is not below the directory, or is .seine itself. */
struct outdir_parent;
struct outdir_parent *outdir_parent(struct outdir *outdir, const char *path,
	const char **base, struct error *err) must_check;
/* The same for a directory that is there; NULL when it is not, or none could be. */
struct outdir_parent *outdir_parent_there(
	struct outdir *outdir, const char *path, const char **base) must_check;
int outdir_parent_fd(const struct outdir_parent *parent);
void outdir_parent_put(struct outdir *outdir, struct outdir_parent *parent);
/* As outdir_parent_put, for a directory that turned out to be gone: who asks for it next gets
 * it looked up, and made, anew. */
void outdir_parent_drop(struct outdir *outdir, struct outdir_parent *parent);

/* While one looks at what has a name and then replaces it, nobody else does. */
void outdir_lock_names(struct outdir *outdir);
void outdir_unlock_names(struct outdir *outdir);

/* Keep no more than so many directories open for speed; 0: as many as is good. Before the first is
 * asked for. */
void outdir_set_room(struct outdir *outdir, size_t directories);
/* Close descriptors that are kept only for speed; false when there were none. For those who
 * run out of descriptors. */
bool outdir_trim(struct outdir *outdir);

#endif
