/* task.h - an entry while it is being worked on: which mirror is asked, how often each was
 * tried, how far a redirect has led. The scheduler's own; pure; not thread-safe. */
#ifndef SEINE_CORE_TASK_H
#define SEINE_CORE_TASK_H

#include "base/heap.h"
#include "core/chunks.h"
#include "core/entry.h"
#include "core/observer.h"
#include "core/origin.h"

/* One of the entry's URLs, as it has behaved so far. */
struct mirror {
	unsigned tries;        /* that count against max_tries */
	bool dead;             /* not to be asked again */
	unsigned wrongs;       /* how often it sent what has another digest ... */
	uint64_t wrong_digest; /* ... the last time with this fingerprint */
	bool was_refused;      /* it said 429 or 503 ... */
	uint64_t successes;    /* ... to an attempt started after so many successes */
};

/* Where a further mirror or a redirect has led: kept as long as an attempt is made there. */
struct place {
	struct url url;
	unsigned refs;
};

struct task {
	struct entry *entry; /* owned */
	struct chunks chunks;
	size_t n_flying;  /* attempts, cancelled ones included */
	struct list link; /* in its origin's queue while it has something to start */
	struct list all;  /* in the scheduler's list of tasks */
	struct list cut;  /* ... of those that come in ranges */
	struct heap_node wake; /* in the scheduler's heap while it backs off */
	struct history history;
	struct exchange
		exchange; /* of its attempts that brought parts; their bytes added up */
	bool done;     /* its last word is said: it goes once nothing flies any more */
	nstime queued; /* when it got something to start */

	size_t mirror;        /* index of the one that is asked */
	unsigned round;       /* how often all of them have been gone through */
	const struct url *at; /* what to ask next: entry->url, or own->url */
	struct place *own;    /* NULL: entry->url */
	struct place *asked;  /* where history.url is; NULL: entry->url */
	unsigned hops;        /* redirects since the mirror's own URL */
	bool from_public;     /* the chain has gone through a public server */
	nstime failed;        /* when a failure was booked last */
	bool delivers;        /* the origin was sending to another when it ended */
	nstime born;
	nstime deadline;         /* set with the first attempt; NSTIME_NEVER: none */
	struct mirror mirrors[]; /* one per URL of the entry */
};

/* Takes the entry, whose url must be parsed. */
struct task *task_new(struct entry *entry, const struct plan_wish *wish, nstime now);
/* Nothing flies. */
void task_free(struct task *task);

/* The next attempt, of what the task wants to start next: at the URL that it is at, owned by
 * you until attempt_free. */
struct attempt *task_attempt(struct task *task, nstime now);
/* It is not flying, or the task's chunks are told of its end. */
void attempt_free(struct attempt *attempt);
/* It brought something: failures before that do not count any more. */
void task_progress(struct task *task, const struct outcome *outcome);

/* What to do after an attempt failed at the current mirror. */
enum task_move {
	TASK_NEXT,    /* ask another mirror now */
	TASK_BACKOFF, /* all have been asked in this round: wait, then go on */
	TASK_GIVE_UP
};

/* Book the attempt's failure and move on to the next mirror that is alive. `successes` is how
 * often the origin has delivered so far: refusals (429, 503) do not count as tries while it delivers to
 * others, since then the rate is at fault, not the request. It does when it has delivered
 * since the start of the last attempt that it refused (this one, if it is the first), or is
 * in the middle of sending something. */
enum task_move task_failed(struct task *task, const struct attempt *attempt,
	const struct outcome *outcome, int64_t max_tries, uint64_t successes);

/* The attempt was redirected to `target` (taken over). */
void task_redirect(struct task *task, struct url *target, bool from_public);

#endif
