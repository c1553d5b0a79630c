/* inspection.c - see inspection.h. The digest is of the bytes from `sound`, where the
 * piece under way begins, to `at`. A piece that is right moves `sound` up to `at`; a
 * wrong one leaves it there. */
#include "store/inspection.h"

#include <string.h>

#include "base/buf.h"

void inspection_release(struct inspection *inspection)
{
	digest_free(inspection->digest);
	*inspection = (struct inspection)INSPECTION_INIT;
}

int inspection_begin(struct inspection *inspection, const struct pieces *pieces,
	int64_t first, int64_t size, struct error *err)
{
	inspection->pieces = pieces;
	inspection->at = inspection->sound = first;
	inspection->size = size;
	inspection->wrong = 0;
	if (!pieces)
		return 0;
	if (first % pieces->length != 0)
		return error_set(err, KIND_INTERNAL, 0, "not the beginning of a piece");
	if (inspection->digest && inspection->alg == pieces->alg)
		return digest_restart(inspection->digest, err);
	digest_free(inspection->digest);
	inspection->alg = pieces->alg;
	inspection->digest = digest_new(pieces->alg, err);
	return inspection->digest ? 0 : -1;
}

/* Of the piece that `at` is in, or would begin. */
static size_t piece_index(const struct inspection *inspection)
{
	return (size_t)(inspection->sound / inspection->pieces->length);
}

/* How many bytes of the piece are still to come; of the last one, where nobody knows the size,
 * as many as it may have. */
static int64_t rest_of_piece(const struct inspection *inspection)
{
	int64_t rest =
		inspection->pieces->length - (inspection->at - inspection->sound);

	if (inspection->size >= 0 && rest > inspection->size - inspection->at)
		rest = inspection->size - inspection->at;
	return rest;
}

static int wrong_piece(struct inspection *inspection, const struct checksum *got,
	const struct checksum *want, struct error *err)
{
	_cleanup_(buf_release) struct buf text = BUF_INIT;
	uint64_t fingerprint;

	checksum_add_mismatch(&text, got, want);
	memcpy(&fingerprint, got->bytes, sizeof(fingerprint));
	inspection->wrong = fingerprint + piece_index(inspection) + 1;
	return error_set(err, KIND_CHECKSUM, 0,
		"piece %zu of %zu: %s, which the Metalink asks for",
		piece_index(inspection) + 1, inspection->pieces->count, text.data);
}

/* A piece is here. */
static int compare(struct inspection *inspection, struct error *err)
{
	struct checksum want = {.alg = inspection->pieces->alg}, got;
	size_t len = checksum_len(want.alg);

	if (digest_final(inspection->digest, &got, err) != 0)
		return -1;
	memcpy(want.bytes, inspection->pieces->digests + piece_index(inspection) * len,
		len);
	if (!checksum_equal(&got, &want))
		return wrong_piece(inspection, &got, &want, err);
	inspection->sound = inspection->at;
	return digest_restart(inspection->digest, err);
}

int inspection_add(
	struct inspection *inspection, const void *data, size_t len, struct error *err)
{
	const char *next = data;

	if (!inspection->pieces)
		inspection->sound = inspection->at += (int64_t)len;
	while (inspection->pieces && len > 0) {
		int64_t rest = rest_of_piece(inspection);
		size_t some = (uint64_t)rest < len ? (size_t)rest : len;

		if (rest <= 0 || piece_index(inspection) >= inspection->pieces->count)
			return error_set(err, KIND_TRUNCATED, 0,
				"more bytes than the file's %zu pieces have",
				inspection->pieces->count);
		if (digest_update(inspection->digest, next, some, err) != 0)
			return -1;
		inspection->at += (int64_t)some;
		next += some;
		len -= some;
		if ((int64_t)some == rest && compare(inspection, err) != 0)
			return -1;
	}
	return 0;
}

int inspection_end(struct inspection *inspection, struct error *err)
{
	if (!inspection->pieces)
		return 0;
	if (inspection->at > inspection->sound) {
		if (inspection->size >= 0 ||
			piece_index(inspection) + 1 < inspection->pieces->count)
			return error_set(err, KIND_TRUNCATED, 0,
				"it ended in the middle of piece %zu of %zu",
				piece_index(inspection) + 1, inspection->pieces->count);
		return compare(inspection, err);
	}
	if (inspection->size < 0 && piece_index(inspection) < inspection->pieces->count)
		return error_set(err, KIND_TRUNCATED, 0,
			"it ended after piece %zu of %zu", piece_index(inspection),
			inspection->pieces->count);
	return 0;
}
