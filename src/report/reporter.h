/* reporter.h - what a row of the table of reporters is. Internal to report/. */
#ifndef SEINE_REPORT_REPORTER_H
#define SEINE_REPORT_REPORTER_H

#include "report/report.h"

struct reporter {
	const char *name;
	/* 0, and *observer the reporter, or NULL when the settings do not want it; -1 and
	 * *err when it cannot work. */
	int (*open)(const struct report_job *, struct observer **, struct error *);
};

extern const struct reporter reporter_tally, reporter_progress, reporter_messages,
	reporter_results, reporter_failed, reporter_summary, reporter_stopping;

struct outfile;

/* Write what was collected. A failure is told at once, and counted; the job goes on, since the
 * files are worth more than what is said of them. */
void reporter_flush(const struct report_job *job, struct outfile *out);

/* For reporters that own nothing but themselves; they begin with their observer. */
void reporter_free(struct observer *observer);

#endif
