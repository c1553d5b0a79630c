/* taken.c - see taken.h. A hash of 64 bits is cut to 48: the top 16 choose one of
 * 65,536 buckets, 32 are kept in it. At ten million names a bucket holds about 150 of
 * them, which are compared faster than one jump into memory takes. The buckets grow by
 * an eighth, since they all grow at about the same time and room left in one is room
 * left in all.
 *
 * The hash is not seeded at random, although strangers choose names: which name gets a
 * suffix must be the same on every run. All that a forged collision wins is a suffix. */
#include "core/taken.h"

#include <stdint.h>
#include <stdlib.h>
#include <unicase.h>

#include "base/alloc.h"
#include "base/hash.h"

#define BUCKET_BITS 16
#define BUCKETS (1U << BUCKET_BITS)
#define LANE 4U /* a bucket's capacity is a multiple of it */

struct bucket {
	uint32_t *prints;
	uint32_t count, cap;
};

struct taken {
	struct bucket *buckets;
};

struct taken *taken_new(void)
{
	struct taken *taken = xcalloc(1, sizeof(*taken));

	taken->buckets = xcalloc(BUCKETS, sizeof(*taken->buckets));
	return taken;
}

void taken_free(struct taken *taken)
{
	if (!taken)
		return;
	for (size_t i = 0; i < BUCKETS; i++)
		free(taken->buckets[i].prints);
	free(taken->buckets);
	free(taken);
}

/* Lower case of what is ASCII throughout, in one pass; false, and nothing is appended,
 * when it is not. */
static bool fold_ascii(struct buf *folded, const char *text, size_t len)
{
	char *out;
	unsigned char seen = 0;

	buf_reserve(folded, len);
	out = folded->data + folded->len;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		seen |= c;
		out[i] = (char)(c + (c >= 'A' && c <= 'Z' ? 'a' - 'A' : 0));
	}
	if (seen >= 0x80) {
		*out = '\0';
		return false;
	}
	out[len] = '\0';
	folded->len += len;
	return true;
}

void taken_fold(struct buf *folded, const char *text, size_t len)
{
	uint8_t room[1024];
	size_t size = sizeof(room);
	uint8_t *out;

	if (fold_ascii(folded, text, len))
		return;
	out = u8_casefold((const uint8_t *)text, len, NULL, UNINORM_NFC, room, &size);
	/* It fails on what is not UTF-8, which is then compared as it is. */
	if (out)
		buf_add(folded, out, size);
	else
		buf_add(folded, text, len);
	if (out != room)
		free(out);
}

/* All of it is looked at in any case: compilers can do that many at a time. */
static bool bucket_has(const struct bucket *bucket, uint32_t print)
{
	uint32_t hits = 0;

	for (uint32_t i = 0; i < bucket->count; i += LANE) {
		for (uint32_t k = 0; k < LANE; k++)
			hits |= bucket->prints[i + k] == print;
	}
	return hits;
}

/* The seed is made of the role, too: the same path as the other one is another name altogether. */
static uint64_t hash_of(
	uint64_t dir, const char *folded, size_t len, enum taken_role role)
{
	return hash64(folded, len, dir ^ (uint64_t)role);
}

uint64_t taken_enter(uint64_t dir, const char *folded, size_t len)
{
	return hash_of(dir, folded, len, TAKEN_DIR);
}

static struct bucket *find(const struct taken *taken, uint64_t dir, const char *folded,
	size_t len, enum taken_role role, uint32_t *print)
{
	uint64_t hash = hash_of(dir, folded, len, role);

	*print = (uint32_t)hash;
	return &taken->buckets[hash >> (64 - BUCKET_BITS)];
}

bool taken_has(const struct taken *taken, uint64_t dir, const char *folded, size_t len,
	enum taken_role role)
{
	uint32_t print;
	const struct bucket *bucket = find(taken, dir, folded, len, role, &print);

	return bucket_has(bucket, print);
}

bool taken_add(struct taken *taken, uint64_t dir, const char *folded, size_t len,
	enum taken_role role)
{
	uint32_t print;
	struct bucket *bucket = find(taken, dir, folded, len, role, &print);

	if (bucket_has(bucket, print))
		return false;
	if (bucket->count == bucket->cap) {
		bucket->cap += bucket->cap / 8 / LANE * LANE + LANE;
		bucket->prints = xreallocarray(
			bucket->prints, bucket->cap, sizeof(*bucket->prints));
		/* What is found beyond the count must be true as well. */
		for (uint32_t i = bucket->count; i < bucket->cap; i++)
			bucket->prints[i] = print;
	}
	bucket->prints[bucket->count++] = print;
	return true;
}
