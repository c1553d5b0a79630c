/* thread.h - what POSIX threads leave to every caller: waiting by the clock of this program, and
 * threads that signals pass by. Any thread. */
#ifndef SEINE_BASE_THREAD_H
#define SEINE_BASE_THREAD_H

#include <pthread.h>
#include <stdbool.h>

#include "base/attr.h"
#include "base/clock.h"

/* A condition for thread_wait_until. */
void thread_cond_init(pthread_cond_t *cond);
/* As pthread_cond_wait, but no longer than until that moment (NSTIME_NEVER: as long as it takes).
 * False when it has come first. */
bool thread_wait_until(pthread_cond_t *cond, pthread_mutex_t *lock, nstime until);

/* As pthread_create; no signal is handled in the new thread. 0, or an errno. */
int thread_start_unsignalled(
	pthread_t *thread, void *(*run)(void *context), void *context) must_check;

#endif
