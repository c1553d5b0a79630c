/* part.h - the part of one large file, to which several attempts write at once, and which
 * outlives them: what an attempt has brought is there for the next one, and, where the journal
 * can tell of which state of the file it is, for the next run.
 *
 * Digests are computed as bytes come, as long as they come in order; what came out of order is
 * read back when all is there. Verifying and renaming is the commit. While nobody uses a part, or
 * others need the descriptor more, its file is closed. Does not know which ranges are missing:
 * that is core/plan's.
 *
 * Any thread: a part belongs to all attempts of its entry, which write disjoint ranges. */
#ifndef SEINE_STORE_PART_H
#define SEINE_STORE_PART_H

#include "core/entry.h"
#include "store/sink.h"

struct part;

/* All parts of a job. */
struct parts;
/* Borrowed; what is kept of a job goes to the outdir's journal, if it has one. */
struct parts *parts_new(struct outdir *outdir);
/* Asked now and then while a commit reads a file back, in whatever thread: true ends it. To be set
 * before the first commit; borrowed. */
typedef bool parts_stop(const void *context);
void parts_set_stop(struct parts *parts, parts_stop *stop, const void *context);
/* How many of their files may be open at a time, but for those that are just being written to; 0,
 * as at first: any number. To be set before the first part. */
void parts_set_room(struct parts *parts, size_t files);
/* Closes what is open; what another run can go on with stays. NULL is fine. */
void parts_free(struct parts *parts);
/* Is there something that another run could go on with? */
bool parts_are_kept(struct parts *parts);

/* What an earlier run has left of the entry's file: the same URLs, a version that can be asked
 * for or has a digest, or digests of the same pieces, the size that the entry asks for, if it
 * does, and a part that is as long as it must be. `deaf`: no digest that was announced is to
 * count. Yours; NULL: nothing; what could not be gone on with is removed then, but of other URLs
 * only when something of the file has come. */
struct resume *parts_resume(struct parts *parts, const struct entry *entry, bool deaf);
/* What an earlier run has left of the entry's file, of the same URLs, is not wanted: it is
 * removed. */
void parts_forget_own(struct parts *parts, const struct entry *entry);
/* The file has come: what an earlier run has left of it, of whatever URLs, is removed. */
void parts_forget(struct parts *parts, const struct entry *entry);

/* What an answer says of the file, when its first bytes come. */
struct part_facts {
	const struct version *version;    /* size -1 where it is not known */
	bool resumable;                   /* ranges of it can be asked for later */
	const struct checksum *announced; /* a digest of the whole file; NULL: none */
	const char *by;                   /* who announces it; static */
	const char *etag;                 /* of an object in S3; NULL: it is none */
};

/* The part for the attempt's file and generation: the one that is there (of an earlier
 * attempt, or of an earlier run), or a new one, in place of what older generations have left.
 * Yours until part_put. KIND_INTERRUPTED when the attempt has been cancelled, KIND_CHANGED
 * when a newer generation has one already; KIND_NO_ROOM when the disk has none for all of the
 * file, and KIND_CROWDED when it may have once others have ended. */
struct part *parts_get(struct parts *parts, const struct attempt *attempt,
	const struct part_facts *facts, struct error *err) must_check;
/* The attempt needs it no more. NULL is fine. */
void part_put(struct part *part);

/* These bytes belong at this offset. Of an entry with digests of pieces they may be wrong, or be
 * written again by another attempt. */
int part_write(struct part *part, int64_t offset, const void *data, size_t len,
	struct error *err) must_check;
/* ... and these, which have been written, are whole pieces that are right. */
int part_prove(struct part *part, struct range range, struct error *err) must_check;
/* All of it has come, and it would have been noticed if some had not, although its length was
 * not known before. */
void part_proves_length(struct part *part);
/* These have been written: another run need not ask for them. */
int part_note(struct part *part, struct range range, struct error *err) must_check;

/* The file is whole, attempt->version.size long: verify it, give it its name, and end the part.
 * KIND_INTERNAL when there is none, KIND_INTERRUPTED when it is stopped. Fills verified,
 * verified_by, digest, wrong_digest and renamed of *outcome. A part with wrong bytes is gone, too;
 * one that the disk refuses, or that was not verified to the end, stays. */
int parts_commit(struct parts *parts, const struct attempt *attempt,
	const struct publication *how, struct outcome *outcome,
	struct error *err) must_check;
/* How much would the commit have to read back? 0 where it is quick. */
int64_t parts_unread(struct parts *parts, const struct attempt *attempt);

/* The entry will not be fetched any more in this run, and attempts of it that are still under
 * way have been cancelled. Unless `keep`, its part is removed as soon as nobody uses it, and so
 * is what an earlier run has left; else another run goes on with it. */
void parts_end(struct parts *parts, const struct entry *entry, bool keep);

#endif
