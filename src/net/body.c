/* Where the bytes wait before they are written.
 *
 * Writing per callback would cost a system call per 16 KiB; opening the file early
 * would hold a descriptor per transfer, and with many in flight run out of them. So a
 * body is kept in memory up to SMALL_FILE, and most bodies never get a part file open
 * at all: one open, write, close and rename at the end. What is larger goes to a part,
 * in blocks of BLOCK, which a writer may take. */
#include "net/body.h"

#include "store/journal.h"

#define BLOCK (256 * 1024) /* what is gathered for one write */
/* The journal is told of so much at a time: what it does not know of is fetched again after a
 * kill. Where telling it means a sync, that is dearer than the bytes. */
#define NOTE BLOCK
#define NOTE_SYNCED (8 * 1024 * 1024)
#define KEEP (64 * 1024) /* the buffer that an idle handle may hold on to */

void body_init(struct body *body, struct outdir *outdir, struct parts *parts,
	struct writer *writer, enum durability durability)
{
	*body = (struct body){.outdir = outdir,
		.parts = parts,
		.writing = {.writer = writer},
		.proofs = PROOFS_INIT,
		.inspection = INSPECTION_INIT,
		.note = durability == DURABILITY_EACH ? NOTE_SYNCED : NOTE};
	buf_init(&body->pending);
}

void body_release(struct body *body)
{
	body_abort(body);
	buf_release(&body->pending);
	proofs_release(&body->proofs);
	inspection_release(&body->inspection);
}

void body_abort(struct body *body)
{
	if (body->pending.cap > KEEP)
		buf_release(&body->pending);
	buf_clear(&body->pending);
	writing_end(&body->writing);
	body->attempt = NULL;
	body->inspection.wrong = 0;
}

static int begin_part(
	struct body *body, const struct part_facts *facts, struct error *err)
{
	struct part *part = parts_get(body->parts, body->attempt, facts, err);

	if (!part)
		return -1;
	writing_begin(&body->writing, part, body->attempt->asked.first);
	body->noted = body->attempt->asked.first;
	return 0;
}

int body_begin(struct body *body, const struct attempt *attempt, bool whole,
	const struct part_facts *facts, struct error *err)
{
	int64_t size = facts->version->size;

	body_abort(body);
	body->attempt = attempt;
	if (inspection_begin(&body->inspection, attempt->entry->pieces,
		    attempt->asked.first, size, err) != 0)
		return -1;
	if (!whole || size > SMALL_FILE)
		return begin_part(body, facts, err);
	if (size > 0)
		buf_reserve(&body->pending, (size_t)size);
	if (proofs_begin(&body->proofs, attempt->entry, facts->announced, facts->by,
		    false, err) != 0)
		return -1;
	if (facts->etag)
		proofs_try_etag(&body->proofs, facts->etag, size);
	return 0;
}

bool body_is_part(const struct body *body)
{
	return body->writing.part != NULL;
}

/* It has no length, and turns out not to be small. */
static int move_to_part(struct body *body, struct error *err)
{
	static const struct version unknown = VERSION_UNKNOWN;
	const struct proof *announced = &body->proofs.announced;
	struct part_facts facts = {.version = &unknown, .by = announced->by};

	if (announced->want.alg != DIGEST_NONE)
		facts.announced = &announced->want;
	return begin_part(body, &facts, err);
}

/* To where the bytes go. */
static int body_put(struct body *body, const void *data, size_t len, struct error *err)
{
	if (!body_is_part(body) && body->pending.len + len > SMALL_FILE &&
		move_to_part(body, err) != 0)
		return -1;
	buf_add(&body->pending, data, len);
	if (body_is_part(body) && body->pending.len >= BLOCK)
		return writing_add(&body->writing, &body->pending, err);
	return 0;
}

/* Up to which offset do the bytes count that are in the part, or before that one, and are right as
 * far as can be told? */
static int64_t body_counts(const struct body *body, int64_t written)
{
	int64_t sound = body->inspection.sound;

	return written < sound ? written : sound;
}

/* What has come to count is told of. */
static int body_note(struct body *body, struct error *err)
{
	int64_t end = body_counts(body, body->writing.next);
	struct range range = {body->noted, end - 1};

	if (range.last < range.first)
		return 0;
	body->noted = end;
	return writing_note(
		&body->writing, range, body->inspection.pieces != NULL, err);
}

int body_add(struct body *body, const void *data, size_t len, struct error *err)
{
	if (body_put(body, data, len, err) != 0 ||
		inspection_add(&body->inspection, data, len, err) != 0)
		return -1;
	if (body_is_part(body) &&
		body_counts(body, body->writing.next) - body->noted >= body->note)
		return body_note(body, err);
	return 0;
}

int body_end(struct body *body, struct error *err)
{
	return inspection_end(&body->inspection, err);
}

void body_proves_length(struct body *body)
{
	if (body_is_part(body))
		part_proves_length(body->writing.part);
}

int body_settle(struct body *body, struct outcome *outcome, struct error *err)
{
	int failed = 0;

	if (body_is_part(body)) {
		failed = writing_finish(&body->writing, &body->pending, err);
		if (!failed)
			failed = body_note(body, err);
		outcome->written = body_counts(body, body->writing.written) -
				   body->attempt->asked.first;
	}
	if (body->inspection.wrong)
		outcome->wrong_digest = body->inspection.wrong;
	body_abort(body);
	return failed;
}

int body_commit(struct body *body, const struct publication *how,
	struct outcome *outcome, struct error *err)
{
	const struct buf *bytes = &body->pending;
	struct journal *journal = outdir_journal(body->outdir);
	int failed = proofs_add(&body->proofs, bytes->data, bytes->len, err);

	if (body->inspection.pieces)
		pieces_prove(outcome);
	if (!failed)
		failed = proofs_check(&body->proofs, outcome, err);
	if (!failed)
		failed = sink_store(body->outdir, body->attempt->entry, how,
			bytes->data, bytes->len, &outcome->renamed, err);
	if (!failed && journal)
		failed = journal_done(journal, 0, body->attempt->entry->path,
			journal_urls(&body->attempt->entry->urls),
			outcome->renamed ? JOURNAL_BESIDE : JOURNAL_THERE,
			(int64_t)bytes->len, err);
	if (!failed)
		parts_forget(body->parts, body->attempt->entry);
	body_abort(body);
	return failed;
}
