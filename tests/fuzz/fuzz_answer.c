/* fuzz_answer.c - net/credentials_answer.h. The bytes are an answer, of a metadata service and
 * of STS; a text that may be a date; and, the first eight of them, a time.
 *
 * Claims: credentials are whole, fit for a header, and do not expire before there was time;
 * of an answer that makes no sense nothing is told but a code; each second is read as
 * itself. */
#include "net/credentials_answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "fuzz.h"

#define WHO "the service"
#define LAST_SECOND INT64_C(253402300799) /* of the year 9999 */

typedef int read_answer(struct aws_credentials *out, const struct buf *answer,
	long status, const char *who, struct error *err);

/* A code has letters, digits, dots and dashes. */
static void check_error(const struct error *err)
{
	must(err->kind == KIND_CREDENTIALS);
	must(strncmp(err->text, WHO, strlen(WHO)) == 0);
	must(fuzz_is_clean(err->text, strlen(err->text)));
	must(!strstr(err->text, FUZZ_SECRET));
}

static void check_plain(const char *text)
{
	must(text && *text);
	for (; *text; text++)
		must(*text > ' ' && *text < 0x7f);
}

/* What is read is overwritten, so each reader gets its own. */
static void check_answer(read_answer *read, const uint8_t *data, size_t len)
{
	_cleanup_(buf_release) struct buf answer = BUF_INIT;
	struct aws_credentials got = {.id = NULL};
	struct error err = {.kind = KIND_NONE};

	buf_add(&answer, data, len);
	if (read(&got, &answer, 200, WHO, &err) < 0) {
		check_error(&err);
		must(!got.id && !got.secret && !got.token);
		return;
	}
	check_plain(got.id);
	must(got.secret && got.secret[0]);
	if (got.token)
		check_plain(got.token);
	must(got.expires >= 0);
	must(credentials_check(&got, WHO, NULL) == 0);
	aws_credentials_release(&got);
	must(!got.id && !got.secret && !got.token);
}

static void check_refusal(const uint8_t *data, size_t len)
{
	_cleanup_(buf_release) struct buf answer = BUF_INIT;
	struct error err = {.kind = KIND_NONE};

	buf_add(&answer, data, len);
	must(credentials_refused(&answer, 403, WHO, &err) == -1);
	check_error(&err);
}

/* As ISO 8601 has it; `end` is behind the seconds. */
static void write_date(char out[64], int64_t when, const char *end)
{
	time_t seconds = (time_t)when;
	struct tm tm;

	must(gmtime_r(&seconds, &tm));
	snprintf(out, 64, "%04d-%02d-%02dT%02d:%02d:%02d%s", tm.tm_year + 1900,
		tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, end);
}

static void check_time(uint64_t chosen)
{
	int64_t when = (int64_t)(chosen % (uint64_t)(LAST_SECOND + 1));
	char text[64];

	write_date(text, when, chosen & 1 ? "Z" : ".25Z");
	must(credentials_parse_date(text) == when);
}

void fuzz_answer(const uint8_t *data, size_t len)
{
	struct fuzz_bytes bytes = {.at = data, .left = len};
	char *text _cleanup_(freep) = fuzz_take_rest(&bytes);

	check_answer(credentials_read_metadata, data, len);
	check_answer(credentials_read_sts, data, len);
	check_refusal(data, len);
	(void)credentials_parse_date(text);
	bytes = (struct fuzz_bytes){.at = data, .left = len};
	check_time(fuzz_take(&bytes, 8));
}
