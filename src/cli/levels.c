/* levels.c - the environment. The names of variables are not stored anywhere: a row's name
 * and a variable are compared character by character under the mapping. */
#include "cli/levels.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "cli/check.h"
#include "cli/nearest.h"

#define PREFIX "SEINE_"
#define PASSWORD "SEINE_PASSWORD" /* no row: only its file is an option */

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
