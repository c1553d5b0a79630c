/* body.h - a response body on its way to its file: small ones buffered whole and written once,
 * large ones to a part file in large pieces, with the digests computed on the way: the one
 * that the entry asks for, and the one that the server announces if that is stronger.
 *
 * Knows nothing of HTTP. One owner; no lock. Internal to net/. */
#ifndef SEINE_NET_BODY_H
#define SEINE_NET_BODY_H

#include "base/buf.h"
#include "net/announced.h"
#include "store/digest.h"
#include "store/sink.h"

/* A digest that the body must have. */
struct proof {
	const struct checksum *want; /* borrowed; NULL: none for this body */
	const char *by;              /* who wants it */
	struct digest *digest;       /* of `alg`; kept for the next attempt */
	enum digest_alg alg;
};

struct body {
	struct outdir *outdir;
	const struct entry *entry; /* of the attempt at hand */
	struct buf pending;        /* received, not written yet */
	struct sink *sink;         /* NULL while the body is small */
	struct proof asked, announced;
	int64_t written;
};

void body_init(struct body *body, struct outdir *outdir);
void body_release(struct body *body);

/* Begin the body of an entry's file (borrowed until commit or abort). `length` is what was
 * announced, -1 when that is not known. `announced` is borrowed as well; NULL: no digest. */
int body_begin(struct body *body, const struct entry *entry, int64_t length,
	const struct announcement *announced, struct error *err) must_check;
int body_add(
	struct body *body, const void *data, size_t len, struct error *err) must_check;
/* Everything is here: verify it, then give the file its name. Fills verified, verified_by,
 * digest, wrong_digest and renamed of *outcome; the digest is the stronger one of two, or the
 * one that was wrong (KIND_CHECKSUM). On failure nothing is left. */
int body_commit(struct body *body, enum existing existing, struct outcome *outcome,
	struct error *err) must_check;
/* Drop what was received. Harmless when nothing was begun. */
void body_abort(struct body *body);

#endif
