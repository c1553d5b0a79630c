/* fuzz_sums.c - input/sums.h: a file of checksums.
 *
 * Claims: it comes to the same from a file and from a pipe, in whatever pieces; each line that
 * sha256sum would write gives its file a checksum, that of one of the lines or a
 * stronger one. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "feeding.h"
#include "fuzz.h"
#include "input/reader.h"
#include "input/sums.h"

#define HEX "0123456789abcdef"
#define DIGITS 64

static char stdin_name[] = "-";
static char *const names[] = {stdin_name};

/* Everything that is told while it is read. */
static struct sums *read_sums(struct feeding *feeding, struct buf *told)
{
	static const struct strings files = {.items = (char **)names, .count = 1};
	struct sums *sums = sums_new(&files);

	for (;;) {
		struct error err = {.kind = KIND_NONE};

		switch (sums_read(sums, &err)) {
		case SOURCE_AGAIN:
			feeding_wait(feeding, sums_fd(sums));
			continue;
		case SOURCE_BAD:
		case SOURCE_BROKEN:
			must(err.kind == KIND_INPUT);
			buf_addf(told, "%s\n", err.text);
			continue;
		case SOURCE_END:
			return sums;
		case SOURCE_LATER:
		case SOURCE_ENTRY:
			must(!"a file of checksums has no entries");
		}
	}
}

static bool is_plain_line(const char *line)
{
	return strspn(line, HEX) == DIGITS && line[DIGITS] == ' ' &&
	       line[DIGITS + 1] == ' ' && line[DIGITS + 2];
}

/* Is this digest in the text? */
static bool was_written(const struct checksum *sum, const char *text)
{
	_cleanup_(buf_release) struct buf written = BUF_INIT;

	checksum_add(&written, sum);
	return strcasestr(text, strchr(written.data, '=') + 1);
}

static void check_line(const struct sums *sums, const char *line, const char *text)
{
	const struct checksum *found;
	const char *name = line + DIGITS + 2;

	while (strncmp(name, "./", 2) == 0)
		name += 2 + strspn(name + 2, "/");
	found = sums_find(sums, name);
	must(found && found->alg >= DIGEST_SHA256);
	/* Of two that contradict each other the first holds. */
	if (found->alg == DIGEST_SHA256)
		must(was_written(found, text));
}

static bool is_gzip(const uint8_t *data, size_t len)
{
	return len >= 2 && data[0] == 0x1f && data[1] == 0x8b;
}

/* All lines of a text without anything that a reader of lines changes, or that is not signed. */
static void check_lines(const struct sums *sums, const uint8_t *data, size_t len)
{
	struct fuzz_bytes bytes = {.at = data, .left = len};

	char *text _cleanup_(freep) = fuzz_take_rest(&bytes);

	if (is_gzip(data, len) || strlen(text) < len || strchr(text, '\r') ||
		strstr(text, "-----BEGIN PGP SIGNED MESSAGE-----"))
		return;
	bytes = (struct fuzz_bytes){.at = data, .left = len};
	while (bytes.left > 0) {
		char *line _cleanup_(freep) = fuzz_take_line(&bytes);

		if (is_plain_line(line) && strlen(line) <= READER_LINE_MAX)
			check_line(sums, line, text);
	}
}

void fuzz_sums(const uint8_t *data, size_t len)
{
	_cleanup_(buf_release) struct buf by_file = BUF_INIT, by_pipe = BUF_INIT;
	struct feeding feeding;
	struct sums *sums;

	feeding_begin(&feeding, FEED_FILE, data, len);
	sums = read_sums(&feeding, &by_file);
	feeding_end(&feeding);
	check_lines(sums, len > 0 ? data : (const uint8_t *)"", len);
	sums_free(sums);

	feeding_begin(&feeding, FEED_PIPE, data, len);
	sums = read_sums(&feeding, &by_pipe);
	feeding_end(&feeding);
	sums_free(sums);
	must(strcmp(by_file.data, by_pipe.data) == 0);
}
