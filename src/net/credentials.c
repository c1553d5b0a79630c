/* credentials.c - see credentials.h. Whoever sets `busy` is the one who asks: in a
 * thread of its own while what is held will do, or for a loop, which must not wait; else
 * in that of the first who cannot go on without. All others take what is held, wait for
 * `answered`, or leave a waiter. That nobody gives any is an answer, too, for AGAIN
 * seconds. */
#include "net/credentials.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/thread.h"
#include "core/s3.h"
#include "net/credentials_chain.h"

#define EARLY 300 /* seconds before they expire, new ones are asked for */
#define AGAIN 15  /* seconds after an answer, or none, nobody is asked again */

struct credentials_store {
	struct environment environment;
	struct profile profile;
	const char *region;   /* the option's, the environment's or the profile's */
	const char *endpoint; /* the environment's or the profile's */
	struct credentials_chain chain;
	atomic_bool ending;
	ask_stop *stop; /* the user's; NULL: never */
	const void *stop_context;

	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t answered;
	struct aws_credentials held; /* id NULL: none */
	int64_t renew_at, valid_until;
	int64_t believe_from; /* whoever calls them expired before that is not heard */
	struct error failure; /* is what there is to say until failed_until */
	int64_t failed_until;
	bool busy;     /* somebody asks */
	bool disowned; /* ... because those that are held were called expired */
	int64_t asked; /* when that began */
	bool threaded; /* `thread` is there to be joined */
	pthread_t thread;
	struct list waiters;
};

/* ---- set-up */

static const char *first_of(const struct environment *environment, const char *one,
	const char *other, const char *otherwise)
{
	const char *value = environment_get(environment, one);

	if (!value)
		value = environment_get(environment, other);
	return value ? value : otherwise;
}

/* By the variable of a service, that of all services, or the profile's word. */
static const char *find_endpoint(const struct credentials_store *store,
	const char *of_service, const char *of_profile)
{
	const char *ignored = environment_get(
		&store->environment, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS");

	if (ignored && strcasecmp(ignored, "true") == 0)
		return NULL;
	return first_of(
		&store->environment, of_service, "AWS_ENDPOINT_URL", of_profile);
}

/* For ask.h. */
static bool is_over(const void *context)
{
	const struct credentials_store *store = context;

	return atomic_load(&store->ending) ||
	       (store->stop && store->stop(store->stop_context));
}

struct credentials_store *credentials_new(
	const struct credentials_options *options, struct error *err)
{
	struct credentials_store *store = xcalloc(1, sizeof(*store));

	store->environment = options->environment;
	atomic_init(&store->ending, false);
	list_init(&store->waiters);
	pthread_mutex_init(&store->lock, NULL);
	pthread_cond_init(&store->answered, NULL);
	if (credentials_profile_load(
		    &store->profile, options->profile, &store->environment, err) != 0)
		goto fail;
	store->region = options->region;
	if (!store->region)
		store->region = first_of(&store->environment, "AWS_REGION",
			"AWS_DEFAULT_REGION", store->profile.region);
	store->endpoint = find_endpoint(store, "AWS_ENDPOINT_URL_S3",
		store->profile.s3_endpoint_url ? store->profile.s3_endpoint_url
					       : store->profile.endpoint_url);
	if (store->region && !s3_is_region(store->region)) {
		(void)error_set(err, KIND_USAGE, 0,
			"not the name of a region: '%s' (AWS_REGION, "
			"AWS_DEFAULT_REGION or the profile)",
			store->region);
		goto fail;
	}
	store->chain = (struct credentials_chain){.environment = &store->environment,
		.profile = &store->profile,
		.profile_first = options->profile != NULL,
		.region = store->region,
		.sts_endpoint = find_endpoint(
			store, "AWS_ENDPOINT_URL_STS", store->profile.endpoint_url),
		.route = options->route};
	store->stop = options->route.stop;
	store->stop_context = options->route.stop_context;
	store->chain.route.stop = is_over;
	store->chain.route.stop_context = store;
	return store;
fail:
	credentials_free(store);
	return NULL;
}

void credentials_free(struct credentials_store *store)
{
	if (!store)
		return;
	atomic_store(&store->ending, true);
	if (store->threaded)
		pthread_join(store->thread, NULL);
	aws_credentials_release(&store->held);
	credentials_profile_release(&store->profile);
	pthread_cond_destroy(&store->answered);
	pthread_mutex_destroy(&store->lock);
	free(store);
}

const char *credentials_region(const struct credentials_store *store)
{
	return store->region;
}

const char *credentials_endpoint(const struct credentials_store *store)
{
	return store->endpoint;
}

/* ---- asking */

/* Some services hand out what is about to expire, or by our clock has: it is used, since the
 * server's clock decides, and looked after again soon. */
static void take_on(struct credentials_store *store, struct aws_credentials *fresh)
{
	int64_t soon = store->asked + AGAIN;

	fresh->serial = store->held.serial + 1;
	aws_credentials_release(&store->held);
	store->held = *fresh;
	store->failed_until = INT64_MIN;
	store->renew_at = INT64_MAX;
	store->valid_until = fresh->expires;
	if (fresh->expires == INT64_MAX)
		return;
	store->renew_at = fresh->expires - EARLY > soon ? fresh->expires - EARLY : soon;
	if (store->valid_until < soon)
		store->valid_until = soon;
}

/* With the lock. */
static void rouse(struct credentials_store *store)
{
	struct list *node;

	pthread_cond_broadcast(&store->answered);
	while ((node = list_pop(&store->waiters))) {
		struct waiter *waiter = container_of(node, struct waiter, link);

		waiter->answered(waiter);
	}
}

/* Called by the one who has set busy, without the lock. */
static void renew(struct credentials_store *store)
{
	struct aws_credentials fresh = {0};
	struct error why;
	int failed = credentials_find(&fresh, &store->chain, &why);

	pthread_mutex_lock(&store->lock);
	if (!failed) {
		take_on(store, &fresh);
	} else {
		store->failure = why;
		store->failed_until = store->renew_at = store->asked + AGAIN;
		if (store->held.id && why.kind != KIND_INTERRUPTED)
			log_warn("credentials are not renewed yet: %s", why.text);
	}
	store->busy = store->disowned = false;
	rouse(store);
	pthread_mutex_unlock(&store->lock);
}

static void *renew_in_thread(void *context)
{
	renew(context);
	return NULL;
}

/* With the lock; false when there can be no further thread. */
static bool start_thread(struct credentials_store *store)
{
	if (store->threaded)
		pthread_join(store->thread, NULL); /* it is done, or about to be */
	store->threaded =
		thread_start_unsignalled(&store->thread, renew_in_thread, store) == 0;
	return store->threaded;
}

/* With the lock, which is given up meanwhile. */
static void renew_here(struct credentials_store *store, int64_t now)
{
	store->busy = true;
	store->asked = now;
	pthread_mutex_unlock(&store->lock);
	renew(store);
	pthread_mutex_lock(&store->lock);
}

static void renew_aside(struct credentials_store *store, int64_t now)
{
	store->busy = true;
	store->asked = now;
	if (start_thread(store))
		return;
	store->busy = false;
	store->renew_at = now + AGAIN;
}

static bool has_some(const struct credentials_store *store, int64_t now)
{
	return store->held.id && now < store->valid_until;
}

/* With the lock. */
static int wait_for_some(
	struct credentials_store *store, int64_t now, struct error *err)
{
	while (!has_some(store, now)) {
		if (store->busy) {
			pthread_cond_wait(&store->answered, &store->lock);
		} else if (now < store->failed_until) {
			if (err)
				*err = store->failure;
			return -1;
		} else {
			renew_here(store, now);
		}
	}
	return 0;
}

int credentials_get(struct credentials_store *store, int64_t now,
	struct aws_credentials *out, struct error *err)
{
	int failed;

	pthread_mutex_lock(&store->lock);
	failed = wait_for_some(store, now, err);
	if (!failed) {
		if (now >= store->renew_at && !store->busy)
			renew_aside(store, now);
		*out = (struct aws_credentials){.id = xstrdup(store->held.id),
			.secret = xstrdup(store->held.secret),
			.token = xstrdup(store->held.token),
			.expires = store->held.expires,
			.serial = store->held.serial};
	}
	pthread_mutex_unlock(&store->lock);
	return failed;
}

void credentials_await_others(struct credentials_store *store)
{
	pthread_mutex_lock(&store->lock);
	while (store->disowned)
		pthread_cond_wait(&store->answered, &store->lock);
	pthread_mutex_unlock(&store->lock);
}

bool credentials_are_near(struct credentials_store *store, int64_t now, bool others,
	struct waiter *waiter)
{
	bool near;

	pthread_mutex_lock(&store->lock);
	near = (has_some(store, now) && !(others && store->disowned)) ||
	       (!store->busy && now < store->failed_until);
	if (!near && !store->busy)
		renew_aside(store, now);
	/* Where there is no thread to ask, whoever wants them must. */
	near |= !store->busy;
	if (!near && list_empty(&waiter->link))
		list_add_before(&store->waiters, &waiter->link);
	pthread_mutex_unlock(&store->lock);
	return near;
}

void credentials_forget(struct credentials_store *store, struct waiter *waiter)
{
	pthread_mutex_lock(&store->lock);
	list_remove(&waiter->link);
	pthread_mutex_unlock(&store->lock);
}

/* Services may hand out the same again for a time, so they are not asked at each answer. With the
 * lock. */
static int disown(struct credentials_store *store, int64_t now, struct error *err)
{
	if (store->held.keeper)
		return error_set(err, KIND_CREDENTIALS, 0,
			"renew the credentials of %s, and fetch this again",
			store->held.keeper);
	if (now < store->believe_from)
		return 0;
	log_info("the credentials are called expired: asking for others");
	store->believe_from = now + AGAIN;
	/* They serve meanwhile: one store's word must not take them from all others. */
	if (!store->busy)
		renew_aside(store, now);
	store->disowned = store->busy;
	return 0;
}

int credentials_expired(struct credentials_store *store, int64_t now, uint64_t serial,
	struct error *err)
{
	int failed = 0;

	pthread_mutex_lock(&store->lock);
	if (store->held.serial == serial)
		failed = disown(store, now, err);
	pthread_mutex_unlock(&store->lock);
	return failed;
}
