/* journal_reader.c - see journal_reader.h. A window over the file: when less than the
 * longest record is left in it, that is moved to its front and it is filled up. So a
 * record that is not whole in the window is not whole in the file either. */
#include "store/journal_reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"

#define WINDOW (256 << 10)

struct journal_reader {
	int fd;
	int64_t end; /* of the last record, in the file; where the window's rest begins */
	size_t at, len; /* of the window: what is left is [at, len) */
	uint64_t sequence;
	uint32_t salt;
	unsigned char window[WINDOW];
};

/* Make sure that the longest record is in the window, or all that is left. */
static int fill(struct journal_reader *reader)
{
	size_t left = reader->len - reader->at;

	if (left >= RECORD_MAX)
		return 0;
	memmove(reader->window, reader->window + reader->at, left);
	reader->at = 0;
	reader->len = left;
	while (reader->len < RECORD_MAX) {
		ssize_t count = pread(reader->fd, reader->window + reader->len,
			WINDOW - reader->len, reader->end + (int64_t)reader->len);

		if (count < 0 && errno == EINTR)
			continue;
		if (count <= 0)
			return count < 0 ? -errno : 0;
		reader->len += (size_t)count;
	}
	return 0;
}

static void advance(struct journal_reader *reader, size_t bytes)
{
	reader->at += bytes;
	reader->end += (int64_t)bytes;
}

struct journal_reader *journal_reader_new(int fd, int *result)
{
	struct journal_reader *reader = xmalloc(sizeof(*reader));

	reader->fd = fd;
	reader->end = 0;
	reader->at = reader->len = 0;
	reader->sequence = 0;
	reader->salt = 0;
	*result = fill(reader);
	if (*result < 0 || reader->len < JOURNAL_MAGIC_LEN ||
		memcmp(reader->window, JOURNAL_MAGIC, JOURNAL_MAGIC_LEN) != 0) {
		free(reader);
		return NULL;
	}
	advance(reader, JOURNAL_MAGIC_LEN);
	return reader;
}

void journal_reader_free(struct journal_reader *reader)
{
	free(reader);
}

int journal_reader_next(struct journal_reader *reader, struct record *record)
{
	int result = fill(reader);
	size_t bytes;

	if (result < 0)
		return result;
	bytes = record_decode(record, reader->window + reader->at,
		reader->len - reader->at, reader->sequence + 1, reader->salt);
	if (bytes == 0)
		return 0;
	/* All that follows is under a salt, or it is nobody's. */
	if (reader->sequence == 0 && record->type != RECORD_SESSION)
		return 0;
	advance(reader, bytes);
	reader->sequence = record->sequence;
	if (record->type == RECORD_SESSION)
		reader->salt = record->salt;
	return (int)bytes;
}

int64_t journal_reader_end(const struct journal_reader *reader)
{
	return reader->end;
}

uint64_t journal_reader_sequence(const struct journal_reader *reader)
{
	return reader->sequence;
}

uint32_t journal_reader_salt(const struct journal_reader *reader)
{
	return reader->salt;
}
