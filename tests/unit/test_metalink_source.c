/* test_metalink_source.c - Metalinks out of files and pipes: file by file, as they come. */
#include "input/metalink.h"

#include "feed.h"
#include "tap.h"

#define OPEN "<metalink xmlns='urn:ietf:params:xml:ns:metalink'>\n"
#define CLOSE "</metalink>\n"
#define A_FILE(name)                                                                   \
	"<file name='" name "'><url location='de'>http://b.example/</url>"             \
	"<url priority='1'>http://a.example/</url></file>\n"

static struct source *open_stdin(const char *preferred)
{
	struct reader *reader = reader_open("-", NULL);

	need(reader != NULL, "stdin");
	return metalink_open(reader, "-", preferred);
}

/* The next that is no breath; what it says is appended. */
static enum source_status next(struct source *source, struct buf *said)
{
	enum source_status status;
	struct entry *entry;
	struct error err;

	do
		status = source_next(source, &entry, &err);
	while (status == SOURCE_AGAIN && source_fd(source) < 0);
	if (status == SOURCE_ENTRY) {
		buf_addf(said, "%s:%" PRIu64 " %s %s\n", entry->input, entry->line,
			entry->out, entry->urls.items[0]);
		entry_free(entry);
	} else if (status == SOURCE_BAD || status == SOURCE_BROKEN) {
		buf_addf(said, "! %s\n", err.text);
	}
	return status;
}

static void gives(const void *data, size_t len, const char *preferred, const char *want)
{
	_cleanup_(buf_release) struct buf said = BUF_INIT;
	struct source *source;

	feed_stdin_file(data, len);
	source = open_stdin(preferred);
	check_int(source_fd(source), -1);
	while (next(source, &said) != SOURCE_END)
		check_int(source_fd(source), -1);
	check_int(next(source, &said), SOURCE_END);
	check_str(said.data, want);
	source_free(source);
}

static void reads_files(void)
{
	const char *text = OPEN A_FILE("f") "<file/>\n" A_FILE("g") CLOSE;

	gives(text, strlen(text), NULL,
		"-:2 f http://a.example/\n! stdin:3: the file has no name\n"
		"-:4 g http://a.example/\n");
	gives(text, strlen(text), "de",
		"-:2 f http://b.example/\n! stdin:3: the file has no name\n"
		"-:4 g http://b.example/\n");
}

static void reads_gzip(void)
{
	_cleanup_(buf_release) struct buf packed = BUF_INIT;
	const char *text = OPEN A_FILE("f") CLOSE;

	feed_gzip(&packed, text, strlen(text), Z_FINISH);
	gives(packed.data, packed.len, NULL, "-:2 f http://a.example/\n");
}

/* What came before is good, and the reader's own words say what is wrong. */
static void tells_breaks(void)
{
	_cleanup_(buf_release) struct buf packed = BUF_INIT;
	const char *text = OPEN A_FILE("f") A_FILE("g");

	gives(text, strlen(text), NULL,
		"-:2 f http://a.example/\n-:3 g http://a.example/\n"
		"! stdin:3: it ends too early\n");
	feed_gzip(&packed, text, strlen(text), Z_SYNC_FLUSH);
	gives(packed.data, packed.len, NULL,
		"-:2 f http://a.example/\n-:3 g http://a.example/\n"
		"! stdin: its gzip data is cut short\n");
	gives("", 0, NULL, "! stdin:1: it ends too early\n");
}

/* A pipe gives files as soon as they are in it, and nobody waits for it here. */
static void streams_from_a_pipe(void)
{
	_cleanup_(buf_release) struct buf said = BUF_INIT;
	int end = feed_stdin_pipe();
	struct source *source = open_stdin(NULL);
	const char *text = OPEN A_FILE("f") "<file name='g'>";

	check_int(next(source, &said), SOURCE_AGAIN);
	check_int(source_fd(source), STDIN_FILENO);
	feed_write(end, text, strlen(text));
	check_int(next(source, &said), SOURCE_ENTRY);
	check_int(next(source, &said), SOURCE_AGAIN);
	check_int(source_fd(source), STDIN_FILENO);
	text = "<url>http://c.example/</url></file>" CLOSE;
	feed_write(end, text, strlen(text));
	check_int(next(source, &said), SOURCE_ENTRY);
	close(end);
	check_int(next(source, &said), SOURCE_END);
	check_str(said.data, "-:2 f http://a.example/\n-:3 g http://c.example/\n");
	source_free(source);
}

/* Where nothing comes for long, others are served in between. */
static void takes_a_breath(void)
{
	_cleanup_(buf_release) struct buf text = BUF_INIT;
	struct source *source;
	struct entry *entry;
	struct error err;
	int breaths = 0;

	buf_addstr(&text, OPEN);
	while (text.len < (size_t)4 << 20)
		buf_addstr(&text, "<other>text</other>\n");
	buf_addstr(&text, A_FILE("f") CLOSE);
	feed_stdin_file(text.data, text.len);
	source = open_stdin(NULL);
	while (source_next(source, &entry, &err) == SOURCE_AGAIN) {
		check_int(source_fd(source), -1);
		breaths++;
	}
	check(breaths >= 2);
	check_str(entry->out, "f");
	entry_free(entry);
	source_free(source);
}

int main(void)
{
	run(reads_files);
	run(reads_gzip);
	run(tells_breaks);
	run(streams_from_a_pipe);
	run(takes_a_breath);
	return done();
}
