/* committer.c - see committer.h. A thread is made when more waits than threads are
 * idle, up to so many; they stay until the end. */
#include "engine/committer.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/alloc.h"

#define THREADS_MAX 4

struct work_item {
	struct list link;
	struct attempt *attempt;
	void *context;
};

struct committer {
	struct net *net;
	committer_done *done;
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t more;
	struct list queue;
	pthread_t threads[THREADS_MAX];
	size_t n_threads, n_idle, n_queued;
	bool ending;
};

struct committer *committer_new(struct net *net, committer_done *done)
{
	struct committer *committer = xcalloc(1, sizeof(*committer));

	committer->net = net;
	committer->done = done;
	pthread_mutex_init(&committer->lock, NULL);
	pthread_cond_init(&committer->more, NULL);
	list_init(&committer->queue);
	return committer;
}

/* The next to do; NULL when there will be none. */
static struct work_item *wait_for_work(struct committer *committer)
{
	struct list *node;

	pthread_mutex_lock(&committer->lock);
	committer->n_idle++;
	while (list_empty(&committer->queue) && !committer->ending)
		pthread_cond_wait(&committer->more, &committer->lock);
	committer->n_idle--;
	node = list_pop(&committer->queue);
	committer->n_queued -= node != NULL;
	pthread_mutex_unlock(&committer->lock);
	return node ? container_of(node, struct work_item, link) : NULL;
}

static void *work(void *context)
{
	struct committer *committer = context;
	struct work_item *item;
	struct outcome outcome;

	while ((item = wait_for_work(committer))) {
		transfer_commit(committer->net, item->attempt, &outcome);
		committer->done(item->context, item->attempt, &outcome);
		outcome_release(&outcome);
		free(item);
	}
	return NULL;
}

bool committer_add(struct committer *committer, struct attempt *attempt, void *context)
{
	struct work_item *item = xmalloc(sizeof(*item));
	bool able;

	*item = (struct work_item){.attempt = attempt, .context = context};
	pthread_mutex_lock(&committer->lock);
	if (committer->n_queued >= committer->n_idle &&
		committer->n_threads < THREADS_MAX &&
		pthread_create(&committer->threads[committer->n_threads], NULL, work,
			committer) == 0)
		committer->n_threads++;
	able = committer->n_threads > 0;
	if (able) {
		list_init(&item->link);
		list_add_before(&committer->queue, &item->link);
		committer->n_queued++;
		pthread_cond_signal(&committer->more);
	}
	pthread_mutex_unlock(&committer->lock);
	if (!able)
		free(item);
	return able;
}

void committer_free(struct committer *committer)
{
	if (!committer)
		return;
	pthread_mutex_lock(&committer->lock);
	committer->ending = true;
	pthread_cond_broadcast(&committer->more);
	pthread_mutex_unlock(&committer->lock);
	for (size_t i = 0; i < committer->n_threads; i++)
		pthread_join(committer->threads[i], NULL);
	pthread_cond_destroy(&committer->more);
	pthread_mutex_destroy(&committer->lock);
	free(committer);
}
