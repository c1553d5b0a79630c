/* test_reader.c - what lines are, pipes that stutter, lines without end, broken input. */
#include "lines.h"
#include "scratch.h"

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
	need(writer >= 0, "fork");
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
	struct dice dice = {7};

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
	got = read_pipe(data.data, data.len, 5000, &dice);
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
	need(fcntl(end, F_SETPIPE_SZ, SIZE) >= SIZE, "F_SETPIPE_SZ");
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

	need(fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK) == 0, "fcntl");
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
	struct buf out = BUF_INIT;
	struct reader *reader;
	struct error err;
	int end;

	need(mkfifo("fifo", 0600) == 0, "mkfifo");
	reader = reader_open("fifo", &err);
	check(reader != NULL);
	check_int(drain(reader, &out), READER_AGAIN);
	end = open("fifo", O_WRONLY);
	need(end >= 0, "open the FIFO");
	check_int(drain(reader, &out), READER_AGAIN);
	feed_write(end, "a\nb", 3);
	close(end);
	check_int(drain(reader, &out), READER_END);
	check_str(out.data, "1 [a]\n2 [b]\n");
	reader_free(reader);
	buf_release(&out);
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

int main(void)
{
	(void)signal(SIGPIPE, SIG_IGN);
	scratch_enter();
	run(a_line_without_end_takes_no_memory);
	run(lines_end_in_newline_or_crlf_or_nothing);
	run(a_byte_order_mark_is_dropped_at_the_start_only);
	run(a_nul_makes_a_line_bad);
	run(a_line_may_have_64_kib);
	run(each_long_line_is_reported_once);
	run(a_pipe_is_never_waited_for);
	run(a_full_pipe_gives_way);
	run(a_nonblocking_pipe_is_no_error);
	run(a_fifo_may_have_no_writer_yet);
	run(what_cannot_be_opened_is_named);
	run(a_read_error_is_told_once);
	scratch_leave();
	return done();
}
