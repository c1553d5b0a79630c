/* repeats.c - see repeats.h. Two hash tables with open addresses, the new one and the one before
 * it: when the new one has grown to its end it takes the other's place. */
#include "core/repeats.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/hash.h"

#define CAP_MIN ((size_t)1 << 10)
#define CAP_MAX ((size_t)1 << 20)

struct table {
	uint64_t *prints; /* 0: nothing; at most half of them are something */
	size_t count, cap;
};

struct repeats {
	uint64_t seed;
	struct table recent, before;
};

struct repeats *repeats_new(uint64_t seed)
{
	struct repeats *repeats = xcalloc(1, sizeof(*repeats));

	repeats->seed = seed;
	return repeats;
}

void repeats_free(struct repeats *repeats)
{
	if (!repeats)
		return;
	free(repeats->recent.prints);
	free(repeats->before.prints);
	free(repeats);
}

/* Where it is, or would be. */
static uint64_t *find(const struct table *table, uint64_t print)
{
	size_t at = print & (table->cap - 1);

	while (table->prints[at] != 0 && table->prints[at] != print)
		at = (at + 1) & (table->cap - 1);
	return &table->prints[at];
}

static bool has(const struct table *table, uint64_t print)
{
	return table->cap > 0 && *find(table, print) == print;
}

static void grow(struct table *table)
{
	struct table larger = {
		.cap = table->cap ? 2 * table->cap : CAP_MIN, .count = table->count};

	larger.prints = xcalloc(larger.cap, sizeof(*larger.prints));
	for (size_t i = 0; i < table->cap; i++)
		if (table->prints[i] != 0)
			*find(&larger, table->prints[i]) = table->prints[i];
	free(table->prints);
	*table = larger;
}

static void put(struct repeats *repeats, uint64_t print)
{
	struct table *recent = &repeats->recent;

	if (recent->count == CAP_MAX / 2) {
		free(repeats->before.prints);
		repeats->before = *recent;
		*recent = (struct table){0};
	}
	if (recent->count == recent->cap / 2)
		grow(recent);
	*find(recent, print) = print;
	recent->count++;
}

/* What an entry has of texts; what it has not is left out, and costs nothing. */
enum field {
	FIELD_URL = 1,
	FIELD_OUT,
	FIELD_DIR,
	FIELD_HEADER,
	FIELD_REFERER,
	FIELD_AGENT
};

static uint64_t add_text(uint64_t hash, enum field field, const char *text)
{
	return text ? hash64(text, strlen(text), hash + field) : hash;
}

static uint64_t add_texts(uint64_t hash, enum field field, const struct strings *texts)
{
	for (size_t i = 0; i < texts->count; i++)
		hash = add_text(hash, field, texts->items[i]);
	return hash;
}

static uint64_t add_digests(uint64_t hash, const struct entry *entry)
{
	const struct checksum *sum = &entry->checksum;
	const struct pieces *pieces = entry->pieces;

	if (sum->alg != DIGEST_NONE)
		hash = hash64(sum->bytes, checksum_len(sum->alg), hash + sum->alg);
	if (!pieces)
		return hash;
	hash = hash64(&pieces->length, sizeof(pieces->length), hash + pieces->alg);
	return hash64(pieces->digests, pieces->count * checksum_len(pieces->alg), hash);
}

static uint64_t print_of(const struct repeats *repeats, const struct entry *entry)
{
	const int64_t numbers[] = {entry->out_is_foreign, entry->out_gives_way,
		entry->checksum.alg, entry->pieces != NULL, entry->size,
		entry->max_tries};
	uint64_t hash = hash64(numbers, sizeof(numbers), repeats->seed);

	hash = add_texts(hash, FIELD_URL, &entry->urls);
	hash = add_text(hash, FIELD_OUT, entry->out);
	hash = add_text(hash, FIELD_DIR, entry->dir);
	hash = add_texts(hash, FIELD_HEADER, &entry->headers);
	hash = add_text(hash, FIELD_REFERER, entry->referer);
	hash = add_text(hash, FIELD_AGENT, entry->user_agent);
	hash = add_digests(hash, entry);
	return hash ? hash : 1;
}

bool repeats_add(struct repeats *repeats, const struct entry *entry)
{
	uint64_t print = print_of(repeats, entry);
	bool known;

	if (has(&repeats->recent, print))
		return true;
	known = has(&repeats->before, print);
	put(repeats, print);
	return known;
}
