/* bucket.h - a store of buckets, as S3 would be if it had our tests to please: below the path
 * /s3/ the first segment is a bucket, whose name says how it behaves (README.md). Objects are
 * files as all others. Pure. */
#ifndef ORIGIN_BUCKET_H
#define ORIGIN_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "request.h"

struct bucket_answer {
	int status;
	char header[128]; /* "Name: value"; "": none */
	bool cut;         /* only half of the page is sent */
	struct buf page;
};

bool bucket_is_asked(const struct request *request);
/* Is this request, to a bucket, one that is not for a file? Then what it gets, the `ordinal`-th of
 * its target (from 0). For a file the request's query becomes a script's. */
bool bucket_reply(
	struct request *request, uint64_t ordinal, struct bucket_answer *answer);

#endif
