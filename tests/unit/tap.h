/* tap.h - a small harness for unit tests that speak TAP.
 *
 *	static void adds_up(void) { check(1 + 1 == 2); check_int(1 + 1, 2); }
 *	int main(void) { run(adds_up); return done(); }
 *
 * One TAP line per function; every failed check prints a diagnostic. */
#ifndef SEINE_TESTS_TAP_H
#define SEINE_TESTS_TAP_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "need.h"

static int tap_tests, tap_failed_tests, tap_failed_checks;

#define check(condition)                                                               \
	do {                                                                           \
		if (!(condition)) {                                                    \
			printf("# %s:%d: %s\n", __FILE__, __LINE__, #condition);       \
			tap_failed_checks++;                                           \
		}                                                                      \
	} while (0)

#define check_int(got, want)                                                           \
	do {                                                                           \
		int64_t got_ = (int64_t)(got), want_ = (int64_t)(want);                \
		if (got_ != want_) {                                                   \
			printf("# %s:%d: %s is %" PRId64 ", not %" PRId64 "\n",        \
				__FILE__, __LINE__, #got, got_, want_);                \
			tap_failed_checks++;                                           \
		}                                                                      \
	} while (0)

#define check_str(got, want)                                                           \
	do {                                                                           \
		const char *got_ = (got), *want_ = (want);                             \
		if (!got_ || !want_ ? got_ != want_ : strcmp(got_, want_) != 0) {      \
			printf("# %s:%d: %s is \"%s\", not \"%s\"\n", __FILE__,        \
				__LINE__, #got, got_ ? got_ : "(null)",                \
				want_ ? want_ : "(null)");                             \
			tap_failed_checks++;                                           \
		}                                                                      \
	} while (0)

#define run(test)                                                                      \
	do {                                                                           \
		tap_failed_checks = 0;                                                 \
		test();                                                                \
		printf("%s %d - %s\n", tap_failed_checks ? "not ok" : "ok",            \
			++tap_tests, #test);                                           \
		tap_failed_tests += tap_failed_checks != 0;                            \
		fflush(stdout);                                                        \
	} while (0)

static inline int done(void)
{
	printf("1..%d\n", tap_tests);
	return tap_failed_tests != 0;
}

#endif
