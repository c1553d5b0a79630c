/* file.c - the response that brings the file, or a part of it, or so it says. */
#include "reply.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "gzip.h"
#include "range.h"

#define MODIFIED INT64_C(1714557600) /* 2024-05-01, 10:00 UTC */
#define DAY (24 * 60 * 60)
#define ENCODED_MAX (64 * 1024 * 1024)
#define LAYERS_MAX 10000

/* The validators of a version of the file, "" for none; and the time of the answer. */
struct validators {
	struct buf etag, modified;
	int64_t now;
};

static void make_validators(
	struct validators *is, const struct script *script, uint64_t key, bool changed)
{
	if (!script->etag || strcmp(script->etag, "weak") == 0)
		buf_addf(&is->etag, "%s\"%016" PRIx64 "\"", script->etag ? "W/" : "",
			key);
	else if (strcmp(script->etag, "none") != 0)
		buf_addstr(&is->etag, script->etag);
	if (!script->modified)
		reply_add_date(&is->modified, MODIFIED + (changed ? DAY : 0));
	else if (strcmp(script->modified, "now") == 0)
		reply_add_date(&is->modified, is->now);
	else if (strcmp(script->modified, "none") != 0)
		buf_addstr(&is->modified, script->modified);
}

static bool not_modified(const struct request *request, const struct validators *is)
{
	const char *etag = request_header(request, "If-None-Match");
	const char *since = request_header(request, "If-Modified-Since");

	if (etag)
		return is->etag.len > 0 && strstr(etag, is->etag.data);
	return since && strcmp(since, is->modified.data) == 0;
}

/* Replace the body by its encoded form; the layers are named in Content-Encoding. */
static void encode(struct reply *reply, const struct script *script)
{
	const char *colon = strchr(script->encoding, ':');
	long layers = colon ? strtol(colon + 1, NULL, 10) : 1;
	struct buf body = BUF_INIT, coded = BUF_INIT;

	layers = layers < 1 ? 1 : layers > LAYERS_MAX ? LAYERS_MAX : layers;
	if (script->zero) {
		gzip_zeros(&body, script->size);
	} else {
		size_t size = (size_t)(script->size < ENCODED_MAX ? script->size
								  : ENCODED_MAX);

		buf_reserve(&coded, size);
		body_fill(&reply->body, 0, coded.data, size);
		gzip_store(&body, coded.data, size);
	}
	buf_addstr(&reply->head, "Content-Encoding: gzip");
	for (long layer = 1; layer < layers; layer++) {
		buf_clear(&coded);
		gzip_store(&coded, body.data, body.len);
		buf_clear(&body);
		buf_add(&body, coded.data, coded.len);
		buf_addstr(&reply->head, ", gzip");
	}
	buf_addstr(&reply->head, "\r\n");
	buf_release(&coded);
	reply_set_literal(reply, &body);
}

static void add_multipart(struct reply *reply, const struct range *range, int64_t size)
{
	struct buf text = BUF_INIT;
	size_t len = (size_t)(range->last - range->first + 1);

	buf_addf(&text,
		"--edge\r\nContent-Range: bytes %" PRId64 "-%" PRId64 "/%" PRId64
		"\r\n\r\n",
		range->first, range->last, size);
	buf_reserve(&text, len);
	body_fill(&reply->body, range->first, text.data + text.len, len);
	text.len += len;
	buf_addstr(&text, "\r\n--edge--\r\n");
	reply_set_literal(reply, &text);
}

/* A 206, true or not. */
static void begin_part(struct reply *reply, const struct script *script,
	const struct range *range, struct validators *is, uint64_t ordinal)
{
	struct range_answer answer;

	if (!range_lie(script->lie, range, script->size, &answer))
		return; /* not reached: script_parse() knows the words */
	reply_add_status(reply, answer.status);
	reply->pos = answer.from;
	reply->end = answer.from + answer.sent.last - answer.sent.first + 1;
	if (answer.multipart)
		add_multipart(reply, range, script->size);
	if (!answer.unsaid && answer.total < 0)
		buf_addf(&reply->head,
			"Content-Range: bytes %" PRId64 "-%" PRId64 "/*\r\n",
			answer.said.first, answer.said.last);
	else if (!answer.unsaid)
		buf_addf(&reply->head,
			"Content-Range: bytes %" PRId64 "-%" PRId64 "/%" PRId64 "\r\n",
			answer.said.first, answer.said.last, answer.total);
	if (answer.encoded)
		reply_add_header(reply, "Content-Encoding", "gzip");
	if (answer.other_etag) {
		buf_clear(&is->etag);
		buf_addf(&is->etag, "\"other-%" PRIu64 "\"", ordinal);
	}
}

static void add_framing(struct reply *reply, const struct script *script)
{
	if (script->chunked) {
		reply_add_header(reply, "Transfer-Encoding", "chunked");
		reply->chunked = reply->last_chunk = true;
	} else if (script->nolength) {
		reply->ending = END_CLOSE;
	} else if (script->length) {
		reply_add_header(reply, "Content-Length", script->length);
	} else {
		reply_add_length(reply, reply->end - reply->pos);
	}
	if (script->length2)
		reply_add_header(reply, "Content-Length", script->length2);
}

/* Let the body end before its end. */
static void cut(struct reply *reply, int64_t bytes, enum ending ending)
{
	int64_t left = reply->end - reply->pos;

	if (bytes < 0 || bytes > left || (bytes == left && !reply->chunked))
		return;
	reply->end = reply->pos + bytes;
	reply->last_chunk = false;
	reply->ending = ending;
}

/* Where the script says so. */
static void break_off(struct reply *reply, const struct script *script)
{
	if (script->stall_for > 0) {
		reply->pause_at = script->stall < 0 ? -1 : reply->pos + script->stall;
		reply->pause_for = script->stall_for;
	} else {
		cut(reply, script->stall, END_STALL);
	}
	cut(reply, script->truncate, END_CLOSE);
	cut(reply, script->reset, END_RESET);
}

static void add_file_headers(
	struct reply *reply, const struct script *script, const struct validators *is)
{
	buf_addstr(&reply->head, "Date: ");
	reply_add_date(&reply->head, is->now);
	buf_addstr(&reply->head, "\r\n");
	if (is->etag.len > 0)
		reply_add_header(reply, "ETag", is->etag.data);
	if (is->modified.len > 0)
		reply_add_header(reply, "Last-Modified", is->modified.data);
	reply_add_header(reply, "Accept-Ranges", "bytes");
	reply_add_header(reply, "Content-Type",
		script->type ? script->type : "application/octet-stream");
	if (script->disposition)
		reply_add_header(reply, "Content-Disposition", script->disposition);
	for (size_t i = 0; i < script->n_headers; i++)
		buf_addf(&reply->head, "%s\r\n", script->headers[i]);
}

static bool tells(const struct script *script, const char *lie)
{
	return script->lie && strcmp(script->lie, lie) == 0;
}

static void reply_file(struct reply *reply, const struct request *request,
	const struct script *script, struct validators *is, uint64_t ordinal)
{
	struct range range;
	enum range_verdict verdict =
		tells(script, "heedless")
			? range_parse(request, script->size, &range)
			: range_asked(request, script->size, is->etag.data,
				  is->modified.data, &range);

	if (script->encoding || tells(script, "ignore"))
		verdict = RANGE_WHOLE;
	if (tells(script, "refuse") && verdict == RANGE_PART)
		verdict = RANGE_UNSATISFIABLE;
	reply->pos = 0;
	reply->end = script->size;
	if (verdict == RANGE_UNSATISFIABLE) {
		reply_add_status(reply, 416);
		buf_addf(&reply->head, "Content-Range: bytes */%" PRId64 "\r\n",
			script->size);
		reply->end = 0;
	} else if (verdict == RANGE_PART) {
		begin_part(reply, script, &range, is, ordinal);
	} else {
		reply_add_status(reply, (int)script->status);
	}
	if (script->encoding)
		encode(reply, script);
	add_file_headers(reply, script, is);
	add_framing(reply, script);
	if (script->close)
		reply->ending = END_CLOSE;
	reply_end_head(reply, request);
	break_off(reply, script);
}

/* What repeats for ever, and the head before it. */
static void reply_endless(struct reply *reply, const char *what)
{
	static const struct {
		const char *what, *head, *unit;
	} kinds[] = {
		{"headers", "HTTP/1.1 200 OK\r\n", "X-Endless: 0123456789abcdef\r\n"},
		{"line", "HTTP/1.1 200 OK\r\nX-Endless: ", "0123456789abcdef"},
		{"1xx", "", "HTTP/1.1 103 Early Hints\r\nX-Endless: 1\r\n\r\n"},
		{"chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
			"1\r\nx\r\n"},
		{"body", "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n",
			"0123456789abcdef"},
	};

	reply->status = 200;
	reply->ending = END_CLOSE;
	reply->end = INT64_MAX;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (strcmp(kinds[i].what, what) == 0) {
			buf_addstr(&reply->head, kinds[i].head);
			reply->unit = kinds[i].unit;
		}
}

/* No answer that is one: silence, or what is not HTTP. */
static bool reply_nothing(struct reply *reply, const struct script *script)
{
	if (script->hang)
		reply->ending = END_STALL;
	else if (script->drop)
		reply->ending = END_CLOSE;
	else if (script->reset == 0)
		reply->ending = END_RESET;
	else if (script->garbage) {
		buf_addstr(
			&reply->head, "\x16\x03\x01 this is no HTTP \xff\xfe\r\n\r\n");
		reply->ending = END_CLOSE;
	} else
		return false;
	return true;
}

void reply_script(struct reply *reply, const struct request *request,
	const struct script *script, uint64_t ordinal, int64_t now)
{
	struct validators is = {BUF_INIT, BUF_INIT, now};
	bool changed = script->change > 0 && ordinal >= (uint64_t)script->change;

	reply->rate = script->rate;
	reply->drip = script->drip;
	reply->delay = script->delay;
	if (reply_nothing(reply, script))
		return;
	if (script->endless) {
		reply_endless(reply, script->endless);
		return;
	}
	if (script->status < 200 || script->status >= 300 || script->redirect ||
		script->loop || script->hops > 0) {
		reply_other(reply, request, script, now);
		break_off(reply, script);
		return;
	}
	reply->body = script_body(script, request->path, changed);
	make_validators(&is, script, reply->body.key, changed);
	if (not_modified(request, &is)) {
		struct script none = *script;

		none.status = 304;
		reply_other(reply, request, &none, now);
	} else {
		reply_file(reply, request, script, &is, ordinal);
	}
	buf_release(&is.etag);
	buf_release(&is.modified);
}
