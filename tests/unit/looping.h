/* looping.h - what the tests of the epoll loop share: watchers that count, pipes and socket pairs,
 * and what the kernel knows of them. */
#ifndef SEINE_TESTS_LOOPING_H
#define SEINE_TESTS_LOOPING_H

#include "base/attr.h"
#include "engine/loop.h"
#include "tap.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define MS NS_PER_MS

/* A watcher that counts, and does something besides. */
struct probe {
	struct watcher watcher;
	int calls, fd;
	uint32_t events;
	bool reads; /* take one byte when called */
	struct loop *loop;
	int close_fd; /* close this one when called; -1: none */
};

static inline void on_ready(struct watcher *watcher, int fd, uint32_t events)
{
	struct probe *probe = container_of(watcher, struct probe, watcher);
	char byte;

	probe->calls++;
	probe->fd = fd;
	probe->events = events;
	if (probe->reads)
		check_int(read(fd, &byte, 1), 1);
	if (probe->close_fd >= 0) {
		loop_closing(probe->loop, probe->close_fd);
		close(probe->close_fd);
		probe->close_fd = -1;
	}
}

static inline struct probe probe_make(struct loop *loop)
{
	return (struct probe){
		.watcher = {on_ready}, .fd = -1, .close_fd = -1, .loop = loop};
}

static inline void open_loop(struct loop *loop)
{
	struct error err;

	check_int(loop_init(loop, &err), 0);
}

static inline void make_pipe(int ends[2])
{
	check_int(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
}

static inline void make_pair(int ends[2])
{
	check_int(socketpair(
			  AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends),
		0);
}

static inline void close_both(int ends[2])
{
	close(ends[0]);
	close(ends[1]);
}

static inline void put(int fd)
{
	check_int(write(fd, "x", 1), 1);
}

/* One turn that waits for nothing. */
static inline void turn(struct loop *loop)
{
	check_int(loop_wait(loop, clock_now(), NULL), 0);
}

/* The events that the kernel has for a descriptor; -1: it is not in the set. */
static inline long kernel_events(const struct loop *loop, int fd)
{
	char path[64], line[256];
	long events = -1;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", loop->epoll);
	file = fopen(path, "r");
	check(file != NULL);
	while (file && fgets(line, sizeof(line), file)) {
		int tfd;
		unsigned mask;

		if (sscanf(line, "tfd: %d events: %x", &tfd, &mask) == 2 && tfd == fd)
			events = mask & (EPOLLIN | EPOLLOUT);
	}
	if (file)
		fclose(file);
	return events;
}

#endif
