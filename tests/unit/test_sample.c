/* test_sample.c - app/sample: which entries are let through. */
#include "app/sample.h"

#include <stdlib.h>

#include "tap.h"

#define FD 4711

/* So many entries, numbered; then SOURCE_AGAIN once, a bad line, and the end. */
struct supply {
	struct source source;
	uint64_t entries, given;
	int trailer;
	bool freed;
};

static enum source_status supply_next(
	struct source *source, struct entry **entry, struct error *err)
{
	struct supply *supply = container_of(source, struct supply, source);
	static const enum source_status trailers[] = {
		SOURCE_AGAIN, SOURCE_BAD, SOURCE_END};

	if (supply->given == supply->entries) {
		enum source_status status = trailers[supply->trailer];

		supply->trailer += status != SOURCE_END;
		if (status == SOURCE_BAD)
			error_set(err, KIND_INPUT, 0, "bad");
		return status;
	}
	*entry = entry_new();
	(*entry)->number = ++supply->given;
	return SOURCE_ENTRY;
}

static int supply_fd(const struct source *source)
{
	(void)source;
	return FD;
}

static void supply_free(struct source *source)
{
	container_of(source, struct supply, source)->freed = true;
}

static const struct source_ops supply_ops = {
	.next = supply_next,
	.fd = supply_fd,
	.free = supply_free,
};

/* All numbers let through, as "1 2 3"; yours. */
static char *taken(uint64_t entries, uint64_t every, int *breaths)
{
	struct supply supply = {.source = {&supply_ops}, .entries = entries};
	struct source *source = sample_of(&supply.source, every);
	enum source_status status;
	struct buf out = BUF_INIT;
	int bad = 0, waits = 0;

	*breaths = 0;
	do {
		struct entry *entry = NULL;
		struct error err;

		status = source_next(source, &entry, &err);
		if (status == SOURCE_ENTRY)
			buf_addf(&out, out.len ? " %d" : "%d", (int)entry->number);
		check((entry != NULL) == (status == SOURCE_ENTRY));
		entry_free(entry);
		bad += status == SOURCE_BAD;
		if (status == SOURCE_AGAIN && source_fd(source) == FD)
			waits++;
		else
			*breaths += status == SOURCE_AGAIN;
	} while (status != SOURCE_END);
	check_int(bad, 1);
	check_int(waits, 1);
	source_free(source);
	check(supply.freed);
	return buf_detach(&out);
}

static void takes(uint64_t entries, uint64_t every, const char *wanted)
{
	int breaths;
	char *got = taken(entries, every, &breaths);

	check_str(got, wanted);
	check_int(breaths, 0);
	free(got);
}

static void takes_each_so_many_th(void)
{
	takes(0, 1, "");
	takes(3, 0, "1 2 3");
	takes(3, 1, "1 2 3");
	takes(5, 2, "2 4");
	takes(10, 3, "2 5 8");
	takes(1, 10, "");
	takes(20, 10, "6 16");
}

/* A long list must not keep the caller. */
static void takes_breaths(void)
{
	int breaths;
	char *got = taken(10000, 4000, &breaths);

	check_str(got, "2001 6001");
	check(breaths > 20);
	free(got);
}

int main(void)
{
	run(takes_each_so_many_th);
	run(takes_breaths);
	return done();
}
