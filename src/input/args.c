/* args.c - settings->urls, walked once. */
#include "input/args.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "input/fields.h"

struct args_source {
	struct source source;
	const struct settings *settings;
	size_t next;
};

static int apply(
	struct entry *entry, const struct settings *settings, struct error *err)
{
	if (settings->output && field_apply(entry, "out", settings->output, err) < 0)
		return -1;
	if (settings->checksum &&
		field_apply(entry, "checksum", settings->checksum, err) < 0)
		return -1;
	return 0;
}

static enum source_status args_next(
	struct source *source, struct entry **entry, struct error *err)
{
	struct args_source *args = container_of(source, struct args_source, source);
	const struct strings *urls = &args->settings->urls;
	struct entry *made;

	if (args->next == urls->count)
		return SOURCE_END;
	made = entry_new();
	strings_add(&made->urls, urls->items[args->next++]);
	made->line = args->next;
	if (args->next == 1 && apply(made, args->settings, err) < 0) {
		entry_free(made);
		return SOURCE_BAD;
	}
	*entry = made;
	return SOURCE_ENTRY;
}

static void args_free(struct source *source)
{
	free(container_of(source, struct args_source, source));
}

static const struct source_ops args_ops = {.next = args_next, .free = args_free};

struct source *args_open(const struct settings *settings)
{
	struct args_source *args = xcalloc(1, sizeof(*args));

	args->source.ops = &args_ops;
	args->settings = settings;
	return &args->source;
}
