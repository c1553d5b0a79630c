/* sample.c - counts entries and frees those that are not wanted.
 *
 * Spread over the whole list, because lists are sorted: by host, by age, by size. As the
 * inputs may be long, entries are passed over in small steps, with SOURCE_AGAIN between
 * them. */
#include "app/sample.h"

#include <stdlib.h>

#include "base/alloc.h"

#define BREATH 256

struct sample_source {
	struct source source;
	struct source *inputs;
	uint64_t every;
	uint64_t seen;
	bool breathing; /* the last SOURCE_AGAIN was ours, not the inputs' */
};

static enum source_status sample_next(
	struct source *source, struct entry **entry, struct error *err)
{
	struct sample_source *sample =
		container_of(source, struct sample_source, source);

	sample->breathing = false;
	for (int i = 0; i < BREATH; i++) {
		enum source_status status = source_next(sample->inputs, entry, err);

		if (status != SOURCE_ENTRY)
			return status;
		if ((*entry)->document ||
			sample->seen++ % sample->every == sample->every / 2)
			return SOURCE_ENTRY;
		entry_free(*entry);
		*entry = NULL;
	}
	sample->breathing = true;
	return SOURCE_AGAIN;
}

static int sample_fd(const struct source *source)
{
	const struct sample_source *sample =
		container_of(source, const struct sample_source, source);

	return sample->breathing ? -1 : source_fd(sample->inputs);
}

static void sample_free(struct source *source)
{
	struct sample_source *sample =
		container_of(source, struct sample_source, source);

	source_free(sample->inputs);
	free(sample);
}

struct source *sample_of(struct source *inputs, uint64_t every)
{
	static const struct source_ops ops = {
		.next = sample_next,
		.fd = sample_fd,
		.free = sample_free,
	};
	struct sample_source *sample;

	if (every <= 1)
		return inputs;
	sample = xcalloc(1, sizeof(*sample));
	sample->source.ops = &ops;
	sample->inputs = inputs;
	sample->every = every;
	return &sample->source;
}
