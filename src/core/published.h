/* published.h - the name under which the file of an entry is published, where its server may give
 * it one.
 *
 * The entry's own path stays what it is known by: in the journal, to its part, in checksum files.
 * The first answer that is of the file decides, be it by giving no name; retries, other chunks
 * and other mirrors find it decided. What a given name comes to, and whether that file is there
 * already, is up to the publisher, which is an interface: it knows names and the disk.
 *
 * Any thread. */
#ifndef SEINE_CORE_PUBLISHED_H
#define SEINE_CORE_PUBLISHED_H

#include "base/attr.h"
#include "base/diag.h"
#include "core/entry.h"

/* Is the file there already, that there is nothing to be fetched? */
enum present {
	PRESENT_NOT,   /* to be fetched */
	PRESENT_WHOLE, /* there; nothing to do */
	PRESENT_WRONG  /* there, and not to be believed nor touched: *err */
};

/* What an answer says of the file. */
struct offer {
	const char *name;    /* as it came, but valid UTF-8; NULL: it gives none */
	const char *etag;    /* as it came, weak ones too; "": none */
	int64_t size, mtime; /* -1: not known */
};

/* The first member of whoever publishes. */
struct publisher {
	/* Called once for an entry, by any thread. offer->name is not NULL. *path (yours) is NULL
	 * when the entry's own path is the one. */
	enum present (*publish)(struct publisher *, const struct entry *,
		const struct offer *, char **path, struct error *err);
};

struct published;
/* For an entry whose server may name it; the publisher is borrowed. */
struct published *published_new(struct publisher *publisher) must_check;
void published_free(struct published *published); /* NULL is fine */

/* An answer is here that is of the entry's file. PRESENT_NOT for entries that no server may name:
 * entry->published is NULL. */
enum present published_offer(const struct entry *entry, const struct offer *offer,
	struct error *err) must_check;
/* Where the file goes: entry->path itself where nothing else has been decided. Borrowed from the
 * entry. */
const char *published_path(const struct entry *entry);
/* Will it go to entry->path, whatever is still answered? */
bool published_is_own(const struct entry *entry);

#endif
