/* composite.c - see composite.h. For each length that is tried there are two digests at
 * work: of the part that is being read, and of the digests of those before it. */
#include "store/composite.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "store/digest.h"

#define MIB (INT64_C(1) << 20)
#define GUESSES 3 /* each costs an MD5 of the whole object */
#define PARTS_MAX 10000
#define OBJECT_MAX (PARTS_MAX * 5 * 1024 * MIB) /* S3 takes no part over 5 GiB */

/* One length that the parts may have had. */
struct guess {
	int64_t length, filled; /* of a part; of the one that is being read */
	struct digest *part, *whole;
};

struct composite {
	struct checksum want;
	size_t n_guesses;
	struct guess guesses[GUESSES];
};

/* "HEX-N", in quotes. */
static bool parse(const char *etag, struct checksum *sum, int64_t *count)
{
	size_t len = strlen(etag), hex = 2 * checksum_len(DIGEST_MD5);
	const char *number = etag + 1 + hex + 1;
	char *end;

	if (len < 1 + hex + 3 || etag[0] != '"' || etag[1 + hex] != '-' ||
		*number < '1' || *number > '9' ||
		checksum_from_hex(sum, DIGEST_MD5, etag + 1, hex) != 0)
		return false;
	*count = strtoll(number, &end, 10);
	return *count <= PARTS_MAX && strcmp(end, "\"") == 0;
}

static bool is_guessed(const struct composite *composite, int64_t length)
{
	for (size_t i = 0; i < composite->n_guesses; i++)
		if (composite->guesses[i].length == length)
			return true;
	return false;
}

static void add_guess(struct composite *composite, int64_t length)
{
	struct guess *guess = &composite->guesses[composite->n_guesses];
	struct error why;

	if (composite->n_guesses == GUESSES || is_guessed(composite, length))
		return;
	*guess = (struct guess){.length = length};
	guess->part = digest_new(DIGEST_MD5, &why);
	guess->whole = digest_new(DIGEST_MD5, &why);
	if (guess->part && guess->whole) {
		composite->n_guesses++;
		return;
	}
	digest_free(guess->part);
	digest_free(guess->whole);
}

/* Lengths that give so many parts: what well-known uploaders take, the likeliest first; then
 * the least whole number of MiB, which those come to that let parts grow with the object. */
static void add_guesses(struct composite *composite, int64_t size, int64_t count)
{
	static const int64_t usual[] = {8, 5, 16, 64, 50, 10, 15, 100, 32, 128, 25, 20,
		6, 7, 12, 24, 40, 48, 256, 512, 1024};
	int64_t least = (size + count - 1) / count;
	int64_t most = count > 1 ? (size - 1) / (count - 1) : INT64_MAX;

	if (count == 1) {
		add_guess(composite, size); /* whatever it was, there is one */
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(usual); i++)
		if (usual[i] * MIB >= least && usual[i] * MIB <= most)
			add_guess(composite, usual[i] * MIB);
	if ((least + MIB - 1) / MIB * MIB <= most)
		add_guess(composite, (least + MIB - 1) / MIB * MIB);
	add_guess(composite, least);
}

struct composite *composite_new(const char *etag, int64_t size)
{
	struct composite *composite;
	struct checksum want;
	int64_t count;

	if (size <= 0 || size > OBJECT_MAX || !parse(etag, &want, &count) ||
		count > size)
		return NULL;
	composite = xcalloc(1, sizeof(*composite));
	composite->want = want;
	add_guesses(composite, size, count);
	if (composite->n_guesses > 0)
		return composite;
	free(composite);
	return NULL;
}

void composite_free(struct composite *composite)
{
	if (!composite)
		return;
	for (size_t i = 0; i < composite->n_guesses; i++) {
		digest_free(composite->guesses[i].part);
		digest_free(composite->guesses[i].whole);
	}
	free(composite);
}

/* The part is complete: its MD5 is what the whole is of. */
static int end_part(struct guess *guess, struct error *err)
{
	struct checksum sum;

	if (digest_final(guess->part, &sum, err) != 0)
		return -1;
	guess->filled = 0;
	return digest_update(guess->whole, sum.bytes, checksum_len(DIGEST_MD5), err);
}

static int guess_add(
	struct guess *guess, const char *data, size_t len, struct error *err)
{
	while (len > 0) {
		int64_t room = guess->length - guess->filled;
		size_t now = (int64_t)len < room ? len : (size_t)room;

		if (guess->filled == 0 && digest_restart(guess->part, err) != 0)
			return -1;
		if (digest_update(guess->part, data, now, err) != 0)
			return -1;
		guess->filled += (int64_t)now;
		if (guess->filled == guess->length && end_part(guess, err) != 0)
			return -1;
		data += now;
		len -= now;
	}
	return 0;
}

int composite_add(
	struct composite *composite, const void *data, size_t len, struct error *err)
{
	for (size_t i = 0; i < composite->n_guesses; i++)
		if (guess_add(&composite->guesses[i], data, len, err) != 0)
			return -1;
	return 0;
}

int composite_check(struct composite *composite, bool *proven, struct error *err)
{
	*proven = false;
	for (size_t i = 0; i < composite->n_guesses; i++) {
		struct guess *guess = &composite->guesses[i];
		struct checksum sum;

		if ((guess->filled > 0 && end_part(guess, err) != 0) ||
			digest_final(guess->whole, &sum, err) != 0)
			return -1;
		*proven |= checksum_equal(&sum, &composite->want);
	}
	return 0;
}
