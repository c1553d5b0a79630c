/* task.h - an entry while it is being worked on: which of its mirrors is asked next, and what is
 * left to be done after a failure.
 *
 * The first attempt is made at the first mirror, and after a failure the next one in the order
 * given has its turn; only when all have failed is there a wait, which begins another lap.
 * While a file comes in ranges, mirrors share them: the next attempt is made at the one that
 * fewest are made at, and that has room. They may where a digest proves the result; else all
 * must say that they have the same state of the file. One that says it has another is set aside.
 *
 * The scheduler's own; pure; not thread-safe. */
#ifndef SEINE_CORE_TASK_H
#define SEINE_CORE_TASK_H

#include "base/heap.h"
#include "core/chunks.h"
#include "core/entry.h"
#include "core/mirror.h"
#include "core/observer.h"
#include "core/origin.h"

struct task {
	struct entry *entry; /* owned */
	struct chunks chunks;
	struct list link;    /* in its origin's queue while it has something to start */
	struct list all;     /* in the scheduler's list of tasks */
	struct list cut;     /* ... of those that come in ranges */
	struct list crowded; /* ... or that have no room */
	nstime crowded_at;   /* when it was told so last */
	struct heap_node wake; /* in the scheduler's heap while it backs off */
	struct history history;
	/* Of its attempts that brought parts; their bytes added up. */
	struct exchange exchange;
	bool done;     /* its last word is said: it goes once nothing flies any more */
	nstime queued; /* when it got something to start */

	struct mirror *mirrors; /* the entry's URLs, then those that were announced */
	size_t n_mirrors;
	size_t mirror;        /* index of the one that is asked next */
	const struct url *at; /* ... there */
	size_t turn;          /* the mirror whose turn it is, if all else is equal */
	bool answered;        /* somebody has, with the file, which takes room now */
	size_t teller;        /* who has told what the file is; NO_MIRROR: nobody */
	unsigned lap;         /* from 1: in each, a mirror may fail once */
	unsigned round;       /* laps since something came */
	struct place *asked;  /* where history.url is; NULL: entry->url */
	bool refused; /* the credentials of the last attempt were, and are renewed */
	/* Of the origin of the attempt that ended last, as of then: */
	bool delivers;      /* it was sending to another */
	bool flaky;         /* it refuses some for no reason of load */
	uint64_t successes; /* how often it had brought what was asked */
	nstime born;
	nstime deadline; /* set with the first attempt; NSTIME_NEVER: none */
};

/* Takes the entry, whose url must be parsed. */
struct task *task_new(struct entry *entry, const struct plan_wish *wish, nstime now);
/* Nothing flies. */
void task_free(struct task *task);

/* A server has told of another URL (taken over) where the same bytes are; `by_public`: from a
 * public address. One that is known, or one too many, changes nothing. */
void task_add_mirror(struct task *task, struct url *url, bool by_public);

/* May one more be asked there at once? */
typedef bool task_room(const void *context, const struct url *url);
/* Choose the mirror to ask next: sets `mirror` and `at`. `room` NULL: there is room everywhere.
 * Returns whether there is at the one that was chosen. The task is in no queue. */
bool task_aim(struct task *task, task_room *room, const void *context);

/* The next attempt, of what the task wants to start next: at the mirror that was chosen, owned
 * by you until attempt_free. */
struct attempt *task_attempt(struct task *task, nstime now);
/* Where it is made. */
const struct url *attempt_place(const struct attempt *attempt);
/* It has ended, and the task has been told of that. */
void attempt_free(struct attempt *attempt);
/* The attempt is answered: as chunks_head. */
bool task_head(struct task *task, struct attempt *attempt, const struct head *head);
/* The attempt has ended like this: as chunks_end. What follows from it is not done yet. */
bool task_end(struct task *task, struct attempt *attempt, const struct outcome *outcome,
	nstime now);
/* It brought something: failures before that do not count any more. */
void task_progress(struct task *task, const struct attempt *attempt,
	const struct outcome *outcome);

/* What to do after an attempt failed. */
enum task_move {
	TASK_NEXT,    /* ask another mirror now */
	TASK_BACKOFF, /* all have failed in this lap: wait, then go on */
	TASK_ANEW,    /* those that are left have another file: begin that */
	TASK_GIVE_UP
};

/* Was it under way when another attempt at this mirror failed? Then both met the same trouble,
 * which is one try. */
bool task_has_failed_since(const struct task *task, const struct attempt *attempt);
/* Book the attempt's failure on its mirror, and choose another. What its origin has done is in
 * `delivers`, `flaky` and `successes`: refusals (429, 503) do not count as tries while it delivers
 * to others, since then the rate is at fault, not the request. It does when it has delivered
 * since the start of the last attempt that it refused (this one, if it is the first), or is
 * in the middle of sending something. Where it has delivered many others since then, or is known
 * to refuse for no reason of load, two of them are overlooked, and after that they count; so they
 * do when there have been four times as many as may fail. */
enum task_move task_failed(struct task *task, const struct attempt *attempt,
	const struct outcome *outcome, int64_t max_tries, nstime now);
/* The attempt's mirror has not the file that is fetched, or not what is asked for of it: choose
 * another. */
enum task_move task_set_aside(struct task *task, const struct attempt *attempt);
/* The attempt was so slow that it was ended: another mirror comes first, if there is one. */
void task_was_slow(struct task *task, const struct attempt *attempt);
/* Nothing of what is there is to be kept, as chunks_reset. No mirror is set aside any more. */
void task_begin_anew(struct task *task, enum chunks_way way);

/* Is the attempt's mirror still to be asked where the attempt was made? Not when it has failed
 * since, or another attempt has been told of a way already. */
bool task_is_there(const struct task *task, const struct attempt *attempt);
/* ... and the attempt was redirected to `target` (taken over). `moved`: that is the place that
 * its URL means, which is trusted as much. The task is in no queue. */
void task_redirect(struct task *task, const struct attempt *attempt, struct url *target,
	bool from_public, bool moved);

#endif
