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

/* NULL is fine. */
static void place_release(struct place *place)
{
	if (!place || --place->refs > 0)
		return;
	url_release(&place->url);
	free(place);
}

static struct place *place_share(struct place *place)
{
	if (place)
		place->refs++;
	return place;
}

struct task *task_new(struct entry *entry, const struct plan_wish *wish, nstime now)
{
	size_t n = entry->urls.count;
	struct outcome none;
	struct task *task = xcalloc(1, sizeof(*task) + n * sizeof(task->mirrors[0]));

	outcome_init(&none);
	task->exchange = none.exchange;
	task->entry = entry;
	task->at = &entry->url;
	task->born = now;
	list_init(&task->link);
	list_init(&task->all);
	list_init(&task->cut);
	chunks_init(&task->chunks, wish, entry);
	return task;
}

void task_free(struct task *task)
{
	chunks_release(&task->chunks);
	place_release(task->own);
	place_release(task->asked);
	free(task->exchange.content_type);
	entry_free(task->entry);
	free(task);
}

struct attempt *task_attempt(struct task *task, nstime now)
{
	struct attempt *attempt = xcalloc(1, sizeof(*attempt));

	list_init(&attempt->active);
	list_init(&attempt->inbox);
	list_init(&attempt->flying);
	list_init(&attempt->sibling);
	attempt->version = (struct version)VERSION_UNKNOWN;
	attempt->task = task;
	attempt->entry = task->entry;
	attempt->place = place_share(task->own);
	attempt->origin_key = task->at->origin;
	attempt->url = task->at->text;
	attempt->host = task->at->host;
	attempt->port = url_port(task->at);
	attempt->trusted = url_same_origin(task->at, &task->entry->url);
	attempt->started = now;
	atomic_init(&attempt->received, 0);
	atomic_init(&attempt->expected, -1);
	chunks_start(&task->chunks, attempt, now);
	place_release(task->asked);
	task->asked = place_share(task->own);
	task->history.url = attempt->url;
	task->n_flying++;
	return attempt;
}

void attempt_free(struct attempt *attempt)
{
	place_release(attempt->place);
	version_release(&attempt->version);
	free(attempt);
}

void task_progress(struct task *task, const struct outcome *outcome)
{
	const struct exchange *latest = &outcome->exchange;
	int64_t bytes = task->exchange.size_download + latest->size_download;

	task->mirrors[task->mirror].tries = 0;
	task->round = 0;
	task->exchange.size_download = bytes;
	if (outcome->type != OUTCOME_PART)
		return;
	free(task->exchange.content_type);
	task->exchange = *latest;
	task->exchange.content_type = xstrdup(latest->content_type);
	task->exchange.size_download = bytes;
}

/* Ask there from now on; the URL is taken over. */
static void task_go(struct task *task, struct url *url)
{
	struct place *place = xcalloc(1, sizeof(*place));

	place->url = *url;
	*url = (struct url){0};
	place->refs = 1;
	place_release(task->own);
	task->own = place;
	task->at = &place->url;
}

/* Point at a mirror's own URL, forgetting where redirects had led. */
static int task_aim(struct task *task, size_t mirror)
{
	struct url url;

	task->hops = 0;
	task->from_public = false;
	task->mirror = mirror;
	if (mirror == 0) {
		place_release(task->own);
		task->own = NULL;
		task->at = &task->entry->url;
		return 0;
	}
	if (url_parse(&url, task->entry->urls.items[mirror], NULL) != 0)
		return -1;
	task_go(task, &url);
	return 0;
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
	const struct attempt *attempt, const struct outcome *outcome,
	uint64_t successes)
{
	uint64_t before = mirror->was_refused ? mirror->successes : attempt->successes;

	if (!policy_is_refusal(outcome))
		return true;
	mirror->was_refused = true;
	mirror->successes = attempt->successes;
	return !task->delivers && successes <= before;
}

/* The same wrong bytes twice were not damaged on the way: the server has no others. Counted
 * apart from the tries, since the ranges of a file that is wrong as a whole are progress. */
static bool is_wrong_again(
	struct mirror *mirror, const struct outcome *outcome, int64_t max_tries)
{
	bool again =
		mirror->wrongs > 0 && mirror->wrong_digest == outcome->wrong_digest;

	if (outcome->kind != KIND_CHECKSUM)
		return false;
	mirror->wrongs++;
	mirror->wrong_digest = outcome->wrong_digest;
	return again || mirror->wrongs >= max_tries;
}

enum task_move task_failed(struct task *task, const struct attempt *attempt,
	const struct outcome *outcome, int64_t max_tries, uint64_t successes)
{
	struct mirror *mirror = &task->mirrors[task->mirror];
	bool wrapped = false;

	if (counts_as_try(task, mirror, attempt, outcome, successes))
		mirror->tries++;
	if (!policy_is_transient(outcome) || is_wrong_again(mirror, outcome, max_tries))
		mirror->dead = true;
	if (!task_advance(task, max_tries, &wrapped))
		return TASK_GIVE_UP;
	return wrapped ? TASK_BACKOFF : TASK_NEXT;
}

void task_redirect(struct task *task, struct url *target, bool from_public)
{
	task_go(task, target);
	task->hops++;
	task->from_public |= from_public;
}
