/* map.c - see map.h. Open addressing with linear probing over a power of two of slots.
 * A removed entry leaves a tombstone, so that nothing moves but in map_put and a caller
 * may remove while it iterates. Live entries and tombstones together never fill more
 * than three quarters; a rebuild drops the tombstones and leaves at least half free, so
 * it pays for itself before the next. Keys come from the network: each map hashes with
 * its own secret seed, and nobody outside can choose keys that collide. */
#include "base/map.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/hash.h"

#define MIN_SLOTS 16

/* Free: key NULL. Tombstone: key set, value NULL. */
struct slot {
	const char *key;
	void *value;
	uint64_t hash;
};

struct map {
	struct slot *slots;
	size_t slot_count;
	size_t live; /* entries */
	size_t used; /* entries and tombstones */
	uint64_t seed;
};

static const char tombstone[] = "";

struct map *map_new(void)
{
	struct map *map = xcalloc(1, sizeof(*map));

	/* An old kernel or a strict sandbox is no reason to stop: guess a seed then. */
	if (getentropy(&map->seed, sizeof(map->seed)) != 0)
		map->seed = (uint64_t)clock_now() ^ (uintptr_t)map;
	map->slot_count = MIN_SLOTS;
	map->slots = xcalloc(map->slot_count, sizeof(struct slot));
	return map;
}

void map_free(struct map *map, void (*free_value)(void *value))
{
	if (!map)
		return;
	for (size_t i = 0; free_value && i < map->slot_count; i++) {
		if (map->slots[i].value)
			free_value(map->slots[i].value);
	}
	free(map->slots);
	free(map);
}

/* The slot that holds the key, or the free slot at the end of its run. There always is
 * one. */
static struct slot *find(const struct map *map, const char *key, uint64_t hash)
{
	size_t mask = map->slot_count - 1;

	for (size_t i = hash & mask;; i = (i + 1) & mask) {
		struct slot *slot = &map->slots[i];

		if (!slot->key)
			return slot;
		if (slot->value && slot->hash == hash && !strcmp(slot->key, key))
			return slot;
	}
}

static uint64_t hash_key(const struct map *map, const char *key)
{
	return hash64(key, strlen(key), map->seed);
}

/* Move the live entries to new slots, at most half of which they and one more will
 * fill. */
static void rebuild(struct map *map)
{
	struct slot *old = map->slots;
	size_t old_count = map->slot_count;

	map->slot_count = MIN_SLOTS;
	while (map->slot_count / 2 < map->live + 1)
		map->slot_count *= 2;
	map->slots = xcalloc(map->slot_count, sizeof(struct slot));
	map->used = map->live;
	for (size_t i = 0; i < old_count; i++) {
		if (old[i].value)
			*find(map, old[i].key, old[i].hash) = old[i];
	}
	free(old);
}

void *map_get(const struct map *map, const char *key)
{
	return map->live ? find(map, key, hash_key(map, key))->value : NULL;
}

void *map_put(struct map *map, const char *key, void *value)
{
	uint64_t hash = hash_key(map, key);
	struct slot *slot = find(map, key, hash);
	void *old = slot->value;

	assert(value);
	if (!old) {
		if (map->used + 1 > map->slot_count / 4 * 3) {
			rebuild(map);
			slot = find(map, key, hash);
		}
		map->live++;
		map->used++;
	}
	/* The old key may live in the old value, which the caller is about to free. */
	*slot = (struct slot){.key = key, .value = value, .hash = hash};
	return old;
}

void *map_remove(struct map *map, const char *key)
{
	struct slot *slot = find(map, key, hash_key(map, key));
	void *old = slot->value;

	if (!old)
		return NULL;
	*slot = (struct slot){.key = tombstone};
	map->live--;
	return old;
}

size_t map_count(const struct map *map)
{
	return map->live;
}

void *map_next(const struct map *map, size_t *cursor)
{
	while (*cursor < map->slot_count) {
		void *value = map->slots[(*cursor)++].value;

		if (value)
			return value;
	}
	return NULL;
}
