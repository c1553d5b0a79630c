/* test_heap.c - the timer heap, against a plain array; and the clock it waits by. */
#include "dice.h"
#include "tap.h"

#include <limits.h>
#include <stdlib.h>

#include "base/attr.h"
#include "base/clock.h"
#include "base/heap.h"

#define NODES 200

static struct dice dice = {1};

static void empty(void)
{
	struct heap heap;
	struct heap_node node = {0};

	heap_init(&heap);
	check(heap_min(&heap) == NULL);
	check(heap_pop_due(&heap, INT64_MAX) == NULL);
	check(heap_next(&heap) == NSTIME_NEVER);
	heap_remove(&heap, &node);
	check_int(heap.count, 0);
	heap_release(&heap);
	heap_release(&heap);
}

static void due_or_not(void)
{
	struct heap heap;
	struct heap_node early = {0}, late = {0}, never = {0};

	heap_init(&heap);
	heap_set(&heap, &never, NSTIME_NEVER);
	check(heap_next(&heap) == NSTIME_NEVER);
	heap_set(&heap, &late, 20);
	heap_set(&heap, &early, -10);
	check_int(heap_next(&heap), -10);
	check(heap_pop_due(&heap, -11) == NULL);
	check(heap_pop_due(&heap, -10) == &early);
	check_int(early.place, 0);
	check(heap_pop_due(&heap, 19) == NULL);
	heap_set(&heap, &late, 5); /* moved, not added again */
	check_int(heap.count, 2);
	check(heap_pop_due(&heap, 19) == &late);
	check(heap_pop_due(&heap, NSTIME_NEVER - 1) == NULL);
	heap_remove(&heap, &never);
	heap_remove(&heap, &never);
	check(heap_min(&heap) == NULL);
	heap_release(&heap);
}

struct owner {
	int id;
	struct heap_node timer;
};

static void owner_is_found(void)
{
	struct heap heap;
	struct owner owner = {.id = 7};

	heap_init(&heap);
	heap_set(&heap, &owner.timer, 1);
	check_int(container_of(heap_min(&heap), struct owner, timer)->id, 7);
	heap_release(&heap);
}

static int compare(const void *a, const void *b)
{
	nstime x = *(const nstime *)a, y = *(const nstime *)b;

	return (x > y) - (x < y);
}

/* Every node knows its place, and no child is earlier than its parent. */
static bool is_sound(const struct heap *heap)
{
	for (size_t place = 1; place <= heap->count; place++) {
		const struct heap_node *node = heap->nodes[place - 1];

		if (node->place != place)
			return false;
		if (place > 1 && heap->nodes[place / 2 - 1]->when > node->when)
			return false;
	}
	return true;
}

/* The times of all nodes that are in, sorted: what the heap must agree with. */
static size_t sorted_times(const struct heap_node *nodes, const bool *in, nstime *times)
{
	size_t count = 0;

	for (size_t i = 0; i < NODES; i++) {
		if (in[i])
			times[count++] = nodes[i].when;
	}
	qsort(times, count, sizeof(*times), compare);
	return count;
}

static void one_random_step(struct heap *heap, struct heap_node *nodes, bool *in)
{
	size_t i = dice_below(&dice, NODES);
	nstime now = dice_below(&dice, 1000);
	struct heap_node *due;

	switch (dice_below(&dice, 8)) {
	case 0:
	case 1:
		heap_remove(heap, &nodes[i]);
		in[i] = false;
		break;
	case 2:
		due = heap_pop_due(heap, now);
		if (due) {
			check(due->when <= now);
			check(in[due - nodes]);
			check_int(due->place, 0);
			in[due - nodes] = false;
		} else {
			check(heap_next(heap) > now);
		}
		break;
	default: /* few times, so that many are equal */
		heap_set(heap, &nodes[i], dice_below(&dice, 1000));
		in[i] = true;
	}
}

static void agrees_with_a_sorted_array(void)
{
	static struct heap_node nodes[NODES];
	static bool in[NODES];
	static nstime times[NODES];
	struct heap heap;
	size_t count;

	heap_init(&heap);
	for (int step = 0; step < 20000; step++) {
		one_random_step(&heap, nodes, in);
		count = sorted_times(nodes, in, times);
		check_int(heap.count, count);
		check(heap_next(&heap) == (count ? times[0] : NSTIME_NEVER));
		check(is_sound(&heap));
	}
	/* Emptied, it gives them all in order. */
	count = sorted_times(nodes, in, times);
	check(count > 10);
	for (size_t i = 0; i < count; i++) {
		struct heap_node *node = heap_pop_due(&heap, NSTIME_NEVER);

		check(node != NULL);
		check_int(node ? node->when : -1, times[i]);
	}
	check(heap_min(&heap) == NULL);
	heap_release(&heap);
}

static void timeouts(void)
{
	check_int(clock_timeout_ms(0, NSTIME_NEVER), -1);
	check_int(clock_timeout_ms(5, 5), 0);
	check_int(clock_timeout_ms(6, 5), 0);
	check_int(clock_timeout_ms(0, 1), 1);
	check_int(clock_timeout_ms(0, NS_PER_MS), 1);
	check_int(clock_timeout_ms(0, NS_PER_MS + 1), 2);
	check_int(clock_timeout_ms(7, 7 + 250 * NS_PER_MS), 250);
	check_int(clock_timeout_ms(0, 86400 * NS_PER_SEC - 1), 86400000);
	check_int(clock_timeout_ms(0, 86400 * NS_PER_SEC + 1), 86400000);
	check_int(clock_timeout_ms(0, NSTIME_NEVER - 1), 86400000);
	check_int(clock_timeout_ms(INT64_MIN, NSTIME_NEVER - 1), 86400000);
	check_int(clock_timeout_ms(INT64_MAX - 1, INT64_MIN), 0);
}

static void clock_goes_forward(void)
{
	nstime last = clock_now();

	check(last > 0);
	for (int i = 0; i < 1000; i++) {
		nstime now = clock_now();

		check(now >= last);
		last = now;
	}
}

int main(void)
{
	run(empty);
	run(due_or_not);
	run(owner_is_found);
	run(agrees_with_a_sorted_array);
	run(timeouts);
	run(clock_goes_forward);
	return done();
}
