/* journal_state.h - what the records of a journal mean together, at its opening: which files
 * are unfinished, with which bytes, and which are finished.
 *
 * Knows nothing of boots and syncs: who calls says what is to be believed. One owner; no
 * lock. */
#ifndef SEINE_STORE_JOURNAL_STATE_H
#define SEINE_STORE_JOURNAL_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/map.h"
#include "store/finished.h"
#include "store/journal.h"
#include "store/journal_format.h"

/* An unfinished file: what journal_find() shows, and what it takes. */
struct known_file {
	struct journal_file file;
	struct range *ranges; /* what file.ranges points to; owned */
	size_t cap;           /* ... and how many fit */
	int64_t bytes;        /* length of the records that it is made of */
	char texts[];         /* what the pointers of file point to */
};

struct journal_state {
	struct map *by_path, *by_part; /* known_file; owned by by_path */
	/* By jobs that are not over, from which URLs; only with keep_finished. */
	struct finished finished;
	/* By whatever job, with which size; only with in_doubt. */
	struct finished doubted;
	bool keep_finished, in_doubt;
	uint64_t last_id; /* the highest there was */
	uint64_t over;    /* sequence of the last OVER; 0: none */
	int64_t live;     /* length of all records that still mean something */
	int64_t done;     /* ... of these, of DONE */
};

void journal_state_init(struct journal_state *state, bool keep_finished);
void journal_state_release(struct journal_state *state);

/* The next record; `bytes` long. */
void journal_state_apply(struct journal_state *state, const struct record *record,
	bool believed, int bytes);
/* After the last one: forget files of which no byte is there. */
void journal_state_finish(struct journal_state *state);

/* Was it finished by a job that is not over, and last of all from these URLs? FINISHED_OTHER: from
 * others. */
enum finished_answer journal_state_finished(
	const struct journal_state *state, uint64_t path_hash, uint64_t urls);
/* NULL when there is none. */
struct known_file *journal_state_by_id(const struct journal_state *state, uint64_t id);
/* Forget what was finished: the job is over. What is in doubt stays so, unless `sure`. */
void journal_state_end_job(struct journal_state *state, bool sure);
/* Forget the file, which is gone then. NULL is fine. */
void journal_state_forget(struct journal_state *state, struct known_file *known);

#endif
