/* variables.h - for unit tests of what reads the environment: one of the test's own, and checks
 * that no secret gets out. What is secret in these tests has "CANARY" in it. */
#ifndef SEINE_TESTS_VARIABLES_H
#define SEINE_TESTS_VARIABLES_H

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/diag.h"
#include "net/environment.h"
#include "tap.h"

#define VARIABLES_MAX 24

struct variables {
	struct {
		const char *name;
		char value[256];
	} items[VARIABLES_MAX];
	size_t count;
};

static inline const char *variables_get(void *context, const char *name)
{
	struct variables *variables = context;

	for (size_t i = variables->count; i-- > 0;) {
		if (strcmp(variables->items[i].name, name) == 0)
			return variables->items[i].value;
	}
	return NULL;
}

/* A later one of the same name counts. */
__attribute__((format(printf, 3, 4))) static inline void variables_set(
	struct variables *variables, const char *name, const char *fmt, ...)
{
	va_list args;

	if (variables->count == VARIABLES_MAX)
		abort();
	va_start(args, fmt);
	variables->items[variables->count].name = name;
	vsnprintf(variables->items[variables->count++].value,
		sizeof(variables->items[0].value), fmt, args);
	va_end(args);
}

static inline struct environment variables_environment(struct variables *variables)
{
	return (struct environment){.get = variables_get, .context = variables};
}

/* A failure of that kind, whose text says this and nothing secret. */
static inline void check_said(const struct error *err, enum kind kind, const char *part)
{
	check_str(kind_name(err->kind), kind_name(kind));
	if (!strstr(err->text, part))
		check_str(err->text, part);
	check(!strstr(err->text, "CANARY"));
}

static atomic_int leaked; /* lines of the log with a secret */

static inline void listen_for_leaks(
	void *context _unused_, enum log_level level _unused_, const char *line)
{
	if (strstr(line, "CANARY"))
		atomic_fetch_add(&leaked, 1);
}

static inline void nothing_leaked(void)
{
	check_int(atomic_load(&leaked), 0);
}

#endif
