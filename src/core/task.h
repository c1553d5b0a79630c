/* task.h - an entry while it is being worked on: which mirror is asked, how often each was
 * tried, how far a redirect has led. The scheduler's own; pure; not thread-safe. */
#ifndef SEINE_CORE_TASK_H
#define SEINE_CORE_TASK_H

#include "base/heap.h"
#include "core/entry.h"
#include "core/observer.h"
#include "core/origin.h"

/* One of the entry's URLs, as it has behaved so far. */
struct mirror {
	unsigned tries;        /* that count against max_tries */
	bool dead;             /* not to be asked again */
	bool was_wrong;        /* it sent what has another digest ... */
	uint64_t wrong_digest; /* ... with this fingerprint */
	bool was_refused;      /* it said 429 or 503 ... */
	uint64_t successes;    /* ... to an attempt started after so many successes */
};

struct task {
	struct entry *entry;    /* owned */
	struct attempt attempt; /* the one in flight, if one is */
	struct list link; /* in its origin's queue, or among what is in flight there */
	struct list all;  /* in the scheduler's list of tasks */
	struct heap_node wake; /* in the scheduler's heap while it backs off */
	struct history history;

	size_t mirror;        /* index of the one that is asked */
	unsigned round;       /* how often all of them have been gone through */
	const struct url *at; /* what to ask next: entry->url, or `own` */
	struct url own;       /* a further mirror, or a redirect's target */
	char *left;    /* the text of the `own` before: history.url may point at it */
	unsigned hops; /* redirects since the mirror's own URL */
	bool from_public;   /* the chain has gone through a public server */
	uint64_t successes; /* of the origin, when the attempt was started */
	bool delivers;      /* the origin was sending to another when it ended */
	nstime born;
	nstime deadline;         /* set with the first attempt; NSTIME_NEVER: none */
	struct mirror mirrors[]; /* one per URL of the entry */
};

/* Takes the entry, whose url must be parsed. */
struct task *task_new(struct entry *entry, nstime now);
void task_free(struct task *task);

/* What to do after an attempt failed at the current mirror. */
enum task_move {
	TASK_NEXT,    /* ask another mirror now */
	TASK_BACKOFF, /* all have been asked in this round: wait, then go on */
	TASK_GIVE_UP
};

/* Book the failure and move on to the next mirror that is alive. `successes` is how often the
 * origin has delivered so far: refusals (429, 503) do not count as tries while it delivers to
 * others, since then the rate is at fault, not the request. It does when it has delivered
 * since the start of the last attempt that it refused (this one, if it is the first), or is
 * in the middle of sending something. */
enum task_move task_failed(struct task *task, const struct outcome *outcome,
	int64_t max_tries, uint64_t successes);

/* The attempt was redirected to `target` (taken over). */
void task_redirect(struct task *task, struct url *target, bool from_public);

#endif
