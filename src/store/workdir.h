/* workdir.h - DIR/.seine: the lock and the parts of a running job.
 *
 * The journal lies in it too, but is store/journal's. One owner; no lock of its own. */
#ifndef SEINE_STORE_WORKDIR_H
#define SEINE_STORE_WORKDIR_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/diag.h"

#define WORKDIR_NAME ".seine"
#define WORKDIR_JOURNAL "journal" /* in it */

struct workdir {
	int fd;    /* of .seine; -1: not entered */
	int lock;  /* the lock file, locked while it is open */
	int parts; /* of .seine/parts */
};

#define WORKDIR_INIT                                                                   \
	{                                                                              \
		.fd = -1, .lock = -1, .parts = -1                                      \
	}

/* Make .seine in the directory `root` (borrowed for the call; `dir` is its name, for
 * messages) and take the lock. Left parts are cleared, unless there is a journal, which knows
 * which of them are still good: then workdir_sweep is to be called. -1 and KIND_LOCKED,
 * KIND_DISK; then workdir_release is still to be called. */
int workdir_take(struct workdir *workdir, int root, const char *dir,
	struct error *err) must_check;

/* Is this part to stay? */
typedef bool part_keeper(void *context, const char *part);

/* Remove all parts that `keep` does not want (NULL: all). -1 and KIND_DISK when parts/ cannot
 * be read; of a part that cannot be removed there is only a warning. */
int workdir_sweep(struct workdir *workdir, const char *dir, part_keeper *keep,
	void *context, struct error *err) must_check;

/* Remove what is empty of it, then let go of the lock. */
void workdir_release(struct workdir *workdir, int root);

#endif
