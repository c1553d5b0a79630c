/* published.c - see published.h. */
#include "core/published.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/alloc.h"

struct published {
	struct publisher *publisher;
	pthread_mutex_t lock; /* held while it is decided: all others wait for that */
	bool decided;
	enum present present;
	char *path;       /* NULL: the entry's own */
	struct error why; /* PRESENT_WRONG */
};

struct published *published_new(struct publisher *publisher)
{
	struct published *published = xcalloc(1, sizeof(*published));

	published->publisher = publisher;
	pthread_mutex_init(&published->lock, NULL);
	return published;
}

void published_free(struct published *published)
{
	if (!published)
		return;
	pthread_mutex_destroy(&published->lock);
	free(published->path);
	free(published);
}

enum present published_offer(
	const struct entry *entry, const struct offer *offer, struct error *err)
{
	struct published *published = entry->published;
	enum present present;

	if (!published)
		return PRESENT_NOT;
	pthread_mutex_lock(&published->lock);
	if (!published->decided && offer->name)
		published->present = published->publisher->publish(published->publisher,
			entry, offer, &published->path, &published->why);
	published->decided = true;
	present = published->present;
	if (present == PRESENT_WRONG)
		*err = published->why;
	pthread_mutex_unlock(&published->lock);
	return present;
}

bool published_is_own(const struct entry *entry)
{
	struct published *published = entry->published;
	bool own = true;

	if (published) {
		pthread_mutex_lock(&published->lock);
		own = published->decided && !published->path;
		pthread_mutex_unlock(&published->lock);
	}
	return own;
}

const char *published_path(const struct entry *entry)
{
	struct published *published = entry->published;
	const char *path = NULL;

	if (published) {
		pthread_mutex_lock(&published->lock);
		path = published->path; /* set once */
		pthread_mutex_unlock(&published->lock);
	}
	return path ? path : entry->path;
}
