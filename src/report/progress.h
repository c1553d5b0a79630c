/* progress.h - the progress display, opened by hand: for tests, which have no terminal.
 * Internal to report/. */
#ifndef SEINE_REPORT_PROGRESS_H
#define SEINE_REPORT_PROGRESS_H

#include <stdbool.h>

#include "report/reporter.h"
#include "report/screen.h"

/* Where and how it is shown. */
struct progress_place {
	int fd;   /* borrowed */
	bool bar; /* drawn again and again; else a plain line now and then */
	struct screen_size size; /* columns 0: the terminal's */
};

/* With a bar it takes over the log until it is closed or freed. */
struct observer *progress_new(
	const struct report_job *job, struct progress_place place);

#endif
