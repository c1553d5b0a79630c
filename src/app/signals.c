/* The handler sets a flag and a deadline and makes a descriptor readable: all it does
 * is async-signal-safe, and lock-free atomics are the one mutable global state here. */
#include "app/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#define DRAIN (5 * NS_PER_SEC)

static atomic_int caught;
static _Atomic nstime drain_until;
static int pipe_ends[2] = {-1, -1};

static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
static struct sigaction before[ARRAY_LEN(signals)]; /* how they were handled */

static void on_signal(int number, siginfo_t *info, void *context _unused_)
{
	int errno_was = errno;

	if (atomic_load(&caught) && info->si_code == SI_QUEUE)
		return;
	if (atomic_load(&caught))
		_exit(128 + number);
	atomic_store(&drain_until, clock_now() + DRAIN);
	atomic_store(&caught, number);
	if (write(pipe_ends[1], "", 1) != 1)
		_exit(128 + number); /* cannot be: one byte in an empty pipe */
	errno = errno_was;
}

static bool stop_asked(const struct stop *stop _unused_)
{
	return atomic_load_explicit(&caught, memory_order_relaxed) != 0;
}

static nstime stop_deadline(const struct stop *stop _unused_)
{
	return atomic_load(&caught) ? atomic_load(&drain_until) : NSTIME_NEVER;
}

const struct stop *signals_install(struct error *err)
{
	static struct stop stop = {.asked = stop_asked, .deadline = stop_deadline};
	struct sigaction action = {
		.sa_sigaction = on_signal, .sa_flags = SA_RESTART | SA_SIGINFO};

	if (pipe2(pipe_ends, O_CLOEXEC | O_NONBLOCK) != 0) {
		error_errno(err, KIND_INTERNAL, errno, "pipe");
		return NULL;
	}
	stop.fd = pipe_ends[0];
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < ARRAY_LEN(signals); i++) {
		sigaction(signals[i], NULL, &before[i]);
		/* What nohup, or a shell's "&", has set aside stays so. */
		if (before[i].sa_handler != SIG_IGN)
			sigaction(signals[i], &action, NULL);
	}
	action.sa_flags = 0;
	action.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &action, NULL);
	return &stop;
}

void signals_restore(void)
{
	if (pipe_ends[0] < 0)
		return;
	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		sigaction(signals[i], &before[i], NULL);
	for (int i = 0; i < 2; i++) {
		if (pipe_ends[i] >= 0)
			close(pipe_ends[i]);
		pipe_ends[i] = -1;
	}
}

int signals_caught(void)
{
	return atomic_load(&caught);
}
