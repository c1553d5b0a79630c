/* File names: what is refused, what is rewritten, and that no two entries get one name.
 */
#include "core/naming.h"

#include <malloc.h>
#include <stdlib.h>
#include <time.h>
#include <unicase.h>
#include <uninorm.h>

#include "base/alloc.h"
#include "base/map.h"
#include "base/text.h"
#include "core/safename.h"
#include "tap.h"

/* The name of one entry; NULL when it is refused, which must be for its name. */
static char *name_entry(struct naming *naming, const char *url, const char *out,
	const char *dir, uint64_t number)
{
	struct entry entry = {.number = number};
	struct error err = {0};
	char *path;

	if (url_parse(&entry.url, url, &err) < 0) {
		printf("# no URL: %s\n", url);
		check(false);
		return NULL;
	}
	entry.out = xstrdup(out);
	entry.dir = xstrdup(dir);
	path = naming_path(naming, &entry, &err);
	check_int(err.kind, path ? KIND_NONE : KIND_BAD_NAME);
	check(path || err.text[0]);
	free(entry.out);
	free(entry.dir);
	url_release(&entry.url);
	return path;
}

static void check_name(struct naming *naming, const char *url, const char *want)
{
	char *path _cleanup_(freep) = name_entry(naming, url, NULL, NULL, 1);

	check_str(path, want);
}

static void check_out(struct naming *naming, const char *out, const char *want)
{
	char *path _cleanup_(freep) = name_entry(naming, "http://h/u", out, NULL, 1);

	check_str(path, want);
}

static struct naming *naming_of(const char *template)
{
	struct error err = {0};
	struct naming *naming = naming_new(template, &err);

	if (!naming) {
		printf("# %s: %s\n", template ? template : "(null)", err.text);
		exit(1);
	}
	return naming;
}

/* ---- one name alone ---- */

/* Last segments of a URL and the names that come of them; NULL: bad-name. */
static const struct {
	const char *segment, *want;
} from_url[] = {
	{"", "index.html"},
	{"a.txt", "a.txt"},
	{"a.txt?x=../..&token=1", "a.txt"},
	{"?x", "index.html"},
	{"a%20b", "a b"},
	{"a b", "a b"},
	{"%C3%BC.txt", "\xc3\xbc.txt"},
	{"\xc3\xbc.txt", "\xc3\xbc.txt"},
	/* traversal */
	{"%2e", NULL},
	{"%2e%2e", NULL},
	{"%2E.", NULL},
	{"%2e%2e%2fz", NULL},
	{"%2e%2e%2f", NULL},
	{"..%2fz", NULL},
	{"a%2f..%2f..%2fz", NULL},
	{"a%2f%2e%2e", NULL},
	{"..\\z", NULL},
	{"..%5cz", NULL},
	{"a\\..\\z", NULL},
	{"%2fetc%2fpasswd", "%2Fetc%2Fpasswd"},
	{"a%2fb", "a%2Fb"},
	{"a%2f.%2fb", "a%2F.%2Fb"},
	{"c:%5cx", "c:%5Cx"},
	{"a\\b", "a%5Cb"},
	/* encoded twice is a name with percents */
	{"%252e%252e%252fz", "%2e%2e%2fz"},
	/* hidden files */
	{".bashrc", "_bashrc"},
	{"%2ebashrc", "_bashrc"},
	{"...", "_.."},
	{"..a", "_.a"},
	{".seine", "_seine"},
	{".%2e%00", "_.%00"},
	{"a..b", "a..b"},
	{"a.", "a."},
	/* control characters, what is not UTF-8, broken escapes */
	{"a%00b", "a%00b"},
	{"%00", "%00"},
	{"a%0ab", "a%0Ab"},
	{"%1b]52;x%07", "%1B]52;x%07"},
	{"a%7f", "a%7F"},
	{"%c2%9bm", "%C2%9Bm"},
	{"%ff%fe", "%FF%FE"},
	{"%c3", "%C3"},
	{"%c0%ae%c0%ae%c0%af", "%C0%AE%C0%AE%C0%AF"},
	{"%ed%a0%80", "%ED%A0%80"},
	{"%zz%4", "%zz%4"},
	{"%", "%"},
	{"%2", "%2"},
	{"100%", "100%"},
	/* left as they are */
	{"-rf", "-rf"},
	{"~", "~"},
	{"a;b=1", "a;b=1"},
	{"=cmd()", "=cmd()"},
	{"%e2%80%ae.exe", "\xe2\x80\xae.exe"},
};

static void names_from_urls(void)
{
	for (size_t i = 0; i < ARRAY_LEN(from_url); i++) {
		static const char *const dirs[] = {
			"", "a/", ".hidden/b/", "a//", "%2e%2e/"};

		for (size_t k = 0; k < ARRAY_LEN(dirs); k++) {
			struct naming *naming = naming_of(NULL);
			char *url _cleanup_(freep) = xasprintf(
				"http://h/%s%s", dirs[k], from_url[i].segment);

			check_name(naming, url, from_url[i].want);
			naming_free(naming);
		}
	}
}

static const struct {
	const char *out, *want;
} from_out[] = {
	{"a", "a"},
	{"a/b/c", "a/b/c"},
	{"a//b", "a/b"},
	{".bashrc", ".bashrc"},
	{"a/.b/...", "a/.b/..."},
	{"%2e%2e%2fz", "%2e%2e%2fz"}, /* not a URL: nothing is decoded */
	{"{base}", "{base}"},
	{"a\nb", "a%0Ab"},
	{"a\x7f\x1b", "a%7F%1B"},
	{"a\xff", "a%FF"},
	{"a\\b", "a%5Cb"},
	{" ", " "},
	{"~", "~"},
	/* refused */
	{"", NULL},
	{"/", NULL},
	{"/etc/z", NULL},
	{"//etc/z", NULL},
	{".", NULL},
	{"..", NULL},
	{"./a", NULL},
	{"../z", NULL},
	{"a/../../z", NULL},
	{"a/../z", NULL},
	{"a/..", NULL},
	{"a/.", NULL},
	{"a/./b", NULL},
	{"a/", NULL},
	{"a//", NULL},
	{"..\\z", NULL},
	{"a\\..\\z", NULL},
	{"a/..\\b", NULL},
	{"..\\", NULL},
	/* the job's own */
	{".seine", NULL},
	{".seine/lock", NULL},
	{".Seine/x", NULL},
	{".SEINE", NULL},
	{".\xc5\xbf"
	 "eine/x",
		NULL}, /* long s, which folds to s */
	{".seine2", ".seine2"},
	{"seine", "seine"},
	{"a/.seine", "a/.seine"},
};

static void names_from_out(void)
{
	for (size_t i = 0; i < ARRAY_LEN(from_out); i++) {
		struct naming *naming = naming_of("{n}-{base}");

		check_out(naming, from_out[i].out, from_out[i].want);
		naming_free(naming);
	}
}

/* As dir= the same rules hold, but that it may end with a slash. */
static void names_with_dir(void)
{
	static const struct {
		const char *dir, *out, *want;
	} cases[] = {
		{"d", NULL, "d/u"},
		{"d/e/", NULL, "d/e/u"},
		{"d//e//", "f/g", "d/e/f/g"},
		{"", NULL, "u"},
		{"", "a", "a"},
		{".d", NULL, ".d/u"},
		{"d", "/a", NULL},
		{"d", "../a", NULL},
		{"d", "", NULL},
		{"d", "..", NULL},
		{"/", NULL, NULL},
		{"/d", NULL, NULL},
		{"..", NULL, NULL},
		{".", NULL, NULL},
		{"d/../..", NULL, NULL},
		{"..\\d", NULL, NULL},
		{".seine", NULL, NULL},
		{".sEiNe/parts", "x", NULL},
		{"d\x01", NULL, "d%01/u"},
		{"d", ".seine", "d/.seine"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct naming *naming = naming_of(NULL);
		char *path _cleanup_(freep) =
			name_entry(naming, "http://h/u", cases[i].out, cases[i].dir, 1);

		check_str(path, cases[i].want);
		naming_free(naming);
	}
}

/* A name from the network stays visible below a directory that the user gave. */
static void hides_nothing_below_dir(void)
{
	struct naming *naming = naming_of("x/{base}");
	char *path _cleanup_(freep) = name_entry(naming, "http://h/.ssh", NULL, "d", 1);

	check_str(path, "d/x/_ssh");
	naming_free(naming);
}

static void fills_templates(void)
{
	static const char url[] =
		"http://User:pw@Ex.org:8080/a/.b//c%20d/e%2ff/x.tar.gz?q=1/../2&r=%2F";
	static const struct {
		const char *template, *url, *want;
	} cases[] = {
		{"{host}/{path}", url, "ex.org/a/_b/c d/e%2Ff/x.tar.gz"},
		{"{dir}", url, "a/_b/c d/e%2Ff"},
		{"{base}", url, "x.tar.gz"},
		{"{stem}|{ext}", url, "x.tar|.gz"},
		{"{ext}", url, "_gz"},
		{"{query}", url, "q=1%2F..%2F2&r=%2F"},
		{"{n}-{base}", url, "000042-x.tar.gz"},
		{"{{{base}}}", url, "{x.tar.gz}"},
		{"x/{{/}}//{n}", url, "x/{/}/000042"},
		{"p{dir}s", url, "pa/_b/c d/e%2Ffs"},
		{"a\\b{n}", url, "a%5Cb000042"},
		{".{base}", url, ".x.tar.gz"},
		{"{host}", "http://[::1]:1/", "[::1]"},
		{"{host}", "http://../", "_."},
		{"{path}", "http://h/", "index.html"},
		{"{path}", "http://h/a/", "a/index.html"},
		{"{dir}/{base}", "http://h/x", "x"},
		{"{dir}/{base}", "http://h//x", "x"},
		{"{stem}-{n}{ext}", "http://h/", "index-000042.html"},
		{"{stem}_{ext}", "http://h/.bashrc", "_bashrc_"},
		{"{stem}{ext}", "http://h/a.b.c", "a.b.c"},
		{"{query}/{base}", "http://h/x", "x"},
		{"{query}", "http://h/?..", "_."},
		{"{query}", "http://h/?../x", "_.%2Fx"},
		/* bad-name */
		{"{query}", "http://h/", NULL},
		{"{base}/{query}", "http://h/x", NULL},
		{".{query}", "http://h/?.", NULL},
		{"a/.{query}", "http://h/?", NULL},
		{"{dir}", "http://h/x", NULL},
		{"{path}", "http://h/%2e%2e/z", NULL},
		{"{path}", "http://h/a%2f../z", NULL},
		{"{dir}/y", "http://h/..%5c/z", NULL},
		{".{stem}", "http://h/seine.x", NULL},
		{".s{base}/x", "http://h/EINE", NULL},
		/* not asked for, not looked at */
		{"{base}", "http://h/..%5c/z", "z"},
		{"{host}", "http://h/%2e%2e%2fz", "h"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct naming *naming = naming_of(cases[i].template);
		char *path _cleanup_(freep) =
			name_entry(naming, cases[i].url, NULL, NULL, 42);

		if (!path != !cases[i].want)
			printf("# %s of %s\n", cases[i].template, cases[i].url);
		check_str(path, cases[i].want);
		naming_free(naming);
	}
}

static void hash_is_for_ever(void)
{
	struct naming *naming = naming_of("{hash}");
	const char *url = "http://h/a";
	char want[9];

	snprintf(want, sizeof(want), "%08" PRIx32, safename_hash(url, strlen(url), 0));
	check_name(naming, url, want);
	naming_free(naming);
}

static void refuses_templates(void)
{
	static const char *const bad[] = {"", "{", "}", "{}", "a{", "a}", "{base",
		"base}", "{nope}", "{BASE}", "{ base}", "{{base}", "{base}}",
		"{a{base}}", "/{base}", "{base}/", "..", "../{base}", "a/../{base}",
		".", "./{base}", "..\\{base}", "/", "{base}/.."};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct error err = {0};
		struct naming *naming = naming_new(bad[i], &err);

		if (naming)
			printf("# taken: %s\n", bad[i]);
		check(!naming);
		check_int(err.kind, KIND_USAGE);
		check(err.text[0]);
		naming_free(naming);
	}
	naming_free(NULL);
}

/* ---- long names ---- */

static char *repeat(const char *text, size_t times, const char *end)
{
	struct buf out = BUF_INIT;

	while (times-- > 0)
		buf_addstr(&out, text);
	buf_addstr(&out, end);
	return buf_detach(&out);
}

static void check_cut(const char *out, size_t want_len, const char *want_end)
{
	struct naming *naming = naming_of(NULL);
	char *path _cleanup_(freep) = name_entry(naming, "http://h/u", out, NULL, 1);
	size_t end_len = strlen(want_end);

	check(path != NULL);
	if (path) {
		check_int(strlen(path), want_len);
		check_str(path + strlen(path) - end_len, want_end);
		check(text_is_utf8(path, strlen(path)));
		check(strncmp(path, out, strlen(path) - 9 - end_len) == 0);
	}
	naming_free(naming);
}

static void shortens(void)
{
	static const struct {
		const char *unit;
		size_t times;
		const char *end;
		size_t want_len;
		const char *want_end;
	} cases[] = {
		{"a", 300, "", 255, ""},
		{"a", 256, "", 255, ""},
		{"a", 300, ".txt", 255, ".txt"},
		{"a", 300, ".tar.gz", 255, ".tar.gz"},
		{"a", 300, ".TAR.Zst", 255, ".TAR.Zst"},
		{"a", 3000, ".x", 255, ".x"},
		{"a", 253, ".xy", 255, ".xy"},
		/* 2, 3 and 4 bytes: 242 is the room before "~HHHHHHHH.txt" */
		{"\xc3\xbc", 200, ".txt", 255, ".txt"},
		{"\xe2\x82\xac", 200, ".txt", 253, ".txt"},
		{"\xf0\x9f\x90\x9f", 200, ".txt", 253, ".txt"},
		/* no extension: too long, or not one */
		{"a.", 200, "", 255, ""},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char *out _cleanup_(freep) =
			repeat(cases[i].unit, cases[i].times, cases[i].end);

		if (strlen(out) > 255)
			check_cut(out, cases[i].want_len, cases[i].want_end);
		else
			check_int(strlen(out), 255);
	}
}

static void keeps_255(void)
{
	struct naming *naming = naming_of(NULL);
	char *out _cleanup_(freep) = repeat("a", 251, ".txt");
	char *again _cleanup_(freep) = NULL;

	check_out(naming, out, out);
	again = name_entry(naming, "http://h/u", out, NULL, 2);
	check_int(strlen(again), 255);
	check(strcmp(again, out) != 0);
	check_str(again + 251, ".txt");
	check(again[242] == '~');
	naming_free(naming);
}

static void shortens_directories(void)
{
	struct naming *naming = naming_of(NULL);
	char *dir _cleanup_(freep) = repeat("d", 300, "");
	char *a _cleanup_(freep) = name_entry(naming, "http://h/a", NULL, dir, 1);
	char *b _cleanup_(freep) = name_entry(naming, "http://h/b", NULL, dir, 2);
	char *c _cleanup_(freep) = name_entry(naming, "http://h/c", NULL, "x", 3);
	char *d _cleanup_(freep) = name_entry(naming, "http://h/d", NULL, dir, 4);

	/* All in the same directory. */
	check_int(strlen(a), 257);
	check_int(strlen(b), 257);
	check(a && b && d && strncmp(a, b, 256) == 0 && strncmp(a, d, 256) == 0);
	check_str(c, "x/c");
	naming_free(naming);
}

static void refuses_endless_paths(void)
{
	struct naming *naming = naming_of("{path}");
	char *deep _cleanup_(freep) = repeat("a/", 1900, "x");
	char *deeper _cleanup_(freep) = repeat("a/", 2000, "x");
	char *endless _cleanup_(freep) = repeat("a/", 30000, "x");
	char *wide _cleanup_(freep) = repeat("0123456789", 6000, ".bin");
	char *url _cleanup_(freep) = xasprintf("http://h/%s", endless);
	char *path;

	check_out(naming, deep, deep);
	check_out(naming, deeper, NULL);
	check_out(naming, endless, NULL);
	check_name(naming, url, NULL);
	path = name_entry(naming, "http://h/u", wide, NULL, 1);
	check_int(path ? strlen(path) : 0, 255);
	free(path);
	naming_free(naming);
}

/* ---- collisions ---- */

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

static void gives_alternatives(void)
{
	static const struct {
		const char *path;
		unsigned k;
		const char *want;
	} cases[] = {
		{"a.txt", 1, "a.1.txt"},
		{"a", 2, "a.2"},
		{"a.tar.gz", 10, "a.10.tar.gz"},
		{"d.x/a", 1, "d.x/a.1"},
		{".profile", 1, ".profile.1"},
		{"d/.tar.gz", 3, "d/.tar.3.gz"},
		{"a.", 1, "a..1"},
		{"Mr. Smith", 1, "Mr. Smith.1"},
		{"a.tar.xz", 1, "a.1.tar.xz"},
		{"a.tar.bz2", 1, "a.1.tar.bz2"},
		{"a.tar.zst", 4294967295u, "a.4294967295.tar.zst"},
		{"a.tar.foo", 1, "a.tar.1.foo"},
		{"star.gz", 1, "star.1.gz"},
	};
	char *longest _cleanup_(freep) = repeat("\xc3\xbc", 125, ".html");
	char *other _cleanup_(freep) = naming_alternative(longest, 17);

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char *path _cleanup_(freep) =
			naming_alternative(cases[i].path, cases[i].k);

		check_str(path, cases[i].want);
	}
	check_int(strlen(longest), 255);
	check_int(strlen(other), 254);
	check(text_is_utf8(other, strlen(other)));
	check_str(other + strlen(other) - 8, ".17.html");
}

/* ---- in bulk ---- */

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void two_million_names_fit(void)
{
	char text[] = "http://h/segments/0000000.warc.gz";
	struct entry entry = {.number = 1};
	char *digits;
	struct mallinfo2 before = mallinfo2(), after;
	struct naming *naming = naming_of(NULL);
	double start = seconds();
	size_t used;

	check_int(url_parse(&entry.url, text, NULL), 0);
	digits = strstr(entry.url.path, "0000000");
	for (int i = 0; i < 2000000; i++) {
		char number[8];
		char *path;

		snprintf(number, sizeof(number), "%07d", i);
		memcpy(digits, number, 7);
		path = naming_path(naming, &entry, NULL);
		if (!path || strcmp(path, digits) != 0)
			check(false);
		free(path);
	}
	after = mallinfo2();
	used = after.uordblks + after.hblkhd - before.uordblks - before.hblkhd;
	printf("# 2,000,000 names: %.2f s, %.1f MB\n", seconds() - start,
		(double)used / 1e6);
	check(used < 30000000);
	naming_free(naming);
	url_release(&entry.url);
}

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state >> 11;
}

static const char *const pieces[] = {
	"a",
	"A",
	"b",
	".",
	"..",
	"/",
	"//",
	"\\",
	"%2e",
	"%2E%2e",
	"%2f",
	"%5C",
	"%00",
	"%0a",
	"%7f",
	"%ff",
	"%C3",
	"%BC",
	"%c3%bc",
	"%",
	"~",
	" ",
	".tar.gz",
	".txt",
	".seine",
	".SEINE",
	"seine",
	"\xc3\xa9",
	"e\xcc\x81",
	"\xcc\xb8",
	"\xef\xbf\xbf",
	"\xf0\x9f\x90\x9f\xf0\x9f\x90\x9f\xf0\x9f\x90\x9f\xf0\x9f\x90\x9f",
	"0123456789012345678901234567890123456789012345678901234567890123456789",
};

/* Pieces that confuse, and now and then bytes of any kind; never a NUL. */
static void add_random(struct buf *out, uint64_t *state, bool any_byte)
{
	size_t n = next_random(state) % 12;

	while (n-- > 0) {
		if (any_byte && next_random(state) % 3 == 0)
			buf_addch(out, (char)(next_random(state) % 255 + 1));
		else
			buf_addstr(out, pieces[next_random(state) % ARRAY_LEN(pieces)]);
	}
}

/* The promise of naming.h, said once more without its code. */
static bool is_safe(const char *path, bool from_network)
{
	const char *component = path;

	if (*path == '/' || !*path || strlen(path) > 4000 ||
		!text_is_utf8(path, strlen(path)))
		return false;
	if (strncasecmp(path, ".seine", 6) == 0 && (path[6] == '/' || !path[6]))
		return false;
	for (const char *p = path;; p++) {
		unsigned char c = (unsigned char)*p;

		if (*p && *p != '/') {
			if (c < ' ' || c == 0x7f || c == '\\')
				return false;
			if (c == 0xc2 && (unsigned char)p[1] < 0xa0)
				return false;
			continue;
		}
		if (p == component || p - component > 255)
			return false;
		if (p - component == 1 && *component == '.')
			return false;
		if (p - component == 2 && component[0] == '.' && component[1] == '.')
			return false;
		if (from_network && *component == '.')
			return false;
		if (!*p)
			return true;
		component = p + 1;
	}
}

struct seen {
	bool is_file;
	char fold[];
};

/* Remember the folded path[0, len); false when another entry has it as something else,
 * or has this very file. */
static bool remember(struct map *map, const char *path, size_t len, bool is_file)
{
	size_t fold_len;
	uint8_t *fold = u8_casefold(
		(const uint8_t *)path, len, NULL, UNINORM_NFC, NULL, &fold_len);
	struct seen *seen = xmalloc(sizeof(*seen) + fold_len + 1), *old;

	seen->is_file = is_file;
	memcpy(seen->fold, fold, fold_len);
	seen->fold[fold_len] = '\0';
	free(fold);
	old = map_get(map, seen->fold);
	if (!old) {
		map_put(map, seen->fold, seen);
		return true;
	}
	free(seen);
	return !is_file && !old->is_file;
}

/* Is neither the path another's, nor a directory of it another's file? */
static bool is_new(struct map *map, const char *path)
{
	for (const char *slash = strchr(path, '/'); slash;
		slash = strchr(slash + 1, '/')) {
		if (!remember(map, path, (size_t)(slash - path), false))
			return false;
	}
	return remember(map, path, strlen(path), true);
}

struct random_entry {
	struct buf url, out, dir;
	bool has_out, has_dir;
};

static void make_random(struct random_entry *it, uint64_t *state, int i)
{
	buf_clear(&it->url);
	buf_clear(&it->out);
	buf_clear(&it->dir);
	it->has_out = i % 3 == 0;
	it->has_dir = next_random(state) % 7 == 0;
	buf_addstr(&it->url, i % 5 ? "http://h/" : "http://../");
	add_random(&it->url, state, false);
	add_random(&it->out, state, true);
	add_random(&it->dir, state, true);
}

/* All names of a random list; *named counts them. */
static uint64_t name_randomly(int n, struct map *seen, int *named)
{
	static const char *const templates[] = {
		NULL, "{host}/{path}", "{dir}/{stem}-{query}{ext}", ".{base}"};
	uint64_t state = 0x123456789abcdefu, sum = 0;
	struct random_entry it = {.url = BUF_INIT, .out = BUF_INIT, .dir = BUF_INIT};
	struct naming *naming = NULL;

	for (int i = 0; i < n; i++) {
		struct entry entry = {.number = (uint64_t)i + 1};
		char *path;

		/* All names of one template are of one job; the jobs share no
		 * directory. */
		if (i % (n / 4) == 0) {
			naming_free(naming);
			naming = naming_of(templates[i / (n / 4) % 4]);
		}
		make_random(&it, &state, i);
		if (url_parse(&entry.url, it.url.data, NULL) < 0)
			continue;
		entry.out = it.has_out ? it.out.data : NULL;
		entry.dir = it.has_dir ? it.dir.data : NULL;
		path = naming_path(naming, &entry, NULL);
		url_release(&entry.url);
		if (!path)
			continue;
		++*named;
		sum = sum * 31 + safename_hash(path, strlen(path), 7);
		if (seen) {
			char *whole = xasprintf("job%d/%s", i / (n / 4), path);
			bool network = !it.has_out && !it.has_dir && i / (n / 4) != 3;

			if (!is_safe(path, network)) {
				printf("# unsafe: %s of %s\n", path, it.url.data);
				check(false);
			}
			if (!is_new(seen, whole)) {
				printf("# taken: %s of %s\n", path, it.url.data);
				check(false);
			}
			free(whole);
		}
		free(path);
	}
	naming_free(naming);
	buf_release(&it.url);
	buf_release(&it.out);
	buf_release(&it.dir);
	return sum;
}

static void holds_for_random_entries(void)
{
	struct map *seen = map_new();
	int named = 0, again = 0;
	uint64_t first = name_randomly(200000, seen, &named);

	printf("# %d of 200000 got a name\n", named);
	check(named > 50000);
	check(named < 190000);
	/* and the same on a second run */
	check(name_randomly(200000, NULL, &again) == first);
	check_int(again, named);
	map_free(seen, free);
}

int main(void)
{
	run(names_from_urls);
	run(names_from_out);
	run(names_with_dir);
	run(hides_nothing_below_dir);
	run(fills_templates);
	run(hash_is_for_ever);
	run(refuses_templates);
	run(shortens);
	run(keeps_255);
	run(shortens_directories);
	run(refuses_endless_paths);
	run(tells_names_apart);
	run(folds_as_file_systems_do);
	run(passes_over_taken_suffixes);
	run(keeps_files_and_directories_apart);
	run(moves_directories_past_files);
	run(changes_directories);
	run(one_url_many_times);
	run(gives_alternatives);
	run(two_million_names_fit);
	run(holds_for_random_entries);
	return done();
}
