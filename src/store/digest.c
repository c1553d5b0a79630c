/* digest.c - see digest.h. A thin layer over libcrypto's EVP and base/crc. The algorithm is fetched
 * once and the context reused: looking an algorithm up costs more than hashing a small
 * file. libcrypto's queue of errors belongs to the thread and is shared with TLS, which
 * takes what it finds there for its own; so every failure here empties it. */
#include "store/digest.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include <openssl/err.h>
#include <openssl/evp.h>

#include "base/alloc.h"
#include "base/crc.h"

struct digest {
	enum digest_alg alg;
	EVP_MD *md; /* NULL: a cyclic redundancy check, which is ours */
	EVP_MD_CTX *context;
	uint64_t crc;  /* the value so far */
	bool finished; /* nothing but digest_restart makes sense */
};

static const struct {
	const char *evp; /* libcrypto's name; NULL: it has none */
	enum crc crc;
} methods[] = {
	[DIGEST_CRC32] = {.crc = CRC_32},
	[DIGEST_CRC32C] = {.crc = CRC_32C},
	[DIGEST_CRC64NVME] = {.crc = CRC_64NVME},
	[DIGEST_MD5] = {.evp = "MD5"},
	[DIGEST_SHA1] = {.evp = "SHA1"},
	[DIGEST_SHA224] = {.evp = "SHA2-224"},
	[DIGEST_SHA256] = {.evp = "SHA2-256"},
	[DIGEST_SHA384] = {.evp = "SHA2-384"},
	[DIGEST_BLAKE2B] = {.evp = "BLAKE2B-512"},
	[DIGEST_SHA512] = {.evp = "SHA2-512"},
};

static int fail(enum digest_alg alg, struct error *err)
{
	const char *reason = ERR_reason_error_string(ERR_peek_last_error());

	error_set(err, KIND_INTERNAL, 0, "libcrypto cannot do %s: %s",
		checksum_name(alg), reason ? reason : "unknown reason");
	ERR_clear_error();
	return -1;
}

struct digest *digest_new(enum digest_alg alg, struct error *err)
{
	struct digest *digest = xcalloc(1, sizeof(*digest));

	digest->alg = alg;
	if (!methods[alg].evp)
		return digest;
	digest->md = EVP_MD_fetch(NULL, methods[alg].evp, NULL);
	digest->context = EVP_MD_CTX_new();
	if (!digest->md || !digest->context ||
		(size_t)EVP_MD_get_size(digest->md) != checksum_len(alg)) {
		fail(alg, err);
		goto fail;
	}
	if (digest_restart(digest, err) < 0)
		goto fail;
	return digest;
fail:
	digest_free(digest);
	return NULL;
}

void digest_free(struct digest *digest)
{
	if (!digest)
		return;
	EVP_MD_CTX_free(digest->context);
	EVP_MD_free(digest->md);
	free(digest);
}

int digest_restart(struct digest *digest, struct error *err)
{
	if (digest->md && EVP_DigestInit_ex2(digest->context, digest->md, NULL) != 1)
		return fail(digest->alg, err);
	digest->crc = 0;
	digest->finished = false;
	return 0;
}

int digest_update(
	struct digest *digest, const void *data, size_t len, struct error *err)
{
	if (digest->finished)
		return error_set(err, KIND_INTERNAL, 0, "digest used after its end");
	if (!digest->md)
		digest->crc =
			crc_update(methods[digest->alg].crc, digest->crc, data, len);
	else if (EVP_DigestUpdate(digest->context, data, len) != 1)
		return fail(digest->alg, err);
	return 0;
}

static void put_crc(struct checksum *sum, uint64_t crc)
{
	for (size_t i = checksum_len(sum->alg); i > 0; i--, crc >>= 8)
		sum->bytes[i - 1] = (unsigned char)crc;
}

int digest_final(struct digest *digest, struct checksum *sum, struct error *err)
{
	struct checksum result = {.alg = digest->alg};

	if (digest->finished)
		return error_set(err, KIND_INTERNAL, 0, "digest used after its end");
	digest->finished = true;
	if (!digest->md)
		put_crc(&result, digest->crc);
	else if (EVP_DigestFinal_ex(digest->context, result.bytes, NULL) != 1)
		return fail(digest->alg, err);
	*sum = result;
	return 0;
}
