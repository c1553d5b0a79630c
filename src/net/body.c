/* Where the bytes wait before they are written.
 *
 * Writing per callback would cost a system call per 16 KiB; opening the file early
 * would hold a descriptor per transfer, and with many in flight run out of them. So a
 * body is kept in memory up to SPILL, and most bodies never get a part file open at
 * all: one open, write, close and rename at the end. What is larger spills into a part,
 * in pieces of PIECE; a block that is large already is written from where libcurl has
 * it, without a copy. */
#include "net/body.h"

#include <stdio.h>
#include <string.h>

#define SPILL (256 * 1024) /* bodies up to this are kept in memory */
#define PIECE (256 * 1024) /* what is gathered for one write */
#define DIRECT (48 * 1024) /* a block from here up is not worth gathering */
#define KEEP (64 * 1024)   /* the buffer that an idle handle may hold on to */

void body_init(struct body *body, struct outdir *outdir)
{
	*body = (struct body){.outdir = outdir};
	buf_init(&body->pending);
}

void body_release(struct body *body)
{
	body_abort(body);
	buf_release(&body->pending);
	digest_free(body->asked.digest);
	digest_free(body->announced.digest);
	body->asked = body->announced = (struct proof){.want = NULL};
}

static void body_rest(struct body *body)
{
	if (body->pending.cap > KEEP)
		buf_release(&body->pending);
	buf_clear(&body->pending);
	body->entry = NULL;
	body->sink = NULL;
	body->asked.want = body->announced.want = NULL;
}

/* Have a digest context of the algorithm, ready to begin. */
static int proof_begin(struct proof *proof, const struct checksum *want, const char *by,
	struct error *err)
{
	proof->want = want;
	proof->by = by;
	if (proof->digest && proof->alg == want->alg)
		return digest_restart(proof->digest, err);
	digest_free(proof->digest);
	proof->digest = digest_new(want->alg, err);
	proof->alg = want->alg;
	return proof->digest ? 0 : -1;
}

/* What the user asks for must hold. What the server announces is looked at where it would
 * prove more, and passed over where libcrypto cannot compute it. */
static int begin_proofs(
	struct body *body, const struct announcement *announced, struct error *err)
{
	const struct checksum *asked = &body->entry->checksum;
	struct error why;

	body->asked.want = body->announced.want = NULL;
	if (asked->alg != DIGEST_NONE &&
		proof_begin(&body->asked, asked, entry_checksum_by(body->entry), err) !=
			0)
		return -1;
	if (!announced || announced->sum.alg <= asked->alg ||
		proof_begin(&body->announced, &announced->sum, announced->by, &why) ==
			0)
		return 0;
	body->announced.want = NULL;
	log_debug("%s is passed over: %s", announced->by, why.text);
	return 0;
}

int body_begin(struct body *body, const struct entry *entry, int64_t length,
	const struct announcement *announced, struct error *err)
{
	body->entry = entry;
	body->written = 0;
	buf_clear(&body->pending);
	if (begin_proofs(body, announced, err) != 0)
		return -1;
	if (length > SPILL) {
		body->sink = sink_open(body->outdir, entry, length, err);
		return body->sink ? 0 : -1;
	}
	if (length > 0)
		buf_reserve(&body->pending, (size_t)length);
	return 0;
}

static int proof_add(
	struct proof *proof, const void *data, size_t len, struct error *err)
{
	return proof->want ? digest_update(proof->digest, data, len, err) : 0;
}

static int add_to_proofs(
	struct body *body, const void *data, size_t len, struct error *err)
{
	return proof_add(&body->asked, data, len, err) != 0
		       ? -1
		       : proof_add(&body->announced, data, len, err);
}

static int body_write(
	struct body *body, const void *data, size_t len, struct error *err)
{
	if (add_to_proofs(body, data, len, err) != 0)
		return -1;
	if (sink_write(body->sink, body->written, data, len, err) != 0)
		return -1;
	body->written += (int64_t)len;
	return 0;
}

static int body_flush(struct body *body, struct error *err)
{
	if (body->pending.len == 0)
		return 0;
	if (body_write(body, body->pending.data, body->pending.len, err) != 0)
		return -1;
	buf_clear(&body->pending);
	return 0;
}

int body_add(struct body *body, const void *data, size_t len, struct error *err)
{
	if (!body->sink && body->pending.len + len > SPILL) {
		body->sink = sink_open(body->outdir, body->entry, -1, err);
		if (!body->sink)
			return -1;
	}
	if (body->sink && len >= DIRECT)
		return body_flush(body, err) == 0 ? body_write(body, data, len, err)
						  : -1;
	buf_add(&body->pending, data, len);
	if (body->sink && body->pending.len >= PIECE)
		return body_flush(body, err);
	return 0;
}

/* Fills what *outcome says of digests. `before` and `by` tell in an error whose it was. */
static int proof_check(const struct proof *proof, struct outcome *outcome,
	const char *before, const char *by, struct error *err)
{
	_cleanup_(buf_release) struct buf text = BUF_INIT;
	struct checksum got;

	if (!proof->want)
		return 0;
	if (digest_final(proof->digest, &got, err) != 0)
		return -1;
	checksum_add(&text, &got);
	snprintf(outcome->digest, sizeof(outcome->digest), "%s", text.data);
	if (checksum_equal(&got, proof->want)) {
		outcome->verified = VERIFIED_HASH;
		outcome->verified_by = proof->by;
		return 0;
	}
	outcome->verified = VERIFIED_NONE;
	outcome->verified_by = NULL;
	memcpy(&outcome->wrong_digest, got.bytes, sizeof(outcome->wrong_digest));
	return error_set(err, KIND_CHECKSUM, 0, "got %s, not what %s%s",
		outcome->digest, before, by);
}

/* The stronger one last: it is the one to tell of. */
static int body_verify(struct body *body, struct outcome *outcome, struct error *err)
{
	if (!body->sink &&
		add_to_proofs(body, body->pending.data, body->pending.len, err) != 0)
		return -1;
	if (proof_check(&body->asked, outcome, "was asked for", "", err) != 0)
		return -1;
	return proof_check(&body->announced, outcome, "the server announced by ",
		body->announced.by, err);
}

int body_commit(struct body *body, enum existing existing, struct outcome *outcome,
	struct error *err)
{
	int failed;

	if ((body->sink && body_flush(body, err) != 0) ||
		body_verify(body, outcome, err) != 0) {
		body_abort(body);
		return -1;
	}
	if (body->sink)
		failed = sink_commit(
			body->sink, existing, body->written, &outcome->renamed, err);
	else
		failed = sink_store(body->outdir, body->entry, existing,
			body->pending.data, body->pending.len, &outcome->renamed, err);
	body_rest(body);
	return failed;
}

void body_abort(struct body *body)
{
	sink_abort(body->sink);
	body_rest(body);
}
