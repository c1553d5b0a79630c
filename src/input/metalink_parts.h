/* metalink_parts.h - a Metalink that is being read: metalink.c knows where in the document we are,
 * metalink_elements.c what is there. Not for others. */
#ifndef SEINE_INPUT_METALINK_PARTS_H
#define SEINE_INPUT_METALINK_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/list.h"
#include "base/xml.h"
#include "input/metalink.h"
#include "input/metalink_file.h"

/* Bits, since an element may be of both. */
enum dialect {
	DIALECT_NONE,
	DIALECT_3 = 1,
	DIALECT_4 = 2,
	DIALECT_BOTH = DIALECT_3 | DIALECT_4
};

enum state {
	IN_NOTHING,
	IN_METALINK,
	IN_FILES,
	IN_FILE,
	IN_RESOURCES,
	IN_VERIFICATION,
	IN_SIZE,
	IN_HASH,
	IN_PIECES,
	IN_PIECE,
	IN_URL,
	IN_SIGNATURE
};

struct metalink {
	struct xml *xml;
	char *shown, *base;
	struct strings preferred;

	enum dialect dialect;
	enum state states[1 + XML_DEPTH_MAX]; /* of the elements around us */
	size_t depth;                         /* of the last one; 0: IN_NOTHING */
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

/* Which element may be where, and what it means. */
struct element {
	enum dialect dialect;
	enum state parent;
	const char *name;
	enum state state;
	void (*start)(struct metalink *, const struct xml_attributes *);
	void (*end)(struct metalink *, const char *text);
};

/* The element of this name that may be where we are; NULL: none. */
const struct element *metalink_element(
	const struct metalink *metalink, enum dialect dialect, const char *name);
/* The one that we are in; NULL: none. */
const struct element *metalink_element_here(const struct metalink *metalink);

/* Put into the queue: an entry (taken), or with NULL what is wrong with a file. */
void metalink_put(
	struct metalink *metalink, struct entry *entry, const struct error *err);

#endif
