/* announced.h - the digests that a response announces, and what each of them covers.
 *
 * Read are Content-Digest and Repr-Digest (RFC 9530), Digest (RFC 3230), Content-MD5 (RFC
 * 1864), x-goog-hash, and x-amz-checksum-crc32, -crc32c, -crc64nvme, -sha1 and -sha256. A field
 * that is not well-formed, or has a value of a wrong length, announces nothing: it is never
 * an error. Of two values of the same algorithm the later one holds, as RFC 8941 has it.
 *
 * All of them are of bytes with the Content-Encoding still on them: who has it taken off must
 * not ask here. x-goog-hash is passed over when the object is stored packed, for the server may
 * have unpacked it, and x-amz-checksum when it is a checksum of checksums. The latter is of the
 * content: to a range that is just a part of the upload S3 says the checksum of that part. Trailers
 * are not looked at (response.c).
 *
 * Does not compute or compare anything. One owner; no lock. Internal to net/. */
#ifndef SEINE_NET_ANNOUNCED_H
#define SEINE_NET_ANNOUNCED_H

#include <stdbool.h>
#include <stddef.h>

#include "core/checksum.h"

/* What a digest is of. In an answer that is the whole file both are the same bytes; in one
 * that is a part (206) they are not. */
enum announced_cover {
	ANNOUNCED_CONTENT = 1, /* the content of this message */
	ANNOUNCED_WHOLE = 2    /* the whole file */
};

struct announcement {
	struct checksum sum; /* alg DIGEST_NONE: there is none */
	const char *by;      /* the field's name, in lower case; static */
};

/* All zeros: nothing was announced. */
struct announced {
	struct announcement content, whole, goog, amz;
	bool packed;    /* what x-goog-hash is of may not be what was sent */
	bool composite; /* x-amz-checksum is of the parts' checksums */
};

/* A field of the head. Most are none of ours, which is found out quickly. */
void announced_field(struct announced *announced, const char *name, size_t name_len,
	const char *value, size_t value_len);

/* Is the ETag of an object in S3 the MD5 of its bytes, as that of one that was put in one piece,
 * and not encrypted with a key of somebody's? The caller knows the latter. */
bool announced_by_etag(struct announcement *announcement, const char *etag);

/* The strongest of those that cover what is asked for (of enum announced_cover, or both);
 * NULL when there is none. */
const struct announcement *announced_best(
	const struct announced *announced, unsigned covers);

#endif
