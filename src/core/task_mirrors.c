/* task_mirrors.c - the mirrors of a task: which is asked next, where, and which are not asked any
 * more. */
#include "core/task.h"

#include <string.h>

#include "base/alloc.h"

/* Of those that servers have told of. */
#define ANNOUNCED_MAX 16

static const char *mirror_text(const struct task *task, size_t index)
{
	return index < task->entry->urls.count ? entry_home_url(task->entry, index)
					       : task->mirrors[index].announced;
}

static bool leads_to(const struct task *task, size_t index, const char *url)
{
	const struct place *place = task->mirrors[index].place;

	return strcmp(mirror_text(task, index), url) == 0 ||
	       (place && strcmp(place->url.text, url) == 0);
}

void task_add_mirror(struct task *task, struct url *url, bool by_public)
{
	struct mirror *mirror;

	if (task->n_mirrors - task->entry->urls.count >= ANNOUNCED_MAX)
		return;
	if (strcmp(url->text, task->entry->url.text) == 0)
		return;
	for (size_t i = 0; i < task->n_mirrors; i++)
		if (leads_to(task, i, url->text))
			return;
	task->mirrors = xreallocarray(
		task->mirrors, task->n_mirrors + 1, sizeof(*task->mirrors));
	mirror = &task->mirrors[task->n_mirrors++];
	mirror_init(mirror, by_public);
	mirror->announced = xstrdup(url->text);
	mirror_go(mirror, url, true);
}

/* The URL to ask there; NULL: what the list has is none. */
static const struct url *mirror_url(struct task *task, size_t index)
{
	struct mirror *mirror = &task->mirrors[index];
	struct url url;

	if (!mirror->place && index == 0)
		return &task->entry->url;
	if (!mirror->place) {
		if (url_parse(&url, mirror_text(task, index), NULL) != 0)
			return NULL;
		mirror_go(mirror, &url, true);
	}
	return &mirror->place->url;
}

static bool is_usable(const struct task *task, const struct mirror *mirror)
{
	return !mirror->dead && !mirror->spent && !mirror->aside &&
	       mirror->lap != task->lap;
}

/* May it add to what is there? A date says less than a strong ETag does: only where the mirror
 * that has told it cannot be asked now does another one with the same date go on. One that a
 * server has told of adds to that server's file; nothing else is taken from there without a
 * digest of the user's. */
static bool can_add(const struct task *task, size_t index)
{
	bool in_ranges = task->chunks.way == CHUNKS_RANGES;

	if (task->chunks.asked_proof)
		return true;
	if (chunks_proven(&task->chunks) || task->chunks.version.etag)
		return in_ranges || !task->mirrors[index].announced;
	if (task->mirrors[index].announced)
		return false;
	return !in_ranges || task->teller == NO_MIRROR || index == task->teller ||
	       !is_usable(task, &task->mirrors[task->teller]);
}

/* May it be asked now? A URL that is none is found out here. */
static bool is_candidate(struct task *task, size_t index)
{
	struct mirror *mirror = &task->mirrors[index];

	if (!is_usable(task, mirror) || !can_add(task, index))
		return false;
	if (mirror_url(task, index))
		return true;
	mirror->dead = true;
	return false;
}

/* The i-th one from that whose turn it is. */
static size_t in_turn(const struct task *task, size_t i)
{
	return (task->turn + i) % task->n_mirrors;
}

/* How good it is to ask this one now: more is better. One that has not shown yet that it has the
 * file is asked once, to begin with. */
static int rank_of(const struct mirror *mirror, bool has_room)
{
	return 2 * has_room + (mirror->has_it || mirror->n_flying == 0);
}

bool task_aim(struct task *task, task_room *room, const void *context)
{
	size_t best = NO_MIRROR;
	int best_rank = 0;

	for (size_t i = 0; i < task->n_mirrors; i++) {
		size_t index = in_turn(task, i);
		struct mirror *mirror = &task->mirrors[index];
		int rank;

		if (!is_candidate(task, index))
			continue;
		rank = rank_of(mirror, !room || room(context, mirror_url(task, index)));
		if (best == NO_MIRROR || rank > best_rank ||
			(rank == best_rank &&
				mirror->n_flying < task->mirrors[best].n_flying)) {
			best = index;
			best_rank = rank;
		}
		/* It cannot get better; or only mirrors of a file in ranges are equals. */
		if ((best_rank == 3 && mirror->n_flying == 0) ||
			task->chunks.n_flying == 0)
			break;
	}
	if (best != NO_MIRROR)
		task->mirror = best;
	task->at = mirror_url(task, task->mirror);
	return best_rank >= 2;
}

static bool has_candidate(struct task *task)
{
	for (size_t i = 0; i < task->n_mirrors; i++)
		if (is_candidate(task, i))
			return true;
	return false;
}

/* Who comes next, and when. */
static enum task_move choose_next(struct task *task)
{
	enum task_move move = TASK_NEXT;

	if (!has_candidate(task)) {
		move = TASK_BACKOFF;
		task->lap++;
		if (!has_candidate(task))
			move = TASK_GIVE_UP;
	}
	for (size_t i = 0; i < task->n_mirrors && move == TASK_GIVE_UP; i++) {
		const struct mirror *mirror = &task->mirrors[i];

		if (mirror->aside && !mirror->dead && !mirror->spent &&
			!mirror->announced)
			move = TASK_ANEW;
	}
	task_aim(task, NULL, NULL);
	return move;
}

bool task_has_failed_since(const struct task *task, const struct attempt *attempt)
{
	return attempt->mirror != NO_MIRROR &&
	       attempt->started < task->mirrors[attempt->mirror].failed;
}

enum task_move task_failed(struct task *task, const struct attempt *attempt,
	const struct outcome *outcome, int64_t max_tries, nstime now)
{
	/* A commit's, that is nobody's fault, must come to an end as well. */
	size_t index = attempt->mirror == NO_MIRROR ? task->mirror : attempt->mirror;
	struct mirror *mirror = &task->mirrors[index];

	if (mirror_book(mirror, attempt, outcome, max_tries, task->delivers,
		    task->flaky ? UINT64_MAX : task->successes))
		task->round = 0;
	mirror->lap = task->lap;
	mirror->failed = now;
	task->turn = (index + 1) % task->n_mirrors;
	return choose_next(task);
}

enum task_move task_set_aside(struct task *task, const struct attempt *attempt)
{
	task->mirrors[attempt->mirror].aside = true;
	return choose_next(task);
}

void task_was_slow(struct task *task, const struct attempt *attempt)
{
	struct mirror *mirror = &task->mirrors[attempt->mirror];

	mirror->lap = task->lap;
	if (has_candidate(task))
		return;
	mirror->lap = ++task->lap;
	if (!has_candidate(task))
		mirror->lap = 0;
}

bool task_is_there(const struct task *task, const struct attempt *attempt)
{
	return task->mirrors[attempt->mirror].place == attempt->place;
}

void task_redirect(struct task *task, const struct attempt *attempt, struct url *target,
	bool from_public, bool moved)
{
	struct mirror *mirror = &task->mirrors[attempt->mirror];
	/* Who is sent on by somebody else may be sent back, to whatever that one likes. */
	bool home = moved || (attempt->at_home &&
				     url_same_origin(target, attempt_place(attempt)));

	mirror_go(mirror, target, home);
	mirror->place->trusted = moved && attempt->trusted;
	mirror->hops++;
	mirror->from_public |= from_public;
	task->at = mirror_url(task, task->mirror);
}
