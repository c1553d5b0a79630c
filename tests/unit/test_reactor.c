/* test_reactor.c - what a reactor watches besides its transfers: the input. */
#include "engine/reactor.h"
#include "looping.h"

static void ignore(
	struct watcher *watcher _unused_, int fd _unused_, uint32_t events _unused_)
{
}

/* A list has come to its end, and the next one has the number of its descriptor. */
static void next_input_of_the_same_number(void)
{
	struct reactor reactor = {.waker.ready = ignore, .input_fd = -1};
	int first[2], second[2];

	open_loop(&reactor.loop);
	make_pipe(first);
	reactor_watch_input(&reactor, first[0]);
	turn(&reactor.loop);
	check_int(kernel_events(&reactor.loop, first[0]), EPOLLIN);
	close(first[0]);
	make_pipe(second);
	check_int(second[0], first[0]);
	reactor_watch_input(&reactor, second[0]);
	turn(&reactor.loop);
	check_int(kernel_events(&reactor.loop, second[0]), EPOLLIN);
	reactor_watch_input(&reactor, -1);
	turn(&reactor.loop);
	check_int(kernel_events(&reactor.loop, second[0]), -1);
	close(first[1]);
	close_both(second);
	loop_release(&reactor.loop);
}

int main(void)
{
	run(next_input_of_the_same_number);
	return done();
}
