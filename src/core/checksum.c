/* checksum.c - see checksum.h. One table of algorithms; all else reads it. */
#include "core/checksum.h"

#include <string.h>
#include <strings.h>

#include "base/hex.h"

static const struct {
	const char *name;
	const char *aliases[2];
	size_t len;
} algorithms[] = {
	[DIGEST_NONE] = {.name = "none"},
	[DIGEST_MD5] = {.name = "md5", .len = 16},
	[DIGEST_SHA1] = {.name = "sha-1", .aliases = {"sha1", "sha"}, .len = 20},
	[DIGEST_SHA256] = {.name = "sha-256", .aliases = {"sha256"}, .len = 32},
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

/* DIGEST_NONE when there is none of that name. */
static enum digest_alg find_algorithm(const char *word, size_t len)
{
	for (size_t i = DIGEST_NONE + 1; i < ARRAY_LEN(algorithms); i++) {
		if (word_is(word, len, algorithms[i].name) ||
			word_is(word, len, algorithms[i].aliases[0]) ||
			word_is(word, len, algorithms[i].aliases[1]))
			return (enum digest_alg)i;
	}
	return DIGEST_NONE;
}

/* Exactly 2 * len digits; -1 when there is anything else. */
static int parse_hex(unsigned char *bytes, size_t len, const char *hex)
{
	for (size_t i = 0; i < len; i++, hex += 2) {
		int high = hex_digit(hex[0]);
		int low = high < 0 ? -1 : hex_digit(hex[1]);

		if (low < 0)
			return -1;
		bytes[i] = (unsigned char)(high << 4 | low);
	}
	return *hex ? -1 : 0;
}

int checksum_parse(struct checksum *sum, const char *text, struct error *err)
{
	const char *equals = strchr(text, '=');
	struct checksum parsed = {0};

	if (!equals)
		return error_set(err, KIND_INPUT, 0,
			"a checksum is written ALGORITHM=HEX, as sha-256=9f86d0...");
	parsed.alg = find_algorithm(text, (size_t)(equals - text));
	if (parsed.alg == DIGEST_NONE)
		return error_set(err, KIND_INPUT, 0,
			"unknown checksum algorithm \"%.*s\": "
			"there are sha-512, sha-256, sha-1 and md5",
			equals - text > 32 ? 32 : (int)(equals - text), text);
	if (parse_hex(parsed.bytes, checksum_len(parsed.alg), equals + 1) < 0)
		return error_set(err, KIND_INPUT, 0,
			"a %s checksum is %zu hexadecimal digits",
			checksum_name(parsed.alg), 2 * checksum_len(parsed.alg));
	*sum = parsed;
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
	static const char digits[] = "0123456789abcdef";

	buf_addstr(out, checksum_name(sum->alg));
	buf_addch(out, '=');
	for (size_t i = 0; i < checksum_len(sum->alg); i++) {
		buf_addch(out, digits[sum->bytes[i] >> 4]);
		buf_addch(out, digits[sum->bytes[i] & 0xf]);
	}
}
