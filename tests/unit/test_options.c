/* test_options.c - the table, the command line, and the docs that are made of the table. */
#include "parse.h"

#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "cli/docs.h"
#include "cli/nearest.h"

static void has_built_in_values(void)
{
	check_int(parse(URL), 0);
	check_int(last.verdict, OPTIONS_RUN);
	check_int(got()->urls.count, 1);
	check_str(got()->urls.items[0], URL);
	check_int(got()->inputs.count, 0);
	check_int(got()->input_format, FORMAT_AUTO);
	check_int(got()->only, ONLY_ALL);
	check_str(got()->dir, ".");
	check_str(got()->output, NULL);
	check_str(got()->mode, "event");
	check_int(got()->jobs, 0); /* auto */
	check_int(got()->per_host, 0);
	check_int(got()->tries, 5);
	check_int(got()->retry_wait, 500 * NS_PER_MS);
	check_int(got()->retry_max_wait, 30 * NS_PER_SEC);
	check_int(got()->max_redirs, 10);
	check_int(got()->connect_timeout, 10 * NS_PER_SEC);
	check_int(got()->first_byte_timeout, 60 * NS_PER_SEC);
	check_int(got()->max_time, 0);
	check_int(got()->min_rate, 100);
	check_int(got()->stall_time, 30 * NS_PER_SEC);
	check_int(got()->max_size, 0);
	check_int(got()->existing, EXISTING_SKIP);
	check_int(got()->durability, DURABILITY_NONE);
	check(got()->resume && got()->remote_time);
	check_int(got()->split, 4);
	check_int(got()->chunk_size, 0);
	check_int(got()->min_split_size, 16 << 20);
	check_int(got()->progress, PROGRESS_AUTO);
	check_int(got()->family, IP_ANY);
	check_int(got()->http, HTTP_AUTO);
	check(got()->user_agent && strncmp(got()->user_agent, "seine/", 6) == 0);
	check(!got()->insecure && !got()->quiet && !got()->json && !got()->compressed);
}

/* One that is on by itself is turned off by --no-. */
static bool is_sound_flag(const struct option_row *row)
{
	return !row->argument && (!row->fallback || strcmp(row->fallback, "yes") == 0);
}

/* Whether it was given can be told from its value. */
static bool is_text(const struct option_row *row)
{
	return row && (row->type == OPTION_TEXT || row->type == OPTION_TEXTS) &&
	       !row->fallback;
}

static void check_row(const struct option_row *row)
{
	check(option_find(row->name, strlen(row->name)) == row);
	check(!row->letter || option_find_letter(row->letter) == row);
	check(row->letter != 'c');
	check(row->help && row->man && row->group);
	check(row->man[strlen(row->man) - 1] == '.');
	check(strspn(row->name, "abcdefghijklmnopqrstuvwxyz0123456789-.") ==
		strlen(row->name));
}

static void check_type(const struct option_row *row)
{
	bool flag = row->type == OPTION_FLAG || row->type == OPTION_SET;

	check(!flag || is_sound_flag(row));
	check(flag || row->type == OPTION_ACTION || row->argument);
	check(!row->bare || (row->argument && !row->letter));
	check(!row->needs || is_text(option_find(row->needs, strlen(row->needs))));
	check(row->type != OPTION_CHOICE || (row->choices && row->fallback));
	check(row->type != OPTION_COUNT || (row->max > 0 && row->fallback));
}

/* What docs and parser take for granted of every row. */
static void has_a_sound_table(void)
{
	char group[64] = "";
	struct buf groups = BUF_INIT;

	for (const struct option_row *row = options; row->name; row++) {
		check_row(row);
		check_type(row);
		if (strcmp(group, row->group) != 0) {
			snprintf(group, sizeof(group), "%s", row->group);
			check(!strstr(groups.data, group)); /* rows stand together */
			buf_addf(&groups, "|%s|", group);
		}
	}
	buf_release(&groups);
	check_int(options_count(), 79);
	check(!option_find("", 0) && !option_find("job", 3) &&
		!option_find("jobsx", 5));
	check(!option_find_letter('\0') && !option_find_letter('c'));
}

static void reads_every_way_of_writing(void)
{
	check_int(parse("-j", "8", URL), 0);
	check_int(got()->jobs, 8);
	check_int(parse("-j8", URL), 0);
	check_int(got()->jobs, 8);
	check_int(parse("--jobs", "8", URL), 0);
	check_int(got()->jobs, 8);
	check_int(parse("--jobs=8", URL), 0);
	check_int(got()->jobs, 8);
	check_int(parse("-qkj8", URL), 0);
	check(got()->jobs == 8 && got()->quiet && got()->insecure);
	check_int(parse(URL, "-kj", "9", "http://b.example/"), 0);
	check(got()->jobs == 9 && got()->urls.count == 2);
	check_int(parse("-q", "--no-quiet", "--json=yes", "--compressed=no", URL), 0);
	check(!got()->quiet && got()->json && !got()->compressed);
	check_int(parse("--", "-q", "--jobs", "--"), 0);
	check(got()->urls.count == 3 && !got()->quiet);
	check_str(got()->urls.items[2], "--");
	check_int(parse("-o", "-d", URL), 0);
	check_str(got()->output, "-d");
	check_int(parse("-A", "", "-x", "", URL), 0);
	check_str(got()->user_agent, "");
	check_str(got()->proxy, "");
	check_int(parse("-4", "--http2", URL), 0);
	check(got()->family == IP_V4 && got()->http == HTTP_2);
	check_int(parse("-6", "--http1.1", URL), 0);
	check(got()->family == IP_V6 && got()->http == HTTP_1_1);
	check_int(parse("-j1", "-j2", "--jobs=3", URL), 0);
	check_int(got()->jobs, 3);
	check_int(parse("-H", "A: 1", "-HB:2", "--header=C: ", URL), 0);
	check_int(got()->headers.count, 3);
	check_str(got()->headers.items[1], "B:2");
	check_int(parse("-i", "a", "-i-", "--input=b"), 0);
	check_int(got()->inputs.count, 3);
}

/* What follows is not its value, unless attached. */
static void reads_a_value_that_may_be_missing(void)
{
	check_int(parse(URL), 0);
	check_str(got()->compare, NULL);
	check_int(got()->compare_runs, 1);
	check_int(parse("--compare", "a.example", URL), 0);
	check_str(got()->compare, "all");
	check_int(got()->urls.count, 2);
	check_int(parse(URL, "--compare"), 0);
	check_str(got()->compare, "all");
	check_int(parse("--compare=event,sequential", "--compare-runs=5", URL), 0);
	check_str(got()->compare, "event,sequential");
	check_int(got()->compare_runs, 5);
	check(scratch_write("c", "compare\n"));
	check_int(parse("--config=c", URL), 0);
	check_str(got()->compare, "all");
	check(scratch_write("c", "compare = threads\n"));
	check_int(parse("--config=c", URL), 0);
	check_str(got()->compare, "threads");
	refused("--compare: the value is empty", "--compare=", URL);
	refused("--compare: 'fast' is no mode; write some of sequential",
		"--compare=fast", URL);
	refused("--compare: '' is no mode", "--compare=event,", URL);
	refused("--compare: '' is no mode", "--compare=,event", URL);
	refused("--compare: 'even' is no mode", "--compare=even", URL);
	refused("--compare: 'events' is no mode", "--compare=threads,events", URL);
	refused("--compare: 'all' is no mode", "--compare=event,all", URL);
	refused("--compare: 'event' is named twice", "--compare=event,threads,event",
		URL);
	refused("--compare-runs: '0' is not", "--compare-runs=0", URL);
	refused("--results: cannot go with --compare", "--compare", "--results=r", URL);
	refused("--failed: cannot go with --compare", "--compare", "--failed=f", URL);
}

static void reads_units(void)
{
	check_int(parse("--max-size=8M", "--min-rate=10K/s", "--max-time=1h30m",
			  "--retry-wait=1.5s", "--stall-time=0", URL),
		0);
	check_int(got()->max_size, 8 << 20);
	check_int(got()->min_rate, 10 << 10);
	check_int(got()->max_time, 5400 * NS_PER_SEC);
	check_int(got()->retry_wait, 1500 * NS_PER_MS);
	check_int(got()->stall_time, 0);
	check_int(parse("--max-time=24d", URL), 0);
	refused("--max-time: '25d' is not a duration", "--max-time=25d", URL);
	refused("--max-time: '-1s' is not a duration", "--max-time=-1s", URL);
	refused("--max-size: '8X' is not a size", "--max-size=8X", URL);
	refused("--max-size", "--max-size=9999999999999999999999", URL);
	refused("--min-rate: 'fast' is not a rate", "--min-rate=fast", URL);
}

static void refuses_wrong_values(void)
{
	refused("--jobs: 'x' is neither auto nor a number from 1 to 65535; write for "
		"example --jobs auto",
		"-j", "x", URL);
	refused("--jobs: '0' is neither", "-j0", URL);
	refused("--jobs: '65536' is neither", "-j65536", URL);
	refused("--jobs: '-1' is neither", "-j", "-1", URL);
	refused("--jobs: ' 1' is neither", "-j", " 1", URL);
	refused("--jobs: '=8' is neither", "-j=8", URL);
	refused("--jobs: '' is neither", "--jobs=", URL);
	refused("--jobs: '99999999999999999999' is neither", "-j99999999999999999999",
		URL);
	refused("--jobs: 'Auto' is neither", "-jAuto", URL);
	refused("--per-host: 'auto' is not a number", "--per-host=auto", URL);
	check_int(parse("-j65535", "--per-host=65535", "--max-redirs=0", URL), 0);
	check_int(got()->jobs, 65535);
	check_int(parse("-j8", "--jobs=auto", URL), 0);
	check_int(got()->jobs, 0);
	refused("--tries: '0'", "--tries=0", URL);
	refused("--mode: 'fast' is none of: sequential, threads, event", "--mode=fast",
		URL);
	refused("--existing: '' is none of: skip, overwrite, rename",
		"--existing=", URL);
	refused("--progress: 'Bar' is none of", "--progress=Bar", URL);
	refused("--quiet: 'maybe' is neither yes nor no", "--quiet=maybe", URL);
	refused("--dir: the value is empty", "-d", "", URL);
	refused("--input: the value is empty", "--input=");
	refused("--output: files are not written to stdout", "-o-", URL);
	refused("--output: \".\" and \"..\" are not allowed", "-o", "../x", URL);
	refused("output directory; give another directory by --dir", "-o/x", URL);
	refused("--output: \".seine\" is where", "-o.seine/x", URL);
	refused("--output: there is no name behind the last slash", "-ox/", URL);
	refused("--checksum", "--checksum=sha-257=00", URL);
	refused("--checksum", "--checksum=sha-256=00", URL);
	refused("--cookie: cookies are written 'a=1; b=2'; a file of them is for", "-b",
		"cookies.txt", URL);
	refused("--name: unknown field \"{file}\": there are {host}", "--name={file}",
		URL);
	refused("'-' is not a URL; to read a list from stdin write -i -", "-");
}

static void knows_what_a_proxy_is(void)
{
	static const char *const taken[] = {"", "h", "h:3128", "127.0.0.1:80",
		"[::1]:80", "u:p@h:1", "http://h:1", "HTTPS://u:p@h", "socks4://h",
		"socks4a://h:9", "socks5://u@h:1", "socks5h://h:1", "socks://h",
		"http://h:1/"};
	static const char *const wrong[] = {"foo://h:1", "ftp://h", "socks6://h:1",
		"h:99999", "http://", "http://h:x", "h h", "://h"};

	for (size_t i = 0; i < ARRAY_LEN(taken); i++) {
		check_int(parse("-x", taken[i], URL), 0);
		check_str(got()->proxy, taken[i]);
	}
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		refused("--proxy: ", "-x", wrong[i], URL);
	refused("begins with http, https, socks4, socks4a, socks5 or socks5h", "-x",
		"foo://h:1", URL);
	refused("a number is no proxy", "-x16", URL);
	/* libcurl guesses so, and then refuses it itself. */
	refused("--proxy: by its name it would be asked by ftp; write http:// before "
		"it",
		"-x", "ftp.example.com:3128", URL);
	check_int(parse("-x", "http://ftp.example.com:3128", URL), 0);
	refused("--proxy: a control character", "-x", "http://h\r\n", URL);
}

static void refuses_what_is_no_store(void)
{
	static const char *const good[] = {"https://s3.example.com",
		"http://127.0.0.1:9000/", "HTTP://Host:80", "http://[::1]:9000",
		"https://gateway.example.com/stores%2fs3/a.b", NULL};

	for (size_t i = 0; good[i]; i++) {
		check_int(parse("--s3-endpoint", good[i], URL), 0);
		check_str(got()->s3_endpoint, good[i]);
	}
	refused("--s3-endpoint: the value is empty", "--s3-endpoint=", URL);
	refused("--s3-endpoint: bad URL: no scheme", "--s3-endpoint=store", URL);
	refused("bad URL: no scheme", "--s3-endpoint=store:9000", URL);
	refused("bad URL: only http", "--s3-endpoint=ftp://store", URL);
	refused("bad URL: no host", "--s3-endpoint=http://", URL);
	refused("bad URL: write http://", "--s3-endpoint=http:/store", URL);
	refused("bad URL: the port", "--s3-endpoint=http://store:99999", URL);
	refused("bad URL: the host", "--s3-endpoint=http://two words", URL);
	refused("bad URL: control", "--s3-endpoint=http://store/\n", URL);
	refused("its path cannot have", "--s3-endpoint=http://store/a b", URL);
	refused("its path cannot have", "--s3-endpoint=http://store/a/..", URL);
	refused("a \"?\" or \"#\"", "--s3-endpoint=http://store?x=1", URL);
	refused("a \"?\" or \"#\"", "--s3-endpoint=http://store/#top", URL);
	refused("user or password", "--s3-endpoint=http://me:s3same@store", URL);
	check(!strstr(last.err.text, "s3same"));
	refused("--s3-region: it must be", "--s3-region=eu_west", URL);
	refused("--s3-region: it must be", "--s3-region=a.example/", URL);
}

static void refuses_forged_headers(void)
{
	refused("--header: a header is written 'Name: value'", "-H", "no colon", URL);
	refused("'Name: value'", "-H", ": value", URL);
	refused("--header: a header is written 'Name: value'; lines header = Name: "
		"value "
		"in a file are read by --config",
		"-H", "@headers.txt", URL);
	refused("'Name: value'", "-H", "Two words: x", URL);
	refused("--header: the value is empty", "-H", "", URL);
	refused("control character in the header 'X'", "-H", "X: secret\r\nHost: y",
		URL);
	refused("control character", "-H", "X: a\x7f", URL);
	refused("control character", "-b", "a=1\nX: y", URL);
	refused("control character", "-u", "me:pass\rword", URL);
	refused("control character", "-A", "a\nb", URL);
	refused("control character", "-e", "a\tb", URL);
	check_int(parse("-H", "X:\ttabs are fine\t", "-H", "U: \xc3\xa9", URL), 0);
}

static void refuses_what_it_does_not_know(void)
{
	refused("--job: there is no such option; did you mean --jobs?", "--job", "8");
	refused("did you mean --max-redirs?", "--max-redirects", "8");
	refused("did you mean --existing?", "--exsiting=skip", URL);
	refused("--frobnicate: there is no such option; seine --help lists them",
		"--frobnicate", URL);
	refused("--no-jobs: there is no such option", "--no-jobs", URL);
	refused("--no-quiet: there is no such option", "--no-quiet=yes", URL);
	refused("--no-: there", "--no-", URL);
	refused("there is no such option", "--=8", URL);
	refused("-z: there is no such option", "-z4", URL);
	refused("-c: there is no such option", "-qc", URL);
	refused("--jobs: needs a value: N", URL, "-j");
	refused("--jobs: needs a value: N", URL, "--jobs");
	refused("--help: takes no value", "--help=all");
	refused("--resume: takes no value, and 'no' is not a URL", "--resume", "no");
	refused("--compare: 'event' is not a URL; a value is attached, as in "
		"--compare=event",
		URL, "--compare", "event");
	/* An earlier comparison has left a directory of that name. */
	check_int(mkdir("threads,event", 0700), 0);
	refused("--compare: 'threads,event' is not a URL; a value is attached", URL,
		"--compare", "threads,event");
	check_int(rmdir("threads,event"), 0);
	/* Not of the word before, or some kind of URL. */
	check_int(parse("-q", "--no-config", "word"), 0);
	check_int(parse("-q", "--", "word"), 0);
	check_int(parse("-q", "-j", "3", "word", "word"), 0);
	check_int(parse("-q", "a.example", "word"), 0);
	refused("an argument is empty, where a URL should be", "-q", "", URL);
	/* Nothing proposed for nothing, and nothing hidden. */
	check_str(option_nearest("", 0), NULL);
	check_str(option_nearest("zzz", 3), NULL);
	check_str(option_nearest("print-doc", 9), NULL);
	check_str(option_nearest("hlep", 4), "help");
	/* Names that are cut off. */
	check_str(option_nearest("http1", 5), "http1.1");
	check_str(option_nearest("conn", 4), "connect-timeout");
	check_str(option_nearest("max-", 4), NULL);
	check_str(option_nearest("pr", 2), NULL);
}

static void checks_options_together(void)
{
	refused("nothing to fetch: give URLs, or a list by -i FILE", "-q");
	refused("--output: is for exactly one URL", "-o", "x", URL, URL);
	refused("--output: is for exactly one URL", "-o", "x", URL, "-i", "list");
	refused("--checksum: is for exactly one URL",
		"--checksum=md5=d41d8cd98f00b204e9800998ecf8427e", "-i", "list");
	refused("--ipv4: cannot go with --ipv6", "-4", "-6", URL);
	refused("--http1.1: cannot go with --http2", "--http2", "--http1.1", URL);
	check_int(parse("-4", "--no-ipv4", "-6", URL), 0);
	check_int(got()->family, IP_V6);
	check_int(parse("-6", "--no-ipv4", URL), 0);
	check_int(got()->family, IP_V6);
	refused("--quiet: cannot go with --verbose", "-qv", URL);
	check(scratch_write("k", "") && scratch_write("c", ""));
	refused("--key: means nothing without --cert FILE", "--key=k", URL);
	check_int(parse("--key=k", "--cert=c", URL), 0);
	refused("--compare-runs: means nothing without --compare", "--compare-runs=5",
		URL);
	refused("--only: means nothing without --input FILE", "--only=failed", URL);
	refused("--input-format: means nothing without --input FILE",
		"--input-format=csv", URL);
	check_int(parse("--input-format=csv", "--only=failed", "-i", "list"), 0);
	refused("--loops: means nothing with --mode threads", "--loops=2",
		"--mode=threads", URL);
	check_int(parse("--loops=2", "--mode=event", URL), 0);
	check_int(parse("--loops=2", "--mode=threads", "--compare", URL), 0);
	/* What a file says is for those runs that it concerns. */
	check(scratch_write("config",
		"compare-runs = 5\nkey = k\nonly = failed\ninput-format = csv\n"
		"loops = 2\n"));
	check_int(parse("--config=config", "--mode=threads", URL), 0);
	check_int(got()->compare_runs, 5);
	check(scratch_write("config", "cert = c\n"));
	check_int(parse("--config=config", "--key=k", URL), 0);
	check(scratch_write("config", "cert = nowhere\n"));
	refused("--cert: cannot read 'nowhere': No such file or directory (from "
		"config:1)",
		"--config=config", URL);
	refused("--cacert: cannot read 'nowhere': No such file", "--cacert=nowhere",
		URL);
	refused("--key: cannot read '.': Is a directory", "--key=.", URL);
	refused("'-' is given 2 times", "-i-", "-i", "-");
	refused("--checksum-file: '-' is given 2 times", "--checksum-file=-",
		"--checksum-file=-", URL);
	refused("--checksum-file: '-' is given to --input, too", "-i-",
		"--checksum-file=-");
	refused("--json: stdout is taken", "--json", "--results=-", URL);
	refused("--json: stdout is taken by --failed -; write", "--json", "--failed=-",
		URL);
	refused("--failed: stdout is taken by --results -; write", "--failed=-",
		"--results=-", URL);
	check_int(parse("--json", "--results=r", URL), 0);
}

/* No argument of the last parse shows the text any more. */
static bool shown(const char *text)
{
	for (size_t i = 0; i < MAX_ARGS; i++) {
		if (last.argv[i] && strstr(last.argv[i], text))
			return true;
	}
	return false;
}

static void blanks_secrets_in_argv(void)
{
	check_int(parse("-u", "me:s3same", URL), 0);
	check_str(got()->user, "me:s3same");
	check(!shown("s3same") && shown(URL));
	check_int(parse("-ume:s3same", URL), 0);
	check(!shown("s3same"));
	check_int(parse("--user=me:s3same", "-qHX: s3same", "-b", "c=s3same",
			  "--proxy=http://u:s3same@p:1", URL),
		0);
	check_str(got()->cookie, "c=s3same");
	check_str(last.argv[1], "--user=*********");
	check(!shown("s3same"));
	/* In URLs the user and password, and nothing else. */
	check_int(parse("http://me:s3@same@h.example/a@b", "s3@same:b/"), 0);
	check_str(got()->urls.items[0], "http://me:s3@same@h.example/a@b");
	check_str(last.argv[1], "http://**********@h.example/a@b");
	check_str(last.argv[2], "**@same:b/");
	/* Also when another option is wrong, before or after; and no error repeats it.
	 */
	refused("--bogus", "-u", "me:s3same", "--bogus");
	check(!shown("s3same"));
	refused("--jobs", "-jx", "-u", "me:s3same", URL);
	check(!shown("s3same"));
	refused("--user", "-u", "me:s3same\n", URL);
	check(!shown("s3same") && !strstr(last.err.text, "s3same"));
}

static void wipes_on_release(void)
{
	struct settings *settings = &last.settings;

	check_int(parse("-ume:pw", "-HX: y", "-d", "d", URL), 0);
	settings_release(settings);
	check(!settings->user && !settings->dir && !settings->mode);
	check(settings->headers.count == 0 && settings->urls.count == 0);
	settings_release(settings); /* harmless */
}

/* Errors quote what was written, so what was written must not blow them up. */
static void survives_monsters(void)
{
	static char huge[100001];

	memset(huge, '9', sizeof(huge) - 1);
	refused("--jobs: '9999999999999999999999999999999999999999' is neither", "-j",
		huge, URL);
	memcpy(huge, "--", 2);
	refused("there is no such option", huge, URL);
	memset(huge, 'a', sizeof(huge) - 1);
	check(scratch_write("c", huge));
	refused("c:1: there is no option 'aaaa", "--config=c", URL);
	memcpy(huge, "quiet#", 6);
	check(scratch_write("c", huge));
	refused("c:1: there is no option", "--config=c", URL);
	check_int(parse("--header", "X: \xff\xfe\x80", URL), 0);
	forget();
	check_int(options_parse(&last.settings, 0, (char *[]){NULL}, &last.verdict,
			  &last.err),
		-1);
	check_has(last.err.text, "nothing to fetch");
}

/* --help and its like end it at once; they go to stdout, which carries our TAP. */
static bool run_quietly(const char *first, const char *second)
{
	int rc, out = dup(STDOUT_FILENO);

	fflush(stdout);
	if (out < 0 || !freopen("/dev/null", "w", stdout))
		return false;
	rc = second ? parse(first, second, "--bogus") : parse(first, "--bogus");
	fflush(stdout);
	return dup2(out, STDOUT_FILENO) >= 0 && close(out) == 0 && rc == 0 &&
	       last.verdict == OPTIONS_DONE;
}

static void shows_help_and_stops(void)
{
	check(run_quietly("--help", NULL));
	check(run_quietly("-h", NULL));
	check(run_quietly("-qV", NULL));
	check(run_quietly("--print-docs", "man"));
	check(run_quietly("--print-docs", "fish"));
	refused("--print-docs: 'tex' is none of: man, bash, zsh, fish, help",
		"--print-docs", "tex");
	refused("--bogus", "--bogus", "--help");
}

static void documents_every_option(void)
{
	static const char *const kinds[] = {"help", "man", "bash", "zsh", "fish"};

	for (size_t i = 0; i < 5; i++) {
		struct buf out = BUF_INIT;

		check_int(docs_add(&out, kinds[i]), 0);
		check(out.len > 1000 && out.data[out.len - 1] == '\n');
		check(!strstr(out.data, " \n") || strcmp(kinds[i], "zsh") == 0);
		for (const struct option_row *row = options; row->name; row++) {
			bool hidden = row->traits & OPTION_HIDDEN;

			/* mdoc writes dashes with a backslash. */
			if (strcmp(kinds[i], "man") != 0 && !hidden)
				check_has(out.data, row->name);
			if (strcmp(kinds[i], "help") == 0 && !hidden)
				check_has(out.data, row->help);
		}
		check(!strstr(out.data, "print-docs KIND"));
		buf_release(&out);
	}
	check_int(docs_add(&(struct buf)BUF_INIT, "tex"), -1);
}

/* Literals and options in the table's sentences, brackets around them or not, become macros. */
static void the_man_page_has_no_marks_left(void)
{
	struct buf out = BUF_INIT;

	docs_man(&out);
	check(!strchr(out.data, '`'));
	check(!strstr(out.data, "--"));
	check_has(out.data, "\n.Pq Ql \\&virtual .\n");
	check_has(out.data, "\n.Pq Fl Fl loops .\n");
	check_has(out.data, "\n.Fl Fl no\\-resume ,\n");
	buf_release(&out);
}

/* Who writes to a pipe is let in by the one who reads it, not by the one who looks if it is
 * there. */
static void opens_no_pipe(void)
{
	int watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	struct inotify_event event;

	check_int(mkfifo("pipe", 0600), 0);
	check(inotify_add_watch(watch, "pipe", IN_OPEN) >= 0);
	check_int(parse("--cacert", "pipe", URL), 0);
	check_int(read(watch, &event, sizeof(event)), -1);
	close(watch);
	check_int(unlink("pipe"), 0);
}

int main(void)
{
	parse_enter();
	run(has_built_in_values);
	run(has_a_sound_table);
	run(reads_every_way_of_writing);
	run(reads_a_value_that_may_be_missing);
	run(reads_units);
	run(refuses_wrong_values);
	run(knows_what_a_proxy_is);
	run(refuses_what_is_no_store);
	run(refuses_forged_headers);
	run(refuses_what_it_does_not_know);
	run(checks_options_together);
	run(opens_no_pipe);
	run(blanks_secrets_in_argv);
	run(wipes_on_release);
	run(shows_help_and_stops);
	run(documents_every_option);
	run(the_man_page_has_no_marks_left);
	run(survives_monsters);
	parse_leave();
	return done();
}
