/* A pace for all and one per origin; a turn must be had in both. */
#include "net/throttle.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/map.h"
#include "core/pace.h"

#define BURST (50 * NS_PER_MS)
#define ORIGINS_MAX 16384 /* remembered at once; then all begin anew */

struct share {
	char *origin;
	struct pace pace;
};

struct throttle {
	pthread_mutex_t lock;
	struct pace all;
	double per_origin;
	struct map *shares; /* struct share, by origin */
};

struct throttle *throttle_new(const struct settings *settings, nstime now)
{
	struct throttle *throttle;

	if (settings->limit_rate <= 0 && settings->limit_rate_per_host <= 0)
		return NULL;
	throttle = xcalloc(1, sizeof(*throttle));
	pthread_mutex_init(&throttle->lock, NULL);
	pace_init(&throttle->all, (double)settings->limit_rate, BURST, now);
	throttle->per_origin = (double)settings->limit_rate_per_host;
	throttle->shares = map_new();
	return throttle;
}

static void share_free(void *value)
{
	struct share *share = value;

	free(share->origin);
	free(share);
}

void throttle_free(struct throttle *throttle)
{
	if (!throttle)
		return;
	map_free(throttle->shares, share_free);
	pthread_mutex_destroy(&throttle->lock);
	free(throttle);
}

static struct share *share_of(struct throttle *throttle, const char *origin, nstime now)
{
	struct share *share = map_get(throttle->shares, origin);

	if (share)
		return share;
	if (map_count(throttle->shares) >= ORIGINS_MAX) {
		map_free(throttle->shares, share_free);
		throttle->shares = map_new();
	}
	share = xcalloc(1, sizeof(*share));
	share->origin = xstrdup(origin);
	pace_init(&share->pace, throttle->per_origin, BURST, now);
	map_put(throttle->shares, share->origin, share);
	return share;
}

nstime throttle_reserve(
	struct throttle *throttle, const char *origin, int64_t bytes, nstime now)
{
	nstime turn, own;

	pthread_mutex_lock(&throttle->lock);
	turn = pace_reserve(&throttle->all, bytes, now);
	if (throttle->per_origin > 0) {
		own = pace_reserve(&share_of(throttle, origin, now)->pace, bytes, now);
		turn = own > turn ? own : turn;
	}
	pthread_mutex_unlock(&throttle->lock);
	return turn;
}
