/* s3error.h - what the body of an error answer says: the <Error> document of S3 and its like, and
 * the one inside the <ErrorResponse> of other services of Amazon's.
 *
 * The body may be cut short, or no XML at all: what can be read counts, and all else is passed
 * over without a word. Texts are made safe to show (base/text.h) and cut, so they may be quoted
 * as they are. Pure; any thread. Internal to net/. */
#ifndef SEINE_NET_S3ERROR_H
#define SEINE_NET_S3ERROR_H

#include <stdbool.h>
#include <stddef.h>

#define S3ERROR_BODY_MAX ((size_t)64 * 1024) /* bytes of a body that are looked at */

/* "": it does not say. */
struct s3error {
	char code[64];     /* "NoSuchKey": letters, digits, "." and "-" only */
	char message[160]; /* for people; one line */
	/* That the bucket is in: lower case letters, digits and "-" only. */
	char region[64];
};

/* False: the body has no code; then *error is all "". */
bool s3error_read(struct s3error *error, const char *body, size_t len);

#endif
