/* levels.c - see levels.h. The names of variables are not stored anywhere: a row's name
 * and a variable are compared character by character under the mapping. */
#include "cli/levels.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "cli/check.h"
#include "cli/habit.h"
#include "cli/nearest.h"

#define PREFIX "SEINE_"
#define PASSWORD "SEINE_PASSWORD" /* no row: only its file is an option */
#define NAME_SHOWN 40             /* bytes of an unknown name that an error repeats */

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

/* A character of an option's name as its variable has it. */
static char variable_char(char c)
{
	return c == '-' || c == '.' ? '_' : (char)toupper((unsigned char)c);
}

/* Is `variable` (up to its "=", without the prefix) the one of this option? */
static bool is_variable_of(
	const struct option_row *row, const char *variable, size_t len)
{
	const char *name = row->name;

	if (row->type == OPTION_ACTION || strlen(name) != len)
		return false;
	for (size_t i = 0; i < len; i++)
		if (variable_char(name[i]) != variable[i])
			return false;
	return true;
}

static const struct option_row *row_of_variable(const char *variable, size_t len)
{
	for (const struct option_row *row = options; row->name; row++) {
		if (is_variable_of(row, variable, len))
			return row;
	}
	return NULL;
}

/* One value, or for a repeatable option one per line; empty lines are none. */
static int set_variable(struct reading *reading, const struct option_row *row,
	const char *value, struct error *err)
{
	_cleanup_(freep) char *copy = NULL;
	char *line, *rest;
	int rc = 0;

	if (row->type != OPTION_TEXTS)
		return value_set(reading, row, value, err);
	rest = copy = xstrdup(value);
	while (rc == 0 && (line = strsep(&rest, "\n")) != NULL) {
		if (*line)
			rc = value_set(reading, row, line, err);
	}
	return rc;
}

/* The password itself stands for --password-file on this level. */
static int set_password(struct reading *reading, struct error *err)
{
	const char *value = getenv(PASSWORD);
	const struct option_row *row =
		option_find("password-file", strlen("password-file"));
	struct said *said = &reading->said[row - options];
	struct error why;

	if (!value || !*value)
		return 0;
	if (check_plain(value, &why) < 0)
		return error_set(err, KIND_USAGE, 0, PASSWORD ": %s", why.text);
	value_replace(&reading->settings->password, value);
	said->level = LEVEL_ENVIRONMENT;
	free(said->where);
	said->where = xstrdup(PASSWORD);
	return 0;
}

int level_environment(struct reading *reading, struct error *err)
{
	int rc = 0;

	reading->level = LEVEL_ENVIRONMENT;
	for (char **at = environ; rc == 0 && *at; at++) {
		const char *equals = strchr(*at, '=');
		_cleanup_(freep) char *where = NULL;
		const struct option_row *row;
		size_t skip = strlen(PREFIX);

		if (strncmp(*at, PREFIX, skip) != 0 || !equals || !equals[1])
			continue;
		row = row_of_variable(*at + skip, (size_t)(equals - *at) - skip);
		if (!row)
			continue;
		where = xstrndup(*at, (size_t)(equals - *at));
		reading->where = where;
		rc = set_variable(reading, row, equals + 1, err);
		reading->where = NULL;
	}
	return rc == 0 ? set_password(reading, err) : rc;
}

/* "; did you mean SEINE_JOBS?" for the rest of a variable's name that is no option's. */
static void add_meant(struct buf *out, const char *rest, size_t len)
{
	_cleanup_(freep) char *name = xstrndup(rest, len);
	const struct option_row *negated;
	const char *nearest;

	for (char *c = name; *c; c++)
		*c = *c == '_' ? '-' : (char)tolower((unsigned char)*c);
	negated = option_find_negated(name, len);
	nearest = negated ? negated->name : option_nearest(name, len);
	if (!nearest || option_find(nearest, strlen(nearest))->type == OPTION_ACTION)
		return;
	buf_addstr(out, "; did you mean " PREFIX);
	for (; *nearest; nearest++)
		buf_addch(out, variable_char(*nearest));
	buf_addstr(out, negated ? "=no?" : "?");
}

void level_environment_strays(void)
{
	for (char **at = environ; *at; at++) {
		_cleanup_(buf_release) struct buf meant = BUF_INIT;
		const char *equals = strchr(*at, '=');
		size_t skip = strlen(PREFIX), len;

		if (strncmp(*at, PREFIX, skip) != 0 || !equals || !equals[1])
			continue;
		len = (size_t)(equals - *at);
		if (strncmp(*at, PASSWORD "=", strlen(PASSWORD "=")) == 0 ||
			row_of_variable(*at + skip, len - skip))
			continue;
		add_meant(&meant, *at + skip, len - skip);
		log_warn("the variable %.*s is ignored: no option is set by it%s",
			(int)len, *at, meant.data);
	}
}
