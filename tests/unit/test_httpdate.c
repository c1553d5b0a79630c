/* test_httpdate.c - the one form that is read here, and all else that libcurl reads. */
#include "net/httpdate.h"

#include "base/attr.h"
#include "tap.h"

static void reads_the_usual_form(void)
{
	check_int(httpdate_parse("Sun, 06 Nov 1994 08:49:37 GMT"), 784111777);
	check_int(httpdate_parse("Thu, 01 Jan 1970 00:00:00 GMT"), 0);
	check_int(httpdate_parse("Thu, 29 Feb 2024 23:59:60 GMT"), 1709251200);
	check_int(httpdate_parse("sun, 06 NOV 1994 08:49:37 GMT"), 784111777);
	check_int(httpdate_parse("Tue, 29 Feb 2000 00:00:00 GMT"), 951782400);
	check_int(httpdate_parse("Fri, 31 Dec 9999 23:59:59 GMT"), 253402300799);
}

static void leaves_the_others_to_libcurl(void)
{
	check_int(httpdate_parse("Sunday, 06-Nov-94 08:49:37 GMT"), 784111777);
	check_int(httpdate_parse("Sun Nov  6 08:49:37 1994"), 784111777);
	check_int(httpdate_parse("Sun, 06 Nov 1994 09:49:37 +0100"), 784111777);
}

static void knows_what_is_none(void)
{
	static const char *const none[] = {"", "0", "yesterday",
		"Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 32 Nov 1994 08:49:37 GMT",
		"Sun, 06 Nov 1994 24:49:37 GMT", "Wed, 01 Jan 1908 00:00:00 GMT",
		"Sat, 31 Feb 2024 00:00:00 GMT", "Wed, 29 Feb 2023 00:00:00 GMT",
		"Mon, 29 Feb 2100 00:00:00 GMT", "Sun, 31 Nov 1994 08:49:37 GMT"};

	for (size_t i = 0; i < ARRAY_LEN(none); i++)
		check_int(httpdate_parse(none[i]), -1);
}

int main(void)
{
	run(reads_the_usual_form);
	run(leaves_the_others_to_libcurl);
	run(knows_what_is_none);
	return done();
}
