/* feeding.h - the same bytes as a file, and as a pipe that brings them little by little.
 *
 * They come by stdin, which is "-" to the readers under test. The pipe is filled only when the
 * reader says that it has to wait, and each piece is as long as the bytes themselves
 * decide, so that all borders between pieces are met. One at a time. */
#ifndef SEINE_TESTS_FUZZ_FEEDING_H
#define SEINE_TESTS_FUZZ_FEEDING_H

#include "dice.h"
#include "fuzz.h"

enum feed_by { FEED_FILE, FEED_PIPE };

struct feeding {
	enum feed_by by;
	const uint8_t *at;
	size_t left;
	struct dice dice;
	int end; /* of the pipe, to write to; -1: it is closed */
	/* How often the reader waited for nothing since the last bytes. */
	unsigned breath;
};

/* The bytes are borrowed until the end. */
void feeding_begin(
	struct feeding *feeding, enum feed_by by, const uint8_t *data, size_t len);
/* The reader cannot go on; it waits for this descriptor (-1: it only takes a breath). Ends the
 * process when that can lead to nothing. */
void feeding_wait(struct feeding *feeding, int fd);
/* All is read. */
void feeding_end(struct feeding *feeding);

#endif
