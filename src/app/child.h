/* child.h - one run of a job in a process of its own, and its figures.
 *
 * The process is forked off with everything that this one has, so this one must be small and
 * must have no threads. What the run came to it tells by the summary that --json prints;
 * what it used is what the kernel says of the process. */
#ifndef SEINE_APP_CHILD_H
#define SEINE_APP_CHILD_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/diag.h"
#include "core/settings.h"
#include "engine/engine.h"
#include "report/measurement.h"

struct child_job {
	const struct settings *settings; /* `quiet` and `json` are set for the run */
	uint64_t every;          /* 1, or of a sample: see session_run_sample() */
	nstime limit;            /* stop it after so long; 0: never */
	bool hushed;             /* let it log nothing but errors */
	const struct stop *stop; /* passed on */
};

struct child_end {
	int status;   /* the run's exit status, or 128 + the signal that ended it */
	bool crashed; /* ... a signal that was no wish of anybody's */
	bool told;    /* `figures` are there */
	struct measurement figures;
};

/* Run it and wait for its end. A stop is waited out, too. KIND_INTERNAL when there is no
 * process to be had. */
int child_run(const struct child_job *job, struct child_end *end,
	struct error *err) must_check;

#endif
