/* File names of single entries: what is refused, what is rewritten, what is cut. */
#include "core/naming.h"

#include <inttypes.h>

#include "base/text.h"
#include "core/safename.h"
#include "named.h"

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

/* A path just short enough is lost when it is taken: with a suffix it is too long. */
static void refuses_what_a_suffix_makes_endless(void)
{
	struct naming *naming = naming_of(NULL);
	char *most _cleanup_(freep) = repeat("abcdefg/", 479, "abcdefg");

	check_int(strlen(most), 3839);
	check_out(naming, most, most);
	check_out(naming, most, NULL);
	check_out(naming, "a", "a");
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
	run(refuses_what_a_suffix_makes_endless);
	run(gives_alternatives);
	return done();
}
