/* Strict reading of the few fields that decide whether a body is whole. */
#include "net/response.h"

#include <string.h>
#include <strings.h>

void response_clear(struct response *response)
{
	*response = (struct response){.length = -1};
}

struct field {
	const char *name, *value; /* in the line; the value is trimmed */
	size_t name_len, len;
};

/* False when the line is no field. */
static bool split(struct field *field, const char *line, size_t len)
{
	const char *colon = memchr(line, ':', len), *end = line + len;

	if (!colon)
		return false;
	field->name = line;
	field->name_len = (size_t)(colon - line);
	field->value = colon + 1;
	while (field->value < end && (*field->value == ' ' || *field->value == '\t'))
		field->value++;
	while (end > field->value && memchr(" \t\r\n", end[-1], 4))
		end--;
	field->len = (size_t)(end - field->value);
	return true;
}

static bool has_name(const struct field *field, const char *name)
{
	return field->name_len == strlen(name) &&
	       strncasecmp(field->name, name, field->name_len) == 0;
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

static int take_length(
	struct response *response, const struct field *field, struct error *err)
{
	int64_t length = parse_length(field->value, field->len);

	if (length < 0)
		return error_set(
			err, KIND_PROTOCOL, 0, "Content-Length is not a length");
	if (response->length >= 0 && response->length != length)
		return error_set(
			err, KIND_PROTOCOL, 0, "two Content-Lengths that differ");
	response->length = length;
	return 0;
}

/* Of the fields only those that tell whether the body is whole. */
static int field_line(
	struct response *response, const char *line, size_t len, struct error *err)
{
	struct field field;

	if (!split(&field, line, len))
		return 0;
	if (has_name(&field, "Content-Length"))
		return take_length(response, &field, err);
	if (has_name(&field, "Transfer-Encoding"))
		response->chunked = ends_in_chunked(field.value, field.len);
	else if (has_name(&field, "Content-Encoding"))
		response->encoded |= field.len > 0 &&
				     !(field.len == 8 && strncasecmp(field.value,
								 "identity", 8) == 0);
	else
		announced_field(&response->announced, field.name, field.name_len,
			field.value, field.len);
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
	/* Trailers must not be taken for fields of the head (RFC 9110, 6.5.1). */
	if (response->complete)
		return 0;
	if (len <= 2 && (line[0] == '\r' || line[0] == '\n'))
		response->complete = response->status >= 200;
	/* All names that matter begin with one of five letters: many lines go no further.
	 */
	return strchr("cCtTdDrRxX", line[0]) ? field_line(response, line, len, err) : 0;
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
