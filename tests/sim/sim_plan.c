/* sim_plan.c - the plan of a file under random sequences of all that can happen to it, beside a
 * model that is too simple to be wrong: an array with the state of each cell of the file.
 *
 * After every step the plan must be what the model is, stretch by stretch. A cell is a byte or
 * 64 KiB; some files begin with a cell that makes their offsets as large as can be, and is
 * here from the start. Of some files a piece is several cells, and all must be about whole
 * pieces. SEED=N sim_plan plays the same again. */
#include "core/plan.h"

#include <stdlib.h>

#include "dice.h"
#include "tap.h"

#define CELLS 96     /* of a file, at most */
#define HANDLES 24   /* leases out at once, at most */
#define STEPS 300000 /* of each kind of file */
#define ALIGN INT64_C(65536)

struct handle {
	struct stretch *lease; /* NULL: free */
	size_t first, end;     /* cells */
};

struct trial {
	struct plan plan;
	struct dice dice;
	int64_t unit;      /* bytes of a cell */
	int64_t base;      /* bytes before the cells; they belong to cell 0 */
	size_t piece_most; /* cells of a piece, at most */

	/* The model. */
	size_t n_cells; /* of the file */
	size_t piece;   /* cells; 1: there are none */
	enum stretch_state state[CELLS];
	size_t owner[CELLS]; /* of a leased one: the handle */
	struct handle handles[HANDLES];

	size_t completed, splits, refused_splits, resumed, apart, rounded;
};

/* Where the cell begins. */
static int64_t offset_of(const struct trial *trial, size_t cell)
{
	return cell == 0 ? 0 : trial->base + (int64_t)cell * trial->unit;
}

/* The first cell of the piece that the cell is in, which may be behind the last. */
static size_t piece_of(const struct trial *trial, size_t cell)
{
	return cell == trial->n_cells ? cell : cell - cell % trial->piece;
}

/* --------------------------------------------------------------------------------------
 * Judgement
 * ----------------------------------------------------------------------------------- */

/* Do both cells belong to one stretch, if they are neighbours? */
static bool are_one(const struct trial *trial, size_t a, size_t b)
{
	if (trial->state[a] != trial->state[b])
		return false;
	if (trial->state[a] == STRETCH_LEASED)
		return trial->owner[a] == trial->owner[b];
	return trial->state[a] != STRETCH_APART ||
	       piece_of(trial, a) == piece_of(trial, b);
}

/* The stretches are the maximal runs of cells that belong to one, and no more. */
static void check_stretches(const struct trial *trial)
{
	const struct list *link = trial->plan.stretches.next;
	size_t end;

	for (size_t cell = 0; cell < trial->n_cells; cell = end) {
		const struct stretch *stretch =
			container_of(link, struct stretch, link);

		for (end = cell + 1; end < trial->n_cells && are_one(trial, cell, end);)
			end++;
		check(link != &trial->plan.stretches);
		if (link == &trial->plan.stretches)
			return;
		check_int(stretch->range.first, offset_of(trial, cell));
		check_int(stretch->range.last, offset_of(trial, end) - 1);
		check_int(stretch->state, trial->state[cell]);
		if (stretch->state == STRETCH_LEASED)
			check(stretch == trial->handles[trial->owner[cell]].lease);
		link = link->next;
	}
	check(link == &trial->plan.stretches);
}

static bool is_missing(const struct trial *trial, size_t cell)
{
	return trial->state[cell] == STRETCH_MISSING ||
	       trial->state[cell] == STRETCH_APART;
}

static void check_sums(const struct trial *trial)
{
	int64_t missing = 0, here = 0;

	for (size_t cell = 0; cell < trial->n_cells; cell++) {
		int64_t bytes = offset_of(trial, cell + 1) - offset_of(trial, cell);

		if (is_missing(trial, cell))
			missing += bytes;
		if (trial->state[cell] == STRETCH_HERE)
			here += bytes;
	}
	check_int(trial->plan.here, here);
	check_int(plan_bytes_missing(&trial->plan), missing);
	check(plan_complete(&trial->plan) ==
		(here == offset_of(trial, trial->n_cells)));
}

/* --------------------------------------------------------------------------------------
 * Steps
 * ----------------------------------------------------------------------------------- */

static void set_cells(struct trial *trial, size_t first, size_t end,
	enum stretch_state state, size_t owner)
{
	for (size_t cell = first; cell < end; cell++) {
		trial->state[cell] = state;
		trial->owner[cell] = owner;
	}
}

/* A handle with a lease (or without one); HANDLES when there is none. */
static size_t pick_handle(struct trial *trial, bool used)
{
	size_t start = dice_below(&trial->dice, HANDLES);

	for (size_t i = 0; i < HANDLES; i++) {
		size_t index = (start + i) % HANDLES;

		if ((trial->handles[index].lease != NULL) == used)
			return index;
	}
	return HANDLES;
}

static void step_take(struct trial *trial)
{
	size_t index = pick_handle(trial, false), first = 0, end, chunk;
	struct stretch *lease;

	if (index == HANDLES)
		return;
	while (first < trial->n_cells && !is_missing(trial, first))
		first++;
	for (end = first; end < trial->n_cells && are_one(trial, first, end);)
		end++;
	chunk = dice_below(&trial->dice, 32);
	lease = plan_take(&trial->plan, (int64_t)chunk * trial->unit);
	if (first == trial->n_cells) {
		check(lease == NULL);
		return;
	}
	check(lease != NULL);
	trial->rounded += chunk % trial->piece > 0;
	while (chunk % trial->piece > 0)
		chunk++;
	if (chunk > 0 && chunk < end - first)
		end = first + chunk;
	trial->handles[index] =
		(struct handle){.lease = lease, .first = first, .end = end};
	set_cells(trial, first, end, STRETCH_LEASED, index);
}

/* A number of cells for the plan to be told: now and then more or less than there are. */
static int64_t told(struct trial *trial, const struct handle *handle, size_t *written)
{
	size_t length = handle->end - handle->first;

	*written = dice_below(&trial->dice, length + 1);
	if (dice_chance(&trial->dice, 0.1))
		*written = length;
	if (*written == length && dice_chance(&trial->dice, 0.1))
		return INT64_MAX;
	if (*written == 0 && dice_chance(&trial->dice, 0.1))
		return -1;
	return offset_of(trial, handle->first + *written) -
	       offset_of(trial, handle->first);
}

/* Now and then because the next piece is wrong. */
static void step_return(struct trial *trial)
{
	size_t index = pick_handle(trial, true), written, end;
	struct handle handle;
	int64_t bytes;

	if (index == HANDLES)
		return;
	handle = trial->handles[index];
	bytes = told(trial, &handle, &written);
	plan_return(&trial->plan, handle.lease, bytes);
	trial->handles[index].lease = NULL;
	end = piece_of(trial, handle.first + written);
	set_cells(trial, handle.first, end, STRETCH_HERE, 0);
	set_cells(trial, end, handle.end, STRETCH_MISSING, 0);
	if (end == handle.end || trial->piece == 1 || dice_chance(&trial->dice, 0.7))
		return;
	plan_set_apart(&trial->plan, offset_of(trial, end));
	trial->apart++;
	for (handle.first = end;
		end < trial->n_cells && piece_of(trial, end) == handle.first;)
		end++;
	set_cells(trial, handle.first, end, STRETCH_APART, 0);
}

/* Where the lease was cut must be near the middle of what it had not received. */
static void check_middle(const struct trial *trial, const struct handle *handle,
	size_t received, size_t least, int64_t last)
{
	int64_t start = offset_of(trial, handle->first + received);
	int64_t end = offset_of(trial, handle->end);
	int64_t middle = start + (end - start) / 2;

	check(last + 1 - start >= (int64_t)least * trial->unit);
	check(end - last - 1 >= (int64_t)least * trial->unit);
	if (trial->piece > 1) {
		check(llabs(middle - last - 1) <= (int64_t)trial->piece * trial->unit);
		return;
	}
	check(last + 1 <= middle);
	check(middle == last + 1 ||
		(middle - last - 1 < ALIGN && (last + 1) % ALIGN == 0));
}

/* Is there no end of a piece that leaves so much on both sides? */
static bool cannot_split(const struct trial *trial, const struct handle *handle,
	size_t from, size_t least)
{
	for (size_t cell = from + least; cell + least <= handle->end; cell++)
		if (cell % trial->piece == 0)
			return false;
	return true;
}

static void step_split(struct trial *trial)
{
	size_t index = pick_handle(trial, true), received, least, rest;
	struct handle *handle;
	int64_t last;

	if (index == HANDLES)
		return;
	handle = &trial->handles[index];
	received = dice_below(&trial->dice, handle->end - handle->first + 1);
	least = 1 + dice_below(&trial->dice, 4);
	last = plan_split(&trial->plan, handle->lease,
		offset_of(trial, handle->first + received) -
			offset_of(trial, handle->first),
		(int64_t)least * trial->unit);
	rest = handle->end - handle->first - received;
	if (last < 0) {
		/* Of pieces only the two ends next to the middle are tried. */
		check(rest < 2 * trial->piece + 2 * least ||
			cannot_split(trial, handle, handle->first + received, least));
		check(trial->piece > 1 || rest < 2 * least);
		trial->refused_splits++;
		return;
	}
	check_middle(trial, handle, received, least, last);
	for (rest = handle->end;
		rest > handle->first && offset_of(trial, rest) > last + 1;)
		rest--;
	check_int(offset_of(trial, rest), last + 1);
	check_int(rest % trial->piece, 0);
	check_int(handle->lease->range.last, last);
	set_cells(trial, rest, handle->end, STRETCH_MISSING, 0);
	handle->end = rest;
	trial->splits++;
}

static void have_cells(struct trial *trial, size_t first, size_t end)
{
	struct range range = {offset_of(trial, first), offset_of(trial, end) - 1};

	check_int(plan_have(&trial->plan, range), 0);
	while (first % trial->piece > 0 && first < end)
		first++;
	end = piece_of(trial, end);
	for (size_t cell = first; cell < end; cell++)
		if (is_missing(trial, cell))
			trial->state[cell] = STRETCH_HERE;
}

static void step_have(struct trial *trial)
{
	size_t first = dice_below(&trial->dice, trial->n_cells);
	size_t length = 1 + dice_below(&trial->dice, 6);

	if (length > trial->n_cells - first)
		length = trial->n_cells - first;
	have_cells(trial, first, first + length);
	if (trial->plan.size < INT64_MAX)
		check_int(plan_have(&trial->plan, (struct range){0, trial->plan.size}),
			-1);
}

static void copy_here(const struct plan *from, struct plan *to)
{
	plan_init(to, from->size, from->unit);
	for (const struct list *link = from->stretches.next; link != &from->stretches;
		link = link->next) {
		const struct stretch *stretch =
			container_of(link, struct stretch, link);

		if (stretch->state == STRETCH_HERE)
			check_int(plan_have(to, stretch->range), 0);
	}
}

/* The program is killed, and goes on with what was in its journal. */
static void step_resume(struct trial *trial)
{
	struct plan next;

	copy_here(&trial->plan, &next);
	plan_release(&trial->plan);
	/* A plan cannot be moved in memory: its list points at itself. */
	copy_here(&next, &trial->plan);
	plan_release(&next);
	for (size_t cell = 0; cell < trial->n_cells; cell++)
		if (trial->state[cell] != STRETCH_HERE)
			trial->state[cell] = STRETCH_MISSING;
	memset(trial->handles, 0, sizeof(trial->handles));
	trial->resumed++;
}

static void step(struct trial *trial)
{
	static const struct {
		void (*happen)(struct trial *trial);
		unsigned weight; /* of 1000 */
	} steps[] = {{step_take, 450}, {step_return, 330}, {step_split, 190},
		{step_have, 25}, {step_resume, 5}};
	uint64_t dart = dice_below(&trial->dice, 1000);
	size_t i = 0;

	for (; dart >= steps[i].weight; i++)
		dart -= steps[i].weight;
	steps[i].happen(trial);
	check_stretches(trial);
	check_sums(trial);
}

/* --------------------------------------------------------------------------------------
 * Files
 * ----------------------------------------------------------------------------------- */

static uint64_t seed = 20250407;

/* Begin another file. */
static void begin_file(struct trial *trial)
{
	trial->piece = trial->piece_most > 1
			       ? 2 + dice_below(&trial->dice, trial->piece_most - 1)
			       : 1;
	trial->n_cells = 1 + dice_below(&trial->dice, CELLS);
	memset(trial->handles, 0, sizeof(trial->handles));
	plan_init(&trial->plan, offset_of(trial, trial->n_cells),
		trial->piece > 1 ? (int64_t)trial->piece * trial->unit : 1);
	set_cells(trial, 0, CELLS, STRETCH_MISSING, 0);
	if (trial->base > 0)
		have_cells(trial, 0, 1);
}

static void play(int64_t unit, int64_t base, size_t piece_most)
{
	struct trial trial = {
		.dice = {seed}, .unit = unit, .base = base, .piece_most = piece_most};

	begin_file(&trial);
	for (int i = 0; i < STEPS && tap_failed_checks == 0; i++) {
		step(&trial);
		if (!plan_complete(&trial.plan))
			continue;
		trial.completed++;
		plan_release(&trial.plan);
		begin_file(&trial);
	}
	plan_release(&trial.plan);
	printf("# files %zu, splits %zu, refused %zu, resumed %zu, apart %zu, "
	       "rounded %zu\n",
		trial.completed, trial.splits, trial.refused_splits, trial.resumed,
		trial.apart, trial.rounded);
	/* Was anything of all this played at all? */
	check(trial.completed > STEPS / 1000);
	check(trial.splits > STEPS / 100);
	check(trial.resumed > STEPS / 1000);
	check(piece_most == 1 || trial.apart > STEPS / 100);
	check(piece_most == 1 || trial.rounded > STEPS / 100);
}

static void files_of_bytes(void)
{
	play(1, 0, 1);
}

static void files_of_blocks(void)
{
	play(ALIGN, 0, 1);
}

/* Splits fall on both sides of a multiple of 64 KiB. */
static void files_of_bytes_at_large_offsets(void)
{
	play(1, INT64_MAX - ALIGN + 1 - CELLS / 2, 1);
}

static void files_of_blocks_at_large_offsets(void)
{
	play(ALIGN, INT64_MAX - ALIGN + 1 - ALIGN * CELLS, 1);
}

static void files_of_pieces_of_bytes(void)
{
	play(1, 0, 9);
}

static void files_of_pieces_of_blocks(void)
{
	play(ALIGN, 0, 9);
}

int main(void)
{
	if (getenv("SEED"))
		seed = strtoull(getenv("SEED"), NULL, 10);
	printf("# SEED=%" PRIu64 "\n", seed);
	run(files_of_bytes);
	run(files_of_blocks);
	run(files_of_bytes_at_large_offsets);
	run(files_of_blocks_at_large_offsets);
	run(files_of_pieces_of_bytes);
	run(files_of_pieces_of_blocks);
	return done();
}
