/* map.h - a hash map from strings to pointers.
 *
 * Keys are borrowed: a key must live, unchanged, as long as its value is in the map (usually
 * it is a member of the value). Not thread-safe. */
#ifndef SEINE_BASE_MAP_H
#define SEINE_BASE_MAP_H

#include <stddef.h>

#include "base/attr.h"

struct map;

struct map *map_new(void);
/* Frees the map; calls free_value (unless NULL) on each value. */
void map_free(struct map *map, void (*free_value)(void *value));
/* NULL when there is none. */
void *map_get(const struct map *map, const char *key);
/* Put a value (not NULL) under a key; returns the value that it replaces, or NULL. */
void *map_put(struct map *map, const char *key, void *value);
/* Take the value out and return it; NULL when there was none. */
void *map_remove(struct map *map, const char *key);
size_t map_count(const struct map *map);
/* Iterate in no order: start with *cursor = 0; NULL at the end. Put nothing meanwhile;
 * removing is fine. */
void *map_next(const struct map *map, size_t *cursor);

#endif
