/* From lines to named entries.
 *
 * A list whose files are all there would keep one call busy to its end; so after BREATH
 * entries that came to nothing the source says SOURCE_AGAIN without a descriptor: call
 * again. */
#include "app/intake.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define BREATH 256

struct intake_source {
	struct source source;
	struct intake parts;
	bool breathing; /* the last SOURCE_AGAIN was ours, not the inputs' */
};

static void tell(const struct intake *parts, enum event_type type,
	const struct entry *entry, const struct error *err)
{
	static const struct history none;

	observer_tell(parts->observer, &(struct event){.type = type,
					       .now = clock_now(),
					       .entry = entry,
					       .history = entry ? &none : NULL,
					       .error = err});
}

/* Parse the first URL that is one; those before it are dropped, with a warning as long
 * as another mirror remains. */
static int parse_url(struct entry *entry, struct error *err)
{
	while (url_parse(&entry->url, entry->urls.items[0], err) != 0) {
		if (entry->urls.count == 1)
			return -1;
		log_warn("%s:%" PRIu64 ": %s; using the other mirrors",
			entry->input ? entry->input : "argument", entry->line,
			err->text);
		free(entry->urls.items[0]);
		entry->urls.count--;
		memmove(entry->urls.items, entry->urls.items + 1,
			entry->urls.count * sizeof(*entry->urls.items));
	}
	return 0;
}

/* Whether the entry is still to be fetched. If not, it has been told of and freed. */
static bool take(const struct intake *parts, struct entry *entry)
{
	struct error err;

	if (parse_url(entry, &err) != 0 ||
		!(entry->path = naming_path(parts->naming, entry, &err))) {
		tell(parts, EVENT_FAILED, entry, &err);
	} else if (parts->settings->existing == EXISTING_SKIP &&
		   outdir_exists(parts->outdir, entry->path)) {
		tell(parts, EVENT_PRESENT, entry, NULL);
	} else {
		return true;
	}
	entry_free(entry);
	return false;
}

static enum source_status intake_next(
	struct source *source, struct entry **entry, struct error *err _unused_)
{
	struct intake_source *intake =
		container_of(source, struct intake_source, source);
	const struct intake *parts = &intake->parts;
	struct error why;

	intake->breathing = false;
	for (int i = 0; i < BREATH; i++) {
		enum source_status status = source_next(parts->inputs, entry, &why);

		if (status == SOURCE_BAD)
			tell(parts, EVENT_BAD_LINE, NULL, &why);
		else if (status == SOURCE_BROKEN)
			tell(parts, EVENT_BROKEN, NULL, &why);
		else if (status != SOURCE_ENTRY || take(parts, *entry))
			return status;
	}
	intake->breathing = true;
	return SOURCE_AGAIN;
}

static int intake_fd(const struct source *source)
{
	const struct intake_source *intake =
		container_of(source, struct intake_source, source);

	return intake->breathing ? -1 : source_fd(intake->parts.inputs);
}

static void intake_free(struct source *source)
{
	free(container_of(source, struct intake_source, source));
}

struct source *intake_new(const struct intake *parts)
{
	static const struct source_ops ops = {
		.next = intake_next,
		.fd = intake_fd,
		.free = intake_free,
	};
	struct intake_source *intake = xcalloc(1, sizeof(*intake));

	intake->source.ops = &ops;
	intake->parts = *parts;
	return &intake->source;
}
