/* rereading.h - what the tests of reports share that are inputs, too: odd entries, and whether they
 * are read back the same. */
#ifndef SEINE_TESTS_REREADING_H
#define SEINE_TESTS_REREADING_H

#include "base/alloc.h"
#include "core/source.h"
#include "dice.h"
#include "tap.h"

static struct dice dice = {1};

/* What an entry has besides texts, which are odd in each format by its own. */
static inline void add_odd_rest(struct entry *entry)
{
	entry->is_given_names = dice_below(&dice, 3) == 0;
	entry->out_gives_way = dice_below(&dice, 3) == 0;
	entry->max_tries = dice_below(&dice, 3);
	entry->size = (int64_t)dice_below(&dice, 3) - 1;
	if (dice_below(&dice, 2)) {
		entry->checksum.alg = DIGEST_SHA256;
		entry->checksum.bytes[0] = (unsigned char)dice_below(&dice, 256);
	}
}

static inline void check_strings(const struct strings *got, const struct strings *want)
{
	check_int(got->count, want->count);
	for (size_t i = 0; i < got->count && i < want->count; i++)
		check_str(got->items[i], want->items[i]);
}

static inline void check_entry(const struct entry *got, const struct entry *want)
{
	check_strings(&got->urls, &want->urls);
	check_strings(&got->headers, &want->headers);
	/* Its name was chosen; or there was none, and it is asked for again. */
	check_str(got->out, want->path ? want->path : want->out);
	check(!got->out ||
		got->out_gives_way == (want->is_given_names || want->out_gives_way));
	check_str(got->dir, want->path ? NULL : want->dir);
	check_str(got->referer, want->referer);
	check_str(got->user_agent, want->user_agent);
	check_int(got->max_tries, want->max_tries);
	check_int(got->size, want->size);
	check_int(got->checksum.alg, want->checksum.alg);
	check(got->checksum.alg == DIGEST_NONE ||
		checksum_equal(&got->checksum, &want->checksum));
}

/* The source has these and no more. Takes all of it. */
static inline void check_entries(
	struct source *source, struct entry *const *entries, size_t count)
{
	struct error err = {.text = ""};
	struct entry *entry;

	for (size_t i = 0; i < count; i++) {
		entry = NULL;
		check_int(source_next(source, &entry, &err), SOURCE_ENTRY);
		check_str(err.text, "");
		if (entry)
			check_entry(entry, entries[i]);
		entry_free(entry);
		entry_free(entries[i]);
	}
	check_int(source_next(source, &entry, &err), SOURCE_END);
	source_free(source);
}

#endif
