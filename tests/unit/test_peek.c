/* The reader for those who want bytes: what can be peeked at, and that it stays. */
#include "input/reader.h"

#include "feed.h"
#include "tap.h"

#define BOM "\xef\xbb\xbf"

/* Append the lines that come now, each with its number. */
static enum reader_status drain(struct reader *reader, struct buf *out)
{
	enum reader_status status;
	struct error err;
	char *line;
	size_t len;

	while ((status = reader_next(reader, &line, &len, &err)) == READER_LINE)
		buf_addf(out, "%" PRIu64 " [%s]\n", reader_number(reader), line);
	return status;
}

/* Append what can be peeked at, taking `most` bytes at a time. */
static enum reader_status drain_bytes(
	struct reader *reader, struct buf *out, size_t most)
{
	enum reader_status status;
	struct error err;
	const char *data;
	size_t len;

	for (;;) {
		status = reader_peek(reader, &data, &len, &err);
		if (status == READER_AGAIN && reader_fd(reader) < 0)
			continue; /* only a breath */
		if (status != READER_LINE)
			break;
		check(len > 0);
		if (len > most)
			len = most;
		buf_add(out, data, len);
		reader_take(reader, len);
	}
	if (status == READER_BROKEN) {
		check_int(err.kind, KIND_INPUT);
		buf_addf(out, "broken: %s", err.text);
	}
	return status;
}

static void check_bytes(const char *data, size_t len, const char *want, size_t want_len)
{
	struct buf out = BUF_INIT;
	struct reader *reader;
	struct error err;
	int end;

	feed_stdin_file(data, len);
	reader = reader_open("-", &err);
	check_int(drain_bytes(reader, &out, 7), READER_END);
	check_int(drain_bytes(reader, &out, 7), READER_END);
	check(out.len == want_len && memcmp(out.data, want, want_len) == 0);
	reader_free(reader);
	buf_clear(&out);
	end = feed_stdin_pipe();
	reader = reader_open("-", &err);
	for (size_t i = 0; i < len; i++) {
		feed_write(end, data + i, 1);
		check_int(drain_bytes(reader, &out, 7), READER_AGAIN);
	}
	close(end);
	check_int(drain_bytes(reader, &out, 7), READER_END);
	check(out.len == want_len && memcmp(out.data, want, want_len) == 0);
	reader_free(reader);
	buf_release(&out);
}

#define CHECK_BYTES(data, want)                                                        \
	check_bytes(data, sizeof(data) - 1, want, sizeof(want) - 1)

static void bytes_are_as_they_stand(void)
{
	struct buf packed = BUF_INIT;

	CHECK_BYTES("", "");
	CHECK_BYTES("a", "a");
	CHECK_BYTES("a\r\nb\0\n\nc", "a\r\nb\0\n\nc");
	CHECK_BYTES(BOM "a" BOM, "a" BOM);
	CHECK_BYTES(BOM, "");
	CHECK_BYTES("\xef\xbb", "\xef\xbb");
	CHECK_BYTES("\x1f", "\x1f");
	CHECK_BYTES("\x1f\x8a", "\x1f\x8a");
	feed_gzip(&packed, BOM "a\0b", 6, Z_FINISH);
	feed_gzip(&packed, "\nc", 2, Z_FINISH);
	check_bytes(packed.data, packed.len, "a\0b\nc", 5);
	buf_release(&packed);
}

static void many_bytes_are_as_they_stand(void)
{
	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct buf data = BUF_INIT, packed = BUF_INIT, out = BUF_INIT;
		struct dice dice = {seed};
		struct reader *reader;
		struct error err;

		for (size_t len = dice_below(&dice, 600000); len > 0; len--)
			buf_addch(&data, (char)('\n' + dice_below(&dice, 100)));
		feed_gzip_members(&packed, data.data, data.len, &dice);
		feed_stdin_file(seed % 2 ? packed.data : data.data,
			seed % 2 ? packed.len : data.len);
		reader = reader_open("-", &err);
		check_int(drain_bytes(reader, &out, 1 + dice_below(&dice, 99999)),
			READER_END);
		check(out.len == data.len && memcmp(out.data, data.data, out.len) == 0);
		reader_free(reader);
		buf_release(&data);
		buf_release(&packed);
		buf_release(&out);
	}
}

/* To have looked at the input changes nothing of its lines. */
static void lines_are_the_same_after_a_look(void)
{
	static const char text[] = BOM "one\r\n\ntwo\nthree";
	int end = feed_stdin_pipe();
	struct buf out = BUF_INIT;
	struct reader *reader;
	struct error err;
	const char *data;
	size_t len;

	reader = reader_open("-", &err);
	check_int(reader_peek_more(reader, 1, &data, &len, &err), READER_AGAIN);
	feed_write(end, text, 2);
	check_int(reader_peek_more(reader, 1, &data, &len, &err), READER_AGAIN);
	feed_write(end, text + 2, 2);
	check_int(reader_peek_more(reader, 1, &data, &len, &err), READER_LINE);
	check(len == 1 && *data == 'o');
	check_int(reader_peek_more(reader, 2, &data, &len, &err), READER_AGAIN);
	feed_write(end, text + 4, 6);
	check_int(reader_peek_more(reader, 2, &data, &len, &err), READER_LINE);
	check(len == 7 && memcmp(data, "one\r\n\nt", 7) == 0);
	feed_write(end, text + 10, 3);
	check_int(drain(reader, &out), READER_AGAIN);
	check_str(out.data, "1 [one]\n2 []\n3 [two]\n");
	feed_write(end, text + 13, sizeof(text) - 14);
	check_int(reader_peek_more(reader, 100, &data, &len, &err), READER_AGAIN);
	close(end);
	check_int(reader_peek_more(reader, 100, &data, &len, &err), READER_LINE);
	check_int(len, 5);
	check_int(drain(reader, &out), READER_END);
	check_str(out.data, "1 [one]\n2 []\n3 [two]\n4 [three]\n");
	check_int(reader_peek_more(reader, 100, &data, &len, &err), READER_END);
	reader_free(reader);
	buf_release(&out);
}

static void bytes_before_a_break_come_out_first(void)
{
	static const char text[] = "some text\nand more";
	struct buf packed = BUF_INIT, out = BUF_INIT;
	struct reader *reader;
	struct error err;

	feed_gzip(&packed, text, strlen(text), Z_SYNC_FLUSH);
	feed_stdin_file(packed.data, packed.len);
	reader = reader_open("-", &err);
	check_int(drain_bytes(reader, &out, 100), READER_BROKEN);
	check_str(out.data, "some text\nand more"
			    "broken: stdin: its gzip data is cut short");
	check_int(drain_bytes(reader, &out, 100), READER_END);
	reader_free(reader);
	buf_release(&packed);
	buf_release(&out);
}

int main(void)
{
	run(bytes_are_as_they_stand);
	run(many_bytes_are_as_they_stand);
	run(lines_are_the_same_after_a_look);
	run(bytes_before_a_break_come_out_first);
	return done();
}
