/* buf.c - see buf.h. Storage grows by half, so adding n bytes one by one costs O(n).
 * Before the first byte `data` is the shared buf_empty, which is never written: every
 * store is guarded by cap, or follows buf_reserve. */
#include "base/buf.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define FIRST_CAP 32

char buf_empty[1];

void buf_init(struct buf *buf)
{
	*buf = (struct buf)BUF_INIT;
}

void buf_release(struct buf *buf)
{
	if (buf->cap)
		free(buf->data);
	buf_init(buf);
}

void buf_clear(struct buf *buf)
{
	buf_truncate(buf, 0);
}

void buf_reserve(struct buf *buf, size_t more)
{
	size_t need, cap;

	/* SIZE_MAX is more than xrealloc gives, so an overflow ends as exhaustion. */
	if (__builtin_add_overflow(buf->len, more, &need) ||
		__builtin_add_overflow(need, 1, &need))
		need = SIZE_MAX;
	if (need <= buf->cap)
		return;
	cap = buf->cap ? buf->cap + buf->cap / 2 : FIRST_CAP;
	if (cap < need)
		cap = need;
	buf->data = xrealloc(buf->cap ? buf->data : NULL, cap);
	buf->cap = cap;
	buf->data[buf->len] = '\0';
}

void buf_add(struct buf *buf, const void *data, size_t len)
{
	if (len == 0)
		return;
	buf_reserve(buf, len);
	memcpy(buf->data + buf->len, data, len);
	buf->len += len;
	buf->data[buf->len] = '\0';
}

void buf_addstr(struct buf *buf, const char *text)
{
	buf_add(buf, text, strlen(text));
}

void buf_addch(struct buf *buf, char c)
{
	buf_reserve(buf, 1);
	buf->data[buf->len++] = c;
	buf->data[buf->len] = '\0';
}

void buf_addf(struct buf *buf, const char *fmt, ...)
{
	va_list args, again;
	size_t room = buf->cap - buf->len;
	int len;

	va_start(args, fmt);
	va_copy(again, args);
	len = vsnprintf(buf->cap ? buf->data + buf->len : NULL, room, fmt, args);
	if (len > 0 && (size_t)len >= room) {
		buf_reserve(buf, (size_t)len);
		len = vsnprintf(buf->data + buf->len, (size_t)len + 1, fmt, again);
	}
	va_end(again);
	va_end(args);
	if (len > 0)
		buf->len += (size_t)len;
	/* A failed conversion adds nothing, but may have written something. */
	if (buf->cap)
		buf->data[buf->len] = '\0';
}

void buf_truncate(struct buf *buf, size_t len)
{
	assert(len <= buf->len);
	buf->len = len;
	if (buf->cap)
		buf->data[len] = '\0';
}

char *buf_detach(struct buf *buf)
{
	char *text = buf->cap ? buf->data : xstrdup("");

	buf_init(buf);
	return text;
}
