/* range.c - see range.h. The parser walks a cursor over the text, one token a step; the judge
 * compares first what tells of a changed file, then what tells of a confused server. */
#include "core/range.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <strings.h>

#define UNIT "bytes"
#define UNIT_LEN (sizeof(UNIT) - 1)

char *range_format(char out[RANGE_LEN], struct range range)
{
	if (range.last >= RANGE_OPEN)
		snprintf(out, RANGE_LEN, UNIT "=%" PRId64 "-", range.first);
	else
		snprintf(out, RANGE_LEN, UNIT "=%" PRId64 "-%" PRId64, range.first,
			range.last);
	return out;
}

struct cursor {
	const char *at, *end;
};

static bool take_char(struct cursor *cursor, char wanted)
{
	if (cursor->at == cursor->end || *cursor->at != wanted)
		return false;
	cursor->at++;
	return true;
}

/* 1*DIGIT, which may begin with zeros. */
static bool take_number(struct cursor *cursor, int64_t *number)
{
	const char *start = cursor->at;
	int64_t value = 0;

	for (; cursor->at < cursor->end; cursor->at++) {
		int digit = *cursor->at - '0';

		if (digit < 0 || digit > 9)
			break;
		if (__builtin_mul_overflow(value, 10, &value) ||
			__builtin_add_overflow(value, digit, &value))
			return false;
	}
	*number = value;
	return cursor->at > start;
}

static bool take_unit(struct cursor *cursor)
{
	if ((size_t)(cursor->end - cursor->at) < UNIT_LEN ||
		strncasecmp(cursor->at, UNIT, UNIT_LEN) != 0)
		return false;
	cursor->at += UNIT_LEN;
	return true;
}

/* "first-last", then '/', then the total or an asterisk. */
static bool take_range(struct cursor *cursor, struct content_range *content)
{
	struct range *range = &content->range;

	if (!take_number(cursor, &range->first) || !take_char(cursor, '-') ||
		!take_number(cursor, &range->last) || !take_char(cursor, '/'))
		return false;
	if (range->last < range->first || range->last > RANGE_OPEN)
		return false;
	content->total = -1;
	if (take_char(cursor, '*'))
		return true;
	return take_number(cursor, &content->total) && range->last < content->total;
}

int content_range_parse(const char *text, size_t len, struct content_range *content)
{
	struct cursor cursor = {text, text + len};
	struct content_range found = {{-1, -1}, -1};
	bool good;

	if (!take_unit(&cursor) || !take_char(&cursor, ' '))
		return -1;
	if (take_char(&cursor, '*'))
		good = take_char(&cursor, '/') && take_number(&cursor, &found.total);
	else
		good = take_range(&cursor, &found);
	if (!good || cursor.at != cursor.end)
		return -1;
	*content = found;
	return 0;
}

/* Of a file with so many bytes (-1: nobody knows), where must the answer end? -1: there is
 * nothing to check its end by. */
static int64_t end_wanted(struct range asked, int64_t total)
{
	if (total < 0)
		return asked.last < RANGE_OPEN ? asked.last : -1;
	return asked.last < total ? asked.last : total - 1;
}

/* The answer has no range. */
static enum range_verdict check_none(
	struct range asked, int64_t total, struct error *err)
{
	if (asked.first >= total) {
		error_set(err, KIND_RANGE, 0,
			"there are no bytes from %" PRId64 " on: the file has %" PRId64,
			asked.first, total);
		return RANGE_BEYOND;
	}
	error_set(err, KIND_RANGE, 0,
		"no bytes from %" PRId64
		" on were sent, although the file has %" PRId64,
		asked.first, total);
	return RANGE_REFUSED;
}

enum range_verdict range_check(struct range asked, int64_t size,
	const struct content_range *answer, int64_t length, struct error *err)
{
	struct range got = answer->range;
	int64_t total = answer->total >= 0 ? answer->total : size;

	if (size >= 0 && total != size) {
		error_set(err, KIND_RANGE, 0,
			"the file has %" PRId64 " bytes, and had %" PRId64, total,
			size);
		return RANGE_WRONG_TOTAL;
	}
	if (got.first < 0)
		return check_none(asked, total, err);
	if (got.first != asked.first) {
		error_set(err, KIND_RANGE, 0,
			"bytes from %" PRId64 " on instead of %" PRId64, got.first,
			asked.first);
		return RANGE_WRONG_START;
	}
	if (got.last != end_wanted(asked, total)) {
		char text[RANGE_LEN];

		error_set(err, KIND_RANGE, 0, "bytes up to %" PRId64 " for %s%s",
			got.last, range_format(text, asked),
			total < 0 ? ", and no size" : "");
		return RANGE_WRONG_END;
	}
	if (length >= 0 && length != range_length(got)) {
		error_set(err, KIND_RANGE, 0,
			"a length of %" PRId64 " for bytes %" PRId64 "-%" PRId64,
			length, got.first, got.last);
		return RANGE_WRONG_LENGTH;
	}
	return RANGE_AS_ASKED;
}
