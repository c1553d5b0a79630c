/* test_inspection.c - pieces verified as they come, in blocks of any size: what is sound, and what
 * is said of the rest. */
#include "store/inspection.h"

#include <stdlib.h>

#include "pieced.h"

#define LENGTH 100

/* A file of so many bytes, of which one may be wrong; from the piece `first` on. */
struct trial {
	size_t len;
	int64_t wrong; /* offset; -1: none */
	size_t first;  /* piece */
	bool sized;
};

struct result {
	int added, ended;
	int64_t sound;
	uint64_t fingerprint;
	struct error err;
};

static void inspect(struct inspection *inspection, const struct trial *trial,
	size_t block, struct result *result)
{
	unsigned char data[1000];
	struct pieces *pieces;
	size_t at = trial->first * LENGTH;

	for (size_t i = 0; i < trial->len; i++)
		data[i] = (unsigned char)(i * 7 + i / 256);
	pieces = pieces_of(DIGEST_SHA256, data, trial->len, LENGTH);
	if (trial->wrong >= 0)
		data[trial->wrong] ^= 1;
	*result = (struct result){.err.kind = KIND_NONE};
	check_int(inspection_begin(inspection, pieces, (int64_t)at,
			  trial->sized ? (int64_t)trial->len : -1, &result->err),
		0);
	while (result->added == 0 && at < trial->len) {
		size_t n = trial->len - at < block ? trial->len - at : block;

		result->added = inspection_add(inspection, data + at, n, &result->err);
		at += n;
	}
	if (result->added == 0)
		result->ended = inspection_end(inspection, &result->err);
	result->sound = inspection->sound;
	result->fingerprint = inspection->wrong;
	free(pieces);
}

static const size_t blocks[] = {1, 7, 99, 100, 101, 200, 250, 1000};

static void all_is_right(void)
{
	struct inspection inspection = INSPECTION_INIT;

	for (size_t i = 0; i < ARRAY_LEN(blocks); i++) {
		for (size_t len = 1; len <= 400; len += len < 98 ? 48 : 1) {
			struct trial trial = {.len = len, .wrong = -1};

			for (int sized = 0; sized < 2; sized++) {
				struct result result;

				trial.sized = sized;
				inspect(&inspection, &trial, blocks[i], &result);
				check_int(result.added, 0);
				check_int(result.ended, 0);
				check_int(result.sound, sized || len % LENGTH == 0
								? (int64_t)len
								: inspection.sound);
				check_int(inspection.sound, len);
				check_int(result.fingerprint, 0);
			}
		}
	}
	inspection_release(&inspection);
}

/* At every position, what is before the wrong piece is sound, and the piece is named. */
static void one_byte_is_wrong(void)
{
	struct inspection inspection = INSPECTION_INIT;

	for (size_t i = 0; i < ARRAY_LEN(blocks); i++) {
		for (int64_t wrong = 0; wrong < 450; wrong += 9) {
			struct trial trial = {
				.len = 450, .wrong = wrong, .sized = wrong % 2 == 0};
			struct result result;
			char text[40];

			snprintf(text, sizeof(text),
				"piece %d of 5: ", (int)(wrong / LENGTH) + 1);
			inspect(&inspection, &trial, blocks[i], &result);
			check_int(result.added + result.ended, -1);
			check_int(result.sound, wrong - wrong % LENGTH);
			check_str(kind_name(result.err.kind), "checksum");
			check(strncmp(result.err.text, text, strlen(text)) == 0);
			check(result.fingerprint != 0);
		}
	}
	inspection_release(&inspection);
}

static void from_the_middle(void)
{
	struct inspection inspection = INSPECTION_INIT;
	struct trial trial = {.len = 450, .wrong = 50, .first = 2, .sized = true};
	struct result result;

	inspect(&inspection, &trial, 30, &result);
	check_int(result.added + result.ended, 0);
	check_int(result.sound, 450);
	trial.wrong = 449;
	inspect(&inspection, &trial, 30, &result);
	check_int(result.sound, 400);
	inspection_release(&inspection);
}

/* The same wrong bytes are the same, in the same piece only. */
static void fingerprints(void)
{
	static const unsigned char zeros[3 * LENGTH];
	struct inspection inspection = INSPECTION_INIT;
	struct pieces *pieces = pieces_of(DIGEST_MD5, "abc", 3, 1);
	uint64_t seen[3], first = 0;

	for (size_t i = 0; i < 3; i++) {
		check_int(
			inspection_begin(&inspection, pieces, (int64_t)i, 3, NULL), 0);
		check_int(inspection_add(&inspection, zeros, 1, NULL), -1);
		seen[i] = inspection.wrong;
		first = i == 0 ? inspection.wrong : first;
		check(i == 0 || inspection.wrong != first);
	}
	check_int(inspection_begin(&inspection, pieces, 1, 3, NULL), 0);
	check_int(inspection.wrong, 0);
	check_int(inspection_add(&inspection, zeros, 1, NULL), -1);
	check(inspection.wrong == seen[1]);
	check_int(inspection_begin(&inspection, pieces, 1, 3, NULL), 0);
	check_int(inspection_add(&inspection, "b", 1, NULL), 0);
	check_int(inspection.sound, 2);
	inspection_release(&inspection);
	free(pieces);
}

/* More, or fewer, than the pieces have. */
static void other_lengths(void)
{
	static const struct {
		size_t len, come;
		bool sized;
		int added, ended;
	} rows[] = {
		{250, 301, false, -1,
			0}, /* the last piece would be right if it ended */
		{250, 300, false, -1, 0}, /* ... and as long as it may be, it is not */
		{300, 301, false, -1, 0},
		{250, 251, true, -1, 0},
		{250, 249, false, 0, -1},
		{250, 249, true, 0, -1},
		{250, 200, false, 0, -1},
		{250, 200, true, 0, 0}, /* that is all that was asked for */
		{250, 150, false, 0, -1},
		{250, 150, true, 0, -1},
		{250, 0, false, 0, -1},
	};
	struct inspection inspection = INSPECTION_INIT;
	unsigned char data[400];
	struct error err;

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (unsigned char)i;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct pieces *pieces =
			pieces_of(DIGEST_SHA1, data, rows[i].len, LENGTH);
		int added;

		check_int(inspection_begin(&inspection, pieces, 0,
				  rows[i].sized ? (int64_t)rows[i].len : -1, &err),
			0);
		added = inspection_add(&inspection, data, rows[i].come, &err);
		check_int(added, rows[i].added);
		if (added == 0)
			check_int(inspection_end(&inspection, &err), rows[i].ended);
		if (added || rows[i].ended)
			check(err.kind == KIND_TRUNCATED || err.kind == KIND_CHECKSUM);
		check(inspection.sound % LENGTH == 0 ||
			inspection.sound == (int64_t)rows[i].len);
		check(inspection.sound <= 300);
		free(pieces);
	}
	inspection_release(&inspection);
}

static void without_pieces(void)
{
	struct inspection inspection = INSPECTION_INIT;

	check_int(inspection_begin(&inspection, NULL, 12345, -1, NULL), 0);
	check_int(inspection_add(&inspection, "abc", 3, NULL), 0);
	check_int(inspection.sound, 12348);
	check_int(inspection_end(&inspection, NULL), 0);
	inspection_release(&inspection);
}

static void not_where_a_piece_begins(void)
{
	struct inspection inspection = INSPECTION_INIT;
	struct pieces *pieces = pieces_of(DIGEST_SHA1, "abcdef", 6, 2);
	struct error err;

	check_int(inspection_begin(&inspection, pieces, 3, 6, &err), -1);
	check_str(kind_name(err.kind), "internal");
	inspection_release(&inspection);
	free(pieces);
}

int main(void)
{
	run(all_is_right);
	run(one_byte_is_wrong);
	run(from_the_middle);
	run(fingerprints);
	run(other_lengths);
	run(without_pieces);
	run(not_where_a_piece_begins);
	return done();
}
