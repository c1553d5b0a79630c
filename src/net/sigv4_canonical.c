#include "net/sigv4_canonical.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/hex.h"

#define USUAL 1024 /* bytes: more than most requests have */

/* The first `len` bytes of a text. What is encoded already stays as it is: it is sent like
 * that. */
static void add_encoded(
	struct buf *out, const char *text, size_t len, const char *plain)
{
	for (size_t run; len > 0; text += run, len -= run) {
		run = strspn(text, plain);
		if (run == 0 && hex_escape(text, len) >= 0)
			run = 1; /* of it, the "%" */
		if (run > len)
			run = len;
		if (run > 0) {
			buf_add(out, text, run);
		} else {
			hex_add_escaped(out, text, 1);
			run = 1;
		}
	}
}

/* Back to before the last segment of what is there. */
static void step_up(struct buf *out, size_t start)
{
	size_t len = out->len;

	while (len > start && out->data[len - 1] != '/')
		len--;
	buf_truncate(out, len > start ? len - 1 : start);
}

/* RFC 3986, 5.2.4, with runs of slashes as one. */
static void add_normalized(struct buf *out, const char *path)
{
	size_t start = out->len, len;
	bool slash = true;

	for (; *path; path += len) {
		path += strspn(path, "/");
		len = strcspn(path, "/");
		slash = path[len] == '/' || len == 0;
		if (len == 0 || (len == 1 && path[0] == '.')) {
			slash = true;
		} else if (len == 2 && path[0] == '.' && path[1] == '.') {
			step_up(out, start);
			slash = true;
		} else {
			buf_addch(out, '/');
			add_encoded(out, path, len, HEX_UNRESERVED);
		}
	}
	if (slash || out->len == start)
		buf_addch(out, '/');
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* "name=value", encoded. Sorted by name, then value: the "=" must not count, so it is a byte that
 * is less than any that a name can have. */
static char *parameter(const char *text, size_t len)
{
	const char *equals = memchr(text, '=', len);
	size_t name = equals ? (size_t)(equals - text) : len;
	struct buf out = BUF_INIT;

	add_encoded(&out, text, name, HEX_UNRESERVED);
	buf_addch(&out, '\1');
	if (equals)
		add_encoded(&out, equals + 1, len - name - 1, HEX_UNRESERVED);
	return buf_detach(&out);
}

static void add_query(struct buf *out, const char *query)
{
	char **sorted;
	size_t count = 0, most = 1;

	for (const char *at = query; *at; at++)
		most += *at == '&';
	sorted = xreallocarray(NULL, most, sizeof(*sorted));
	for (size_t len; *query; query += len + (query[len] == '&')) {
		len = strcspn(query, "&");
		if (len > 0)
			sorted[count++] = parameter(query, len);
	}
	qsort(sorted, count, sizeof(*sorted), by_text);
	for (size_t i = 0; i < count; i++) {
		*strchr(sorted[i], '\1') = '=';
		buf_addf(out, "%s%s", i > 0 ? "&" : "", sorted[i]);
		free(sorted[i]);
	}
	free(sorted);
}

static size_t name_len(const struct sigv4_header *header)
{
	return strcspn(header->name, ":");
}

static int compare_names(
	const struct sigv4_header *one, const struct sigv4_header *other)
{
	size_t len = name_len(one), other_len = name_len(other);
	int order =
		strncasecmp(one->name, other->name, len < other_len ? len : other_len);

	return order ? order : (len > other_len) - (len < other_len);
}

static int by_name(const void *a, const void *b)
{
	const struct sigv4_header *const *one = a, *const *other = b;
	int order = compare_names(*one, *other);

	/* Of one name they stay in the order in which they are sent. */
	return order ? order : *one < *other ? -1 : *one > *other;
}

/* Without white space around it, and with one space for each run of it inside. */
static void add_value(struct buf *out, const char *value)
{
	bool first = true;

	for (size_t len; *value; value += len) {
		value += strspn(value, " \t\r\n");
		len = strcspn(value, " \t\r\n");
		if (len > 0 && !first)
			buf_addch(out, ' ');
		buf_add(out, value, len);
		first = false;
	}
}

static void add_name(struct buf *out, const struct sigv4_header *header)
{
	size_t len = name_len(header);

	for (size_t i = 0; i < len; i++) {
		char c = header->name[i];

		buf_addch(out, c >= 'A' && c <= 'Z' ? (char)(c + 32) : c);
	}
}

/* In the order of their names, in lower case. */
struct sorted {
	const struct sigv4_header *headers[SIGV4_HEADERS_MAX];
	size_t count;
};

static void sort_headers(struct sorted *sorted, const struct sigv4_request *request)
{
	sorted->count = request->n_headers < SIGV4_HEADERS_MAX ? request->n_headers
							       : SIGV4_HEADERS_MAX;
	for (size_t i = 0; i < sorted->count; i++)
		sorted->headers[i] = &request->headers[i];
	qsort(sorted->headers, sorted->count, sizeof(*sorted->headers), by_name);
}

static bool is_same_name(
	const struct sigv4_header *header, const struct sigv4_header *before)
{
	return before && compare_names(header, before) == 0;
}

static void add_headers(struct buf *out, const struct sorted *sorted)
{
	const struct sigv4_header *before = NULL;

	for (size_t i = 0; i < sorted->count; i++) {
		const struct sigv4_header *header = sorted->headers[i];

		if (is_same_name(header, before)) {
			buf_truncate(out, out->len - 1);
			buf_addch(out, ',');
		} else {
			add_name(out, header);
			buf_addch(out, ':');
		}
		add_value(out, header->value);
		buf_addch(out, '\n');
		before = header;
	}
}

static void add_names(struct buf *out, const struct sorted *sorted)
{
	const struct sigv4_header *before = NULL;

	for (size_t i = 0; i < sorted->count; i++) {
		const struct sigv4_header *header = sorted->headers[i];

		if (is_same_name(header, before))
			continue;
		if (before)
			buf_addch(out, ';');
		add_name(out, header);
		before = header;
	}
}

struct sigv4_names sigv4_add_canonical(
	struct buf *out, const struct sigv4_request *request)
{
	struct sorted sorted;
	struct sigv4_names names;

	sort_headers(&sorted, request);
	buf_reserve(out, USUAL);
	buf_addstr(out, request->method);
	buf_addch(out, '\n');
	if (request->normalize)
		add_normalized(out, request->path);
	else
		add_encoded(
			out, request->path, strlen(request->path), HEX_UNRESERVED "/");
	buf_addch(out, '\n');
	add_query(out, request->query ? request->query : "");
	buf_addch(out, '\n');
	add_headers(out, &sorted);
	buf_addch(out, '\n');
	names.start = out->len;
	add_names(out, &sorted);
	names.len = out->len - names.start;
	buf_addch(out, '\n');
	buf_addstr(out, request->payload);
	return names;
}
