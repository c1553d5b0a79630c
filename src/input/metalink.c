/* metalink.c - see metalink.h. A stack of states says where we are; an element that may not be
 * there is passed over with all that is in it.
 *
 * What comes out waits in a queue, files and bad files in the order of the document; a failure
 * of the document itself comes behind them. */
#include "input/metalink.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "input/metalink_parts.h"

#define NAMESPACE_3 "http://www.metalinker.org/"
#define NAMESPACE_4 "urn:ietf:params:xml:ns:metalink"

/* Ready to be taken. */
struct item {
	struct list link;
	struct entry *entry; /* NULL: a bad file */
	struct error err;
};

void metalink_put(
	struct metalink *metalink, struct entry *entry, const struct error *err)
{
	struct item *item = xcalloc(1, sizeof(*item));

	item->entry = entry;
	if (!entry)
		item->err = *err;
	list_add_before(&metalink->items, &item->link);
}

static enum dialect dialect_of(const char *ns)
{
	if (strcmp(ns, NAMESPACE_4) == 0)
		return DIALECT_4;
	return strcmp(ns, NAMESPACE_3) == 0 ? DIALECT_3 : DIALECT_NONE;
}

/* Everything before it has been given out, or is in the queue. */
static void break_off(struct metalink *metalink, const struct error *why)
{
	metalink_file_release(&metalink->file);
	metalink->ended = metalink->is_broken = true;
	metalink->broken = *why;
}

static void take_root(struct metalink *metalink, const char *ns, const char *name)
{
	struct error err;

	metalink->dialect = dialect_of(ns);
	if (metalink_element(metalink, metalink->dialect, name))
		return;
	(void)error_set(&err, KIND_INPUT, 0,
		"%s:%" PRIu64 ": this is no Metalink of version 3 or 4: it begins "
		"with <%.40s> of the namespace \"%.60s\"",
		metalink->shown, xml_line(metalink->xml), name, ns);
	break_off(metalink, &err);
}

static void on_start(void *context, const char *ns, const char *name,
	const struct xml_attributes *attributes)
{
	struct metalink *metalink = context;
	const struct element *element = NULL;

	if (metalink->depth == 0 && metalink->passing_over == 0)
		take_root(metalink, ns, name);
	if (metalink->passing_over == 0 && dialect_of(ns) == metalink->dialect)
		element = metalink_element(metalink, metalink->dialect, name);
	if (metalink->ended || !element) {
		metalink->passing_over++;
		return;
	}
	metalink->states[++metalink->depth] = element->state;
	if (element->start)
		element->start(metalink, attributes);
}

static void on_end(void *context, const char *ns _unused_, const char *name _unused_,
	const char *text, size_t len _unused_)
{
	struct metalink *metalink = context;
	const struct element *element;

	if (metalink->passing_over > 0) {
		metalink->passing_over--;
		return;
	}
	element = metalink_element_here(metalink);
	if (element && element->end)
		element->end(metalink, text);
	metalink->depth--;
}

static void take_preferred(struct strings *locations, const char *text)
{
	static const char separators[] = ", ";

	for (text += strspn(text, separators); *text;
		text += strspn(text, separators)) {
		size_t len = strcspn(text, separators);

		strings_take(locations, xstrndup(text, len));
		text += len;
	}
}

struct metalink *metalink_new(
	const char *shown, const char *base, const char *preferred)
{
	static const struct xml_handler handler = {.start = on_start, .end = on_end};
	static const struct xml_limits limits = XML_LIMITS;
	struct metalink *metalink = xcalloc(1, sizeof(*metalink));

	metalink->xml = xml_new(&handler, metalink, &limits, KIND_INPUT, shown);
	metalink->shown = xstrdup(shown);
	metalink->base = xstrdup(base);
	if (preferred)
		take_preferred(&metalink->preferred, preferred);
	list_init(&metalink->items);
	return metalink;
}

/* NULL: there is none. */
static struct item *take_item(struct metalink *metalink)
{
	struct list *first = list_pop(&metalink->items);

	return first ? container_of(first, struct item, link) : NULL;
}

void metalink_free(struct metalink *metalink)
{
	struct item *item;

	if (!metalink)
		return;
	while ((item = take_item(metalink))) {
		entry_free(item->entry);
		free(item);
	}
	metalink_file_release(&metalink->file);
	xml_free(metalink->xml);
	strings_release(&metalink->preferred);
	free(metalink->shown);
	free(metalink->base);
	free(metalink->index);
	free(metalink);
}

void metalink_feed(struct metalink *metalink, const char *data, size_t len, bool last)
{
	struct error err;

	if (metalink->ended)
		return;
	if (xml_feed(metalink->xml, data, len, last, &err) < 0) {
		if (!metalink->is_broken)
			break_off(metalink, &err);
	} else if (last && !metalink->ended && !metalink->names_files) {
		(void)error_set(&err, KIND_INPUT, 0, "%s: this Metalink names no file",
			metalink->shown);
		break_off(metalink, &err);
	}
	metalink->ended |= last;
}

enum source_status metalink_take(
	struct metalink *metalink, struct entry **entry, struct error *err)
{
	struct item *item = take_item(metalink);
	enum source_status status;

	if (item) {
		status = item->entry ? SOURCE_ENTRY : SOURCE_BAD;
		*entry = item->entry;
		if (!item->entry && err)
			*err = item->err;
		free(item);
		return status;
	}
	if (!metalink->is_broken)
		return metalink->ended ? SOURCE_END : SOURCE_AGAIN;
	metalink->is_broken = false;
	if (err)
		*err = metalink->broken;
	return SOURCE_BROKEN;
}
