/* hash.c - see hash.h. Each little-endian word is xored into the state, which is then
 * multiplied by an odd number to 128 bits whose halves are folded together: the high
 * half carries what every bit below did, so nothing of a word is lost at the top. The
 * multiplier is made from the seed, so that no pair of inputs collides under every
 * seed, as it would with a fixed one.
 *
 * The results are part of file names: a change here is a change of format. */
#include "base/hash.h"

#define WORD 8

/* Fractions of the golden ratio and of the square roots of 2 and 5: no hidden
 * structure. */
static const uint64_t phi = UINT64_C(0x9e3779b97f4a7c15);
static const uint64_t root2 = UINT64_C(0x6a09e667f3bcc909);
static const uint64_t root5 = UINT64_C(0x3c6ef372fe94f82b);

/* The 128-bit product, high half xor low half; by quarters, since not every machine has
 * a 128-bit type and all must agree. */
static uint64_t fold_multiply(uint64_t a, uint64_t b)
{
	uint64_t al = (uint32_t)a, ah = a >> 32;
	uint64_t bl = (uint32_t)b, bh = b >> 32;
	uint64_t low = al * bl, cross = ah * bl, cross2 = al * bh;
	uint64_t middle = (low >> 32) + (uint32_t)cross + (uint32_t)cross2;
	uint64_t high = ah * bh + (cross >> 32) + (cross2 >> 32) + (middle >> 32);

	return high ^ (middle << 32 | (uint32_t)low);
}

/* Up to 8 bytes as a little-endian number. */
static uint64_t load(const unsigned char *bytes, size_t len)
{
	uint64_t word = 0;

	for (size_t i = 0; i < len; i++)
		word |= (uint64_t)bytes[i] << (8 * i);
	return word;
}

uint64_t hash64(const void *data, size_t len, uint64_t seed)
{
	const unsigned char *bytes = data;
	uint64_t multiplier = fold_multiply(seed ^ phi, root2) | 1;
	uint64_t state = seed ^ root5;
	size_t left = len;

	for (; left >= WORD; left -= WORD, bytes += WORD)
		state = fold_multiply(state ^ load(bytes, WORD), multiplier);
	state = fold_multiply(state ^ load(bytes, left), multiplier);
	/* The length tells "a" from "a\0", which fill the last word alike. */
	state = fold_multiply(state ^ (uint64_t)len, multiplier ^ root5);
	state ^= state >> 32;
	state *= phi;
	return state ^ state >> 29;
}
