/* server.c - see server.h. */
#include "server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "conn.h"

#define EVENTS 512

/* Each connection is a descriptor: take as many as the system gives. */
static void raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
}

/* What is registered is told apart by its pointer: a listener, a connection, or one of
 * the two descriptors, by the address of the member that holds it. */
static int watch(struct server *server, int fd, uint32_t events, void *what)
{
	struct epoll_event event = {.events = events, .data.ptr = what};

	return epoll_ctl(server->epoll, EPOLL_CTL_ADD, fd, &event);
}

int server_init(struct server *server)
{
	sigset_t set;

	*server = (struct server){.epoll = -1, .signals = -1, .scratch = BUF_INIT};
	list_init(&server->conns);
	heap_init(&server->timers);
	raise_limit();
	server->now = clock_now();
	server->ledger = ledger_new(server->now);
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGHUP);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -1;
	server->epoll = epoll_create1(EPOLL_CLOEXEC);
	server->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (server->epoll < 0 || server->signals < 0)
		return -1;
	return watch(server, server->signals, EPOLLIN, &server->signals);
}

void server_release(struct server *server)
{
	while (!list_empty(&server->conns))
		conn_free(container_of(server->conns.next, struct conn, all));
	for (size_t i = 0; i < server->n_listeners; i++)
		(void)close(server->listeners[i].fd);
	if (server->signals >= 0)
		(void)close(server->signals);
	if (server->epoll >= 0)
		(void)close(server->epoll);
	heap_release(&server->timers);
	ledger_free(server->ledger);
	buf_release(&server->scratch);
}

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static socklen_t make_address(union address *to, const char *text, int port)
{
	*to = (union address){0};
	if (inet_pton(AF_INET, text, &to->v4.sin_addr) == 1) {
		to->v4.sin_family = AF_INET;
		to->v4.sin_port = htons((uint16_t)port);
		return sizeof(to->v4);
	}
	if (inet_pton(AF_INET6, text, &to->v6.sin6_addr) == 1) {
		to->v6.sin6_family = AF_INET6;
		to->v6.sin6_port = htons((uint16_t)port);
		return sizeof(to->v6);
	}
	errno = EINVAL;
	return 0;
}

static int bound_port(int fd)
{
	union address bound;
	socklen_t len = sizeof(bound);

	if (getsockname(fd, &bound.any, &len) < 0)
		return -1;
	return ntohs(bound.any.sa_family == AF_INET ? bound.v4.sin_port
						    : bound.v6.sin6_port);
}

int server_listen(struct server *server, const char *address, int port, int backlog)
{
	struct listener *listener = &server->listeners[server->n_listeners];
	union address to;
	socklen_t len = make_address(&to, address, server->port ? server->port : port);
	int one = 1;

	if (len == 0 || server->n_listeners == SERVER_HOSTS) {
		errno = EINVAL;
		return -1;
	}
	listener->address = address;
	listener->fd = socket(to.any.sa_family,
		SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
	if (listener->fd < 0)
		return -1;
	server->n_listeners++; /* closed by server_release from here on */
	if (setsockopt(listener->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) < 0 ||
		bind(listener->fd, &to.any, len) < 0 ||
		listen(listener->fd, backlog) < 0)
		return -1;
	server->port = bound_port(listener->fd);
	if (server->port < 0)
		return -1;
	return watch(server, listener->fd, EPOLLIN, listener);
}

int server_until_eof(struct server *server)
{
	return watch(server, STDIN_FILENO, EPOLLIN, &server->stopping);
}

static void accept_all(struct server *server, const struct listener *listener)
{
	for (;;) {
		int one = 1;
		int fd =
			accept4(listener->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		struct conn *conn;

		if (fd < 0 && (errno == EINTR || errno == ECONNABORTED))
			continue;
		if (fd < 0)
			return; /* EAGAIN, or no descriptor left: later */
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		conn = conn_new(server, fd, listener->address, ++server->accepted);
		if (watch(server, fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, conn) <
			0)
			conn_free(conn);
	}
}

static void read_stdin(struct server *server)
{
	char waste[256];
	ssize_t n = read(STDIN_FILENO, waste, sizeof(waste));

	if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN))
		server->stopping = true;
}

static bool is_listener(const struct server *server, const void *what)
{
	return what >= (const void *)server->listeners &&
	       what < (const void *)(server->listeners + SERVER_HOSTS);
}

static void dispatch(struct server *server, const struct epoll_event *event)
{
	void *what = event->data.ptr;

	if (is_listener(server, what)) {
		accept_all(server, what);
	} else if (what == &server->signals) {
		server->stopping = true;
	} else if (what == &server->stopping) {
		read_stdin(server);
	} else {
		struct conn *conn = what;

		if (event->events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR))
			conn->readable = true;
		if (event->events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR))
			conn->gone = true;
		conn_run(conn);
	}
}

int server_run(struct server *server)
{
	struct epoll_event events[EVENTS];

	while (!server->stopping) {
		int timeout = clock_timeout_ms(clock_now(), heap_next(&server->timers));
		int n = epoll_wait(server->epoll, events, EVENTS, timeout);
		struct heap_node *node;

		/* Having been stopped for a while, see first who has gone meanwhile. */
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		server->now = clock_now();
		for (int i = 0; i < n; i++)
			dispatch(server, &events[i]);
		while ((node = heap_pop_due(&server->timers, server->now)))
			conn_run(container_of(node, struct conn, timer));
	}
	return 0;
}
