/* workdir.h - DIR/.seine: the lock and the parts of a running job.
 *
 * One owner; no lock of its own. */
#ifndef SEINE_STORE_WORKDIR_H
#define SEINE_STORE_WORKDIR_H

#include "base/attr.h"
#include "base/diag.h"

#define WORKDIR_NAME ".seine"

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
 * messages), take the lock and clear left parts. -1 and KIND_LOCKED, KIND_DISK; then
 * workdir_release is still to be called. */
int workdir_take(struct workdir *workdir, int root, const char *dir,
	struct error *err) must_check;
/* Remove what is empty of it, then let go of the lock. */
void workdir_release(struct workdir *workdir, int root);

#endif
