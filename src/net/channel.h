/* channel.h - a c-ares channel set up our way, and what its status codes mean to us. Internal
 * to resolver.c. */
#ifndef SEINE_NET_CHANNEL_H
#define SEINE_NET_CHANNEL_H

#include <ares.h>
#include <stdbool.h>

#include "base/attr.h"
#include "base/diag.h"

struct channel_setup {
	int timeout_ms;                     /* of the first try; doubled for each further one */
	int tries;                          /* of each server */
	const char *resolv_conf;            /* NULL: the system's */
	struct ares_addr_port_node *servers; /* NULL: those of resolv_conf */
	bool keep_open;                     /* sockets, while nothing is asked */
	ares_sock_state_cb socket_state;
	void *context; /* of socket_state */
};

/* A c-ares status; *channel is NULL unless it is ARES_SUCCESS. */
int channel_open(ares_channel *channel, const struct channel_setup *setup) must_check;

/* Did nobody answer, or not to the point, so that it may do another time? */
bool channel_may_pass(int status);
/* What a status other than ARES_SUCCESS means, in words for people. */
const char *channel_text(int status);

#endif
