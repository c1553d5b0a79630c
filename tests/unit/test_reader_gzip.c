/* test_reader_gzip.c - input that is packed: whole, in pieces, cut short, damaged, a bomb. */
#include "lines.h"

static void a_packed_bomb_takes_no_memory(void)
{
	size_t len = (size_t)64 << 20;
	struct buf packed = BUF_INIT;
	struct rusage before, after;
	char *zeros = xcalloc(1, 1 << 20), *got;

	memset(zeros, 'y', 1 << 20);
	for (size_t done = 0; done < len; done += 1 << 20)
		feed_gzip(&packed, zeros, 1 << 20, Z_FINISH);
	(void)getrusage(RUSAGE_SELF, &before);
	got = read_file(packed.data, packed.len);
	(void)getrusage(RUSAGE_SELF, &after);
	check_str(got,
		"1 bad 79: stdin:1: the line is over 64 KiB long; it is skipped\n");
	check(after.ru_maxrss - before.ru_maxrss < 4096);
	free(got);
	free(zeros);
	buf_release(&packed);
}

static void check_packed(const struct buf *packed, const char *want)
{
	check_lines(packed->data, packed->len, want);
}

static void gzip_is_transparent(void)
{
	struct buf packed = BUF_INIT;

	feed_gzip(&packed, "", 0, Z_FINISH);
	check_packed(&packed, "");
	feed_gzip(&packed, BOM "a\r\nb", 7, Z_FINISH);
	check_packed(&packed, "1 [a]\n2 [b]\n");
	feed_gzip(&packed, "", 0, Z_FINISH);
	feed_gzip(&packed, "c\nd\n", 4, Z_FINISH);
	check_packed(&packed, "1 [a]\n2 [bc]\n3 [d]\n");
	buf_add(&packed, "\0\0\0\0\0", 5);
	check_packed(&packed, "1 [a]\n2 [bc]\n3 [d]\n");
	feed_gzip(&packed, "e", 1, Z_FINISH);
	check_packed(&packed, "1 [a]\n2 [bc]\n3 [d]\n4 [e]\n");
	buf_release(&packed);
}

static void what_begins_like_gzip_may_be_text(void)
{
	CHECK_LINES("\x1f", "1 [\x1f]\n");
	CHECK_LINES("\x1f\n", "1 [\x1f]\n");
	CHECK_LINES("\x1f\x1f\x8b\n", "1 [\x1f\x1f\x8b]\n");
	CHECK_LINES("a\n\x1f\x8b\n", "1 [a]\n2 [\x1f\x8b]\n");
}

static void what_cannot_be_unpacked_is_named(void)
{
#define REFUSED(name, command)                                                         \
	"broken: stdin: it is compressed by " name                                     \
	"; only plain text and gzip are read, so unpack it first, as " command         \
	" FILE does\n"
	CHECK_LINES("\xfd"
		    "7zXZ\0\0\4\n",
		REFUSED("xz", "xz -dc"));
	CHECK_LINES("\x28\xb5\x2f\xfd\x24\0\n", REFUSED("zstd", "zstd -dc"));
	CHECK_LINES("BZh91AY&SY\0\n", REFUSED("bzip2", "bzip2 -dc"));
	CHECK_LINES("BZh11AY&SY", REFUSED("bzip2", "bzip2 -dc"));
	CHECK_LINES("PK\3\4\24\0\n", REFUSED("zip", "unzip -p"));
	/* Text, or cut short. */
	CHECK_LINES("PK\n", "1 [PK]\n");
	CHECK_LINES("BZh91AY&SX\nb\n", "1 [BZh91AY&SX]\n2 [b]\n");
	CHECK_LINES("BZh9", "1 [BZh9]\n");
	CHECK_LINES("\x28\xb5\x2f\n", "1 [\x28\xb5\x2f]\n");
#undef REFUSED
}

/* All that can be unpacked of what has come is delivered, though it is far more than
 * the text buffer holds and nothing further comes. */
static void packed_lines_do_not_wait_for_more_input(void)
{
	struct buf text = BUF_INIT, packed = BUF_INIT;
	int end = feed_stdin_pipe(), lines = 0;
	struct reader *reader;
	struct error err;
	char *line;
	size_t len;

	for (int i = 0; i < 100000; i++)
		buf_addstr(&text, "http://h/a/line/that/packs/well\n");
	feed_gzip(&packed, text.data, text.len, Z_SYNC_FLUSH);
	check(packed.len < 32768);
	feed_write(end, packed.data, packed.len);
	reader = reader_open("-", &err);
	while (reader_next(reader, &line, &len, &err) == READER_LINE)
		lines++;
	check_int(lines, 100000);
	check_int(reader_next(reader, &line, &len, &err), READER_AGAIN);
	close(end);
	check_int(reader_next(reader, &line, &len, &err), READER_BROKEN);
	check_str(err.text, "stdin: its gzip data is cut short");
	check_int(reader_next(reader, &line, &len, &err), READER_END);
	reader_free(reader);
	buf_release(&text);
	buf_release(&packed);
}

/* Lines in what zlib makes of packed[0..len) with all the room it may want. */
static int count_unpacked(const struct buf *packed, size_t len, char *room, size_t size)
{
	z_stream z = {.next_in = (unsigned char *)packed->data,
		.avail_in = (uInt)len,
		.next_out = (unsigned char *)room,
		.avail_out = (uInt)size};
	int lines = 0;

	need(inflateInit2(&z, 16 + MAX_WBITS) == Z_OK, "inflateInit2");
	(void)inflate(&z, Z_SYNC_FLUSH);
	for (size_t i = 0; i < size - z.avail_out; i++)
		lines += room[i] == '\n';
	(void)inflateEnd(&z);
	return lines;
}

/* Wherever packed input stops, also where a run of bytes did not fit the text buffer whole:
 * the lines that zlib can make of it come out. */
static void no_unpacked_line_stays_behind(void)
{
	struct buf text = BUF_INIT, packed = BUF_INIT;
	struct error err;
	char *line, *room;
	size_t len;

	for (int i = 0; i < 450; i++)
		for (int j = 0; j < 40; j++)
			buf_addf(&text, "http://h/%d/\n", i % 10);
	room = xmalloc(text.len);
	feed_gzip(&packed, text.data, text.len, Z_FINISH);
	for (size_t cut = packed.len / 2; cut < packed.len; cut++) {
		struct reader *reader;
		int lines = 0;

		feed_stdin_file(packed.data, cut);
		reader = reader_open("-", &err);
		while (reader_next(reader, &line, &len, &err) == READER_LINE)
			lines++;
		check_int(lines, count_unpacked(&packed, cut, room, text.len));
		reader_free(reader);
	}
	free(room);
	buf_release(&text);
	buf_release(&packed);
}

/* `got` must be whole lines from the beginning of `whole`, then the break. */
static void check_broken(const char *got, const char *whole, const char *why)
{
	const char *broken = strstr(got, "broken: ");

	check(broken != NULL);
	if (!broken)
		return;
	check(strncmp(got, whole, (size_t)(broken - got)) == 0);
	check_str(broken, why);
}

static void gzip_cut_short_gives_the_lines_before(void)
{
	struct buf text = BUF_INIT, packed = BUF_INIT;
	struct dice dice = {3};
	char *whole, *got;

	for (int i = 0; i < 300; i++)
		buf_addf(&text, "http://host/%" PRIu64 "\n", dice_roll(&dice));
	feed_gzip(&packed, text.data, text.len / 2, Z_FINISH);
	feed_gzip(&packed, text.data + text.len / 2, text.len - text.len / 2, Z_FINISH);
	whole = read_file(packed.data, packed.len);
	for (size_t len = 2; len < packed.len; len++) {
		got = read_file(packed.data, len);
		if (strstr(got, "broken"))
			check_broken(got, whole,
				"broken: stdin: its gzip data is cut short\n");
		else /* between the two members */
			check(strncmp(got, whole, strlen(got) - 2) == 0);
		free(got);
	}
	got = read_file(packed.data, packed.len - 1);
	check(strlen(got) > strlen(whole));
	free(got);
	free(whole);
	buf_release(&text);
	buf_release(&packed);
}

static void damaged_gzip_is_found(void)
{
	static const char why[] = "broken: stdin: its gzip data is damaged\n";
	struct buf text = BUF_INIT, packed = BUF_INIT;
	size_t broken = 0;
	char *whole, *got;

	for (int i = 0; i < 300; i++)
		buf_addf(&text, "http://host/%d\n", i);
	feed_gzip(&packed, text.data, text.len, Z_FINISH);
	whole = read_file(packed.data, packed.len);
	for (size_t i = 2; i < packed.len; i++) {
		packed.data[i] ^= 0x10;
		got = read_file(packed.data, packed.len);
		broken += strstr(got, "broken: ") != NULL;
		check(strstr(got, "broken: ") || strcmp(got, whole) == 0);
		packed.data[i] ^= 0x10;
		free(got);
	}
	/* All but the header's time stamp and the like. */
	check(broken >= packed.len - 10);
	buf_addstr(&packed, "garbage");
	got = read_file(packed.data, packed.len);
	check_broken(got, whole, why);
	check_int(strlen(got), strlen(whole) + strlen(why));
	free(got);
	free(whole);
	buf_release(&text);
	buf_release(&packed);
}

static void add_random_line(struct buf *text, struct dice *dice)
{
	static const char *const ends[] = {"\n", "\n", "\n", "\r\n", "\r\r\n", "\n\n"};
	size_t len = dice_below(dice, 60);

	if (dice_below(dice, 40) == 0)
		len = READER_LINE_MAX - 3 + dice_below(dice, 8);
	if (dice_below(dice, 80) == 0)
		len = dice_below(dice, 300000);
	for (size_t i = 0; i < len; i++)
		buf_addch(text, (char)('a' + i % 26));
	if (dice_below(dice, 30) == 0)
		buf_addch(text, '\0');
	buf_addstr(text, ends[dice_below(dice, ARRAY_LEN(ends))]);
}

static void pieces_and_packing_make_no_difference(void)
{
	for (uint64_t seed = 1; seed <= 60; seed++) {
		static const size_t mosts[] = {3, 700, 20000, 60000};
		struct buf text = BUF_INIT, packed = BUF_INIT;
		struct dice dice = {seed};
		size_t lines = dice_below(&dice, 200), most;
		char *want, *got;

		if (seed % 3 == 0)
			buf_addstr(&text, BOM);
		while (lines-- > 0)
			add_random_line(&text, &dice);
		if (text.len > 0 && seed % 2 == 0)
			buf_truncate(&text, text.len - 1);
		most = mosts[text.len > 100000 ? 1 + seed % 3 : seed % 4];
		want = read_file(text.data, text.len);
		got = read_pipe(text.data, text.len, most, &dice);
		check(strcmp(got, want) == 0);
		free(got);
		feed_gzip_members(&packed, text.data, text.len, &dice);
		got = read_file(packed.data, packed.len);
		check(strcmp(got, want) == 0);
		free(got);
		got = read_pipe(packed.data, packed.len, 1 + most / 10, &dice);
		check(strcmp(got, want) == 0);
		free(got);
		if (tap_failed_checks)
			printf("# seed %" PRIu64 "\n", seed);
		free(want);
		buf_release(&text);
		buf_release(&packed);
	}
}

int main(void)
{
	(void)signal(SIGPIPE, SIG_IGN);
	run(a_packed_bomb_takes_no_memory);
	run(gzip_is_transparent);
	run(what_begins_like_gzip_may_be_text);
	run(what_cannot_be_unpacked_is_named);
	run(packed_lines_do_not_wait_for_more_input);
	run(no_unpacked_line_stays_behind);
	run(gzip_cut_short_gives_the_lines_before);
	run(damaged_gzip_is_found);
	run(pieces_and_packing_make_no_difference);
	return done();
}
