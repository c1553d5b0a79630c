/* body.c - see body.h.
 *
 * Eight bytes are one step of a counter-based generator: a finaliser over key + index.
 * Having no state, it can start anywhere; it makes a few gigabytes a second, which
 * keeps the origin out of the way of what it measures. */
#include "body.h"

#include <string.h>

#include "base/hash.h"

#define WORD ((int64_t)sizeof(uint64_t))

uint64_t body_random(uint64_t seed, uint64_t index)
{
	uint64_t x = seed + (index + 1) * UINT64_C(0x9E3779B97F4A7C15);

	x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
	return x ^ (x >> 31);
}

uint64_t body_key(const char *path, int64_t size, uint64_t seed)
{
	return body_random(hash64(path, strlen(path), seed), (uint64_t)size);
}

static void fill_words(uint64_t key, int64_t offset, unsigned char *out, size_t len)
{
	uint64_t index = (uint64_t)(offset / WORD);
	size_t skip = (size_t)(offset % WORD);

	while (len > 0) {
		uint64_t word = body_random(key, index++);
		size_t n = sizeof(word) - skip;

		if (n > len)
			n = len;
		if (n == sizeof(word))
			memcpy(out, &word, sizeof(word)); /* a single store */
		else
			memcpy(out, (unsigned char *)&word + skip, n);
		skip = 0;
		out += n;
		len -= n;
	}
}

void body_fill(const struct body *body, int64_t offset, void *out, size_t len)
{
	unsigned char *bytes = out;

	if (body->zero)
		memset(bytes, 0, len);
	else
		fill_words(body->key, offset, bytes, len);
	if (body->flip >= offset && body->flip - offset < (int64_t)len)
		bytes[body->flip - offset] ^= 1;
}
