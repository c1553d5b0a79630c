/* strings.h - a growing vector of strings that it owns.
 *
 * All zeros is an empty one. `items` may be read, and a string changed in place. One owner; no
 * lock. */
#ifndef SEINE_BASE_STRINGS_H
#define SEINE_BASE_STRINGS_H

#include <stddef.h>

struct strings {
	char **items;
	size_t count;
};

/* Append a copy of the text. */
void strings_add(struct strings *strings, const char *text);
/* Append the text itself: takes it, which must be of malloc. */
void strings_take(struct strings *strings, char *text);
/* Free the one of this index; those behind it move up. */
void strings_remove(struct strings *strings, size_t index);
/* Free all; the vector is empty then. */
void strings_release(struct strings *strings);

#endif
