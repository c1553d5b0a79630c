/* Mirrors in turn.
 *
 * A failure is booked on the mirror that failed; then the next one that is alive is
 * asked, in the order given. Coming round again begins a new round, and only between
 * rounds is there a wait: another mirror need not suffer for the first one's trouble.
 */
#include "core/task.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "core/policy.h"

struct task *task_new(struct entry *entry, nstime now)
{
	size_t n = entry->urls.count;
	struct task *task = xcalloc(1, sizeof(*task) + n * sizeof(task->mirrors[0]));

	task->entry = entry;
	task->at = &entry->url;
	task->born = now;
	list_init(&task->link);
	list_init(&task->all);
	list_init(&task->attempt.active);
	list_init(&task->attempt.inbox);
	return task;
}

void task_free(struct task *task)
{
	url_release(&task->own);
	free(task->left);
	entry_free(task->entry);
	free(task);
}

/* Turn away from `own`; what was asked last can still be told. */
static void task_leave(struct task *task)
{
	if (task->own.text) {
		free(task->left);
		task->left = task->own.text;
		task->own.text = NULL;
	}
	url_release(&task->own);
}

/* Point at a mirror's own URL, forgetting where redirects had led. */
static int task_aim(struct task *task, size_t mirror)
{
	task_leave(task);
	task->hops = 0;
	task->from_public = false;
	task->mirror = mirror;
	if (mirror == 0) {
		task->at = &task->entry->url;
		return 0;
	}
	task->at = &task->own;
	return url_parse(&task->own, task->entry->urls.items[mirror], NULL);
}

/* The next mirror that is alive, from the one after the current; *wrapped says that a
 * new round begins there. A URL that is none is found out here, and its mirror dead. */
static bool task_advance(struct task *task, int64_t max_tries, bool *wrapped)
{
	size_t n = task->entry->urls.count;
	size_t first = task->mirror + 1;

	for (size_t i = 0; i < n; i++) {
		size_t index = (first + i) % n;
		struct mirror *mirror = &task->mirrors[index];

		if (mirror->dead || mirror->tries >= max_tries)
			continue;
		if (task_aim(task, index) != 0) {
			mirror->dead = true;
			continue;
		}
		*wrapped = first + i >= n;
		return true;
	}
	return false;
}

static bool counts_as_try(const struct task *task, struct mirror *mirror,
	const struct outcome *outcome, uint64_t successes)
{
	uint64_t before = mirror->was_refused ? mirror->successes : task->successes;

	if (!policy_is_refusal(outcome))
		return true;
	mirror->was_refused = true;
	mirror->successes = task->successes;
	return !task->delivers && successes <= before;
}

/* The same wrong bytes twice were not damaged on the way: the server has no others. */
static bool is_wrong_again(struct mirror *mirror, const struct outcome *outcome)
{
	bool again = mirror->was_wrong && mirror->wrong_digest == outcome->wrong_digest;

	if (outcome->kind != KIND_CHECKSUM)
		return false;
	mirror->was_wrong = true;
	mirror->wrong_digest = outcome->wrong_digest;
	return again;
}

enum task_move task_failed(struct task *task, const struct outcome *outcome,
	int64_t max_tries, uint64_t successes)
{
	struct mirror *mirror = &task->mirrors[task->mirror];
	bool wrapped = false;

	if (counts_as_try(task, mirror, outcome, successes))
		mirror->tries++;
	if (!policy_is_transient(outcome) || is_wrong_again(mirror, outcome))
		mirror->dead = true;
	if (!task_advance(task, max_tries, &wrapped))
		return TASK_GIVE_UP;
	return wrapped ? TASK_BACKOFF : TASK_NEXT;
}

void task_redirect(struct task *task, struct url *target, bool from_public)
{
	task_leave(task);
	task->own = *target;
	*target = (struct url){0};
	task->at = &task->own;
	task->hops++;
	task->from_public |= from_public;
}
