/* pieces.h - the digests of a file's pieces, all of the same length but for the last one: each
 * can be verified, and fetched again from another mirror, by itself (RFC 5854, 4.2.13).
 *
 * Does not compute anything. Plain data, owned by its entry; read by any thread. */
#ifndef SEINE_CORE_PIECES_H
#define SEINE_CORE_PIECES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/checksum.h"

struct pieces {
	enum digest_alg alg;
	int64_t length; /* bytes of each but the last; at least 1 */
	size_t count;
	/* checksum_len(alg) bytes for each, one after the other. */
	unsigned char digests[];
};

/* Can a file of so many bytes (from 0) have just these pieces? */
static inline bool pieces_fit(const struct pieces *pieces, int64_t size)
{
	return (uint64_t)(size / pieces->length + (size % pieces->length > 0)) ==
	       pieces->count;
}

#endif
