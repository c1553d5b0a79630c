/* memory.c - see memory.h. A stack per class of sizes, which are STEP bytes apart. A
 * block goes to the class of what it has room for, as malloc says, and is taken by what
 * is asked for, so no block needs a head. Stacks are bounded: what does not fit goes
 * back to malloc. */
#include "net/memory.h"

#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <threads.h>

#include "net/buffers.h"

#define STEP 16                /* from one class of sizes to the next */
#define CLASSES 130            /* up to two KiB: headers, paths, URLs */
#define KEPT_OF_CLASS 256      /* blocks: of a few transfers */
#define BUFFER_MIN (64 * 1024) /* what is as large as this is a receive buffer */
#define BUFFERS_KEPT 128       /* as many as end between two waits of a loop */

struct block {
	struct block *next;
};

struct stack {
	struct block *top;
	unsigned count;
};

struct kept {
	struct stack small[CLASSES];
	void *buffers[BUFFERS_KEPT];
	unsigned buffer_count;
	size_t bytes; /* in all of these */
};

/* libcurl's functions have no argument that could lead to it. */
static thread_local struct kept *kept;
static once_flag once = ONCE_FLAG_INIT;
static tss_t key;
static bool key_made;

static void kept_free(void *of_thread)
{
	struct kept *k = of_thread;

	for (size_t i = 0; i < CLASSES; i++)
		while (k->small[i].top) {
			struct block *block = k->small[i].top;

			k->small[i].top = block->next;
			free(block);
		}
	while (k->buffer_count > 0)
		buffers_give(k->buffers[--k->buffer_count]);
	free(k);
	kept = NULL;
}

static void make_key(void)
{
	key_made = tss_create(&key, kept_free) == thrd_success;
}

/* What this thread keeps, or NULL: then it keeps nothing. */
static struct kept *kept_here(void)
{
	if (kept)
		return kept;
	call_once(&once, make_key);
	if (!key_made)
		return NULL;
	kept = calloc(1, sizeof(*kept));
	if (kept && tss_set(key, kept) != thrd_success) {
		free(kept);
		kept = NULL;
	}
	return kept;
}

/* The blocks of class n hold STEP * n + 8 bytes at least: what malloc gives is of such sizes. */
static size_t class_for(size_t size)
{
	return size <= STEP + 8 ? 1 : (size - 8 + STEP - 1) / STEP;
}

static void *take_small(struct kept *k, size_t class)
{
	struct stack *stack = &k->small[class];
	struct block *block = stack->top;

	if (!block)
		return NULL;
	stack->top = block->next;
	stack->count--;
	k->bytes -= class * STEP + 8;
	return block;
}

static void *take_buffer(struct kept *k)
{
	if (!k || k->buffer_count == 0)
		return buffers_take();
	k->bytes -= BUFFERS_SIZE;
	return k->buffers[--k->buffer_count];
}

void *memory_malloc(size_t size)
{
	struct kept *k = kept_here();
	void *block = NULL;

	if (size <= (CLASSES - 1) * STEP + 8) {
		size_t class = class_for(size);

		if (k)
			block = take_small(k, class);
		return block ? block : malloc(class * STEP + 8);
	}
	if (size >= BUFFER_MIN && size <= BUFFERS_SIZE)
		block = take_buffer(k);
	return block ? block : malloc(size);
}

void *memory_calloc(size_t count, size_t size)
{
	void *block;

	if (size > 0 && count > SIZE_MAX / size)
		return NULL;
	block = memory_malloc(count * size);
	return block ? memset(block, 0, count * size) : NULL;
}

void *memory_realloc(void *block, size_t size)
{
	void *other;

	if (block && !buffers_has(block))
		return realloc(block, size);
	if (block && size <= BUFFERS_SIZE)
		return block;
	other = memory_malloc(size);
	if (other && block) {
		memcpy(other, block, BUFFERS_SIZE);
		memory_free(block);
	}
	return other;
}

char *memory_strdup(const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = memory_malloc(size);

	return copy ? memcpy(copy, text, size) : NULL;
}

static bool keep_small(struct kept *k, void *freed)
{
	size_t usable = malloc_usable_size(freed), class = (usable - 8) / STEP;
	struct block *block = freed;
	struct stack *stack;

	if (usable < STEP + 8 || class >= CLASSES)
		return false;
	stack = &k->small[class];
	if (stack->count >= KEPT_OF_CLASS)
		return false;
	block->next = stack->top;
	stack->top = block;
	stack->count++;
	k->bytes += class * STEP + 8;
	return true;
}

static void give_buffer(struct kept *k, void *slot)
{
	if (!k || k->buffer_count == BUFFERS_KEPT) {
		buffers_give(slot);
		return;
	}
	k->buffers[k->buffer_count++] = slot;
	k->bytes += BUFFERS_SIZE;
}

void memory_free(void *block)
{
	struct kept *k;

	if (!block) /* libcurl gives back much that it has not got */
		return;
	k = kept_here();
	if (buffers_has(block))
		give_buffer(k, block);
	else if (!k || !keep_small(k, block))
		free(block);
}

size_t memory_kept(void)
{
	return kept ? kept->bytes : 0;
}

CURLcode memory_init_curl(void)
{
#ifdef __SANITIZE_ADDRESS__
	return curl_global_init(CURL_GLOBAL_DEFAULT);
#else
	return curl_global_init_mem(CURL_GLOBAL_DEFAULT, memory_malloc, memory_free,
		memory_realloc, memory_strdup, memory_calloc);
#endif
}
