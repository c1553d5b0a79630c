/* fuzz_units.c - base/units.h and the texts of core/checksum.h. The bytes are a text; the first
 * eight of them a number, too.
 *
 * Claims: what is read is not negative; whole sizes and counts are what their digits say, to
 * the last bit, and what does not fit is refused; texts made of numbers are short and clean;
 * a checksum that is read is written as itself. */
#include <string.h>

#include "base/alloc.h"
#include "base/units.h"
#include "core/checksum.h"
#include "fuzz.h"

/* Of digits only; -1 where it is over 2^63-1 or there are others. */
static int64_t digits_value(const char *text, size_t len)
{
	unsigned __int128 value = 0;

	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		value = 10 * value + (unsigned)(text[i] - '0');
		if (value > INT64_MAX)
			return -1;
	}
	return len > 0 ? (int64_t)value : -1;
}

/* "123", "123k", "123M", ...: without a point, and no more than one letter. */
static int64_t size_value(const char *text)
{
	static const char letters[] = "KMGTPkmgtp";
	size_t len = strlen(text);
	const char *letter = len > 0 ? strchr(letters, text[len - 1]) : NULL;
	int64_t value = digits_value(text, letter ? len - 1 : len);
	unsigned shift = letter ? 10 * (unsigned)((letter - letters) % 5 + 1) : 0;

	return value < 0 || value > INT64_MAX >> shift ? -1 : value << shift;
}

static void check_numbers(const char *text)
{
	int64_t value = -7, want = digits_value(text, strlen(text));

	must(units_parse_count(text, &value) == (want < 0 ? -1 : 0));
	must(value == (want < 0 ? -7 : want));
	value = -7;
	must(units_parse_frequency(text, &value) < 0 ? value == -7 : value >= 0);
	value = -7;
	must(units_parse_duration(text, &value) < 0 ? value == -7 : value >= 0);
}

static void check_sizes(const char *text)
{
	int64_t size = -7, rate = -7, want = size_value(text);
	int read = units_parse_size(text, &size);

	must(read < 0 ? size == -7 : size >= 0);
	must(want < 0 || size == want);
	/* A size is a rate. */
	must(units_parse_rate(text, &rate) < 0 ? read < 0 && rate == -7 : rate >= 0);
	must(read < 0 || rate == size);
}

static void check_formats(int64_t number)
{
	char text[UNITS_LEN];

	must(units_format_size(text, number) == text);
	must(strlen(text) < UNITS_LEN && fuzz_is_clean(text, strlen(text)));
	must(units_format_duration(text, number) == text);
	must(strlen(text) < UNITS_LEN && fuzz_is_clean(text, strlen(text)));
}

static void check_checksum(const char *text)
{
	_cleanup_(buf_release) struct buf written = BUF_INIT;
	struct checksum sum = {.alg = DIGEST_NONE}, again = {.alg = DIGEST_NONE};
	struct error err = {.kind = KIND_NONE};

	if (checksum_parse(&sum, text, &err) < 0) {
		must(err.kind == KIND_INPUT && err.text[0]);
		must(sum.alg == DIGEST_NONE);
		return;
	}
	must(sum.alg != DIGEST_NONE && checksum_len(sum.alg) > 0);
	must(checksum_len(sum.alg) <= DIGEST_MAX);
	checksum_add(&written, &sum);
	must(checksum_parse(&again, written.data, NULL) == 0);
	must(checksum_equal(&sum, &again));
	/* ... which is what was there, but for the name's spelling and the case of letters. */
	must(strcasecmp(strchr(written.data, '='), strchr(text, '=')) == 0);
	must(checksum_find(checksum_name(sum.alg), strlen(checksum_name(sum.alg))) ==
		sum.alg);
}

void fuzz_units(const uint8_t *data, size_t len)
{
	struct fuzz_bytes bytes = {.at = data, .left = len};
	char *text _cleanup_(freep) = fuzz_take_rest(&bytes);

	check_numbers(text);
	check_sizes(text);
	check_checksum(text);
	bytes = (struct fuzz_bytes){.at = data, .left = len};
	check_formats((int64_t)fuzz_take(&bytes, 8));
}
