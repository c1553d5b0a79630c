/* durable.h - when bytes, names and the journal are synced to the disk: --durability.
 *
 * A process that is killed loses nothing, since the page cache has what it wrote; this is about
 * power. The mode says what is done about it, and what a loss of power can cost:
 *
 * - none: nothing is ever synced. What is under a final name may be empty, or have zeros where
 *   bytes should be, if the power goes within the half minute or so that the kernel takes to
 *   write it. While the job is unfinished, the next run sees that the machine was started anew
 *   and trusts no finished file unseen (journal_trust) and no range of a part: large files begin
 *   again. Once the job has ended well nobody knows any more.
 * - batch: about once a second, or once 256 files are renamed, syncfs() syncs all of it at once,
 *   in a thread of its own, and the journal is told. The files and ranges of the last one or two
 *   syncs' time are as in none; those before are trusted. As long as nothing goes wrong no
 *   transfer waits. durable_sync() at the end makes sure that a job that ended well is on the
 *   disk.
 * - each: no range is in the journal, and no final name exists, before the bytes are on the disk;
 *   no file is said to be done before its name is. What power can cost is what was in flight.
 *   (The names of directories that were made for it are synced by durable_sync() at the end.)
 *
 * In each mode it is assumed that the device obeys a flush, and, in none, that the file system
 * writes changes of names in the order in which they were made, as journalling ones do: else
 * the journal itself may be missing afterwards. A disk that is unplugged and comes back in the
 * same boot is not noticed.
 *
 * What failed to be synced is lost, and asking again would say that it is not: after the first
 * failure nothing is synced any more, and every call fails with the same error. The part that
 * could not be synced must be dropped, not renamed.
 *
 * Order, for a range: pwrite, durable_part, journal_range. For a file: pwrite, durable_part,
 * verify, rename, durable_renamed, journal_done. At the end of the job, complete or not, when
 * nobody calls any of these any more: durable_sync unless it is none, then durable_free,
 * journal_close. (After an interrupt it is worth its time in none too: what is there can then be
 * gone on with after a shutdown.)
 *
 * Any thread, but for new and free. */
#ifndef SEINE_STORE_DURABLE_H
#define SEINE_STORE_DURABLE_H

#include "base/attr.h"
#include "base/diag.h"
#include "core/settings.h"
#include "store/journal.h"

struct durable;

/* `workdir` (the descriptor of .seine: syncfs() is of its file system) and the journal are
 * borrowed. In batch it starts a thread; NULL and KIND_INTERNAL when that cannot be. */
struct durable *durable_new(enum durability durability, int workdir,
	struct journal *journal, struct error *err) must_check;
/* Ends the thread, without a sync. NULL is fine. */
void durable_free(struct durable *durable);

/* Bytes were written to the part that fd is of. In each: they are on the disk on return. */
int durable_part(struct durable *durable, int fd, struct error *err) must_check;
/* A part got its final name in the directory `dir` (O_PATH will do). In each: the name is on
 * the disk on return. */
int durable_renamed(struct durable *durable, int dir, struct error *err) must_check;
/* Whatever the mode: all that was written and renamed so far is on the disk on return, and the
 * journal has a record of it. */
int durable_sync(struct durable *durable, struct error *err) must_check;

#endif
