/* levels_file.c - the config file. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cli/habit.h"
#include "cli/levels.h"
#include "cli/nearest.h"

#define NAME_SHOWN 40 /* bytes of an unknown name that an error repeats */

char *level_file_default(void)
{
	const char *xdg = getenv("XDG_CONFIG_HOME");
	const char *home = getenv("HOME");

	/* The XDG specification says to ignore a path that is not absolute. */
	if (xdg && xdg[0] == '/')
		return xasprintf("%s/seine/config", xdg);
	if (home && home[0])
		return xasprintf("%s/.config/seine/config", home);
	return NULL;
}

static char *trim(char *text)
{
	char *end;

	while (isspace((unsigned char)*text))
		text++;
	end = text + strlen(text);
	while (end > text && isspace((unsigned char)end[-1]))
		end--;
	*end = '\0';
	return text;
}

/* Only a word is repeated: what stands after it may be a misplaced password. */
static int unknown_name(
	const struct reading *reading, const char *name, struct error *err)
{
	size_t len = strcspn(name, " \t:");
	const struct habit *habit = habit_find(name, len);
	const char *nearest = habit ? habit->ours : option_nearest(name, len);
	int shown = len > NAME_SHOWN ? NAME_SHOWN : (int)len;

	if (option_find(name, len))
		return error_set(err, KIND_USAGE, 0,
			"%s: a value is written '%.*s = VALUE'", reading->where, shown,
			name);
	if (habit && habit->note)
		return error_set(err, KIND_USAGE, 0,
			"%s: there is no option '%.*s'; %s", reading->where, shown,
			name, habit->note);
	if (nearest)
		return error_set(err, KIND_USAGE, 0,
			"%s: there is no option '%.*s'; did you mean '%.*s'?",
			reading->where, shown, name, (int)strcspn(nearest, " "),
			nearest);
	return error_set(err, KIND_USAGE, 0,
		"%s: there is no option '%.*s'; seine --help lists them",
		reading->where, shown, name);
}

/* In curl's file they are taken off; here they would become part of a name or a header. */
static bool is_quoted(const char *value)
{
	size_t len = strlen(value);

	return len > 1 && (*value == '"' || *value == '\'') && value[len - 1] == *value;
}

/* `name = value` or `name`; changed in place. */
static int set_line(struct reading *reading, char *line, struct error *err)
{
	const struct option_row *row;
	char *value = strchr(line, '=');
	char *name;
	size_t len;

	if (value) {
		*value = '\0';
		value = trim(value + 1);
		if (is_quoted(value))
			return error_set(err, KIND_USAGE, 0,
				"%s: a value is written without quotes",
				reading->where);
	}
	name = trim(line);
	len = strlen(name);
	row = option_find(name, len);
	if (row)
		return value_set(reading, row, value, err);
	row = value ? NULL : option_find_negated(name, len);
	if (row)
		return value_set(reading, row, "no", err);
	return unknown_name(reading, name, err);
}

static int read_line(struct reading *reading, char *line, size_t len, struct error *err)
{
	char *text;

	if (strlen(line) != len)
		return error_set(err, KIND_USAGE, 0, "%s: a NUL byte", reading->where);
	text = trim(line);
	if (!*text || *text == '#')
		return 0;
	return set_line(reading, text, err);
}

static int read_lines(
	struct reading *reading, const char *path, FILE *file, struct error *err)
{
	char *line = NULL;
	size_t room = 0;
	unsigned long number = 0;
	ssize_t len;
	int rc = 0;

	while (rc == 0 && (len = getline(&line, &room, file)) >= 0) {
		_cleanup_(freep) char *where = xasprintf("%s:%lu", path, ++number);

		reading->where = where;
		rc = read_line(reading, line, (size_t)len, err);
		reading->where = NULL;
	}
	if (rc == 0 && ferror(file))
		rc = error_errno(err, KIND_USAGE, errno, "cannot read '%s'", path);
	if (line)
		explicit_bzero(line, room); /* it may have held a password */
	free(line);
	return rc;
}

int level_file(
	struct reading *reading, const char *path, bool optional, struct error *err)
{
	FILE *file = fopen(path, "re");
	int rc;

	if (!file && optional && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (!file && optional)
		return error_errno(err, KIND_USAGE, errno,
			"cannot read '%s' (--no-config does without)", path);
	if (!file)
		return error_errno(err, KIND_USAGE, errno, "--config: '%s'", path);
	reading->level = LEVEL_FILE;
	rc = read_lines(reading, path, file, err);
	fclose(file);
	return rc;
}
