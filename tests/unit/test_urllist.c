/* The list grammar: what is an entry, what belongs to it, what is a bad line. */
#include "input/list.h"

#include <signal.h>

#include "input/fields.h"
#include "input/reader.h"
#include "reading.h"
#include "scratch.h"

#define HEX16 "00112233445566778899aabbccddeeff"

static struct source *open_list(struct reader *reader)
{
	return list_open(reader, "-");
}

static void check_list(const char *data, size_t len, const char *want)
{
	char *got = reading_file(open_list, data, len);

	check_str(got, want);
	free(got);
}

#define CHECK_LIST(data, want) check_list(data, sizeof(data) - 1, want)

static void a_bare_list_is_one_entry_a_line(void)
{
	CHECK_LIST("", "");
	CHECK_LIST("http://a/", "1: <http://a/>\n");
	CHECK_LIST("http://a/\nhttp://b/\r\n\n# c\nhttp://d/\n",
		"1: <http://a/>\n2: <http://b/>\n5: <http://d/>\n");
	CHECK_LIST("\xef\xbb\xbfhttp://a/\n", "1: <http://a/>\n");
	CHECK_LIST("\xef\xbb\xbf#http://a/\n", "");
	/* What a URL is, is decided elsewhere. */
	CHECK_LIST("no url\n\xff\n-\n", "1: <no url>\n2: <\xff>\n3: <->\n");
	CHECK_LIST("#a\n#\n\n   \n\t\n \t \r\n", "");
}

static void tabs_separate_mirrors(void)
{
	CHECK_LIST("http://a/x\thttp://b/x\n http://c=\n",
		"! stdin:2: an indented line must be name=value, an option of the URL "
		"above it\n"
		"1: <http://a/x> <http://b/x>\n");
	CHECK_LIST("a \t\t  b\t", "1: <a> <b>\n");
	CHECK_LIST("a b\r\r\n", "1: <a b>\n");
	CHECK_LIST("\"a b\"\t \" c \" \t\"\"\t\"d\te\"\tf\"\t\"",
		"1: <a b> <c> <\"d> <e\"> <f\"> <\">\n");
	/* Spaces do not, and it is not asked for what has no chance to be there. */
	CHECK_LIST("http://a/x http://b/x\n out=x\nb\n",
		"! stdin:1: there are URLs with a space between: mirrors of one file "
		"are "
		"separated by tabs, and others stand on lines of their own\n"
		"3: <b>\n");
	CHECK_LIST("a\nx\thttp://a/x   s3://b/x\ty\n out=x\n",
		"! stdin:2: there are URLs with a space between: mirrors of one file "
		"are "
		"separated by tabs, and others stand on lines of their own\n"
		"1: <a>\n");
	CHECK_LIST("http://a/x y?u=http://b/\n", "1: <http://a/x y?u=http://b/>\n");
	/* The entry before does not get the options of a line without URL. */
	CHECK_LIST("a\n\"\"\n out=x\n size=z\nb\n out=y\n",
		"! stdin:2: there is no URL in this line\n1: <a>\n5: <b> out=[y]\n");
	CHECK_LIST(
		"\"\"\t\" \"\n out=x\n", "! stdin:1: there is no URL in this line\n");
}

static void options_belong_to_the_entry_above(void)
{
	CHECK_LIST("a\n out=x\n\tdir=d/e\nb\n  out = y z \nc\n",
		"1: <a> out=[x] dir=[d/e]\n4: <b> out=[y z]\n6: <c>\n");
	CHECK_LIST("a\n out=1\n# b\n\n   \n out=2\n dir=d\n#\n",
		"1: <a> out=[2] dir=[d]\n");
	CHECK_LIST("a\n\t \tout=x=y=\r\n size=1", "1: <a> out=[x=y=] size=1\n");
	CHECK_LIST("a\nout=x\n", "1: <a>\n2: <out=x>\n");
}

static void every_option_is_taken(void)
{
	CHECK_LIST("a\n out=o\n dir=d\n checksum=md5=" HEX16
		   "\n size=10\n header=A: b\n"
		   " header=C:\n referer=r\n user-agent=u/1\n max-tries=3\n",
		"1: <a> out=[o] dir=[d] md5=" HEX16
		" size=10 header=[A: b] header=[C:] referer=[r] user-agent=[u/1]"
		" max-tries=3\n");
	/* Empty means: send none. */
	CHECK_LIST("a\n referer=\n user-agent=\n", "1: <a> referer=[] user-agent=[]\n");
	CHECK_LIST("a\n size=0\n", "1: <a> size=0\n");
	CHECK_LIST("a\n size=1.5K\n", "1: <a> size=1536\n");
	CHECK_LIST("a\n size=5\n size=7\n max-tries=1\n max-tries=2\n out=x\n out=y\n"
		   " referer=1\n referer=2\n user-agent=1\n user-agent=2\n dir=1\n "
		   "dir=2\n",
		"1: <a> out=[y] dir=[2] size=7 referer=[2] user-agent=[2] "
		"max-tries=2\n");
}

static void the_strongest_checksum_wins(void)
{
	static const char sha1[] = "sha-1=0011223344556677889900112233445566778899";
	struct entry *entry = entry_new();
	struct buf got = BUF_INIT;
	struct error err;

	check_int(field_apply(entry, "checksum", "md5=" HEX16, &err), 0);
	check_int(field_apply(entry, "checksum", sha1, &err), 0);
	check_int(field_apply(entry, "checksum", "md5=" HEX16, &err), 0);
	check_int(field_apply(entry, "checksum", "sha-1=00", &err), -1);
	check_int(field_apply(entry, "checksum", "crc32=00", &err), -1);
	check_int(err.kind, KIND_INPUT);
	checksum_add(&got, &entry->checksum);
	check_str(got.data, sha1);
	buf_release(&got);
	entry_free(entry);
}

static struct entry *first_entry(const char *list)
{
	struct source *source;
	struct entry *entry;
	struct reader *reader;

	need(scratch_write("named", list), "cannot write");
	reader = reader_open("named", NULL);
	need(reader != NULL, "cannot read");
	source = list_open(reader, "named");
	need(source_next(source, &entry, NULL) == SOURCE_ENTRY, "no entry");
	source_free(source);
	return entry;
}

static void who_named_it_is_known(void)
{
	struct entry *entry =
		first_entry("http://a/\n named-by=HTTP://List.example public\n");

	check_str(entry->bound_to, "http://list.example:80");
	check(entry->named_by_public);
	entry_free(entry);
	entry = first_entry(
		"http://a/\n named-by=https://b public\n named-by=https://b\n");
	check_str(entry->bound_to, "https://b:443");
	check(!entry->named_by_public);
	entry_free(entry);
	CHECK_LIST("a\n named-by=https://b  public\nb\n named-by=b\nc\n named-by=\n",
		"! stdin:2: named-by: it must be a server, as https://a.example:443, "
		"and "
		"'public' may follow; the URL above it is left out\n"
		"! stdin:4: named-by: it must be a server, as https://a.example:443, "
		"and "
		"'public' may follow; the URL above it is left out\n"
		"! stdin:6: named-by: it must be a server, as https://a.example:443, "
		"and "
		"'public' may follow; the URL above it is left out\n");
}

static void a_bad_option_is_named_and_left_out(void)
{
	CHECK_LIST("a\n foo=1\n out=x\n",
		"! stdin:2: unknown option 'foo'; known: out dir checksum header "
		"referer "
		"user-agent max-tries size known-as named-by\n1: <a> out=[x]\n");
	CHECK_LIST("a\n out=x\n split=5\nb\n",
		"! stdin:3: not supported here: aria2's option 'split'; known: out dir "
		"checksum header referer user-agent max-tries size known-as named-by\n"
		"1: <a> out=[x]\n4: <b>\n");
	CHECK_LIST("a\n OUT=x\n --out=x\n out\n =x\n out x=y\n # no\n",
		"! stdin:2: unknown option 'OUT'; known: out dir checksum header "
		"referer "
		"user-agent max-tries size known-as named-by\n"
		"! stdin:3: unknown option '--out'; known: out dir checksum header "
		"referer "
		"user-agent max-tries size known-as named-by\n"
		"! stdin:4: an indented line must be name=value, an option of the URL "
		"above "
		"it\n"
		"! stdin:5: an indented line must be name=value, an option of the URL "
		"above "
		"it\n"
		"! stdin:6: an indented line must be name=value, an option of the URL "
		"above "
		"it\n"
		"! stdin:7: an indented line must be name=value, an option of the URL "
		"above "
		"it\n1: <a>\n");
	CHECK_LIST(" out=x\n\tfoo\na\n out=y\n",
		"! stdin:1: an indented line is an option, and there is no URL above "
		"it\n"
		"! stdin:2: an indented line is an option, and there is no URL above "
		"it\n"
		"3: <a> out=[y]\n");
}

/* Every value here must be refused and leave the entry as it was. */
static void a_bad_value_changes_nothing(void)
{
	static const char *const bad[][2] = {
		{"out", ""},
		{"dir", ""},
		{"checksum", ""},
		{"checksum", "sha-256"},
		{"checksum", "sha-256=" HEX16},
		{"checksum", "md5=" HEX16 "0"},
		{"size", ""},
		{"size", "-1"},
		{"size", "1x"},
		{"size", "10 20"},
		{"size", "9223372036854775808"},
		{"max-tries", ""},
		{"max-tries", "0"},
		{"max-tries", "-1"},
		{"max-tries", "1.5"},
		{"max-tries", "3K"},
		{"max-tries", "99999999999999999999"},
		{"header", ""},
		{"header", "A"},
		{"header", ": b"},
		{"header", "A b: c"},
		{"header", "A : c"},
		{"header", "A;"},
		{"header", "\xc3\xa4: c"},
		{"header", "A: b\rX: y"},
		{"header", "A: b\nX: y"},
		{"header", "A: b\tc"},
		{"header", "A: b\x7f"},
		{"header", "A: \x1b]52;"},
		{"referer", "a\rb"},
		{"referer", "\x01"},
		{"user-agent", "a\nb"},
		{"user-agent", "a\x7f"},
		{"", "x"},
		{"gid", "1"},
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct entry *entry = entry_new();
		struct buf got = BUF_INIT;
		struct error err = {.kind = KIND_NONE};

		entry->input = "-";
		strings_add(&entry->urls, "u");
		check_int(field_apply(entry, bad[i][0], bad[i][1], &err), -1);
		check_int(err.kind, KIND_INPUT);
		check(err.text[0] != '\0');
		check_int(field_apply(entry, bad[i][0], bad[i][1], NULL), -1);
		reading_add_entry(&got, entry);
		check_str(got.data, "0: <u>\n");
		if (tap_failed_checks)
			printf("# row %zu\n", i);
		buf_release(&got);
		entry_free(entry);
	}
}

/* Without what was meant the file must not be fetched: unverified, or under another name. */
static void a_bad_value_takes_its_entry_along(void)
{
	CHECK_LIST("a\n checksum=md5=12\n out=o\nb\n out=p\n",
		"! stdin:2: a checksum by md5 is 32 hexadecimal digits; the URL above "
		"it is left out\n4: <b> out=[p]\n");
}

/* They are kept until the entry is fetched, and libcurl takes longer for each than for the last. */
static void headers_have_an_end(void)
{
	struct buf list = BUF_INIT;
	char *got;

	buf_addstr(&list, "a\n");
	for (int i = 0; i < 1000; i++)
		buf_addstr(&list, " header=A: b\n");
	buf_addstr(&list, "b\n");
	got = reading_file(open_list, list.data, list.len);
	check(strstr(got, "!") == NULL && strstr(got, "1: <a>") == got);
	free(got);
	buf_truncate(&list, list.len - 2);
	buf_addstr(&list, " header=A: b\nb\n");
	got = reading_file(open_list, list.data, list.len);
	check_str(got,
		"! stdin:1002: header: an entry has at most 1000 of them; the URL "
		"above it is left out\n1003: <b>\n");
	free(got);
	buf_release(&list);
}

static void errors_quote_no_secrets(void)
{
	static const char list[] = "a\n header=Authorization canary\n"
				   " header=A: canary\x01\n"
				   " http://user:canary@host/?a=b\n"
				   " referer=http://u:canary@h/\x01\n"
				   " canarycanarycanarycanarycanarycanarycanary=1\n"
				   " checksum=md5=canary\n";

	reading_check_secrets(open_list, list, 2, 7);
}

static void a_line_thrown_away_keeps_its_options(void)
{
	struct buf list = BUF_INIT;
	char *got;

	CHECK_LIST("a\n out=1\nb\0b\n out=2\n foo\nc\n out=3\n",
		"! stdin:3: the line has a NUL byte in it; it is skipped\n"
		"1: <a> out=[1]\n6: <c> out=[3]\n");
	/* A bad option line or comment ends nothing. */
	CHECK_LIST("a\n dir=\0\n#\0\n out=2\n",
		"! stdin:2: the line has a NUL byte in it; it is skipped\n"
		"! stdin:3: the line has a NUL byte in it; it is skipped\n"
		"1: <a> out=[2]\n");
	CHECK_LIST("\0\n out=2\n", "! stdin:1: the line has a NUL byte in it; it is "
				   "skipped\n");
	buf_addstr(&list, "a\n");
	for (int i = 0; i < READER_LINE_MAX / 8; i++)
		buf_addstr(&list, "http://bb");
	buf_addstr(&list, "\n out=2\nc\n");
	got = reading_file(open_list, list.data, list.len);
	check_str(got, "! stdin:2: the line is over 64 KiB long; it is skipped\n"
		       "1: <a>\n4: <c>\n");
	free(got);
	buf_release(&list);
}

static void entries_stream_one_behind(void)
{
	int end = feed_stdin_pipe();
	struct source *source = list_open(reading_open("-"), "-");
	struct buf out = BUF_INIT;

	check_int(source_fd(source), STDIN_FILENO);
	feed_write(end, "a\nb\n", 4);
	check_int(reading_drain(source, &out), SOURCE_AGAIN);
	check_str(out.data, "1: <a>\n");
	check_int(source_fd(source), STDIN_FILENO);
	feed_write(end, " out=x", 6);
	check_int(reading_drain(source, &out), SOURCE_AGAIN);
	feed_write(end, "y\n\n#\n", 5);
	check_int(reading_drain(source, &out), SOURCE_AGAIN);
	check_str(out.data, "1: <a>\n");
	feed_write(end, "c\n", 2);
	check_int(reading_drain(source, &out), SOURCE_AGAIN);
	check_str(out.data, "1: <a>\n2: <b> out=[xy]\n");
	close(end);
	check_int(reading_drain(source, &out), SOURCE_END);
	check_str(out.data, "1: <a>\n2: <b> out=[xy]\n6: <c>\n");
	source_free(source);
	buf_release(&out);
}

/* Freed with an entry held, one ready, and nothing read: no leak (the sanitizer sees).
 */
static void it_can_be_freed_at_any_time(void)
{
	int end = feed_stdin_pipe();
	struct source *source = list_open(reading_open("-"), "-");
	struct entry *entry;
	struct error err;

	source_free(source);
	source = list_open(reading_open("-"), "-");
	feed_write(end, "a\n out=x\n\"\"\nb\n", 14);
	check_int(source_next(source, &entry, &err), SOURCE_BAD);
	source_free(source);
	source = list_open(reading_open("-"), "-");
	feed_write(end, "c\n out=x\n", 9);
	check_int(source_next(source, &entry, &err), SOURCE_AGAIN);
	source_free(source);
	close(end);
}

static void a_torn_list_does_not_give_out_half_an_entry(void)
{
	reading_check_torn(open_list, "a\n out=x\nb\n out=y\nc\n out=zzz\n size=5\nd\n",
		"1: <a> out=[x]\n3: <b> out=[y]\n5: <c> out=[zzz] size=5\n"
		"broken: stdin: its gzip data is cut short\n");
}

/* An error says where, what and what else there is, even with a very long path. */
static void a_long_path_leaves_room_for_the_error(void)
{
	char path[231] = "";
	struct buf out = BUF_INIT;
	struct source *source;

	memset(path, 'n', sizeof(path) - 1);
	need(scratch_write(path, "a\n max-connection-per-server=1\n"),
		"write the list");
	source = list_open(reading_open(path), path);
	while (out.len == 0) {
		struct entry *entry;
		struct error err;

		check_int(source_next(source, &entry, &err), SOURCE_BAD);
		buf_addstr(&out, err.text);
	}
	check(strstr(
		out.data, "nnn:2: not supported here: aria2's option 'max-connec"));
	check(strstr(out.data, " max-tries size"));
	source_free(source);
	buf_release(&out);
}

static void add_random_line(struct buf *list, struct dice *dice)
{
	static const char *const lines[] = {"http://host/a",
		"http://host/b\thttp://m/b", "# comment", "", "  ", " out=name",
		"\tdir = some/dir ", " header=A: b", " foo=bar", " size=12M", " size=x",
		"\"\"", "\"http://q/\"", " split=4", " checksum=md5=" HEX16,
		" max-tries=9", "\xff\xfe"};
	static const char *const ends[] = {"\n", "\n", "\r\n"};
	size_t which = dice_below(dice, ARRAY_LEN(lines) + 1);

	if (which < ARRAY_LEN(lines))
		buf_addstr(list, lines[which]);
	else if (dice_below(dice, 4) == 0)
		buf_add(list, " \0", 2);
	else
		for (size_t len = dice_below(dice, 2 * READER_LINE_MAX); len > 0; len--)
			buf_addch(list, 'u');
	buf_addstr(list, ends[dice_below(dice, ARRAY_LEN(ends))]);
}

static void pieces_and_packing_make_no_difference(void)
{
	reading_check_random(open_list, "", add_random_line);
}

static void a_long_list_takes_no_memory(void)
{
	reading_check_long(open_list, "", "http://host/1\n out=some-name-of-it\n");
}

int main(void)
{
	(void)signal(SIGPIPE, SIG_IGN);
	scratch_enter();
	run(a_long_list_takes_no_memory);
	run(a_bare_list_is_one_entry_a_line);
	run(tabs_separate_mirrors);
	run(options_belong_to_the_entry_above);
	run(every_option_is_taken);
	run(the_strongest_checksum_wins);
	run(who_named_it_is_known);
	run(a_bad_option_is_named_and_left_out);
	run(a_bad_value_changes_nothing);
	run(a_bad_value_takes_its_entry_along);
	run(headers_have_an_end);
	run(errors_quote_no_secrets);
	run(a_line_thrown_away_keeps_its_options);
	run(entries_stream_one_behind);
	run(it_can_be_freed_at_any_time);
	run(a_torn_list_does_not_give_out_half_an_entry);
	run(a_long_path_leaves_room_for_the_error);
	run(pieces_and_packing_make_no_difference);
	scratch_leave();
	return done();
}
