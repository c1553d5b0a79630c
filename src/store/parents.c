/* parents.c - see parents.h. A table so small that a scan over its hashes is cheaper
 * than anything clever. When it is full the directory that was not asked for longest
 * makes room, unless it is in use; when all are in use the newcomer stays outside the
 * table and goes with its last user. Descriptors are opened and closed outside the
 * lock: two threads may open the same directory at the same time, and the second to
 * come back throws its own away. */
#include "store/parents.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/hash.h"
#include "store/beneath.h"

#define SLOTS 64

struct parents {
	int root;
	/* Guards all below, and slot, refs, used of every parent. */
	pthread_mutex_t mutex;
	uint64_t lookups;
	int room; /* of the slots, the first so many are used */
	uint64_t hashes[SLOTS];
	struct outdir_parent *slots[SLOTS];
};

struct parents *parents_new(int root)
{
	struct parents *parents = xcalloc(1, sizeof(*parents));

	parents->root = root;
	parents->room = SLOTS;
	pthread_mutex_init(&parents->mutex, NULL);
	return parents;
}

void parents_set_room(struct parents *parents, size_t most)
{
	if (most > 0 && most < SLOTS)
		parents->room = (int)most;
}

static struct outdir_parent *parent_new(
	int fd, const char *dir, size_t len, uint64_t hash)
{
	struct outdir_parent *parent = xcalloc(1, sizeof(*parent));

	parent->fd = fd;
	parent->slot = -1;
	parent->refs = 1;
	parent->hash = hash;
	parent->len = len;
	parent->dir = xmalloc(len);
	memcpy(parent->dir, dir, len);
	return parent;
}

static void parent_free(struct outdir_parent *parent)
{
	if (!parent)
		return;
	/* An O_PATH descriptor: nothing was written through it, nothing can be lost. */
	close(parent->fd);
	free(parent->dir);
	free(parent);
}

void parents_free(struct parents *parents)
{
	if (!parents)
		return;
	for (int i = 0; i < SLOTS; i++)
		parent_free(parents->slots[i]);
	pthread_mutex_destroy(&parents->mutex);
	free(parents);
}

/* These four: with the lock held. */

static struct outdir_parent *find(
	struct parents *parents, const char *dir, size_t len, uint64_t hash)
{
	for (int i = 0; i < SLOTS; i++) {
		struct outdir_parent *parent = parents->slots[i];

		if (parents->hashes[i] != hash || !parent || parent->len != len ||
			memcmp(parent->dir, dir, len) != 0)
			continue;
		parent->refs++;
		parent->used = ++parents->lookups;
		return parent;
	}
	return NULL;
}

static void take_out(struct parents *parents, struct outdir_parent *parent)
{
	if (parent->slot >= 0)
		parents->slots[parent->slot] = NULL;
	parent->slot = -1;
}

/* The slot to use next: an empty one, or that of the idle parent unused for longest. */
static int choose_slot(const struct parents *parents)
{
	int chosen = -1;

	for (int i = 0; i < parents->room; i++) {
		const struct outdir_parent *parent = parents->slots[i];

		if (!parent)
			return i;
		if (parent->refs == 0 &&
			(chosen < 0 || parent->used < parents->slots[chosen]->used))
			chosen = i;
	}
	return chosen;
}

/* Returns the parent that had to go, for parent_free(); NULL when none had to. */
static struct outdir_parent *put_in(
	struct parents *parents, struct outdir_parent *parent)
{
	int slot = choose_slot(parents);
	struct outdir_parent *evicted;

	if (slot < 0)
		return NULL;
	evicted = parents->slots[slot];
	if (evicted)
		take_out(parents, evicted);
	parents->slots[slot] = parent;
	parents->hashes[slot] = parent->hash;
	parent->slot = slot;
	parent->used = ++parents->lookups;
	return evicted;
}

static int open_dir(struct parents *parents, const char *dir, size_t len, bool make,
	size_t *blocked)
{
	char name[PATH_MAX];
	int fd;

	*blocked = len;
	if (len >= sizeof(name))
		return -ENAMETOOLONG;
	memcpy(name, dir, len);
	name[len] = '\0';
	fd = beneath_open(parents->root, name, make, blocked);
	if ((fd == -EMFILE || fd == -ENFILE) && parents_trim(parents) > 0)
		fd = beneath_open(parents->root, name, make, blocked);
	return fd;
}

int parents_get(struct parents *parents, const char *dir, size_t len, bool make,
	struct outdir_parent **parent, size_t *blocked)
{
	uint64_t hash = hash64(dir, len, 0);
	struct outdir_parent *fresh, *unneeded;
	int fd;

	pthread_mutex_lock(&parents->mutex);
	*parent = find(parents, dir, len, hash);
	pthread_mutex_unlock(&parents->mutex);
	if (*parent)
		return 0;
	fd = open_dir(parents, dir, len, make, blocked);
	if (fd < 0)
		return fd;
	fresh = parent_new(fd, dir, len, hash);
	pthread_mutex_lock(&parents->mutex);
	*parent = find(parents, dir, len, hash);
	if (*parent) {
		unneeded = fresh;
	} else {
		*parent = fresh;
		unneeded = put_in(parents, fresh);
	}
	pthread_mutex_unlock(&parents->mutex);
	parent_free(unneeded);
	return 0;
}

static void give_back(struct parents *parents, struct outdir_parent *parent, bool stale)
{
	bool last;

	pthread_mutex_lock(&parents->mutex);
	if (stale)
		take_out(parents, parent);
	last = --parent->refs == 0 && parent->slot < 0;
	pthread_mutex_unlock(&parents->mutex);
	if (last)
		parent_free(parent);
}

void parents_put(struct parents *parents, struct outdir_parent *parent)
{
	give_back(parents, parent, false);
}

void parents_drop(struct parents *parents, struct outdir_parent *parent)
{
	give_back(parents, parent, true);
}

unsigned parents_trim(struct parents *parents)
{
	struct outdir_parent *idle[SLOTS];
	unsigned count = 0;

	pthread_mutex_lock(&parents->mutex);
	for (int i = 0; i < SLOTS; i++) {
		struct outdir_parent *parent = parents->slots[i];

		if (!parent || parent->refs > 0)
			continue;
		take_out(parents, parent);
		idle[count++] = parent;
	}
	pthread_mutex_unlock(&parents->mutex);
	for (unsigned i = 0; i < count; i++)
		parent_free(idle[i]);
	return count;
}
