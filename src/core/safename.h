/* safename.h - text from anywhere made into components of safe paths, and components cut,
 * suffixed and told from their extension. The parts that naming is made of; others want
 * naming.h. Pure; any thread. */
#ifndef SEINE_CORE_SAFENAME_H
#define SEINE_CORE_SAFENAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define SAFENAME_MAX 255 /* bytes of one component, as file systems have it */

/* Who chose the text: what a server chose must not make a hidden file. */
enum safename_from { SAFENAME_USER, SAFENAME_NETWORK };

/* Append text to the last component of path (a new one, when path is empty or ends with
 * "/"). "/", "\", control characters and bytes that are not UTF-8 are written as %XX; a
 * leading "." from the network becomes "_". */
void safename_add(
	struct buf *path, const char *text, size_t len, enum safename_from from);

/* End the last component of path, unless there is none. */
void safename_add_slash(struct buf *path);

/* Would the text as a component, or as the path that a careless reader takes it for, lead
 * elsewhere: "." and "..", and ".." between slashes or backslashes? */
bool safename_is_traversal(const char *text, size_t len);

/* Append the name with suffix before its extension, which of "a.tar.gz" is ".tar.gz"; ".profile"
 * and "Mr. Smith" have none. The stem is cut, never inside a character, so that all has
 * SAFENAME_MAX bytes at most. */
void safename_add_suffixed(
	struct buf *path, const char *name, size_t len, const char *suffix);

/* What suffixes and {hash} are made of; the same for ever. Another seed, another hash. */
uint32_t safename_hash(const char *text, size_t len, uint64_t seed);

#endif
