/* scan.c - see scan.h. A word is a URL, a long option or some letters; what is no option is
 * answered with what may have been meant. */
#include "cli/scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/strings.h"
#include "cli/habit.h"
#include "cli/nearest.h"
#include "cli/value.h"

static void scan_note(struct scan *scan, const struct option_row *row, char letter,
	const char *value, char *blank)
{
	scan->notes = xreallocarray(scan->notes, scan->count + 1, sizeof(*scan->notes));
	scan->notes[scan->count++] = (struct note){.row = row,
		.letter = letter,
		.value = value,
		.blank = row->traits & OPTION_SECRET ? blank : NULL};
}

static int scan_action(
	struct scan *scan, const struct option_row *row, char *value, struct error *err)
{
	scan->action = (enum option_action)row->min;
	switch (scan->action) {
	case ACTION_CONFIG:
		if (!*value)
			return value_fail(row->name, NULL, err, "the value is empty");
		scan->config = value;
		scan->no_config = false;
		return 0;
	case ACTION_NO_CONFIG:
		scan->config = NULL;
		scan->no_config = true;
		return 0;
	case ACTION_PRINT_DOCS:
		scan->docs = value;
		break;
	case ACTION_HELP:
	case ACTION_VERSION:
		break;
	}
	scan->show = true;
	return 0;
}

/* By its letter, or 0. `value` is what was attached, or NULL: then the next argument is it. */
static int scan_option(struct scan *scan, const struct option_row *row, char letter,
	char *value, struct error *err)
{
	if (!value && value_needed(row)) {
		if (!*scan->next)
			return value_fail(row->name, NULL, err, "needs a value: %s",
				row->argument);
		value = *scan->next++;
	}
	if (row->type == OPTION_ACTION && value && !value_needed(row))
		return value_fail(row->name, NULL, err, "takes no value");
	if (row->type == OPTION_ACTION)
		return scan_action(scan, row, value, err);
	scan_note(scan, row, letter, value, value);
	return 0;
}

/* `habit`, or else `nearest`, tells what may have been meant; each may be NULL. */
static int unknown_option(const char *option, const struct habit *habit,
	const char *nearest, struct error *err)
{
	if (habit && habit->note)
		return error_set(err, KIND_USAGE, 0, "%s: there is no such option; %s",
			option, habit->note);
	if (habit)
		nearest = habit->ours;
	if (nearest)
		return error_set(err, KIND_USAGE, 0,
			"%s: there is no such option; did you mean --%s?", option,
			nearest);
	return error_set(err, KIND_USAGE, 0,
		"%s: there is no such option; seine --help lists them", option);
}

static int unknown_name(const char *name, size_t len, struct error *err)
{
	char option[43]; /* so much of it is repeated */

	snprintf(option, sizeof(option), "--%.*s", (int)len, name);
	return unknown_option(
		option, habit_find(name, len), option_nearest(name, len), err);
}

/* A digit will be a value for the letter before it, or there is none (0). */
static int unknown_letter(char letter, char before, struct error *err)
{
	const char option[] = {'-', letter, '\0'};

	unknown_option(option, habit_find_letter(letter), NULL, err);
	return before && letter >= '0' && letter <= '9' ? habit_hint(before, err) : -1;
}

static int scan_long(struct scan *scan, char *name, struct error *err)
{
	size_t len = strcspn(name, "=");
	char *value = name[len] ? name + len + 1 : NULL;
	const struct option_row *row = option_find(name, len);

	if (!row && !value) {
		row = option_find_negated(name, len);
		if (row) {
			scan_note(scan, row, 0, "no", NULL);
			return 0;
		}
	}
	if (!row)
		return unknown_name(name, len, err);
	return scan_option(scan, row, 0, value, err);
}

/* "-qkj64": flags, and at the end perhaps an option with its value. */
static int scan_letters(struct scan *scan, char *letters, struct error *err)
{
	char letter = 0;

	while (*letters && !scan->show) {
		const struct option_row *row = option_find_letter(*letters);
		char *attached = NULL;

		if (!row)
			return unknown_letter(*letters, letter, err);
		letter = *letters++;
		if (value_needed(row) && *letters) {
			attached = letters;
			letters += strlen(letters);
		}
		if (scan_option(scan, row, letter, attached, err) < 0)
			return -1;
	}
	return 0;
}

/* A list whose -i was forgotten, or a place whose -d was. */
static int check_path(const char *text, struct error *err)
{
	struct stat status;

	if (strstr(text, "://") || stat(text, &status) != 0)
		return 0;
	if (S_ISDIR(status.st_mode))
		return error_set(err, KIND_USAGE, 0,
			"'%.160s' is not a URL but a directory; to put files there "
			"write -d DIR",
			text);
	return error_set(err, KIND_USAGE, 0,
		"'%.160s' is not a URL but a file; to read it as a list write -i FILE",
		text);
}

/* A word behind an option without a value: is it one, and no URL of any kind? */
static bool is_value(const char *text)
{
	return text[strcspn(text, ".:/")] == '\0';
}

/* ... one that the option would have taken, whatever else has this name? */
static bool would_be_taken(const struct note *note, const char *text)
{
	const struct option_row *row = note->row;
	struct error why;

	return row->bare && row->check && row->check(text, &why) == 0;
}

static int stray_value(const struct note *note, const char *text, struct error *err)
{
	const char *name = note->row->name;

	if (note->row->bare)
		return value_fail(name, NULL, err,
			"'%.40s' is not a URL; a value is attached, as in --%s=%.40s",
			text, name, text);
	value_fail(name, NULL, err, "takes no value, and '%.40s' is not a URL", text);
	return habit_hint(note->letter, err);
}

/* A URL is copied; the user and password in it must not stay to be seen. */
static int scan_url(struct scan *scan, char *text, struct error *err)
{
	char *from = strstr(text, "://");
	char *at = NULL;

	if (!*text)
		return error_set(err, KIND_USAGE, 0,
			"an argument is empty, where a URL should be");
	if (strcmp(text, "-") == 0)
		return error_set(err, KIND_USAGE, 0,
			"'-' is not a URL; to read a list from stdin write -i -");
	if (scan->bare && would_be_taken(scan->bare, text))
		return stray_value(scan->bare, text, err);
	if (check_path(text, err) != 0)
		return -1;
	if (scan->bare && is_value(text))
		return stray_value(scan->bare, text, err);
	strings_add(&scan->settings->urls, text);
	from = from ? from + strlen("://") : text;
	for (char *c = from; *c && !strchr("/?#", *c); c++) {
		if (*c == '@')
			at = c;
	}
	if (at)
		memset(from, '*', (size_t)(at - from));
	return 0;
}

static int scan_word(
	struct scan *scan, char *word, bool *options_ended, struct error *err)
{
	if (*options_ended || word[0] != '-' || !word[1])
		return scan_url(scan, word, err);
	if (strcmp(word, "--") == 0)
		*options_ended = true;
	else if (word[1] == '-')
		return scan_long(scan, word + 2, err);
	else
		return scan_letters(scan, word + 1, err);
	return 0;
}

int scan_arguments(struct scan *scan, struct error *err)
{
	bool options_ended = false;
	int rc = 0;

	while (rc == 0 && !scan->show && *scan->next) {
		size_t before = scan->count;

		rc = scan_word(scan, *scan->next++, &options_ended, err);
		scan->bare = NULL;
		if (scan->count > before && !scan->notes[scan->count - 1].value)
			scan->bare = &scan->notes[scan->count - 1];
	}
	return rc;
}

void scan_release(struct scan *scan)
{
	for (size_t i = 0; i < scan->count; i++) {
		char *blank = scan->notes[i].blank;

		if (blank)
			memset(blank, '*', strlen(blank));
	}
	free(scan->notes);
}
