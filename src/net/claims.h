/* claims.h - who asks for a name while others wait for the answer. Internal to names.c.
 *
 * All calls are made with the lock held that claims_init was given; claims_wait lets go of it
 * while it waits. */
#ifndef SEINE_NET_CLAIMS_H
#define SEINE_NET_CLAIMS_H

#include <pthread.h>
#include <stdbool.h>

#include "base/attr.h"
#include "base/clock.h"
#include "base/map.h"

struct claims {
	struct map *active; /* of struct claim, under their keys */
	pthread_mutex_t *lock;
	pthread_cond_t room; /* one fewer counts */
	size_t most;         /* that count at a time */
	size_t slow;         /* of the active ones, those that do not count */
};

void claims_init(struct claims *claims, pthread_mutex_t *lock, size_t most);
void claims_release(struct claims *claims);

/* Take the key. False when somebody has it, or when too many are taken. */
bool claims_take(struct claims *claims, const char *key) must_check;
/* It takes long: it makes room for another, but stays taken. */
void claims_slow(struct claims *claims, const char *key);
/* Give it back, and wake those who wait for it. */
void claims_give(struct claims *claims, const char *key);
/* Wait until the key may be free: look again then. False when `until` has come first. */
bool claims_wait(struct claims *claims, const char *key, nstime until) must_check;
/* For one who has waited and will take nothing: somebody else may. */
void claims_pass(struct claims *claims);

#endif
