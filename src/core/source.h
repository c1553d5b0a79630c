/* source.h - where entries come from, as the scheduler sees it.
 *
 * A source yields entries lazily and never blocks for long: when its input has nothing yet (a
 * pipe), it says SOURCE_AGAIN and names the descriptor to wait for. One thread at a time. */
#ifndef SEINE_CORE_SOURCE_H
#define SEINE_CORE_SOURCE_H

#include "base/attr.h"
#include "base/diag.h"
#include "core/entry.h"

enum source_status {
	SOURCE_ENTRY, /* *entry is yours */
	SOURCE_AGAIN, /* nothing yet; wait until source_fd() is readable. Where that is -1 the
	               * source only takes a breath: call again soon */
	SOURCE_BAD, /* one bad line: *err says which and why; call again for the next */
	SOURCE_BROKEN, /* the input cannot be read any further: *err says why; then SOURCE_END */
	SOURCE_END /* no more, now and ever */
};

struct source;
struct source_ops {
	enum source_status (*next)(struct source *, struct entry **, struct error *);
	int (*fd)(const struct source *);
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

/* The descriptor whose readability ends SOURCE_AGAIN; -1 when the source never says that. */
static inline int source_fd(const struct source *source)
{
	return source->ops->fd ? source->ops->fd(source) : -1;
}

static inline void source_free(struct source *source)
{
	if (source)
		source->ops->free(source);
}

#endif
