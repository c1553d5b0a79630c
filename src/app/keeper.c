#include "app/keeper.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "core/policy.h"

struct keeper {
	struct observer observer;
	struct parts *parts;
	struct observer *next;
};

/* Might the file still come, in another run? */
static bool is_worth_keeping(const struct event *event)
{
	switch (event->error->kind) {
	case KIND_INTERRUPTED:
	case KIND_DISK:
	case KIND_NO_ROOM:
	case KIND_CREDENTIALS:
	case KIND_WRONG_SIZE: /* what is there has the right one */
		return true;
	default:
		break;
	}
	return event->outcome && policy_is_transient(event->outcome) &&
	       event->error->kind != KIND_CHECKSUM &&
	       event->error->kind != KIND_CHANGED;
}

static void keeper_event(struct observer *observer, const struct event *event)
{
	struct keeper *keeper = container_of(observer, struct keeper, observer);

	if (event->type == EVENT_DONE || event->type == EVENT_PRESENT ||
		event->type == EVENT_READ)
		parts_end(keeper->parts, event->entry, false);
	else if (event->type == EVENT_FAILED)
		parts_end(keeper->parts, event->entry, is_worth_keeping(event));
	observer_tell(keeper->next, event);
}

static void keeper_tick(struct observer *observer, nstime now)
{
	struct keeper *keeper = container_of(observer, struct keeper, observer);

	observer_tick(keeper->next, now);
}

struct observer *keeper_new(struct parts *parts, struct observer *next)
{
	static const struct observer_ops ops = {
		.event = keeper_event,
		.tick = keeper_tick,
	};
	struct keeper *keeper = xcalloc(1, sizeof(*keeper));

	keeper->observer.ops = &ops;
	keeper->parts = parts;
	keeper->next = next;
	return &keeper->observer;
}

void keeper_free(struct observer *keeper)
{
	if (keeper)
		free(container_of(keeper, struct keeper, observer));
}
