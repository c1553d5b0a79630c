#include "core/arrival.h"

#include "core/task.h"

static int64_t received_by(const struct attempt *attempt)
{
	return atomic_load_explicit(&attempt->received, memory_order_relaxed);
}

int64_t arrival_size(const struct attempt *attempt)
{
	const struct plan *plan = attempt->task->chunks.plan;

	return plan ? plan->size
		    : atomic_load_explicit(&attempt->expected, memory_order_relaxed);
}

struct arrival arrival_of(const struct attempt *attempt)
{
	const struct task *task = attempt->task;
	const struct list *flying = &task->chunks.flying;
	struct arrival arrival = {.size = arrival_size(attempt),
		.here = received_by(attempt),
		.fetched = received_by(attempt),
		.since = attempt->started};

	if (!task->chunks.plan)
		return arrival;
	arrival.here = task->chunks.plan->here;
	arrival.fetched = task->exchange.size_download;
	arrival.since = task->born + task->history.time_queue;
	for (struct list *node = flying->next; node != flying; node = node->next) {
		const struct attempt *other =
			container_of(node, struct attempt, sibling);

		if (other->generation != task->chunks.generation)
			continue;
		arrival.here += received_by(other);
		arrival.fetched += received_by(other);
	}
	return arrival;
}
