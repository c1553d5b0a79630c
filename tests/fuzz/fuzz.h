/* fuzz.h - what the fuzz targets share.
 *
 * A target gives bytes, whatever they are, to one parser, and holds what comes of them against
 * what the parser's header promises. A promise that is not kept ends the process, so that the
 * fuzzer keeps the bytes. A target keeps nothing from one call to the next, reads no clock and
 * no environment, and comes to the same for the same bytes.
 *
 * Linked into two programs: fuzz, which is libFuzzer's (engine.c), and test_fuzz, which
 * gives all files of corpus/ and crashers/ to their targets in "make check". */
#ifndef SEINE_TESTS_FUZZ_H
#define SEINE_TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"

/* Stays where NDEBUG takes assert() away. */
#define must(condition)                                                                \
	((condition) ? (void)0 : fuzz_broken(__FILE__, __LINE__, #condition))
_Noreturn void fuzz_broken(const char *file, int line, const char *condition);

typedef void fuzz_target(const uint8_t *data, size_t len);

/* A row for each target; the last one has no name. */
struct fuzz_row {
	const char *name; /* of its file without "fuzz_", and of its directories */
	fuzz_target *target;
};
extern const struct fuzz_row fuzz_targets[];
const struct fuzz_row *fuzz_find(const char *name); /* NULL: there is none */

fuzz_target fuzz_answer, fuzz_composite, fuzz_csv, fuzz_digests, fuzz_disposition,
	fuzz_httpdate, fuzz_input, fuzz_journal, fuzz_jsonl, fuzz_link, fuzz_list,
	fuzz_metalink, fuzz_names, fuzz_netrc, fuzz_profile, fuzz_range, fuzz_response,
	fuzz_s3, fuzz_s3error, fuzz_s3list, fuzz_sigv4, fuzz_sums, fuzz_text,
	fuzz_units, fuzz_url, fuzz_xml;

/* Once in a process, before the first target: everything is logged from now on, to nobody but a
 * check that no line has what a terminal would act on. */
void fuzz_start(void);

/* What is left of the bytes. Where they end, zeros follow, and empty texts. */
struct fuzz_bytes {
	const uint8_t *at;
	size_t left;
};

/* The next `size` (at most 8) bytes, little-endian. */
uint64_t fuzz_take(struct fuzz_bytes *bytes, size_t size);
/* All up to the next newline, or up to the end; without a newline in it. Yours; it is cut at
 * its first NUL. */
char *fuzz_take_line(struct fuzz_bytes *bytes);
/* The bytes themselves as a text. Yours; cut at the first NUL. */
char *fuzz_take_rest(struct fuzz_bytes *bytes);

/* A number that depends on all of the bytes: what a target chooses by, so that its corpus
 * may be files as users have them. */
uint64_t fuzz_choice(const uint8_t *data, size_t len);

/* Is the text valid UTF-8, without C0, DEL and C1? Written apart from base/text.h, which is
 * under test itself. */
bool fuzz_is_clean(const char *text, size_t len);

/* Does the shorter text begin the other one? */
bool fuzz_one_begins(const struct buf *text, const struct buf *other);

/* A secret that no corpus has in a place where it may be shown. It begins with what no option
 * name has in it. */
#define FUZZ_SECRET "!s3cr3t!"

#endif
