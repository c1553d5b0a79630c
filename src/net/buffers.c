/* buffers.c - see buffers.h. A stack of free slots, in slabs that are never unmapped.
 * Slabs only come to be more, so buffers_has, which libcurl's every block is asked for,
 * needs no lock. */
#include "net/buffers.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#define PAGE 4096
#define SLAB_SLOTS 256 /* 33 MiB of addresses */
#define SLAB_SIZE (SLAB_SLOTS * BUFFERS_SIZE)
#define SLABS 128 /* more transfers than sockets can be open */

static struct {
	pthread_mutex_t lock;
	char *_Atomic slabs[SLABS];
	atomic_size_t count;
	void **given_back; /* has room for every slot of all slabs */
	size_t free;
} pool = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* One slab more, all slots of it free. */
static bool grow(void)
{
	size_t count = atomic_load(&pool.count);
	void **longer;
	char *slab;

	if (count == SLABS)
		return false;
	longer = reallocarray(
		pool.given_back, (count + 1) * SLAB_SLOTS, sizeof(*longer));
	if (!longer)
		return false;
	pool.given_back = longer;
	slab = mmap(NULL, SLAB_SIZE, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (slab == MAP_FAILED)
		return false;
	/* One byte must not cost two megabytes. Kernels without huge pages refuse, rightly. */
	(void)madvise(slab, SLAB_SIZE, MADV_NOHUGEPAGE);
	for (size_t i = SLAB_SLOTS; i-- > 0;)
		pool.given_back[pool.free++] = slab + i * BUFFERS_SIZE;
	atomic_store(&pool.slabs[count], slab);
	atomic_store(&pool.count, count + 1);
	return true;
}

void *buffers_take(void)
{
	void *slot = NULL;

	pthread_mutex_lock(&pool.lock);
	if (pool.free > 0 || grow())
		slot = pool.given_back[--pool.free];
	pthread_mutex_unlock(&pool.lock);
	return slot;
}

bool buffers_has(const void *block)
{
	uintptr_t at = (uintptr_t)block;

	if (at % PAGE != 0) /* as nearly all that is not ours */
		return false;
	for (size_t i = atomic_load(&pool.count); i-- > 0;)
		if (at - (uintptr_t)atomic_load(&pool.slabs[i]) < SLAB_SIZE)
			return true;
	return false;
}

void buffers_give(void *slot)
{
	/* If it fails, the pages stay until they are used again. */
	(void)madvise(slot, BUFFERS_SIZE, MADV_DONTNEED);
	pthread_mutex_lock(&pool.lock);
	pool.given_back[pool.free++] = slot;
	pthread_mutex_unlock(&pool.lock);
}
