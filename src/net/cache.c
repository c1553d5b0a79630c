#include "net/cache.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define KEPT_MAX 65536

struct name_answer *name_answer_new(const char *key, const char *list, enum kind kind,
	const char *text, nstime expires, uint64_t generation)
{
	size_t key_size = strlen(key) + 1, list_size = list ? strlen(list) + 1 : 0;
	struct name_answer *answer = xcalloc(1, sizeof(*answer) + list_size + key_size);

	answer->key = answer->list + list_size;
	memcpy(answer->key, key, key_size);
	if (list) {
		memcpy(answer->list, list, list_size);
		answer->shared.list = answer->list;
	} else {
		answer->shared.kind = kind;
		snprintf(answer->shared.text, sizeof(answer->shared.text), "%s", text);
	}
	answer->shared.expires = expires;
	answer->shared.generation = generation;
	list_init(&answer->age);
	atomic_init(&answer->owners, 1);
	return answer;
}

void name_answer_own(struct name_answer *answer)
{
	atomic_fetch_add(&answer->owners, 1);
}

void name_answer_disown(struct name_answer *answer)
{
	if (answer && atomic_fetch_sub(&answer->owners, 1) == 1)
		free(answer);
}

void name_answer_disown_value(void *value)
{
	name_answer_disown(value);
}

struct name_answer *name_answer_of(const struct addresses *addresses)
{
	return container_of(addresses, struct name_answer, shared);
}

void cache_init(struct cache *cache)
{
	*cache = (struct cache){.by_key = map_new()};
	list_init(&cache->ages);
}

void cache_release(struct cache *cache)
{
	map_free(cache->by_key, name_answer_disown_value);
	heap_release(&cache->expiry);
}

struct name_answer *cache_find(const struct cache *cache, const char *key, nstime now)
{
	struct name_answer *answer = map_get(cache->by_key, key);

	return answer && answer->shared.expires > now ? answer : NULL;
}

static void forget(struct cache *cache, struct name_answer *answer)
{
	map_remove(cache->by_key, answer->key);
	heap_remove(&cache->expiry, &answer->expiry);
	list_remove(&answer->age);
	name_answer_disown(answer);
}

/* What has expired goes first, so that what is of use stays as long as it can. */
static void make_room(struct cache *cache, nstime now)
{
	struct heap_node *least = heap_min(&cache->expiry);
	struct name_answer *victim;

	if (map_count(cache->by_key) < KEPT_MAX)
		return;
	if (least->when <= now)
		victim = container_of(least, struct name_answer, expiry);
	else
		victim = container_of(cache->ages.next, struct name_answer, age);
	forget(cache, victim);
}

void cache_keep(struct cache *cache, struct name_answer *answer, nstime now)
{
	struct name_answer *old = map_get(cache->by_key, answer->key);

	if (old)
		forget(cache, old);
	make_room(cache, now);
	map_put(cache->by_key, answer->key, answer);
	heap_set(&cache->expiry, &answer->expiry, answer->shared.expires);
	list_add_before(&cache->ages, &answer->age);
}
