/* proof.h - what the bytes of a file must come to: the digest that the user asks for, and the
 * one that the server announces if that is stronger. Computed on the way, compared at the end.
 *
 * Does not know where the bytes are. One owner; no lock. */
#ifndef SEINE_STORE_PROOF_H
#define SEINE_STORE_PROOF_H

#include <stdbool.h>
#include <stddef.h>

#include "core/entry.h"
#include "store/composite.h"
#include "store/digest.h"

struct proof {
	struct checksum want;  /* alg DIGEST_NONE: none for this file */
	const char *by;        /* who wants it; static, or lives with the entry */
	struct digest *digest; /* of `alg`; kept for the next file */
	enum digest_alg alg;
};

struct proofs {
	struct proof asked, announced;
	const char *asked_by;        /* for people: "the list asks for" */
	struct composite *composite; /* NULL: none */
};

#define PROOFS_INIT                                                                    \
	{                                                                              \
		.asked.alg = DIGEST_NONE                                               \
	}

void proofs_release(struct proofs *proofs);

/* Begin a file: of the entry, and of `announced` by `by` (NULL: nothing was), both copied. What
 * was announced is passed over where libcrypto cannot compute it, unless it is `counted_on`: then
 * that is an error, as with what the user asks for, if nothing of his proves the file. */
int proofs_begin(struct proofs *proofs, const struct entry *entry,
	const struct checksum *announced, const char *by, bool counted_on,
	struct error *err) must_check;
/* Try this, too: the ETag of an object of S3's that has so many bytes. It proves, or says
 * nothing, so it is only looked at where there is no digest. */
void proofs_try_etag(struct proofs *proofs, const char *etag, int64_t size);
/* Is there anything to be computed? */
bool proofs_wanted(const struct proofs *proofs);
/* The next bytes, in the file's order. */
int proofs_add(struct proofs *proofs, const void *data, size_t len,
	struct error *err) must_check;
/* All have been added. Fills verified, verified_by, digest and wrong_digest of *outcome; the
 * digest is the stronger one of two, or the one that was wrong (KIND_CHECKSUM). */
int proofs_check(
	struct proofs *proofs, struct outcome *outcome, struct error *err) must_check;

/* All pieces of the file (inspection.h) are right: fills verified and verified_by; to be told
 * before proofs_check, which knows what is of the whole. */
void pieces_prove(struct outcome *outcome);

#endif
