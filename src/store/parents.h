/* parents.h - a cache of open descriptors of the directories that files go to.
 *
 * Lists name the same few directories over and over; looking one up here costs a tenth
 * of opening it. Any thread. */
#ifndef SEINE_STORE_PARENTS_H
#define SEINE_STORE_PARENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "store/outdir.h"

struct outdir_parent {
	int fd;
	/* The rest is the cache's own. */
	int slot;      /* in the table; -1: in none, gone with its last user */
	unsigned refs; /* users at the moment */
	uint64_t used; /* when it was last asked for, in lookups */
	uint64_t hash;
	size_t len;
	char *dir; /* not NUL-terminated */
};

struct parents;

/* `root` is borrowed until parents_free. */
struct parents *parents_new(int root);
/* Keep no more than so many open that nobody uses; 0: as many as is good. Before the first get. */
void parents_set_room(struct parents *parents, size_t most);
/* Everything must have been put back. NULL is fine. */
void parents_free(struct parents *parents);

/* The directory of this name (len bytes of a safe path), made if need be and if `make`.
 * 0, with *parent borrowed until parents_put, or as beneath_open. */
int parents_get(struct parents *parents, const char *dir, size_t len, bool make,
	struct outdir_parent **parent, size_t *blocked) must_check;
void parents_put(struct parents *parents, struct outdir_parent *parent);
/* As parents_put; who asks for this name next gets it opened anew. */
void parents_drop(struct parents *parents, struct outdir_parent *parent);
/* Close all that nobody uses; how many those were. */
unsigned parents_trim(struct parents *parents);

#endif
