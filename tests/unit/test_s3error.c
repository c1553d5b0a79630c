/* test_s3error.c - what error bodies of object stores say, and that nothing else does. */
#include "net/s3error.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/text.h"
#include "tap.h"

static void reads(const char *body, const char *want)
{
	_cleanup_(buf_release) struct buf said = BUF_INIT;
	struct s3error error;
	bool found = s3error_read(&error, body, strlen(body));

	buf_addf(&said, "%s|%s|%s", error.code, error.message, error.region);
	check_str(said.data, want);
	check(found == (error.code[0] != '\0'));
}

static void reads_errors(void)
{
	reads("<?xml version=\"1.0\" "
	      "encoding=\"UTF-8\"?>\n<Error><Code>NoSuchKey</Code>"
	      "<Message>The specified key does not exist.</Message><Key>k</Key>"
	      "<RequestId>4442</RequestId></Error>",
		"NoSuchKey|The specified key does not exist.|");
	reads("<Error><Code>AuthorizationHeaderMalformed</Code><Message>The region "
	      "'us-east-1' is wrong; expecting 'eu-west-1'</Message>"
	      "<Region>eu-west-1</Region></Error>",
		"AuthorizationHeaderMalformed|The region 'us-east-1' is wrong; "
		"expecting "
		"'eu-west-1'|eu-west-1");
	reads("<Error xmlns='urn:any'><Code>PermanentRedirect</Code>"
	      "<Endpoint>b.s3-eu-west-1.amazonaws.com</Endpoint></Error>",
		"PermanentRedirect||");
	reads("<ErrorResponse xmlns='https://sts.amazonaws.com/doc/2011-06-15/'><Error>"
	      "<Type>Sender</Type><Code>ExpiredTokenException</Code><Message>Token "
	      "expired</Message></Error><RequestId>7</RequestId></ErrorResponse>",
		"ExpiredTokenException|Token expired|");
}

static void takes_what_is_there(void)
{
	reads("<Error><Code>SlowDown</Code><Message>Please reduce your", "SlowDown||");
	reads("<Error><Code>SlowDown</Code><Message>m</Message></Errr>", "SlowDown|m|");
	reads("<Error><Code>SlowDo", "||");
	reads("<Error><Message>m</Message><Region>r</Region></Error>", "||");
}

static void says_nothing_of_anything_else(void)
{
	reads("", "||");
	reads("Service Unavailable", "||");
	reads("<html><body><Code>NoSuchKey</Code></body></html>", "||");
	reads("<a><b><Error><Code>NoSuchKey</Code></Error></b></a>", "||");
	reads("<Error><Details><Code>NoSuchKey</Code></Details></Error>", "||");
	reads("<ErrorResponse><Error/><Code>NoSuchKey</Code></ErrorResponse>", "||");
	reads("<!DOCTYPE x [<!ENTITY a 'b'>]><Error><Code>NoSuchKey</Code></Error>",
		"||");
}

static void words_have_an_alphabet(void)
{
#define CODED(rest) "<Error><Code>C</Code>" rest "</Error>"
	reads("<Error><Code>No Such\nKey</Code></Error>", "||");
	reads(CODED("<Region>evil.example/</Region>"), "C||");
	reads(CODED("<Region>a@b</Region>"), "C||");
}

static void messages_are_safe_to_show(void)
{
	reads(CODED("<Message> one\r\n\ttwo  \xc3\xa4 \x7f \xe2\x80\xae </Message>"),
		"C|one two \xc3\xa4 \\x7F \\u{202E}|");
}

static void long_texts_are_cut(void)
{
	_cleanup_(buf_release) struct buf body = BUF_INIT;
	struct s3error error;

	buf_addstr(&body, "<Error><Code>C</Code><Region>");
	for (int i = 0; i < 64; i++)
		buf_addch(&body, 'r');
	buf_addstr(&body, "</Region><Message>");
	for (int i = 0; i < 200; i++)
		buf_addstr(&body, "\xe2\x82\xac");
	buf_addstr(&body, "</Message>");
	check(s3error_read(&error, body.data, body.len));
	check_str(error.region, "");
	check_int(strlen(error.message), (sizeof(error.message) - 1) / 3 * 3);
	check(text_is_utf8(error.message, strlen(error.message)));
	/* What is behind the cap is not looked at. */
	buf_clear(&body);
	buf_addstr(&body, "<Error>");
	while (body.len < S3ERROR_BODY_MAX)
		buf_addstr(&body, "<x/>");
	buf_addstr(&body, "<Code>C</Code></Error>");
	check(!s3error_read(&error, body.data, body.len));
}

int main(void)
{
	run(reads_errors);
	run(takes_what_is_there);
	run(says_nothing_of_anything_else);
	run(words_have_an_alphabet);
	run(messages_are_safe_to_show);
	run(long_texts_are_cut);
	return done();
}
