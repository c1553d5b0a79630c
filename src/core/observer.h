/* observer.h - who hears of every change of state.
 *
 * Events are told by the scheduler (and by intake, which it calls), one at a time: whatever
 * lock guards the scheduler guards the observers. An observer must not call back, and must
 * copy what it wants to keep: all pointers are borrowed for the call. */
#ifndef SEINE_CORE_OBSERVER_H
#define SEINE_CORE_OBSERVER_H

#include "core/entry.h"

enum event_type {
	EVENT_START, /* attempt goes to the engine */
	/* `attempt` came back with `outcome`; READ, DONE, PRESENT, RETRY, REDIRECT or
	 * FAILED follows, unless it has brought a part, or was cancelled. */
	EVENT_FINISH,
	EVENT_RETRY, /* ... and will be tried again after `wait` (maybe at another mirror) */
	EVENT_REDIRECT, /* ... and goes on at outcome->location */
	EVENT_READ,     /* entry was a document, which names others: it is no file */
	EVENT_DONE,     /* entry is there, fetched now: outcome, history */
	EVENT_PRESENT,  /* entry was there before, and still is what is wanted */
	EVENT_REPEATED, /* entry is one that was there before in the input, and is not looked at */
	/* `entry` will not come: error; outcome when an exchange was made, attempt when
	 * it is what failed. */
	EVENT_FAILED,
	EVENT_BAD_LINE, /* a line of the input is bad: error */
	EVENT_BROKEN,   /* an input cannot be read any further: error */
	EVENT_PAUSE     /* an origin asked for a pause of `wait`: origin_key */
};

/* What it took to get an entry, so far: kept by its task, told with all events of it. */
struct history {
	unsigned in_flight; /* attempts now, cancelled ones included */
	unsigned attempts;
	unsigned retries;
	unsigned redirects;
	unsigned mirrors;  /* of the entry that were asked */
	const char *url;   /* the one asked last; NULL: none was */
	nstime time_queue; /* from reading the entry to its first attempt */
};

struct event {
	enum event_type type;
	nstime now;
	const struct entry *entry;
	struct attempt *attempt;
	const struct outcome *outcome;
	const struct history *history;
	const struct error *error;
	const char *origin_key;
	nstime wait;
};

struct observer;
struct observer_ops {
	void (*event)(struct observer *, const struct event *); /* may be NULL */
	/* Called every 100 ms or so while the job runs. May be NULL. */
	void (*tick)(struct observer *, nstime now);
	/* The job is over: write what is left. KIND_DISK when it could not be written.
	 * May be NULL. */
	int (*close)(struct observer *, nstime now, struct error *);
	void (*free)(struct observer *);
};

/* The first member of every kind of observer. */
struct observer {
	const struct observer_ops *ops;
};

static inline void observer_tell(struct observer *observer, const struct event *event)
{
	if (observer->ops->event)
		observer->ops->event(observer, event);
}

static inline void observer_tick(struct observer *observer, nstime now)
{
	if (observer->ops->tick)
		observer->ops->tick(observer, now);
}

#endif
