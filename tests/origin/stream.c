/* stream.c - the bytes of a body as they go out: made on the fly, framed, never held.
 */
#include "reply.h"

#include <string.h>

#define CHUNK (16 * 1024)

bool reply_more(const struct reply *reply)
{
	return reply->pos < reply->end || reply->last_chunk;
}

static void add_bytes(struct reply *reply, struct buf *out, size_t len)
{
	size_t unit;

	buf_reserve(out, len);
	if (reply->unit) {
		unit = strlen(reply->unit);
		for (size_t i = 0; i < len; i++)
			out->data[out->len + i] =
				reply->unit[((size_t)reply->pos + i) % unit];
	} else if (reply->use_literal) {
		memcpy(out->data + out->len, reply->literal.data + reply->pos, len);
	} else {
		body_fill(&reply->body, reply->pos, out->data + out->len, len);
	}
	reply->pos += (int64_t)len;
	out->len += len;
	out->data[out->len] = '\0';
}

void reply_produce(struct reply *reply, struct buf *out, size_t max)
{
	int64_t left = reply->end - reply->pos;
	size_t len;

	if (reply->pause_at > reply->pos && reply->pause_at - reply->pos < left)
		left = reply->pause_at - reply->pos;
	if (reply->chunked && max > CHUNK)
		max = CHUNK;
	len = left < (int64_t)max ? (size_t)left : max;
	if (len > 0 && reply->chunked) {
		buf_addf(out, "%zx\r\n", len);
		add_bytes(reply, out, len);
		buf_addstr(out, "\r\n");
	} else if (len > 0) {
		add_bytes(reply, out, len);
	}
	if (reply->last_chunk && reply->pos == reply->end) {
		buf_addstr(out, "0\r\n\r\n");
		reply->last_chunk = false;
	}
}

bool reply_take_back(struct reply *reply, size_t n)
{
	if (reply->chunked)
		return false;
	reply->pos -= (int64_t)n;
	return true;
}
