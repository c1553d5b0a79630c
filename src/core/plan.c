/* plan.c - see plan.h. The file is a list of stretches without gaps, in order. Neighbours that
 * are both missing, or both here, are one stretch; each lease is one of its own, and so is each
 * piece that is set apart. So the list is as short as leases and holes allow.
 *
 * Two steps do everything: `cut` makes two stretches of one, and `settle` gives a stretch
 * another state and joins it with what has become alike. All cuts are between pieces. */
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

/* The stretch with this link; NULL for the list's head. */
static struct stretch *stretch_at(const struct plan *plan, const struct list *link)
{
	return link == &plan->stretches ? NULL
					: container_of(link, struct stretch, link);
}

static struct stretch *first_stretch(const struct plan *plan)
{
	return stretch_at(plan, plan->stretches.next);
}

static struct stretch *next_stretch(
	const struct plan *plan, const struct stretch *stretch)
{
	return stretch_at(plan, stretch->link.next);
}

static struct stretch *stretch_new(
	struct range range, enum stretch_state state, struct list *before)
{
	struct stretch *stretch = xmalloc(sizeof(*stretch));

	*stretch = (struct stretch){.range = range, .state = state};
	list_add_before(before, &stretch->link);
	return stretch;
}

static void stretch_free(struct stretch *stretch)
{
	list_remove(&stretch->link);
	free(stretch);
}

/* The stretch becomes missing or here. */
static void settle(struct plan *plan, struct stretch *stretch, enum stretch_state state)
{
	struct stretch *before = stretch_at(plan, stretch->link.prev);
	struct stretch *after = next_stretch(plan, stretch);

	stretch->state = state;
	if (before && before->state == state) {
		stretch->range.first = before->range.first;
		stretch_free(before);
	}
	if (after && after->state == state) {
		stretch->range.last = after->range.last;
		stretch_free(after);
	}
}

/* Let the stretch end before the byte `at`, which is in it and not its first. Returns the rest,
 * a stretch of the same state. */
static struct stretch *cut(struct stretch *stretch, int64_t at)
{
	struct range rest = {at, stretch->range.last};

	stretch->range.last = at - 1;
	return stretch_new(rest, stretch->state, stretch->link.next);
}

void plan_init(struct plan *plan, int64_t size, int64_t unit)
{
	*plan = (struct plan){.size = size, .unit = unit};
	list_init(&plan->stretches);
	if (size > 0)
		stretch_new(
			(struct range){0, size - 1}, STRETCH_MISSING, &plan->stretches);
}

void plan_release(struct plan *plan)
{
	for (struct list *link; (link = list_pop(&plan->stretches)) != NULL;)
		free(container_of(link, struct stretch, link));
}

static bool is_missing(const struct stretch *stretch)
{
	return stretch->state == STRETCH_MISSING || stretch->state == STRETCH_APART;
}

/* The end of the last whole piece before `end`, which may be the end of the file. */
static int64_t round_down(const struct plan *plan, int64_t end)
{
	return end == plan->size ? end : end - end % plan->unit;
}

/* The whole pieces that are in the range. It may be that none are: then it ends before it
 * begins. */
static struct range whole_pieces(const struct plan *plan, struct range range)
{
	int64_t inside = range.first % plan->unit;

	if (inside > 0 && plan->unit - inside > plan->size - range.first)
		range.first = plan->size;
	else if (inside > 0)
		range.first += plan->unit - inside;
	range.last = round_down(plan, range.last + 1) - 1;
	return range;
}

int plan_have(struct plan *plan, struct range range)
{
	if (range.first < 0 || range.last < range.first || range.last >= plan->size)
		return -1;
	range = whole_pieces(plan, range);
	for (struct stretch *s = first_stretch(plan); s && s->range.first <= range.last;
		s = next_stretch(plan, s)) {
		if (!is_missing(s) || s->range.last < range.first ||
			range.last < range.first)
			continue;
		if (s->range.first < range.first)
			s = cut(s, range.first);
		if (s->range.last > range.last)
			cut(s, range.last + 1);
		plan->here += range_length(s->range);
		settle(plan, s, STRETCH_HERE);
	}
	return 0;
}

struct stretch *plan_take(struct plan *plan, int64_t chunk)
{
	struct stretch *stretch = first_stretch(plan);
	int64_t pieces;

	while (stretch && !is_missing(stretch))
		stretch = next_stretch(plan, stretch);
	if (!stretch)
		return NULL;
	pieces = chunk / plan->unit + (chunk % plan->unit > 0);
	if (chunk > 0 && (range_length(stretch->range) - 1) / plan->unit >= pieces)
		cut(stretch, stretch->range.first + pieces * plan->unit);
	stretch->state = STRETCH_LEASED;
	return stretch;
}

void plan_return(struct plan *plan, struct stretch *lease, int64_t written)
{
	int64_t first = lease->range.first;

	written = clamp(written, 0, range_length(lease->range));
	written = round_down(plan, first + written) - first;
	if (written == 0) {
		settle(plan, lease, STRETCH_MISSING);
		return;
	}
	plan->here += written;
	if (written < range_length(lease->range))
		settle(plan, cut(lease, first + written), STRETCH_MISSING);
	settle(plan, lease, STRETCH_HERE);
}

void plan_set_apart(struct plan *plan, int64_t first)
{
	struct stretch *stretch = first_stretch(plan);

	while (stretch && stretch->range.last < first)
		stretch = next_stretch(plan, stretch);
	if (!stretch || stretch->state != STRETCH_MISSING)
		return;
	if (stretch->range.first < first)
		stretch = cut(stretch, first);
	if (range_length(stretch->range) > plan->unit)
		cut(stretch, first + plan->unit);
	stretch->state = STRETCH_APART;
}

/* Where a lease of which `start` is the next byte to come should end, so that both halves
 * have `least` bytes; 0: nowhere. */
static int64_t find_middle(
	const struct plan *plan, int64_t start, int64_t end, int64_t least)
{
	int64_t middle = start + (end - start) / 2;
	int64_t unit = plan->unit > 1 ? plan->unit : SPLIT_ALIGN;
	int64_t aligned = middle - middle % unit;

	if (aligned - start >= least)
		return aligned;
	if (plan->unit == 1)
		return middle;
	if (end - aligned <= unit || end - aligned - unit < least)
		return 0;
	return aligned + unit;
}

int64_t plan_split(
	struct plan *plan, struct stretch *lease, int64_t received, int64_t least)
{
	int64_t length = range_length(lease->range), start, middle;

	least = least > 1 ? least : 1;
	received = clamp(received, 0, length);
	if ((length - received) / 2 < least)
		return -1;
	start = lease->range.first + received;
	middle = find_middle(plan, start, lease->range.last + 1, least);
	if (middle == 0)
		return -1;
	settle(plan, cut(lease, middle), STRETCH_MISSING);
	return lease->range.last;
}

bool plan_complete(const struct plan *plan)
{
	return plan->here == plan->size;
}

int64_t plan_bytes_missing(const struct plan *plan)
{
	int64_t bytes = 0;

	for (struct stretch *s = first_stretch(plan); s; s = next_stretch(plan, s))
		if (is_missing(s))
			bytes += range_length(s->range);
	return bytes;
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
