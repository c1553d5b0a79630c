/* hash.h - a 64-bit hash of bytes, the same in every version and on every machine, because
 * file names are made from it (naming.h). Not for adversaries: maps that hold names from the
 * network seed it. Pure. */
#ifndef SEINE_BASE_HASH_H
#define SEINE_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

uint64_t hash64(const void *data, size_t len, uint64_t seed);

#endif
