/* journal_state.c - see journal_state.h. Files are found by path, and by the name of their
 * part, which is made of the id. */
#include "store/journal_state.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

void journal_state_init(struct journal_state *state, bool keep_finished)
{
	*state = (struct journal_state){.by_path = map_new(),
		.by_part = map_new(),
		.finished = FINISHED_INIT,
		.doubted = FINISHED_INIT,
		.keep_finished = keep_finished};
}

static void known_free(void *value)
{
	struct known_file *known = value;

	if (!known)
		return;
	free(known->ranges);
	free(known);
}

void journal_state_release(struct journal_state *state)
{
	map_free(state->by_part, NULL);
	map_free(state->by_path, known_free);
	finished_release(&state->finished);
	finished_release(&state->doubted);
}

struct known_file *journal_state_by_id(const struct journal_state *state, uint64_t id)
{
	char part[JOURNAL_PART_SIZE];

	journal_part_name(part, id);
	return map_get(state->by_part, part);
}

void journal_state_forget(struct journal_state *state, struct known_file *known)
{
	if (!known)
		return;
	map_remove(state->by_part, known->file.part);
	map_remove(state->by_path, known->file.path);
	state->live -= known->bytes;
	known_free(known);
}

void journal_state_end_job(struct journal_state *state, bool sure)
{
	finished_release(&state->finished);
	if (!sure)
		return;
	finished_release(&state->doubted);
	state->live -= state->done;
	state->done = 0;
}

static size_t text_size(const char *text)
{
	return text ? strlen(text) + 1 : 0;
}

/* Copy a text (NULL: none) to *at, which moves on. */
static const char *copy_text(char **at, const char *text)
{
	size_t size = text_size(text);
	char *copy = *at;

	if (!text)
		return NULL;
	memcpy(copy, text, size);
	*at += size;
	return copy;
}

static struct known_file *known_new(const struct record *record)
{
	struct known_file *known =
		xmalloc(sizeof(*known) + text_size(record->path) +
			text_size(record->etag) + text_size(record->modified) +
			text_size(record->digest) + text_size(record->name));
	char *at = known->texts;

	*known = (struct known_file){.file = {.id = record->id,
					     .urls = record->urls,
					     .size = record->size,
					     .teller = record->teller}};
	known->file.path = copy_text(&at, record->path);
	known->file.etag = copy_text(&at, record->etag);
	known->file.modified = copy_text(&at, record->modified);
	known->file.digest = copy_text(&at, record->digest);
	known->file.name = copy_text(&at, record->name);
	journal_part_name(known->file.part, record->id);
	return known;
}

static void begin(struct journal_state *state, const struct record *record, int bytes)
{
	struct known_file *known = known_new(record);

	journal_state_forget(state, map_get(state->by_path, record->path));
	journal_state_forget(state, journal_state_by_id(state, record->id));
	known->bytes = bytes;
	state->live += bytes;
	map_put(state->by_path, known->file.path, known);
	map_put(state->by_part, known->file.part, known);
}

/* The index of the first range that ends at or behind this byte. */
static size_t first_reaching(const struct journal_file *file, int64_t byte)
{
	size_t low = 0, high = file->n_ranges;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (file->ranges[middle].last < byte)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Put a range among the others, one with all that it meets or touches. */
static void merge(struct known_file *known, struct range range)
{
	size_t count = known->file.n_ranges;
	size_t at = first_reaching(&known->file, range.first - 1), end = at;

	while (end < count && known->ranges[end].first <= range.last + 1)
		end++;
	if (end > at) {
		if (known->ranges[at].first < range.first)
			range.first = known->ranges[at].first;
		if (known->ranges[end - 1].last > range.last)
			range.last = known->ranges[end - 1].last;
	} else if (count == known->cap) {
		known->cap = known->cap ? 2 * known->cap : 4;
		known->ranges = xreallocarray(
			known->ranges, known->cap, sizeof(*known->ranges));
	}
	/* From `at` to `end` becomes one; the rest moves up or down. */
	memmove(known->ranges + at + 1, known->ranges + end,
		(count - end) * sizeof(*known->ranges));
	known->ranges[at] = range;
	known->file.ranges = known->ranges;
	known->file.n_ranges = count + 1 - (end - at);
}

static void add_range(
	struct journal_state *state, const struct record *record, int bytes)
{
	struct known_file *known = journal_state_by_id(state, record->id);

	if (!known)
		return;
	known->bytes += bytes;
	state->live += bytes;
	if (known->file.size < 0 || record->range.last < known->file.size)
		merge(known, record->range);
}

enum finished_answer journal_state_finished(
	const struct journal_state *state, uint64_t path_hash, uint64_t urls)
{
	return finished_get(&state->finished, path_hash, urls);
}

void journal_state_apply(struct journal_state *state, const struct record *record,
	bool believed, int bytes)
{
	if (record->id > state->last_id)
		state->last_id = record->id;
	switch (record->type) {
	case RECORD_SESSION:
	case RECORD_END:
		state->live += bytes;
		break;
	case RECORD_BEGIN:
		begin(state, record, bytes);
		break;
	case RECORD_RANGE:
		if (believed)
			add_range(state, record, bytes);
		break;
	case RECORD_DROP:
		journal_state_forget(state, journal_state_by_id(state, record->id));
		break;
	case RECORD_DONE:
		journal_state_forget(state, journal_state_by_id(state, record->id));
		state->live += bytes;
		state->done += bytes;
		if (state->keep_finished)
			finished_put(&state->finished, record->path_hash, record->urls,
				believed);
		if (state->in_doubt)
			finished_put(&state->doubted, record->path_hash,
				(uint64_t)record->size, believed);
		break;
	case RECORD_OVER:
		journal_state_end_job(state, true);
		state->over = record->sequence;
		break;
	case RECORD_OVER_IN_DOUBT:
		journal_state_end_job(state, false);
		state->live += bytes;
		break;
	case RECORD_SYNC:
		break;
	}
}

void journal_state_finish(struct journal_state *state)
{
	struct known_file *known;
	size_t cursor = 0;

	while ((known = map_next(state->by_path, &cursor)))
		if (known->file.n_ranges == 0)
			journal_state_forget(state, known);
}
