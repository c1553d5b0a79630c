/* checksum.h - which digests there are, and how users write them: "sha-256=HEX". Names as in
 * RFC 9530 and Metalink; "sha256" and upper case are accepted. How HTTP writes them is
 * net/announced's business, how sha256sum does input/sums'. Computing them is store/digest's
 * work. Pure. */
#ifndef SEINE_CORE_CHECKSUM_H
#define SEINE_CORE_CHECKSUM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/diag.h"

/* Weakest first: a stronger one replaces a weaker one. The cyclic redundancy checks tell
 * damage only; md5 and sha-1 no longer tell malice. */
enum digest_alg {
	DIGEST_NONE,
	DIGEST_CRC32,
	DIGEST_CRC32C,
	DIGEST_CRC64NVME,
	DIGEST_MD5,
	DIGEST_SHA1,
	DIGEST_SHA224,
	DIGEST_SHA256,
	DIGEST_SHA384,
	DIGEST_BLAKE2B, /* of 512 bits, as b2sum has it */
	DIGEST_SHA512
};

#define DIGEST_MAX 64 /* bytes of the longest */

struct checksum {
	enum digest_alg alg;
	unsigned char bytes[DIGEST_MAX]; /* checksum_len(alg) of them */
};

const char *checksum_name(enum digest_alg alg); /* "sha-256" */
size_t checksum_len(enum digest_alg alg);       /* bytes; 0 for DIGEST_NONE */
/* The algorithm of a name, of `len` bytes; DIGEST_NONE when there is none. */
enum digest_alg checksum_find(const char *name, size_t len);
/* Exactly as many hexadecimal digits as the algorithm has; -1 when there is anything else,
 * and *sum is left as it was. */
int checksum_from_hex(struct checksum *sum, enum digest_alg alg, const char *hex,
	size_t len) must_check;

/* Parse "ALG=HEX". Unknown algorithm, wrong length or no hex: KIND_INPUT, text says which
 * algorithms there are. *sum is left as it was on failure. */
int checksum_parse(
	struct checksum *sum, const char *text, struct error *err) must_check;
/* Take `other` over into *sum if it is the stronger one. */
void checksum_keep_stronger(struct checksum *sum, const struct checksum *other);
bool checksum_equal(const struct checksum *a, const struct checksum *b);
/* Append "ALG=HEX". */
void checksum_add(struct buf *out, const struct checksum *sum);
/* Append "got ALG=HEX, not HEX" for people. Of long digests it is where they begin to differ. */
void checksum_add_mismatch(
	struct buf *out, const struct checksum *got, const struct checksum *want);

#endif
