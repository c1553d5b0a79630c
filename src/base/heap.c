/* heap.c - see heap.h. A binary heap in an array: the children of the node at place p
 * are at 2p and 2p+1, and no child is earlier than its parent. Every node knows its
 * place, so it can be moved or taken out in O(log n) without a search. */
#include "base/heap.h"

#include <assert.h>
#include <stdlib.h>

#include "base/alloc.h"

void heap_init(struct heap *heap)
{
	*heap = (struct heap){0};
}

void heap_release(struct heap *heap)
{
	free(heap->nodes);
	heap_init(heap);
}

static struct heap_node *at(const struct heap *heap, size_t place)
{
	return heap->nodes[place - 1];
}

static void put_at(struct heap *heap, struct heap_node *node, size_t place)
{
	heap->nodes[place - 1] = node;
	node->place = place;
}

/* Find the node's place from its present one, upward or downward, whichever it needs. */
static void settle(struct heap *heap, struct heap_node *node)
{
	size_t place = node->place, child;

	for (; place > 1 && node->when < at(heap, place / 2)->when; place /= 2)
		put_at(heap, at(heap, place / 2), place);
	/* A node that moved up is earlier than all below it: this stops at once. */
	for (; (child = 2 * place) <= heap->count; place = child) {
		if (child < heap->count &&
			at(heap, child + 1)->when < at(heap, child)->when)
			child++;
		if (node->when <= at(heap, child)->when)
			break;
		put_at(heap, at(heap, child), place);
	}
	put_at(heap, node, place);
}

void heap_set(struct heap *heap, struct heap_node *node, nstime when)
{
	node->when = when;
	if (node->place == 0) {
		if (heap->count == heap->cap) {
			heap->cap = heap->cap ? 2 * heap->cap : 16;
			heap->nodes = xreallocarray(
				heap->nodes, heap->cap, sizeof(struct heap_node *));
		}
		put_at(heap, node, ++heap->count);
	}
	assert(node->place <= heap->count && at(heap, node->place) == node);
	settle(heap, node);
}

void heap_remove(struct heap *heap, struct heap_node *node)
{
	struct heap_node *last;
	size_t place = node->place;

	if (place == 0)
		return;
	assert(place <= heap->count && at(heap, place) == node);
	last = at(heap, heap->count--);
	node->place = 0;
	if (last != node) {
		put_at(heap, last, place);
		settle(heap, last);
	}
}

struct heap_node *heap_min(const struct heap *heap)
{
	return heap->count ? at(heap, 1) : NULL;
}

struct heap_node *heap_pop_due(struct heap *heap, nstime now)
{
	struct heap_node *min = heap_min(heap);

	if (!min || min->when > now)
		return NULL;
	heap_remove(heap, min);
	return min;
}

nstime heap_next(const struct heap *heap)
{
	return heap->count ? at(heap, 1)->when : NSTIME_NEVER;
}
