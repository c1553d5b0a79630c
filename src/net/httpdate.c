#include "net/httpdate.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

static const char form[] = "ddd, 00 mmm 0000 00:00:00 GMT"; /* 0: a digit */

static bool has_form(const char *text)
{
	if (strlen(text) != sizeof(form) - 1)
		return false;
	for (size_t i = 0; form[i]; i++) {
		if (form[i] == '0' ? text[i] < '0' || text[i] > '9'
				   : !strchr("dm", form[i]) && text[i] != form[i])
			return false;
	}
	return true;
}

static int number(const char *digits, int count)
{
	int value = 0;

	for (int i = 0; i < count; i++)
		value = 10 * value + (digits[i] - '0');
	return value;
}

/* 0 for January; -1: none. */
static int month(const char *name)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (int i = 0; i < 12; i++)
		if (memcmp(names + (size_t)3 * (size_t)i, name, 3) == 0)
			return i;
	return -1;
}

int64_t httpdate_parse(const char *text)
{
	struct tm tm = {.tm_mon = -1};
	time_t when;

	if (has_form(text))
		tm = (struct tm){.tm_mday = number(text + 5, 2),
			.tm_mon = month(text + 8),
			.tm_year = number(text + 12, 4) - 1900,
			.tm_hour = number(text + 17, 2),
			.tm_min = number(text + 20, 2),
			.tm_sec = number(text + 23, 2)};
	if (tm.tm_mon < 0 || tm.tm_mday < 1 || tm.tm_mday > 31 || tm.tm_hour > 23 ||
		tm.tm_min > 59 || tm.tm_sec > 60)
		when = curl_getdate(text, NULL);
	else
		when = timegm(&tm);
	return when >= 0 ? when : -1;
}
