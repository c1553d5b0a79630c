/* test_loop.c - the epoll loop on pipes and socket pairs. What the kernel knows is read
 * from /proc/self/fdinfo: that a wish costs no system call is part of the contract. */
#include "looping.h"

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

/* How a descriptor goes whose number the next one has. */
struct reuse {
	bool managed;    /* the loop is told of the end, and of the beginning */
	bool given_back; /* nothing is wanted of it any more */
	bool later;      /* there is a wait between */
	uint32_t wish;   /* of the next one */
};

/* One of a pair is closed, and the next pair has the same number: who watched the first one hears
 * nothing, who watches the second one does. */
static void use_again(const struct reuse *how)
{
	struct loop loop;
	struct probe old = probe_make(&loop), new = probe_make(&loop);
	int first[2], second[2];

	open_loop(&loop);
	make_pair(first);
	if (how->managed)
		loop_opened(&loop, first[0]);
	loop_want(&loop, first[0], EPOLLIN, &old.watcher);
	turn(&loop);
	if (how->given_back)
		loop_want(&loop, first[0], 0, &old.watcher);
	if (how->managed)
		loop_closing(&loop, first[0]);
	close(first[0]);
	if (how->later)
		turn(&loop);
	make_pair(second);
	check_int(second[0], first[0]);
	if (how->managed)
		loop_opened(&loop, second[0]);
	loop_want(&loop, second[0], how->wish, &new.watcher);
	put(second[1]);
	turn(&loop);
	check_int(old.calls, 0);
	check_int(new.calls, 1);
	close(first[1]);
	close_both(second);
	loop_release(&loop);
}

static void managed_and_used_again(void)
{
	use_again(
		&(struct reuse){.managed = true, .given_back = true, .wish = EPOLLIN});
}

/* What libcurl's resolver does: all of it before the next wait. */
static void unmanaged_and_used_again(void)
{
	use_again(&(struct reuse){.given_back = true, .wish = EPOLLIN});
}

/* As above, with a wait between: the kernel has dropped the closed one by itself. */
static void unmanaged_and_used_again_later(void)
{
	use_again(&(struct reuse){.given_back = true, .later = true, .wish = EPOLLIN});
}

/* Closed without a word, and the next one with that number is wanted for the same or for
 * something else. */
static void closed_without_a_word(void)
{
	use_again(&(struct reuse){.wish = EPOLLIN});
	use_again(&(struct reuse){.wish = EPOLLIN | EPOLLOUT});
}

/* Who watched the first one learns late that it was closed: that takes nothing from the second. */
static void given_up_late(void)
{
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
	loop_want(&loop, second[0], EPOLLIN, &new.watcher);
	loop_want(&loop, first[0], 0, &old.watcher);
	put(second[1]);
	turn(&loop);
	check_int(new.calls, 1);
	close(first[1]);
	close_both(second);
	loop_release(&loop);
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
	run(given_up_late);
	run(closed_by_another_in_the_same_turn);
	run(many_at_once);
	return done();
}
