/* inspection.h - the pieces of a file verified as they come (core/pieces.h): what has been
 * inspected and is right is sound, and stays so whatever becomes of the rest.
 *
 * Bytes come in order, from the beginning of a piece on. Does not know where they are kept. One
 * owner; no lock. */
#ifndef SEINE_STORE_INSPECTION_H
#define SEINE_STORE_INSPECTION_H

#include "core/pieces.h"
#include "store/digest.h"

struct inspection {
	/* Borrowed; NULL: there is nothing to compare with. */
	const struct pieces *pieces;
	int64_t at;     /* the next byte's offset in the file */
	int64_t sound;  /* all before this offset, from the first byte on, is right */
	int64_t size;   /* of the file; -1: not known */
	uint64_t wrong; /* fingerprint of a wrong piece, and of which it is; 0: none */
	struct digest *digest; /* of `alg`; kept for the next file */
	enum digest_alg alg;
};

#define INSPECTION_INIT                                                                \
	{                                                                              \
		.alg = DIGEST_NONE                                                     \
	}

void inspection_release(struct inspection *inspection);

/* Begin at the offset `first`, where a piece begins. `pieces` NULL: everything counts as sound
 * when it comes. */
int inspection_begin(struct inspection *inspection, const struct pieces *pieces,
	int64_t first, int64_t size, struct error *err) must_check;
/* The next bytes. KIND_CHECKSUM when a piece ends here and is wrong: the error names it, `sound`
 * is where it begins, and nothing more can be added. KIND_TRUNCATED when there are more bytes
 * than pieces. */
int inspection_add(struct inspection *inspection, const void *data, size_t len,
	struct error *err) must_check;
/* The file, or what was wanted of it, ends here. KIND_CHECKSUM as above; KIND_TRUNCATED when
 * that is in the middle of a piece that is not the last. */
int inspection_end(struct inspection *inspection, struct error *err) must_check;

#endif
