/* server.h - listeners, the event loop, timers. One thread. */
#ifndef ORIGIN_SERVER_H
#define ORIGIN_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/heap.h"
#include "base/list.h"
#include "ledger.h"

#define SERVER_HOSTS 512

struct listener {
	const char *address;
	int fd;
};

struct server {
	int epoll, signals;
	struct listener listeners[SERVER_HOSTS];
	size_t n_listeners;
	int port;
	struct list conns;
	struct heap timers;
	struct ledger *ledger;
	struct buf scratch; /* what is about to be sent; nothing lives in it for long */
	nstime now;         /* when the loop last woke */
	uint64_t connections; /* that asked for a file */
	uint64_t open;        /* connections now */
	uint64_t accepted;
	bool stopping;
};

/* Begin; -1 with errno. TERM, INT and HUP stop it from now on. */
int server_init(struct server *server) must_check;
void server_release(struct server *server);
/* Listen on an address (borrowed). The port is the one of the first listener; 0 there
 * is a free one. -1 with errno. */
int server_listen(
	struct server *server, const char *address, int port, int backlog) must_check;
/* Stop, too, when stdin ends. -1 with errno. */
int server_until_eof(struct server *server) must_check;
/* Serve until told to stop. -1 with errno. */
int server_run(struct server *server) must_check;

#endif
