/* listing.h - what an s3:// URL names that is more than one object, as a source.
 *
 * It asks for the listing page by page, the next one while the entries of the one before are
 * being taken. Keys that end with "/" and have no bytes are markers of directories, and passed
 * over. A listing that names nothing at all is a bad input.
 *
 * Does not fetch anything itself: a page is a document (core/source.h). As all sources, one
 * thread at a time. */
#ifndef SEINE_APP_LISTING_H
#define SEINE_APP_LISTING_H

#include "core/s3.h"
#include "core/source.h"
#include "net/s3.h"

/* Of the entry, whose first URL is that name, of many. Both are taken. Each of its entries has
 * what that says of where to put them and how to fetch. */
struct source *listing_new(
	struct s3 *s3, const struct s3_name *name, struct entry *entry) must_check;

#endif
