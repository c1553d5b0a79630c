/* finished.c - see finished.h. An open table with linear probing. A slot is one word: 40
 * bits of the path's hash, which also choose where probing begins, 23 bits of a hash
 * of the trait, and whether it is sound. 0 is an empty slot. */
#include "store/finished.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/hash.h"

#define TRAIT_BITS 23
#define PATH_SHIFT (TRAIT_BITS + 1)
#define SLOTS_AT_FIRST 1024

static uint64_t trait_print(uint64_t trait)
{
	return hash64(&trait, sizeof(trait), 0) >> (64 - TRAIT_BITS) << 1;
}

static uint64_t path_print(uint64_t path_hash)
{
	uint64_t print = path_hash >> PATH_SHIFT;

	return print ? print : 1;
}

/* The slot of this path, or the empty one where it belongs. */
static uint64_t *slot_of(const struct finished *finished, uint64_t print)
{
	size_t mask = finished->n_slots - 1;
	size_t at = (size_t)print & mask;

	while (finished->slots[at] && finished->slots[at] >> PATH_SHIFT != print)
		at = (at + 1) & mask;
	return &finished->slots[at];
}

static void grow(struct finished *finished)
{
	struct finished larger = {
		.n_slots = finished->n_slots ? 2 * finished->n_slots : SLOTS_AT_FIRST,
		.count = finished->count,
		.n_unsound = finished->n_unsound};

	larger.slots = xcalloc(larger.n_slots, sizeof(*larger.slots));
	for (size_t i = 0; i < finished->n_slots; i++) {
		uint64_t word = finished->slots[i];

		if (word)
			*slot_of(&larger, word >> PATH_SHIFT) = word;
	}
	free(finished->slots);
	*finished = larger;
}

void finished_release(struct finished *finished)
{
	free(finished->slots);
	*finished = (struct finished)FINISHED_INIT;
}

void finished_put(
	struct finished *finished, uint64_t path_hash, uint64_t trait, bool sound)
{
	uint64_t print = path_print(path_hash);
	uint64_t *slot;

	if (finished->count >= finished->n_slots / 4 * 3)
		grow(finished);
	slot = slot_of(finished, print);
	if (*slot == 0)
		finished->count++;
	else
		finished->n_unsound -= !(*slot & 1);
	finished->n_unsound += !sound;
	*slot = print << PATH_SHIFT | trait_print(trait) | sound;
}

void finished_settle(struct finished *finished, uint64_t path_hash, uint64_t trait)
{
	if (finished->count > 0 && *slot_of(finished, path_print(path_hash)))
		finished_put(finished, path_hash, trait, true);
}

enum finished_answer finished_get(
	const struct finished *finished, uint64_t path_hash, uint64_t trait)
{
	uint64_t word;

	if (finished->count == 0)
		return FINISHED_NOT;
	word = *slot_of(finished, path_print(path_hash));
	if (word == 0)
		return FINISHED_NOT;
	if ((word & ((UINT64_C(1) << PATH_SHIFT) - 2)) != trait_print(trait))
		return FINISHED_OTHER;
	return word & 1 ? FINISHED_SOUND : FINISHED_UNSOUND;
}
