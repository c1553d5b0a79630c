/* buf.h - a growing byte string.
 *
 * `data` is always NUL-terminated at data[len] (a static "" before anything was added, so it
 * may be read at any time but not written then). It may hold NUL bytes. One owner; no lock. */
#ifndef SEINE_BASE_BUF_H
#define SEINE_BASE_BUF_H

#include <stddef.h>

#include "base/attr.h"

struct buf {
	char *data;
	size_t len;
	size_t cap; /* 0: nothing allocated yet */
};

extern char buf_empty[1];
#define BUF_INIT                                                                       \
	{                                                                              \
		.data = buf_empty                                                      \
	}

void buf_init(struct buf *buf);
/* Free the storage; the buf is as after buf_init. For _cleanup_ too. */
void buf_release(struct buf *buf);
/* Empty it, keeping the storage. */
void buf_clear(struct buf *buf);
/* Make room for at least `more` bytes beyond len (and the NUL). */
void buf_reserve(struct buf *buf, size_t more);
void buf_add(struct buf *buf, const void *data, size_t len);
void buf_addstr(struct buf *buf, const char *text);
void buf_addch(struct buf *buf, char c);
void buf_addf(struct buf *buf, const char *fmt, ...) printf_like(2, 3);
/* Cut to len bytes; len must not be over buf->len. */
void buf_truncate(struct buf *buf, size_t len);
/* You now own the string; the buf is as after buf_init. Never NULL. */
char *buf_detach(struct buf *buf);

#endif
