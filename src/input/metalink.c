/* metalink.c - see metalink.h. Which element may be where, and what it means, is a table; a
 * stack of states says where we are. An element that has no row is passed over with all that is
 * in it. Both versions share the table, for they differ in little more than where things are.
 *
 * What comes out waits in a queue, files and bad files in the order of the document; a failure
 * of the document itself comes behind them. */
#include "input/metalink.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/list.h"
#include "base/units.h"
#include "base/xml.h"
#include "input/metalink_file.h"

#define NAMESPACE_3 "http://www.metalinker.org/"
#define NAMESPACE_4 "urn:ietf:params:xml:ns:metalink"

#define PRIORITY_LAST 999999 /* RFC 5854, 4.2.16.1; that of a URL that has none */
#define PREFERENCE_BEST 100  /* the same in version 3, the other way round */

/* Bits, since a row of the table may be of both. */
enum dialect { DIALECT_NONE, V3 = 1, V4 = 2, BOTH = V3 | V4 };

enum state {
	NOWHERE,
	METALINK,
	FILES,
	FILE_,
	RESOURCES,
	VERIFICATION,
	SIZE,
	HASH,
	PIECES,
	PIECE,
	URL,
	SIGNATURE
};

/* Ready to be taken. */
struct item {
	struct list link;
	struct entry *entry; /* NULL: a bad file */
	struct error err;
};

struct metalink {
	struct xml *xml;
	char *shown, *base;
	struct strings preferred;

	enum dialect dialect;
	enum state states[1 + XML_DEPTH_MAX]; /* of the elements around us */
	size_t depth;                         /* of the last one; 0: NOWHERE */
	size_t passing_over;                  /* elements in each other */

	struct metalink_file file;
	enum digest_alg alg;       /* of the hash that is being read */
	struct metalink_rank rank; /* of the URL */
	bool torrent;              /* ... which is none of the file's */
	char *index;               /* of the piece; NULL: none said */

	struct list items;
	bool names_files;
	bool told_signature;
	bool ended;     /* nothing more goes into the queue */
	bool is_broken; /* `broken` is still to be told */
	struct error broken;
};

static void add_item(
	struct metalink *metalink, struct entry *entry, const struct error *err)
{
	struct item *item = xcalloc(1, sizeof(*item));

	item->entry = entry;
	if (!entry)
		item->err = *err;
	list_add_before(&metalink->items, &item->link);
}

static void start_file(
	struct metalink *metalink, const struct xml_attributes *attributes)
{
	metalink->names_files = true;
	metalink_file_begin(&metalink->file, metalink->shown, xml_line(metalink->xml),
		xml_attribute(attributes, "name"));
}

static void end_file(struct metalink *metalink, const char *text _unused_)
{
	struct error err;

	add_item(metalink, metalink_file_end(&metalink->file, &err), &err);
}

static void end_size(struct metalink *metalink, const char *text)
{
	metalink_file_size(&metalink->file, text);
}

static enum digest_alg find_alg(const struct xml_attributes *attributes)
{
	const char *type = xml_attribute(attributes, "type");

	return type ? checksum_find(type, strlen(type)) : DIGEST_NONE;
}

static void start_hash(
	struct metalink *metalink, const struct xml_attributes *attributes)
{
	metalink->alg = find_alg(attributes);
}

static void end_hash(struct metalink *metalink, const char *text)
{
	metalink_file_hash(&metalink->file, metalink->alg, text);
}

static void start_pieces(
	struct metalink *metalink, const struct xml_attributes *attributes)
{
	metalink_file_pieces(&metalink->file, find_alg(attributes),
		xml_attribute(attributes, "length"));
}

static void end_pieces(struct metalink *metalink, const char *text _unused_)
{
	metalink_file_pieces_end(&metalink->file);
}

/* Only version 3 numbers them, from 0. */
static void start_piece(
	struct metalink *metalink, const struct xml_attributes *attributes)
{
	free(metalink->index);
	metalink->index = xstrdup(xml_attribute(attributes, "piece"));
}

static void end_piece(struct metalink *metalink, const char *text)
{
	metalink_file_piece(&metalink->file, metalink->index, text);
}

static size_t rank_location(const struct metalink *metalink, const char *location)
{
	size_t i;

	for (i = 0; location && i < metalink->preferred.count; i++)
		if (strcasecmp(metalink->preferred.items[i], location) == 0)
			return i;
	return metalink->preferred.count;
}

static int64_t priority(
	const struct metalink *metalink, const struct xml_attributes *attributes)
{
	bool is_v3 = metalink->dialect == V3;
	const char *text = xml_attribute(attributes, is_v3 ? "preference" : "priority");
	int64_t number;

	if (!text || units_parse_count(text, &number) < 0 || number > PRIORITY_LAST)
		return PRIORITY_LAST;
	if (!is_v3)
		return number;
	return number < PREFERENCE_BEST ? PREFERENCE_BEST + 1 - number : 1;
}

static void start_url(
	struct metalink *metalink, const struct xml_attributes *attributes)
{
	const char *type = xml_attribute(attributes, "type");

	metalink->rank.location =
		rank_location(metalink, xml_attribute(attributes, "location"));
	metalink->rank.priority = priority(metalink, attributes);
	/* Version 3 has torrents among the mirrors; their URLs are of http, too. */
	metalink->torrent = metalink->dialect == V3 && type &&
			    strcasecmp(type, "http") != 0 &&
			    strcasecmp(type, "https") != 0;
}

static void end_url(struct metalink *metalink, const char *text)
{
	if (!metalink->torrent)
		metalink_file_url(
			&metalink->file, text, metalink->base, &metalink->rank);
}

static void start_signature(
	struct metalink *metalink, const struct xml_attributes *attributes _unused_)
{
	if (!metalink->told_signature)
		log_warn("%s:%" PRIu64 ": unverified signature ignored",
			metalink->shown, xml_line(metalink->xml));
	metalink->told_signature = true;
}

static const struct element {
	enum dialect dialect;
	enum state parent;
	const char *name;
	enum state state;
	void (*start)(struct metalink *, const struct xml_attributes *);
	void (*end)(struct metalink *, const char *text);
} elements[] = {
	{BOTH, NOWHERE, "metalink", METALINK, NULL, NULL},
	{V3, METALINK, "files", FILES, NULL, NULL},
	{V3, FILES, "file", FILE_, start_file, end_file},
	{V4, METALINK, "file", FILE_, start_file, end_file},
	{BOTH, FILE_, "size", SIZE, NULL, end_size},
	{V3, FILE_, "resources", RESOURCES, NULL, NULL},
	{V3, RESOURCES, "url", URL, start_url, end_url},
	{V4, FILE_, "url", URL, start_url, end_url},
	{V3, FILE_, "verification", VERIFICATION, NULL, NULL},
	{V3, VERIFICATION, "hash", HASH, start_hash, end_hash},
	{V4, FILE_, "hash", HASH, start_hash, end_hash},
	{V3, VERIFICATION, "pieces", PIECES, start_pieces, end_pieces},
	{V4, FILE_, "pieces", PIECES, start_pieces, end_pieces},
	{BOTH, PIECES, "hash", PIECE, start_piece, end_piece},
	{V3, VERIFICATION, "signature", SIGNATURE, start_signature, NULL},
	{V4, FILE_, "signature", SIGNATURE, start_signature, NULL},
};

static enum state here(const struct metalink *metalink)
{
	return metalink->states[metalink->depth];
}

static enum dialect dialect_of(const char *ns)
{
	if (strcmp(ns, NAMESPACE_4) == 0)
		return V4;
	return strcmp(ns, NAMESPACE_3) == 0 ? V3 : DIALECT_NONE;
}

static const struct element *find_start(
	const struct metalink *metalink, const char *ns, const char *name)
{
	enum dialect dialect = dialect_of(ns);

	for (size_t i = 0; i < ARRAY_LEN(elements); i++) {
		const struct element *element = &elements[i];

		if (element->parent == here(metalink) && (element->dialect & dialect) &&
			strcmp(element->name, name) == 0)
			return element;
	}
	return NULL;
}

static const struct element *find_end(const struct metalink *metalink)
{
	for (size_t i = 0; i < ARRAY_LEN(elements); i++) {
		const struct element *element = &elements[i];

		if (element->state == here(metalink) &&
			(element->dialect & metalink->dialect))
			return element;
	}
	return NULL;
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
	if (find_start(metalink, ns, name))
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
		element = find_start(metalink, ns, name);
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
	element = find_end(metalink);
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
