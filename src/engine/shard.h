/* shard.h - one CURLM on a loop.
 *
 * libcurl searches and sweeps its connections linearly, so a loop spreads its transfers over
 * several shards of at most SHARD_TRANSFERS_MAX each (measured: 114 to 44 us of CPU a transfer at
 * 5,000 in flight). One thread, the loop's. */
#ifndef SEINE_ENGINE_SHARD_H
#define SEINE_ENGINE_SHARD_H

#include <curl/curl.h>

#include "base/attr.h"
#include "engine/loop.h"
#include "net/pins.h"

#define SHARD_TRANSFERS_MAX 64

struct shard {
	CURLM *multi;
	struct loop *loop;
	struct watcher watcher;
	struct timer timer;
	size_t in_flight;
	void (*done)(struct shard *, CURL *, CURLcode); /* handle already removed */
	struct pins pins;                               /* what its DNS cache holds */
};

/* `connections` is how many it may have open, idle ones included. */
int shard_init(struct shard *shard, struct loop *loop,
	void (*done)(struct shard *, CURL *, CURLcode), size_t connections,
	struct error *err) must_check;
void shard_release(struct shard *shard);

int shard_add(struct shard *shard, CURL *easy, struct error *err) must_check;
/* Take a handle out before it is done; `done` is not called for it. */
void shard_remove(struct shard *shard, CURL *easy);
/* Call `done` for each handle that is; harmless before shard_init. Not from inside a watcher or
 * timer of the shard. */
void shard_reap(struct shard *shard);

#endif
