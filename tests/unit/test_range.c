/* test_range.c - Content-Range read strictly, and answers judged. */
#include "core/range.h"

#include "tap.h"

#define LARGEST "9223372036854775807" /* 2^63-1 */

static void writes_a_request(void)
{
	char text[RANGE_LEN];

	check_str(range_format(text, (struct range){0, 0}), "bytes=0-0");
	check_str(range_format(text, (struct range){0, 8388607}), "bytes=0-8388607");
	check_str(range_format(text, (struct range){4096, RANGE_OPEN}), "bytes=4096-");
	check_str(range_format(text, (struct range){RANGE_OPEN - 1, RANGE_OPEN - 1}),
		"bytes=9223372036854775805-9223372036854775805");
	check_int(range_length((struct range){0, RANGE_OPEN}), INT64_MAX);
}

static void reads_what_the_rfc_allows(void)
{
	static const struct {
		const char *text;
		int64_t first, last, total;
	} rows[] = {
		{"bytes 0-0/1", 0, 0, 1},
		{"bytes 42-1233/1234", 42, 1233, 1234},
		{"bytes 42-1233/*", 42, 1233, -1},
		{"bytes 0-9/*", 0, 9, -1},
		{"bytes */1234", -1, -1, 1234},
		{"bytes */0", -1, -1, 0},
		{"bytes */" LARGEST, -1, -1, INT64_MAX},
		{"BYTES 1-2/3", 1, 2, 3},
		{"Bytes 007-0008/00009", 7, 8, 9},
		{"bytes 0-9223372036854775806/" LARGEST, 0, RANGE_OPEN, INT64_MAX},
		{"bytes 9223372036854775806-9223372036854775806/*", RANGE_OPEN,
			RANGE_OPEN, -1},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct content_range got = {{-7, -7}, -7};
		int before = tap_failed_checks;

		check_int(content_range_parse(rows[i].text, strlen(rows[i].text), &got),
			0);
		check_int(got.range.first, rows[i].first);
		check_int(got.range.last, rows[i].last);
		check_int(got.total, rows[i].total);
		if (tap_failed_checks > before)
			printf("# ... reading \"%s\"\n", rows[i].text);
	}
}

static void check_rejected(const char *text, size_t len)
{
	struct content_range got = {{-7, -8}, -9};

	if (content_range_parse(text, len, &got) != -1 || got.range.first != -7 ||
		got.range.last != -8 || got.total != -9) {
		printf("# \"%.*s\"\n", (int)len, text);
		check(!"rejected, result untouched");
	}
}

static const char *const not_content_ranges[] = {
	"",
	"bytes",
	"bytes ",
	"0-9/10",
	/* Not in this order, or not less than the total. */
	"bytes 5-4/3",
	"bytes 5-4/9",
	"bytes 5-4/*",
	"bytes 0-9/9",
	"bytes 0-9/0",
	"bytes 0-0/0",
	"bytes 9-9/9",
	/* Incomplete. */
	"bytes 0-9",
	"bytes 0-9/",
	"bytes -9/10",
	"bytes 0-/10",
	"bytes 0/10",
	"bytes -/10",
	"bytes /10",
	"bytes */",
	"bytes *",
	"bytes */*",
	"bytes *-9/10",
	"bytes 0-*/10",
	"bytes **/10",
	/* Signs, other bases, fractions. */
	"bytes +0-9/10",
	"bytes 0-+9/10",
	"bytes 0-9/+10",
	"bytes -1-9/10",
	"bytes 0--9/10",
	"bytes 0-9/-1",
	"bytes */-1",
	"bytes 0x0-0x9/0x10",
	"bytes 0-9.0/10",
	"bytes 0-1e1/100",
	/* White space, and what comes before or after. */
	" bytes 0-9/10",
	"bytes  0-9/10",
	"bytes\t0-9/10",
	"bytes 0 -9/10",
	"bytes 0- 9/10",
	"bytes 0-9 /10",
	"bytes 0-9/ 10",
	"bytes 0-9/10 ",
	"bytes 0-9/10\r",
	"bytes 0-9/10\n",
	"bytes 0-9/10,",
	"bytes 0-9/10;a=b",
	"bytes 0-9/10, bytes 20-29/30",
	"bytes 0-4,5-9/10",
	"bytes */10 ",
	"bytes */10/10",
	"bytes 0-9/*0",
	/* Other units, and the Range field's form. */
	"byte 0-9/10",
	"bytess 0-9/10",
	"items 0-9/10",
	"none 0-9/10",
	"bytes=0-9/10",
	"bytes:0-9/10",
	"bytes0-9/10",
	"0 0-9/10",
	/* Too large for a file. */
	"bytes 0-9/9223372036854775808",
	"bytes 0-9/18446744073709551616",
	"bytes 0-9/99999999999999999999999999",
	"bytes 0-" LARGEST "/*",
	"bytes 0-" LARGEST "/" LARGEST,
	"bytes 0-9223372036854775808/*",
	"bytes " LARGEST "-" LARGEST "/*",
	"bytes 9223372036854775808-9223372036854775809/*",
	"bytes 18446744073709551616-9/10",
	"bytes 0-18446744073709551625/10",
	"bytes */9223372036854775808",
	/* Digits that are none. */
	"bytes 0-\xd9\xa9/10",
	"bytes 0-9/\xef\xbc\x91",
	"bytes \xff-9/10",
};

static void rejects_everything_else(void)
{
	for (size_t i = 0; i < ARRAY_LEN(not_content_ranges); i++)
		check_rejected(not_content_ranges[i], strlen(not_content_ranges[i]));
	check_rejected("bytes 0-9/10\0", 13);
	check_rejected("bytes 0-9/1\0", 12);
	check_rejected("bytes\0000-9/10", 12);
	/* It ends where it is said to end. */
	for (size_t len = 0; len < strlen("bytes 0-9/1"); len++)
		check_rejected("bytes 0-9/100", len);
}

/* Whatever one damaged byte makes of a value, it is read as what it says or not at all. */
static void survives_damage(void)
{
	static const char good[] = "bytes 10-29/345";
	char text[sizeof(good)], again[80];
	struct content_range got;

	for (size_t i = 0; i < sizeof(good) - 1; i++) {
		for (int byte = 0; byte < 256; byte++) {
			memcpy(text, good, sizeof(good));
			text[i] = (char)byte;
			if (content_range_parse(text, sizeof(good) - 1, &got) != 0)
				continue;
			snprintf(again, sizeof(again),
				"bytes %0*" PRId64 "-%0*" PRId64 "/%0*" PRId64, 2,
				got.range.first, 2, got.range.last, 3, got.total);
			text[0] |= 0x20; /* the unit in lower case */
			text[1] |= 0x20;
			text[2] |= 0x20;
			text[3] |= 0x20;
			text[4] |= 0x20;
			check_str(again, text);
		}
	}
}

#define OPEN RANGE_OPEN
#define NONE -1, -1

static const struct {
	const char *what;
	struct range asked;
	int64_t size;
	struct content_range answer;
	int64_t length;
	enum range_verdict verdict;
} answers[] = {
	{"the probe", {0, 99}, -1, {{0, 99}, 1000}, 100, RANGE_AS_ASKED},
	{"... no length", {0, 99}, -1, {{0, 99}, 1000}, -1, RANGE_AS_ASKED},
	{"... of a file as long", {0, 99}, -1, {{0, 99}, 100}, 100, RANGE_AS_ASKED},
	{"... of a smaller file", {0, 99}, -1, {{0, 49}, 50}, 50, RANGE_AS_ASKED},
	{"... no total", {0, 99}, -1, {{0, 99}, -1}, 100, RANGE_AS_ASKED},
	{"... of an empty file", {0, 99}, -1, {{NONE}, 0}, -1, RANGE_BEYOND},
	{"a chunk", {100, 199}, 1000, {{100, 199}, 1000}, 100, RANGE_AS_ASKED},
	{"... no total", {100, 199}, 1000, {{100, 199}, -1}, 100, RANGE_AS_ASKED},
	{"the last", {900, 999}, 1000, {{900, 999}, 1000}, 100, RANGE_AS_ASKED},
	{"... asked for too far", {900, 1099}, 1000, {{900, 999}, 1000}, 100,
		RANGE_AS_ASKED},
	{"... no total", {900, 1099}, 1000, {{900, 999}, -1}, 100, RANGE_AS_ASKED},
	{"... by one byte", {900, 1000}, 1000, {{900, 999}, 1000}, 100, RANGE_AS_ASKED},
	{"the rest", {900, OPEN}, 1000, {{900, 999}, 1000}, 100, RANGE_AS_ASKED},
	{"... no size", {900, OPEN}, -1, {{900, 999}, 1000}, 100, RANGE_AS_ASKED},
	{"the largest file", {0, OPEN}, INT64_MAX, {{0, OPEN}, INT64_MAX}, INT64_MAX,
		RANGE_AS_ASKED},

	{"starts late", {100, 199}, 1000, {{101, 199}, 1000}, 99, RANGE_WRONG_START},
	{"starts early", {100, 199}, 1000, {{99, 199}, 1000}, 101, RANGE_WRONG_START},
	{"shifted", {100, 199}, 1000, {{101, 200}, 1000}, 100, RANGE_WRONG_START},
	{"from 0", {100, 199}, 1000, {{0, 999}, 1000}, 1000, RANGE_WRONG_START},
	{"short", {100, 199}, 1000, {{100, 198}, 1000}, 99, RANGE_WRONG_END},
	{"long", {100, 199}, 1000, {{100, 200}, 1000}, 101, RANGE_WRONG_END},
	{"all the rest", {100, 199}, 1000, {{100, 999}, 1000}, 900, RANGE_WRONG_END},
	{"the rest cut short", {100, OPEN}, 1000, {{100, 198}, 1000}, 99,
		RANGE_WRONG_END},
	{"short, nobody knows", {0, 99}, -1, {{0, 49}, -1}, 50, RANGE_WRONG_END},
	{"the rest, nobody knows", {0, OPEN}, -1, {{0, 49}, -1}, 50, RANGE_WRONG_END},
	{"... not even to the end", {0, OPEN}, -1, {{0, OPEN}, -1}, INT64_MAX,
		RANGE_WRONG_END},
	{"past the known end", {900, 1099}, 1000, {{900, 1099}, -1}, 200,
		RANGE_WRONG_END},
	{"has grown", {100, 199}, 1000, {{100, 199}, 1001}, 100, RANGE_WRONG_TOTAL},
	{"has shrunk", {100, 199}, 1000, {{100, 149}, 150}, 50, RANGE_WRONG_TOTAL},
	{"has shrunk to less", {100, 199}, 1000, {{NONE}, 50}, -1, RANGE_WRONG_TOTAL},
	{"has become empty", {100, 199}, 1000, {{NONE}, 0}, 0, RANGE_WRONG_TOTAL},
	{"changed, and shifted", {100, 199}, 1000, {{0, 99}, 999}, 100,
		RANGE_WRONG_TOTAL},
	{"sends less", {100, 199}, 1000, {{100, 199}, 1000}, 99, RANGE_WRONG_LENGTH},
	{"sends more", {100, 199}, 1000, {{100, 199}, 1000}, 1000, RANGE_WRONG_LENGTH},
	{"sends nothing", {100, 199}, 1000, {{100, 199}, 1000}, 0, RANGE_WRONG_LENGTH},
	{"refuses", {100, 199}, 1000, {{NONE}, 1000}, -1, RANGE_REFUSED},
	{"refuses the last byte", {999, 999}, 1000, {{NONE}, 1000}, -1, RANGE_REFUSED},
	{"refuses the probe", {0, 99}, -1, {{NONE}, 1000}, -1, RANGE_REFUSED},
	{"nothing there", {1000, 1099}, -1, {{NONE}, 1000}, -1, RANGE_BEYOND},
};

static void judges_answers(void)
{
	for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
		struct error err = {0};
		int before = tap_failed_checks;

		check_int(range_check(answers[i].asked, answers[i].size,
				  &answers[i].answer, answers[i].length, &err),
			answers[i].verdict);
		check((err.text[0] == '\0') == (answers[i].verdict == RANGE_AS_ASKED));
		check((err.kind == KIND_NONE) ==
			(answers[i].verdict == RANGE_AS_ASKED));
		if (tap_failed_checks > before)
			printf("# ... where the answer %s\n", answers[i].what);
	}
}

static void says_what_is_wrong(void)
{
	static const struct content_range shifted = {{7, 105}, 1000},
					  longer = {{5, 105}, -1}, none = {{NONE}, 3};
	struct range asked = {5, 104};
	struct error err;

	check_int(range_check(asked, 1000, &shifted, -1, &err), RANGE_WRONG_START);
	check_str(err.text, "bytes from 7 on instead of 5");
	check_int(range_check(asked, 999, &shifted, -1, &err), RANGE_WRONG_TOTAL);
	check_str(err.text, "the file has 1000 bytes, and had 999");
	check_int(range_check(asked, -1, &longer, -1, &err), RANGE_WRONG_END);
	check_str(err.text, "bytes up to 105 for bytes=5-104, and no size");
	check_int(range_check(asked, -1, &none, -1, &err), RANGE_BEYOND);
	check_str(err.text, "there are no bytes from 5 on: the file has 3");
	check_int(range_check(asked, 1000, &shifted, -1, NULL), RANGE_WRONG_START);
}

int main(void)
{
	run(writes_a_request);
	run(reads_what_the_rfc_allows);
	run(rejects_everything_else);
	run(survives_damage);
	run(judges_answers);
	run(says_what_is_wrong);
	return done();
}
