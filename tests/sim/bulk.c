/* See bulk.h. Entries are made by hand: parsing URLs is not what is to be measured. */
#include "bulk.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

static struct entry *make_entry(uint64_t number, unsigned hosts)
{
	struct entry *entry = entry_new();
	unsigned host = (unsigned)(number % hosts);

	entry->number = number;
	entry->url.text =
		xasprintf("http://h%u.test/%llu", host, (unsigned long long)number);
	entry->url.origin = xasprintf("http://h%u.test:80", host);
	strings_add(&entry->urls, entry->url.text);
	return entry;
}

static enum source_status bulk_next(
	struct source *source, struct entry **entry, struct error *err _unused_)
{
	struct bulk *bulk = container_of(source, struct bulk, source);

	if (bulk->given == bulk->total)
		return SOURCE_END;
	*entry = make_entry(++bulk->given, bulk->hosts);
	if (bulk->given - bulk->done > bulk->most_live)
		bulk->most_live = bulk->given - bulk->done;
	return SOURCE_ENTRY;
}

static void bulk_event(struct observer *observer, const struct event *event)
{
	struct bulk *bulk = container_of(observer, struct bulk, observer);

	bulk->done += event->type == EVENT_DONE;
	bulk->failed += event->type == EVENT_FAILED;
}

void bulk_init(struct bulk *bulk, uint64_t total, unsigned hosts)
{
	static const struct source_ops source_ops = {.next = bulk_next};
	static const struct observer_ops observer_ops = {.event = bulk_event};

	*bulk = (struct bulk){.settings = {.jobs = 64, .tries = 3, .max_redirs = 5},
		.total = total,
		.enough = total,
		.hosts = hosts,
		.source = {&source_ops},
		.observer = {&observer_ops}};
}

void bulk_run(struct bulk *bulk)
{
	struct attempt **away =
		xcalloc((size_t)bulk->settings.jobs, sizeof(struct attempt *));
	struct sched *sched =
		sched_new(&bulk->settings, &bulk->source, &bulk->observer, 1);
	enum sched_verdict verdict = SCHED_WAIT;
	nstime began = clock_now(), now = 0, wake;
	struct outcome outcome;

	outcome_init(&outcome);
	while (verdict != SCHED_FINISHED) {
		size_t n = 0;

		now++;
		do
			verdict = sched_next(sched, now, &away[n], &wake);
		while ((verdict == SCHED_START && ++n < (size_t)bulk->settings.jobs) ||
			(verdict == SCHED_WAIT && wake == now));
		for (size_t i = 0; i < n; i++)
			sched_finish(sched, now, away[i], &outcome);
		if (bulk->done >= bulk->enough)
			sched_drain(sched);
	}
	bulk->took = clock_now() - began;
	sched_free(sched);
	free(away);
}

nstime bulk_without_sched(uint64_t total, unsigned hosts)
{
	nstime began = clock_now();

	for (uint64_t n = 1; n <= total; n++)
		entry_free(make_entry(n, hosts));
	return clock_now() - began;
}
