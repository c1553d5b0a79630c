/* range.c - see range.h. */
#include "range.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Digits only, as far as they go; -1 when there are none or too many. */
static int64_t parse_digits(const char **at)
{
	char *end;
	long long value;

	if (**at < '0' || **at > '9')
		return -1;
	errno = 0;
	value = strtoll(*at, &end, 10);
	*at = end;
	return errno ? -1 : value;
}

static bool still_same(
	const struct request *request, const char *etag, const char *modified)
{
	const char *wanted = request_header(request, "If-Range");

	if (!wanted)
		return true;
	if (*wanted == '"')
		return strcmp(wanted, etag) == 0;
	return *modified && strcmp(wanted, modified) == 0;
}

static enum range_verdict suffix_range(
	const char *at, int64_t size, struct range *range)
{
	int64_t count = parse_digits(&at);

	if (count < 0 || *at)
		return RANGE_WHOLE;
	if (count == 0 || size == 0)
		return RANGE_UNSATISFIABLE;
	range->first = count < size ? size - count : 0;
	range->last = size - 1;
	return RANGE_PART;
}

enum range_verdict range_parse(
	const struct request *request, int64_t size, struct range *range)
{
	const char *at = request_header(request, "Range");

	if (!at || strncmp(at, "bytes=", 6) != 0)
		return RANGE_WHOLE;
	at += 6;
	if (*at == '-')
		return suffix_range(at + 1, size, range);
	range->first = parse_digits(&at);
	if (range->first < 0 || *at++ != '-')
		return RANGE_WHOLE;
	range->last = INT64_MAX;
	if (*at) {
		range->last = parse_digits(&at);
		if (range->last < range->first || *at)
			return RANGE_WHOLE;
	}
	if (range->first >= size)
		return RANGE_UNSATISFIABLE;
	if (range->last >= size)
		range->last = size - 1;
	return RANGE_PART;
}

enum range_verdict range_asked(const struct request *request, int64_t size,
	const char *etag, const char *modified, struct range *range)
{
	if (!still_same(request, etag, modified))
		return RANGE_WHOLE;
	return range_parse(request, size, range);
}

bool range_lie(const char *lie, const struct range *asked, int64_t size,
	struct range_answer *answer)
{
	*answer = (struct range_answer){.status = 206,
		.said = *asked,
		.total = size,
		.sent = *asked,
		.from = asked->first};
	if (!lie)
		return true;
	if (strcmp(lie, "shift") == 0) {
		answer->said.first++;
		answer->said.last++;
	} else if (strcmp(lie, "less") == 0) {
		answer->said.last = answer->sent.last =
			asked->first + (asked->last - asked->first) / 2;
	} else if (strcmp(lie, "short") == 0) {
		answer->sent.last--;
	} else if (strcmp(lie, "long") == 0) {
		answer->sent.last++;
	} else if (strcmp(lie, "total") == 0) {
		answer->total++;
	} else if (strcmp(lie, "sizeless") == 0) {
		answer->total = -1;
	} else if (strcmp(lie, "ok") == 0) {
		answer->status = 200;
	} else if (strcmp(lie, "unsaid") == 0) {
		answer->unsaid = true;
	} else if (strcmp(lie, "etag") == 0) {
		answer->other_etag = true;
	} else if (strcmp(lie, "data") == 0) {
		answer->from++;
	} else if (strcmp(lie, "multipart") == 0) {
		answer->multipart = answer->unsaid = true;
	} else if (strcmp(lie, "encoded") == 0) {
		answer->encoded = true;
	} else {
		return strcmp(lie, "heedless") == 0; /* that one is of If-Range only */
	}
	return true;
}
