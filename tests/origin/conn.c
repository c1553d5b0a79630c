/* conn.c - see conn.h.
 *
 * Sockets are registered once, edge-triggered, for everything. While a response is
 * under way nothing is read, so the request's strings, which lie in `in`, stay where
 * they are, and pipelined requests wait there. A body goes out through the server's one
 * scratch buffer; what the socket does not take is made again later, or, where framing
 * forbids that, kept in `out`: an idle or delayed connection holds next to nothing. */
#include "conn.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "server.h"

#define READ_SIZE (16 * 1024)
#define PIECE (64 * 1024)
#define TURN_PIECES 16 /* then it is another connection's turn */
#define TICKS 20       /* of a rate, per second */

struct conn *conn_new(struct server *server, int fd, const char *address, uint64_t id)
{
	struct conn *conn = xcalloc(1, sizeof(*conn));

	conn->server = server;
	conn->fd = fd;
	conn->address = address;
	conn->id = id;
	buf_init(&conn->in);
	buf_init(&conn->out);
	request_init(&conn->request);
	reply_init(&conn->reply);
	list_add_before(&server->conns, &conn->all);
	server->open++;
	return conn;
}

void conn_free(struct conn *conn)
{
	struct linger now = {.l_onoff = 1};

	if (conn->state == CONN_OVER && conn->reply.ending == END_RESET)
		(void)setsockopt(conn->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	(void)close(conn->fd);
	ledger_end(conn->server->ledger, &conn->visit);
	heap_remove(&conn->server->timers, &conn->timer);
	list_remove(&conn->all);
	conn->server->open--;
	buf_release(&conn->in);
	buf_release(&conn->out);
	request_release(&conn->request);
	reply_release(&conn->reply);
	free(conn);
}

static void wait_ms(struct conn *conn, int64_t ms)
{
	heap_set(&conn->server->timers, &conn->timer,
		conn->server->now + ms * NS_PER_MS);
}

/* Read what there is. false: the connection is over. */
static bool read_input(struct conn *conn)
{
	struct buf *scratch = &conn->server->scratch;

	while (conn->readable && conn->in.len < REQUEST_MAX) {
		ssize_t n;

		buf_clear(scratch);
		buf_reserve(scratch, READ_SIZE);
		n = recv(conn->fd, scratch->data, READ_SIZE, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EAGAIN)
			return false;
		if (n < READ_SIZE)
			conn->readable = conn->gone &&
					 n > 0; /* then the end is yet to be read */
		if (n == 0)
			conn->gone = true;
		if (n <= 0)
			break;
		buf_add(&conn->in, scratch->data, (size_t)n);
	}
	return true;
}

static void start_reply(struct conn *conn)
{
	conn->out_sent = 0;
	conn->pace = conn->server->now;
	if (conn->reply.delay > 0 && conn->state == CONN_READING) {
		conn->state = CONN_DELAYED;
		wait_ms(conn, conn->reply.delay);
		return;
	}
	conn->state = CONN_SENDING;
	if (conn->reply.rate >
		0) { /* the head goes by itself, then the body at its pace */
		buf_add(&conn->out, conn->reply.head.data, conn->reply.head.len);
		buf_clear(&conn->reply.head);
	}
}

static bool read_request(struct conn *conn)
{
	ssize_t len;

	if (!read_input(conn))
		return false;
	len = request_parse(&conn->request, conn->in.data, conn->in.len);
	if (len == 0)
		return !conn->gone;
	if (len < 0) {
		static const char bad[] =
			"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n"
			"Connection: close\r\n\r\n";

		(void)!send(
			conn->fd, bad, sizeof(bad) - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
		return false;
	}
	conn->taken = (size_t)len;
	answer(conn);
	start_reply(conn);
	return true;
}

/* The response is out: keep what was read beyond the request. */
static void next_request(struct conn *conn)
{
	ledger_end(conn->server->ledger, &conn->visit);
	memmove(conn->in.data, conn->in.data + conn->taken, conn->in.len - conn->taken);
	buf_truncate(&conn->in, conn->in.len - conn->taken);
	conn->taken = 0;
	conn->used = true;
	if (conn->out.cap > 0)
		buf_release(&conn->out);
	conn->state = CONN_READING;
}

static void finish_reply(struct conn *conn)
{
	switch (conn->reply.ending) {
	case END_KEEP:
		next_request(conn);
		break;
	case END_STALL:
		conn->state = CONN_SILENT;
		break;
	case END_CLOSE:
		(void)shutdown(conn->fd, SHUT_WR);
		conn->state = CONN_OVER;
		break;
	case END_RESET:
		conn->state = CONN_OVER;
		break;
	}
}

/* How many bytes may go now; 0: the timer is set. */
static size_t allowance(struct conn *conn, size_t wanted)
{
	int64_t rate = conn->reply.rate, share;

	if (rate == 0)
		return wanted;
	if (conn->pace > conn->server->now) {
		heap_set(&conn->server->timers, &conn->timer, conn->pace);
		return 0;
	}
	share = rate > TICKS ? rate / TICKS : 1;
	/* What it was too late for is not made up for in one go: that would be no rate. */
	if (conn->pace < conn->server->now - NS_PER_SEC / TICKS)
		conn->pace = conn->server->now - NS_PER_SEC / TICKS;
	if ((size_t)share < wanted)
		wanted = (size_t)share;
	conn->pace += (int64_t)wanted * NS_PER_SEC / rate;
	return wanted;
}

enum sent { SENT_ALL, SENT_SOME, SENT_BROKEN };

static enum sent send_bytes(
	struct conn *conn, const char *data, size_t len, size_t *done)
{
	ssize_t n = send(conn->fd, data, len, MSG_NOSIGNAL | MSG_DONTWAIT);

	*done = n > 0 ? (size_t)n : 0;
	ledger_sent(conn->server->ledger, &conn->visit, *done);
	if (n < 0 && errno != EAGAIN && errno != EINTR)
		return SENT_BROKEN;
	return *done == len ? SENT_ALL : SENT_SOME;
}

/* Send from `out` what is left there. */
static enum sent send_kept(struct conn *conn)
{
	size_t left = conn->out.len - conn->out_sent, done;
	size_t len = conn->reply.drip ? allowance(conn, left) : left;
	enum sent sent;

	if (len == 0)
		return SENT_SOME;
	sent = send_bytes(conn, conn->out.data + conn->out_sent, len, &done);
	conn->out_sent += done;
	if (conn->out_sent == conn->out.len) {
		buf_clear(&conn->out);
		conn->out_sent = 0;
	}
	return sent;
}

/* Make a piece of the response and send it. */
static enum sent send_piece(struct conn *conn)
{
	struct buf *scratch = &conn->server->scratch;
	struct reply *reply = &conn->reply;
	size_t max = allowance(conn, PIECE), head, done;
	enum sent sent;

	if (max == 0)
		return SENT_SOME;
	buf_clear(scratch);
	buf_add(scratch, reply->head.data, reply->head.len);
	head = reply->head.len;
	buf_clear(&reply->head);
	reply_produce(reply, scratch, max);
	if (scratch->len == 0)
		return SENT_ALL;
	sent = send_bytes(conn, scratch->data, scratch->len, &done);
	if (sent == SENT_SOME &&
		(done < head || !reply_take_back(reply, scratch->len - done)))
		buf_add(&conn->out, scratch->data + done, scratch->len - done);
	return sent;
}

/* Send until all is sent or something must be waited for. */
static enum sent send_reply(struct conn *conn)
{
	struct reply *reply = &conn->reply;

	for (int turn = 0; turn < TURN_PIECES; turn++) {
		enum sent sent;

		if (conn->out.len > 0) {
			sent = send_kept(conn);
		} else if (reply->pause_at >= 0 && reply->pos == reply->pause_at &&
			   reply->head.len == 0) {
			reply->pause_at = -1;
			wait_ms(conn, reply->pause_for);
			return SENT_SOME;
		} else if (reply->head.len > 0 || reply_more(reply)) {
			sent = send_piece(conn);
		} else {
			return SENT_ALL;
		}
		if (sent != SENT_ALL)
			return sent;
	}
	wait_ms(conn, 0);
	return SENT_SOME;
}

static void step(struct conn *conn, bool *again)
{
	enum sent sent;

	*again = false;
	switch (conn->state) {
	case CONN_READING:
		if (!read_request(conn)) {
			conn->reply.ending = END_CLOSE;
			conn->state = CONN_OVER;
		} else {
			*again = conn->state == CONN_SENDING;
		}
		break;
	case CONN_DELAYED:
		if (conn->timer.place == 0) {
			start_reply(conn);
			*again = true;
		}
		break;
	case CONN_SENDING:
		if (conn->timer.place != 0)
			break;
		sent = send_reply(conn);
		if (sent == SENT_ALL) {
			finish_reply(conn);
			*again = conn->state == CONN_READING;
		} else if (sent == SENT_BROKEN) {
			conn->reply.ending = END_CLOSE;
			conn->state = CONN_OVER;
		}
		break;
	case CONN_SILENT:
	case CONN_OVER:
		break;
	}
}

void conn_run(struct conn *conn)
{
	bool again = true;

	while (again)
		step(conn, &again);
	/* What waits for time, not for the socket, ends when nobody is there any more.
	 */
	if (conn->gone && conn->state != CONN_OVER &&
		(conn->state != CONN_SENDING || conn->timer.place != 0)) {
		conn->reply.ending = END_CLOSE;
		conn->state = CONN_OVER;
	}
	if (conn->state == CONN_OVER)
		conn_free(conn);
}
