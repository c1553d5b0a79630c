/* test_digest.c - digests against published vectors, in one piece and in many. */
#include "store/digest.h"

#include <stdlib.h>

#include <openssl/err.h>
#include <openssl/evp.h>

#include "tap.h"

static const struct vector {
	enum digest_alg alg;
	const char *empty, *abc, *million; /* of "", "abc", and a million times 'a' */
} vectors[] = {
	{DIGEST_MD5, "md5=d41d8cd98f00b204e9800998ecf8427e",
		"md5=900150983cd24fb0d6963f7d28e17f72",
		"md5=7707d6ae4e027c70eea2a935c2296f21"},
	{DIGEST_SHA1, "sha-1=da39a3ee5e6b4b0d3255bfef95601890afd80709",
		"sha-1=a9993e364706816aba3e25717850c26c9cd0d89d",
		"sha-1=34aa973cd4c4daa4f61eeb2bdbad27316534016f"},
	{DIGEST_SHA256,
		"sha-256=e3b0c44298fc1c149afbf4c8996fb924"
		"27ae41e4649b934ca495991b7852b855",
		"sha-256=ba7816bf8f01cfea414140de5dae2223"
		"b00361a396177a9cb410ff61f20015ad",
		"sha-256=cdc76e5c9914fb9281a1c7e284d73e67"
		"f1809a48a497200e046d39ccc7112cd0"},
	{DIGEST_SHA512,
		"sha-512="
		"cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
		"47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e",
		"sha-512="
		"ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
		"2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
		"sha-512="
		"e718483d0ce769644e2e42c7bc15b4638e1f98b13b2044285632a803afa973eb"
		"de0ff244877ea60a4cb0432ce577c31beb009c5c2c49aa2e4eadb217ad8cc09b"},
};

static void check_final(struct digest *digest, const char *want)
{
	struct checksum expected = {.alg = DIGEST_NONE}, sum;
	struct error err = {.kind = KIND_NONE};

	check_int(checksum_parse(&expected, want, &err), 0);
	memset(&sum, 0xff, sizeof(sum));
	check_int(digest_final(digest, &sum, &err), 0);
	check_int(sum.alg, expected.alg);
	check(memcmp(&sum, &expected, sizeof(sum)) == 0);
}

/* In pieces of all sizes, over block borders. */
static void add_million(struct digest *digest)
{
	char *letters = malloc(1000000);
	size_t done = 0, piece = 0;

	memset(letters, 'a', 1000000);
	while (done < 1000000) {
		size_t left = 1000000 - done;

		piece = piece < left ? piece : left;
		check_int(digest_update(digest, letters + done, piece, NULL), 0);
		done += piece++;
	}
	free(letters);
}

static void knows_vectors(void)
{
	for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
		const struct vector *vector = &vectors[i];
		struct error err = {.kind = KIND_NONE};
		struct digest *digest = digest_new(vector->alg, &err);

		check(digest != NULL);
		if (!digest)
			continue;
		check_final(digest, vector->empty);
		check_int(digest_restart(digest, &err), 0);
		check_int(digest_update(digest, "abc", 3, &err), 0);
		check_final(digest, vector->abc);
		check_int(digest_restart(digest, &err), 0);
		add_million(digest);
		check_final(digest, vector->million);
		digest_free(digest);
	}
}

static void restarts_in_the_middle(void)
{
	struct digest *digest = digest_new(DIGEST_SHA256, NULL);

	check(digest != NULL);
	check_int(digest_update(digest, "rubbish", 7, NULL), 0);
	check_int(digest_restart(digest, NULL), 0);
	check_int(digest_update(digest, "abc", 3, NULL), 0);
	check_final(digest, vectors[2].abc);
	digest_free(digest);
	digest_free(NULL);
}

static void is_over_after_final(void)
{
	struct digest *digest = digest_new(DIGEST_SHA1, NULL);
	struct checksum sum = {.alg = DIGEST_NONE};
	struct error err = {.kind = KIND_NONE};

	check_final(digest, vectors[1].empty);
	check_int(digest_update(digest, "abc", 3, &err), -1);
	check_int(err.kind, KIND_INTERNAL);
	err.kind = KIND_NONE;
	check_int(digest_final(digest, &sum, &err), -1);
	check_int(err.kind, KIND_INTERNAL);
	check_int(sum.alg, DIGEST_NONE);
	check_int(digest_restart(digest, &err), 0);
	check_final(digest, vectors[1].empty);
	digest_free(digest);
}

/* As in FIPS mode: no provider has MD5. */
static void says_what_it_cannot(void)
{
	struct error err = {.kind = KIND_NONE};
	struct digest *digest;

	check_int(EVP_set_default_properties(NULL, "provider=none-such"), 1);
	digest = digest_new(DIGEST_MD5, &err);
	check(digest == NULL);
	check_int(err.kind, KIND_INTERNAL);
	check(strstr(err.text, "md5") != NULL);
	check_int((int64_t)ERR_peek_error(), 0);
	check_int(EVP_set_default_properties(NULL, ""), 1);
	digest = digest_new(DIGEST_MD5, &err);
	check(digest != NULL);
	digest_free(digest);
}

int main(void)
{
	run(knows_vectors);
	run(restarts_in_the_middle);
	run(is_over_after_final);
	run(says_what_it_cannot);
	return done();
}
