/* names.h - which paths a job has given out, in about 5 bytes each.
 *
 * Only fingerprints are kept: of ten million paths perhaps one is taken for given out that
 * was not. Directories and files are told apart. One owner; no lock. */
#ifndef SEINE_CORE_NAMES_H
#define SEINE_CORE_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

enum names_role { NAMES_FILE, NAMES_DIR };

struct names;

struct names *names_new(void);
void names_free(struct names *names);

/* Append text as it is to be compared: NFC-normalised and case-folded. Two names with the
 * same fold are one file on some file system. */
void names_fold(struct buf *folded, const char *text, size_t len);

/* Both take a folded path. */
bool names_has(const struct names *names, const char *folded, size_t len,
	enum names_role role);
/* False, and nothing changes, when it is there already. */
bool names_add(struct names *names, const char *folded, size_t len, enum names_role role);

#endif
