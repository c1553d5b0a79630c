/* httpd.h - for unit tests that ask HTTP servers: one in a thread, on a free port of the loopback
 * interface, that answers one request a connection as a function of the test says. */
#ifndef SEINE_TESTS_HTTPD_H
#define SEINE_TESTS_HTTPD_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "need.h"

#define HTTPD_REQUEST (256 * 1024)
#define HTTPD_HELD 64

struct httpd {
	/* What to send, whole and allocated, for a whole request; NULL: nothing, ever. Called
	 * by the thread, one request at a time. */
	char *(*answer)(const char *request, void *context);
	void *context;
	int fd, stop, port;
	atomic_int requests;
	int held[HTTPD_HELD]; /* connections without an answer */
	size_t n_held;
	pthread_t thread;
};

/* An answer with that status and body. */
static inline char *httpd_text(int status, const char *body)
{
	char *text;

	if (asprintf(&text,
		    "HTTP/1.1 %d Thus\r\nContent-Length: %zu\r\n"
		    "Connection: close\r\n\r\n%s",
		    status, strlen(body), body) < 0)
		abort();
	return text;
}

/* Has the request this header, with exactly this value? */
static inline bool httpd_has(const char *request, const char *name, const char *value)
{
	for (const char *line = strstr(request, "\r\n"); line && line[2] != '\r';
		line = strstr(line + 2, "\r\n")) {
		size_t len = strlen(name);

		if (strncasecmp(line + 2, name, len) == 0 && line[2 + len] == ':' &&
			strncmp(line + 2 + len + 2, value, strlen(value)) == 0 &&
			line[2 + len + 2 + strlen(value)] == '\r')
			return true;
	}
	return false;
}

/* Does it ask for this: "GET /path"? */
static inline bool httpd_is(const char *request, const char *wanted)
{
	return strncmp(request, wanted, strlen(wanted)) == 0 &&
	       request[strlen(wanted)] == ' ';
}

static inline const char *httpd_body(const char *request)
{
	return strstr(request, "\r\n\r\n") + 4;
}

static inline bool httpd_whole(const char *request)
{
	static const char name[] = "\r\nContent-Length:";
	const char *body = strstr(request, "\r\n\r\n");
	const char *length = strcasestr(request, name);

	if (!body || !length || length > body)
		return body != NULL;
	return strlen(body + 4) >= strtoul(length + strlen(name), NULL, 10);
}

static inline bool httpd_read(struct httpd *httpd, int fd, char *request)
{
	size_t len = 0;

	request[0] = '\0';
	while (!httpd_whole(request)) {
		struct pollfd polled[] = {{.fd = fd, .events = POLLIN},
			{.fd = httpd->stop, .events = POLLIN}};
		ssize_t got;

		if (poll(polled, 2, -1) < 0 || polled[1].revents ||
			len + 1 >= HTTPD_REQUEST)
			return false;
		got = read(fd, request + len, HTTPD_REQUEST - 1 - len);
		if (got <= 0)
			return false;
		len += (size_t)got;
		request[len] = '\0';
	}
	return true;
}

static inline void httpd_send(int fd, const char *text)
{
	size_t len = strlen(text);

	while (len > 0) {
		ssize_t sent = send(fd, text, len, MSG_NOSIGNAL);

		if (sent <= 0)
			return;
		text += sent;
		len -= (size_t)sent;
	}
}

static inline void httpd_serve(struct httpd *httpd, int fd, char *request)
{
	char *text = NULL;
	bool asked = httpd_read(httpd, fd, request);

	if (asked) {
		atomic_fetch_add(&httpd->requests, 1);
		text = httpd->answer(request, httpd->context);
	}
	if (text)
		httpd_send(fd, text);
	if (asked && !text && httpd->n_held < HTTPD_HELD)
		httpd->held[httpd->n_held++] = fd;
	else
		close(fd);
	free(text);
}

static inline void *httpd_run(void *context)
{
	struct httpd *httpd = context;
	char *request = malloc(HTTPD_REQUEST);

	for (;;) {
		struct pollfd polled[] = {{.fd = httpd->fd, .events = POLLIN},
			{.fd = httpd->stop, .events = POLLIN}};
		int fd;

		if (poll(polled, 2, -1) < 0 || polled[1].revents)
			break;
		fd = accept4(httpd->fd, NULL, NULL, SOCK_CLOEXEC);
		if (fd >= 0)
			httpd_serve(httpd, fd, request);
	}
	free(request);
	return NULL;
}

/* At a numeric address and a port; 0: a free one. */
static inline void httpd_start_at(struct httpd *httpd, const char *address, int port)
{
	struct sockaddr_in name = {
		.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	socklen_t len = sizeof(name);
	int yes = 1;

	httpd->stop = eventfd(0, EFD_CLOEXEC);
	httpd->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(httpd->fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	need(inet_pton(AF_INET, address, &name.sin_addr) == 1 &&
			bind(httpd->fd, (struct sockaddr *)&name, len) == 0 &&
			listen(httpd->fd, 64) == 0 &&
			getsockname(httpd->fd, (struct sockaddr *)&name, &len) == 0 &&
			pthread_create(&httpd->thread, NULL, httpd_run, httpd) == 0,
		"no HTTP server for the test");
	httpd->port = ntohs(name.sin_port);
}

static inline void httpd_start(struct httpd *httpd)
{
	httpd_start_at(httpd, "127.0.0.1", 0);
}

static inline void httpd_stop(struct httpd *httpd)
{
	uint64_t one = 1;

	if (write(httpd->stop, &one, sizeof(one)) != sizeof(one))
		abort();
	pthread_join(httpd->thread, NULL);
	for (size_t i = 0; i < httpd->n_held; i++)
		close(httpd->held[i]);
	close(httpd->fd);
	close(httpd->stop);
}

#endif
