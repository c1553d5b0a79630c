/* cache.h - answers about host names, and those that are kept for a time. Internal to names.c.
 *
 * An answer is counted, so that it can be replaced while somebody still reads it. Answers are owned
 * and disowned by any thread; all else is done under the lock of the names. */
#ifndef SEINE_NET_CACHE_H
#define SEINE_NET_CACHE_H

#include <stdatomic.h>

#include "base/heap.h"
#include "base/list.h"
#include "base/map.h"
#include "net/names.h"

struct name_answer {
	struct addresses shared;
	atomic_uint owners;
	struct heap_node expiry; /* these two while it is kept */
	struct list age;
	char *key;
	char list[]; /* shared.list, then the key */
};

/* `list` NULL: a failure of this kind. You are the one owner. */
struct name_answer *name_answer_new(const char *key, const char *list, enum kind kind,
	const char *text, nstime expires, uint64_t generation);
void name_answer_own(struct name_answer *answer);
void name_answer_disown(struct name_answer *answer); /* NULL is fine */
/* For map_free. */
void name_answer_disown_value(void *value);
struct name_answer *name_answer_of(const struct addresses *addresses);

/* Those that are kept, until they expire or must make room. */
struct cache {
	struct map *by_key;
	struct heap expiry;
	struct list ages; /* oldest first */
};

void cache_init(struct cache *cache);
void cache_release(struct cache *cache);
/* NULL: there is none, or it has expired. Not yours. */
struct name_answer *cache_find(const struct cache *cache, const char *key, nstime now);
/* Takes the answer, in the place of the one that its key had. */
void cache_keep(struct cache *cache, struct name_answer *answer, nstime now);

#endif
