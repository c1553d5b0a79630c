/* test_repeats.c - entries that were there before: which are the same, and for how long that is
 * known. */
#include "core/repeats.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "tap.h"

/* In each the entry is another one; the first is as it is. */
enum change {
	NO_CHANGE,
	NUMBER, /* and where it is from: these do not count */
	URL,
	MIRROR,
	SWAPPED,
	OUT,
	OUT_EMPTY,
	OUT_FOREIGN,
	KNOWN_AS,
	DIR,
	CHECKSUM,
	CHECKSUM_ALG,
	SIZE,
	HEADER,
	REFERER,
	USER_AGENT,
	TRIES,
	PIECES,
	PIECES_OTHERS,
	CHANGES
};

static struct pieces *one_piece(unsigned char digest)
{
	struct pieces *pieces =
		xcalloc(1, sizeof(*pieces) + checksum_len(DIGEST_SHA256));

	*pieces = (struct pieces){.alg = DIGEST_SHA256, .length = 9, .count = 1};
	pieces->digests[0] = digest;
	return pieces;
}

static void change_place(struct entry *entry, enum change change)
{
	switch (change) {
	case NUMBER:
		entry->number = 77;
		entry->input = "other.txt";
		entry->line = 9;
		break;
	case MIRROR:
		strings_add(&entry->urls, "http://c.test/");
		break;
	case OUT:
		entry->out = xstrdup("out");
		break;
	case OUT_EMPTY:
		entry->out = xstrdup("");
		break;
	case OUT_FOREIGN:
		entry->out = xstrdup("out");
		entry->out_is_foreign = true;
		break;
	case KNOWN_AS:
		entry->out = xstrdup("out");
		entry->out_gives_way = true;
		break;
	case DIR:
		entry->dir = xstrdup("out");
		break;
	default:
		break;
	}
}

static void change_wish(struct entry *entry, enum change change)
{
	switch (change) {
	case CHECKSUM:
	case CHECKSUM_ALG:
		entry->checksum.alg = change == CHECKSUM ? DIGEST_MD5 : DIGEST_SHA1;
		break;
	case SIZE:
		entry->size = 5;
		break;
	case HEADER:
		strings_add(&entry->headers, "A: b");
		break;
	case REFERER:
		entry->referer = xstrdup("x");
		break;
	case USER_AGENT:
		entry->user_agent = xstrdup("x");
		break;
	case TRIES:
		entry->max_tries = 5;
		break;
	case PIECES:
	case PIECES_OTHERS:
		entry->pieces = one_piece(change == PIECES);
		break;
	default:
		break;
	}
}

static bool add(struct repeats *repeats, enum change change)
{
	static const char *const urls[] = {"http://a.test/", "http://b.test/"};
	struct entry *entry = entry_new();
	bool known;

	strings_add(&entry->urls,
		change == URL ? "http://x.test/" : urls[change == SWAPPED]);
	strings_add(&entry->urls, urls[change != SWAPPED]);
	change_place(entry, change);
	change_wish(entry, change);
	known = repeats_add(repeats, entry);
	entry_free(entry);
	return known;
}

static void what_is_the_same(void)
{
	struct repeats *repeats = repeats_new(7);

	for (int round = 0; round < 2; round++)
		for (enum change change = NO_CHANGE; change < CHANGES; change++)
			check_int(add(repeats, change), round > 0 || change == NUMBER);
	repeats_free(repeats);
	repeats_free(NULL);
}

/* The i-th of many. */
static bool add_many(struct repeats *repeats, struct entry *entry, int i)
{
	snprintf(entry->urls.items[0], 32, "http://h.test/%d", i);
	return repeats_add(repeats, entry);
}

/* Half a million are remembered in any case, and what comes again is new again. */
static void how_long(void)
{
	enum { SPAN = 1 << 19, MANY = 5 * SPAN / 2 };
	struct repeats *repeats = repeats_new(7);
	struct entry *entry = entry_new();
	int wrong = 0;

	strings_take(&entry->urls, xcalloc(1, 32));
	for (int i = 0; i < MANY; i++) {
		wrong += add_many(repeats, entry, i);
		if (i % 4096 == 0 && i > 0) {
			int ago = i < SPAN ? i : SPAN - 4096;

			wrong += !add_many(repeats, entry, i - ago + 1);
			wrong += !add_many(repeats, entry, 0);
		}
	}
	check_int(wrong, 0);
	check(!add_many(repeats, entry, 1));
	entry_free(entry);
	repeats_free(repeats);
}

int main(void)
{
	run(what_is_the_same);
	run(how_long);
	return done();
}
