/* beneath.h - open a directory below another one, never through a link, never outside.
 *
 * Knows nothing of jobs and keeps no state. Any thread. */
#ifndef SEINE_STORE_BENEATH_H
#define SEINE_STORE_BENEATH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

/* Is the path relative, and is none of its components empty, "." or ".."? */
bool beneath_is_safe(const char *path);

/* Open the directory `dir` (a safe path) below the descriptor `root`, making it and its
 * parents when `make` says so. Gives a descriptor for the *at() calls (O_PATH), yours
 * to close, or -errno: -ENOTDIR or -ELOOP when a file or a link stands in the way. On
 * failure *blocked is the length of the part of dir that could not be opened. */
int beneath_open(int root, const char *dir, bool make, size_t *blocked) must_check;

#endif
