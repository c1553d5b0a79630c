/* metalink_file.h - one file of a Metalink: what is gathered of it, element by element, and the
 * entry that comes of that. Internal to metalink.c.
 *
 * The first thing that makes it a bad file is remembered, and told at its end. All texts are
 * taken as they stand in the document; white space around them does not count. */
#ifndef SEINE_INPUT_METALINK_FILE_H
#define SEINE_INPUT_METALINK_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "core/entry.h"

/* Where a mirror stands: smaller is better; the first member decides, if it can. */
struct metalink_rank {
	size_t location;  /* in the list of preferred ones; its length: not there */
	int64_t priority; /* from 1 */
};

struct metalink_url {
	struct metalink_rank rank;
	size_t order; /* in the document */
	char *text;
};

struct metalink_file {
	const char *shown; /* the Metalink's name; borrowed */
	uint64_t line;
	struct entry *entry; /* NULL: no file has begun */
	struct error bad;    /* KIND_NONE: it is not */
	struct metalink_url *urls;
	size_t n_urls;
	const char *no_url; /* why there may be none in the end */

	/* The piece hashes that are being read, unless alg is DIGEST_NONE: */
	enum digest_alg alg;
	int64_t length;
	size_t n_pieces;
	struct buf digests;
	const char *bad_pieces; /* NULL: they are not */
};

/* `shown` is borrowed. All zeros before the first one. name NULL: it has none. */
void metalink_file_begin(
	struct metalink_file *file, const char *shown, uint64_t line, const char *name);
/* Forget it. */
void metalink_file_release(struct metalink_file *file);

void metalink_file_size(struct metalink_file *file, const char *text);
/* alg DIGEST_NONE: of an algorithm that is not known. */
void metalink_file_hash(
	struct metalink_file *file, enum digest_alg alg, const char *hex);
/* base NULL: not known. */
void metalink_file_url(struct metalink_file *file, const char *text, const char *base,
	const struct metalink_rank *rank);

/* A list of piece hashes: begins, has one more (index: what the document says that it is; NULL:
 * nothing), ends. */
void metalink_file_pieces(
	struct metalink_file *file, enum digest_alg alg, const char *length);
void metalink_file_piece(
	struct metalink_file *file, const char *index, const char *hex);
void metalink_file_pieces_end(struct metalink_file *file);

/* The file is whole: its entry, which is yours; NULL, and *err, when it is a bad one. It is
 * as after metalink_file_release then. */
struct entry *metalink_file_end(
	struct metalink_file *file, struct error *err) must_check;

#endif
