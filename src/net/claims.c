/* claims.c - see claims.h. Each claim has a condition of its own, so that an answer wakes
 * those who want it and not thousands of threads that wait for other names. Those who found
 * no room wait for `room`, which is signalled once per claim that ends or turns slow; who may
 * have been woken by it and takes no room after all passes the signal on. */
#include "net/claims.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/thread.h"

struct claim {
	pthread_cond_t ended;
	unsigned owners; /* who asks and those who wait; the last one frees it */
	bool slow;       /* it does not count */
	char key[];
};

void claims_init(struct claims *claims, pthread_mutex_t *lock, size_t most)
{
	*claims = (struct claims){.active = map_new(), .lock = lock, .most = most};
	thread_cond_init(&claims->room);
}

void claims_release(struct claims *claims)
{
	map_free(claims->active, NULL);
	pthread_cond_destroy(&claims->room);
}

static void disown(struct claim *claim)
{
	if (--claim->owners > 0)
		return;
	pthread_cond_destroy(&claim->ended);
	free(claim);
}

static bool has_room(const struct claims *claims)
{
	return map_count(claims->active) - claims->slow < claims->most;
}

bool claims_take(struct claims *claims, const char *key)
{
	size_t size = strlen(key) + 1;
	struct claim *claim;

	if (!has_room(claims) || map_get(claims->active, key))
		return false;
	claim = xmalloc(sizeof(*claim) + size);
	thread_cond_init(&claim->ended);
	claim->owners = 1;
	claim->slow = false;
	memcpy(claim->key, key, size);
	map_put(claims->active, claim->key, claim);
	return true;
}

void claims_slow(struct claims *claims, const char *key)
{
	struct claim *claim = map_get(claims->active, key);

	if (!claim || claim->slow)
		return;
	claim->slow = true;
	claims->slow++;
	pthread_cond_signal(&claims->room);
}

void claims_give(struct claims *claims, const char *key)
{
	struct claim *claim = map_remove(claims->active, key);

	if (!claim)
		return;
	claims->slow -= claim->slow;
	pthread_cond_broadcast(&claim->ended);
	pthread_cond_signal(&claims->room);
	disown(claim);
}

bool claims_wait(struct claims *claims, const char *key, nstime until)
{
	struct claim *claim = map_get(claims->active, key);
	bool in_time;

	if (!claim)
		return thread_wait_until(&claims->room, claims->lock, until);
	claims_pass(claims);
	claim->owners++;
	in_time = thread_wait_until(&claim->ended, claims->lock, until);
	disown(claim);
	return in_time;
}

void claims_pass(struct claims *claims)
{
	if (has_room(claims))
		pthread_cond_signal(&claims->room);
}
