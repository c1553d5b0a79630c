/* summary.h - the summary, opened by hand: for tests, which look at what it writes.
 * Internal to report/. */
#ifndef SEINE_REPORT_SUMMARY_H
#define SEINE_REPORT_SUMMARY_H

#include "report/reporter.h"

/* The lines for people go to text_fd, the object for programs to json_fd; -1: nowhere. Both
 * are borrowed. */
struct observer *summary_new(const struct report_job *job, int text_fd, int json_fd);

#endif
