/* part_parts.h - parts from inside: part.c is who has which, part_write.c what is written to
 * them, part_files.c which files are open, part_space.c whether the disk has room for them,
 * part_resume.c what an earlier run has left, part_commit.c the end. Not for others.
 *
 * Two locks: that of the parts guards who has which part, and is held while one is opened; that
 * of a part, how far its proofs are. Writing is under neither. */
#ifndef SEINE_STORE_PART_PARTS_H
#define SEINE_STORE_PART_PARTS_H

#include <pthread.h>

#include "base/list.h"
#include "base/map.h"
#include "store/journal.h"
#include "store/part.h"
#include "store/proof.h"
#include "store/sink.h"

#define KEY_SIZE 24

struct parts {
	struct outdir *outdir;
	struct journal *journal; /* NULL: nothing is kept */
	pthread_mutex_t lock;
	struct map *by_entry;
	struct list idle; /* parts with an open file that nobody holds; longest first */
	size_t n_open, room; /* files that are open, and may be; 0: no limit */
	int64_t claimed;     /* the sum of their claims */
	bool kept;           /* one was left for another run */
	parts_stop *stop;    /* NULL: never */
	const void *stop_context;
};

struct part {
	struct parts *parts;
	const struct entry *entry;
	char key[KEY_SIZE];    /* in by_entry */
	uint64_t id;           /* in the journal; also names its file */
	bool resumable, known; /* the journal is to tell of it; has been told */
	unsigned generation;
	unsigned users;
	bool dropped; /* its entry is over: to be removed, or kept, once nobody uses it */
	bool keep;
	struct sink *sink; /* NULL: its file is closed */
	int lost; /* errno: the disk has lost what it had taken, as its closing told; 0: not so */
	struct list idle;
	unsigned held; /* by how many threads, so that it stays open */
	char name[JOURNAL_PART_SIZE];
	int64_t claim; /* how long the file is that the disk is to have room for; 0: not known, or
	                * not worth it */
	enum verified verified; /* by its length, or not at all */

	pthread_mutex_t lock;
	struct proofs proofs;
	int64_t proved; /* bytes from the start that the proofs have seen */
	bool proving;   /* somebody shows them more */
};

/* The entry's part, of whatever generation; with the parts' lock. NULL: there is none. */
struct part *parts_find(const struct parts *parts, const struct entry *entry);
/* What an earlier run has left, where the attempt goes on with that; else NULL. */
const struct journal_file *parts_left(
	const struct parts *parts, const struct attempt *attempt);
/* Of what the part's bytes are, and how they have been verified. */
uint64_t part_sources(const struct entry *entry);
/* Show the proofs what is in the file, from `first` to before `end`. */
int part_read_back(
	struct part *part, int64_t first, int64_t end, struct error *err) must_check;
/* part_files.c: have its file open until it is let go; open it (new unless it has a name, and
 * then so large), close it, and take it away from the part, these with the parts' lock. NULL: it
 * is closed. A part that is lost cannot be opened any more. */
int part_hold(struct part *part, struct error *err) must_check;
void part_let_go(struct part *part);
int part_open(struct part *part, int64_t size, struct error *err) must_check;
void part_close(struct part *part);
struct sink *part_take(struct part *part);
/* part_space.c: claim space for all of the file, of which the part (that nobody finds yet) may have
 * some: KIND_NO_ROOM where the disk has not so much, KIND_CROWDED where it has, but not beside
 * what others are to be given; and need it no more. With the parts' lock. */
int part_claim(struct part *part, int64_t size, struct error *err) must_check;
void part_waive(struct part *part);
/* Nobody finds it any more: it goes, or stays for another run, once nobody uses it. With the
 * parts' lock. */
void part_drop(struct part *part, bool keep);

#endif
