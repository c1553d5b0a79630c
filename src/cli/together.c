/* together.c - see together.h. */
#include "cli/together.h"

#include <string.h>

#include "cli/options.h"

#define CHUNK_LEAST (64 * 1024) /* bytes of --chunk-size */

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

static size_t count_stdin(const struct strings *names)
{
	size_t count = 0;

	for (size_t i = 0; i < names->count; i++)
		count += strcmp(names->items[i], "-") == 0;
	return count;
}

/* Who comes second would find it empty. */
static int check_stdin(const struct reading *reading, struct error *err)
{
	size_t inputs = count_stdin(&reading->settings->inputs);
	size_t sums = count_stdin(&reading->settings->checksum_files);
	const char *name = sums ? "checksum-file" : "input";

	if (inputs + sums <= 1)
		return 0;
	if (inputs && sums)
		return value_fail(name, reading_said(reading, name)->where, err,
			"'-' is given to --input, too, but standard input is read "
			"once");
	return value_fail(name, reading_said(reading, name)->where, err,
		"'-' is given %zu times, but standard input is read once",
		inputs + sums);
}

static bool is_stdout(const char *name)
{
	return name && strcmp(name, "-") == 0;
}

/* What two of them write there nobody could tell apart. */
static int check_stdout(const struct reading *reading, struct error *err)
{
	const struct settings *settings = reading->settings;
	bool results = is_stdout(settings->results);
	bool failed = is_stdout(settings->failed);
	const char *name = settings->json ? "json" : "failed";

	if (results + failed + settings->json <= 1)
		return 0;
	return value_fail(name, reading_said(reading, name)->where, err,
		"stdout is taken by --%s -; write those to a file",
		results ? "results" : "failed");
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

/* --compare runs in modes of its own. */
static int check_loops(const struct reading *reading, struct error *err)
{
	const struct settings *settings = reading->settings;

	if (reading_said(reading, "loops")->level != LEVEL_COMMAND_LINE ||
		settings->compare || strcmp(settings->mode, "event") == 0)
		return 0;
	return value_fail(
		"loops", NULL, err, "means nothing with --mode %s", settings->mode);
}

int together_check(const struct reading *reading, struct error *err)
{
	const struct settings *settings = reading->settings;

	if (check_sets(reading, err) < 0 || check_loudness(reading, err) < 0 ||
		check_bearer(reading, err) < 0 || check_credentials(reading, err) < 0 ||
		check_needs(reading, err) < 0 || check_loops(reading, err) < 0 ||
		check_single(reading, err) < 0 || check_stdin(reading, err) < 0 ||
		check_stdout(reading, err) < 0 || check_compare(reading, err) < 0)
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
