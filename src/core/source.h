/* source.h - where entries come from, as the scheduler sees it.
 *
 * A source yields entries lazily and never blocks for long: when its input has nothing yet (a
 * pipe), it says SOURCE_AGAIN and names the descriptor to wait for. One thread at a time.
 *
 * What a source must ask the network for (a page of a bucket's listing, a Metalink), it gives
 * out as an entry whose reader it is: a document, fetched as any file is, which comes back by
 * source_read(). */
#ifndef SEINE_CORE_SOURCE_H
#define SEINE_CORE_SOURCE_H

#include "base/attr.h"
#include "base/diag.h"
#include "core/entry.h"

enum source_status {
	SOURCE_ENTRY, /* *entry is yours */
	/* Nothing yet; wait until source_fd() is readable. Where that is -1 the source
	 * only takes a breath: call again soon. */
	SOURCE_AGAIN,
	/* Nothing before one of the documents that it has given out as entries has been
	 * read or is lost. */
	SOURCE_LATER,
	/* One bad line: *err says which and why; call again for the next. Where *entry,
	 * which the caller has set to NULL, is one, it is what failed, yours, and what
	 * another run can ask for. */
	SOURCE_BAD,
	SOURCE_BROKEN, /* the input cannot be read any further: *err says why; then SOURCE_END */
	SOURCE_END /* no more, unless a document that is under way turns out to have some */
};

/* Where a document was found in the end. */
struct whence {
	const char *url;
	bool is_public; /* at a public address, or by way of one */
};

struct source;
struct source_ops {
	enum source_status (*next)(struct source *, struct entry **, struct error *);
	int (*fd)(const struct source *);
	/* The document that this entry is has come, and its bytes may be taken; or it will not
	 * come. Both NULL for a source that is no reader of any entry. */
	void (*read)(struct source *, const struct entry *document,
		const struct whence *whence, struct buf *body);
	void (*lost)(struct source *, const struct entry *document);
	void (*free)(struct source *);
};

/* The first member of every kind of source. */
struct source {
	const struct source_ops *ops;
};

static inline enum source_status must_check source_next(
	struct source *source, struct entry **entry, struct error *err)
{
	return source->ops->next(source, entry, err);
}

/* The descriptor whose readability ends SOURCE_AGAIN; -1 when there is none. */
static inline int source_fd(const struct source *source)
{
	return source->ops->fd ? source->ops->fd(source) : -1;
}

static inline void source_read(
	const struct entry *document, const struct whence *whence, struct buf *body)
{
	document->reader->ops->read(document->reader, document, whence, body);
}

static inline void source_lost(const struct entry *document)
{
	document->reader->ops->lost(document->reader, document);
}

static inline void source_free(struct source *source)
{
	if (source)
		source->ops->free(source);
}

#endif
