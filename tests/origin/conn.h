/* conn.h - one connection: reads requests, answers them one after the other. */
#ifndef ORIGIN_CONN_H
#define ORIGIN_CONN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/heap.h"
#include "base/list.h"
#include "ledger.h"
#include "reply.h"
#include "request.h"

struct server;

enum conn_state {
	CONN_READING, /* for the end of a request head */
	CONN_DELAYED, /* the timer will start the response */
	CONN_SENDING,
	CONN_SILENT, /* stalled: until the other side goes */
	CONN_OVER    /* to be freed */
};

struct conn {
	struct server *server;
	struct list all; /* in the server's ring */
	struct heap_node timer;
	const char *address; /* ours, that it came to */
	uint64_t id;
	int fd;
	enum conn_state state;
	bool readable, gone; /* there may be input; the other side has closed */
	bool counted; /* has made a request that is not for the origin's own pages */
	bool used;    /* has had a whole answer before */
	nstime pace;  /* with a rate: when the next bytes may go */
	struct buf in;
	size_t taken;   /* bytes of `in` that belong to the request being answered */
	struct buf out; /* what could not be sent at once */
	size_t out_sent;
	struct request request;
	struct reply reply;
	struct visit visit;
};

/* Takes the (non-blocking) socket; it must yet be added to epoll. */
struct conn *conn_new(struct server *server, int fd, const char *address, uint64_t id);
/* Closes it, by RST if the reply is to end so. */
void conn_free(struct conn *conn);
/* Go on as far as it goes without waiting; frees the connection when it is over. */
void conn_run(struct conn *conn);

/* answer.c: make the reply for the request that was read. */
void answer(struct conn *conn);

#endif
