/* task.c - see task.h. Its attempts, from their start to what they came to; where they are made
 * is said by task_mirrors.c. */
#include "core/task.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* What is left of an earlier run is of the mirror that had told of the file: its validators are
 * that one's, which is asked first. What has been verified may go on with anything. */
static void go_on_from(struct task *task, const struct resume *resume)
{
	if (resume->teller >= task->n_mirrors)
		return;
	version_copy(&task->mirrors[resume->teller].version, &resume->version);
	task->teller = task->turn = resume->teller;
	task_aim(task, NULL, NULL);
}

struct task *task_new(struct entry *entry, const struct plan_wish *wish, nstime now)
{
	struct task *task = xcalloc(1, sizeof(*task));
	struct outcome none;

	outcome_init(&none);
	task->exchange = none.exchange;
	task->entry = entry;
	task->n_mirrors = entry->urls.count;
	task->mirrors = xreallocarray(NULL, task->n_mirrors, sizeof(*task->mirrors));
	for (size_t i = 0; i < task->n_mirrors; i++)
		mirror_init(&task->mirrors[i], entry->named_by_public);
	task->at = &entry->url;
	task->teller = NO_MIRROR;
	task->lap = 1;
	task->born = now;
	list_init(&task->link);
	list_init(&task->all);
	list_init(&task->cut);
	list_init(&task->crowded);
	chunks_init(&task->chunks, wish, entry);
	if (entry->resume && !entry->pieces)
		go_on_from(task, entry->resume);
	return task;
}

void task_free(struct task *task)
{
	chunks_release(&task->chunks);
	for (size_t i = 0; i < task->n_mirrors; i++)
		mirror_release(&task->mirrors[i]);
	free(task->mirrors);
	place_release(task->asked);
	free(task->exchange.content_type);
	entry_free(task->entry);
	free(task);
}

/* The one mirror that all bytes of the part are from. */
static size_t only_giver(const struct task *task)
{
	size_t giver = NO_MIRROR;

	for (size_t i = 0; i < task->n_mirrors; i++) {
		if (task->mirrors[i].gave != task->chunks.generation + 1)
			continue;
		if (giver != NO_MIRROR)
			return NO_MIRROR;
		giver = i;
	}
	return giver;
}

/* What is about to be asked can be told of. */
static void note_url(struct task *task, const struct attempt *attempt)
{
	place_release(task->asked);
	task->asked = place_share(attempt->place);
	task->history.url = attempt->url;
}

/* Is it where secrets and headers were given for? */
static bool is_trusted(const struct task *task, const struct mirror *mirror)
{
	const struct entry *entry = task->entry;

	if (mirror->place && mirror->place->trusted)
		return true;
	return entry->bound_to ? strcmp(task->at->origin, entry->bound_to) == 0
			       : url_same_origin(task->at, &entry->url);
}

struct attempt *task_attempt(struct task *task, nstime now)
{
	struct mirror *mirror = &task->mirrors[task->mirror];
	struct attempt *attempt = xcalloc(1, sizeof(*attempt));

	list_init(&attempt->active);
	list_init(&attempt->inbox);
	list_init(&attempt->flying);
	list_init(&attempt->sibling);
	attempt->version = (struct version)VERSION_UNKNOWN;
	attempt->task = task;
	attempt->entry = task->entry;
	attempt->mirror = task->mirror;
	attempt->place = place_share(mirror->place);
	attempt->origin_key = task->at->origin;
	attempt->url = task->at->text;
	attempt->host = task->at->host;
	attempt->port = url_port(task->at);
	attempt->trusted = is_trusted(task, mirror);
	attempt->bucket = task->mirror < task->entry->urls.count
				  ? entry_bucket(task->entry, task->mirror)
				  : NULL;
	attempt->at_home = !mirror->place || mirror->place->home;
	attempt->refused = task->refused;
	attempt->first_word = !task->answered;
	attempt->started = now;
	atomic_init(&attempt->received, 0);
	atomic_init(&attempt->expected, -1);
	chunks_start(&task->chunks, attempt, &mirror->version, now);
	if (attempt->work == WORK_COMMIT) {
		attempt->mirror = only_giver(task);
	} else {
		mirror->n_flying++;
		task->history.mirrors += !mirror->asked;
		mirror->asked = true;
	}
	if (attempt->work == WORK_FETCH || !task->history.url)
		note_url(task, attempt);
	task->history.in_flight++;
	return attempt;
}

const struct url *attempt_place(const struct attempt *attempt)
{
	return attempt->place ? &attempt->place->url : &attempt->entry->url;
}

void attempt_free(struct attempt *attempt)
{
	place_release(attempt->place);
	version_release(&attempt->version);
	free(attempt);
}

bool task_head(struct task *task, struct attempt *attempt, const struct head *head)
{
	struct mirror *mirror = &task->mirrors[attempt->mirror];
	bool had_lease = attempt->lease != NULL;
	bool more = chunks_head(&task->chunks, attempt, head);

	task->answered = true;
	if (attempt->generation != task->chunks.generation || !attempt->lease)
		return more;
	if (chunks_proven(&task->chunks))
		version_copy(&mirror->version, head->version);
	mirror->has_it = true;
	if (attempt->place)
		attempt->place->has_it = true;
	if (!had_lease || task->teller == NO_MIRROR)
		task->teller = attempt->mirror;
	return more;
}

bool task_end(struct task *task, struct attempt *attempt, const struct outcome *outcome,
	nstime now)
{
	struct mirror *mirror;

	task->history.in_flight--;
	task->refused = outcome->renewed;
	if (attempt->work == WORK_FETCH) {
		mirror = &task->mirrors[attempt->mirror];
		mirror->n_flying--;
		if (outcome->written > 0 &&
			attempt->generation == task->chunks.generation)
			mirror->gave = attempt->generation + 1;
	}
	return chunks_end(&task->chunks, attempt, outcome, now);
}

void task_progress(
	struct task *task, const struct attempt *attempt, const struct outcome *outcome)
{
	const struct exchange *latest = &outcome->exchange;
	int64_t bytes = task->exchange.size_download + latest->size_download;

	mirror_brought(&task->mirrors[attempt->mirror]);
	task->lap++;
	task->round = 0;
	task->exchange.size_download = bytes;
	if (outcome->type != OUTCOME_PART)
		return;
	free(task->exchange.content_type);
	task->exchange = *latest;
	task->exchange.content_type = xstrdup(latest->content_type);
	task->exchange.size_download = bytes;
}

void task_begin_anew(struct task *task, enum chunks_way way)
{
	chunks_reset(&task->chunks, way);
	task->teller = NO_MIRROR;
	for (size_t i = 0; i < task->n_mirrors; i++) {
		version_release(&task->mirrors[i].version);
		task->mirrors[i].has_it = task->mirrors[i].aside = false;
	}
	task_aim(task, NULL, NULL);
}
