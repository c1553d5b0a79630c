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
	{DIGEST_CRC32, "crc32=00000000", "crc32=352441c2", "crc32=dc25bfbc"},
	{DIGEST_CRC32C, "crc32c=00000000", "crc32c=364b3fb7", "crc32c=436fe240"},
	{DIGEST_CRC64NVME, "crc64nvme=0000000000000000", "crc64nvme=05e5cabb3fc1faeb",
		"crc64nvme=38b0ef50419e0b4c"},
	{DIGEST_SHA224,
		"sha-224=d14a028c2a3a2bc9476102bb288234c415a2b01f828ea62ac5b3e42f",
		"sha-224=23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7",
		"sha-224=20794655980c91d8bbb4c1ea97618a4bf03f42581948b2ee4ee7ad67"},
	{DIGEST_SHA384,
		"sha-384=38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf"
		"63f6e1da274edebfe76f65fbd51ad2f14898b95b",
		"sha-384=cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a"
		"43ff5bed8086072ba1e7cc2358baeca134c825a7",
		"sha-384=9d0e1809716474cb086e834e310a4a1ced149e9c00f248527972cec5"
		"704c2a5b07b8b3dc38ecc4ebae97ddd87f3d8985"},
	{DIGEST_BLAKE2B,
		"blake2b-512=786a02f742015903c6c6fd852552d272912f4740e15847618a86"
		"e217f71f5419d25e1031afee585313896444934eb04b903a685b1448b755d56f"
		"701afe9be2ce",
		"blake2b-512=ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12"
		"bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab923"
		"86edd4009923",
		"blake2b-512=98fb3efb7206fd19ebf69b6f312cf7b64e3b94dbe1a171079139"
		"75a793f177e1d077609d7fba363cbba00d05f7aa4e4fa8715d6428104c0a7564"
		"3b0ff3fd3eaf"},
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
	check_int(ARRAY_LEN(vectors), DIGEST_SHA512); /* all of them */
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

static void check_over(enum digest_alg alg, const char *empty)
{
	struct digest *digest = digest_new(alg, NULL);
	struct checksum sum = {.alg = DIGEST_NONE};
	struct error err = {.kind = KIND_NONE};

	check_final(digest, empty);
	check_int(digest_update(digest, "abc", 3, &err), -1);
	check_int(err.kind, KIND_INTERNAL);
	err.kind = KIND_NONE;
	check_int(digest_final(digest, &sum, &err), -1);
	check_int(err.kind, KIND_INTERNAL);
	check_int(sum.alg, DIGEST_NONE);
	check_int(digest_restart(digest, &err), 0);
	check_final(digest, empty);
	digest_free(digest);
}

static void is_over_after_final(void)
{
	check_over(DIGEST_SHA1, vectors[1].empty);
	check_over(DIGEST_CRC64NVME, "crc64nvme=0000000000000000");
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
	digest = digest_new(DIGEST_CRC32C, &err); /* ours: always there */
	check(digest != NULL);
	digest_free(digest);
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
