/* fuzz_range.c - core/range.h. 32 bytes: what was asked for (first, last), the file's size and
 * the announced length; the rest is the value of a Content-Range.
 *
 * Claims: what is accepted does not contradict itself, and comes to the same when it is
 * written by the book and read again; an answer is as asked only where each of its bytes was
 * asked for, and none is missing. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/range.h"
#include "fuzz.h"

static void check_content(const struct content_range *content)
{
	if (content->range.first == -1) {
		must(content->range.last == -1 && content->total >= 0);
		return;
	}
	must(content->range.first >= 0);
	must(content->range.last >= content->range.first);
	must(content->range.last <= RANGE_OPEN);
	must(content->total == -1 || content->range.last < content->total);
	must(range_length(content->range) > 0);
}

/* RFC 9110, 14.4. */
static int write_content(char *out, size_t size, const struct content_range *content)
{
	char total[24] = "*", range[48] = "*";

	if (content->total >= 0)
		snprintf(total, sizeof(total), "%" PRId64, content->total);
	if (content->range.first >= 0)
		snprintf(range, sizeof(range), "%" PRId64 "-%" PRId64,
			content->range.first, content->range.last);
	return snprintf(out, size, "bytes %s/%s", range, total);
}

static void check_again(const struct content_range *content)
{
	struct content_range again = {{7, 7}, 7};
	char text[96];
	int len = write_content(text, sizeof(text), content);

	must(content_range_parse(text, (size_t)len, &again) == 0);
	must(again.total == content->total);
	must(again.range.first == content->range.first);
	must(again.range.last == content->range.last);
}

/* The range goes out and comes back. */
static void check_asked(struct range asked)
{
	char text[RANGE_LEN], want[RANGE_LEN];

	must(range_format(text, asked) == text);
	if (asked.last >= RANGE_OPEN)
		snprintf(want, sizeof(want), "bytes=%" PRId64 "-", asked.first);
	else
		snprintf(want, sizeof(want), "bytes=%" PRId64 "-%" PRId64, asked.first,
			asked.last);
	must(strcmp(text, want) == 0);
}

static void check_as_asked(struct range asked, int64_t size,
	const struct content_range *answer, int64_t length)
{
	int64_t total = answer->total >= 0 ? answer->total : size;

	must(answer->range.first == asked.first);
	must(answer->range.last <= asked.last);
	must(size < 0 || answer->total < 0 || size == answer->total);
	must(length < 0 || length == range_length(answer->range));
	/* It is shorter only where the file ends. */
	must(answer->range.last == asked.last || answer->range.last == total - 1);
	must(total < 0 || answer->range.last < total);
}

static void check_verdict(struct range asked, int64_t size,
	const struct content_range *answer, int64_t length)
{
	struct error err = {.kind = KIND_NONE};
	enum range_verdict verdict = range_check(asked, size, answer, length, &err);

	must((verdict == RANGE_AS_ASKED) == (err.kind == KIND_NONE));
	must(verdict == RANGE_AS_ASKED || err.text[0]);
	switch (verdict) {
	case RANGE_AS_ASKED:
		check_as_asked(asked, size, answer, length);
		break;
	case RANGE_BEYOND:
		must(answer->range.first < 0 && answer->total <= asked.first);
		break;
	case RANGE_REFUSED:
		must(answer->range.first < 0 && answer->total > asked.first);
		break;
	case RANGE_WRONG_TOTAL:
		must(size >= 0 && answer->total >= 0 && answer->total != size);
		break;
	case RANGE_WRONG_START:
		must(answer->range.first != asked.first);
		break;
	case RANGE_WRONG_END:
		break;
	case RANGE_WRONG_LENGTH:
		must(length != range_length(answer->range));
		break;
	}
}

void fuzz_range(const uint8_t *data, size_t len)
{
	struct fuzz_bytes bytes = {.at = data, .left = len};
	struct range asked = {.first = (int64_t)(fuzz_take(&bytes, 8) >> 2),
		.last = (int64_t)(fuzz_take(&bytes, 8) >> 1)};
	int64_t size = (int64_t)fuzz_take(&bytes, 8);
	int64_t length = (int64_t)fuzz_take(&bytes, 8);
	struct content_range content = {{-7, -7}, -7};

	if (asked.last < asked.first || asked.last > RANGE_OPEN)
		asked.last = RANGE_OPEN;
	check_asked(asked);
	if (content_range_parse((const char *)bytes.at, bytes.left, &content) < 0) {
		must(content.total == -7 && content.range.first == -7 &&
			content.range.last == -7);
		return;
	}
	check_content(&content);
	check_again(&content);
	check_verdict(asked, size < 0 ? -1 : size, &content, length < 0 ? -1 : length);
	/* What was sent is as asked where just that was asked for. The last byte that there can be
	 * asks for any end, which nobody knows then. */
	if (content.range.first >= 0 &&
		(content.total >= 0 || content.range.last < RANGE_OPEN))
		must(range_check(content.range, content.total, &content,
			     range_length(content.range), NULL) == RANGE_AS_ASKED);
}
