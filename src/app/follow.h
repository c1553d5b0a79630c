/* follow.h - a Metalink at a URL, as a source of the files that it names.
 *
 * Does not parse it (input/metalink), nor fetch it: it is a document (core/source.h). As all
 * sources, one thread at a time. */
#ifndef SEINE_APP_FOLLOW_H
#define SEINE_APP_FOLLOW_H

#include "core/settings.h"
#include "core/source.h"

/* Of an entry that is known to be one, and is taken: it comes back as the first entry. Each
 * further entry has what that says of where to put it and how to fetch it. */
struct source *follow_new(
	const struct settings *settings, struct entry *entry) must_check;
/* Of one that has been fetched: takes its bytes. */
struct source *follow_found(const struct settings *settings,
	const struct entry *document, const struct whence *whence,
	struct buf *body) must_check;

#endif
