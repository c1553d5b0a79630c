/* s3list.h - one page of a bucket's listing (ListObjectsV2, Amazon S3 API Reference), from its
 * XML.
 *
 * Stores differ in the namespace, and in whether they heed encoding-type=url: keys are decoded
 * when the page says that they are encoded ("+" is a space then, as S3 and its clients have it).
 * Common prefixes and all else that is not said below are passed over.
 *
 * Does not ask for pages, nor judge keys: they may be anything but NUL, at any length. Pure; any
 * thread. */
#ifndef SEINE_INPUT_S3LIST_H
#define SEINE_INPUT_S3LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/diag.h"

struct s3list_object {
	char *key;
	bool is_bad; /* the key has a NUL in it, or does not decode: it is as the page has it */
	int64_t size; /* -1: not said, or no number */
};

struct s3list {
	struct s3list_object *objects; /* in the page's order */
	size_t count; /* a page has 1,000 by custom, but any number may come */
	char *token; /* for the next page (NextContinuationToken); NULL: this is the last */
};

/* From a complete body; yours: s3list_free. NULL and KIND_PROTOCOL when it is no such page (or
 * is cut short, or has objects without a key, or says that there is more but not where) or an
 * <Error> document, whose code and message the text then says; KIND_TOO_LARGE for one over
 * 64 MiB. */
struct s3list *s3list_parse(const char *body, size_t len, struct error *err) must_check;
void s3list_free(struct s3list *list); /* NULL is fine */

#endif
