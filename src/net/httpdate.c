#include "net/httpdate.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>
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
		if (strncasecmp(names + (size_t)3 * (size_t)i, name, 3) == 0)
			return i;
	return -1;
}

/* month 0 is January. */
static int days_in(int month, int year)
{
	static const char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return days[month] + (month == 1 && leap);
}

/* Of a text that has the form. timegm() would make 3 March of 31 February. */
static bool is_date(const struct tm *tm)
{
	return tm->tm_mon >= 0 && tm->tm_mday >= 1 &&
	       tm->tm_mday <= days_in(tm->tm_mon, tm->tm_year + 1900) &&
	       tm->tm_hour <= 23 && tm->tm_min <= 59 && tm->tm_sec <= 60;
}

int64_t httpdate_parse(const char *text)
{
	time_t when = -1;
	struct tm tm;

	if (has_form(text)) {
		tm = (struct tm){.tm_mday = number(text + 5, 2),
			.tm_mon = month(text + 8),
			.tm_year = number(text + 12, 4) - 1900,
			.tm_hour = number(text + 17, 2),
			.tm_min = number(text + 20, 2),
			.tm_sec = number(text + 23, 2)};
		if (is_date(&tm))
			when = timegm(&tm);
	} else {
		when = curl_getdate(text, NULL);
	}
	return when >= 0 ? when : -1;
}
