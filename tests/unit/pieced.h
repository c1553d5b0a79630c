/* pieced.h - for tests: the digests of the pieces of some bytes. */
#ifndef SEINE_TESTS_PIECED_H
#define SEINE_TESTS_PIECED_H

#include <string.h>

#include "base/alloc.h"
#include "core/pieces.h"
#include "store/digest.h"
#include "tap.h"

/* Yours. */
static inline struct pieces *pieces_of(
	enum digest_alg alg, const void *data, size_t len, size_t length)
{
	size_t count = (len + length - 1) / length, size = checksum_len(alg);
	struct pieces *pieces = xcalloc(1, sizeof(*pieces) + count * size);
	struct digest *digest = digest_new(alg, NULL);
	struct checksum sum;

	*pieces =
		(struct pieces){.alg = alg, .length = (int64_t)length, .count = count};
	for (size_t i = 0; i < count; i++) {
		size_t rest = len - i * length;

		check_int(digest_restart(digest, NULL), 0);
		check_int(digest_update(digest, (const char *)data + i * length,
				  rest < length ? rest : length, NULL),
			0);
		check_int(digest_final(digest, &sum, NULL), 0);
		memcpy(pieces->digests + i * size, sum.bytes, size);
	}
	digest_free(digest);
	return pieces;
}

#endif
