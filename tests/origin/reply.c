/* reply.c - see reply.h. Heads, and whatever is not the file; that is file.c, and
 * stream.c makes the bytes of the body. */
#include "reply.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const struct {
	int status;
	const char *reason;
} reasons[] = {
	{200, "OK"},
	{206, "Partial Content"},
	{301, "Moved Permanently"},
	{302, "Found"},
	{304, "Not Modified"},
	{307, "Temporary Redirect"},
	{308, "Permanent Redirect"},
	{400, "Bad Request"},
	{401, "Unauthorized"},
	{403, "Forbidden"},
	{404, "Not Found"},
	{410, "Gone"},
	{416, "Range Not Satisfiable"},
	{429, "Too Many Requests"},
	{500, "Internal Server Error"},
	{502, "Bad Gateway"},
	{503, "Service Unavailable"},
	{504, "Gateway Timeout"},
};

void reply_init(struct reply *reply)
{
	*reply = (struct reply){.head = BUF_INIT,
		.literal = BUF_INIT,
		.body = {.flip = -1},
		.pause_at = -1};
}

void reply_release(struct reply *reply)
{
	buf_release(&reply->head);
	buf_release(&reply->literal);
}

void reply_clear(struct reply *reply)
{
	struct buf head = reply->head;

	buf_release(&reply->literal);
	reply_init(reply);
	reply->head = head;
	buf_clear(&reply->head);
}

void reply_add_date(struct buf *out, int64_t seconds)
{
	char text[64];
	time_t when = (time_t)seconds;
	struct tm tm;

	if (gmtime_r(&when, &tm) &&
		strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &tm) > 0)
		buf_addstr(out, text);
}

void reply_add_status(struct reply *reply, int status)
{
	const char *reason = "Status";

	for (size_t i = 0; i < ARRAY_LEN(reasons); i++)
		if (reasons[i].status == status)
			reason = reasons[i].reason;
	reply->status = status;
	buf_addf(&reply->head, "HTTP/1.1 %d %s\r\n", status, reason);
}

void reply_add_header(struct reply *reply, const char *name, const char *value)
{
	buf_addstr(&reply->head, name);
	buf_addstr(&reply->head, ": ");
	buf_addstr(&reply->head, value);
	buf_addstr(&reply->head, "\r\n");
}

void reply_add_length(struct reply *reply, int64_t length)
{
	buf_addf(&reply->head, "Content-Length: %" PRId64 "\r\n", length);
}

void reply_end_head(struct reply *reply, const struct request *request)
{
	if (!request->keep_alive && reply->ending == END_KEEP)
		reply->ending = END_CLOSE;
	if (reply->ending == END_CLOSE)
		reply_add_header(reply, "Connection", "close");
	buf_addstr(&reply->head, "\r\n");
	if (request->head_only) {
		reply->end = reply->pos;
		reply->last_chunk = false;
	}
}

void reply_set_literal(struct reply *reply, struct buf *text)
{
	reply->literal = *text;
	buf_init(text);
	reply->use_literal = true;
	reply->pos = 0;
	reply->end = (int64_t)reply->literal.len;
}

void reply_page(struct reply *reply, const struct request *request, int status,
	const char *type, struct buf *page)
{
	reply_set_literal(reply, page);
	reply_add_status(reply, status);
	reply_add_header(reply, "Content-Type", type);
	reply_add_length(reply, reply->end);
	reply_end_head(reply, request);
}

/* Where a redirect leads: somewhere, to itself, or to itself with one hop less. */
static void add_location(
	struct reply *reply, const struct request *request, const struct script *script)
{
	const char *hops = strstr(request->target, "hops=");

	buf_addstr(&reply->head, "Location: ");
	if (script->hops > 0 && hops) {
		buf_add(&reply->head, request->target,
			(size_t)(hops - request->target));
		buf_addf(&reply->head, "hops=%" PRId64, script->hops - 1);
		hops += strcspn(hops, "&");
		buf_addstr(&reply->head, hops);
	} else {
		buf_addstr(&reply->head,
			script->loop ? request->target : script->redirect);
	}
	buf_addstr(&reply->head, "\r\n");
}

static void add_retry_after(struct reply *reply, const char *text, int64_t now)
{
	buf_addstr(&reply->head, "Retry-After: ");
	if (strncmp(text, "date:", 5) == 0)
		reply_add_date(&reply->head, now + strtoll(text + 5, NULL, 10));
	else
		buf_addstr(&reply->head, text);
	buf_addstr(&reply->head, "\r\n");
}

void reply_other(struct reply *reply, const struct request *request,
	const struct script *script, int64_t now)
{
	struct buf text = BUF_INIT;
	bool redirect = script->status == 200;
	int status = (int)(redirect ? script->code : script->status);

	buf_addf(&text, "status %d\n", status);
	while ((int64_t)text.len < script->text)
		buf_addch(&text, '.');
	reply_set_literal(reply, &text);
	reply_add_status(reply, status);
	if (redirect)
		add_location(reply, request, script);
	else if (status == 401)
		reply_add_header(reply, "WWW-Authenticate", "Basic realm=\"origin\"");
	if (script->retry_after)
		add_retry_after(reply, script->retry_after, now);
	for (size_t i = 0; i < script->n_headers; i++)
		buf_addf(&reply->head, "%s\r\n", script->headers[i]);
	if (status == 304 || status == 204 || status < 200)
		reply->end = 0;
	else
		reply_add_length(reply, reply->end);
	if (script->close)
		reply->ending = END_CLOSE;
	reply_end_head(reply, request);
}
