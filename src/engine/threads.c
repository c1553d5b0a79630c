/* One attempt per thread, the scheduler under one mutex.
 *
 * A thread that is given an attempt rouses one more before it goes to work: a sleeping
 * one, or a new one while there are fewer than `jobs`. So threads wake or start one
 * after another as long as there is something to do, and no herd wakes for nothing. Of
 * those that sleep, one keeps the time (`keeper_until`); the others wait to be roused.
 *
 * The calling thread makes no transfers: it draws the progress, waits for input and
 * signals. */
#include "engine/engine.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/thread.h"
#include "engine/performer.h"

#define THREADS_MAX 4096
#define STACK_SIZE (256 * 1024) /* libcurl and OpenSSL need far less than 8 MiB */

struct pool {
	struct sched *sched;
	struct env *env;
	pthread_mutex_t lock; /* guards sched, observers and all below */
	pthread_cond_t rouse;
	pthread_attr_t attr;
	pthread_t *threads;
	size_t n_threads, max_threads;
	size_t n_sleeping;
	nstime keeper_until; /* until when the time-keeper sleeps; NSTIME_NEVER: none
				does */
	bool finished;
	int finished_fd;    /* readable once the job is finished */
	struct error error; /* of a thread that could not work */
};

static void *worker(void *context);

static void pool_spawn(struct pool *pool)
{
	int failed = pthread_create(
		&pool->threads[pool->n_threads], &pool->attr, worker, pool);

	if (failed == 0) {
		pool->n_threads++;
		return;
	}
	if (pool->n_threads == 0)
		error_errno(
			&pool->error, KIND_INTERNAL, failed, "cannot start a thread");
	else
		log_warn("no more than %zu threads can be started: going on with these",
			pool->n_threads);
	pool->max_threads = pool->n_threads;
}

static void pool_rouse(struct pool *pool)
{
	if (pool->n_sleeping > 0)
		pthread_cond_signal(&pool->rouse);
	else if (pool->n_threads < pool->max_threads && !pool->finished)
		pool_spawn(pool);
}

static void pool_finish(struct pool *pool)
{
	pool->finished = true;
	pthread_cond_broadcast(&pool->rouse);
	if (eventfd_write(pool->finished_fd, 1) != 0)
		log_debug("cannot write to an eventfd: %m");
}

/* Sleep until roused; whoever has the earliest moment to wake at keeps the time. */
static void pool_sleep(struct pool *pool, nstime wake)
{
	pool->n_sleeping++;
	if (wake < pool->keeper_until) {
		pool->keeper_until = wake;
		(void)thread_wait_until(&pool->rouse, &pool->lock, wake);
		if (pool->keeper_until == wake)
			pool->keeper_until = NSTIME_NEVER;
	} else {
		pthread_cond_wait(&pool->rouse, &pool->lock);
	}
	pool->n_sleeping--;
}

static void fetch(
	struct pool *pool, struct performer *performer, struct attempt *attempt)
{
	struct outcome outcome;

	pthread_mutex_unlock(&pool->lock);
	performer_run(performer, attempt, &outcome);
	pthread_mutex_lock(&pool->lock);
	sched_finish(pool->sched, clock_now(), attempt, &outcome);
	outcome_release(&outcome);
}

/* Called, and returns, with the lock held. */
static void work(struct pool *pool, struct performer *performer)
{
	struct attempt *attempt;
	nstime wake;

	while (!pool->finished) {
		if (pool->env->stop->asked(pool->env->stop))
			sched_drain(pool->sched);
		switch (sched_next(pool->sched, clock_now(), &attempt, &wake)) {
		case SCHED_START:
			pool_rouse(pool);
			fetch(pool, performer, attempt);
			break;
		case SCHED_WAIT:
			pool_sleep(pool, wake);
			break;
		case SCHED_FINISHED:
			pool_finish(pool);
			break;
		}
	}
}

static void on_head(void *context, struct attempt *attempt, const struct head *head)
{
	struct pool *pool = context;

	pthread_mutex_lock(&pool->lock);
	sched_head(pool->sched, clock_now(), attempt, head);
	pool_rouse(pool);
	pthread_mutex_unlock(&pool->lock);
}

static void *worker(void *context)
{
	struct pool *pool = context;
	struct performer performer;
	struct error err;
	bool able = performer_init(&performer, pool->env, performer_poll, on_head, pool,
			    &err) == 0;

	pthread_mutex_lock(&pool->lock);
	if (able) {
		work(pool, &performer);
	} else {
		pool->error = err;
		sched_drain(pool->sched);
		pool_finish(pool);
	}
	pthread_mutex_unlock(&pool->lock);
	if (able)
		performer_release(&performer);
	return NULL;
}

/* The calling thread's part, until the job is finished. */
static void supervise(struct pool *pool)
{
	struct env *env = pool->env;
	bool stopping = false;

	pthread_mutex_lock(&pool->lock);
	pool_rouse(pool);
	while (!pool->finished && pool->n_threads > 0) {
		int input = pool->n_sleeping > 0 ? sched_input_fd(pool->sched) : -1;
		bool ready;

		engine_tick(env, clock_now());
		pthread_mutex_unlock(&pool->lock);
		ready = engine_wait(env, input, pool->finished_fd, NSTIME_NEVER);
		pthread_mutex_lock(&pool->lock);
		if (ready)
			pool_rouse(pool);
		if (!stopping && env->stop->asked(env->stop)) {
			stopping = true;
			pthread_cond_broadcast(&pool->rouse);
		}
	}
	pthread_mutex_unlock(&pool->lock);
}

static int pool_init(
	struct pool *pool, struct sched *sched, struct env *env, struct error *err)
{
	size_t jobs = (size_t)env->settings->jobs;

	*pool = (struct pool){.sched = sched,
		.env = env,
		.keeper_until = NSTIME_NEVER,
		.max_threads = jobs < THREADS_MAX ? jobs : THREADS_MAX};
	pool->finished_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (pool->finished_fd < 0)
		return error_errno(err, KIND_INTERNAL, errno, "eventfd");
	pthread_mutex_init(&pool->lock, NULL);
	thread_cond_init(&pool->rouse);
	pthread_attr_init(&pool->attr);
	pthread_attr_setstacksize(&pool->attr, STACK_SIZE);
	pool->threads = xcalloc(pool->max_threads, sizeof(*pool->threads));
	return 0;
}

static void pool_release(struct pool *pool)
{
	for (size_t i = 0; i < pool->n_threads; i++)
		pthread_join(pool->threads[i], NULL);
	free(pool->threads);
	pthread_attr_destroy(&pool->attr);
	pthread_cond_destroy(&pool->rouse);
	pthread_mutex_destroy(&pool->lock);
	close(pool->finished_fd);
}

static int threads_run(struct sched *sched, struct env *env, struct error *err)
{
	struct pool pool;

	if (pool_init(&pool, sched, env, err) != 0)
		return -1;
	supervise(&pool);
	pool_release(&pool);
	if (pool.error.kind == KIND_NONE)
		return 0;
	*err = pool.error;
	return -1;
}

const struct engine engine_threads = {
	.name = "threads",
	.summary = "one transfer per thread",
	.run = threads_run,
};
