/* channel.h - a c-ares channel set up our way, the names that a search list makes of one, and
 * what c-ares's status codes mean to us. Internal to the resolver. */
#ifndef SEINE_NET_CHANNEL_H
#define SEINE_NET_CHANNEL_H

#include <ares.h>
#include <stdbool.h>

#include "base/attr.h"
#include "net/hostname.h"

struct channel_setup {
	int timeout_ms;          /* of the first try; doubled for each further one */
	int tries;               /* of each server */
	const char *resolv_conf; /* NULL: the system's */
	struct ares_addr_port_node *servers; /* NULL: those of resolv_conf */
	bool keep_open;                      /* sockets, while nothing is asked */
	ares_sock_state_cb socket_state;
	void *context; /* of socket_state */
};

struct channel {
	ares_channel ares;           /* NULL: not open */
	struct ares_options options; /* as they came out: the search list */
};

/* A name that can be asked for, with a final dot. */
#define CHANNEL_NAME_ROOM (HOSTNAME_ROOM + 1)

/* A c-ares status; the channel is open if it is ARES_SUCCESS. */
int channel_open(struct channel *channel, const struct channel_setup *setup) must_check;
/* Finishes what is asked, with ARES_EDESTRUCTION. Fine when it is not open. */
void channel_close(struct channel *channel);

/* The next name to ask for on behalf of a valid host name, by the rules of resolv.conf(5) for
 * "search" and "ndots". *place is 0 at first, and moves on. False when there are no more. */
bool channel_candidate(const struct channel *channel, const char *host, int *place,
	char name[CHANNEL_NAME_ROOM]) must_check;

/* Did nobody answer, or not to the point, so that it may do another time? */
bool channel_may_pass(int status);
/* What a status other than ARES_SUCCESS means, in words for people. */
const char *channel_text(int status);

#endif
