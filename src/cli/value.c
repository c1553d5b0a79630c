/* value.c - see value.h. One setter per type; each reads the whole text before it
 * touches the field, so that a wrong value leaves the settings as they were. The types
 * of fields are erased by the table's offsets; field_of() is the only place that turns
 * them back. */
#include "cli/value.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/strings.h"
#include "base/units.h"

#define SECRET_MAX 16384 /* bytes of the first line of a password or token file */
#define QUOTED_MAX 40    /* bytes of a wrong value that an error repeats */

static void *field_of(const struct reading *reading, const struct option_row *row)
{
	return (char *)reading->settings + row->field;
}

void reading_init(struct reading *reading, struct settings *settings)
{
	memset(reading, 0, sizeof(*reading));
	reading->settings = settings;
	reading->said = xcalloc(options_count(), sizeof(*reading->said));
}

void reading_release(struct reading *reading)
{
	for (size_t i = 0; reading->said && i < options_count(); i++)
		free(reading->said[i].where);
	free(reading->said);
	reading->said = NULL;
}

const struct said *reading_said(const struct reading *reading, const char *name)
{
	const struct option_row *row = option_find(name, strlen(name));

	return &reading->said[row - options];
}

int value_fail(
	const char *name, const char *where, struct error *err, const char *fmt, ...)
{
	char text[160];
	va_list args;

	va_start(args, fmt);
	if (vsnprintf(text, sizeof(text), fmt, args) < 0)
		text[0] = '\0';
	va_end(args);
	if (where)
		return error_set(
			err, KIND_USAGE, 0, "--%s: %s (from %s)", name, text, where);
	return error_set(err, KIND_USAGE, 0, "--%s: %s", name, text);
}

void value_replace(char **field, const char *text)
{
	char *copy = xstrdup(text);

	if (*field)
		explicit_bzero(*field, strlen(*field));
	free(*field);
	*field = copy;
}

bool value_needed(const struct option_row *row)
{
	return row->argument && !row->bare;
}

static int parse_bool(const char *text, bool *on)
{
	static const char *const words[] = {
		"no", "yes", "false", "true", "off", "on", "0", "1", NULL};

	for (size_t i = 0; words[i]; i++) {
		if (strcmp(text, words[i]) == 0) {
			*on = i % 2;
			return 0;
		}
	}
	return -1;
}

static int set_flag(struct reading *reading, const struct option_row *row,
	const char *value, struct error *err)
{
	bool on = true;

	if (value && parse_bool(value, &on) < 0)
		return value_fail(row->name, reading->where, err,
			"'%.*s' is neither yes nor no", QUOTED_MAX, value);
	reading->said[row - options].off = !on;
	if (row->type == OPTION_FLAG)
		*(bool *)field_of(reading, row) = on;
	else if (on)
		*(int *)field_of(reading, row) = (int)row->min;
	else if (*(int *)field_of(reading, row) == (int)row->min)
		*(int *)field_of(reading, row) = 0;
	return 0;
}

static int set_choice(struct reading *reading, const struct option_row *row,
	const char *value, struct error *err)
{
	char known[96] = "";
	size_t len = 0;

	for (int i = 0; row->choices[i]; i++) {
		if (strcmp(row->choices[i], value) == 0) {
			if (row->type == OPTION_CHOICE)
				*(int *)field_of(reading, row) = i;
			else
				value_replace(field_of(reading, row), value);
			return 0;
		}
		if (len < sizeof(known))
			len += (size_t)snprintf(known + len, sizeof(known) - len,
				"%s%s", i ? ", " : "", row->choices[i]);
	}
	return value_fail(row->name, reading->where, err, "'%.*s' is none of: %s",
		QUOTED_MAX, value, known);
}

static bool is_auto(const struct option_row *row, const char *value)
{
	return (row->traits & OPTION_AUTO) && strcmp(value, "auto") == 0;
}

static int parse_number(
	const struct option_row *row, const char *value, int64_t *number)
{
	switch (row->type) {
	case OPTION_SIZE:
		return units_parse_size(value, number);
	case OPTION_RATE:
		return units_parse_rate(value, number);
	case OPTION_FREQUENCY:
		return units_parse_frequency(value, number);
	case OPTION_DURATION:
		return units_parse_duration(value, number);
	default:
		return units_parse_count(value, number);
	}
}

static int set_number(struct reading *reading, const struct option_row *row,
	const char *value, struct error *err)
{
	static const char *const wanted[] = {
		[OPTION_SIZE] = "a size; write bytes, or as in 64K, 8M, 1.5G",
		[OPTION_RATE] = "a rate; write bytes per second, or as in 64K, 10M/s",
		[OPTION_FREQUENCY] = "a frequency; write it as in 10/s, 30/m, 100/h",
		[OPTION_DURATION] =
			"a duration up to 24d; write it as in 500ms, 10s, 2m, 1h30m",
	};
	int64_t number = 0;

	if (is_auto(row, value) ||
		(parse_number(row, value, &number) == 0 && number >= row->min &&
			(row->max == 0 || number <= row->max))) {
		*(int64_t *)field_of(reading, row) = number;
		return 0;
	}
	if (row->type == OPTION_COUNT)
		return value_fail(row->name, reading->where, err,
			"'%.*s' is %s number from %" PRId64 " to %" PRId64
			"; write for example --%s %s",
			QUOTED_MAX, value,
			row->traits & OPTION_AUTO ? "neither auto nor a" : "not a",
			row->min, row->max, row->name, row->fallback);
	return value_fail(row->name, reading->where, err, "'%.*s' is not %s",
		QUOTED_MAX, value, wanted[row->type]);
}

static int set_text(struct reading *reading, const struct option_row *row,
	const char *value, struct error *err)
{
	const struct said *said = &reading->said[row - options];
	struct error why;

	if (!*value && !(row->traits & OPTION_EMPTY))
		return value_fail(row->name, reading->where, err, "the value is empty");
	if (row->check && row->check(value, &why) < 0)
		return value_fail(row->name, reading->where, err, "%s", why.text);
	if (row->type == OPTION_TEXT || row->type == OPTION_FILE_TEXT) {
		value_replace(field_of(reading, row), value);
		return 0;
	}
	if (said->level < reading->level)
		strings_release(field_of(reading, row));
	strings_add(field_of(reading, row), value);
	return 0;
}

/* The first line of fd into line, NUL-terminated. -1 with errno; EFBIG when it does not
 * fit, EINVAL when there is a NUL in it. */
static int read_first_line(int fd, char line[SECRET_MAX + 1])
{
	size_t len = 0;
	char *end = NULL;

	while (!end) {
		ssize_t got = read(fd, line + len, SECRET_MAX - len);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		end = memchr(line + len, '\n', (size_t)got);
		len += (size_t)got;
		if (!end && len == SECRET_MAX) {
			errno = EFBIG;
			return -1;
		}
	}
	if (!end)
		end = line + len;
	if (end > line && end[-1] == '\r')
		end--;
	*end = '\0';
	if (strlen(line) != (size_t)(end - line)) {
		errno = EINVAL;
		return -1;
	}
	return 0;
}

/* The file's text, not its name, is the value; it never goes through a growing buffer,
 * which would leave copies behind. */
static int set_file_text(struct reading *reading, const struct option_row *row,
	const char *path, struct error *err)
{
	char line[SECRET_MAX + 1];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	int rc = -1, errnum = errno;

	if (fd >= 0) {
		rc = read_first_line(fd, line);
		errnum = errno;
		close(fd);
	}
	if (rc == 0)
		rc = set_text(reading, row, line, err);
	else
		value_fail(row->name, reading->where, err, "cannot read '%.*s': %s",
			2 * QUOTED_MAX, path, strerror(errnum));
	explicit_bzero(line, sizeof(line));
	return rc;
}

static int set_by_type(struct reading *reading, const struct option_row *row,
	const char *value, struct error *err)
{
	switch (row->type) {
	case OPTION_FLAG:
	case OPTION_SET:
		return set_flag(reading, row, value, err);
	case OPTION_TEXT:
		return row->choices ? set_choice(reading, row, value, err)
				    : set_text(reading, row, value, err);
	case OPTION_TEXTS:
		return set_text(reading, row, value, err);
	case OPTION_COUNT:
	case OPTION_SIZE:
	case OPTION_RATE:
	case OPTION_FREQUENCY:
	case OPTION_DURATION:
		return set_number(reading, row, value, err);
	case OPTION_CHOICE:
		return set_choice(reading, row, value, err);
	case OPTION_FILE_TEXT:
		return set_file_text(reading, row, value, err);
	case OPTION_ACTION:
		break;
	}
	return value_fail(row->name, reading->where, err,
		"is understood on the command line only");
}

int value_set(struct reading *reading, const struct option_row *row, const char *value,
	struct error *err)
{
	struct said *said = &reading->said[row - options];

	if (!value && value_needed(row))
		return value_fail(row->name, reading->where, err, "needs a value: %s",
			row->argument);
	if (!value)
		value = row->bare;
	if (set_by_type(reading, row, value, err) < 0)
		return -1;
	said->level = reading->level;
	free(said->where);
	said->where = xstrdup(reading->where);
	return 0;
}

int value_set_fallbacks(struct reading *reading, struct error *err)
{
	reading->level = LEVEL_BUILT_IN;
	for (const struct option_row *row = options; row->name; row++) {
		if (row->fallback && value_set(reading, row, row->fallback, err) < 0)
			return -1;
	}
	return 0;
}
