/* checksum.c - see checksum.h. One table of algorithms; all else reads it. */
#include "core/checksum.h"

#include <string.h>
#include <strings.h>

#include "base/hex.h"

/* Bytes of a digest in a message, where two of them have to find room. */
#define SHOWN_WHOLE 32
#define SHOWN_OF_LONG 16

static const struct {
	const char *name;
	const char *aliases[2];
	size_t len;
} algorithms[] = {
	[DIGEST_NONE] = {.name = "none"},
	[DIGEST_CRC32] = {.name = "crc32", .len = 4},
	[DIGEST_CRC32C] = {.name = "crc32c", .len = 4},
	[DIGEST_CRC64NVME] = {.name = "crc64nvme", .len = 8},
	[DIGEST_MD5] = {.name = "md5", .len = 16},
	[DIGEST_SHA1] = {.name = "sha-1", .aliases = {"sha1", "sha"}, .len = 20},
	[DIGEST_SHA224] = {.name = "sha-224", .aliases = {"sha224"}, .len = 28},
	[DIGEST_SHA256] = {.name = "sha-256", .aliases = {"sha256"}, .len = 32},
	[DIGEST_SHA384] = {.name = "sha-384", .aliases = {"sha384"}, .len = 48},
	[DIGEST_BLAKE2B] = {.name = "blake2b-512",
		.aliases = {"blake2b", "b2"},
		.len = 64},
	[DIGEST_SHA512] = {.name = "sha-512", .aliases = {"sha512"}, .len = 64},
};

const char *checksum_name(enum digest_alg alg)
{
	return algorithms[alg].name;
}

size_t checksum_len(enum digest_alg alg)
{
	return algorithms[alg].len;
}

static bool word_is(const char *word, size_t len, const char *name)
{
	return name && strlen(name) == len && strncasecmp(word, name, len) == 0;
}

enum digest_alg checksum_find(const char *word, size_t len)
{
	for (size_t i = DIGEST_NONE + 1; i < ARRAY_LEN(algorithms); i++) {
		if (word_is(word, len, algorithms[i].name) ||
			word_is(word, len, algorithms[i].aliases[0]) ||
			word_is(word, len, algorithms[i].aliases[1]))
			return (enum digest_alg)i;
	}
	return DIGEST_NONE;
}

int checksum_from_hex(
	struct checksum *sum, enum digest_alg alg, const char *hex, size_t len)
{
	struct checksum read = {.alg = alg};

	if (len != 2 * checksum_len(alg))
		return -1;
	for (size_t i = 0; i < len; i += 2) {
		int high = hex_digit(hex[i]), low = hex_digit(hex[i + 1]);

		if (high < 0 || low < 0)
			return -1;
		read.bytes[i / 2] = (unsigned char)(high << 4 | low);
	}
	*sum = read;
	return 0;
}

static int refuse_algorithm(const char *word, size_t len, struct error *err)
{
	_cleanup_(buf_release) struct buf known = BUF_INIT;

	for (size_t i = ARRAY_LEN(algorithms) - 1; i > DIGEST_NONE; i--)
		buf_addf(&known, " %s", algorithms[i].name);
	return error_set(err, KIND_INPUT, 0,
		"unknown checksum algorithm \"%.*s\"; known:%s",
		len > 32 ? 32 : (int)len, word, known.data);
}

int checksum_parse(struct checksum *sum, const char *text, struct error *err)
{
	const char *equals = strchr(text, '=');
	enum digest_alg alg;

	if (!equals)
		return error_set(err, KIND_INPUT, 0,
			"a checksum is written ALGORITHM=HEX, as sha-256=9f86d0...");
	alg = checksum_find(text, (size_t)(equals - text));
	if (alg == DIGEST_NONE)
		return refuse_algorithm(text, (size_t)(equals - text), err);
	if (checksum_from_hex(sum, alg, equals + 1, strlen(equals + 1)) < 0)
		return error_set(err, KIND_INPUT, 0,
			"a checksum by %s is %zu hexadecimal digits",
			checksum_name(alg), 2 * checksum_len(alg));
	return 0;
}

void checksum_keep_stronger(struct checksum *sum, const struct checksum *other)
{
	if (other->alg > sum->alg)
		*sum = *other;
}

bool checksum_equal(const struct checksum *a, const struct checksum *b)
{
	return a->alg == b->alg &&
	       memcmp(a->bytes, b->bytes, checksum_len(a->alg)) == 0;
}

void checksum_add(struct buf *out, const struct checksum *sum)
{
	buf_addf(out, "%s=", checksum_name(sum->alg));
	hex_add(out, sum->bytes, checksum_len(sum->alg));
}

/* The bytes from `start` on, as many as are shown. */
static void add_shown(struct buf *out, const struct checksum *sum, size_t start)
{
	size_t len = checksum_len(sum->alg);
	size_t count = len <= SHOWN_WHOLE ? len : SHOWN_OF_LONG;

	buf_addstr(out, start > 0 ? "..." : "");
	hex_add(out, sum->bytes + start, count);
	buf_addstr(out, start + count < len ? "..." : "");
}

void checksum_add_mismatch(
	struct buf *out, const struct checksum *got, const struct checksum *want)
{
	size_t len = checksum_len(got->alg), start = 0;

	while (start < len && got->bytes[start] == want->bytes[start])
		start++;
	if (len <= SHOWN_WHOLE || start < SHOWN_OF_LONG)
		start = 0;
	else if (start > len - SHOWN_OF_LONG)
		start = len - SHOWN_OF_LONG;
	buf_addf(out, "got %s=", checksum_name(got->alg));
	add_shown(out, got, start);
	buf_addstr(out, ", not ");
	add_shown(out, want, start);
}
