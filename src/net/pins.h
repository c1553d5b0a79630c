/* pins.h - what a DNS cache of libcurl's has been told.
 *
 * libcurl keeps what CURLOPT_RESOLVE gives it for good, per multi handle (or easy handle,
 * where that performs alone), so it need be told again only when an answer has changed. Of
 * PINS_MAX names the oldest are taken out again: libcurl's table is small. One owner; no
 * lock. */
#ifndef SEINE_NET_PINS_H
#define SEINE_NET_PINS_H

#include <curl/curl.h>

#include "base/list.h"
#include "base/map.h"
#include "net/names.h"

#define PINS_MAX 2048

struct pins {
	struct map *by_key; /* "host:port" */
	struct list order;  /* oldest first */
	size_t count;
};

void pins_init(struct pins *pins);
void pins_release(struct pins *pins);

/* What to give to CURLOPT_RESOLVE so that the cache has `addresses` (whose list is not NULL)
 * for host and port: NULL when it has. Yours to free, when the transfer has ended. */
struct curl_slist *pins_update(struct pins *pins, const char *host, int port,
	const struct addresses *addresses);

/* It may not have been told after all: the next pins_update tells it again. */
void pins_forget(struct pins *pins, const char *host, int port);

#endif
