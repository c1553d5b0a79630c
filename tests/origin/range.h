/* range.h - Range requests, answered truly or with a lie. RFC 9110, section 14. Pure.
 */
#ifndef ORIGIN_RANGE_H
#define ORIGIN_RANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "request.h"

enum range_verdict { RANGE_WHOLE, RANGE_PART, RANGE_UNSATISFIABLE };

struct range {
	int64_t first, last; /* inclusive */
};

/* What the request asks of a body of `size` bytes with these validators ("" when it has
 * none). More than one range, or one that is not understood, is the whole. */
enum range_verdict range_asked(const struct request *request, int64_t size,
	const char *etag, const char *modified, struct range *range);

/* The same, whatever its If-Range says. */
enum range_verdict range_parse(
	const struct request *request, int64_t size, struct range *range);

/* How a 206 deviates from the truth. */
struct range_answer {
	int status;
	struct range said; /* in Content-Range */
	int64_t total;     /* in Content-Range; -1: "*" */
	bool unsaid;       /* no Content-Range at all */
	struct range sent; /* the bytes that go out */
	int64_t from;      /* ... are truly those from here on */
	bool other_etag;   /* another ETag on every answer */
	bool multipart, encoded;
};

/* The words of lie=. false: not a lie about parts that we know. */
bool range_lie(const char *lie, const struct range *asked, int64_t size,
	struct range_answer *answer) must_check;

#endif
