/* alloc.h - allocation that never fails: on exhaustion the process says so and exits.
 *
 * That is safe here because a crash at any point leaves a valid state on disk (part files
 * and final names by rename only). Any thread. The caller owns what is returned; free(). */
#ifndef SEINE_BASE_ALLOC_H
#define SEINE_BASE_ALLOC_H

#include <stddef.h>

#include "base/attr.h"

void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size);
void *xrealloc(void *old, size_t size);
/* As xrealloc, for count * size bytes; an overflow of the product counts as exhaustion. */
void *xreallocarray(void *old, size_t count, size_t size);
/* NULL in gives NULL out. */
char *xstrdup(const char *text);
char *xstrndup(const char *text, size_t len);
char *xasprintf(const char *fmt, ...) printf_like(1, 2);

/* For _cleanup_: frees the pointer that a local char * (or any pointer) holds. */
void freep(void *pointer_to_pointer);

#endif
