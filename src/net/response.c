/* Strict reading of the few fields that decide whether a body is whole. */
#include "net/response.h"

#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "net/httpdate.h"

#define SETTLED 60 /* seconds */

void response_clear(struct response *response, bool deaf)
{
	*response = (struct response){.length = -1, .deaf = deaf};
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

	/* A new head, it may be after a 1xx. */
	response_clear(response, response->deaf);
	response->head = head;
	response->open = true;
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

/* What does not fit is as good as not there. */
static void keep(char *out, size_t size, const struct field *field)
{
	size_t len = field->len < size ? field->len : 0;

	memcpy(out, field->value, len);
	out[len] = '\0';
}

/* Two that differ are none. */
static void take_range(struct response *response, const struct field *field)
{
	struct content_range range;

	if (content_range_parse(field->value, field->len, &range) != 0 ||
		(response->has_range &&
			memcmp(&range, &response->range, sizeof(range)) != 0))
		response->bad_range = true;
	else
		response->range = range;
	response->has_range = true;
}

/* What is said of the file. False for other fields. */
static bool version_field(struct response *response, const struct field *field)
{
	if (has_name(field, "ETag"))
		keep(response->etag, sizeof(response->etag), field);
	else if (has_name(field, "Last-Modified"))
		keep(response->modified, sizeof(response->modified), field);
	else if (has_name(field, "Date"))
		keep(response->date, sizeof(response->date), field);
	else if (has_name(field, "Accept-Ranges"))
		response->accepts_ranges =
			field->len == 5 && strncasecmp(field->value, "bytes", 5) == 0;
	else if (has_name(field, "Content-Range"))
		take_range(response, field);
	else
		return false;
	return true;
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
	else if (!version_field(response, &field) && !response->deaf)
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
	/* Trailers must not be taken for fields of the head (RFC 9110, 6.5.1). */
	if (response->complete)
		return 0;
	if (!response->open && len > 5 && memcmp(line, "HTTP/", 5) == 0)
		return status_line(response, line, len);
	if (len <= 2 && (line[0] == '\r' || line[0] == '\n')) {
		response->open = false;
		response->complete = response->status >= 200;
	}
	/* All names that matter begin with one of eight letters: many lines go no further. */
	return strchr("cCtTdDrRxXeElLaA", line[0])
		       ? field_line(response, line, len, err)
		       : 0;
}

bool response_is_file(const struct response *response)
{
	return response->status == 200 || response->status == 201 ||
	       response->status == 203;
}

int64_t response_mtime(const struct response *response)
{
	return response->modified[0] ? httpdate_parse(response->modified) : -1;
}

/* A date is strong if the file had not changed for a while: not within the second, nor the
 * differences of the clocks of a server's machines. */
static bool is_settled(int64_t modified, const char *date)
{
	int64_t now = date[0] ? httpdate_parse(date) : -1;

	return modified >= 0 && now >= 0 && now - modified >= SETTLED;
}

/* In quotes, and not weak. */
static bool is_strong(const char *etag)
{
	size_t len = strlen(etag);

	return len >= 2 && etag[0] == '"' && etag[len - 1] == '"';
}

/* What it announces of the whole file, if nobody could make another file that has it. Statuses
 * looser than these may be of somebody else's making. */
static void add_digest(const struct response *response, struct version *version)
{
	const struct announcement *best =
		announced_best(&response->announced, ANNOUNCED_WHOLE);
	struct buf text = BUF_INIT;

	if (!best || best->sum.alg < DIGEST_SHA256 ||
		(response->status != 200 && response->status != 206))
		return;
	checksum_add(&text, &best->sum);
	version->digest = text.data;
	version->digest_by = best->by;
}

void response_version(const struct response *response, struct version *version)
{
	*version = (struct version){.size = -1, .mtime = response_mtime(response)};
	if (is_strong(response->etag))
		version->etag = xstrdup(response->etag);
	if (is_settled(version->mtime, response->date))
		version->modified = xstrdup(response->modified);
	add_digest(response, version);
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
