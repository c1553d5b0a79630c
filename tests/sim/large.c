/* See large.h. Ranges are kept in order and apart: adjoining ones are joined. */
#include "large.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define RANGES_MAX 512

/* Of the part of one generation. */
struct account {
	unsigned generation;
	unsigned state; /* of all that is in it; 0: nothing is */
	size_t n;
	struct range ranges[RANGES_MAX];
};

void larges_init(struct larges *larges, struct oracle *oracle, size_t total)
{
	*larges = (struct larges){.oracle = oracle,
		.total = total,
		.accounts = xcalloc(total + 1, sizeof(struct account *))};
}

void larges_release(struct larges *larges)
{
	for (size_t i = 0; i <= larges->total; i++)
		free(larges->accounts[i]);
	free(larges->accounts);
}

static struct account *account_of(struct larges *larges, uint64_t number)
{
	if (!larges->accounts[number])
		larges->accounts[number] = xcalloc(1, sizeof(struct account));
	return larges->accounts[number];
}

/* False when it overlaps what is there. */
static bool add_range(struct account *account, struct range range)
{
	size_t at = 0;

	while (at < account->n && account->ranges[at].last < range.first)
		at++;
	if (at < account->n && account->ranges[at].first <= range.last)
		return false;
	if (at > 0 && account->ranges[at - 1].last + 1 == range.first) {
		account->ranges[--at].last = range.last;
	} else {
		if (account->n == RANGES_MAX)
			abort();
		memmove(&account->ranges[at + 1], &account->ranges[at],
			(account->n++ - at) * sizeof(range));
		account->ranges[at] = range;
	}
	if (at + 1 < account->n && account->ranges[at + 1].first == range.last + 1) {
		account->ranges[at].last = account->ranges[at + 1].last;
		memmove(&account->ranges[at + 1], &account->ranges[at + 2],
			(--account->n - at - 1) * sizeof(range));
	}
	return true;
}

void larges_wrote(struct larges *larges, const struct attempt *attempt, unsigned state,
	int64_t written)
{
	uint64_t number = attempt->entry->number;
	struct account *account = account_of(larges, number);

	larges->received += written;
	if (written == 0 || attempt->generation < account->generation)
		return;
	if (attempt->generation > account->generation)
		*account = (struct account){.generation = attempt->generation};
	if (account->state && account->state != state)
		oracle_blame(larges->oracle, "entry %" PRIu64 ": bytes of two files",
			number);
	account->state = state;
	if (!add_range(account, (struct range){attempt->asked.first,
					attempt->asked.first + written - 1}))
		oracle_blame(larges->oracle,
			"entry %" PRIu64 ": bytes from %" PRId64 " on come twice",
			number, attempt->asked.first);
}

void larges_commit(struct larges *larges, const struct attempt *attempt)
{
	uint64_t number = attempt->entry->number;
	const struct account *account = account_of(larges, number);
	int64_t size = attempt->version.size;

	larges->commits++;
	larges->needed += size;
	if (account->generation != attempt->generation || account->n != 1 ||
		account->ranges[0].first != 0 || account->ranges[0].last != size - 1)
		oracle_blame(larges->oracle,
			"entry %" PRIu64 " is committed, and not all of it is there",
			number);
	/* Its length says which state it is of. */
	if (account->state != (unsigned)(size % (1 << 20)) - (unsigned)(number % 1000))
		oracle_blame(larges->oracle,
			"entry %" PRIu64 " has another file's length", number);
}
