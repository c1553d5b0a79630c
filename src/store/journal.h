/* journal.h - what an unfinished job has got so far, on disk: DIR/.seine/journal.
 *
 * A large file is fetched in ranges into a part; the journal says which bytes of which part are
 * there, and of which version of the file. It says as well which files have been finished,
 * which matters when the machine was not shut down in order: then a final name may stand for
 * bytes that never came to the disk. It does not read or write parts, does not sync them
 * (store/durable does), and knows no URLs: of these only a hash is kept, since they may hold
 * secrets. Small files, which are written whole, are recorded when they are done.
 *
 * The rules of who uses it:
 *
 * - Tell what has happened, after it has: a range when pwrite() has returned (and in
 *   DURABILITY_EACH durable_part()), done after the rename (and durable_renamed()). So a
 *   process may be killed between any two system calls: the worst is that something is not
 *   recorded, and fetched again.
 * - Never write anything else to a part of which ranges have been told. When the file has
 *   changed at its origin, or its bytes were wrong: journal_drop(), remove the part, and
 *   begin again with a new id, that is, another part. For this reason parts are named by the
 *   id, and no id is given out twice while a part may be known by it. What is lost of the
 *   journal's end can then never make old ranges claim new bytes.
 * - A part that is taken up again is opened without O_CREAT, with O_NOFOLLOW. It must be a
 *   regular file with one link, at least as long as its last range says; else journal_drop().
 *   (After a power loss a name may be lost; after a kill between link and unlink the part is
 *   the finished file.)
 *
 * One append-only file of checked records (journal_format.h); one write() each. At opening, all
 * from the first bad record on is cut; over 1 MiB of which more than half has no meaning any
 * more, it is written anew. In memory are the unfinished files of earlier sessions, and
 * fingerprints of the finished ones if they are asked for or in doubt; of what is told in this
 * session only that it is in doubt no more.
 *
 * A write that fails is cut back, so that the journal is valid, and told of once, with
 * KIND_DISK; nothing is recorded from then on, and the verbs below return 0.
 *
 * Any thread, except for open and close. */
#ifndef SEINE_STORE_JOURNAL_H
#define SEINE_STORE_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/diag.h"
#include "core/range.h"
#include "core/settings.h"

struct journal;
struct boot_id;

struct journal_setup {
	int workdir; /* descriptor of .seine, locked; borrowed until the close */
	/* In DURABILITY_EACH, what is told here has been synced before (durable.h). */
	enum durability durability;
	bool keep_finished; /* journal_finished() will be asked */
	/* In place of the system's (journal_format.h); NULL: none. */
	const struct boot_id *boot;
};

/* Open the journal of the job that was not finished here, or begin one. KIND_DISK. A file that
 * is not a journal is replaced, with a warning. */
struct journal *journal_open(
	const struct journal_setup *setup, struct error *err) must_check;
/* When the job is complete the journal is removed. Otherwise it stays, synced unless it is
 * DURABILITY_NONE; if all that it tells is synced (durable_sync() was called, and nothing was
 * told since), a shutdown after this leaves no doubt. Frees it, also on failure (KIND_DISK).
 * NULL is fine. */
int journal_close(struct journal *journal, bool complete, struct error *err);
/* All that was finished up to now is of jobs that are over, and does not count as finished any
 * more; their unfinished files stay, and what is in doubt (journal_trust), or comes to be when the
 * machine goes down, is so until a run has `ended` of which journal_doubts() has none left. For one
 * thread, before anything is told or after the last. */
int journal_end_jobs(struct journal *journal, bool ended, struct error *err) must_check;
/* Has the machine gone down after files were finished, one of which has not been told of again
 * (done, or gone)? Then that was in another job than this one, if this one has come to its end. */
bool journal_doubts(struct journal *journal);

/* The file of this path is not there (any more), or is another one: what was finished cannot be lost,
 * whether or not it comes again. Of this session; the next one looks itself. */
void journal_gone(struct journal *journal, const char *path);

/* Unfinished files. */

#define JOURNAL_PART_SIZE 32
#define JOURNAL_NO_URL UINT32_MAX

struct journal_file {
	uint64_t id;
	const char *path;             /* the entry's */
	char part[JOURNAL_PART_SIZE]; /* its name in parts/: journal_part_name(id) */
	uint64_t urls;                /* journal_urls() of the entry */
	int64_t size;                 /* bytes; -1: not known */
	/* Of the version that the bytes are of. NULL: none, or over VALIDATOR_MAX bytes. The
	 * ETag is a strong one; whether a Last-Modified is good enough is not judged here. */
	const char *etag, *modified;
	const char *digest; /* of version.h; NULL: none */
	/* Which of the entry's URLs has told of the version, whose validators may be another's
	 * at the others; JOURNAL_NO_URL: one that is not the entry's. */
	uint32_t teller;
	const char *name; /* of version.h; NULL: none */
	/* What is there: in order, with gaps between; at least one. */
	const struct range *ranges;
	size_t n_ranges;
};

/* A hash of the URLs of an entry, in their order. */
uint64_t journal_urls(const struct strings *urls);
void journal_part_name(char part[JOURNAL_PART_SIZE], uint64_t id);

/* The file of this path that an earlier session left, as it was when the journal was opened.
 * NULL: there is none. Valid until it is dropped, done, or begun anew, or the close. */
const struct journal_file *journal_find(struct journal *journal, const char *path);
/* How many such files there are still: of another job, when this one is complete. */
size_t journal_left(struct journal *journal);
/* Is this the part of such a file? For outdir_sweep(): `journal` is a struct journal. */
bool journal_has_part(void *journal, const char *part);

/* An id for a file that is to begin. From 1. */
uint64_t journal_new_id(struct journal *journal);
/* The file is fetched into the part of file->id, a new one; `part` and ranges are not looked
 * at, and texts are copied. Another unfinished file of the same path is forgotten. A path that
 * no system call would take (PATH_MAX) is not recorded. */
int journal_begin(struct journal *journal, const struct journal_file *file,
	struct error *err) must_check;
/* These bytes are in its part. They need not be in order, and may be told again. */
int journal_range(struct journal *journal, uint64_t id, struct range range,
	struct error *err) must_check;
/* Forget it. */
int journal_drop(struct journal *journal, uint64_t id, struct error *err) must_check;

/* Finished files. */

/* Where the file of an entry has come to stand. What is known of one says nothing of what has the
 * other name. */
enum journal_place {
	JOURNAL_THERE, /* at the entry's path */
	JOURNAL_BESIDE /* under another name, by --existing=rename or its server's */
};

/* The file of this entry's path and URLs (journal_urls; 0: perhaps of others) has its final name and
 * `size` bytes. id 0: it was never begun. */
int journal_done(struct journal *journal, uint64_t id, const char *path, uint64_t urls,
	enum journal_place place, int64_t size, struct error *err) must_check;

enum journal_trust {
	JOURNAL_TRUSTED, /* nothing was lost */
	JOURNAL_SAME_SIZE, /* recorded with this size, but perhaps not on the disk in time */
	JOURNAL_OTHER_SIZE, /* recorded, and not with this size: it is not what we wrote */
	JOURNAL_NO_RECORD /* the record is lost, or it was there before the job */
};

/* May this entry's file, of this size now, be believed to be whole? It may as long as no boot of
 * the machine ended in the middle of a job here, and then if it is recorded as synced, or in this
 * boot. If not, its size (SAME_SIZE has seen to that) and its digest, if one is given, are to be
 * checked against the source; when it passes, journal_done() tells later sessions. Said of earlier
 * sessions only. */
enum journal_trust journal_trust(struct journal *journal, const char *path,
	enum journal_place place, int64_t size);

/* Was the file of this path finished, there, by an earlier session of the job, from these URLs? For
 * --existing=overwrite and rename, which would else do it again. Only with keep_finished; whether
 * it is whole is another question. */
bool journal_finished(struct journal *journal, const char *path, uint64_t urls,
	enum journal_place place);
/* Likewise, beside; and it is whole, as journal_trust() would tell of one whose name is known. */
bool journal_finished_beside(struct journal *journal, const char *path, uint64_t urls);

/* Syncs; for store/durable. */

/* The sequence of the last record. What is synced after this returns covers all up to it. */
uint64_t journal_sequence(struct journal *journal);
/* All that is told by records up to this sequence, in this boot, is on the disk. */
int journal_synced(
	struct journal *journal, uint64_t upto, struct error *err) must_check;

#endif
