/* test_memory.c - libcurl's memory: kept within bounds, and never given to two. */
#include "dice.h"
#include "tap.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "net/buffers.h"
#include "net/memory.h"

#define HELD 400
#define STEPS 100000
#define BUFFER (128 * 1024 + 1)

struct held {
	unsigned char *block;
	size_t size;
	unsigned char mark;
};

static struct dice dice = {1};

static void kept_and_given_again(void)
{
	static const size_t sizes[] = {1, 24, 25, 100, 1000, 2000, BUFFER};

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		char *block = memory_malloc(sizes[i]);
		size_t before = memory_kept();
		uintptr_t place = (uintptr_t)block;

		check(block);
		memset(block, 1, sizes[i]);
		memory_free(block);
		check(memory_kept() >= before + sizes[i]);
		block = memory_malloc(sizes[i]);
		check((uintptr_t)block == place);
		check_int(memory_kept(), before);
		memory_free(block);
	}
}

/* What a kept block held is no one's business; and what is asked for in vain stays away. */
static void zeroed_and_copied(void)
{
	char *text = memory_strdup("a path, as libcurl copies them"), *zeroed;

	check_str(text, "a path, as libcurl copies them");
	memory_free(text);
	zeroed = memory_calloc(3, 10);
	for (int i = 0; i < 30; i++)
		check_int(zeroed[i], 0);
	memory_free(zeroed);
	check(memory_calloc(SIZE_MAX / 2, 3) == NULL);
	memory_free(NULL);
}

static void grown(void)
{
	char *block = memory_realloc(NULL, 10);

	memcpy(block, "123456789", 10);
	block = memory_realloc(block, 5000);
	check_str(block, "123456789");
	block = memory_realloc(block, 70000);
	check_str(block, "123456789");
	memory_free(block);
}

/* A receive buffer that nothing was written to costs no page, and a page that was is gone. */
static void buffers(void)
{
	static char *all[300];
	char *moved;

	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		all[i] = memory_malloc(BUFFER);
		check(buffers_has(all[i]));
		all[i][0] = all[i][BUFFER - 1] = 'x';
	}
	moved = memory_realloc(all[0], 2 * BUFFER);
	check(!buffers_has(moved));
	check_int(moved[BUFFER - 1], 'x');
	memory_free(moved);
	for (size_t i = 1; i < ARRAY_LEN(all); i++)
		buffers_give(all[i]);
	for (size_t i = 1; i < ARRAY_LEN(all); i++) {
		all[i] = buffers_take();
		check_int(all[i][0], 0);
	}
	for (size_t i = 1; i < ARRAY_LEN(all); i++)
		memory_free(all[i]);
	check(!buffers_has(NULL));
}

static void bounded(void)
{
	static void *blocks[2000];

	for (size_t i = 0; i < ARRAY_LEN(blocks); i++)
		blocks[i] = memory_malloc(100);
	for (size_t i = 0; i < ARRAY_LEN(blocks); i++)
		memory_free(blocks[i]);
	for (size_t i = 0; i < 300; i++)
		blocks[i] = memory_malloc(BUFFER);
	for (size_t i = 0; i < 300; i++)
		memory_free(blocks[i]);
	check(memory_kept() < 20 * 1024 * 1024);
}

static bool still_marked(const struct held *held)
{
	for (size_t i = 0; i < held->size; i++)
		if (held->block[i] != held->mark)
			return false;
	return true;
}

static size_t random_size(void)
{
	return 1 + dice_below(&dice, dice_below(&dice, 8)   ? 300
				     : dice_below(&dice, 8) ? 3000
							    : 150000);
}

/* One step of a program that takes, grows and gives back as it likes. */
static void step(struct held *held, int *wrong)
{
	if (held->block)
		*wrong += !still_marked(held);
	if (held->block && dice_below(&dice, 4)) {
		memory_free(held->block);
		held->block = NULL;
		return;
	}
	held->size = random_size();
	held->block = memory_realloc(held->block, held->size);
	held->mark = (unsigned char)dice_below(&dice, 256);
	memset(held->block, held->mark, held->size);
}

static void never_given_to_two(void)
{
	static struct held all[HELD];
	int wrong = 0;

	for (int i = 0; i < STEPS; i++)
		step(&all[dice_below(&dice, HELD)], &wrong);
	for (size_t i = 0; i < HELD; i++) {
		wrong += all[i].block && !still_marked(&all[i]);
		memory_free(all[i].block);
	}
	check_int(wrong, 0);
}

static void *give_back(void *blocks)
{
	void **block = blocks;

	for (int i = 0; i < 100; i++)
		memory_free(block[i]);
	return memory_kept() > 0 ? blocks : NULL;
}

/* Freed at that thread's end: a sanitizer or valgrind would tell. */
static void given_back_by_another_thread(void)
{
	void *blocks[100];
	pthread_t thread;
	void *kept = NULL;

	for (size_t i = 0; i < 100; i++)
		blocks[i] = memory_malloc(i % 10 ? 100 : BUFFER);
	check_int(pthread_create(&thread, NULL, give_back, blocks), 0);
	check_int(pthread_join(thread, &kept), 0);
	check(kept != NULL);
}

static void libcurl_uses_it(void)
{
	char *escaped;

	check_int(memory_init_curl(), CURLE_OK);
	escaped = curl_easy_escape(NULL, "a b", 3);
	check_str(escaped, "a%20b");
	curl_free(escaped);
	curl_global_cleanup();
}

int main(void)
{
	run(kept_and_given_again);
	run(zeroed_and_copied);
	run(grown);
	run(buffers);
	run(bounded);
	run(never_given_to_two);
	run(given_back_by_another_thread);
	run(libcurl_uses_it);
	return done();
}
