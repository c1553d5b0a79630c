/* body.h - a response body on its way to its file: small ones buffered whole and written once,
 * large ones to a part file in large pieces, with the digest computed on the way.
 *
 * Knows nothing of HTTP. One owner; no lock. Internal to net/. */
#ifndef SEINE_NET_BODY_H
#define SEINE_NET_BODY_H

#include "base/buf.h"
#include "store/digest.h"
#include "store/sink.h"

struct body {
	struct outdir *outdir;
	const struct entry *entry; /* of the attempt at hand */
	struct buf pending;        /* received, not written yet */
	struct sink *sink;         /* NULL while the body is small */
	struct digest
		*digest; /* kept from attempt to attempt; NULL while none is wanted */
	enum digest_alg alg; /* what `digest` computes */
	int64_t written;
};

void body_init(struct body *body, struct outdir *outdir);
void body_release(struct body *body);

/* Begin the body of an entry's file (borrowed until commit or abort). `announced` is its
 * length, -1 when not known. */
int body_begin(struct body *body, const struct entry *entry, int64_t announced,
	struct error *err) must_check;
int body_add(
	struct body *body, const void *data, size_t len, struct error *err) must_check;
/* Everything is here: verify the entry's checksum, then give the file its name. Fills
 * verified, digest, wrong_digest and renamed of *outcome. On failure nothing is left. */
int body_commit(struct body *body, enum existing existing, struct outcome *outcome,
	struct error *err) must_check;
/* Drop what was received. Harmless when nothing was begun. */
void body_abort(struct body *body);

#endif
