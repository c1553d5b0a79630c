/* fuzz_response.c - net/response.h: a head as libcurl gives it, line by line.
 *
 * Claims: a length is what its digits say, and there are no two of them; a range does not
 * contradict itself; validators are what was sent, and those that pin a file are strong ones;
 * once a head is complete, all that comes but another head says nothing. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "fuzz.h"
#include "net/response.h"

static void check_text(const char *text, size_t size, const char *head)
{
	size_t len = strnlen(text, size);

	must(len < size);
	must(!memchr(text, '\n', len));
	must(len == 0 || strstr(head, text));
}

/* In the line that was just read, if it is a Content-Length that was taken: just its digits,
 * but for zeros in front. */
static void check_length(const struct response *response, const char *line)
{
	static const char name[] = "content-length:";
	char digits[24];
	const char *value;
	int len;

	if (response->complete || strncasecmp(line, name, sizeof(name) - 1) != 0)
		return;
	len = snprintf(digits, sizeof(digits), "%" PRId64, response->length);
	value = line + sizeof(name) - 1;
	value += strspn(value, " \t");
	must(strspn(value, "0123456789") > 0);
	value += strspn(value, "0");
	if (response->length == 0)
		must(strspn(value, "0123456789") == 0);
	else
		must(strncmp(value, digits, (size_t)len) == 0 &&
			strspn(value, "0123456789") == (size_t)len);
}

static void check_range(const struct response *response)
{
	const struct content_range *content = &response->range;

	must(!response->bad_range || response->has_range);
	if (!response->has_range || response->bad_range)
		return;
	if (content->range.first < 0) {
		must(content->total >= 0);
		return;
	}
	must(content->range.first <= content->range.last);
	must(content->total == -1 || content->range.last < content->total);
}

static void check_version(const struct response *response)
{
	struct version version;

	response_version(response, &version);
	must(version.size == -1 && version.mtime >= -1);
	must(version.mtime == response_mtime(response));
	if (version.etag) {
		must(version.etag[0] == '"' && strlen(version.etag) >= 2);
		must(strcmp(version.etag, response->etag) == 0);
	}
	if (version.modified) {
		must(version.mtime >= 0 && response->date[0]);
		must(strcmp(version.modified, response->modified) == 0);
	}
	must(!version_pin(&version) || version.etag || version.modified);
	must(version_agrees(&version, &version));
	version_release(&version);
}

/* A line, with its end. False when the exchange ends by it. */
static bool read_line(struct response *response, const char *line, size_t len)
{
	const struct response before = *response;
	struct error err = {.kind = KIND_NONE};
	bool is_status = len > 5 && memcmp(line, "HTTP/", 5) == 0;

	if (response_line(response, line, len, &err) < 0) {
		must(err.kind == KIND_PROTOCOL || err.kind == KIND_TOO_LARGE);
		must(err.text[0]);
		return false;
	}
	must(err.kind == KIND_NONE);
	must(response->head == before.head + len);
	must(response->head <= RESPONSE_HEAD_MAX);
	must(response->length >= -1 && response->status >= 0 &&
		response->status <= 999);
	if (is_status)
		must(response->length == -1 && !response->complete);
	else if (before.length >= 0)
		must(response->length == before.length);
	if (before.complete && !is_status) {
		response->head = before.head;
		must(memcmp(response, &before, sizeof(before)) == 0);
		response->head += len;
	}
	must(!response->complete || response->status >= 200);
	check_length(response, line);
	return true;
}

void fuzz_response(const uint8_t *data, size_t len)
{
	struct fuzz_bytes bytes = {.at = data, .left = len};
	_cleanup_(buf_release) struct buf head = BUF_INIT, line = BUF_INIT;
	struct response response;
	bool goes_on = true;

	response_clear(&response, false);
	while (goes_on && bytes.left > 0) {
		char *text _cleanup_(freep) = fuzz_take_line(&bytes);

		buf_clear(&line);
		buf_addstr(&line, text);
		buf_addch(&line, '\n');
		buf_add(&head, line.data, line.len);
		goes_on = read_line(&response, line.data, line.len);
	}
	check_text(response.etag, sizeof(response.etag), head.data);
	check_text(response.modified, sizeof(response.modified), head.data);
	check_text(response.date, sizeof(response.date), head.data);
	check_range(&response);
	check_version(&response);
	must(response_phrase(response.status));
}
