/* taken.h - which paths a job has given out, in about 5 bytes each.
 *
 * Only fingerprints are kept: of ten million paths perhaps one is taken for given out that
 * was not. Directories and files are told apart. One owner; no lock. */
#ifndef SEINE_CORE_TAKEN_H
#define SEINE_CORE_TAKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum taken_role { TAKEN_FILE, TAKEN_DIR };

struct taken;

struct taken *taken_new(void);
void taken_free(struct taken *taken);

/* Append text as it is to be compared: NFC-normalised and case-folded. Two names with the
 * same fold are one file on some file system. */
void taken_fold(struct buf *folded, const char *text, size_t len);

/* A directory, as a hash of all that leads there, so that a path costs what its components do; 0
 * is where all paths begin. */
uint64_t taken_enter(uint64_t dir, const char *folded, size_t len);

/* All take a folded component of a path, in this directory. */
bool taken_has(const struct taken *taken, uint64_t dir, const char *folded, size_t len,
	enum taken_role role);
/* False, and nothing changes, when it is there already. */
bool taken_add(struct taken *taken, uint64_t dir, const char *folded, size_t len,
	enum taken_role role);

#endif
