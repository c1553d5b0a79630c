/* finished.h - which files were finished, with which trait (its size, say), and whether that is
 * sound: 11 to 22 bytes each.
 *
 * Only fingerprints are kept. Of ten million files perhaps 45 are taken for another one, which
 * then seems to have the wrong trait; that a wrong one passes for the right one has a chance
 * of one in eight million. One owner; no lock. */
#ifndef SEINE_STORE_FINISHED_H
#define SEINE_STORE_FINISHED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct finished {
	uint64_t *slots;
	size_t n_slots, count; /* n_slots: 0, or a power of two */
	size_t n_unsound;
};

#define FINISHED_INIT                                                                  \
	{                                                                              \
		.slots = NULL                                                          \
	}

void finished_release(struct finished *finished);

/* The file under this hash of its path is finished; replaces what was told of it before. */
void finished_put(
	struct finished *finished, uint64_t path_hash, uint64_t trait, bool sound);

/* If it is known at all: it is sound now, with this trait. */
void finished_settle(struct finished *finished, uint64_t path_hash, uint64_t trait);

enum finished_answer {
	FINISHED_NOT,     /* not that we know */
	FINISHED_OTHER,   /* ... not with this trait */
	FINISHED_UNSOUND, /* with it, and it may have been lost */
	FINISHED_SOUND    /* with it */
};

enum finished_answer finished_get(
	const struct finished *finished, uint64_t path_hash, uint64_t trait);

#endif
