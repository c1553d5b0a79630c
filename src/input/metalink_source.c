/* metalink_source.c - a Metalink in a file or a pipe as a source: what the reader has goes to
 * the parser, by as much as it gives at a time, and comes out as entries. */
#include <stdlib.h>

#include "base/alloc.h"
#include "input/metalink.h"

/* Bytes; so many are parsed before entries are taken. */
#define MOUTHFUL ((size_t)64 * 1024)
#define BREATH 16 /* of them without an entry: others have to be served */

struct metalink_source {
	struct source source;
	struct reader *reader;
	struct metalink *metalink;
	const char *input;
	struct error failure; /* of the reader; KIND_NONE: none that is to be told */
	bool ended;           /* nothing more is read */
	bool breathing;       /* the last SOURCE_AGAIN was ours, not the reader's */
};

static struct metalink_source *source_of(const struct source *source)
{
	return container_of((struct source *)source, struct metalink_source, source);
}

/* Some more for the parser. False when there is nothing yet. */
static bool read_on(struct metalink_source *source)
{
	const char *data;
	size_t len;

	switch (reader_peek(source->reader, &data, &len, &source->failure)) {
	case READER_AGAIN:
		return false;
	case READER_LINE:
		if (len > MOUTHFUL)
			len = MOUTHFUL;
		metalink_feed(source->metalink, data, len, false);
		reader_take(source->reader, len);
		break;
	case READER_END:
		metalink_feed(source->metalink, NULL, 0, true);
		break;
	case READER_BAD: /* only of lines */
	case READER_BROKEN:
		source->ended = true;
		break;
	}
	return true;
}

static enum source_status tell_failure(
	struct metalink_source *source, struct error *err)
{
	if (source->failure.kind == KIND_NONE)
		return SOURCE_END;
	if (err)
		*err = source->failure;
	source->failure.kind = KIND_NONE;
	return SOURCE_BROKEN;
}

static enum source_status metalink_next(
	struct source *source, struct entry **entry, struct error *err)
{
	struct metalink_source *self = source_of(source);
	enum source_status status;

	self->breathing = false;
	for (int i = 0; i < BREATH; i++) {
		status = metalink_take(self->metalink, entry, err);
		if (status == SOURCE_ENTRY)
			(*entry)->input = self->input;
		if (status != SOURCE_AGAIN)
			return status;
		if (self->ended)
			return tell_failure(self, err);
		if (!read_on(self))
			return SOURCE_AGAIN;
	}
	self->breathing = true;
	return SOURCE_AGAIN;
}

static int metalink_fd(const struct source *source)
{
	const struct metalink_source *self = source_of(source);

	return self->breathing ? -1 : reader_fd(self->reader);
}

static void metalink_source_free(struct source *source)
{
	struct metalink_source *self = source_of(source);

	metalink_free(self->metalink);
	reader_free(self->reader);
	free(self);
}

struct source *metalink_open(
	struct reader *reader, const char *input, const char *preferred)
{
	static const struct source_ops ops = {
		.next = metalink_next,
		.fd = metalink_fd,
		.free = metalink_source_free,
	};
	struct metalink_source *source = xcalloc(1, sizeof(*source));

	source->source.ops = &ops;
	source->reader = reader;
	source->metalink = metalink_new(reader_shown(reader), NULL, preferred);
	source->input = input;
	return &source->source;
}
