/* test_announced.c - digests as servers announce them, in all spellings and with all lies. */
#include "net/announced.h"

#include <stdlib.h>

#include "tap.h"

/* Of "hello\n". */
#define MD5 "sZRqySSS0jR8YjW00mERhA=="
#define SHA1 "9XLTlvrpIGYocU+yzgD3LpTyJY8="
#define SHA256 "WJG1tSLV3whtD/CxEPvZ0hu0/HFjrzTQgoai6Eb2vgM="
#define SHA512                                                                         \
	"58IrmUxZ2c8rSOVJseJGZmNgRZMNPafBrLKZ0cO3+TH5Sq5B7dosKyB6NuEPi8uN"             \
	"RSI+VIePWzFufOO2vAGWKQ=="
#define CRC "NhopDw=="       /* four bytes */
#define CRC64 "AAECAwQFBgc=" /* eight */
#define ALL (ANNOUNCED_CONTENT | ANNOUNCED_WHOLE)

/* Tell it of fields, from memory of their exact sizes; NULL ends them. */
static struct announced told(const char *const *fields)
{
	struct announced announced = {.packed = false};

	for (; *fields; fields++) {
		const char *colon = strchr(*fields, ':');
		size_t name_len = (size_t)(colon - *fields);
		size_t value_len = strlen(colon + 2);
		char *name = malloc(name_len), *value = malloc(value_len + !value_len);

		memcpy(name, *fields, name_len);
		memcpy(value, colon + 2, value_len);
		announced_field(&announced, name, name_len, value, value_len);
		free(name);
		free(value);
	}
	return announced;
}

static void check_best(
	const char *const *fields, unsigned covers, enum digest_alg alg, const char *by)
{
	struct announced announced = told(fields);
	const struct announcement *best = announced_best(&announced, covers);

	if ((best ? best->sum.alg : DIGEST_NONE) != alg)
		printf("# %s\n", fields[0]);
	check_int(best ? best->sum.alg : DIGEST_NONE, alg);
	check_str(best ? best->by : NULL, by);
}

static const struct {
	const char *field, *by;
	enum digest_alg alg;
	unsigned covers;
} good[] = {
	{"Repr-Digest: sha-256=:" SHA256 ":", "repr-digest", DIGEST_SHA256,
		ANNOUNCED_WHOLE},
	{"REPR-DIGEST: sha-512=:" SHA512 ":", "repr-digest", DIGEST_SHA512,
		ANNOUNCED_WHOLE},
	{"repr-digest: sha-256=:" SHA256 ":, sha-512=:" SHA512 ":", "repr-digest",
		DIGEST_SHA512, ANNOUNCED_WHOLE},
	{"repr-digest: sha-512=:" SHA512 ": \t,\t sha-256=:" SHA256 ":", "repr-digest",
		DIGEST_SHA512, ANNOUNCED_WHOLE},
	{"Repr-Digest: md5=:" MD5 ":,sha=:" SHA1 ":", "repr-digest", DIGEST_SHA1,
		ANNOUNCED_WHOLE},
	{"Repr-Digest: sha-999=:AAAA:,md5=:" MD5 ":,unixsum=::", "repr-digest",
		DIGEST_MD5, ANNOUNCED_WHOLE},
	{"Content-Digest: sha-256=:" SHA256 ":", "content-digest", DIGEST_SHA256,
		ANNOUNCED_CONTENT},
	{"Content-MD5: " MD5, "content-md5", DIGEST_MD5, ANNOUNCED_CONTENT},
	{"Digest: SHA-256=" SHA256, "digest", DIGEST_SHA256, ANNOUNCED_WHOLE},
	{"Digest: sha-256=" SHA256 ",MD5=" MD5, "digest", DIGEST_SHA256,
		ANNOUNCED_WHOLE},
	{"Digest: SHA=" SHA1 ", UNIXsum=30637, adler32=03da0195", "digest", DIGEST_SHA1,
		ANNOUNCED_WHOLE},
	{"x-goog-hash: crc32c=" CRC, "x-goog-hash", DIGEST_CRC32C, ANNOUNCED_WHOLE},
	{"X-Goog-Hash: crc32c=" CRC ",md5=" MD5, "x-goog-hash", DIGEST_MD5,
		ANNOUNCED_WHOLE},
	{"x-amz-checksum-crc32: " CRC, "x-amz-checksum-crc32", DIGEST_CRC32,
		ANNOUNCED_CONTENT},
	{"x-amz-checksum-crc32c: " CRC, "x-amz-checksum-crc32c", DIGEST_CRC32C,
		ANNOUNCED_CONTENT},
	{"x-amz-checksum-crc64nvme: " CRC64, "x-amz-checksum-crc64nvme",
		DIGEST_CRC64NVME, ANNOUNCED_CONTENT},
	{"x-amz-checksum-sha1: " SHA1, "x-amz-checksum-sha1", DIGEST_SHA1,
		ANNOUNCED_CONTENT},
	{"X-Amz-Checksum-Sha256: " SHA256, "x-amz-checksum-sha256", DIGEST_SHA256,
		ANNOUNCED_CONTENT},
};

static void each_kind(void)
{
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		const char *const fields[] = {good[i].field, NULL};
		unsigned other = ALL & ~good[i].covers;

		check_best(fields, ALL, good[i].alg, good[i].by);
		check_best(fields, good[i].covers, good[i].alg, good[i].by);
		check_best(fields, other, DIGEST_NONE, NULL);
		check_best(fields, 0, DIGEST_NONE, NULL);
	}
}

static void bytes_are_right(void)
{
	static const char *const fields[] = {"Content-MD5: " MD5, NULL};
	static const char *const amz[] = {"x-amz-checksum-crc64nvme: " CRC64, NULL};
	struct announced announced = told(fields);
	struct checksum want = {0};

	check_int(
		checksum_parse(&want, "md5=b1946ac92492d2347c6235b4d2611184", NULL), 0);
	check(checksum_equal(&announced_best(&announced, ALL)->sum, &want));
	announced = told(amz);
	check_int(checksum_parse(&want, "crc64nvme=0001020304050607", NULL), 0);
	check(checksum_equal(&announced_best(&announced, ALL)->sum, &want));
}

/* Announces nothing, and does no harm. */
static const char *const bad[] = {
	"Repr-Digest: ",
	"Repr-Digest: sha-256",
	"Repr-Digest: sha-256=",
	"Repr-Digest: sha-256=:",
	"Repr-Digest: sha-256=::",
	"Repr-Digest: =:" SHA256 ":",
	"Repr-Digest: sha-256=" SHA256,
	"Repr-Digest: sha-256=:" SHA256,
	"Repr-Digest: sha-256=" SHA256 ":",
	"Repr-Digest: sha-256=\"" SHA256 "\"",
	"Repr-Digest: sha-256=5",
	"Repr-Digest: sha-256:" SHA256 ":",
	"Repr-Digest: sha-256 =:" SHA256 ":",
	"Repr-Digest: sha-256= :" SHA256 ":",
	"Repr-Digest: SHA-256=:" SHA256 ":", /* keys are in lower case */
	"Repr-Digest: sha-256=:" SHA1 ":",
	"Repr-Digest: sha-1=:" SHA256 ":",
	"Repr-Digest: sha-512=:" SHA256 ":",
	"Repr-Digest: sha-256=:" SHA256 "=:",
	"Repr-Digest: sha-256=:" SHA256 ":,",
	"Repr-Digest: ,sha-256=:" SHA256 ":",
	"Repr-Digest: sha-256=:" SHA256 ":,,md5=:" MD5 ":",
	"Repr-Digest: sha-256=:" SHA256 ": md5=:" MD5 ":",
	"Repr-Digest: sha-256=:" SHA256 ":, md5",
	"Repr-Digest: sha-256=:" SHA256 ":, md5=:" SHA1 ":",
	"Repr-Digest: sha-256=:" SHA256 ":;x", /* no parameters are defined */
	"Repr-Digest: (sha-256=:" SHA256 ":)",
	"Repr-Digest: "
	"sha-256=:5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846"
	"f6be03:",
	"Repr-Digest: sha-256=:WJG1tSLV3whtD_CxEPvZ0hu0_HFjrzTQgoai6EayvgM=:",
	"Repr-Digest: crc32c=:" CRC ":",
	"Want-Repr-Digest: sha-256=:" SHA256 ":",
	"Repr-Diges: sha-256=:" SHA256 ":",
	"Repr-Digests: sha-256=:" SHA256 ":",
	"Digest: SHA-256=:" SHA256 ":",
	"Digest: SHA-256",
	"Digest: SHA-256=",
	"Digest: SHA-256=" SHA1,
	"Digest: "
	"SHA-256=5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03",
	"Digest: crc32c=" CRC,
	"Digest: SHA-256=" SHA256 ",",
	"Digest: \x80=" SHA256,
	"Digest: SHA-256=" SHA256 ";q=1",
	"Content-MD5: ",
	"Content-MD5: md5=" MD5,
	"Content-MD5: " MD5 "," MD5,
	"Content-MD5: b1946ac92492d2347c6235b4d2611184",
	"Content-MD5: \"" MD5 "\"",
	"Content-MD5: " SHA1,
	"x-goog-hash: " CRC,
	"x-goog-hash: crc32c=AAAA",
	"x-goog-hash: crc32c=361a290f",
	"x-goog-hash: crc32=" CRC,
	"x-amz-checksum-crc32: 361a290f",
	"x-amz-checksum-crc32: " CRC "-3",
	"x-amz-checksum-crc64nvme: " CRC,
	"x-amz-checksum-sha256: " SHA256 "-12",
	"x-amz-checksum-sha256: " SHA256 " ",
	"x-amz-checksum-xxhash64: " CRC64,
	"x-amz-checksum-: " CRC,
	"x-amz-checksum: " CRC,
	": " CRC,
	"Date: Sun, 06 Nov 1994 08:49:37 GMT",
	"ETag: \"b1946ac92492d2347c6235b4d2611184\"",
};

static void ill_formed_ones(void)
{
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		const char *const fields[] = {bad[i], NULL};
		const char *const after[] = {"Content-MD5: " MD5, bad[i], NULL};

		check_best(fields, ALL, DIGEST_NONE, NULL);
		check_best(after, ALL, DIGEST_MD5, "content-md5");
	}
}

static void nul_bytes(void)
{
	static const char value[] = MD5 "\0";
	struct announced announced = {.packed = false};

	announced_field(&announced, "Content-MD5\0", 12, value, sizeof(MD5) - 1);
	announced_field(&announced, "Content-MD\0", 11, value, sizeof(MD5) - 1);
	announced_field(&announced, "Content-MD5", 11, value, sizeof(MD5));
	announced_field(&announced, "Digest", 6, "\0=AAAA", 6);
	announced_field(&announced, "Digest", 6, "md5\0=" MD5, 5 + sizeof(MD5) - 1);
	check(!announced_best(&announced, ALL));
}

static void of_several_the_strongest(void)
{
	static const char *const fields[] = {"x-goog-hash: crc32c=" CRC,
		"x-goog-hash: md5=" MD5, "x-amz-checksum-crc64nvme: " CRC64,
		"Content-Digest: sha-256=:" SHA256 ":", "Digest: SHA=" SHA1, NULL};
	static const char *const reversed[] = {"Repr-Digest: sha-256=:" SHA256 ":",
		"Repr-Digest: sha-512=:" SHA512 ":", "Digest: SHA-256=" SHA256,
		"Content-MD5: " MD5, NULL};

	check_best(fields, ALL, DIGEST_SHA256, "content-digest");
	check_best(fields, ANNOUNCED_WHOLE, DIGEST_SHA1, "digest");
	check_best(reversed, ALL, DIGEST_SHA512, "repr-digest");
	check_best(reversed, ANNOUNCED_CONTENT, DIGEST_MD5, "content-md5");
}

static void of_equals_the_later_one(void)
{
	static const char *const fields[] = {
		"Content-MD5: AAAAAAAAAAAAAAAAAAAAAA==", "Content-MD5: " MD5, NULL};
	static const char *const members[] = {
		"Digest: MD5=AAAAAAAAAAAAAAAAAAAAAA==,md5=" MD5, NULL};
	struct announced announced = told(fields);

	check_int(announced_best(&announced, ALL)->sum.bytes[0], 0xb1);
	announced = told(members);
	check_int(announced_best(&announced, ALL)->sum.bytes[0], 0xb1);
}

/* A checksum of checksums says nothing of the bytes; nor does one of bytes that the server
 * has unpacked. Whatever the order of the fields. */
static void void_ones(void)
{
	static const char *const composite[] = {"x-amz-checksum-sha256: " SHA256,
		"x-amz-checksum-type: COMPOSITE", "Content-MD5: " MD5, NULL};
	static const char *const before[] = {
		"X-Amz-Checksum-Type: composite", "x-amz-checksum-crc32: " CRC, NULL};
	static const char *const full[] = {
		"x-amz-checksum-type: FULL_OBJECT", "x-amz-checksum-crc32: " CRC, NULL};
	static const char *const packed[] = {"x-goog-stored-content-encoding: gzip",
		"x-goog-hash: md5=" MD5, "x-amz-checksum-crc32: " CRC, NULL};
	static const char *const plain[] = {"x-goog-hash: md5=" MD5,
		"x-goog-stored-content-encoding: identity", NULL};

	check_best(composite, ALL, DIGEST_MD5, "content-md5");
	check_best(before, ALL, DIGEST_NONE, NULL);
	check_best(full, ALL, DIGEST_CRC32, "x-amz-checksum-crc32");
	check_best(packed, ALL, DIGEST_CRC32, "x-amz-checksum-crc32");
	check_best(plain, ALL, DIGEST_MD5, "x-goog-hash");
}

int main(void)
{
	run(each_kind);
	run(bytes_are_right);
	run(ill_formed_ones);
	run(nul_bytes);
	run(of_several_the_strongest);
	run(of_equals_the_later_one);
	run(void_ones);
	return done();
}
