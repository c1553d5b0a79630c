/* test_units.c - sizes, rates, durations and counts, read and written. */
#include "tap.h"

#include "base/units.h"

#define UNTOUCHED INT64_C(-12345)

typedef int parser(const char *text, int64_t *value);

struct good {
	const char *text;
	int64_t value;
};

static void accept(parser *parse, const struct good *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int64_t value = UNTOUCHED;

		if (parse(rows[i].text, &value) != 0 || value != rows[i].value) {
			printf("# \"%s\" gives %" PRId64 "\n", rows[i].text, value);
			check(!"as expected");
		}
	}
}

static void reject(parser *parse, const char *const *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int64_t value = UNTOUCHED;

		if (parse(rows[i], &value) != -1 || value != UNTOUCHED) {
			printf("# \"%s\" gives %" PRId64 "\n", rows[i], value);
			check(!"rejected, result untouched");
		}
	}
}

/* What no parser takes. */
static const char *const hostile[] = {"", " ", "-", "-1", "+1", " 1", "1 ", "1\n",
	"abc", "1X", "1e5", "inf", "nan", "0x10", "0x", "1,5", "1.", ".5", ".", "1..5",
	"1.5.5", "--1", "1K2", "1 K", "1KK", "\xd9\xa1", "1\xff", "9223372036854775808",
	"18446744073709551616", "99999999999999999999999999999999"};

static void sizes(void)
{
	static const struct good good[] = {{"0", 0}, {"4096", 4096}, {"007", 7},
		{"1K", 1024}, {"1k", 1024}, {"1KB", 1024}, {"1KiB", 1024},
		{"1kiB", 1024}, {"8M", INT64_C(8) << 20}, {"1.5G", INT64_C(3) << 29},
		{"1T", INT64_C(1) << 40}, {"2p", INT64_C(1) << 51}, {"0.5K", 512},
		{"1.0000K", 1024}, {"0.999K", 1022}, {"0.1M", 104857},
		{"1.9999999999999999999999999999999999999999K", 2047},
		{"0.00000000000000000000000000000000000001P", 0},
		{"9223372036854775807", INT64_MAX}, {"8191P", INT64_C(8191) << 50},
		/* 2^63 - 2^50/10, rounded down */
		{"8191.9P", INT64_MAX - INT64_C(112589990684263) + 1}};
	static const char *const bad[] = {"1.5", "1B", "1b", "1Kb", "1Kib", "1Ki",
		"1KiBB", "1.K", "1E", "8192P", "8192.0P", "9007199254740992K", "1K/s",
		"1s", "K", "KiB", "99999999999999999999P"};

	accept(units_parse_size, good, ARRAY_LEN(good));
	reject(units_parse_size, bad, ARRAY_LEN(bad));
	reject(units_parse_size, hostile, ARRAY_LEN(hostile));
}

static void rates(void)
{
	static const struct good good[] = {{"10M", INT64_C(10) << 20},
		{"10M/s", INT64_C(10) << 20}, {"10MiB/s", INT64_C(10) << 20}, {"0", 0},
		{"100/s", 100}};
	static const char *const bad[] = {
		"/s", "1/", "1/S", "1/m", "1M/s ", "1M/ss", "1Mps", "1/sM", "1.5/s"};

	accept(units_parse_rate, good, ARRAY_LEN(good));
	reject(units_parse_rate, bad, ARRAY_LEN(bad));
	reject(units_parse_rate, hostile, ARRAY_LEN(hostile));
}

static void durations(void)
{
	static const struct good good[] = {{"0", 0}, {"90", 90 * NS_PER_SEC},
		{"1.5", 3 * NS_PER_SEC / 2}, {"500ms", NS_PER_SEC / 2},
		{"10s", 10 * NS_PER_SEC}, {"2m", 120 * NS_PER_SEC},
		{"1h", 3600 * NS_PER_SEC}, {"1d", 86400 * NS_PER_SEC},
		{"1.5s", 3 * NS_PER_SEC / 2}, {"0.5ms", NS_PER_MS / 2},
		{"1h30m", 5400 * NS_PER_SEC},
		{"1d1h1m1s1ms", 90061 * NS_PER_SEC + NS_PER_MS},
		{"1m0.25s", 60 * NS_PER_SEC + NS_PER_SEC / 4}, {"0.0000000019s", 1},
		{"9223372036.854775807s", INT64_MAX}};
	static const char *const bad[] = {"1h30", "h", "ms", "1S", "1H", "1w", "1M",
		"1h 30m", "1h-30m", "1hm", "1us", "1msm", "9223372036.854775808s",
		"106752d", "106751d23h47m17s", "1s9223372036854775807ms"};

	accept(units_parse_duration, good, ARRAY_LEN(good));
	reject(units_parse_duration, bad, ARRAY_LEN(bad));
	reject(units_parse_duration, hostile, ARRAY_LEN(hostile));
}

static void counts(void)
{
	static const struct good good[] = {{"0", 0}, {"16", 16}, {"00016", 16},
		{"9223372036854775807", INT64_MAX}};
	static const char *const bad[] = {"1K", "1.0", "1s", "10 000"};

	accept(units_parse_count, good, ARRAY_LEN(good));
	reject(units_parse_count, bad, ARRAY_LEN(bad));
	reject(units_parse_count, hostile, ARRAY_LEN(hostile));
}

static void shows_sizes(void)
{
	static const struct {
		int64_t bytes;
		const char *text;
	} rows[] = {{0, "0 B"}, {1, "1 B"}, {999, "999 B"}, {1000, "1.0 KiB"},
		{1024, "1.0 KiB"}, {1229, "1.2 KiB"}, {1075, "1.0 KiB"},
		{1076, "1.1 KiB"}, {102348, "99.9 KiB"}, {102349, "100 KiB"},
		{INT64_C(345) << 20, "345 MiB"},
		{(INT64_C(345) << 20) + (1 << 19), "346 MiB"},
		{(INT64_C(345) << 20) + (1 << 19) - 1, "345 MiB"},
		{(INT64_C(1000) << 10) - 513, "999 KiB"},
		{(INT64_C(1000) << 10) - 512, "1.0 MiB"}, {INT64_C(1) << 30, "1.0 GiB"},
		{INT64_C(1) << 40, "1.0 TiB"}, {INT64_C(1) << 50, "1.0 PiB"},
		{INT64_C(1) << 60, "1.0 EiB"}, {INT64_MAX, "8.0 EiB"}, {-1, "-1 B"},
		{-2048, "-2.0 KiB"}, {INT64_MIN, "-8.0 EiB"}};
	char out[UNITS_LEN];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check_str(units_format_size(out, rows[i].bytes), rows[i].text);
	/* Never more than three digits, at any magnitude. */
	for (int64_t bytes = 1; bytes < INT64_MAX / 3 * 2; bytes += bytes / 200 + 1) {
		int digits = 0;

		for (const char *c = units_format_size(out, bytes); *c; c++)
			digits += *c >= '0' && *c <= '9';
		check(digits >= 1 && digits <= 3);
	}
}

static void shows_durations(void)
{
	static const struct {
		nstime span;
		const char *text;
	} rows[] = {{0, "0.000 s"}, {41 * NS_PER_MS, "0.041 s"}, {499999, "0.000 s"},
		{500000, "0.001 s"}, {999499999, "0.999 s"}, {999500000, "1.00 s"},
		{2310 * NS_PER_MS, "2.31 s"}, {59994999999, "59.99 s"},
		{59995 * NS_PER_MS, "1:00"}, {60 * NS_PER_SEC, "1:00"},
		{125 * NS_PER_SEC, "2:05"}, {3599 * NS_PER_SEC, "59:59"},
		{3599500 * NS_PER_MS, "1:00:00"}, {3723 * NS_PER_SEC, "1:02:03"},
		{100 * 3600 * NS_PER_SEC, "100:00:00"}, {INT64_MAX, "2562047:47:17"},
		{-2310 * NS_PER_MS, "-2.31 s"}, {INT64_MIN, "-2562047:47:17"}};
	char out[UNITS_LEN];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check_str(units_format_duration(out, rows[i].span), rows[i].text);
}

int main(void)
{
	run(sizes);
	run(rates);
	run(durations);
	run(counts);
	run(shows_sizes);
	run(shows_durations);
	return done();
}
