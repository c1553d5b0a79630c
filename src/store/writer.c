#include "store/writer.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/list.h"
#include "base/thread.h"

/* Orders that may wait: a block, or something to tell. A file of 2 GiB on a tmpfs took
 * 0.86 s with 8, 1.02 with 4, and with 2 longer than without a writer: each waits for the other. */
#define WAITING_MAX 8

struct order {
	struct list link;
	struct writing *writing;
	struct buf bytes;   /* to be written; empty: something is to be told */
	int64_t offset;     /* ... there */
	struct range noted; /* what is to be told */
	bool proves;
};

struct writer {
	/* Guards what follows, and what is the writer's of writings. */
	pthread_mutex_t lock;
	pthread_cond_t more, less;
	struct list queue; /* orders */
	struct list spare; /* ... to be used again, some with room for a block */
	size_t n_spare, n_writings;
	unsigned n_asleep; /* who waits for less */
	bool idle, begun, ending;
	pthread_t thread;
};

struct writer *writer_new(void)
{
	struct writer *writer = xcalloc(1, sizeof(*writer));

	pthread_mutex_init(&writer->lock, NULL);
	pthread_cond_init(&writer->more, NULL);
	pthread_cond_init(&writer->less, NULL);
	list_init(&writer->queue);
	list_init(&writer->spare);
	return writer;
}

static void order_free(struct order *order)
{
	buf_release(&order->bytes);
	free(order);
}

void writer_free(struct writer *writer)
{
	struct list *node;

	if (!writer)
		return;
	pthread_mutex_lock(&writer->lock);
	writer->ending = true;
	pthread_cond_signal(&writer->more);
	pthread_mutex_unlock(&writer->lock);
	if (writer->begun)
		pthread_join(writer->thread, NULL);
	while ((node = list_pop(&writer->spare)))
		order_free(container_of(node, struct order, link));
	pthread_cond_destroy(&writer->more);
	pthread_cond_destroy(&writer->less);
	pthread_mutex_destroy(&writer->lock);
	free(writer);
}

static int put(struct writing *writing, int64_t offset, const struct buf *bytes,
	struct error *err)
{
	return part_write(writing->part, offset, bytes->data, bytes->len, err);
}

static int tell(
	struct writing *writing, struct range noted, bool proves, struct error *err)
{
	if (proves && part_prove(writing->part, noted, err) != 0)
		return -1;
	return part_note(writing->part, noted, err);
}

static int carry_out(const struct order *order, struct error *err)
{
	return order->bytes.len > 0
		       ? put(order->writing, order->offset, &order->bytes, err)
		       : tell(order->writing, order->noted, order->proves, err);
}

/* With the lock held, but for the work itself. */
static void serve(struct writer *writer, struct order *order)
{
	struct writing *writing = order->writing;
	int64_t end = order->offset + (int64_t)order->bytes.len;
	bool in_vain = writing->error.kind != KIND_NONE;
	struct error err = {0};
	int failed = 0;

	pthread_mutex_unlock(&writer->lock);
	if (!in_vain)
		failed = carry_out(order, &err);
	buf_clear(&order->bytes);
	pthread_mutex_lock(&writer->lock);
	if (failed)
		writing->error = err;
	else if (!in_vain && end > writing->written)
		writing->written = end;
	writing->waiting--;
	if (writer->n_asleep > 0)
		pthread_cond_broadcast(&writer->less);
}

static void *write_all(void *context)
{
	struct writer *writer = context;
	struct list *node;

	pthread_mutex_lock(&writer->lock);
	for (;;) {
		struct order *order;

		while (!(node = list_pop(&writer->queue)) && !writer->ending) {
			writer->idle = true;
			pthread_cond_wait(&writer->more, &writer->lock);
			writer->idle = false;
		}
		if (!node)
			break;
		order = container_of(node, struct order, link);
		serve(writer, order);
		if (writer->n_spare < WAITING_MAX) {
			/* The last one used is in the cache. */
			list_add_before(writer->spare.next, &order->link);
			writer->n_spare++;
		} else {
			order_free(order);
		}
	}
	pthread_mutex_unlock(&writer->lock);
	return NULL;
}

/* Is it for the writer? What follows on what waits always is. */
static bool is_taken(struct writer *writer, const struct writing *writing)
{
	if (writing->waiting > 0)
		return true;
	if (writer->n_writings > 1)
		return false;
	if (!writer->begun)
		writer->begun = thread_start_unsignalled(
					&writer->thread, write_all, writer) == 0;
	return writer->begun;
}

/* With the lock held, which is let go of while it waits. */
static void wait_for_less(struct writing *writing, unsigned most)
{
	struct writer *writer = writing->writer;

	writer->n_asleep++;
	while (writing->waiting > most)
		pthread_cond_wait(&writer->less, &writer->lock);
	writer->n_asleep--;
}

static struct order *order_new(struct writer *writer)
{
	struct list *node = list_pop(&writer->spare);
	struct order *order;

	if (node) {
		writer->n_spare--;
		return container_of(node, struct order, link);
	}
	order = xcalloc(1, sizeof(*order));
	list_init(&order->link);
	buf_init(&order->bytes);
	return order;
}

/* The error does not change any more. */
static int fail_again(const struct writing *writing, struct error *err)
{
	*err = writing->error;
	return -1;
}

/* Bytes, which are taken, or what is to be told; with the lock held. */
static void enqueue(
	struct writing *writing, struct buf *bytes, struct range noted, bool proves)
{
	struct writer *writer = writing->writer;
	struct order *order = order_new(writer);

	order->writing = writing;
	order->offset = writing->next;
	order->noted = noted;
	order->proves = proves;
	if (bytes) {
		struct buf empty = order->bytes;

		order->bytes = *bytes;
		*bytes = empty;
	}
	list_add_before(&writer->queue, &order->link);
	writing->waiting++;
	if (writer->idle)
		pthread_cond_signal(&writer->more);
}

/* Have it done, soon or now: 1 when it is to be done by the caller, else as the contracts say. */
static int give(struct writing *writing, struct buf *bytes, struct range noted,
	bool proves, struct error *err)
{
	struct writer *writer = writing->writer;
	bool failed, taken;

	if (!writer || writing->finishing)
		return writing->error.kind == KIND_NONE ? 1 : fail_again(writing, err);
	pthread_mutex_lock(&writer->lock);
	wait_for_less(writing, WAITING_MAX - 1);
	failed = writing->error.kind != KIND_NONE;
	taken = !failed && is_taken(writer, writing);
	if (taken)
		enqueue(writing, bytes, noted, proves);
	pthread_mutex_unlock(&writer->lock);
	return failed ? fail_again(writing, err) : taken ? 0 : 1;
}

static void count(struct writer *writer, int more)
{
	if (!writer)
		return;
	pthread_mutex_lock(&writer->lock);
	writer->n_writings += (size_t)more;
	pthread_mutex_unlock(&writer->lock);
}

void writing_begin(struct writing *writing, struct part *part, int64_t first)
{
	writing->part = part;
	writing->next = writing->written = first;
	writing->error = (struct error){0};
	writing->finishing = false;
	count(writing->writer, 1);
}

/* Nothing waits. */
static int write_now(struct writing *writing, struct buf *bytes, struct error *err)
{
	if (put(writing, writing->next, bytes, &writing->error) != 0)
		return fail_again(writing, err);
	writing->next += (int64_t)bytes->len;
	writing->written = writing->next;
	buf_clear(bytes);
	return 0;
}

int writing_add(struct writing *writing, struct buf *bytes, struct error *err)
{
	int64_t len = (int64_t)bytes->len;
	int done = len > 0 ? give(writing, bytes, (struct range){0}, false, err) : 0;

	if (done > 0)
		return write_now(writing, bytes, err);
	if (!done)
		writing->next += len;
	return done;
}

int writing_note(
	struct writing *writing, struct range range, bool proves, struct error *err)
{
	int done = give(writing, NULL, range, proves, err);

	return done > 0 ? tell(writing, range, proves, err) : done;
}

int writing_finish(struct writing *writing, struct buf *bytes, struct error *err)
{
	struct writer *writer = writing->writer;

	if (writer) {
		pthread_mutex_lock(&writer->lock);
		wait_for_less(writing, 0);
		pthread_mutex_unlock(&writer->lock);
	}
	writing->finishing = true;
	if (writing->error.kind != KIND_NONE)
		return fail_again(writing, err);
	return bytes->len > 0 ? write_now(writing, bytes, err) : 0;
}

void writing_end(struct writing *writing)
{
	struct buf none = BUF_INIT;
	struct error err;

	if (!writing->part)
		return;
	if (writing_finish(writing, &none, &err) != 0)
		log_debug("what is left is not written: %s", err.text);
	count(writing->writer, -1);
	part_put(writing->part);
	writing->part = NULL;
}
