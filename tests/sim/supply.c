/* See supply.h. */
#include "supply.h"

#include <stdlib.h>

static enum source_status wait_until(struct supply *supply, nstime ready)
{
	supply->breathing = false;
	supply->ready = ready;
	return SOURCE_AGAIN;
}

static enum source_status supply_end(struct supply *supply)
{
	if (supply->breaks && !supply->broken) {
		supply->broken = true;
		return SOURCE_BROKEN;
	}
	supply->calls_after_end += supply->ended;
	supply->ended = true;
	return SOURCE_END;
}

static enum source_status supply_next(
	struct source *source, struct entry **entry, struct error *err)
{
	struct supply *supply = container_of(source, struct supply, source);

	supply->calls++;
	error_set(err, KIND_INPUT, 0, "simulated");
	if (supply->now < supply->ready)
		return wait_until(supply, supply->ready);
	if (supply->given == supply->total)
		return supply_end(supply);
	if (dice_chance(&supply->dice, supply->breaths)) {
		supply->breathing = true;
		return SOURCE_AGAIN;
	}
	if (dice_chance(&supply->dice, supply->bad_lines))
		return SOURCE_BAD;
	if (dice_chance(&supply->dice, supply->pauses))
		return wait_until(supply, supply->now + 1 +
						  (nstime)dice_below(&supply->dice,
							  (uint64_t)supply->pause_max));
	if (supply->interval > 0)
		supply->ready = supply->now + supply->interval;
	*entry = entry_new();
	(*entry)->number = ++supply->given;
	supply->make(supply, *entry);
	if (url_parse(&(*entry)->url, (*entry)->urls.items[0], NULL) != 0)
		abort();
	return SOURCE_ENTRY;
}

static int supply_fd(const struct source *source)
{
	const struct supply *supply = container_of(source, const struct supply, source);

	return supply->breathing ? -1 : SUPPLY_FD;
}

void supply_init(struct supply *supply, uint64_t total,
	void (*make)(struct supply *, struct entry *), void *context, uint64_t seed)
{
	static const struct source_ops ops = {.next = supply_next, .fd = supply_fd};

	*supply = (struct supply){.source = {&ops},
		.make = make,
		.context = context,
		.total = total,
		.dice = {seed}};
}
