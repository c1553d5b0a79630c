/* memory.h - libcurl's memory: what it gives back is kept for the next that it asks for.
 *
 * A transfer of libcurl 7.88 takes and gives back about fifty small blocks and one large, its
 * receive buffer. malloc merges the neighbours of what is freed each time a large block is
 * among it, and keeps too few of a size at hand; together that was an eighth of the
 * processor time of a job of small files (ARCHITECTURE.md). Here each thread keeps
 * what it freed, by size, as far as a few transfers need it, and without any lock. Receive
 * buffers are those of buffers.h, the rest are malloc's.
 *
 * Any thread, which may also free what another took, but only by memory_free. What a thread
 * keeps is bounded (see the .c file), and freed when it ends. Only for libcurl: a kept block is
 * not seen by the tools that look for memory used after it was freed, so builds with
 * AddressSanitizer do without. */
#ifndef SEINE_NET_MEMORY_H
#define SEINE_NET_MEMORY_H

#include <stddef.h>

#include <curl/curl.h>

#include "base/attr.h"

/* In place of curl_global_init; as often, and undone by curl_global_cleanup. */
CURLcode memory_init_curl(void) must_check;

/* As the C functions of these names; NULL when there is no memory. */
void *memory_malloc(size_t size);
void *memory_calloc(size_t count, size_t size);
void *memory_realloc(void *block, size_t size);
char *memory_strdup(const char *text);
void memory_free(void *block);

/* Bytes that the calling thread keeps. */
size_t memory_kept(void);

#endif
