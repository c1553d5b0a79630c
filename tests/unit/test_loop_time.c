/* test_loop_time.c - the epoll loop and time: timers, signals, stalls. */
#include "looping.h"

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
