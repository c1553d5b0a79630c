/* body.h - a response body on its way to its file: a small one kept in memory until it is
 * whole, and written at once; of a large one, what comes goes to the entry's part, in large
 * blocks. Where the entry has digests of pieces, each is verified as soon as it is here, and
 * only what is verified counts.
 *
 * Knows nothing of HTTP. One owner; no lock. Internal to net/. */
#ifndef SEINE_NET_BODY_H
#define SEINE_NET_BODY_H

#include "base/buf.h"
#include "store/inspection.h"
#include "store/part.h"
#include "store/proof.h"
#include "store/sink.h"
#include "store/writer.h"

struct body {
	struct outdir *outdir;
	struct parts *parts;
	const struct attempt *attempt; /* NULL: none begun */
	struct buf pending;            /* received, not written yet */
	struct writing writing;        /* of a part; none while the body is in memory */
	struct proofs proofs;          /* of a body in memory */
	struct inspection inspection;
	int64_t note; /* the journal is told whenever so many bytes of a part are new */
	int64_t noted; /* ... and is, of those before this offset */
};

/* All borrowed; `writer` may be NULL. */
void body_init(struct body *body, struct outdir *outdir, struct parts *parts,
	struct writer *writer, enum durability durability);
void body_release(struct body *body);

/* Begin the attempt's body (borrowed until commit, settle or abort). `whole`: it is all of the
 * file, of facts->version->size bytes, if that is known; then it may be small. */
int body_begin(struct body *body, const struct attempt *attempt, bool whole,
	const struct part_facts *facts, struct error *err) must_check;
/* KIND_CHECKSUM when a piece ends in these bytes, and is wrong: nothing more can be added. */
int body_add(
	struct body *body, const void *data, size_t len, struct error *err) must_check;
/* Is it in a part, as a large one? */
bool body_is_part(const struct body *body);
/* All has come that was wanted: is the last piece right, where nobody knew that it ends here? */
int body_end(struct body *body, struct error *err) must_check;
/* All has come, and if some had not it would have been noticed. */
void body_proves_length(struct body *body);
/* No more will come: write what is pending, and let go of the part. outcome->written is how many
 * bytes of it are there, and verified if they can be; 0 where the body was in memory, which is
 * dropped. Fills wrong_digest, too, if it was a wrong piece that ended it. */
int body_settle(
	struct body *body, struct outcome *outcome, struct error *err) must_check;
/* All of a body in memory is here: verify it, then give the file its name. Fills verified,
 * verified_by, digest, wrong_digest and renamed of *outcome. On failure nothing is left. */
int body_commit(struct body *body, const struct publication *how,
	struct outcome *outcome, struct error *err) must_check;
/* Drop what was not written. Harmless when nothing was begun. */
void body_abort(struct body *body);

#endif
