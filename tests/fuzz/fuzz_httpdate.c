/* fuzz_httpdate.c - net/httpdate.h. The bytes are a text; the first eight of them a time, too.
 *
 * Claims: a time that is written as RFC 9110 has it is read back as itself, whichever it is; a
 * text of that form which is read says its own date; no date is before 1970. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/alloc.h"
#include "fuzz.h"
#include "net/httpdate.h"

#define LAST_SECOND INT64_C(253402300799) /* of the year 9999 */
#define DATE_LEN 29

/* Not by strftime(), which follows the locale. */
static void write_date(char out[64], int64_t when)
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t seconds = (time_t)when;
	struct tm tm;

	must(gmtime_r(&seconds, &tm));
	snprintf(out, 64, "%.3s, %02d %.3s %04d %02d:%02d:%02d GMT",
		days + (size_t)3 * (size_t)tm.tm_wday, tm.tm_mday,
		months + (size_t)3 * (size_t)tm.tm_mon, tm.tm_year + 1900, tm.tm_hour,
		tm.tm_min, tm.tm_sec);
}

static void check_time(uint64_t chosen)
{
	int64_t when = (int64_t)(chosen % (uint64_t)(LAST_SECOND + 1));
	char text[64];

	write_date(text, when);
	must(strlen(text) == DATE_LEN);
	must(httpdate_parse(text) == when);
}

/* As servers write dates: a digit where the form has one, and its other characters but for
 * letters. */
static bool has_form(const char *text)
{
	static const char form[] = "aaa, 00 aaa 0000 00:00:00 GMT";

	if (strlen(text) != DATE_LEN)
		return false;
	for (size_t i = 0; form[i]; i++) {
		bool is_digit = text[i] >= '0' && text[i] <= '9';

		if (form[i] == '0' ? !is_digit : form[i] != 'a' && form[i] != text[i])
			return false;
	}
	return true;
}

/* Nothing but the day of the week and the case of letters may be otherwise, or the second be a
 * leap second. */
static void check_text(const char *text, int64_t when)
{
	char again[64];

	must(when >= -1);
	if (when < 0 || !has_form(text) || strncmp(text + 22, ":60", 3) == 0)
		return;
	write_date(again, when);
	must(strcasecmp(text + 5, again + 5) == 0);
}

void fuzz_httpdate(const uint8_t *data, size_t len)
{
	struct fuzz_bytes bytes = {.at = data, .left = len};
	char *text _cleanup_(freep) = fuzz_take_rest(&bytes);

	check_text(text, httpdate_parse(text));
	bytes = (struct fuzz_bytes){.at = data, .left = len};
	check_time(fuzz_take(&bytes, 8));
}
