/* plan.c - see plan.h. The file is a list of pieces without gaps, in order. Neighbours of the
 * same state are one piece, but each lease is a piece of its own; so the list is as short as
 * leases and holes allow. A file of unknown size is one of the largest size there can be, and
 * its end is cut off later.
 *
 * Two steps do everything: `cut` makes two pieces of one, and `settle` gives a piece another
 * state and joins it with what has become alike. */
#include "core/plan.h"

#include <stdlib.h>

#include "base/alloc.h"

#define MIB (INT64_C(1) << 20)
#define SPLIT_ALIGN INT64_C(65536) /* a multiple of any page and of most stripes */

#define CHUNK_SECONDS 3
#define CHUNK_SLOW (4 * MIB)
#define CHUNK_MIN (8 * MIB)
#define CHUNK_MAX (64 * MIB)
#define RATE_SLOW MIB /* 8 MiB would take longer than 8 s */

static int64_t clamp(int64_t value, int64_t least, int64_t most)
{
	return value < least ? least : value > most ? most : value;
}

/* The piece with this link; NULL for the list's head. */
static struct piece *piece_at(const struct plan *plan, const struct list *link)
{
	return link == &plan->pieces ? NULL : container_of(link, struct piece, link);
}

static struct piece *first_piece(const struct plan *plan)
{
	return piece_at(plan, plan->pieces.next);
}

static struct piece *next_piece(const struct plan *plan, const struct piece *piece)
{
	return piece_at(plan, piece->link.next);
}

static struct piece *piece_new(
	struct range range, enum piece_state state, struct list *before)
{
	struct piece *piece = xmalloc(sizeof(*piece));

	*piece = (struct piece){.range = range, .state = state};
	list_add_before(before, &piece->link);
	return piece;
}

static void piece_free(struct piece *piece)
{
	list_remove(&piece->link);
	free(piece);
}

/* The piece becomes missing or here. */
static void settle(struct plan *plan, struct piece *piece, enum piece_state state)
{
	struct piece *before = piece_at(plan, piece->link.prev);
	struct piece *after = next_piece(plan, piece);

	piece->state = state;
	if (before && before->state == state) {
		piece->range.first = before->range.first;
		piece_free(before);
	}
	if (after && after->state == state) {
		piece->range.last = after->range.last;
		piece_free(after);
	}
}

/* Let the piece end before the byte `at`, which is in it and not its first. Returns the rest,
 * a piece of the same state. */
static struct piece *cut(struct piece *piece, int64_t at)
{
	struct range rest = {at, piece->range.last};

	piece->range.last = at - 1;
	return piece_new(rest, piece->state, piece->link.next);
}

/* Bytes of the piece, from its start, that are here. */
static int64_t piece_here(const struct piece *piece)
{
	return piece->state == PIECE_HERE ? range_length(piece->range) : piece->written;
}

/* One piece of what nothing is known about. */
static void plan_blank(struct plan *plan)
{
	piece_new((struct range){0, RANGE_OPEN}, PIECE_MISSING, &plan->pieces);
	plan->size = -1;
	plan->here = 0;
	plan->n_leases = 0;
}

void plan_init(struct plan *plan)
{
	list_init(&plan->pieces);
	list_init(&plan->dead);
	plan_blank(plan);
}

static void free_all(struct list *pieces)
{
	for (struct list *link; (link = list_pop(pieces)) != NULL;)
		free(container_of(link, struct piece, link));
}

void plan_release(struct plan *plan)
{
	free_all(&plan->pieces);
	free_all(&plan->dead);
}

static void kill_lease(struct plan *plan, struct piece *lease)
{
	list_remove(&lease->link);
	list_add_before(&plan->dead, &lease->link);
	lease->state = PIECE_DEAD;
	plan->n_leases--;
}

void plan_reset(struct plan *plan)
{
	struct piece *next;

	for (struct piece *piece = first_piece(plan); piece; piece = next) {
		next = next_piece(plan, piece);
		if (piece->state == PIECE_LEASED)
			kill_lease(plan, piece);
	}
	free_all(&plan->pieces);
	plan_blank(plan);
}

int plan_size(struct plan *plan, int64_t size)
{
	if (plan->size >= 0 || size < 0)
		return size >= 0 && size == plan->size ? 0 : -1;
	for (struct piece *p = first_piece(plan); p; p = next_piece(plan, p))
		if (piece_here(p) > 0 && p->range.first + piece_here(p) > size)
			return -1;
	plan->size = size;
	for (;;) {
		struct piece *last = piece_at(plan, plan->pieces.prev);

		if (!last || last->range.last < size)
			return 0;
		if (last->range.first < size)
			last->range.last = size - 1;
		else if (last->state == PIECE_LEASED)
			kill_lease(plan, last);
		else
			piece_free(last);
	}
}

int plan_have(struct plan *plan, struct range range)
{
	int64_t end = plan->size >= 0 ? plan->size - 1 : RANGE_OPEN;

	if (range.first < 0 || range.last < range.first || range.last > end)
		return -1;
	for (struct piece *piece = first_piece(plan);
		piece && piece->range.first <= range.last;
		piece = next_piece(plan, piece)) {
		if (piece->state != PIECE_MISSING || piece->range.last < range.first)
			continue;
		if (piece->range.first < range.first)
			piece = cut(piece, range.first);
		if (piece->range.last > range.last)
			cut(piece, range.last + 1);
		plan->here += range_length(piece->range);
		settle(plan, piece, PIECE_HERE);
	}
	return 0;
}

struct piece *plan_take(struct plan *plan, int64_t chunk)
{
	struct piece *piece = first_piece(plan);

	if (plan->size < 0 && plan->n_leases > 0)
		return NULL;
	while (piece && piece->state != PIECE_MISSING)
		piece = next_piece(plan, piece);
	if (!piece)
		return NULL;
	if (chunk > 0 && range_length(piece->range) > chunk)
		cut(piece, piece->range.first + chunk);
	piece->state = PIECE_LEASED;
	plan->n_leases++;
	return piece;
}

void plan_wrote(struct plan *plan, struct piece *lease, int64_t written)
{
	if (lease->state == PIECE_DEAD)
		return;
	written = clamp(written, 0, range_length(lease->range));
	plan->here += written - lease->written;
	lease->written = written;
}

void plan_return(struct plan *plan, struct piece *lease, int64_t written)
{
	if (lease->state == PIECE_DEAD) {
		piece_free(lease);
		return;
	}
	plan_wrote(plan, lease, written);
	plan->n_leases--;
	written = lease->written;
	if (written == 0) {
		settle(plan, lease, PIECE_MISSING);
		return;
	}
	if (written < range_length(lease->range))
		settle(plan, cut(lease, lease->range.first + written), PIECE_MISSING);
	settle(plan, lease, PIECE_HERE);
}

int64_t plan_split(
	struct plan *plan, struct piece *lease, int64_t received, int64_t least)
{
	int64_t length = range_length(lease->range), start, middle, aligned;

	if (lease->state == PIECE_DEAD || plan->size < 0)
		return -1;
	least = least > 1 ? least : 1;
	received = clamp(received, lease->written, length);
	if ((length - received) / 2 < least)
		return -1;
	start = lease->range.first + received;
	middle = start + (length - received) / 2;
	aligned = middle - middle % SPLIT_ALIGN;
	if (aligned - start >= least)
		middle = aligned;
	settle(plan, cut(lease, middle), PIECE_MISSING);
	return lease->range.last;
}

bool plan_complete(const struct plan *plan)
{
	return plan->here == plan->size;
}

int64_t plan_bytes_here(const struct plan *plan)
{
	return plan->here;
}

int64_t plan_bytes_missing(const struct plan *plan)
{
	int64_t bytes = 0;

	if (plan->size < 0)
		return -1;
	for (struct piece *p = first_piece(plan); p; p = next_piece(plan, p))
		if (p->state == PIECE_MISSING)
			bytes += range_length(p->range);
	return bytes;
}

size_t plan_n_leases(const struct plan *plan)
{
	return plan->n_leases;
}

bool plan_next_here(
	const struct plan *plan, const struct piece **at, struct range *here)
{
	const struct piece *piece = *at ? next_piece(plan, *at) : first_piece(plan);
	int64_t bytes = 0;

	while (piece && piece_here(piece) == 0)
		piece = next_piece(plan, piece);
	if (!piece)
		return false;
	here->first = piece->range.first;
	for (; piece && (bytes = piece_here(piece)) > 0;
		piece = next_piece(plan, piece)) {
		*at = piece;
		here->last = piece->range.first + bytes - 1;
		if (here->last < piece->range.last)
			break;
	}
	return true;
}

/* What one attempt fetches in a few seconds, within bounds. */
static int64_t usual_chunk(int64_t rate)
{
	int64_t chunk;

	if (rate <= 0)
		return CHUNK_MIN;
	if (rate < RATE_SLOW)
		return CHUNK_SLOW;
	chunk = rate < CHUNK_MAX ? rate * CHUNK_SECONDS : CHUNK_MAX;
	chunk = clamp(chunk, CHUNK_MIN, CHUNK_MAX);
	return chunk - chunk % SPLIT_ALIGN;
}

int64_t plan_chunk(const struct plan_wish *wish, int64_t size, int64_t rate)
{
	int64_t chunk = wish->chunk > 0 ? wish->chunk : usual_chunk(rate);

	if (wish->split <= 1)
		return 0;
	/* (Less than two chunks, so written that nothing overflows.) */
	if (size >= 0 && (size < wish->least || size - chunk < chunk))
		return 0;
	return chunk;
}
