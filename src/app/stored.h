/* stored.h - files that can be read only once, stored so that they can be read again. */
#ifndef SEINE_APP_STORED_H
#define SEINE_APP_STORED_H

#include "base/attr.h"
#include "base/diag.h"
#include "base/strings.h"

struct stored {
	struct strings names; /* in place of those given */
	int *fds;             /* what some of them lead to */
	size_t n_fds;
};

/* Read pipes and terminals among the files to their ends, into files without a name in
 * $TMPDIR or /tmp. Standard input is replaced by such a file in this process and its children;
 * whatever else it was is gone. KIND_INPUT or KIND_DISK on failure; release it in any case. */
int stored_init(struct stored *stored, const struct strings *names,
	struct error *err) must_check;
/* To be called before each further reading of them. */
void stored_rewind(const struct stored *stored);
void stored_release(struct stored *stored);

#endif
