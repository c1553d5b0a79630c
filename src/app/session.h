/* session.h - one job from beginning to end: everything is made, wired, run and taken apart. */
#ifndef SEINE_APP_SESSION_H
#define SEINE_APP_SESSION_H

#include "base/diag.h"
#include "core/settings.h"

/* The process's exit statuses; besides, 128 + the signal that stopped it. When several apply
 * the highest is given. */
enum {
	EXIT_DONE = 0,
	EXIT_FAILED_ENTRIES = 1,
	EXIT_USAGE = 2,
	EXIT_BAD_INPUT = 3,
	EXIT_OUTPUT = 4,
	EXIT_LOCKED = 5,
};

/* The exit status of a failure of this kind. */
int session_status(enum kind kind);

/* Run the job and return the exit status; whatever went wrong has been said. */
int session_run(const struct settings *settings);
/* The same for a sample: only each `every`-th entry of the inputs. */
int session_run_sample(const struct settings *settings, uint64_t every);

#endif
