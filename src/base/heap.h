/* heap.h - a timer heap: intrusive nodes, least time first.
 *
 * A node lives in its owner's structure (container_of brings it back). Equal times come out
 * in no given order. Not thread-safe. */
#ifndef SEINE_BASE_HEAP_H
#define SEINE_BASE_HEAP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"

struct heap_node {
	nstime when;
	size_t place; /* 1-based index in the heap; 0: not in one */
};

struct heap {
	struct heap_node **nodes;
	size_t count, cap;
};

void heap_init(struct heap *heap);
/* Frees the heap's own storage, not the nodes. */
void heap_release(struct heap *heap);
/* Add a node at `when`, or move one that is already in this heap. */
void heap_set(struct heap *heap, struct heap_node *node, nstime when);
/* Take a node out; nothing happens when it is not in. */
void heap_remove(struct heap *heap, struct heap_node *node);
static inline bool heap_contains(const struct heap_node *node)
{
	return node->place > 0;
}
/* The node with the least time, left in; NULL when empty. */
struct heap_node *heap_min(const struct heap *heap);
/* Take out and return the least node if it is due (when <= now), else NULL. */
struct heap_node *heap_pop_due(struct heap *heap, nstime now);
/* The least time, NSTIME_NEVER when empty. */
nstime heap_next(const struct heap *heap);

#endif
