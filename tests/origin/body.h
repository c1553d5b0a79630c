/* body.h - the bytes of a body: pseudo-random, the same for ever for one path, size and
 * seed.
 *
 * Any part can be made without the parts before it, so no body is ever held in memory,
 * and a test can have the whole by `origin --body TARGET`. Pure. */
#ifndef ORIGIN_BODY_H
#define ORIGIN_BODY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct body {
	uint64_t key; /* what the bytes are made from */
	bool zero;    /* all bytes are 0 instead: for what compresses well */
	int64_t flip; /* offset of a byte whose lowest bit is wrong; -1: none */
};

uint64_t body_key(const char *path, int64_t size, uint64_t seed);

/* Write the bytes [offset, offset + len) to out. */
void body_fill(const struct body *body, int64_t offset, void *out, size_t len);

/* 64 random bits from two numbers, for everything here that is decided by a seed. */
uint64_t body_random(uint64_t seed, uint64_t index);

#endif
