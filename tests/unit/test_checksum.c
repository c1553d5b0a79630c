/* Digests as users write them. */
#include "core/checksum.h"

#include <string.h>

#include "tap.h"

#define MD5 "d41d8cd98f00b204e9800998ecf8427e"
#define SHA1 "da39a3ee5e6b4b0d3255bfef95601890afd80709"
#define SHA256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define SHA512                                                                         \
	"cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"             \
	"47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e"

static const struct {
	const char *text, *shown;
	enum digest_alg alg;
} good[] = {
	{"md5=" MD5, "md5=" MD5, DIGEST_MD5},
	{"MD5=" MD5, "md5=" MD5, DIGEST_MD5},
	{"sha-1=" SHA1, "sha-1=" SHA1, DIGEST_SHA1},
	{"sha1=" SHA1, "sha-1=" SHA1, DIGEST_SHA1},
	{"sha=" SHA1, "sha-1=" SHA1, DIGEST_SHA1},
	{"sha-256=" SHA256, "sha-256=" SHA256, DIGEST_SHA256},
	{"SHA256=" SHA256, "sha-256=" SHA256, DIGEST_SHA256},
	{"Sha-512=" SHA512, "sha-512=" SHA512, DIGEST_SHA512},
	{"blake2b=" SHA512, "blake2b-512=" SHA512, DIGEST_BLAKE2B},
	{"sha384=" SHA256 MD5, "sha-384=" SHA256 MD5, DIGEST_SHA384},
	{"sha-224=" MD5 "00112233445566778899aabb",
		"sha-224=" MD5 "00112233445566778899aabb", DIGEST_SHA224},
	{"crc32=cbf43926", "crc32=cbf43926", DIGEST_CRC32},
	{"CRC32C=E3069283", "crc32c=e3069283", DIGEST_CRC32C},
	{"crc64nvme=ae8b14860a799888", "crc64nvme=ae8b14860a799888", DIGEST_CRC64NVME},
};

static const char *const bad[] = {
	"",
	"=",
	"sha-256",
	"sha-256=",
	"=" SHA256,
	SHA256,
	"sha-224=" SHA256,
	"sha-2567=" SHA256,
	"sha-25=" SHA256,
	"none=",
	"none=00",
	"sha-256=" SHA1,
	"sha-1=" SHA256,
	"sha-256=" SHA256 "0",
	"sha-256=" SHA256 " ",
	"md5= " MD5,
	"md5=d41d8cd98f00b204e9800998ecf8427",
	"md5=d41d8cd98f00b204e9800998ecf8427g",
	"md5=0xd41d8cd98f00b204e9800998ecf842",
	"md5:" MD5,
	"md5==" MD5,
	/* base64, as RFC 9530 has it on the wire, is not what users write */
	"sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:",
};

static void reads_and_writes(void)
{
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		struct buf shown _cleanup_(buf_release) = BUF_INIT;
		struct checksum sum = {0};
		struct error err = {0};

		check_int(checksum_parse(&sum, good[i].text, &err), 0);
		check_int(sum.alg, good[i].alg);
		check_int(err.kind, KIND_NONE);
		checksum_add(&shown, &sum);
		check_str(shown.data, good[i].shown);
	}
}

static void reads_bytes_in_order(void)
{
	struct checksum sum = {0};

	check_int(
		checksum_parse(&sum, "md5=000102030405060708090A0b0C0d0EFf", NULL), 0);
	for (int i = 0; i < 15; i++)
		check_int(sum.bytes[i], i);
	check_int(sum.bytes[15], 255);
	check_int(checksum_len(sum.alg), 16);
}

static void refuses_and_leaves_alone(void)
{
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct checksum sum, before;
		struct error err = {0};

		memset(&sum, 0x5a, sizeof(sum));
		before = sum;
		check_int(checksum_parse(&sum, bad[i], &err), -1);
		check_int(err.kind, KIND_INPUT);
		check(err.text[0] != '\0');
		check(memcmp(&sum, &before, sizeof(sum)) == 0);
	}
}

static void says_what_there_is(void)
{
	struct checksum sum;
	struct error err = {0};

	check_int(checksum_parse(&sum, "adler32=12345678", &err), -1);
	check(strstr(err.text, "adler32") != NULL);
	for (int alg = DIGEST_NONE + 1; alg <= DIGEST_SHA512; alg++)
		check(strstr(err.text, checksum_name(alg)) != NULL);
	check_int(checksum_parse(&sum, "sha-256=12", &err), -1);
	check(strstr(err.text, "64") != NULL);
}

static struct checksum parsed(const char *text)
{
	struct checksum sum = {0};

	check_int(checksum_parse(&sum, text, NULL), 0);
	return sum;
}

static void keeps_the_stronger(void)
{
	struct checksum none = {0}, md5 = parsed("md5=" MD5), kept = {0};
	struct checksum sha512 = parsed("sha-512=" SHA512), other = md5;

	checksum_keep_stronger(&kept, &none);
	check_int(kept.alg, DIGEST_NONE);
	checksum_keep_stronger(&kept, &md5);
	check(checksum_equal(&kept, &md5));
	checksum_keep_stronger(&kept, &sha512);
	check(checksum_equal(&kept, &sha512));
	checksum_keep_stronger(&kept, &md5);
	check(checksum_equal(&kept, &sha512));
	/* Of two equally strong the first stays. */
	other.bytes[0] ^= 1;
	kept = md5;
	checksum_keep_stronger(&kept, &other);
	check(checksum_equal(&kept, &md5));
}

/* What tells only damage never stands in for what tells malice. */
static void strength_has_an_order(void)
{
	static const char *const order[] = {"crc32", "crc32c", "crc64nvme", "md5",
		"sha-1", "sha-224", "sha-256", "sha-384", "blake2b-512", "sha-512"};

	for (size_t i = 1; i < ARRAY_LEN(order); i++)
		check(checksum_find(order[i - 1], strlen(order[i - 1])) <
			checksum_find(order[i], strlen(order[i])));
	check_int(checksum_find(order[0], strlen(order[0])), DIGEST_NONE + 1);
	check_int(ARRAY_LEN(order), DIGEST_SHA512);
	check_int(checksum_find("sha-256", 3), DIGEST_SHA1); /* "sha" */
	check_int(checksum_find("sha-256", 0), DIGEST_NONE);
}

static void reads_hex_of_exact_length(void)
{
	struct checksum sum = {0}, before = sum;

	check_int(checksum_from_hex(&sum, DIGEST_CRC32, "00ff10A0xyz", 8), 0);
	check(sum.alg == DIGEST_CRC32 && sum.bytes[1] == 0xff && sum.bytes[3] == 0xa0);
	sum = before;
	check_int(checksum_from_hex(&sum, DIGEST_CRC32, "00ff10A0", 7), -1);
	check_int(checksum_from_hex(&sum, DIGEST_CRC32, "00ff10A0a", 9), -1);
	check_int(checksum_from_hex(&sum, DIGEST_CRC32, "00ff10Ag", 8), -1);
	check(memcmp(&sum, &before, sizeof(sum)) == 0);
}

static void compares(void)
{
	struct checksum a = parsed("sha-1=" SHA1), b = a;

	b.bytes[40] = 1; /* beyond its length: does not count */
	check(checksum_equal(&a, &b));
	b.bytes[19] ^= 0x80;
	check(!checksum_equal(&a, &b));
	b = a;
	b.alg = DIGEST_MD5;
	check(!checksum_equal(&a, &b));
}

static void mismatch_is(const char *got, const char *want, const char *text)
{
	struct checksum a = parsed(got), b = parsed(want);
	struct buf out = BUF_INIT;

	checksum_add_mismatch(&out, &a, &b);
	check_str(out.data, text);
	buf_release(&out);
}

#define X16 "00112233445566778899aabbccddeeff"

/* Two long digests find no room in an error, but what tells one from the other does. */
static void shows_what_differs(void)
{
	mismatch_is(
		"crc32=00ff10a0", "crc32=00ff10a1", "got crc32=00ff10a0, not 00ff10a1");
	mismatch_is("sha-256=" X16 X16,
		"sha-256=" X16 "f0112233445566778899aabbccddeeff",
		"got sha-256=" X16 X16 ", not " X16 "f0112233445566778899aabbccddeeff");
	mismatch_is("sha-384=" X16 X16 X16,
		"sha-384=00112233445566778899aabbccddeefe" X16 X16,
		"got sha-384=" X16 "..., not 00112233445566778899aabbccddeefe...");
	mismatch_is("sha-384=" X16 X16 X16,
		"sha-384=" X16 X16 "00112233445566778899aabbccddee00",
		"got sha-384=..." X16 ", not ...00112233445566778899aabbccddee00");
	mismatch_is("sha-384=" X16 X16 X16,
		"sha-384=" X16 "ff112233445566778899aabbccddeeff" X16,
		"got sha-384=..." X16
		"..., not ...ff112233445566778899aabbccddeeff...");
}

int main(void)
{
	run(reads_and_writes);
	run(reads_bytes_in_order);
	run(refuses_and_leaves_alone);
	run(says_what_there_is);
	run(keeps_the_stronger);
	run(strength_has_an_order);
	run(reads_hex_of_exact_length);
	run(compares);
	run(shows_what_differs);
	return done();
}
