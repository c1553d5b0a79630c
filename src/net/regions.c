#include "net/regions.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/map.h"

/* A bucket that is not where the first guess was. */
struct bucket {
	char region[REGION_SIZE];
	char name[];
};

struct regions {
	char first[REGION_SIZE];
	pthread_mutex_t lock;
	struct map *buckets; /* by name */
};

struct regions *regions_new(const char *first)
{
	struct regions *regions = xcalloc(1, sizeof(*regions));

	snprintf(regions->first, sizeof(regions->first), "%s", first);
	pthread_mutex_init(&regions->lock, NULL);
	regions->buckets = map_new();
	return regions;
}

void regions_free(struct regions *regions)
{
	if (!regions)
		return;
	map_free(regions->buckets, free);
	pthread_mutex_destroy(&regions->lock);
	free(regions);
}

char *regions_find(struct regions *regions, const char *name, char region[REGION_SIZE])
{
	const struct bucket *bucket;

	pthread_mutex_lock(&regions->lock);
	bucket = map_get(regions->buckets, name);
	snprintf(region, REGION_SIZE, "%s", bucket ? bucket->region : regions->first);
	pthread_mutex_unlock(&regions->lock);
	return region;
}

void regions_learn(struct regions *regions, const char *name, const char *region)
{
	struct bucket *bucket;

	pthread_mutex_lock(&regions->lock);
	bucket = map_get(regions->buckets, name);
	if (!bucket) {
		bucket = xcalloc(1, sizeof(*bucket) + strlen(name) + 1);
		memcpy(bucket->name, name, strlen(name) + 1);
		map_put(regions->buckets, bucket->name, bucket);
	}
	snprintf(bucket->region, sizeof(bucket->region), "%s", region);
	pthread_mutex_unlock(&regions->lock);
}
