/* resolver_parts.h - a resolver from inside: resolver.c asks, resolver_wait.c waits for those who
 * have no loop. Not for others. */
#ifndef SEINE_NET_RESOLVER_PARTS_H
#define SEINE_NET_RESOLVER_PARTS_H

#include <poll.h>

#include "base/map.h"
#include "net/channel.h"
#include "net/resolver.h"

struct resolver {
	struct names *names;
	enum ip_family family;
	struct resolver_watch *watch;
	struct channel_setup setup;
	struct channel channel; /* open while there is something to ask, at least */
	bool doubtful;          /* the channel brought a failure that may be its own */
	int queries, counted;   /* out now, and those of them that count ... */
	int queries_max;        /* ... of which all resolvers have no more */
	struct map *by_name;
	struct list queued, asked, finished; /* asked: the oldest first */
	struct pollfd *sockets;              /* without a watch */
	size_t socket_count;
};

/* Forget everything that is asked for. */
void resolver_reset(struct resolver *resolver);

/* The socket is to be waited for by poll(), for these events from now on; 0: no more. */
void resolver_poll(struct resolver *resolver, int fd, short events);

#endif
