/* test_strings.c - the vector of strings. */
#include "tap.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/strings.h"

static void keeps_copies_in_order(void)
{
	struct strings strings = {0};
	char text[16];

	for (int i = 0; i < 100; i++) {
		snprintf(text, sizeof(text), "%d", i);
		strings_add(&strings, text);
	}
	check_int(strings.count, 100);
	for (int i = 0; i < 100; i++)
		check_int(strtol(strings.items[i], NULL, 10), i);
	strings_release(&strings);
	check_int(strings.count, 0);
	strings_release(&strings);
}

static void takes_what_is_given(void)
{
	struct strings strings = {0};
	char *text = xstrdup("a");

	strings_take(&strings, text);
	check(strings.items[0] == text);
	strings_release(&strings);
}

/* Also over the lengths at which the vector grows. */
static void removes_and_grows_again(void)
{
	struct strings strings = {0};

	for (const char *c = "abcde"; *c; c++)
		strings_take(&strings, xstrndup(c, 1));
	strings_remove(&strings, 0);
	strings_remove(&strings, 1);
	strings_remove(&strings, 2);
	check_int(strings.count, 2);
	check_str(strings.items[0], "b");
	check_str(strings.items[1], "d");
	for (int i = 0; i < 20; i++)
		strings_add(&strings, "more");
	check_str(strings.items[0], "b");
	check_str(strings.items[1], "d");
	check_str(strings.items[21], "more");
	strings_release(&strings);
}

int main(void)
{
	run(keeps_copies_in_order);
	run(takes_what_is_given);
	run(removes_and_grows_again);
	return done();
}
