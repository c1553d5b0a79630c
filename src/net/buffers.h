/* buffers.h - memory for libcurl's receive buffers, untouched until bytes come.
 *
 * libcurl gives a transfer its buffer before it connects. malloc writes a header in front of
 * each, so ten thousand transfers that wait for an answer would hold a page each for nothing.
 * Here they are slots of larger mappings, whose bookkeeping is elsewhere. A slot that is given
 * back loses its pages. One pool for the process, since libcurl's allocator has no argument to
 * find another by; the address space that it took is kept. Any thread. */
#ifndef SEINE_NET_BUFFERS_H
#define SEINE_NET_BUFFERS_H

#include <stdbool.h>
#include <stddef.h>

#define BUFFERS_SIZE ((size_t)132 * 1024) /* of a slot, in bytes */

/* A slot with anything in it, aligned to a page, or NULL: then malloc is to serve. */
void *buffers_take(void);
bool buffers_has(const void *block);
/* `slot` is one for which buffers_has is true. */
void buffers_give(void *slot);

#endif
