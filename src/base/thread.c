/* thread.c - see thread.h. */
#include "base/thread.h"

#include <signal.h>
#include <stdlib.h>
#include <time.h>

void thread_cond_init(pthread_cond_t *cond)
{
	pthread_condattr_t attr;

	/* These fail only when memory runs out, or for a clock that does not exist. */
	if (pthread_condattr_init(&attr) != 0 ||
		pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) != 0 ||
		pthread_cond_init(cond, &attr) != 0)
		abort();
	pthread_condattr_destroy(&attr);
}

bool thread_wait_until(pthread_cond_t *cond, pthread_mutex_t *lock, nstime until)
{
	struct timespec when = {
		.tv_sec = until / NS_PER_SEC, .tv_nsec = until % NS_PER_SEC};

	if (until == NSTIME_NEVER)
		return pthread_cond_wait(cond, lock) == 0;
	return pthread_cond_timedwait(cond, lock, &when) == 0;
}

int thread_start_unsignalled(
	pthread_t *thread, void *(*run)(void *context), void *context)
{
	sigset_t all, before;
	int errnum;

	/* A thread begins with the mask of the one that makes it. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	errnum = pthread_create(thread, NULL, run, context);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return errnum;
}
