/* part_write.c - what is written to a part, and what that proves. */
#include <stdlib.h>

#include "base/alloc.h"
#include "store/part_parts.h"

#define READ_BACK (256 * 1024)

/* Are these the bytes that follow on what the proofs have seen? Then they are to be shown, by
 * nobody else meanwhile. */
static bool begin_proving(struct part *part, int64_t offset)
{
	bool next;

	pthread_mutex_lock(&part->lock);
	next = proofs_wanted(&part->proofs) && offset == part->proved && !part->proving;
	part->proving |= next;
	pthread_mutex_unlock(&part->lock);
	return next;
}

static void end_proving(struct part *part, int64_t proved)
{
	pthread_mutex_lock(&part->lock);
	part->proved = proved;
	part->proving = false;
	pthread_mutex_unlock(&part->lock);
}

static int put(struct part *part, int64_t offset, const void *data, size_t len,
	struct error *err)
{
	int failed;

	if (part_hold(part, err) != 0)
		return -1;
	failed = sink_write(part->sink, offset, data, len, err);
	part_let_go(part);
	return failed;
}

int part_write(struct part *part, int64_t offset, const void *data, size_t len,
	struct error *err)
{
	int failed;

	if (put(part, offset, data, len, err) != 0)
		return -1;
	if (part->entry->pieces || !begin_proving(part, offset))
		return 0;
	failed = proofs_add(&part->proofs, data, len, err);
	end_proving(part, offset + (int64_t)len);
	return failed;
}

int part_read_back(struct part *part, int64_t first, int64_t end, struct error *err)
{
	unsigned char *block;
	int failed = 0;

	if (part_hold(part, err) != 0)
		return -1;
	block = xmalloc(READ_BACK);
	while (!failed && first < end) {
		size_t len =
			end - first < READ_BACK ? (size_t)(end - first) : READ_BACK;

		failed = sink_read(part->sink, first, block, len, err);
		if (!failed)
			failed = proofs_add(&part->proofs, block, len, err);
		first += (int64_t)len;
	}
	free(block);
	part_let_go(part);
	return failed;
}

/* They have just been written, so that reading them costs little. */
int part_prove(struct part *part, struct range range, struct error *err)
{
	int failed;

	if (!begin_proving(part, range.first))
		return 0;
	failed = part_read_back(part, range.first, range.last + 1, err);
	end_proving(part, range.last + 1);
	return failed;
}

void part_proves_length(struct part *part)
{
	pthread_mutex_lock(&part->lock);
	part->verified = VERIFIED_LENGTH;
	pthread_mutex_unlock(&part->lock);
}

/* Its bytes are where --durability wants them. */
static int settle(struct part *part, struct error *err)
{
	int failed;

	if (part_hold(part, err) != 0)
		return -1;
	failed = sink_sync(part->sink, err);
	part_let_go(part);
	return failed;
}

int part_note(struct part *part, struct range range, struct error *err)
{
	if (!part->known)
		return 0;
	if (outdir_durable(part->parts->outdir) && settle(part, err) != 0)
		return -1;
	return journal_range(part->parts->journal, part->id, range, err);
}
