#include "core/arrival.h"

#include "core/task.h"

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
		.here = attempt_received(attempt),
		.fetched = attempt_received(attempt),
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
		arrival.here += attempt_received(other);
		arrival.fetched += attempt_received(other);
	}
	return arrival;
}
