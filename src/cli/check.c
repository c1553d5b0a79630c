/* check.c - see check.h. */
#include "cli/check.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/checksum.h"
#include "core/naming.h"
#include "core/s3.h"
#include "core/template.h"
#include "net/proxy.h"

#define CHUNK_LEAST (64 * 1024) /* bytes of --chunk-size */

static bool is_control(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7f;
}

int check_plain(const char *value, struct error *err)
{
	for (; *value; value++) {
		if (is_control(*value))
			return error_set(err, KIND_USAGE, 0,
				"a control character in the value; it would forge "
				"other headers");
	}
	return 0;
}

int check_proxy(const char *value, struct error *err)
{
	return check_plain(value, err) == 0 ? proxy_check(value, err) : -1;
}

/* A token of RFC 9110, section 5.6.2. */
static bool is_token_char(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z') || (c && strchr("!#$%&'*+-.^_`|~", c));
}

int check_header(const char *value, struct error *err)
{
	const char *colon = value;

	while (is_token_char(*colon))
		colon++;
	if (colon == value || *colon != ':')
		return error_set(
			err, KIND_USAGE, 0, "a header is written 'Name: value'");
	for (const char *at = colon; *at; at++) {
		if (is_control(*at) && *at != '\t')
			return error_set(err, KIND_USAGE, 0,
				"a control character in the header '%.*s'",
				(int)(colon - value < 40 ? colon - value : 40), value);
	}
	return 0;
}

/* curl would read a file of this name. */
int check_cookie(const char *value, struct error *err)
{
	if (!strchr(value, '='))
		return error_set(err, KIND_USAGE, 0,
			"cookies are written 'a=1; b=2'; files of them are not read");
	return check_plain(value, err);
}

int check_template(const char *value, struct error *err)
{
	struct template *template = template_new(value, err);

	if (!template)
		return -1;
	template_free(template);
	return 0;
}

int check_output(const char *value, struct error *err)
{
	if (strcmp(value, "-") == 0)
		return error_set(err, KIND_USAGE, 0,
			"files are not written to stdout; give a name");
	return naming_check(value, err);
}

int check_checksum(const char *value, struct error *err)
{
	struct checksum sum = {0};

	return checksum_parse(&sum, value, err);
}

/* It is not opened, since that would let in who is to write to a pipe. */
int check_readable(const char *value, struct error *err)
{
	struct stat status;
	int errnum = 0;

	if (faccessat(AT_FDCWD, value, R_OK, AT_EACCESS) != 0)
		errnum = errno;
	else if (stat(value, &status) == 0 && S_ISDIR(status.st_mode))
		errnum = EISDIR;
	return errnum ? error_errno(
				err, KIND_USAGE, errnum, "cannot read '%.80s'", value)
		      : 0;
}

/* Two options that exclude each other were both said. Which one stands: 0 the first, 1
 * the second; -1 when they were said on the same level. */
static int higher(const struct reading *reading, const char *first, const char *second,
	struct error *err)
{
	const struct said *a = reading_said(reading, first);
	const struct said *b = reading_said(reading, second);

	if (a->level == b->level)
		return value_fail(first, a->where, err, "cannot go with --%s", second);
	return a->level > b->level ? 0 : 1;
}

int check_region(const char *value, struct error *err)
{
	return s3_is_region(value)
		       ? 0
		       : error_set(err, KIND_USAGE, 0,
				 "it must be the name of a region, as eu-west-1");
}

static int check_loudness(const struct reading *reading, struct error *err)
{
	struct settings *settings = reading->settings;
	int stands;

	if (!settings->quiet || !settings->verbose)
		return 0;
	stands = higher(reading, "quiet", "verbose", err);
	settings->quiet = stands == 0;
	settings->verbose = stands == 1;
	return stands < 0 ? -1 : 0;
}

/* Both make an Authorization header. */
static int check_bearer(const struct reading *reading, struct error *err)
{
	struct settings *settings = reading->settings;
	int stands;

	if (!settings->user || !settings->bearer)
		return 0;
	stands = higher(reading, "user", "bearer-file", err);
	if (stands == 0)
		value_replace(&settings->bearer, NULL);
	else if (stands == 1)
		value_replace(&settings->user, NULL);
	return stands < 0 ? -1 : 0;
}

/* Afterwards at most one of `user` and `password` holds a password. */
static int check_credentials(const struct reading *reading, struct error *err)
{
	struct settings *settings = reading->settings;
	char *colon = settings->user ? strchr(settings->user, ':') : NULL;
	int stands;

	if (!colon || !settings->password)
		return 0;
	stands = higher(reading, "user", "password-file", err);
	if (stands == 0)
		value_replace(&settings->password, NULL);
	else if (stands == 1)
		explicit_bzero(colon, strlen(colon));
	return stands < 0 ? -1 : 0;
}

static bool is_set(const struct said *said, const struct option_row *row)
{
	return row->type == OPTION_SET && said->level != LEVEL_BUILT_IN && !said->off;
}

/* Options of one level that set the same enum to different values. */
static int check_sets(const struct reading *reading, struct error *err)
{
	const struct said *said = reading->said;

	for (const struct option_row *a = options; a->name; a++) {
		if (!is_set(&said[a - options], a))
			continue;
		for (const struct option_row *b = a + 1; b->name; b++) {
			if (b->field == a->field && is_set(&said[b - options], b) &&
				said[b - options].level == said[a - options].level)
				return value_fail(a->name, said[a - options].where, err,
					"cannot go with --%s", b->name);
		}
	}
	return 0;
}

static bool is_given(const struct reading *reading, const struct option_row *row)
{
	const void *field = (const char *)reading->settings + row->field;

	return row->type == OPTION_TEXTS ? ((const struct strings *)field)->count > 0
					 : *(char *const *)field != NULL;
}

/* Files and variables may say how to do what this run does not ask for; who says so on the
 * command line has forgotten something. */
static int check_needs(const struct reading *reading, struct error *err)
{
	for (const struct option_row *row = options; row->name; row++) {
		const struct option_row *needed;

		if (!row->needs ||
			reading->said[row - options].level != LEVEL_COMMAND_LINE)
			continue;
		needed = option_find(row->needs, strlen(row->needs));
		if (!is_given(reading, needed))
			return value_fail(row->name, NULL, err,
				"means nothing without --%s%s%s", needed->name,
				needed->bare ? "" : " ",
				needed->bare ? "" : needed->argument);
	}
	return 0;
}

/* What only makes sense for one file. */
static int check_single(const struct reading *reading, struct error *err)
{
	const struct settings *settings = reading->settings;

	if (settings->inputs.count == 0 && settings->urls.count == 1)
		return 0;
	if (settings->output)
		return value_fail("output", reading_said(reading, "output")->where, err,
			"is for exactly one URL and no --input; in a list write "
			"' out=NAME' below the URL, or use --name");
	if (settings->checksum)
		return value_fail("checksum", reading_said(reading, "checksum")->where,
			err,
			"is for exactly one URL and no --input; in a list write "
			"' checksum=ALG=HEX' below the URL");
	return 0;
}

static int check_streams(const struct settings *settings, struct error *err)
{
	size_t stdins = 0;

	for (size_t i = 0; i < settings->inputs.count; i++)
		stdins += strcmp(settings->inputs.items[i], "-") == 0;
	if (stdins > 1)
		return value_fail("input", NULL, err,
			"'-' is given %zu times, but standard input is read once",
			stdins);
	if (settings->json && settings->results && strcmp(settings->results, "-") == 0)
		return value_fail("json", NULL, err,
			"stdout is taken by --results -; write those to a file");
	return 0;
}

/* Of which run would they tell? */
static int check_compare(const struct reading *reading, struct error *err)
{
	const struct settings *settings = reading->settings;

	if (settings->compare && settings->results)
		return value_fail("results", reading_said(reading, "results")->where,
			err, "cannot go with --compare, which makes several runs");
	if (settings->compare && settings->failed)
		return value_fail("failed", reading_said(reading, "failed")->where, err,
			"cannot go with --compare, which makes several runs");
	return 0;
}

int check_together(const struct reading *reading, struct error *err)
{
	const struct settings *settings = reading->settings;

	if (check_sets(reading, err) < 0 || check_loudness(reading, err) < 0 ||
		check_bearer(reading, err) < 0 || check_credentials(reading, err) < 0 ||
		check_needs(reading, err) < 0 || check_single(reading, err) < 0 ||
		check_streams(settings, err) < 0 || check_compare(reading, err) < 0)
		return -1;
	if (settings->chunk_size > 0 && settings->chunk_size < CHUNK_LEAST)
		return value_fail("chunk-size",
			reading_said(reading, "chunk-size")->where, err,
			"is at least 64K: each chunk is a request");
	if (settings->urls.count == 0 && settings->inputs.count == 0)
		return error_set(err, KIND_USAGE, 0,
			"nothing to fetch: give URLs, or a list by -i FILE (-i - reads "
			"stdin); seine --help lists the options");
	return 0;
}
