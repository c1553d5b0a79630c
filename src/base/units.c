/* units.c - see units.h. Every parser is made of one step: a decimal number, then a
 * unit from a table; value = number * unit, exactly, in integers. No floating point:
 * strtod would take "inf", "0x1p3" and "1e5", and follow the locale. */
#include "base/units.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define KIB (INT64_C(1) << 10)

struct unit {
	const char *name;
	int64_t value;
};

/* Longer names first where one begins another. */
static const struct unit duration_units[] = {
	{"ms", NS_PER_MS},
	{"s", NS_PER_SEC},
	{"m", 60 * NS_PER_SEC},
	{"h", 3600 * NS_PER_SEC},
	{"d", 86400 * NS_PER_SEC},
};

/* A number as written: digits, and digits after a point (none: "1"). */
struct number {
	const char *digits, *fraction;
	size_t digit_count, fraction_count;
};

static size_t count_digits(const char *text)
{
	return strspn(text, "0123456789");
}

/* Step over a number; NULL when there is none. A point needs digits on both sides. */
static const char *read_number(const char *text, struct number *number)
{
	*number = (struct number){.digits = text, .digit_count = count_digits(text)};
	if (number->digit_count == 0)
		return NULL;
	text += number->digit_count;
	if (*text != '.')
		return text;
	number->fraction = text + 1;
	number->fraction_count = count_digits(text + 1);
	if (number->fraction_count == 0)
		return NULL;
	return number->fraction + number->fraction_count;
}

/* number * unit, rounded down; false when it does not fit. */
static bool multiply(const struct number *number, int64_t unit, int64_t *result)
{
	int64_t whole = 0, part = 0;

	for (size_t i = 0; i < number->digit_count; i++) {
		if (__builtin_mul_overflow(whole, 10, &whole) ||
			__builtin_add_overflow(whole, number->digits[i] - '0', &whole))
			return false;
	}
	/* From the last digit, so that part stays below one unit: no number of digits
	 * overflows, and the rounding of each step is that of the whole. */
	for (size_t i = number->fraction_count; i > 0; i--)
		part = ((number->fraction[i - 1] - '0') * unit + part) / 10;
	return !__builtin_mul_overflow(whole, unit, &whole) &&
	       !__builtin_add_overflow(whole, part, result);
}

/* Step over a size and store it; NULL when there is none or it does not fit. */
static const char *read_size(const char *text, int64_t *bytes)
{
	static const char letters[] = "KMGTPkmgtp";
	struct number number;
	const char *letter, *end = read_number(text, &number);
	int64_t unit = 1;

	if (!end)
		return NULL;
	letter = *end ? strchr(letters, *end) : NULL;
	if (letter) {
		unit <<= 10 * ((letter - letters) % 5 + 1);
		end++;
		if (*end == 'B')
			end++;
		else if (end[0] == 'i' && end[1] == 'B')
			end += 2;
	} else if (number.fraction) {
		return NULL; /* part of a byte */
	}
	return multiply(&number, unit, bytes) ? end : NULL;
}

int units_parse_size(const char *text, int64_t *bytes)
{
	int64_t value;
	const char *end = read_size(text, &value);

	if (!end || *end)
		return -1;
	*bytes = value;
	return 0;
}

int units_parse_rate(const char *text, int64_t *bytes_per_second)
{
	int64_t value;
	const char *end = read_size(text, &value);

	if (!end || (*end && strcmp(end, "/s") != 0))
		return -1;
	*bytes_per_second = value;
	return 0;
}

int units_parse_frequency(const char *text, int64_t *per_hour)
{
	static const struct {
		const char *unit;
		int64_t factor;
	} units[] = {{"", 3600}, {"/s", 3600}, {"/m", 60}, {"/h", 1}};
	size_t digits = strspn(text, "0123456789");
	char number[24];
	int64_t value;

	if (digits == 0 || digits >= sizeof(number))
		return -1;
	memcpy(number, text, digits);
	number[digits] = '\0';
	if (units_parse_count(number, &value) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if (strcmp(text + digits, units[i].unit) == 0 &&
			!__builtin_mul_overflow(value, units[i].factor, &value)) {
			*per_hour = value;
			return 0;
		}
	}
	return -1;
}

/* Step over a duration's unit; NULL when there is none. */
static const char *read_duration_unit(const char *text, int64_t *unit)
{
	for (size_t i = 0; i < ARRAY_LEN(duration_units); i++) {
		size_t len = strlen(duration_units[i].name);

		if (strncmp(text, duration_units[i].name, len) == 0) {
			*unit = duration_units[i].value;
			return text + len;
		}
	}
	return NULL;
}

int units_parse_duration(const char *text, nstime *span)
{
	struct number number;
	nstime sum = 0, part;
	int64_t unit;
	const char *at = read_number(text, &number);

	if (at && !*at) { /* no unit at all: seconds */
		if (!multiply(&number, NS_PER_SEC, &part))
			return -1;
		*span = part;
		return 0;
	}
	while (at && *at) {
		at = read_duration_unit(at, &unit);
		if (!at || !multiply(&number, unit, &part) ||
			__builtin_add_overflow(sum, part, &sum))
			return -1;
		if (!*at) {
			*span = sum;
			return 0;
		}
		at = read_number(at, &number);
	}
	return -1; /* no number, or one without its unit: "1h30" */
}

int units_parse_count(const char *text, int64_t *count)
{
	struct number number = {.digits = text, .digit_count = count_digits(text)};
	int64_t value;

	if (number.digit_count == 0 || text[number.digit_count])
		return -1;
	if (!multiply(&number, 1, &value))
		return -1;
	*count = value;
	return 0;
}

/* Without the sign, which "-" in *sign stands for; INT64_MIN has no positive twin. */
static uint64_t magnitude(int64_t value, const char **sign)
{
	*sign = value < 0 ? "-" : "";
	return value < 0 ? -(uint64_t)value : (uint64_t)value;
}

char *units_format_size(char out[UNITS_LEN], int64_t bytes)
{
	static const char prefixes[] = "KMGTPE";
	const char *sign;
	uint64_t size = magnitude(bytes, &sign);

	if (size < 1000) {
		snprintf(out, UNITS_LEN, "%s%" PRIu64 " B", sign, size);
		return out;
	}
	/* Ends by the exa row: no 64-bit size has more than two digits there. */
	for (size_t i = 0;; i++) {
		uint64_t unit = (uint64_t)KIB << (10 * i);
		uint64_t whole = size / unit, rest = size % unit;
		uint64_t tenths = 10 * whole + (10 * rest + unit / 2) / unit;
		uint64_t rounded = whole + (rest >= unit / 2);

		if (tenths < 1000) {
			snprintf(out, UNITS_LEN, "%s%" PRIu64 ".%" PRIu64 " %ciB", sign,
				tenths / 10, tenths % 10, prefixes[i]);
			return out;
		}
		/* Rounding to a fourth digit is one more reason for the next unit. */
		if (rounded < 1000) {
			snprintf(out, UNITS_LEN, "%s%" PRIu64 " %ciB", sign, rounded,
				prefixes[i]);
			return out;
		}
	}
}

char *units_format_duration(char out[UNITS_LEN], nstime span)
{
	const char *sign;
	uint64_t ns = magnitude(span, &sign);
	/* Each rounded from the whole, so that 59.999 s is 1:00 and not 60.00 s. */
	uint64_t ms = (ns + 500000) / 1000000;
	uint64_t cs = (ns + 5000000) / 10000000;
	uint64_t sec = (ns + 500000000) / 1000000000;

	if (ms < 1000)
		snprintf(out, UNITS_LEN, "%s0.%03" PRIu64 " s", sign, ms);
	else if (cs < 6000)
		snprintf(out, UNITS_LEN, "%s%" PRIu64 ".%02" PRIu64 " s", sign,
			cs / 100, cs % 100);
	else if (sec < 3600)
		snprintf(out, UNITS_LEN, "%s%" PRIu64 ":%02" PRIu64, sign, sec / 60,
			sec % 60);
	else
		snprintf(out, UNITS_LEN, "%s%" PRIu64 ":%02" PRIu64 ":%02" PRIu64, sign,
			sec / 3600, sec / 60 % 60, sec % 60);
	return out;
}
