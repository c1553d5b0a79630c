/* sim_plan.c - the plan of a file under random sequences of all that can happen to it, beside a
 * model that is too simple to be wrong: an array with the state of each cell of the file.
 *
 * After every step the plan must be what the model is, piece by piece. A cell is a byte or
 * 64 KiB; some files begin with a stretch that makes their offsets as large as can be, and is
 * here from the start. SEED=N sim_plan plays the same again. */
#include "core/plan.h"

#include <stdlib.h>

#include "dice.h"
#include "tap.h"

#define CELLS 96     /* of a file, at most */
#define HANDLES 24   /* leases out at once, at most, the dead included */
#define STEPS 400000 /* of each kind of file */
#define ALIGN INT64_C(65536)

struct handle {
	struct piece *lease; /* NULL: free */
	bool dead;
	size_t first, end; /* cells */
	size_t written;
};

struct trial {
	struct plan plan;
	struct dice dice;
	int64_t unit; /* bytes of a cell */
	int64_t base; /* bytes before the cells; they belong to cell 0 */

	/* The model. */
	bool sized;
	size_t n_cells; /* of the file; CELLS, the last one endless, until it is sized */
	enum piece_state state[CELLS];
	size_t owner[CELLS]; /* of a leased one: the handle */
	struct handle handles[HANDLES];

	size_t completed, splits, refused_splits, resumed, resets, returned_dead,
		cut_dead;
};

/* Where the cell begins. */
static int64_t offset_of(const struct trial *trial, size_t cell)
{
	return cell == 0 ? 0 : trial->base + (int64_t)cell * trial->unit;
}

/* Its last byte. */
static int64_t last_of(const struct trial *trial, size_t cell)
{
	if (!trial->sized && cell == CELLS - 1)
		return RANGE_OPEN;
	return offset_of(trial, cell + 1) - 1;
}

static bool is_here(const struct trial *trial, size_t cell)
{
	const struct handle *handle = &trial->handles[trial->owner[cell]];

	if (trial->state[cell] == PIECE_LEASED)
		return cell < handle->first + handle->written;
	return trial->state[cell] == PIECE_HERE;
}

/* The cell behind the last one that is here. */
static size_t end_of_here(const struct trial *trial)
{
	size_t end = trial->n_cells;

	while (end > 0 && !is_here(trial, end - 1))
		end--;
	return end;
}

/* --------------------------------------------------------------------------------------
 * Judgement
 * ----------------------------------------------------------------------------------- */

/* The pieces are the maximal runs of cells with the same state and lease, and no more. */
static void check_pieces(const struct trial *trial)
{
	const struct list *link = trial->plan.pieces.next;
	size_t end;

	for (size_t cell = 0; cell < trial->n_cells; cell = end) {
		const struct piece *piece = container_of(link, struct piece, link);

		for (end = cell + 1; end < trial->n_cells &&
				     trial->state[end] == trial->state[cell] &&
				     (trial->state[cell] != PIECE_LEASED ||
					     trial->owner[end] == trial->owner[cell]);)
			end++;
		check(link != &trial->plan.pieces);
		if (link == &trial->plan.pieces)
			return;
		check_int(piece->range.first, offset_of(trial, cell));
		check_int(piece->range.last, last_of(trial, end - 1));
		check_int(piece->state, trial->state[cell]);
		if (piece->state == PIECE_LEASED)
			check(piece == trial->handles[trial->owner[cell]].lease);
		link = link->next;
	}
	check(link == &trial->plan.pieces);
}

static void check_here(const struct trial *trial)
{
	const struct piece *at = NULL;
	struct range range;
	int64_t bytes = 0;
	size_t end;

	for (size_t cell = 0; cell < trial->n_cells; cell = end) {
		end = cell + 1;
		if (!is_here(trial, cell))
			continue;
		while (end < trial->n_cells && is_here(trial, end))
			end++;
		check(plan_next_here(&trial->plan, &at, &range));
		check_int(range.first, offset_of(trial, cell));
		check_int(range.last, last_of(trial, end - 1));
		bytes += range_length(range);
	}
	check(!plan_next_here(&trial->plan, &at, &range));
	check_int(plan_bytes_here(&trial->plan), bytes);
}

static void check_sums(const struct trial *trial)
{
	int64_t missing = 0;
	size_t leases = 0, here = 0;

	for (size_t cell = 0; cell < trial->n_cells; cell++) {
		if (trial->state[cell] == PIECE_MISSING)
			missing += last_of(trial, cell) - offset_of(trial, cell) + 1;
		here += is_here(trial, cell);
	}
	for (size_t i = 0; i < HANDLES; i++)
		leases += trial->handles[i].lease && !trial->handles[i].dead;
	check_int(plan_bytes_missing(&trial->plan), trial->sized ? missing : -1);
	check_int(plan_n_leases(&trial->plan), leases);
	check(plan_complete(&trial->plan) == (trial->sized && here == trial->n_cells));
}

/* --------------------------------------------------------------------------------------
 * Steps
 * ----------------------------------------------------------------------------------- */

static void set_cells(struct trial *trial, size_t first, size_t end,
	enum piece_state state, size_t owner)
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

static size_t count_leases(const struct trial *trial)
{
	size_t count = 0;

	for (size_t i = 0; i < HANDLES; i++)
		count += trial->handles[i].lease && !trial->handles[i].dead;
	return count;
}

static void step_take(struct trial *trial)
{
	size_t index = pick_handle(trial, false), first = 0, end, chunk;
	struct piece *lease;

	if (index == HANDLES)
		return;
	while (first < trial->n_cells && trial->state[first] != PIECE_MISSING)
		first++;
	for (end = first; end < trial->n_cells && trial->state[end] == PIECE_MISSING;)
		end++;
	chunk = dice_below(&trial->dice, 32);
	if (chunk > 0 && chunk < end - first)
		end = first + chunk;
	else if (!trial->sized)
		chunk = 0; /* what has no end has no length in cells */
	lease = plan_take(&trial->plan, (int64_t)chunk * trial->unit);
	if (first == end || (!trial->sized && count_leases(trial) > 0)) {
		check(lease == NULL);
		return;
	}
	check(lease != NULL);
	trial->handles[index] =
		(struct handle){.lease = lease, .first = first, .end = end};
	set_cells(trial, first, end, PIECE_LEASED, index);
}

/* A number of cells for the plan to be told: now and then more or less than there are. */
static int64_t told(struct trial *trial, const struct handle *handle, size_t *written)
{
	size_t length = handle->end - handle->first;
	/* The bytes that an endless cell has cannot be told. */
	bool endless = !trial->sized && handle->end == CELLS;

	*written = dice_below(&trial->dice, length + !endless);
	if (dice_chance(&trial->dice, 0.1))
		*written = length - endless;
	if (*written == length && dice_chance(&trial->dice, 0.1))
		return INT64_MAX;
	if (*written == 0 && dice_chance(&trial->dice, 0.1))
		return -1;
	return (int64_t)*written * trial->unit;
}

static void step_wrote(struct trial *trial)
{
	size_t index = pick_handle(trial, true), written;
	struct handle *handle;
	int64_t bytes;

	if (index == HANDLES)
		return;
	handle = &trial->handles[index];
	bytes = told(trial, handle, &written);
	plan_wrote(&trial->plan, handle->lease, bytes);
	handle->written = written;
}

static void step_return(struct trial *trial)
{
	size_t index = pick_handle(trial, true), written;
	struct handle handle;
	int64_t bytes;

	if (index == HANDLES)
		return;
	handle = trial->handles[index];
	bytes = told(trial, &handle, &written);
	plan_return(&trial->plan, handle.lease, bytes);
	trial->handles[index].lease = NULL;
	if (handle.dead) {
		trial->returned_dead++;
		return;
	}
	set_cells(trial, handle.first, handle.first + written, PIECE_HERE, 0);
	set_cells(trial, handle.first + written, handle.end, PIECE_MISSING, 0);
}

/* Where the lease was cut must be near the middle of what it had not received. */
static void check_middle(const struct trial *trial, const struct handle *handle,
	size_t received, size_t least, int64_t last)
{
	int64_t start = offset_of(trial, handle->first + received);
	int64_t end = offset_of(trial, handle->end);
	int64_t middle = start + (end - start) / 2;

	check(last + 1 <= middle);
	check(last + 1 - start >= (int64_t)least * trial->unit);
	check(end - last - 1 >= (int64_t)least * trial->unit);
	check(middle == last + 1 ||
		(middle - last - 1 < ALIGN && (last + 1) % ALIGN == 0));
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
	last = plan_split(&trial->plan, handle->lease, (int64_t)received * trial->unit,
		(int64_t)least * trial->unit);
	if (received < handle->written)
		received = handle->written;
	rest = handle->end - handle->first - received;
	if (handle->dead || !trial->sized || rest < 2 * least) {
		check_int(last, -1);
		trial->refused_splits++;
		return;
	}
	check_middle(trial, handle, received, least, last);
	for (rest = handle->end;
		rest > handle->first && offset_of(trial, rest) > last + 1;)
		rest--;
	check_int(offset_of(trial, rest), last + 1);
	check_int(handle->lease->range.last, last);
	set_cells(trial, rest, handle->end, PIECE_MISSING, 0);
	handle->end = rest;
	trial->splits++;
}

static void have_cells(struct trial *trial, size_t first, size_t end)
{
	struct range range = {offset_of(trial, first), offset_of(trial, end) - 1};

	check_int(plan_have(&trial->plan, range), 0);
	for (size_t cell = first; cell < end; cell++)
		if (trial->state[cell] == PIECE_MISSING)
			trial->state[cell] = PIECE_HERE;
}

static void step_have(struct trial *trial)
{
	/* Not the last cell while it is endless. */
	size_t cells = trial->n_cells - !trial->sized, first, length;

	if (cells == 0)
		return;
	first = dice_below(&trial->dice, cells);
	length = 1 + dice_below(&trial->dice, 6);
	if (length > cells - first)
		length = cells - first;
	have_cells(trial, first, first + length);
	if (trial->sized)
		check_int(plan_have(&trial->plan,
				  (struct range){0, offset_of(trial, trial->n_cells)}),
			-1);
}

/* Cut the model; a lease behind the end is dead. */
static void model_size(struct trial *trial, size_t n_cells)
{
	trial->sized = true;
	trial->n_cells = n_cells;
	for (size_t i = 0; i < HANDLES; i++) {
		struct handle *handle = &trial->handles[i];

		if (!handle->lease || handle->dead)
			continue;
		handle->dead = handle->first >= n_cells;
		trial->cut_dead += handle->dead;
		if (handle->end > n_cells && !handle->dead)
			handle->end = n_cells;
	}
}

static void step_size(struct trial *trial)
{
	size_t least = end_of_here(trial), n_cells;
	int64_t size;

	if (trial->sized) {
		size = offset_of(trial, trial->n_cells);
		check_int(plan_size(&trial->plan, size), 0);
		check_int(plan_size(&trial->plan, size + 1), -1);
		return;
	}
	if (least > 0)
		check_int(plan_size(&trial->plan, offset_of(trial, least) - 1), -1);
	n_cells = least + dice_below(&trial->dice, CELLS - least);
	check_int(plan_size(&trial->plan, offset_of(trial, n_cells)), 0);
	model_size(trial, n_cells);
}

/* All is missing again, but for what the large offsets come from. */
static void model_blank(struct trial *trial)
{
	trial->sized = false;
	trial->n_cells = CELLS;
	set_cells(trial, 0, CELLS, PIECE_MISSING, 0);
	if (trial->base > 0)
		have_cells(trial, 0, 1);
}

static void step_reset(struct trial *trial)
{
	plan_reset(&trial->plan);
	for (size_t i = 0; i < HANDLES; i++)
		trial->handles[i].dead = trial->handles[i].lease != NULL;
	model_blank(trial);
	trial->resets++;
}

/* The program is killed, and goes on with what was in its journal. */
static void step_resume(struct trial *trial)
{
	const struct piece *at = NULL;
	struct plan next;
	struct range here;

	plan_init(&next);
	if (trial->sized)
		check_int(plan_size(&next, offset_of(trial, trial->n_cells)), 0);
	while (plan_next_here(&trial->plan, &at, &here))
		check_int(plan_have(&next, here), 0);
	for (size_t cell = 0; cell < trial->n_cells; cell++)
		trial->state[cell] = is_here(trial, cell) ? PIECE_HERE : PIECE_MISSING;
	memset(trial->handles, 0, sizeof(trial->handles));
	plan_release(&trial->plan);

	/* A plan cannot be moved in memory: its list points at itself. */
	plan_init(&trial->plan);
	if (trial->sized)
		check_int(plan_size(&trial->plan, offset_of(trial, trial->n_cells)), 0);
	for (at = NULL; plan_next_here(&next, &at, &here);)
		check_int(plan_have(&trial->plan, here), 0);
	plan_release(&next);
	trial->resumed++;
}

static void step(struct trial *trial)
{
	static const struct {
		void (*happen)(struct trial *trial);
		unsigned weight; /* of 1000 */
	} steps[] = {{step_take, 370}, {step_return, 215}, {step_wrote, 190},
		{step_split, 130}, {step_have, 25}, {step_size, 60}, {step_resume, 5},
		{step_reset, 5}};
	uint64_t dart = dice_below(&trial->dice, 1000);
	size_t i = 0;

	for (; dart >= steps[i].weight; i++)
		dart -= steps[i].weight;
	steps[i].happen(trial);
	check_pieces(trial);
	check_here(trial);
	check_sums(trial);
}

/* --------------------------------------------------------------------------------------
 * Files
 * ----------------------------------------------------------------------------------- */

static uint64_t seed = 20250407;

/* Begin another file. */
static void trial_file(struct trial *trial)
{
	plan_release(&trial->plan);
	memset(trial->handles, 0, sizeof(trial->handles));
	plan_init(&trial->plan);
	model_blank(trial);
}

static void play(int64_t unit, int64_t base)
{
	struct trial trial = {.dice = {seed}, .unit = unit, .base = base};

	plan_init(&trial.plan);
	model_blank(&trial);
	for (int i = 0; i < STEPS && tap_failed_checks == 0; i++) {
		step(&trial);
		if (!plan_complete(&trial.plan))
			continue;
		trial.completed++;
		trial_file(&trial);
	}
	plan_release(&trial.plan);
	printf("# files %zu, splits %zu, refused %zu, resumed %zu, resets %zu, "
	       "dead leases %zu (%zu by a size)\n",
		trial.completed, trial.splits, trial.refused_splits, trial.resumed,
		trial.resets, trial.returned_dead, trial.cut_dead);
	/* Was anything of all this played at all? */
	check(trial.completed > STEPS / 1000);
	check(trial.splits > STEPS / 100);
	check(trial.resumed > STEPS / 1000);
	check(trial.returned_dead > STEPS / 1000);
	check(trial.cut_dead > STEPS / 10000);
}

static void files_of_bytes(void)
{
	play(1, 0);
}

static void files_of_blocks(void)
{
	play(ALIGN, 0);
}

/* Splits fall on both sides of a multiple of 64 KiB. */
static void files_of_bytes_at_large_offsets(void)
{
	play(1, INT64_MAX - ALIGN + 1 - CELLS / 2);
}

static void files_of_blocks_at_large_offsets(void)
{
	play(ALIGN, INT64_MAX - ALIGN + 1 - ALIGN * CELLS);
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
	return done();
}
