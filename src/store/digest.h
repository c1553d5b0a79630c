/* digest.h - message digests over libcrypto, and cyclic redundancy checks. One owner; no
 * lock. */
#ifndef SEINE_STORE_DIGEST_H
#define SEINE_STORE_DIGEST_H

#include <stddef.h>

#include "base/attr.h"
#include "core/checksum.h"

struct digest;

/* alg must not be DIGEST_NONE. NULL and KIND_INTERNAL when libcrypto has it not (md5 in FIPS
 * mode). A cyclic redundancy check's bytes are its value, highest first. */
struct digest *digest_new(enum digest_alg alg, struct error *err) must_check;
void digest_free(struct digest *digest);
/* Begin again for another body of the same algorithm. */
int digest_restart(struct digest *digest, struct error *err) must_check;
int digest_update(struct digest *digest, const void *data, size_t len,
	struct error *err) must_check;
int digest_final(
	struct digest *digest, struct checksum *sum, struct error *err) must_check;

#endif
