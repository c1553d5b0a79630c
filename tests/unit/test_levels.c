/* test_levels.c - config file, environment and secret files, and which of them wins. */
#include "parse.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void keeps_secrets(void)
{
	struct stat info;

	check(scratch_write("secret", "s3same\r\nsecond line\n"));
	check(scratch_write("bare", "s3same"));
	check(scratch_write("empty", "\n"));
	check(scratch_write("forged", "s3\x01same\n"));
	check_int(parse("-u", "me", "--password-file=secret", URL), 0);
	check_str(got()->password, "s3same");
	check_int(parse("--bearer-file", "bare", URL), 0);
	check_str(got()->bearer, "s3same");
	refused("--password-file: the value is empty", "-ume", "--password-file=empty",
		URL);
	refused("--bearer-file: cannot read 'nowhere': No such file",
		"--bearer-file=nowhere", URL);
	refused("cannot read '.': Is a directory", "--bearer-file=.", URL);
	refused("control character", "--bearer-file=forged", URL);
	check(!strstr(last.err.text, "same"));
	check(stat("secret", &info) == 0);
	refused("--password-file: means nothing without --user NAME",
		"--password-file=secret", URL);
	refused("--user: cannot go with --password-file", "-ume:pw",
		"--password-file=secret", URL);
	refused("--user: cannot go with --bearer-file", "-ume", "--bearer-file=secret",
		URL);
}

static void bounds_secrets(void)
{
	static char huge[20001];
	char nul[] = "a\0b\n";
	FILE *file = fopen("nul", "w");

	memset(huge, 'x', sizeof(huge) - 1);
	check(scratch_write("huge", huge));
	refused("cannot read 'huge': File too large", "--bearer-file=huge", URL);
	huge[16383] = '\n';
	check(scratch_write("huge", huge));
	check_int(parse("--bearer-file=huge", URL), 0);
	check_int(strlen(got()->bearer), 16383);
	check(file && fwrite(nul, 1, sizeof(nul) - 1, file) == 4 && fclose(file) == 0);
	refused("cannot read 'nul'", "--bearer-file=nul", URL);
}

static void reads_the_config_file(void)
{
	check(scratch_write("c", "\xef\xbb\xbf# comment\n"));
	check(scratch_write("c",
		"# comment\r\n\n  jobs = 7  \r\nquiet\ncompressed=yes\nno-json\n"
		"header = A: b = c\nheader=D: e\n\t# indented "
		"comment\nhttp1.1\nmode=threads"));
	check_int(parse("--config", "c", URL), 0);
	check(got()->jobs == 7 && got()->quiet && got()->compressed && !got()->json);
	check(got()->headers.count == 2 && got()->http == HTTP_1_1);
	check_str(got()->headers.items[0], "A: b = c");
	check_str(got()->mode, "threads");
	/* Higher levels win; a list replaces a list. */
	check_int(
		parse("--config=c", "-j9", "--no-quiet", "-HX: 1", "--http2", URL), 0);
	check(got()->jobs == 9 && !got()->quiet && got()->http == HTTP_2);
	check_int(got()->headers.count, 1);
	check_str(got()->headers.items[0], "X: 1");
	/* The one who says it louder. */
	check_int(parse("--config=c", "-v", URL), 0);
	check(got()->verbose && !got()->quiet);
}

static void refuses_bad_config_lines(void)
{
	FILE *file;

	check(scratch_write("c", "\n\njobs = many\n"));
	refused("--jobs: 'many' is neither auto nor a number from 1 to 65535",
		"--config=c", URL);
	check_has(last.err.text, "(from c:3)");
	check(scratch_write("c", "job = 8\n"));
	refused("c:1: there is no option 'job'; did you mean 'jobs'?", "--config=c",
		URL);
	check(scratch_write("c", "= 8\n"));
	refused("c:1: there is no option ''", "--config=c", URL);
	check(scratch_write("c", "password s3same\n"));
	refused("c:1: there is no option 'password'", "--config=c", URL);
	check(!strstr(last.err.text, "s3same"));
	check(scratch_write("c", "jobs 8\n"));
	refused("c:1: a value is written 'jobs = VALUE'", "--config=c", URL);
	check(scratch_write("c", "dir = \"my files\"\n"));
	refused("c:1: a value is written without quotes", "--config=c", URL);
	check(scratch_write("c", "cookie = a=\"1\"\ndir = \"\n"));
	check_int(parse("--config=c", URL), 0);
	check(scratch_write("c", "jobs: 8\n"));
	refused("c:1: a value is written 'jobs = VALUE'", "--config=c", URL);
	check(scratch_write("c", "max-concurrent-downloads = 8\n"));
	refused("did you mean 'jobs'?", "--config=c", URL);
	check(scratch_write("c", "conditional-get = true\n"));
	refused("did you mean 'existing'?", "--config=c", URL);
	check(scratch_write("c", "continue = true\n"));
	refused("c:1: there is no option 'continue'; what is left of an earlier run",
		"--config=c", URL);
	check(scratch_write("c", "no-jobs\n"));
	refused("c:1: there is no option 'no-jobs'", "--config=c", URL);
	check(scratch_write("c", "jobs\n"));
	refused("--jobs: needs a value: N (from c:1)", "--config=c", URL);
	check(scratch_write("c", "help\n"));
	refused("--help: is understood on the command line only (from c:1)",
		"--config=c", URL);
	check(scratch_write("c", "config = d\n"));
	refused("on the command line only", "--config=c", URL);
	check(scratch_write("c", "output = x\n"));
	refused("--output: is for exactly one URL", "--config=c", URL, URL);
	check_has(last.err.text, "(from c:1)");
	check(scratch_write("c", "user = me:s3\x01same\n"));
	refused("--user: a control character", "--config=c", URL);
	check(!strstr(last.err.text, "same"));
	file = fopen("c", "w");
	check(file && fwrite("quiet\0x\n", 1, 8, file) == 8 && fclose(file) == 0);
	refused("c:1: a NUL byte", "--config=c", URL);
	refused("--config: 'nowhere': No such file", "--config=nowhere", URL);
	refused("cannot read '.'", "--config=.", URL);
	refused("--config: the value is empty", "--config=", URL);
}

static void finds_the_config_file(void)
{
	char *here = get_current_dir_name();

	setenv("HOME", here, 1);
	check_int(parse(URL), 0); /* none there */
	check(mkdir(".config", 0700) == 0 && mkdir(".config/seine", 0700) == 0);
	check(scratch_write(".config/seine/config", "jobs=3\n"));
	check(mkdir("seine", 0700) == 0 && scratch_write("seine/config", "jobs=4\n"));
	check_int(parse(URL), 0);
	check_int(got()->jobs, 3);
	setenv("XDG_CONFIG_HOME", here, 1);
	check_int(parse(URL), 0);
	check_int(got()->jobs, 4);
	check_int(parse("--no-config", URL), 0);
	check_int(got()->jobs, 0);
	/* Ignored, as its specification says. */
	setenv("XDG_CONFIG_HOME", "relative", 1);
	check_int(parse(URL), 0);
	check_int(got()->jobs, 3);
	check_int(parse("--no-config", "--config=seine/config", URL), 0);
	check_int(got()->jobs, 4);
	/* One that is there must be readable. */
	check(remove(".config/seine/config") == 0);
	check(mkdir(".config/seine/config", 0700) == 0);
	refused("cannot read", URL);
	check(rmdir(".config/seine/config") == 0);
	unsetenv("XDG_CONFIG_HOME");
	free(here);
}

static void reads_the_environment(void)
{
	log_setup(LOG_ERROR, NULL, NULL); /* it would warn of strays */
	setenv("SEINE_PER_HOST", "4", 1);
	setenv("SEINE_INSECURE", "1", 1);
	setenv("SEINE_JSON", "no", 1);
	setenv("SEINE_HTTP1_1", "yes", 1);
	setenv("SEINE_HEADER", "A: 1\n\nB: 2\n", 1);
	setenv("SEINE_DIR", "", 1);
	setenv("SEINE_per_host", "9", 1);
	setenv("SEINE_", "x", 1);
	setenv("SEINE_HELP", "x", 1);
	check(scratch_write("c", "per-host=2\njson\nheader=C: 3\n"));
	check_int(parse("--config=c", URL), 0);
	check(got()->per_host == 4 && got()->insecure && !got()->json);
	check_int(got()->http, HTTP_1_1);
	check_int(got()->headers.count, 2);
	check_str(got()->headers.items[1], "B: 2");
	check_str(got()->dir, ".");
	check_int(parse("--per-host=5", "-HX: 1", "--no-insecure", URL), 0);
	check(got()->per_host == 5 && got()->headers.count == 1 && !got()->insecure);
	setenv("SEINE_PER_HOST", "x", 1);
	refused("--per-host: 'x' is not a number from 0 to 65535", URL);
	check_has(last.err.text, "(from SEINE_PER_HOST)");
	setenv("SEINE_PER_HOST", "4", 1);
	setenv("SEINE_IPV4", "yes", 1);
	setenv("SEINE_IPV6", "yes", 1);
	refused("--ipv4: cannot go with --ipv6 (from SEINE_IPV4)", URL);
	setenv("SEINE_IPV4", "no", 1);
	check_int(parse(URL), 0);
	check_int(got()->family, IP_V6);
	check_int(parse("-4", URL), 0);
	check_int(got()->family, IP_V4);
}

static void takes_the_password_from_the_environment(void)
{
	check(scratch_write("secret", "from-file\n"));
	setenv("SEINE_PASSWORD", "s3same", 1);
	check_int(parse(URL), 0); /* for nobody: harmless */
	check_int(parse("-u", "me", URL), 0);
	check_str(got()->password, "s3same");
	check_int(parse("-u", "me", "--password-file=secret", URL), 0);
	check_str(got()->password, "from-file");
	/* What is said at a higher level holds. */
	check_int(parse("-u", "me:other", URL), 0);
	check_str(got()->user, "me:other");
	check_str(got()->password, NULL);
	check(scratch_write("c", "user=me:other\n"));
	check_int(parse("--config=c", URL), 0);
	check_str(got()->user, "me");
	check_str(got()->password, "s3same");
	setenv("SEINE_USER", "me:other", 1);
	refused("--user: cannot go with --password-file", URL);
	check(!strstr(last.err.text, "s3same") && !strstr(last.err.text, "other"));
	unsetenv("SEINE_USER");
	check_int(parse("--bearer-file=secret", "-u", "", URL), -1);
	check(scratch_write("c", "bearer-file=secret\n"));
	check_int(parse("--config=c", "-u", "me", URL), 0);
	check(!got()->bearer && got()->user);
	setenv("SEINE_PASSWORD", "s3\nsame", 1);
	refused("SEINE_PASSWORD: a control character", "-u", "me", URL);
	check(!strstr(last.err.text, "same"));
	unsetenv("SEINE_PASSWORD");
}

static char *strays[8];
static size_t n_strays;

static void keep_stray(void *context, enum log_level level, const char *line)
{
	(void)context;
	check_int(level, LOG_WARN);
	if (n_strays < 8)
		strays[n_strays++] = strdup(line);
}

/* The only stray is warned of in words that have `part` in them; "": none is. */
static void stray_says(const char *name, const char *value, const char *part)
{
	setenv(name, value, 1);
	check_int(parse(URL), 0);
	check_int(n_strays, *part != '\0');
	if (n_strays)
		check_has(strays[0], part);
	unsetenv(name);
	while (n_strays > 0)
		free(strays[--n_strays]);
}

static void warns_of_strays(void)
{
	log_setup(LOG_WARN, keep_stray, NULL);
	stray_says("SEINE_JBOS", "8",
		"SEINE_JBOS is ignored: no option is set by it; did you mean "
		"SEINE_JOBS?");
	stray_says("SEINE_PERHOST", "8", "did you mean SEINE_PER_HOST?");
	stray_says("SEINE_HTTP11", "yes", "did you mean SEINE_HTTP1_1?");
	stray_says("SEINE_NO_RESUME", "yes", "did you mean SEINE_RESUME=no?");
	/* These are for the command line; their likes are not proposed either. */
	stray_says(
		"SEINE_CONFIG", "c", "SEINE_CONFIG is ignored: no option is set by it");
	stray_says("SEINE_", "8", "SEINE_ is ignored");
	stray_says("SEINE_PASSWORD", "s3same", "");
	stray_says("SEINE_JOBS", "8", "");
	stray_says("SEINE_JBOS", "", "");
	setenv("SEINE_JBOS", "8", 1);
	check_int(parse("-q", URL), 0);
	check_int(n_strays, 0);
	unsetenv("SEINE_JBOS");
	log_setup(LOG_WARN, NULL, NULL);
}

int main(void)
{
	unsetenv("SEINE_TEST_MODES"); /* the suite's own */
	parse_enter();
	run(reads_the_config_file);
	run(refuses_bad_config_lines);
	run(finds_the_config_file);
	run(keeps_secrets);
	run(bounds_secrets);
	run(takes_the_password_from_the_environment);
	run(warns_of_strays);
	run(reads_the_environment);
	parse_leave();
	return done();
}
