/* Lazy epoll.
 *
 * libcurl says for each transfer "tell me of reading" at its start and "no more" at its
 * end, though a kept-alive connection goes on with the next transfer a moment later. So
 * a wish is only noted; before the wait, what differs from the kernel's view is
 * changed, and a socket that nobody wants just stays. If it does become ready meanwhile
 * (the server closed it), it is taken out then, so that level-triggered epoll does not
 * spin. */
#include "engine/loop.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/alloc.h"

#define EVENTS_MAX 256

struct watch {
	struct watcher *watcher;
	uint32_t wanted; /* what the watcher asked for */
	uint32_t armed;  /* what the kernel knows */
	bool changed;    /* in the list of changes */
	bool managed;    /* its close will be told */
};

int loop_init(struct loop *loop, struct error *err)
{
	*loop = (struct loop){.epoll = epoll_create1(EPOLL_CLOEXEC)};
	heap_init(&loop->timers);
	if (loop->epoll < 0)
		return error_errno(err, KIND_INTERNAL, errno, "epoll");
	return 0;
}

void loop_release(struct loop *loop)
{
	if (loop->epoll >= 0)
		close(loop->epoll);
	heap_release(&loop->timers);
	free(loop->watches);
	free(loop->changed);
	loop->watches = NULL;
	loop->changed = NULL;
	loop->n_watches = 0;
}

static struct watch *watch_of(struct loop *loop, int fd)
{
	if (fd >= loop->n_watches) {
		int n = loop->n_watches ? loop->n_watches : 64;

		while (n <= fd)
			n *= 2;
		loop->watches =
			xreallocarray(loop->watches, (size_t)n, sizeof(*loop->watches));
		for (int i = loop->n_watches; i < n; i++)
			loop->watches[i] = (struct watch){0};
		loop->n_watches = n;
	}
	return &loop->watches[fd];
}

static int epoll_change(struct loop *loop, int fd, int op, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.fd = fd};

	return epoll_ctl(loop->epoll, op, fd, &event);
}

void loop_want(struct loop *loop, int fd, uint32_t events, struct watcher *watcher)
{
	struct watch *watch = watch_of(loop, fd);

	/* Who wants it no more may be late: it was closed, and its number is another's now. */
	if (events == 0 && watch->watcher != watcher)
		return;
	watch->watcher = watcher;
	watch->wanted = events;
	/* Its number may be another's before the next wait. */
	if (events == 0 && !watch->managed && watch->armed) {
		epoll_change(loop, fd, EPOLL_CTL_DEL, 0);
		watch->armed = 0;
	}
	if (watch->changed || events == 0 || (watch->managed && events == watch->armed))
		return;
	if (loop->n_changed == loop->cap_changed) {
		loop->cap_changed = loop->cap_changed ? 2 * loop->cap_changed : 64;
		loop->changed = xreallocarray(
			loop->changed, loop->cap_changed, sizeof(*loop->changed));
	}
	watch->changed = true;
	loop->changed[loop->n_changed++] = fd;
}

void loop_opened(struct loop *loop, int fd)
{
	*watch_of(loop, fd) =
		(struct watch){.managed = true, .changed = watch_of(loop, fd)->changed};
}

void loop_closing(struct loop *loop, int fd)
{
	*watch_of(loop, fd) = (struct watch){.changed = watch_of(loop, fd)->changed};
}

/* Make the kernel's view what is wanted. What was closed without our being told leaves the
 * view wrong; the kernel's error says so, and it is put right. */
static void watch_apply(struct loop *loop, int fd, struct watch *watch)
{
	if (watch->wanted == 0 || (watch->managed && watch->wanted == watch->armed))
		return;
	if (epoll_change(loop, fd, watch->armed ? EPOLL_CTL_MOD : EPOLL_CTL_ADD,
		    watch->wanted) != 0) {
		int op = errno == ENOENT ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;

		if (epoll_change(loop, fd, op, watch->wanted) != 0)
			return;
	}
	watch->armed = watch->wanted;
}

static void loop_flush(struct loop *loop)
{
	for (size_t i = 0; i < loop->n_changed; i++) {
		int fd = loop->changed[i];
		struct watch *watch = &loop->watches[fd];

		watch->changed = false;
		watch_apply(loop, fd, watch);
	}
	loop->n_changed = 0;
}

void loop_set_timer(struct loop *loop, struct timer *timer, nstime when)
{
	if (when == NSTIME_NEVER)
		heap_remove(&loop->timers, &timer->node);
	else
		/* Not in this turn any more: a timer that is always due must not keep it. */
		heap_set(&loop->timers, &timer->node,
			when > loop->woken ? when : loop->woken + 1);
}

void loop_clear_timer(struct loop *loop, struct timer *timer)
{
	heap_remove(&loop->timers, &timer->node);
}

static void loop_dispatch(struct loop *loop, const struct epoll_event *event)
{
	int fd = event->data.fd;
	struct watch *watch = &loop->watches[fd];

	if (watch->wanted && watch->watcher) {
		watch->watcher->ready(watch->watcher, fd, event->events);
		return;
	}
	if (watch->armed) {
		epoll_change(loop, fd, EPOLL_CTL_DEL, 0);
		watch->armed = 0;
	}
}

int loop_wait(struct loop *loop, nstime until, struct error *err)
{
	struct epoll_event events[EVENTS_MAX];
	nstime now = clock_now(), next = heap_next(&loop->timers);
	struct heap_node *node;
	int n;

	if (loop->woken && now - loop->woken > loop->stall_max)
		loop->stall_max = now - loop->woken;
	loop_flush(loop);
	n = epoll_wait(loop->epoll, events, EVENTS_MAX,
		clock_timeout_ms(now, next < until ? next : until));
	if (n < 0 && errno != EINTR)
		return error_errno(err, KIND_INTERNAL, errno, "epoll_wait");
	loop->woken = clock_now();
	for (int i = 0; i < n; i++)
		loop_dispatch(loop, &events[i]);
	/* A timer that is set to be due at once by another waits for the next turn. */
	while ((node = heap_pop_due(&loop->timers, loop->woken))) {
		struct timer *timer = container_of(node, struct timer, node);

		timer->due(timer, loop->woken);
	}
	return 0;
}
