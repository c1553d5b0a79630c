/* range.h - byte ranges in HTTP: asked for, answered, and the answer judged.
 *
 * RFC 9110, section 14. libcurl does not look whether an answer is of the range that was asked
 * for, so this does: strictly, since one answer taken for another makes a file of wrong bytes.
 * Knows nothing of status codes, validators and encodings, which the caller looks at as well.
 * Pure; any thread. */
#ifndef SEINE_CORE_RANGE_H
#define SEINE_CORE_RANGE_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/diag.h"

/* Both bytes are in it. */
struct range {
	int64_t first, last;
};

/* As `last`: to the end, wherever that is. It is the last byte of the largest file there can
 * be (2^63-1 bytes), so that no length and no last + 1 overflows. */
#define RANGE_OPEN (INT64_MAX - 1)

static inline int64_t range_length(struct range range)
{
	return range.last - range.first + 1;
}

#define RANGE_LEN 48 /* enough for any Range value, with its NUL */

/* The value of a Range field: "bytes=0-8388607", "bytes=4096-" when it is open. (What
 * CURLOPT_RANGE wants is the same without "bytes=".) Returns out. */
char *range_format(char out[RANGE_LEN], struct range range);

/* What a Content-Range field says. */
struct content_range {
	struct range range; /* first -1: none, the form that goes with 416 */
	int64_t total;      /* of the whole file; -1: not said */
};

/* The value of a Content-Range field (RFC 9110, 14.4), without the white space around it, in
 * any of its three forms: range and total, range and no total, total and no range. -1, and
 * nothing is touched, when it is anything else, contradicts itself (5-4/9, 0-9/9), or is of
 * a file larger than 2^63-1 bytes. The unit is compared without regard to case (14.1). */
int content_range_parse(
	const char *text, size_t len, struct content_range *content) must_check;

enum range_verdict {
	RANGE_AS_ASKED,
	/* There is no such range, and that is true: the file ends before asked.first. With
	 * first 0 it is empty. */
	RANGE_BEYOND,
	RANGE_REFUSED,      /* no range, although the file has what was asked for */
	RANGE_WRONG_TOTAL,  /* not the size that the file had: it has changed */
	RANGE_WRONG_START,  /* of other bytes than were asked for */
	RANGE_WRONG_END,    /* too long; or short, and not for the end of the file */
	RANGE_WRONG_LENGTH, /* the announced length is not that of the range */
};

/* Is the answer of what was asked for? `size` of the file, -1 while it is not known; `length`
 * as announced by Content-Length, -1 when it was not. An answer may be shorter than asked only
 * where the file ends, so when nobody says where that is, no shorter one is believed, and no
 * open one. Fills *err unless all is as asked. */
enum range_verdict range_check(struct range asked, int64_t size,
	const struct content_range *answer, int64_t length,
	struct error *err) must_check;

#endif
