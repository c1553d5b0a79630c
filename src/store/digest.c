/* digest.c - see digest.h. A thin layer over libcrypto's EVP. The algorithm is fetched
 * once and the context reused: looking an algorithm up costs more than hashing a small
 * file. libcrypto's queue of errors belongs to the thread and is shared with TLS, which
 * takes what it finds there for its own; so every failure here empties it. */
#include "store/digest.h"

#include <stdbool.h>
#include <stdlib.h>

#include <openssl/err.h>
#include <openssl/evp.h>

#include "base/alloc.h"

struct digest {
	enum digest_alg alg;
	EVP_MD *md;
	EVP_MD_CTX *context;
	bool finished; /* nothing but digest_restart makes sense */
};

static const char *const evp_names[] = {
	[DIGEST_MD5] = "MD5",
	[DIGEST_SHA1] = "SHA1",
	[DIGEST_SHA256] = "SHA2-256",
	[DIGEST_SHA512] = "SHA2-512",
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
	digest->md = EVP_MD_fetch(NULL, evp_names[alg], NULL);
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
	if (EVP_DigestInit_ex2(digest->context, digest->md, NULL) != 1)
		return fail(digest->alg, err);
	digest->finished = false;
	return 0;
}

int digest_update(
	struct digest *digest, const void *data, size_t len, struct error *err)
{
	if (digest->finished)
		return error_set(err, KIND_INTERNAL, 0, "digest used after its end");
	if (EVP_DigestUpdate(digest->context, data, len) != 1)
		return fail(digest->alg, err);
	return 0;
}

int digest_final(struct digest *digest, struct checksum *sum, struct error *err)
{
	struct checksum result = {.alg = digest->alg};

	if (digest->finished)
		return error_set(err, KIND_INTERNAL, 0, "digest used after its end");
	digest->finished = true;
	if (EVP_DigestFinal_ex(digest->context, result.bytes, NULL) != 1)
		return fail(digest->alg, err);
	*sum = result;
	return 0;
}
