/* parse.h - for unit tests of cli/: parse arguments in a clean place and look at the result. */
#ifndef SEINE_TESTS_PARSE_H
#define SEINE_TESTS_PARSE_H

#include "scratch.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>

#include "cli/options.h"

#define URL "http://a.example/f"
#define MAX_ARGS 40

/* The last parse: released by the next one, and at the end. */
static struct {
	struct settings settings;
	enum options_verdict verdict;
	struct error err;
	char *argv[MAX_ARGS];
	int rc;
} last;

static inline void forget(void)
{
	settings_release(&last.settings);
	for (size_t i = 0; i < MAX_ARGS; i++) {
		free(last.argv[i]);
		last.argv[i] = NULL;
	}
}

static inline int parse_args(const char *const *args)
{
	int argc = 0;

	forget();
	memset(&last.err, 0, sizeof(last.err));
	last.argv[argc++] = strdup("seine");
	for (; *args; args++)
		last.argv[argc++] = strdup(*args);
	last.rc = options_parse(
		&last.settings, argc, last.argv, &last.verdict, &last.err);
	return last.rc;
}

#define parse(...) parse_args((const char *const[]){__VA_ARGS__, NULL})

/* The arguments are refused as wrong usage, in words that have `part` in them. */
#define refused(part, ...)                                                             \
	do {                                                                           \
		check_int(parse(__VA_ARGS__), -1);                                     \
		check_int(last.err.kind, KIND_USAGE);                                  \
		check_has(last.err.text, part);                                        \
	} while (0)

#define check_has(whole, part)                                                         \
	do {                                                                           \
		if (!strstr(whole, part)) {                                            \
			printf("# %s:%d: \"%s\" is not in \"%s\"\n", __FILE__,         \
				__LINE__, part, whole);                                \
			tap_failed_checks++;                                           \
		}                                                                      \
	} while (0)

static inline const struct settings *got(void)
{
	return &last.settings;
}

/* A fresh directory, and nothing of the user's own settings. */
static inline void parse_enter(void)
{
	for (const struct option_row *row = options; row->name; row++) {
		char name[64] = "SEINE_";
		size_t len = strlen(name);

		for (const char *c = row->name; *c && len < sizeof(name) - 1; c++)
			name[len++] = *c == '-' || *c == '.'   ? '_'
				      : *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A')
							       : *c;
		name[len] = '\0';
		unsetenv(name);
	}
	unsetenv("SEINE_PASSWORD");
	unsetenv("XDG_CONFIG_HOME");
	setenv("HOME", "/nonexistent", 1);
	scratch_enter();
}

static inline void parse_leave(void)
{
	forget();
	scratch_leave();
}

#endif
