/* loop.h - one epoll set, one heap of timers, and the coalescing of changes to the former.
 *
 * Knows nothing of libcurl: sockets have an owner who is called when they are ready. One
 * thread. Wishes (loop_want) are applied at the next loop_wait, and only where the kernel's
 * view differs: a socket that a connection keeps for its next transfer costs no system call. */
#ifndef SEINE_ENGINE_LOOP_H
#define SEINE_ENGINE_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/heap.h"

/* Whoever wants to know of a descriptor. Embedded in its owner. */
struct watcher {
	void (*ready)(struct watcher *watcher, int fd, uint32_t events); /* EPOLL* */
};

/* A timer; embedded in its owner. `due` may set it anew. */
struct timer {
	struct heap_node node;
	void (*due)(struct timer *timer, nstime now);
};

struct watch;
struct loop {
	int epoll;
	struct heap timers;
	struct watch *watches; /* by descriptor */
	int n_watches;
	int *changed; /* descriptors whose wish may differ from the kernel's view */
	size_t n_changed, cap_changed;
	nstime woken;     /* when the last wait ended; 0: none did */
	nstime stall_max; /* the longest time between two waits */
};

int loop_init(struct loop *loop, struct error *err) must_check;
void loop_release(struct loop *loop);

/* From now on tell `watcher` of these events (EPOLLIN | EPOLLOUT; 0: of none, if it is the one that
 * is told). */
void loop_want(struct loop *loop, int fd, uint32_t events, struct watcher *watcher);
/* The descriptor is new and will be closed by loop_closing(): it may stay registered while
 * nobody wants it, because its end will be told. Others are dropped from epoll at once. */
void loop_opened(struct loop *loop, int fd);
/* The descriptor is about to be closed, which takes it out of epoll. */
void loop_closing(struct loop *loop, int fd);

void loop_set_timer(struct loop *loop, struct timer *timer, nstime when);
void loop_clear_timer(struct loop *loop, struct timer *timer);

/* One turn: apply wishes, wait until something is ready, a timer is due or `until`, call the
 * watchers and timers. -1 when epoll itself fails. */
int loop_wait(struct loop *loop, nstime until, struct error *err) must_check;

#endif
