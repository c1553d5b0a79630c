/* test_loop.c - the epoll loop on pipes and socket pairs. What the kernel knows is read
 * from /proc/self/fdinfo: that a wish costs no system call is part of the contract. */
#include "engine/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/attr.h"
#include "tap.h"

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

static void on_ready(struct watcher *watcher, int fd, uint32_t events)
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

static struct probe probe_make(struct loop *loop)
{
	return (struct probe){
		.watcher = {on_ready}, .fd = -1, .close_fd = -1, .loop = loop};
}

static void open_loop(struct loop *loop)
{
	struct error err;

	check_int(loop_init(loop, &err), 0);
}

static void make_pipe(int ends[2])
{
	check_int(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
}

static void make_pair(int ends[2])
{
	check_int(socketpair(
			  AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends),
		0);
}

static void close_both(int ends[2])
{
	close(ends[0]);
	close(ends[1]);
}

static void put(int fd)
{
	check_int(write(fd, "x", 1), 1);
}

/* One turn that waits for nothing. */
static void turn(struct loop *loop)
{
	check_int(loop_wait(loop, clock_now(), NULL), 0);
}

/* The events that the kernel has for a descriptor; -1: it is not in the set. */
static long kernel_events(const struct loop *loop, int fd)
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

static void readiness_is_told(void)
{
	struct loop loop;
	struct probe probe = probe_make(&loop);
	int ends[2];

	open_loop(&loop);
	make_pipe(ends);
	probe.reads = true;
	loop_want(&loop, ends[0], EPOLLIN, &probe.watcher);
	turn(&loop);
	check_int(probe.calls, 0);
	put(ends[1]);
	turn(&loop);
	check_int(probe.calls, 1);
	check_int(probe.fd, ends[0]);
	check(probe.events & EPOLLIN);
	turn(&loop);
	check_int(probe.calls, 1);
	put(ends[1]);
	put(ends[1]);
	turn(&loop);
	turn(&loop); /* level-triggered: what was left is told again */
	check_int(probe.calls, 3);
	close_both(ends);
	loop_release(&loop);
}

static void hang_up_is_told(void)
{
	struct loop loop;
	struct probe probe = probe_make(&loop);
	int ends[2];

	open_loop(&loop);
	make_pipe(ends);
	loop_want(&loop, ends[0], EPOLLIN, &probe.watcher);
	close(ends[1]);
	turn(&loop);
	check_int(probe.calls, 1);
	check(probe.events & EPOLLHUP);
	close(ends[0]);
	loop_release(&loop);
}

static void wishes_wait_for_the_wait(void)
{
	struct loop loop;
	struct probe probe = probe_make(&loop);
	int ends[2];

	open_loop(&loop);
	make_pair(ends);
	loop_opened(&loop, ends[0]);
	loop_want(&loop, ends[0], EPOLLIN, &probe.watcher);
	check_int(kernel_events(&loop, ends[0]), -1);
	loop_want(&loop, ends[0], EPOLLIN | EPOLLOUT, &probe.watcher);
	loop_want(&loop, ends[0], EPOLLIN, &probe.watcher);
	turn(&loop);
	check_int(kernel_events(&loop, ends[0]), EPOLLIN);
	loop_want(&loop, ends[0], EPOLLOUT, &probe.watcher);
	turn(&loop);
	check_int(kernel_events(&loop, ends[0]), EPOLLOUT);
	check_int(probe.calls, 1);
	check_int(probe.events, EPOLLOUT);
	/* To and fro before the wait is nothing. */
	loop_want(&loop, ends[0], 0, &probe.watcher);
	loop_want(&loop, ends[0], EPOLLOUT, &probe.watcher);
	turn(&loop);
	check_int(probe.calls, 2);
	close_both(ends);
	loop_release(&loop);
}

/* A connection between two transfers stays registered, and is ready for the next one
 * without a system call. */
static void kept_alive_stays_registered(void)
{
	struct loop loop;
	struct probe one = probe_make(&loop), two = probe_make(&loop);
	int ends[2];

	open_loop(&loop);
	make_pair(ends);
	loop_opened(&loop, ends[0]);
	loop_want(&loop, ends[0], EPOLLIN, &one.watcher);
	turn(&loop);
	loop_want(&loop, ends[0], 0, &one.watcher);
	turn(&loop);
	turn(&loop);
	check_int(kernel_events(&loop, ends[0]), EPOLLIN);
	loop_want(&loop, ends[0], EPOLLIN, &two.watcher);
	put(ends[1]);
	turn(&loop);
	check_int(one.calls, 0);
	check_int(two.calls, 1);
	close_both(ends);
	loop_release(&loop);
}

/* Nobody wants it, but it becomes ready (the server has closed it): told to no one, and the
 * loop does not spin. */
static void unwanted_readiness_does_not_spin(void)
{
	struct loop loop;
	struct probe probe = probe_make(&loop);
	nstime before;
	int ends[2];

	open_loop(&loop);
	make_pair(ends);
	loop_opened(&loop, ends[0]);
	loop_want(&loop, ends[0], EPOLLIN, &probe.watcher);
	turn(&loop);
	loop_want(&loop, ends[0], 0, &probe.watcher);
	close(ends[1]);
	turn(&loop);
	check_int(probe.calls, 0);
	check_int(kernel_events(&loop, ends[0]), -1);
	before = clock_now();
	check_int(loop_wait(&loop, before + 30 * MS, NULL), 0);
	check(clock_now() - before >= 30 * MS);
	/* Wanted again, its state is told again. */
	loop_want(&loop, ends[0], EPOLLIN, &probe.watcher);
	turn(&loop);
	check_int(probe.calls, 1);
	close(ends[0]);
	loop_release(&loop);
}

/* A number that was closed and opened again is another socket. */
static void managed_and_used_again(void)
{
	struct loop loop;
	struct probe old = probe_make(&loop), new = probe_make(&loop);
	int first[2], second[2];

	open_loop(&loop);
	make_pair(first);
	loop_opened(&loop, first[0]);
	loop_want(&loop, first[0], EPOLLIN, &old.watcher);
	turn(&loop);
	loop_want(&loop, first[0], 0, &old.watcher);
	loop_closing(&loop, first[0]);
	close(first[0]);
	make_pair(second);
	check_int(second[0], first[0]);
	loop_opened(&loop, second[0]);
	loop_want(&loop, second[0], EPOLLIN, &new.watcher);
	put(second[1]);
	turn(&loop);
	check_int(old.calls, 0);
	check_int(new.calls, 1);
	close(first[1]);
	close_both(second);
	loop_release(&loop);
}

/* Closed with a wish pending: the wish is void. */
static void closed_before_the_wish_is_applied(void)
{
	struct loop loop;
	struct probe probe = probe_make(&loop);
	int ends[2], again[2];

	open_loop(&loop);
	make_pair(ends);
	loop_opened(&loop, ends[0]);
	loop_want(&loop, ends[0], EPOLLIN, &probe.watcher);
	loop_closing(&loop, ends[0]);
	close(ends[0]);
	make_pair(again);
	check_int(again[0], ends[0]);
	loop_opened(&loop, again[0]);
	put(again[1]);
	turn(&loop);
	check_int(probe.calls, 0);
	check_int(kernel_events(&loop, again[0]), -1);
	loop_want(&loop, again[0], EPOLLIN, &probe.watcher);
	turn(&loop);
	check_int(probe.calls, 1);
	close(ends[1]);
	close_both(again);
	loop_release(&loop);
}

/* Not managed: whoever turns away may close it at any time, so it is dropped at once, not at
 * the next wait. */
static void unmanaged_is_dropped_at_once(void)
{
	struct loop loop;
	struct probe probe = probe_make(&loop);
	int ends[2];

	open_loop(&loop);
	make_pipe(ends);
	loop_want(&loop, ends[0], EPOLLIN, &probe.watcher);
	turn(&loop);
	check_int(kernel_events(&loop, ends[0]), EPOLLIN);
	loop_want(&loop, ends[0], 0, &probe.watcher);
	check_int(kernel_events(&loop, ends[0]), -1);
	turn(&loop);
	check_int(kernel_events(&loop, ends[0]), -1);
	close_both(ends);
	loop_release(&loop);
}

/* What libcurl's resolver does: one pair is given back and closed, the next one has the same
 * number, all before the next wait. */
static void unmanaged_and_used_again(void)
{
	struct loop loop;
	struct probe old = probe_make(&loop), new = probe_make(&loop);
	int first[2], second[2];

	open_loop(&loop);
	make_pair(first);
	loop_want(&loop, first[0], EPOLLIN, &old.watcher);
	turn(&loop);
	loop_want(&loop, first[0], 0, &old.watcher);
	close(first[0]);
	make_pair(second);
	check_int(second[0], first[0]);
	loop_want(&loop, second[0], EPOLLIN, &new.watcher);
	put(second[1]);
	turn(&loop);
	check_int(old.calls, 0);
	check_int(new.calls, 1);
	close(first[1]);
	close_both(second);
	loop_release(&loop);
}

/* As above, with a wait between: the kernel has dropped the closed one by itself. */
static void unmanaged_and_used_again_later(void)
{
	struct loop loop;
	struct probe old = probe_make(&loop), new = probe_make(&loop);
	int first[2], second[2];

	open_loop(&loop);
	make_pair(first);
	loop_want(&loop, first[0], EPOLLIN, &old.watcher);
	turn(&loop);
	loop_want(&loop, first[0], 0, &old.watcher);
	close(first[0]);
	turn(&loop);
	make_pair(second);
	check_int(second[0], first[0]);
	loop_want(&loop, second[0], EPOLLIN, &new.watcher);
	put(second[1]);
	turn(&loop);
	check_int(new.calls, 1);
	close(first[1]);
	close_both(second);
	loop_release(&loop);
}

/* Closed without a word, and the next one with that number is wanted for the same or for
 * something else. */
static void closed_without_a_word(void)
{
	static const uint32_t wishes[] = {EPOLLIN, EPOLLIN | EPOLLOUT};

	for (size_t i = 0; i < ARRAY_LEN(wishes); i++) {
		struct loop loop;
		struct probe old = probe_make(&loop), new = probe_make(&loop);
		int first[2], second[2];

		open_loop(&loop);
		make_pair(first);
		loop_want(&loop, first[0], EPOLLIN, &old.watcher);
		turn(&loop);
		close(first[0]);
		make_pair(second);
		check_int(second[0], first[0]);
		loop_want(&loop, second[0], wishes[i], &new.watcher);
		put(second[1]);
		turn(&loop);
		check_int(old.calls, 0);
		check_int(new.calls, 1);
		close(first[1]);
		close_both(second);
		loop_release(&loop);
	}
}

/* Of two that are ready in one turn, the first closes the second: it hears nothing. */
static void closed_by_another_in_the_same_turn(void)
{
	struct loop loop;
	struct probe a = probe_make(&loop), b = probe_make(&loop);
	int one[2], two[2];

	open_loop(&loop);
	make_pair(one);
	make_pair(two);
	loop_opened(&loop, one[0]);
	loop_opened(&loop, two[0]);
	loop_want(&loop, one[0], EPOLLIN, &a.watcher);
	loop_want(&loop, two[0], EPOLLIN, &b.watcher);
	put(one[1]);
	put(two[1]);
	a.close_fd = two[0];
	b.close_fd = one[0];
	turn(&loop);
	check_int(a.calls + b.calls, 1);
	loop_release(&loop);
	close(one[1]);
	close(two[1]);
	if (a.close_fd >= 0)
		close(two[0]);
	if (b.close_fd >= 0)
		close(one[0]);
}

static void many_at_once(void)
{
	enum { COUNT = 400 }; /* more than one epoll_wait returns */
	static int ends[COUNT][2];
	static struct probe probes[COUNT];
	struct loop loop;

	open_loop(&loop);
	for (int i = 0; i < COUNT; i++) {
		make_pipe(ends[i]);
		probes[i] = probe_make(&loop);
		probes[i].reads = true;
		loop_want(&loop, ends[i][0], EPOLLIN, &probes[i].watcher);
		put(ends[i][1]);
	}
	turn(&loop);
	turn(&loop);
	turn(&loop);
	for (int i = 0; i < COUNT; i++) {
		check_int(probes[i].calls, 1);
		check_int(probes[i].fd, ends[i][0]);
		close_both(ends[i]);
	}
	loop_release(&loop);
}

/* --------------------------------------------------------------------------------------
 * Timers
 * ----------------------------------------------------------------------------------- */

struct alarm {
	struct timer timer;
	struct loop *loop;
	int calls;
	nstime again;        /* set anew for `now` + this; -1: not */
	struct alarm *other; /* cleared when this one is due */
	char *log, id;       /* appended to */
};

static void on_due(struct timer *timer, nstime now)
{
	struct alarm *alarm = container_of(timer, struct alarm, timer);

	alarm->calls++;
	check(now <= clock_now());
	if (alarm->log)
		alarm->log[strlen(alarm->log)] = alarm->id;
	if (alarm->other)
		loop_clear_timer(alarm->loop, &alarm->other->timer);
	/* Not for ever, lest a test hang. */
	if (alarm->again >= 0 && alarm->calls < 1000)
		loop_set_timer(alarm->loop, timer, now + alarm->again);
}

static struct alarm alarm_make(struct loop *loop, char *log, char id)
{
	return (struct alarm){.timer = {.due = on_due},
		.loop = loop,
		.again = -1,
		.log = log,
		.id = id};
}

static void timers_in_order(void)
{
	struct loop loop;
	char log[16] = "";
	struct alarm a = alarm_make(&loop, log, 'a'), b = alarm_make(&loop, log, 'b'),
		     c = alarm_make(&loop, log, 'c'),
		     never = alarm_make(&loop, log, 'n');
	nstime now;

	open_loop(&loop);
	now = clock_now();
	loop_set_timer(&loop, &b.timer, now - 2);
	loop_set_timer(&loop, &c.timer, now - 1);
	loop_set_timer(&loop, &a.timer, now - 3);
	loop_set_timer(&loop, &never.timer, NSTIME_NEVER);
	turn(&loop);
	check_str(log, "abc");
	turn(&loop);
	check_str(log, "abc");
	loop_release(&loop);
}

static void waits_for_the_earliest(void)
{
	struct loop loop;
	struct alarm a = alarm_make(&loop, NULL, 'a');
	nstime before;

	open_loop(&loop);
	before = clock_now();
	loop_set_timer(&loop, &a.timer, before + 25 * MS);
	check_int(loop_wait(&loop, NSTIME_NEVER, NULL), 0);
	check_int(a.calls, 1);
	check(clock_now() - before >= 25 * MS);
	before = clock_now();
	loop_set_timer(&loop, &a.timer, before + 3600 * NS_PER_SEC);
	check_int(loop_wait(&loop, before + 20 * MS, NULL), 0);
	check(clock_now() - before >= 20 * MS);
	check_int(a.calls, 1);
	/* Set to never is the same as cleared; moved is not set twice. */
	loop_set_timer(&loop, &a.timer, clock_now() + MS);
	loop_set_timer(&loop, &a.timer, NSTIME_NEVER);
	check_int(loop_wait(&loop, clock_now() + 5 * MS, NULL), 0);
	check_int(a.calls, 1);
	loop_set_timer(&loop, &a.timer, clock_now() + 3600 * NS_PER_SEC);
	loop_set_timer(&loop, &a.timer, clock_now());
	turn(&loop);
	turn(&loop);
	check_int(a.calls, 2);
	loop_clear_timer(&loop, &a.timer);
	loop_clear_timer(&loop, &a.timer);
	loop_release(&loop);
}

static void timer_clears_another(void)
{
	struct loop loop;
	struct alarm a = alarm_make(&loop, NULL, 'a'), b = alarm_make(&loop, NULL, 'b');

	open_loop(&loop);
	a.other = &b;
	loop_set_timer(&loop, &a.timer, clock_now() - 2);
	loop_set_timer(&loop, &b.timer, clock_now() - 1);
	turn(&loop);
	check_int(a.calls, 1);
	check_int(b.calls, 0);
	loop_release(&loop);
}

/* A timer that is always due again must leave the loop its turns. */
static void timer_set_anew_waits_for_the_next_turn(void)
{
	struct loop loop;
	struct alarm a = alarm_make(&loop, NULL, 'a');

	open_loop(&loop);
	a.again = 0;
	loop_set_timer(&loop, &a.timer, clock_now());
	turn(&loop);
	check_int(a.calls, 1);
	turn(&loop);
	check_int(a.calls, 2);
	loop_release(&loop);
}

static void timer_set_anew_for_later(void)
{
	struct loop loop;
	struct alarm a = alarm_make(&loop, NULL, 'a');

	open_loop(&loop);
	a.again = 5 * MS;
	loop_set_timer(&loop, &a.timer, clock_now());
	for (int calls = 1; calls <= 3; calls++) {
		check_int(loop_wait(&loop, NSTIME_NEVER, NULL), 0);
		check_int(a.calls, calls);
	}
	loop_release(&loop);
}

static void on_signal(int number)
{
	(void)number;
}

/* A signal ends the wait, and is no failure. */
static void interrupted(void)
{
	struct loop loop;
	struct sigaction action = {.sa_handler = on_signal}, old;
	struct itimerval soon = {.it_value = {.tv_usec = 20000}}, off = {0};
	nstime before = clock_now();

	open_loop(&loop);
	check_int(sigaction(SIGALRM, &action, &old), 0);
	check_int(setitimer(ITIMER_REAL, &soon, NULL), 0);
	check_int(loop_wait(&loop, before + 60 * NS_PER_SEC, NULL), 0);
	check(clock_now() - before < 30 * NS_PER_SEC);
	check_int(setitimer(ITIMER_REAL, &off, NULL), 0);
	check_int(sigaction(SIGALRM, &old, NULL), 0);
	loop_release(&loop);
}

/* The time between two waits is what the loop was away; the wait itself is not. */
static void stalls_are_measured(void)
{
	struct loop loop;
	nstime until;

	open_loop(&loop);
	until = clock_now() + 30 * MS;
	check_int(loop_wait(&loop, until, NULL), 0);
	turn(&loop);
	check(loop.stall_max <= clock_now() - until);
	until = clock_now() + 30 * MS;
	while (clock_now() < until)
		;
	turn(&loop);
	check(loop.stall_max >= 30 * MS);
	loop_release(&loop);
}

static void broken_epoll(void)
{
	struct loop loop;
	struct error err = {.kind = KIND_NONE};

	open_loop(&loop);
	close(loop.epoll);
	loop.epoll = -1;
	check(loop_wait(&loop, clock_now(), &err) != 0);
	check_int(err.kind, KIND_INTERNAL);
	check_int(err.code, EBADF);
	loop_release(&loop);
}

int main(void)
{
	run(readiness_is_told);
	run(hang_up_is_told);
	run(wishes_wait_for_the_wait);
	run(kept_alive_stays_registered);
	run(unwanted_readiness_does_not_spin);
	run(managed_and_used_again);
	run(closed_before_the_wish_is_applied);
	run(unmanaged_is_dropped_at_once);
	run(unmanaged_and_used_again);
	run(unmanaged_and_used_again_later);
	run(closed_without_a_word);
	run(closed_by_another_in_the_same_turn);
	run(many_at_once);
	run(timers_in_order);
	run(waits_for_the_earliest);
	run(timer_clears_another);
	run(timer_set_anew_waits_for_the_next_turn);
	run(timer_set_anew_for_later);
	run(interrupted);
	run(stalls_are_measured);
	run(broken_epoll);
	return done();
}
