/* The bytes wait here, and are parsed a bite at a time, so that nobody waits for a large one. */
#include "app/follow.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "input/metalink.h"

#define BITE ((size_t)64 * 1024) /* bytes parsed in one call */

struct follow_source {
	struct source source;
	const struct settings *settings;
	struct entry *document; /* to be given out first; NULL: it was */
	/* What its entries have of it; as an entry, the Metalink itself. */
	struct entry *model;
	struct metalink *metalink; /* NULL: its bytes are not here */
	struct buf body;
	size_t parsed;
	char *origin;   /* of the document, as its user has named it */
	bool is_public; /* it has come from a public address */
	bool lost;
};

static struct follow_source *follow_of(struct source *source)
{
	return container_of(source, struct follow_source, source);
}

/* Relative URLs in it are so to where it was found (RFC 3986, 5.1.3). */
static void take_body(struct follow_source *follow, const struct entry *document,
	const struct whence *whence, struct buf *body)
{
	_cleanup_(buf_release) struct buf shown = BUF_INIT;

	follow->body = *body;
	buf_init(body);
	follow->origin =
		xstrdup(document->bound_to ? document->bound_to : document->url.origin);
	follow->is_public = whence->is_public;
	url_add_redacted(&shown, document->url.text);
	follow->metalink = metalink_new(
		shown.data, whence->url, follow->settings->metalink_location);
}

static void feed(struct follow_source *follow)
{
	size_t left = follow->body.len - follow->parsed;
	size_t len = left < BITE ? left : BITE;

	metalink_feed(
		follow->metalink, follow->body.data + follow->parsed, len, len == left);
	follow->parsed += len;
}

/* What its user said of the Metalink holds for the files, but for what is for its server alone:
 * whatever other servers that names, they get none of it. */
static void complete(const struct follow_source *follow, struct entry *entry)
{
	const struct entry *model = follow->model;

	entry->bound_to = xstrdup(follow->origin);
	entry->named_by_public = follow->is_public;
	entry->dir = xstrdup(model->dir);
	entry->user_agent = xstrdup(model->user_agent);
	entry->max_tries = model->max_tries;
	entry->input = model->input;
	entry->line = model->line;
}

static enum source_status follow_next(
	struct source *source, struct entry **entry, struct error *err)
{
	struct follow_source *follow = follow_of(source);
	enum source_status status;

	if (follow->document) {
		*entry = follow->document;
		follow->document = NULL;
		return SOURCE_ENTRY;
	}
	if (!follow->metalink)
		return follow->lost ? SOURCE_END : SOURCE_LATER;
	status = metalink_take(follow->metalink, entry, err);
	if (status == SOURCE_AGAIN)
		feed(follow); /* SOURCE_AGAIN: there may be some now */
	else if (status == SOURCE_ENTRY)
		complete(follow, *entry);
	if (status != SOURCE_BROKEN)
		return status;
	*entry = follow->model;
	follow->model = NULL;
	return SOURCE_BAD;
}

static void follow_read(struct source *source, const struct entry *document,
	const struct whence *whence, struct buf *body)
{
	take_body(follow_of(source), document, whence, body);
}

static void follow_lost(struct source *source, const struct entry *document _unused_)
{
	follow_of(source)->lost = true;
}

static void follow_free(struct source *source)
{
	struct follow_source *follow = follow_of(source);

	entry_free(follow->document);
	entry_free(follow->model);
	metalink_free(follow->metalink);
	buf_release(&follow->body);
	free(follow->origin);
	free(follow);
}

static struct follow_source *follow_make(
	const struct settings *settings, const struct entry *document)
{
	static const struct source_ops ops = {
		.next = follow_next,
		.read = follow_read,
		.lost = follow_lost,
		.free = follow_free,
	};
	struct follow_source *follow = xcalloc(1, sizeof(*follow));

	follow->source.ops = &ops;
	follow->settings = settings;
	follow->model = entry_like(document);
	follow->model->checksum = document->checksum;
	follow->model->size = document->size;
	for (size_t i = 0; i < document->urls.count; i++)
		strings_add(&follow->model->urls, document->urls.items[i]);
	buf_init(&follow->body);
	return follow;
}

struct source *follow_new(const struct settings *settings, struct entry *entry)
{
	struct follow_source *follow = follow_make(settings, entry);

	entry->document = true;
	entry->reader = &follow->source;
	follow->document = entry;
	return &follow->source;
}

struct source *follow_found(const struct settings *settings,
	const struct entry *document, const struct whence *whence, struct buf *body)
{
	struct follow_source *follow = follow_make(settings, document);

	take_body(follow, document, whence, body);
	return &follow->source;
}
