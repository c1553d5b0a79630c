/* parse.c - the command line, and the order of all levels.
 *
 * The command line is scanned first and only noted: it says whether there is anything
 * to do but show help, and which config file to read. Then the levels are applied from
 * the lowest to the highest, the notes last. Secrets stay in argv until then and are
 * blanked in every case, so that a wrong option elsewhere does not leave them to be
 * seen. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/strings.h"
#include "cli/docs.h"
#include "cli/habit.h"
#include "cli/levels.h"
#include "cli/scan.h"
#include "cli/together.h"
#include "cli/value.h"

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "0"
#endif

static void add_version(struct buf *out)
{
	const curl_version_info_data *curl = curl_version_info(CURLVERSION_NOW);

	buf_addf(out, "seine %s (libcurl %s", PACKAGE_VERSION, curl->version);
	if (curl->ssl_version)
		buf_addf(out, ", %s", curl->ssl_version);
	buf_addstr(out, ")\n");
}

static int show(const struct scan *scan, struct error *err)
{
	_cleanup_(buf_release) struct buf out = BUF_INIT;

	if (scan->action == ACTION_VERSION) {
		add_version(&out);
	} else if (docs_add(&out, scan->action == ACTION_HELP ? "help" : scan->docs) <
		   0) {
		return value_fail("print-docs", NULL, err,
			"'%.40s' is none of: man, bash, zsh, fish, help", scan->docs);
	}
	if (fwrite(out.data, 1, out.len, stdout) != out.len || fflush(stdout) != 0)
		return error_errno(err, KIND_DISK, errno, "standard output");
	return 0;
}

static int apply_file(
	const struct scan *scan, struct reading *reading, struct error *err)
{
	_cleanup_(freep) char *path = NULL;

	if (scan->no_config)
		return 0;
	if (scan->config)
		return level_file(reading, scan->config, false, err);
	path = level_file_default();
	return path ? level_file(reading, path, true, err) : 0;
}

/* Who gives a number where one is wanted knows the letter; only the number is wrong. */
static bool meant_otherwise(const struct note *note)
{
	return note->row->type != OPTION_COUNT || *note->value < '0' ||
	       *note->value > '9';
}

static int apply(const struct scan *scan, struct reading *reading, struct error *err)
{
	if (value_set_fallbacks(reading, err) < 0 ||
		apply_file(scan, reading, err) < 0 ||
		level_environment(reading, err) < 0)
		return -1;
	reading->level = LEVEL_COMMAND_LINE;
	for (size_t i = 0; i < scan->count; i++) {
		const struct note *note = &scan->notes[i];

		if (value_set(reading, note->row, note->value, err) < 0)
			return meant_otherwise(note) ? habit_hint(note->letter, err)
						     : -1;
	}
	if (together_check(reading, err) < 0)
		return -1;
	if (!reading->settings->quiet)
		level_environment_strays();
	return 0;
}

int options_parse(struct settings *settings, int argc, char **argv,
	enum options_verdict *verdict, struct error *err)
{
	struct scan scan = {.settings = settings, .next = argv + (argc > 0)};
	struct reading reading;
	int rc;

	*settings = (struct settings){0};
	*verdict = OPTIONS_RUN;
	reading_init(&reading, settings);
	rc = scan_arguments(&scan, err);
	if (rc == 0 && scan.show) {
		*verdict = OPTIONS_DONE;
		rc = show(&scan, err);
	} else if (rc == 0) {
		rc = apply(&scan, &reading, err);
	}
	reading_release(&reading);
	scan_release(&scan);
	return rc;
}

static void strings_wipe(struct strings *strings)
{
	for (size_t i = 0; i < strings->count; i++)
		explicit_bzero(strings->items[i], strlen(strings->items[i]));
	strings_release(strings);
}

void settings_release(struct settings *settings)
{
	for (const struct option_row *row = options; row->name; row++) {
		void *field = (char *)settings + row->field;

		if (row->type == OPTION_TEXT || row->type == OPTION_FILE_TEXT)
			value_replace(field, NULL);
		else if (row->type == OPTION_TEXTS)
			strings_wipe(field);
	}
	strings_wipe(&settings->urls);
	*settings = (struct settings){0};
}
