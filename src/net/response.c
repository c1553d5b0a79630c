/* Strict reading of the few fields that decide whether a body is whole. */
#include "net/response.h"

#include <string.h>
#include <strings.h>

void response_clear(struct response *response)
{
	*response = (struct response){.length = -1};
}

/* The value of the line's field if it has that name, trimmed; *len gets its length. */
static const char *field(
	const char *line, size_t line_len, const char *name, size_t *len)
{
	size_t n = strlen(name);
	const char *value = line + n + 1, *end = line + line_len;

	if (line_len <= n || line[n] != ':' || strncasecmp(line, name, n) != 0)
		return NULL;
	while (value < end && (*value == ' ' || *value == '\t'))
		value++;
	while (end > value && memchr(" \t\r\n", end[-1], 4))
		end--;
	*len = (size_t)(end - value);
	return value;
}

/* 1*DIGIT within int64_t; -1 otherwise. */
static int64_t parse_length(const char *digits, size_t len)
{
	int64_t number = 0;

	if (len == 0)
		return -1;
	for (size_t i = 0; i < len; i++) {
		int digit = digits[i] - '0';

		if (digit < 0 || digit > 9 || number > (INT64_MAX - digit) / 10)
			return -1;
		number = number * 10 + digit;
	}
	return number;
}

/* Three digits and no more; 0 otherwise. */
static long parse_status(const char *text, size_t len)
{
	size_t digits = 0;
	long status = 0;

	for (; digits < len && text[digits] >= '0' && text[digits] <= '9'; digits++)
		if (digits < 3)
			status = status * 10 + (text[digits] - '0');
	return digits == 3 ? status : 0;
}

/* Is it the last of the codings (RFC 9112, 6.1)? */
static bool ends_in_chunked(const char *value, size_t len)
{
	return len >= 7 && strncasecmp(value + len - 7, "chunked", 7) == 0 &&
	       (len == 7 || memchr(", \t", value[len - 8], 3));
}

static int status_line(struct response *response, const char *line, size_t len)
{
	const char *space = memchr(line, ' ', len);
	size_t head = response->head;

	/* A new head: after a 1xx, or after the CONNECT of a proxy. */
	response_clear(response);
	response->head = head;
	if (space)
		response->status =
			parse_status(space + 1, (size_t)(line + len - space - 1));
	return 0;
}

/* Of the fields only those that tell whether the body is whole. */
static int field_line(
	struct response *response, const char *line, size_t len, struct error *err)
{
	const char *value;
	size_t n = 0;

	if ((value = field(line, len, "Content-Length", &n))) {
		int64_t length = parse_length(value, n);

		if (length < 0)
			return error_set(err, KIND_PROTOCOL, 0,
				"Content-Length is not a length");
		if (response->length >= 0 && response->length != length)
			return error_set(err, KIND_PROTOCOL, 0,
				"two Content-Lengths that differ");
		response->length = length;
	} else if ((value = field(line, len, "Transfer-Encoding", &n))) {
		response->chunked = ends_in_chunked(value, n);
	} else if ((value = field(line, len, "Content-Encoding", &n))) {
		response->encoded |=
			n > 0 && !(n == 8 && strncasecmp(value, "identity", 8) == 0);
	}
	return 0;
}

int response_line(
	struct response *response, const char *line, size_t len, struct error *err)
{
	response->head += len;
	if (response->head > RESPONSE_HEAD_MAX)
		return error_set(err, KIND_TOO_LARGE, 0, "over %d KiB of headers",
			RESPONSE_HEAD_MAX / 1024);
	if (len > 5 && memcmp(line, "HTTP/", 5) == 0)
		return status_line(response, line, len);
	if (len <= 2 && (line[0] == '\r' || line[0] == '\n'))
		response->complete = response->status >= 200;
	/* All three names begin with one of two letters: most lines go no further. */
	return strchr("cCtT", line[0]) ? field_line(response, line, len, err) : 0;
}

bool response_is_file(const struct response *response)
{
	return response->status == 200 || response->status == 201 ||
	       response->status == 203;
}

const char *response_phrase(long status)
{
	static const struct {
		long status;
		const char *phrase;
	} phrases[] = {
		{206, "Partial Content, though all was asked for"},
		{304, "Not Modified"},
		{400, "Bad Request"},
		{401, "Unauthorized"},
		{403, "Forbidden"},
		{404, "Not Found"},
		{405, "Method Not Allowed"},
		{407, "Proxy Authentication Required"},
		{408, "Request Timeout"},
		{410, "Gone"},
		{416, "Range Not Satisfiable"},
		{429, "Too Many Requests"},
		{451, "Unavailable For Legal Reasons"},
		{500, "Internal Server Error"},
		{502, "Bad Gateway"},
		{503, "Service Unavailable"},
		{504, "Gateway Timeout"},
	};

	for (size_t i = 0; i < ARRAY_LEN(phrases); i++)
		if (phrases[i].status == status)
			return phrases[i].phrase;
	return "";
}
