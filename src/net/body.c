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
	digest_free(body->digest);
	body->digest = NULL;
}

static void body_rest(struct body *body)
{
	if (body->pending.cap > KEEP)
		buf_release(&body->pending);
	buf_clear(&body->pending);
	body->entry = NULL;
	body->sink = NULL;
}

/* A digest context of the entry's algorithm, ready to begin. */
static int body_digest(struct body *body, struct error *err)
{
	enum digest_alg alg = body->entry->checksum.alg;

	if (alg == DIGEST_NONE)
		return 0;
	if (body->digest && body->alg == alg)
		return digest_restart(body->digest, err);
	digest_free(body->digest);
	body->digest = digest_new(alg, err);
	body->alg = alg;
	return body->digest ? 0 : -1;
}

int body_begin(struct body *body, const struct entry *entry, int64_t announced,
	struct error *err)
{
	body->entry = entry;
	body->written = 0;
	buf_clear(&body->pending);
	if (body_digest(body, err) != 0)
		return -1;
	if (announced > SPILL) {
		body->sink = sink_open(body->outdir, entry, announced, err);
		return body->sink ? 0 : -1;
	}
	if (announced > 0)
		buf_reserve(&body->pending, (size_t)announced);
	return 0;
}

static bool wants_digest(const struct body *body)
{
	return body->entry->checksum.alg != DIGEST_NONE;
}

static int body_write(
	struct body *body, const void *data, size_t len, struct error *err)
{
	if (wants_digest(body) && digest_update(body->digest, data, len, err) != 0)
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

static int body_verify(struct body *body, struct outcome *outcome, struct error *err)
{
	const struct checksum *want = &body->entry->checksum;
	struct checksum got;
	struct buf text = BUF_INIT;

	if (!wants_digest(body))
		return 0;
	if (!body->sink && digest_update(body->digest, body->pending.data,
				   body->pending.len, err) != 0)
		return -1;
	if (digest_final(body->digest, &got, err) != 0)
		return -1;
	checksum_add(&text, &got);
	snprintf(outcome->digest, sizeof(outcome->digest), "%s", text.data);
	buf_release(&text);
	if (checksum_equal(&got, want)) {
		outcome->verified = VERIFIED_HASH;
		return 0;
	}
	memcpy(&outcome->wrong_digest, got.bytes, sizeof(outcome->wrong_digest));
	return error_set(err, KIND_CHECKSUM, 0, "got %s, not what was asked for",
		outcome->digest);
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
