/* The reader: what lines are, gzip, pipes that stutter, lines without end, broken
 * input. */
#include "input/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/alloc.h"
#include "feed.h"
#include "tap.h"

#define BOM "\xef\xbb\xbf"

/* Write down, one line each, what the reader says until it says AGAIN or END. */
static enum reader_status drain(struct reader *reader, struct buf *out)
{
	enum reader_status status;
	struct error err;
	char *line;
	size_t len;

	for (;;) {
		status = reader_next(reader, &line, &len, &err);
		switch (status) {
		case READER_LINE:
			check_int(strlen(line), len);
			buf_addf(out, "%" PRIu64 " [", reader_number(reader));
			buf_add(out, line, len);
			buf_addstr(out, "]\n");
			break;
		case READER_BAD:
			check_int(err.kind, KIND_INPUT);
			check_int(len, 1);
			buf_addf(out, "%" PRIu64 " bad %02x: %s\n",
				reader_number(reader), (unsigned char)*line, err.text);
			break;
		case READER_BROKEN:
			check_int(err.kind, KIND_INPUT);
			buf_addf(out, "broken: %s\n", err.text);
			break;
		case READER_AGAIN:
		case READER_END:
			return status;
		}
	}
}

/* What the reader makes of bytes that are a file on stdin. */
static char *read_file(const char *data, size_t len)
{
	struct buf out = BUF_INIT;
	struct reader *reader;
	struct error err;

	feed_stdin_file(data, len);
	reader = reader_open("-", &err);
	check(reader != NULL);
	check_int(reader_fd(reader), -1);
	check_int(drain(reader, &out), READER_END);
	check_int(drain(reader, &out), READER_END);
	reader_free(reader);
	return buf_detach(&out);
}

/* The same through a pipe, in pieces of up to `most` bytes. */
static char *read_pipe(const char *data, size_t len, size_t most, uint64_t *state)
{
	int end = feed_stdin_pipe();
	struct buf out = BUF_INIT;
	struct reader *reader;
	struct error err;

	reader = reader_open("-", &err);
	check(reader != NULL);
	check_int(reader_fd(reader), STDIN_FILENO);
	while (len > 0) {
		size_t part = 1 + feed_below(state, most);

		part = part < len ? part : len;
		feed_write(end, data, part);
		data += part;
		len -= part;
		if (drain(reader, &out) == READER_END)
			len = 0; /* it is broken: what follows does not matter */
	}
	close(end);
	check_int(drain(reader, &out), READER_END);
	reader_free(reader);
	return buf_detach(&out);
}

static void check_lines(const char *data, size_t len, const char *want)
{
	uint64_t state = 1;
	char *got = read_file(data, len);

	check_str(got, want);
	free(got);
	got = read_pipe(data, len, 1, &state);
	check_str(got, want);
	free(got);
}

#define CHECK_LINES(data, want) check_lines(data, sizeof(data) - 1, want)

/* First of all, for the high-water mark of memory only rises. */
static void a_line_without_end_takes_no_memory(void)
{
	enum { BLOCK = 65536, BLOCKS = 3200 };
	int end = feed_stdin_pipe(), status;
	struct rusage before, after;
	struct buf out = BUF_INIT;
	struct error err;
	struct reader *reader;
	pid_t writer;

	(void)getrusage(RUSAGE_SELF, &before);
	fflush(stdout);
	writer = fork();
	feed_need(writer >= 0, "fork");
	if (writer == 0) {
		static char block[BLOCK];

		memset(block, 'x', sizeof(block));
		for (int i = 0; i < BLOCKS; i++)
			feed_write(end, block, sizeof(block));
		feed_write(end, "\nnext\n", 6);
		_exit(0);
	}
	close(end);
	reader = reader_open("-", &err);
	while (drain(reader, &out) == READER_AGAIN) {
		struct pollfd poller = {.fd = reader_fd(reader), .events = POLLIN};

		check_int(poll(&poller, 1, 60000), 1);
	}
	reader_free(reader);
	check_int(waitpid(writer, &status, 0), writer);
	check_int(status, 0);
	check_str(out.data,
		"1 bad 78: stdin:1: the line is over 64 KiB long; it is skipped\n"
		"2 [next]\n");
	(void)getrusage(RUSAGE_SELF, &after);
	check(after.ru_maxrss - before.ru_maxrss < 4096);
	buf_release(&out);
}

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

static void lines_end_in_newline_or_crlf_or_nothing(void)
{
	CHECK_LINES("", "");
	CHECK_LINES("\n", "1 []\n");
	CHECK_LINES("\r\n", "1 []\n");
	CHECK_LINES("a", "1 [a]\n");
	CHECK_LINES("a\nb\r\n\nc", "1 [a]\n2 [b]\n3 []\n4 [c]\n");
	CHECK_LINES("a\r\r\nb\rc\nd\r", "1 [a\r]\n2 [b\rc]\n3 [d]\n");
	CHECK_LINES("\xff\n\x80\n", "1 [\xff]\n2 [\x80]\n");
}

static void a_byte_order_mark_is_dropped_at_the_start_only(void)
{
	CHECK_LINES(BOM, "1 []\n");
	CHECK_LINES(BOM "a\n" BOM "b\n", "1 [a]\n2 [" BOM "b]\n");
	CHECK_LINES("\xef\xbb\n", "1 [\xef\xbb]\n");
	CHECK_LINES(BOM BOM "a", "1 [" BOM "a]\n");
}

static void a_nul_makes_a_line_bad(void)
{
	CHECK_LINES("a\0b\nc\n", "1 bad 61: stdin:1: the line has a NUL byte in it; it "
				 "is skipped\n2 [c]\n");
	CHECK_LINES("a\n b\0", "1 [a]\n2 bad 20: stdin:2: the line has a NUL byte in "
			       "it; it is skipped\n");
	CHECK_LINES("\0\n",
		"1 bad 00: stdin:1: the line has a NUL byte in it; it is skipped\n");
}

/* prefix, then `count` times 'x', then suffix. */
static void check_long(const char *prefix, size_t count, const char *suffix, bool fits)
{
	struct buf data = BUF_INIT, want = BUF_INIT;
	char *got, *line = xcalloc(1, count + 1);
	uint64_t state = 7;

	memset(line, 'x', count);
	buf_addf(&data, "%s%s%s", prefix, line, suffix);
	if (fits)
		buf_addf(&want, "1 [%s]\n", line);
	else
		buf_addstr(&want, "1 bad 78: stdin:1: the line is over 64 KiB long; it "
				  "is skipped\n");
	if (strchr(suffix, 'z'))
		buf_addstr(&want, "2 [z]\n");
	got = read_file(data.data, data.len);
	check(strcmp(got, want.data) == 0);
	free(got);
	got = read_pipe(data.data, data.len, 5000, &state);
	check(strcmp(got, want.data) == 0);
	free(got);
	free(line);
	buf_release(&data);
	buf_release(&want);
}

static void a_line_may_have_64_kib(void)
{
	static const char *const prefixes[] = {"", BOM};
	static const char *const suffixes[] = {
		"", "\r", "\n", "\r\n", "\nz", "\r\nz\n"};

	for (size_t p = 0; p < ARRAY_LEN(prefixes); p++) {
		for (size_t s = 0; s < ARRAY_LEN(suffixes); s++) {
			check_long(prefixes[p], READER_LINE_MAX - 1, suffixes[s], true);
			check_long(prefixes[p], READER_LINE_MAX, suffixes[s], true);
			check_long(
				prefixes[p], READER_LINE_MAX + 1, suffixes[s], false);
			check_long(
				prefixes[p], READER_LINE_MAX + 2, suffixes[s], false);
			check_long(
				prefixes[p], 3 * READER_LINE_MAX, suffixes[s], false);
			check_long(prefixes[p], 1000000, suffixes[s], false);
		}
	}
}

static void each_long_line_is_reported_once(void)
{
	struct buf data = BUF_INIT;
	char *got;

	for (int i = 0; i < 3; i++) {
		for (int j = 0; j < 40000; j++)
			buf_addstr(&data, "#long");
		buf_addstr(&data, i == 1 ? "\nok\n" : "\n");
	}
	got = read_file(data.data, data.len);
	check_str(got,
		"1 bad 23: stdin:1: the line is over 64 KiB long; it is skipped\n"
		"2 bad 23: stdin:2: the line is over 64 KiB long; it is skipped\n"
		"3 [ok]\n"
		"4 bad 23: stdin:4: the line is over 64 KiB long; it is skipped\n");
	free(got);
	buf_release(&data);
}

static void a_pipe_is_never_waited_for(void)
{
	int end = feed_stdin_pipe();
	struct buf out = BUF_INIT;
	struct reader *reader;
	struct error err;

	reader = reader_open("-", &err);
	check_int(drain(reader, &out), READER_AGAIN);
	feed_write(end, "ab", 2);
	check_int(drain(reader, &out), READER_AGAIN);
	check_str(out.data, "");
	feed_write(end, "c\nd", 3);
	check_int(drain(reader, &out), READER_AGAIN);
	check_str(out.data, "1 [abc]\n");
	/* Its flags are shared with others: they must be as they were. */
	check_int(fcntl(STDIN_FILENO, F_GETFL) & O_NONBLOCK, 0);
	close(end);
	check_int(drain(reader, &out), READER_END);
	check_str(out.data, "1 [abc]\n2 [d]\n");
	reader_free(reader);
	check(fcntl(STDIN_FILENO, F_GETFD) >= 0);
	buf_release(&out);
}

/* A line without end that comes as fast as it is read must not keep the caller. */
static void a_full_pipe_gives_way(void)
{
	enum { SIZE = 1 << 20 };
	int end = feed_stdin_pipe(), left = 0;
	char *block = xcalloc(1, SIZE);
	struct buf out = BUF_INIT;
	struct reader *reader;
	struct error err;

	memset(block, 'x', SIZE);
	feed_need(fcntl(end, F_SETPIPE_SZ, SIZE) >= SIZE, "F_SETPIPE_SZ");
	feed_write(end, block, SIZE);
	reader = reader_open("-", &err);
	check_int(drain(reader, &out), READER_AGAIN);
	check_int(ioctl(STDIN_FILENO, FIONREAD, &left), 0);
	check(left > 0);
	check_int(drain(reader, &out), READER_AGAIN);
	check_int(drain(reader, &out), READER_AGAIN);
	check_int(ioctl(STDIN_FILENO, FIONREAD, &left), 0);
	check_int(left, 0);
	reader_free(reader);
	close(end);
	buf_release(&out);
	free(block);
}

static void a_nonblocking_pipe_is_no_error(void)
{
	int end = feed_stdin_pipe();
	struct buf out = BUF_INIT;
	struct reader *reader;
	struct error err;

	feed_need(fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK) == 0, "fcntl");
	reader = reader_open("-", &err);
	check_int(drain(reader, &out), READER_AGAIN);
	feed_write(end, "a\n", 2);
	check_int(drain(reader, &out), READER_AGAIN);
	check_str(out.data, "1 [a]\n");
	close(end);
	reader_free(reader);
	buf_release(&out);
}

static void a_fifo_may_have_no_writer_yet(void)
{
	char dir[] = "/tmp/test_reader.XXXXXX";
	struct buf out = BUF_INIT;
	struct reader *reader;
	struct error err;
	char *path;
	int end;

	feed_need(mkdtemp(dir) != NULL, "mkdtemp");
	path = xasprintf("%s/fifo", dir);
	feed_need(mkfifo(path, 0600) == 0, "mkfifo");
	reader = reader_open(path, &err);
	check(reader != NULL);
	check_int(drain(reader, &out), READER_AGAIN);
	end = open(path, O_WRONLY);
	feed_need(end >= 0, "open the FIFO");
	check_int(drain(reader, &out), READER_AGAIN);
	feed_write(end, "a\nb", 3);
	close(end);
	check_int(drain(reader, &out), READER_END);
	check_str(out.data, "1 [a]\n2 [b]\n");
	reader_free(reader);
	buf_release(&out);
	(void)unlink(path);
	(void)rmdir(dir);
	free(path);
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

	feed_need(inflateInit2(&z, 16 + MAX_WBITS) == Z_OK, "inflateInit2");
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
	uint64_t state = 3;
	char *whole, *got;

	for (int i = 0; i < 300; i++)
		buf_addf(&text, "http://host/%" PRIu64 "\n", feed_random(&state));
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

static void check_no_open(const char *name, int code, const char *text)
{
	struct error err = {.kind = KIND_NONE};

	check(reader_open(name, &err) == NULL);
	check_int(err.kind, KIND_INPUT);
	check_int(err.code, code);
	check_str(err.text, text);
}

static void what_cannot_be_opened_is_named(void)
{
	char name[300];

	check_no_open("/nonexistent/list", ENOENT,
		"/nonexistent/list: cannot open: No such file or directory");
	check_no_open("", ENOENT, ": cannot open: No such file or directory");
	check_no_open("/", EISDIR, "/: cannot read: Is a directory");
	close(STDIN_FILENO);
	check_no_open("-", EBADF, "stdin: cannot open: Bad file descriptor");
	memset(name, 'a', sizeof(name));
	name[0] = '/';
	name[299] = '\0';
	check(reader_open(name, NULL) == NULL);
	check_no_open(name, ENAMETOOLONG,
		"..."
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"a"
		"aaaaaaaaa: cannot open: File name too long");
}

static void a_read_error_is_told_once(void)
{
	struct buf out = BUF_INIT;
	struct reader *reader;
	struct error err;

	/* Nothing is mapped at address 0. */
	reader = reader_open("/proc/self/mem", &err);
	check(reader != NULL);
	check_int(drain(reader, &out), READER_END);
	check_str(
		out.data, "broken: /proc/self/mem: cannot read: Input/output error\n");
	reader_free(reader);
	buf_release(&out);
}

static void add_random_line(struct buf *text, uint64_t *state)
{
	static const char *const ends[] = {"\n", "\n", "\n", "\r\n", "\r\r\n", "\n\n"};
	size_t len = feed_below(state, 60);

	if (feed_below(state, 40) == 0)
		len = READER_LINE_MAX - 3 + feed_below(state, 8);
	if (feed_below(state, 80) == 0)
		len = feed_below(state, 300000);
	for (size_t i = 0; i < len; i++)
		buf_addch(text, (char)('a' + i % 26));
	if (feed_below(state, 30) == 0)
		buf_addch(text, '\0');
	buf_addstr(text, ends[feed_below(state, ARRAY_LEN(ends))]);
}

static void pieces_and_packing_make_no_difference(void)
{
	for (uint64_t seed = 1; seed <= 60; seed++) {
		static const size_t mosts[] = {3, 700, 20000, 60000};
		struct buf text = BUF_INIT, packed = BUF_INIT;
		uint64_t state = seed;
		size_t lines = feed_below(&state, 200), most;
		char *want, *got;

		if (seed % 3 == 0)
			buf_addstr(&text, BOM);
		while (lines-- > 0)
			add_random_line(&text, &state);
		if (text.len > 0 && seed % 2 == 0)
			buf_truncate(&text, text.len - 1);
		most = mosts[text.len > 100000 ? 1 + seed % 3 : seed % 4];
		want = read_file(text.data, text.len);
		got = read_pipe(text.data, text.len, most, &state);
		check(strcmp(got, want) == 0);
		free(got);
		feed_gzip_members(&packed, text.data, text.len, &state);
		got = read_file(packed.data, packed.len);
		check(strcmp(got, want) == 0);
		free(got);
		got = read_pipe(packed.data, packed.len, 1 + most / 10, &state);
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
	run(a_line_without_end_takes_no_memory);
	run(a_packed_bomb_takes_no_memory);
	run(lines_end_in_newline_or_crlf_or_nothing);
	run(a_byte_order_mark_is_dropped_at_the_start_only);
	run(a_nul_makes_a_line_bad);
	run(a_line_may_have_64_kib);
	run(each_long_line_is_reported_once);
	run(a_pipe_is_never_waited_for);
	run(a_full_pipe_gives_way);
	run(a_nonblocking_pipe_is_no_error);
	run(a_fifo_may_have_no_writer_yet);
	run(gzip_is_transparent);
	run(what_begins_like_gzip_may_be_text);
	run(packed_lines_do_not_wait_for_more_input);
	run(no_unpacked_line_stays_behind);
	run(gzip_cut_short_gives_the_lines_before);
	run(damaged_gzip_is_found);
	run(what_cannot_be_opened_is_named);
	run(a_read_error_is_told_once);
	run(pieces_and_packing_make_no_difference);
	return done();
}
