/* CSV and TSV: quotes, headers, records over several lines, and what is a bad one. */
#include "input/csv.h"

#include <signal.h>

#include "input/cells.h"
#include "reading.h"

#define HEX16 "00112233445566778899aabbccddeeff"
#define HEX20 "0011223344556677889900112233445566778899"
#define NO_URL                                                                         \
	"no column is named \"url\"; the first line must name the columns, as "        \
	"url,out,sha256\n"

static struct source *open_csv(struct reader *reader)
{
	return csv_open(reader, "-", ',');
}

static struct source *open_tsv(struct reader *reader)
{
	return csv_open(reader, "-", '\t');
}

#define CHECK(data, want) reading_check(open_csv, data, sizeof(data) - 1, want)
#define CHECK_TSV(data, want) reading_check(open_tsv, data, sizeof(data) - 1, want)

static void columns_are_named_by_the_first_row(void)
{
	CHECK("", "");
	CHECK("url\n", "");
	CHECK("url\nhttp://a/\n\nhttp://b/", "2: <http://a/>\n4: <http://b/>\n");
	CHECK("\n \r\nurl,out\r\nhttp://a/,x\r\n", "4: <http://a/> out=[x]\n");
	CHECK("\xef\xbb\xbfurl\na\n", "2: <a>\n");
	CHECK(" URL ,Out,User_Agent,MAX-TRIES\na,x,u,3\n",
		"2: <a> out=[x] user-agent=[u] max-tries=3\n");
	CHECK("out,dir,checksum,size,header,header,referer,user-agent,max-tries,url\n"
	      "o,d,md5=" HEX16 ",10,A: b,C: d,r,u,3,a\n",
		"2: <a> out=[o] dir=[d] md5=" HEX16
		" size=10 header=[A: b] header=[C: d] referer=[r] user-agent=[u]"
		" max-tries=3\n");
	/* No cell is as good as an empty one. */
	CHECK("url,out,dir,checksum,size,header,referer,user-agent,max-tries,md5\n"
	      "a,,,,,,,,,\n",
		"2: <a>\n");
}

static void mirrors_have_columns_of_their_own(void)
{
	CHECK("url,out,url,url\na,x,b,c\nd,,,\n,y,e,\n",
		"2: <a> <b> <c> out=[x]\n3: <d>\n4: <e> out=[y]\n");
}

static void digests_may_have_a_column(void)
{
	CHECK("url,md5,SHA-1,sha1\na," HEX16 ",,\nb," HEX16 "," HEX20 ",\nc,,," HEX20
	      "\n",
		"2: <a> md5=" HEX16 "\n3: <b> sha-1=" HEX20 "\n4: <c> sha-1=" HEX20
		"\n");
	CHECK("url,md5\na,0\n",
		"! stdin:2: a checksum by md5 is 32 hexadecimal digits\n");
}

static void other_columns_are_not_used(void)
{
	CHECK("caption,url,width,\n\"a, b\",u,7,x\n", "2: <u>\n");
}

static void without_urls_the_input_is_refused(void)
{
	CHECK("caption,out\na,b\n", "broken: stdin:1: " NO_URL);
	CHECK("\nhttp://a/\nhttp://b/\n", "broken: stdin:2: " NO_URL);
	CHECK("url;out\na;b\n", "broken: stdin:1: " NO_URL);
	CHECK("url,out,OUT\na,b,c\n",
		"broken: stdin:1: the column \"out\" is there twice\n");
	CHECK("url,\"a\"b\na,b\n",
		"broken: stdin:1: there is something behind the closing quote of a "
		"value; a quote in it is written \"\"\n");
	CHECK("url\0\na\n", "broken: stdin:1: the line has a NUL byte in it; it is "
			    "skipped\n");
	CHECK("url,\"a\n", "broken: stdin:1: a value is quoted, and the quote is never "
			   "closed; lines 1 to 1 are skipped\n");
}

static void quotes_are_those_of_rfc_4180(void)
{
	CHECK("\"url\",\"out\"\n\"a\",\"b,c\"\n", "2: <a> out=[b,c]\n");
	CHECK("url,out\na,\"b \"\"c\"\"\"\nb,\"\"\"\"\n",
		"2: <a> out=[b \"c\"]\n3: <b> out=[\"]\n");
	CHECK("url,out\na,\" b \"\n", "2: <a> out=[ b ]\n");
	CHECK("url,out\n a , b\t\n \"a\" ,\t\"b\" \n",
		"2: <a> out=[b]\n3: <a> out=[b]\n");
	CHECK("url,out\na,b\"c\"\n", "2: <a> out=[b\"c\"]\n");
	CHECK("url,out\na,\"\"\n", "2: <a>\n");
	CHECK("url,out\na,\"b\"c\nd,\"e\" \"f\"\n\"g\"\"\",h\n",
		"! stdin:2: there is something behind the closing quote of a value; a "
		"quote in it is written \"\"\n"
		"! stdin:3: there is something behind the closing quote of a value; a "
		"quote in it is written \"\"\n"
		"4: <g\"> out=[h]\n");
}

static void a_quoted_value_may_have_line_ends(void)
{
	CHECK("url,caption,out\na,\"one\r\ntwo\n\n\"\"three\"\"\",x\nb,,y\n",
		"2: <a> out=[x]\n6: <b> out=[y]\n");
	CHECK("\"url\",\"the\ncaption\"\na,b\n", "3: <a>\n");
	CHECK("url,out\na,\"x\ny\"\n", "2: <a> out=[x\ny]\n");
	CHECK("url,caption\na,\"\n\"\n\"b\n\",c\n", "2: <a>\n4: <b\n>\n");
}

static void a_quote_that_is_never_closed_takes_what_follows(void)
{
	CHECK("url,caption\na,x\nb,\"y\nc,z\n",
		"2: <a>\n! stdin:3: a value is quoted, and the quote is never closed; "
		"lines 3 to 4 are skipped\n");
	/* A line that is thrown away takes its record with it, no other. */
	CHECK("url,caption\na,\"x\n\0\nb,y\n", "! stdin:2: a value is quoted, and is "
					       "too long or has a NUL byte in it; "
					       "lines 2 to 3 are skipped\n4: <b>\n");
}

/* Up to 64 KiB; then what follows is looked at anew. */
static void a_record_has_a_cap(void)
{
	struct buf data = BUF_INIT, want = BUF_INIT;
	char *got;

	buf_addstr(&data, "url,caption\na,\"");
	for (int i = 0; i < READER_LINE_MAX / 8; i++)
		buf_addstr(&data, i % 16 ? "a words " : "a words\n");
	buf_addstr(&data, "\nb,c\n");
	got = reading_file(open_csv, data.data, data.len);
	check(strstr(got,
		      "! stdin:2: a value is quoted, and is over 64 KiB long; lines "
		      "2 to ") == got);
	check(strstr(got, ": <b>\n") != NULL);
	free(got);
	buf_clear(&data);
	/* Just so, over two lines. */
	buf_addstr(&data, "url,caption\na,\"\n");
	for (int i = 0; i < READER_LINE_MAX - 5; i++)
		buf_addch(&data, 'x');
	buf_addstr(&data, "\"\nb,\"\n");
	for (int i = 0; i < READER_LINE_MAX - 4; i++)
		buf_addch(&data, 'x');
	buf_addstr(&data, "\"\nc,d\n");
	buf_addf(&want,
		"2: <a>\n! stdin:4: a value is quoted, and is over 64 KiB long; "
		"lines 4 to 5 are skipped\n6: <c>\n");
	got = reading_file(open_csv, data.data, data.len);
	check_str(got, want.data);
	free(got);
	buf_release(&want);
	buf_release(&data);
}

static void a_bad_record_is_left_out_as_a_whole(void)
{
	CHECK("url,out\na\nb,c,d\ne,f\n",
		"! stdin:2: this record has only 1 of 2 values\n"
		"! stdin:3: this record has 3 values for 2 columns; one with the "
		"separator in it must be quoted\n4: <e> out=[f]\n");
	CHECK("url,out\n,x\n\"\",y\n",
		"! stdin:2: there is no URL in it\n! stdin:3: there is no URL in it\n");
	CHECK("url,size\na,many\nb,1\n",
		"! stdin:2: size: it must be bytes, as 4096 or 1.5G\n3: <b> size=1\n");
	CHECK("url,out\na\0,b\nc,d\n",
		"! stdin:2: the line has a NUL byte in it; it is skipped\n"
		"3: <c> out=[d]\n");
}

static void errors_quote_no_secrets(void)
{
	static const char data[] =
		"url,header,size,md5\n"
		"a,Authorization canary,,\na,A: canary\x01,,\n"
		"http://u:canary@h/,,canary,\na,,,canary\n"
		"canary,\"canary\"canary,,\n,A: canary,,\ncanary\n\"canary\n";

	reading_check_secrets(open_csv, data, 2, 9);
}

static void tabs_separate_too(void)
{
	CHECK_TSV("url\tout\tcaption\na\tb, c\t\"x\"\nd\t\t\n",
		"2: <a> out=[b, c]\n3: <d>\n");
	CHECK_TSV("url\tout\na\t\"b\tc\"\n", "2: <a> out=[b\tc]\n");
	/* A quote that is not closed is a quote. */
	CHECK_TSV("caption\turl\n\"so he said\ta\n\"x\" y\tb\n\"\tc\nd\"\te\n",
		"2: <a>\n3: <b>\n4: <c>\n5: <e>\n");
	CHECK_TSV("\turl\n\ta\n", "2: <a>\n");
	CHECK_TSV("url,out\na,b\n", "broken: stdin:1: " NO_URL);
}

static void googles_lists_are_known(void)
{
	static const char google[] = "TsvHttpData-1.0\n"
				     "http://a/\t1357\twHENa08V36iPYAsOa2JAdw==\n"
				     "http://b/\t7\nhttp://c/\n"
				     "http://d/\t\twHENa08V36iPYAsOa2JAdw=\n"
				     "http://e/\t1\twHENa08V36iPYAsOa2JAdw==\tx\n";
	static const char want[] =
		"2: <http://a/> md5=c0710d6b4f15dfa88f600b0e6b624077 size=1357\n"
		"3: <http://b/> size=7\n4: <http://c/>\n"
		"! stdin:5: a checksum by md5 is the base64 of 16 bytes here\n"
		"! stdin:6: this record has 4 values for 3 columns; one with the "
		"separator in it must be quoted\n";

	CHECK_TSV(google, want);
	CHECK(google, want);
}

/* A cell as it is written; *text gets what it says. */
static void add_random_cell(struct buf *out, struct buf *text, struct dice *dice)
{
	bool bare = dice_below(dice, 2);
	size_t len = dice_below(dice, 6);

	buf_clear(text);
	for (; len > 0; len--)
		buf_addch(text, bare ? "xy'.="[dice_below(dice, 5)]
				     : "\"\n,x \t"[dice_below(dice, 6)]);
	if (bare) {
		buf_add(out, text->data, text->len);
		return;
	}
	buf_addch(out, '"');
	for (size_t i = 0; i < text->len; i++)
		buf_addf(out, text->data[i] == '"' ? "\"\"" : "%c", text->data[i]);
	buf_addch(out, '"');
}

/* Whatever is written comes back, and a record ends at the first line end that is not within
 * quotes. */
static void what_is_written_comes_back(void)
{
	struct buf record = BUF_INIT, texts[5];
	struct cells cells = {0};
	struct dice dice = {7};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		buf_init(&texts[i]);
	for (int round = 0; round < 20000; round++) {
		size_t count = 1 + dice_below(&dice, ARRAY_LEN(texts));
		enum cells_state end = CELLS_BEGIN;
		char *line, *newline;

		buf_clear(&record);
		for (size_t i = 0; i < count; i++) {
			if (i > 0)
				buf_addch(&record, ',');
			add_random_cell(&record, &texts[i], &dice);
		}
		buf_reserve(&record, 1);
		for (line = record.data; (newline = strchr(line, '\n'));
			line = newline + 1) {
			end = cells_scan(end, line, (size_t)(newline - line));
			check_int(end, CELLS_QUOTED);
		}
		check(cells_scan(end, line, strlen(line)) != CELLS_QUOTED);
		check_int(cells_cut(&cells, record.data, record.len, ',', NULL), 0);
		check_int(cells.count, count);
		for (size_t i = 0; i < count && i < cells.count; i++)
			check_str(cells.items[i], texts[i].data);
	}
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		buf_release(&texts[i]);
	cells_release(&cells);
	buf_release(&record);
}

static void add_random_line(struct buf *data, struct dice *dice)
{
	static const char *const lines[] = {"http://a/,x,1", "b,\"x,y\",2", "c,\"x",
		"\"", "", "y\",3", "d,,,", "\"e\",\"\"\"\",4", "f,g,h", "\xff,\xff,"};
	size_t which = dice_below(dice, ARRAY_LEN(lines) + 2);

	if (which < ARRAY_LEN(lines))
		buf_addstr(data, lines[which]);
	else
		for (size_t len = dice_below(dice, 30); len > 0; len--)
			buf_addch(data, "\"\",ab\t 1"[dice_below(dice, 8)]);
	buf_addstr(data, dice_below(dice, 3) ? "\n" : "\r\n");
}

static void pieces_and_packing_make_no_difference(void)
{
	reading_check_random(open_csv, "url,out,size\n", add_random_line);
	reading_check_random(open_tsv, "url\tx\n", add_random_line);
}

static void it_can_be_freed_at_any_time(void)
{
	int end = feed_stdin_pipe();
	struct source *source = open_csv(reading_open("-"));
	struct buf out = BUF_INIT;

	source_free(source);
	source = open_csv(reading_open("-"));
	feed_write(end, "url,caption\na,\"b\nc", 17);
	check_int(reading_drain(source, &out), SOURCE_AGAIN);
	check_int(source_fd(source), STDIN_FILENO);
	source_free(source);
	close(end);
	buf_release(&out);
}

static void a_torn_input_is_broken(void)
{
	reading_check_torn(open_csv, "url,caption\na,b\nc,\"d\ne",
		"2: <a>\nbroken: stdin: its gzip data is cut short\n");
}

static void a_long_input_takes_no_memory(void)
{
	reading_check_long(open_csv, "url,out,caption\n",
		"http://host/1,name,\"a, b\nand so on\"\n");
}

int main(void)
{
	(void)signal(SIGPIPE, SIG_IGN);
	run(a_long_input_takes_no_memory);
	run(columns_are_named_by_the_first_row);
	run(mirrors_have_columns_of_their_own);
	run(digests_may_have_a_column);
	run(other_columns_are_not_used);
	run(without_urls_the_input_is_refused);
	run(quotes_are_those_of_rfc_4180);
	run(a_quoted_value_may_have_line_ends);
	run(a_quote_that_is_never_closed_takes_what_follows);
	run(a_record_has_a_cap);
	run(a_bad_record_is_left_out_as_a_whole);
	run(errors_quote_no_secrets);
	run(tabs_separate_too);
	run(googles_lists_are_known);
	run(what_is_written_comes_back);
	run(pieces_and_packing_make_no_difference);
	run(it_can_be_freed_at_any_time);
	run(a_torn_input_is_broken);
	return done();
}
