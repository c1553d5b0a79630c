/* composite.h - the ETag that S3 gives an object which was uploaded in parts, as a proof: the
 * MD5 of its parts' MD5s, then "-" and how many parts there are.
 *
 * How long the parts were is not said, but all but the last are of one length, and few lengths
 * give that number of parts: each that uploaders use is tried at once. If one comes to the
 * ETag the bytes are right. If none does, nothing is known: the parts may have been of another
 * length. Objects encrypted with keys of their own have other ETags; they look the same, and
 * come to nothing, too.
 *
 * One owner; no lock. */
#ifndef SEINE_STORE_COMPOSITE_H
#define SEINE_STORE_COMPOSITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/diag.h"

struct composite;

/* Of an object of `size` bytes. NULL when the ETag (with its quotes) is not of this form, or no
 * length of parts is likely, or libcrypto has no MD5. */
struct composite *composite_new(const char *etag, int64_t size);
void composite_free(struct composite *composite); /* NULL is fine */
/* The next bytes, in the file's order. */
int composite_add(struct composite *composite, const void *data, size_t len,
	struct error *err) must_check;
/* All have been added: are they proven? */
int composite_check(
	struct composite *composite, bool *proven, struct error *err) must_check;

#endif
