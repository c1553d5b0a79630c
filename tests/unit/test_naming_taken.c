/* No two entries get one name, whatever file system it will be on. */
#include "core/naming.h"

#include <inttypes.h>

#include "base/map.h"
#include "core/safename.h"
#include "named.h"

/* What the k-th suffix of the URL makes of "stem.ext". */
static char *suffixed(const char *stem, const char *ext, const char *of, uint64_t seed)
{
	return xasprintf(
		"%s~%08" PRIx32 "%s", stem, safename_hash(of, strlen(of), seed), ext);
}

static void check_suffixed(struct naming *naming, const char *url, const char *stem,
	const char *ext, uint64_t seed)
{
	char *want _cleanup_(freep) = suffixed(stem, ext, url, seed);

	check_name(naming, url, want);
}

static void tells_names_apart(void)
{
	struct naming *naming = naming_of(NULL);

	check_name(naming, "http://h1/a.tar.gz", "a.tar.gz");
	check_suffixed(naming, "http://h2/a.tar.gz", "a", ".tar.gz", 0);
	check_suffixed(naming, "http://h/A.tar.gz", "A", ".tar.gz", 0);
	check_name(naming, "http://h1/b.txt", "b.txt");
	/* the same URL over and over: the first suffix is its hash, then rehashed */
	check_suffixed(naming, "http://h1/b.txt", "b", ".txt", 0);
	check_suffixed(naming, "http://h1/b.txt", "b", ".txt", 1);
	check_suffixed(naming, "http://h1/b.txt", "b", ".txt", 2);
	/* no extension, hidden by the user, more than one dot */
	check_name(naming, "http://h/c", "c");
	check_suffixed(naming, "http://h2/c", "c", "", 0);
	check_name(naming, "http://h/d.e.f", "d.e.f");
	check_suffixed(naming, "http://h2/d.e.f", "d.e", ".f", 0);
	naming_free(naming);
}

static void folds_as_file_systems_do(void)
{
	static const struct {
		const char *a, *b;
	} same[] = {
		{"a", "A"},
		{"x.JPG", "X.jpg"},
		{"\xc3\xa9", "e\xcc\x81"},                    /* NFC, NFD */
		{"\xc3\x89", "e\xcc\x81"},                    /* and case */
		{"\xc3\x9f", "SS"},                           /* sharp s */
		{"\xe2\x84\xaa", "k"},                        /* Kelvin sign */
		{"\xcf\x83", "\xcf\x82"},                     /* final sigma */
		{"\xea\xb0\x80", "\xe1\x84\x80\xe1\x85\xa1"}, /* Hangul */
		{"d/\xc3\xa9", "D/E\xcc\x81"},
	};
	static const struct {
		const char *a, *b;
	} other[] = {{"a", "b"}, {"e", "\xc3\xa9"}, {"a", "a "}, {"a/b", "a%2Fb"},
		{"\xef\xac\x81", "\xef\xac\x82"}};

	for (size_t i = 0; i < ARRAY_LEN(same); i++) {
		struct naming *naming = naming_of(NULL);
		char *path;

		check_out(naming, same[i].a, same[i].a);
		path = name_entry(naming, "http://h/u", same[i].b, NULL, 2);
		check(path && strchr(path, '~'));
		free(path);
		naming_free(naming);
	}
	for (size_t i = 0; i < ARRAY_LEN(other); i++) {
		struct naming *naming = naming_of(NULL);

		check_out(naming, other[i].a, other[i].a);
		check_out(naming, other[i].b, other[i].b);
		naming_free(naming);
	}
}

/* A suffix that somebody has as a name already is passed over. */
static void passes_over_taken_suffixes(void)
{
	struct naming *naming = naming_of(NULL);
	const char *url = "http://h/x.txt";
	char *first = suffixed("x", ".txt", url, 0),
	     *second = suffixed("x", ".txt", url, 1);

	check_out(naming, "x.txt", "x.txt");
	check_out(naming, first, first);
	check_out(naming, second, second);
	check_suffixed(naming, url, "x", ".txt", 2);
	free(first);
	free(second);
	naming_free(naming);
}

static void keeps_files_and_directories_apart(void)
{
	struct naming *naming = naming_of("{path}");
	char *moved = suffixed("a", "", "a", 0);
	char *below = suffixed("a/b", "", "a/b", 0);
	char *want;

	/* A file, then a directory of its name: all its files move together. */
	check_name(naming, "http://h/a", "a");
	want = xasprintf("%s/b", moved);
	check_name(naming, "http://h/a/b", want);
	free(want);
	want = xasprintf("%s/c", moved);
	check_name(naming, "http://h/a/c", want);
	free(want);
	check_name(naming, "http://h/z", "z");
	want = xasprintf("%s/d", moved);
	check_name(naming, "http://h/a/d", want);
	free(want);
	/* And one level down, where "b" is a file. */
	want = xasprintf("%s%s/e", moved, strchr(below, '/'));
	check_name(naming, "http://h/a/b/e", want);
	free(want);
	/* A directory, then a file of its name, also in another case. */
	check_name(naming, "http://h/p/q/r", "p/q/r");
	check_suffixed(naming, "http://h/p", "p", "", 0);
	check_suffixed(naming, "http://h/p/Q", "p/Q", "", 0);
	/* A directory is shared, whatever its case; the files in it are told apart. */
	check_name(naming, "http://h/P/q/s", "P/q/s");
	check_suffixed(naming, "http://h/P/Q/R", "P/Q/R", "", 0);
	free(moved);
	free(below);
	naming_free(naming);
}

/* A file that was given the name that a directory would move to. */
static void moves_directories_past_files(void)
{
	struct naming *naming = naming_of(NULL);
	char *first = suffixed("a", "", "a", 0), *second = suffixed("a", "", "a", 1);
	char *want = xasprintf("%s/b", second);

	check_out(naming, "a", "a");
	check_out(naming, first, first);
	check_out(naming, "a/b", want);
	free(first);
	free(second);
	free(want);
	naming_free(naming);
}

/* A cached directory is not mistaken for another. */
static void changes_directories(void)
{
	struct naming *naming = naming_of("{path}");

	check_name(naming, "http://h/a/b/1", "a/b/1");
	check_name(naming, "http://h/a/b/2", "a/b/2");
	check_name(naming, "http://h/3", "3");
	check_name(naming, "http://h/a/4", "a/4");
	check_name(naming, "http://h/%2e%2e/5", NULL);
	check_name(naming, "http://h/a/6", "a/6");
	check_name(naming, "http://h/a/bc/7", "a/bc/7");
	check_name(naming, "http://h/a/b/8", "a/b/8");
	check_name(naming, "http://h/9", "9");
	naming_free(naming);
}

static void one_url_many_times(void)
{
	struct naming *naming = naming_of(NULL);
	struct map *seen = map_new();
	int n = 20000;

	for (int i = 1; i <= n; i++) {
		char *path = name_entry(naming, "http://h/", NULL, NULL, (uint64_t)i);

		if (map_put(seen, path, path))
			check(false);
	}
	check_int(map_count(seen), n);
	map_free(seen, free);
	naming_free(naming);
}

int main(void)
{
	run(tells_names_apart);
	run(folds_as_file_systems_do);
	run(passes_over_taken_suffixes);
	run(keeps_files_and_directories_apart);
	run(moves_directories_past_files);
	run(changes_directories);
	run(one_url_many_times);
	return done();
}
