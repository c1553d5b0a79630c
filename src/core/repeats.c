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

static uint64_t add_number(uint64_t hash, int64_t number)
{
	return hash64(&number, sizeof(number), hash);
}

/* A text, which is another one than none. */
static uint64_t add_text(uint64_t hash, const char *text)
{
	return text ? hash64(text, strlen(text) + 1, hash) : add_number(hash, 0);
}

static uint64_t add_texts(uint64_t hash, const struct strings *texts)
{
	hash = add_number(hash, (int64_t)texts->count);
	for (size_t i = 0; i < texts->count; i++)
		hash = add_text(hash, texts->items[i]);
	return hash;
}

static uint64_t add_digests(uint64_t hash, const struct entry *entry)
{
	const struct checksum *sum = &entry->checksum;
	const struct pieces *pieces = entry->pieces;

	hash = add_number(hash, sum->alg);
	if (sum->alg != DIGEST_NONE)
		hash = hash64(sum->bytes, checksum_len(sum->alg), hash);
	if (!pieces)
		return add_number(hash, 0);
	hash = add_number(add_number(hash, pieces->length), pieces->alg);
	return hash64(pieces->digests, pieces->count * checksum_len(pieces->alg), hash);
}

static uint64_t print_of(const struct repeats *repeats, const struct entry *entry)
{
	uint64_t hash = add_texts(repeats->seed, &entry->urls);

	hash = add_number(add_text(hash, entry->out), entry->out_is_foreign);
	hash = add_text(hash, entry->dir);
	hash = add_number(add_digests(hash, entry), entry->size);
	hash = add_texts(hash, &entry->headers);
	hash = add_text(add_text(hash, entry->referer), entry->user_agent);
	hash = add_number(hash, entry->max_tries);
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
