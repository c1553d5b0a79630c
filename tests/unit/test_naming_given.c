/* test_naming_given.c - names that servers give: made safe, or none. */
#include "core/naming.h"

#include <inttypes.h>

#include "core/safename.h"
#include "named.h"

#define URL "http://h/own.bin"

/* An entry of this URL that has this path. */
static struct entry *entry_at(const char *path)
{
	struct entry *entry = entry_new();

	check_int(url_parse(&entry->url, URL, NULL), 0);
	entry->path = xstrdup(path);
	return entry;
}

static void check_given(const char *given, const char *want)
{
	struct entry *entry = entry_at("d/own.bin");
	char *got _cleanup_(freep) = naming_given(entry, given);

	check_str(got, want);
	entry_free(entry);
}

static void makes_safe(void)
{
	static const struct {
		const char *given, *want;
	} names[] = {
		{"a.txt", "a.txt"},
		{"two words", "two words"},
		{" \ta.txt\t ", "a.txt"},
		/* no path */
		{"/etc/passwd", NULL},
		{"../../z", NULL},
		{"..\\z", NULL},
		{"..\\..\\z", NULL},
		{"C:\\dir\\a.txt", NULL},
		{"a/b", NULL},
		{"a/../../z", NULL},
		{".ssh/authorized_keys", NULL},
		{"a/", NULL},
		{"/", NULL},
		{"a\\", NULL},
		/* no name */
		{"", NULL},
		{" ", NULL},
		{".", NULL},
		{"..", NULL},
		{" .. ", NULL},
		/* not hidden */
		{".bashrc", "_bashrc"},
		{".seine", "_seine"},
		{"...", "_.."},
		{" .x", "_x"},
		/* nothing that a terminal would act on */
		{"a\nb\x1b[0m", "a%0Ab%1B[0m"},
		{"\xc2\x9bm", "%C2%9Bm"},
		/* not decoded */
		{"a%2fb", "a%2fb"},
		{"%2e%2e%2fb", "%2e%2e%2fb"},
		{"-rf", "-rf"},
		{"~", "~"},
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		check_given(names[i].given, names[i].want);
}

static void shortens(void)
{
	char *long_name _cleanup_(freep) = repeat("\xc3\xa9", 200, ".tar.gz");
	char *just _cleanup_(freep) = repeat("x", 251, ".txt");
	struct entry *entry = entry_at("own.bin");
	char *got _cleanup_(freep) = naming_given(entry, long_name);
	char *end _cleanup_(freep) = xasprintf(
		"\xc3\xa9~%08" PRIx32 ".tar.gz", safename_hash(URL, strlen(URL), 0));

	check(got && strlen(got) <= 255 && strlen(got) > 250);
	check(got && strcmp(got + strlen(got) - strlen(end), end) == 0);
	check_given(just, just);
	entry_free(entry);
}

/* Not even a short one: then it would depend on its length whether it is one. */
static void none_where_a_path_would_be_too_long(void)
{
	char *deep _cleanup_(freep) = repeat("d/", 1800, "own.bin");
	struct entry *entry = entry_at(deep);

	check_str(naming_given(entry, "a.txt"), NULL);
	entry_free(entry);
}

static void is_beside(void)
{
	static const char *const paths[][2] = {
		{"own.bin", "a.txt"}, {"d/own.bin", "d/a.txt"}, {"d/e/f", "d/e/a.txt"}};

	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		char *got _cleanup_(freep) = naming_beside(paths[i][0], "a.txt");

		check_str(got, paths[i][1]);
	}
}

int main(void)
{
	run(makes_safe);
	run(shortens);
	run(none_where_a_path_would_be_too_long);
	run(is_beside);
	return done();
}
