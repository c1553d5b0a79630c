/* The inputs as a queue of items: an entry that is ready, or a source of entries (a listing, a
 * Metalink) that has to ask for something first. Only the first item gives entries; those
 * behind it may ask. */
#include "app/expand.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "app/follow.h"
#include "app/listing.h"
#include "base/alloc.h"
#include "core/s3.h"

#define AHEAD 64 /* items in the queue while its first one waits */

struct item {
	struct list link;
	struct entry *entry;   /* or ... */
	struct source *source; /* ... this */
};

struct expand_source {
	struct source source;
	const struct settings *settings;
	struct source *inputs;
	struct s3 *s3;
	bool ended; /* the inputs have */
	bool inputs_said_again;
	struct list items;
	size_t n_items;
	uint64_t numbered;
};

static struct expand_source *expand_of(const struct source *source)
{
	return container_of((struct source *)source, struct expand_source, source);
}

/* Behind all others, or in front of them. */
static struct item *add_item(struct expand_source *expand, struct entry *entry,
	struct source *source, bool front)
{
	struct item *item = xcalloc(1, sizeof(*item));

	item->entry = entry;
	item->source = source;
	list_init(&item->link);
	list_add_before(front ? expand->items.next : &expand->items, &item->link);
	expand->n_items++;
	return item;
}

static void drop_item(struct expand_source *expand, struct item *item)
{
	list_remove(&item->link);
	expand->n_items--;
	entry_free(item->entry);
	source_free(item->source);
	free(item);
}

/* A Metalink by the name of its URL. One that the user has given a name is a file to keep. */
static bool is_metalink_url(const char *url)
{
	static const char *const suffixes[] = {".meta4", ".metalink"};
	size_t len = strcspn(url, "?#");

	for (size_t i = 0; i < ARRAY_LEN(suffixes); i++) {
		size_t suffix = strlen(suffixes[i]);

		if (len > suffix &&
			strncasecmp(url + len - suffix, suffixes[i], suffix) == 0)
			return true;
	}
	return false;
}

/* Is something said of the entry that can only be so of one file? */
static bool is_of_one(const struct entry *entry)
{
	return entry->out || entry->size >= 0 || entry->checksum.alg != DIGEST_NONE;
}

/* What is no good URL, or names several objects where one is meant, is told of by whoever takes the
 * entry. */
static struct source *listing_for(struct expand_source *expand, struct entry *entry)
{
	struct s3_name name;

	if (s3_parse(&name, entry->urls.items[0], NULL) != 0)
		return NULL;
	if (name.many && !is_of_one(entry))
		return listing_new(expand->s3, &name, entry);
	s3_name_release(&name);
	return NULL;
}

/* What stands for this entry of the inputs, which is taken; NULL: it does itself. */
static struct source *source_for(struct expand_source *expand, struct entry *entry)
{
	const char *url = entry->urls.items[0];

	if (s3_is_url(url))
		return listing_for(expand, entry);
	if (!expand->settings->follow_metalink || entry->out)
		return NULL;
	entry->reader = &expand->source;
	return is_metalink_url(url) ? follow_new(expand->settings, entry) : NULL;
}

static enum source_status give(struct expand_source *expand, struct entry *entry)
{
	if (!entry->document)
		entry->number = ++expand->numbered;
	return SOURCE_ENTRY;
}

/* Read one entry more of the inputs. SOURCE_ENTRY: what it stands for asks for something first,
 * which is *entry; SOURCE_AGAIN as well when there is only more in the queue. */
static enum source_status read_ahead(
	struct expand_source *expand, struct entry **entry, struct error *err)
{
	enum source_status status = source_next(expand->inputs, entry, err);
	struct source *source;

	expand->inputs_said_again = status == SOURCE_AGAIN;
	if (status == SOURCE_END)
		expand->ended = true;
	if (status != SOURCE_ENTRY)
		return status;
	source = source_for(expand, *entry);
	add_item(expand, source ? NULL : *entry, source, false);
	*entry = NULL;
	return source ? source_next(source, entry, err) : SOURCE_AGAIN;
}

/* What the first item has; SOURCE_END when there is none. */
static enum source_status take_first(
	struct expand_source *expand, struct entry **entry, struct error *err)
{
	while (!list_empty(&expand->items)) {
		struct item *item = container_of(expand->items.next, struct item, link);
		enum source_status status = SOURCE_ENTRY;

		if (item->entry) {
			*entry = item->entry;
			item->entry = NULL;
			drop_item(expand, item);
			return give(expand, *entry);
		}
		status = source_next(item->source, entry, err);
		if (status == SOURCE_ENTRY)
			return give(expand, *entry);
		if (status != SOURCE_END)
			return status;
		drop_item(expand, item);
	}
	return SOURCE_END;
}

static enum source_status expand_next(
	struct source *source, struct entry **entry, struct error *err)
{
	struct expand_source *expand = expand_of(source);
	enum source_status status;

	expand->inputs_said_again = false;
	for (;;) {
		status = take_first(expand, entry, err);
		if (status != SOURCE_LATER && status != SOURCE_END)
			return status;
		if (expand->ended || expand->n_items >= AHEAD)
			return status;
		status = read_ahead(expand, entry, err);
		if (status == SOURCE_END ||
			(status == SOURCE_AGAIN && !expand->inputs_said_again))
			continue;
		return status;
	}
}

/* Where the inputs have nothing yet, theirs; -1 when it was one of ours that takes a breath. */
static int expand_fd(const struct source *source)
{
	const struct expand_source *expand = expand_of(source);

	return expand->inputs_said_again ? source_fd(expand->inputs) : -1;
}

/* An entry that turned out to be a Metalink. */
static void expand_read(struct source *source, const struct entry *document,
	const struct whence *whence, struct buf *body)
{
	struct expand_source *expand = expand_of(source);

	add_item(expand, NULL, follow_found(expand->settings, document, whence, body),
		true);
}

static void expand_free(struct source *source)
{
	struct expand_source *expand = expand_of(source);

	while (!list_empty(&expand->items))
		drop_item(expand, container_of(expand->items.next, struct item, link));
	source_free(expand->inputs);
	free(expand);
}

struct source *expand_new(
	const struct settings *settings, struct source *inputs, struct s3 *s3)
{
	static const struct source_ops ops = {
		.next = expand_next,
		.fd = expand_fd,
		.read = expand_read,
		.free = expand_free,
	};
	struct expand_source *expand = xcalloc(1, sizeof(*expand));

	expand->source.ops = &ops;
	expand->settings = settings;
	expand->inputs = inputs;
	expand->s3 = s3;
	list_init(&expand->items);
	return &expand->source;
}
