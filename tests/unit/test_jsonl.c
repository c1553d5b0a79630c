/* JSON Lines: what is an entry, what is a bad line, and which records of results count. */
#include "input/jsonl.h"

#include <signal.h>

#include "base/alloc.h"
#include "reading.h"

#define HEX16 "00112233445566778899aabbccddeeff"
#define KNOWN                                                                          \
	"known: out dir checksum header referer user-agent max-tries size known-as "   \
	"named-by\n"
#define RECORD                                                                         \
	"\"status\":\"%s\",\"url\":\"http://h/%d\",\"filename_effective\":\"f%d\""

static struct source *open_all(struct reader *reader)
{
	return jsonl_open(reader, "-", ONLY_ALL);
}

static struct source *open_failed(struct reader *reader)
{
	return jsonl_open(reader, "-", ONLY_FAILED);
}

#define CHECK(data, want) reading_check(open_all, data, sizeof(data) - 1, want)

static void a_line_is_an_object_or_a_url(void)
{
	CHECK("", "");
	CHECK("{\"url\":\"http://a/\"}", "1: <http://a/>\n");
	CHECK("{\"url\":\"http://a/\"}\r\n\n \t\n{ \"url\" : [\"b\", \"c\"] }\n",
		"1: <http://a/>\n4: <b> <c>\n");
	CHECK("\"http://a/\"\n  \"b\\u00e4\"  \n", "1: <http://a/>\n2: <b\xc3\xa4>\n");
	CHECK("\xef\xbb\xbf{\"url\":\"a\"}\n", "1: <a>\n");
	/* Texts are taken as they are; what a URL is, is decided elsewhere. */
	CHECK("{\"url\":\" #a\\t\\\"\"}\n", "1: < #a\t\">\n");
}

static void every_option_is_taken(void)
{
	CHECK("{\"out\":\"o\",\"dir\":\"d\",\"checksum\":\"md5=" HEX16 "\",\"size\":10,"
	      "\"header\":[\"A: b\",\"C: d\"],\"referer\":\"r\",\"user-agent\":\"u\","
	      "\"max-tries\":3,\"url\":\"a\"}\n",
		"1: <a> out=[o] dir=[d] md5=" HEX16
		" size=10 header=[A: b] header=[C: d] referer=[r] user-agent=[u]"
		" max-tries=3\n");
	CHECK("{\"url\":\"a\",\"size\":\"1.5K\",\"max-tries\":\"2\",\"header\":\"A: "
	      "b\"}\n",
		"1: <a> size=1536 header=[A: b] max-tries=2\n");
	CHECK("{\"url\":\"a\",\"size\":9223372036854775807}\n",
		"1: <a> size=9223372036854775807\n");
	CHECK("{\"url\":\"a\",\"checksum\":[\"md5=" HEX16 "\",\"crc32=00112233\"]}\n",
		"1: <a> md5=" HEX16 "\n");
	/* As from a database: null is as good as nothing. */
	CHECK("{\"url\":\"a\",\"out\":null,\"size\":null,\"header\":null}\n",
		"1: <a>\n");
	CHECK("{\"url\":\"a\",\"referer\":\"\",\"header\":[]}\n",
		"1: <a> referer=[]\n");
}

/* The file was not to be fetched without what the line says. */
static void a_bad_line_is_left_out_as_a_whole(void)
{
	CHECK("{\"url\":\"a\",\"foo\":1}\n{\"url\":\"b\"}\n",
		"! stdin:1: unknown option 'foo'; " KNOWN "2: <b>\n");
	CHECK("{\"url\":\"a\",\"split\":\"1\"}\n",
		"! stdin:1: not supported here: aria2's option 'split'; " KNOWN);
	CHECK("{\"url\":\"a\",\"b c\":1}\n", "! stdin:1: an unknown option; " KNOWN);
	CHECK("{\"url\":\"a\",\"size\":-1}\n",
		"! stdin:1: size: it must be bytes, as 4096 or 1.5G\n");
	CHECK("{\"url\":\"a\",\"checksum\":\"md5=0\"}\n",
		"! stdin:1: a checksum by md5 is 32 hexadecimal digits\n");
	CHECK("{}\n{\"out\":\"a\"}\n{\"url\":null}\n",
		"! stdin:1: there is no \"url\" in this line\n"
		"! stdin:2: there is no \"url\" in this line\n"
		"! stdin:3: there is no \"url\" in this line\n");
	CHECK("{\"URL\":\"a\"}\n", "! stdin:1: unknown option 'URL'; " KNOWN);
}

static void types_are_checked(void)
{
	static const char *const bad[][2] = {
		{"\"url\":1", "url: it must be a URL in quotes, or an array of them"},
		{"\"url\":\"\"",
			"url: it must be a URL in quotes, or an array of them"},
		{"\"url\":[]", "url: it must be a URL in quotes, or an array of them"},
		{"\"url\":[\"a\",\"\"]",
			"url: it must be a URL in quotes, or an array of them"},
		{"\"url\":[\"a\",null]",
			"url: it must be a URL in quotes, or an array of them"},
		{"\"url\":[[\"a\"]]",
			"url: it must be a URL in quotes, or an array of them"},
		{"\"url\":{\"a\":\"b\"}",
			"url: it must be a URL in quotes, or an array of them"},
		{"\"out\":1", "out: it must be a text"},
		{"\"out\":[\"a\"]", "out: it must be a text"},
		{"\"dir\":true", "dir: it must be a text"},
		{"\"size\":1.5", "size: it must be a text or a whole number"},
		{"\"size\":[1]", "size: it must be a text or a whole number"},
		{"\"header\":1", "header: it must be a text or an array of texts"},
		{"\"header\":[\"A: b\",1]",
			"header: it must be a text or an array of texts"},
		{"\"header\":[null]", "header: it must be a text or an array of texts"},
		{"\"header\":{\"A\":\"b\"}",
			"header: it must be a text or an array of texts"},
		{"\"max-tries\":false",
			"max-tries: it must be a text or a whole number"},
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		char *line = xasprintf("{\"referer\":\"x\",%s}\n", bad[i][0]);
		char *want = xasprintf("! stdin:1: %s\n", bad[i][1]);

		reading_check(open_all, line, strlen(line), want);
		free(line);
		free(want);
	}
}

static void what_is_no_json_is_told_why(void)
{
	CHECK("http://a/\n{\"url\":\"b\"}\n",
		"! stdin:1: this is no JSON: it is malformed (column 4)\n2: <b>\n");
	CHECK("{\"url\":\"b\"\n",
		"! stdin:1: this is no JSON: it breaks off (column 10)\n");
	CHECK(" [ \r\n",
		"! stdin:1: this is no JSON: it breaks off (column 3); this reads one "
		"object a line, as `jq -c` writes them\n");
	CHECK("{\"url\":\"a\"},\n", "! stdin:1: this is no JSON: there is more after "
				    "its end (column 12)\n");
	CHECK("{\"url\":\"a\",\"url\":\"b\"}\n",
		"! stdin:1: this is no JSON: a key is there twice (column 16)\n");
	CHECK("{\"url\":\"a\\u0000b\"}\n",
		"! stdin:1: this is no JSON: a string has a NUL in it (column 17)\n");
	CHECK("{\"url\":\"\xff\"}\n",
		"! stdin:1: this is no JSON: it is not UTF-8 (column 8)\n");
	CHECK("{\"url\":\"a\",\"size\":99999999999999999999}\n",
		"! stdin:1: this is no JSON: a number does not fit (column 38)\n");
	CHECK("[{\"url\":\"a\"}]\n",
		"! stdin:1: an array is no entry; this reads one object a line, as "
		"`jq -c '.[]'` makes them of an array\n");
	CHECK("1\nnull\n", "! stdin:1: a line must be an object, or a URL in quotes\n"
			   "! stdin:2: a line must be an object, or a URL in quotes\n");
	CHECK("{\"url\":\"\0\"}\n\"b\"\n",
		"! stdin:1: the line has a NUL byte in it; it is skipped\n2: <b>\n");
}

static void depth_and_length_have_limits(void)
{
	struct buf data = BUF_INIT;

	for (int i = 0; i < 30000; i++)
		buf_addstr(&data, i % 2 ? "[" : "{\"a\":");
	buf_addch(&data, '\n');
	for (int i = 0; i < 60000; i++)
		buf_addch(&data, '[');
	buf_addstr(&data, "\n{\"url\":\"a\",\"out\":\"");
	for (int i = 0; i < READER_LINE_MAX; i++)
		buf_addch(&data, 'x');
	buf_addstr(&data, "\"}\n\"b\"");
	feed_stdin_file(data.data, data.len);
	{
		struct source *source = open_all(reading_open("-"));
		struct buf out = BUF_INIT;

		check_int(reading_drain(source, &out), SOURCE_END);
		check(strstr(out.data, "! stdin:2: this is no JSON: it is nested too "
				       "deeply") != NULL);
		check(strstr(out.data, "! stdin:3: the line is over 64 KiB") != NULL);
		check(strstr(out.data, "\n4: <b>\n") != NULL);
		buf_release(&out);
		source_free(source);
	}
	buf_release(&data);
}

static void errors_quote_no_secrets(void)
{
	static const char list[] =
		"{\"url\":\"a\",\"header\":\"Authorization canary\"}\n"
		"{\"url\":\"a\",\"header\":[\"A: canary\\u0001\"]}\n"
		"{\"url\":\"http://u:canary@h/\",\"size\":\"canary\"}\n"
		"{\"url\":\"http://u:canary@h/\" canary\n"
		"{\"url\":\"a\",\"canary=\":1}\n"
		"{\"url\":\"a\",\"checksum\":\"md5=canary\"}\n"
		"canary\n\"canary\n{\"canary\":1,\"canary\":1}\n"
		"{\"url\":\"a\",\"referer\":\"http://u:canary@h/\\u0001\"}\n";

	reading_check_secrets(open_all, list, 1, 10);
}

static void records_of_results_are_entries(void)
{
	CHECK("{\"status\":\"done\",\"url\":\"http://h/a\",\"url_effective\":\"http://"
	      "m/\","
	      "\"filename_effective\":\"x/a\",\"error\":null,\"digest\":\"md5=" HEX16
	      "\","
	      "\"checksum\":\"md5=" HEX16 "\",\"size\":7,\"mirrors\":[\"http://i/a\"],"
	      "\"user-agent\":\"u\",\"referer\":\"r\",\"max-tries\":2,\"attempts\":4}"
	      "\n",
		"1: <http://h/a> <http://i/a> out=[x/a] md5=" HEX16
		" size=7 referer=[r] user-agent=[u] max-tries=2\n");
	/* Without a name, what was asked for: it was a bad one, and shall be so again. */
	CHECK("{\"status\":\"failed\",\"url\":\"http://h/"
	      "a\",\"filename_effective\":null,"
	      "\"out\":\"../x\",\"dir\":\"d\"}\n",
		"1: <http://h/a> out=[../x] dir=[d]\n");
	CHECK("{\"status\":\"failed\",\"url\":\"http://h/"
	      "a\",\"filename_effective\":\"d/x\","
	      "\"out\":\"../x\",\"dir\":\"d\"}\n",
		"1: <http://h/a> out=[d/x]\n");
	CHECK("{\"status\":\"failed\",\"url\":null,\"filename_effective\":null}\n",
		"! stdin:1: this record has no URL\n");
	CHECK("{\"status\":\"failed\",\"url\":7,\"filename_effective\":null}\n",
		"! stdin:1: url: it must be a URL in quotes, or an array of them\n");
	CHECK("{\"status\":\"failed\",\"url\":\"a\",\"filename_effective\":null,"
	      "\"checksum\":\"md5=0\"}\n",
		"! stdin:1: a checksum by md5 is 32 hexadecimal digits\n");
	/* What lacks one of the three is no record. */
	CHECK("{\"status\":\"done\",\"url\":\"a\"}\n",
		"! stdin:1: unknown option 'status'; " KNOWN);
}

static void what_results_left_out_cannot_be_asked_for(void)
{
#define REDACTED                                                                       \
	": the URL was redacted: a secret in it was not written to these results; "    \
	"use "                                                                         \
	"the list, or one that --failed writes\n"
	CHECK("{\"status\":\"failed\",\"url\":\"http://h/"
	      "a\",\"filename_effective\":\"a\","
	      "\"redacted\":true}\n"
	      "{\"status\":\"failed\",\"url\":\"http://h/?token=...\","
	      "\"filename_effective\":\"a\"}\n"
	      "{\"status\":\"failed\",\"url\":\"http://h/"
	      "\",\"filename_effective\":\"a\","
	      "\"mirrors\":[\"http://i/?sig=...&b=1\"]}\n"
	      "{\"status\":\"failed\",\"url\":\"http://h/?a=....\",\"redacted\":false,"
	      "\"filename_effective\":\"a\"}\n",
		"! stdin:1" REDACTED "! stdin:2" REDACTED "! stdin:3" REDACTED
		"4: <http://h/?a=....> out=[a]\n");
	CHECK("{\"status\":\"failed\",\"url\":\"http://h/"
	      "a\",\"filename_effective\":\"a\","
	      "\"header\":[\"Authorization\"]}\n",
		"! stdin:1: the headers of this entry were not written to these "
		"results; use the list, or one that --failed writes\n");
}

static void only_those_that_failed(void)
{
	struct buf data = BUF_INIT, want = BUF_INIT;
	char *got;

	buf_addstr(&data, "{\"url\":\"a\"}\n");
	buf_addstr(&want, "1: <a>\n");
	for (int i = 2; i < 5000; i++) {
		bool failed = i % 1000 == 7;

		buf_addf(&data, "{" RECORD "}\n",
			failed  ? "failed"
			: i % 2 ? "done"
				: "present",
			i, i);
		if (failed)
			buf_addf(&want, "%d: <http://h/%d> out=[f%d]\n", i, i, i);
	}
	/* A record that is left out may be as it likes. */
	buf_addstr(&data, "{\"status\":\"done\",\"url\":\"u\",\"redacted\":true,"
			  "\"filename_effective\":1}\n");
	got = reading_file(open_failed, data.data, data.len);
	check_str(got, want.data);
	free(got);
	buf_release(&data);
	buf_release(&want);
}

/* Nothing comes of them, but others get their turn, and nobody waits for a pipe that has
 * more. */
static void many_left_out_lines_give_way(void)
{
	struct buf data = BUF_INIT;
	struct source *source;
	struct entry *entry;
	struct error err;
	int breaths = 0;
	enum source_status status;

	for (int i = 0; i < 5000; i++)
		buf_addf(&data, "{" RECORD "}\n", "done", i, i);
	feed_stdin_file(data.data, data.len);
	source = open_failed(reading_open("-"));
	while ((status = source_next(source, &entry, &err)) == SOURCE_AGAIN) {
		check_int(source_fd(source), -1);
		breaths++;
	}
	check_int(status, SOURCE_END);
	check(breaths >= 10);
	source_free(source);
	buf_release(&data);
}

static void entries_stream(void)
{
	int end = feed_stdin_pipe();
	struct source *source = open_all(reading_open("-"));
	struct buf out = BUF_INIT;

	check_int(source_fd(source), STDIN_FILENO);
	check_int(reading_drain(source, &out), SOURCE_AGAIN);
	feed_write(end, "\"a\"\n\"b", 6);
	check_int(reading_drain(source, &out), SOURCE_AGAIN);
	check_str(out.data, "1: <a>\n");
	feed_write(end, "\"", 1);
	close(end);
	check_int(reading_drain(source, &out), SOURCE_END);
	check_str(out.data, "1: <a>\n2: <b>\n");
	source_free(source);
	buf_release(&out);
}

static void a_torn_input_is_broken(void)
{
	reading_check_torn(open_all, "\"a\"\n\"b\"\n{\"url\":\"c\"}",
		"1: <a>\n2: <b>\nbroken: stdin: its gzip data is cut short\n");
}

static void add_random_line(struct buf *data, struct dice *dice)
{
	static const char *const lines[] = {"{\"url\":\"http://a/\"}", "\"http://b/\"",
		"", " ", "{\"url\":[\"a\",\"b\"],\"size\":12}", "{\"url\":\"a\"",
		"{\"url\":\"\\ud83d\\ude00\",\"out\":\"\xf0\x9f\x98\x80\"}", "[]",
		"{\"status\":\"failed\",\"url\":\"u\",\"filename_effective\":\"f\"}",
		"{\"url\":\"\\ud83d\"}", "\xff", "{\"a\":{\"b\":[{}]}}"};
	size_t which = dice_below(dice, ARRAY_LEN(lines) + 1);

	if (which < ARRAY_LEN(lines))
		buf_addstr(data, lines[which]);
	else
		for (size_t len = dice_below(dice, 30); len > 0; len--)
			buf_addch(data, "{}[]\":,\\u0a1 "[dice_below(dice, 13)]);
	buf_addstr(data, dice_below(dice, 3) ? "\n" : "\r\n");
}

static void pieces_and_packing_make_no_difference(void)
{
	reading_check_random(open_all, "", add_random_line);
}

static void a_long_input_takes_no_memory(void)
{
	reading_check_long(
		open_all, "", "{\"url\":\"http://host/1\",\"out\":\"a-name-of-it\"}\n");
}

int main(void)
{
	(void)signal(SIGPIPE, SIG_IGN);
	run(a_long_input_takes_no_memory);
	run(a_line_is_an_object_or_a_url);
	run(every_option_is_taken);
	run(a_bad_line_is_left_out_as_a_whole);
	run(types_are_checked);
	run(what_is_no_json_is_told_why);
	run(depth_and_length_have_limits);
	run(errors_quote_no_secrets);
	run(records_of_results_are_entries);
	run(what_results_left_out_cannot_be_asked_for);
	run(only_those_that_failed);
	run(many_left_out_lines_give_way);
	run(entries_stream);
	run(a_torn_input_is_broken);
	run(pieces_and_packing_make_no_difference);
	return done();
}
