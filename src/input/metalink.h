/* metalink.h - the files that a Metalink names: version 4 (RFC 5854) and 3 (Metalink 3.0,
 * second edition), read as it comes.
 *
 * Of a file are taken its name, size, hashes (the strongest known one), piece hashes (those of
 * the strongest known algorithm) and URLs, best mirror first. Torrents, URLs of other schemes
 * than http, https and s3 (of single objects), and hashes of unknown algorithms are passed
 * over, and so is all that is not of the Metalink's namespace. Signatures are not verified, and
 * the log says so, once for a Metalink. xml:base is not looked at.
 *
 * A file without a name, with a malformed size or hash, with two different hashes of one
 * algorithm, with over 1,000 URLs or without one that can be used is a bad one; the others go
 * on. Piece hashes that contradict themselves or the size are left out, with a warning.
 *
 * Names are given on as they are: app/intake, by core/naming, refuses those that lead elsewhere.
 * Nothing is fetched. One thread at a time. */
#ifndef SEINE_INPUT_METALINK_H
#define SEINE_INPUT_METALINK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "core/source.h"
#include "input/reader.h"

struct metalink;

/* `shown` is how messages name it. `base` is the URL that it is from, for relative URLs; NULL:
 * not known, they cannot be used. `preferred` are locations ("de,at"), whose mirrors go before
 * all others, in this order; NULL: none. All are copied. */
struct metalink *metalink_new(
	const char *shown, const char *base, const char *preferred) must_check;
void metalink_free(struct metalink *metalink); /* NULL is fine */

/* The next bytes; `last`: there are no more (len may be 0). Files are ready as soon as they
 * end: take them all before feeding on, so that no more than what 64 KiB hold are in memory. */
void metalink_feed(struct metalink *metalink, const char *data, size_t len, bool last);

/* What is ready, in the order of the document. SOURCE_ENTRY: *entry is yours; its name is
 * marked as foreign, its line is that of the file, its input is yours to set. SOURCE_BAD: a bad
 * file, *err says "SHOWN:LINE: why". SOURCE_AGAIN: feed more. SOURCE_BROKEN: no Metalink, or one
 * that breaks off or names no file. SOURCE_END: that was all. */
enum source_status metalink_take(
	struct metalink *metalink, struct entry **entry, struct error *err) must_check;

/* The same as a source, over a file or a pipe. Takes the reader. `input` is what entries point
 * to: it must outlive the source and them. */
struct source *metalink_open(
	struct reader *reader, const char *input, const char *preferred) must_check;

#endif
