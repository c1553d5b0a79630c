/* report.h - the table of reporters, and the one observer that tells them all.
 *
 * Rows: summary, progress, results, failed. Each decides from the settings whether it is
 * wanted. Further ones are a file and a row. */
#ifndef SEINE_REPORT_REPORT_H
#define SEINE_REPORT_REPORT_H

#include "base/attr.h"
#include "core/observer.h"
#include "core/settings.h"

/* What the summary knows at the end; also what the exit status is made of. */
struct tally {
	uint64_t done, present, failed;
	uint64_t bad_lines, broken_inputs;
	uint64_t attempts, retries, redirects;
	int64_t bytes;                 /* body bytes received, wasted ones too */
	uint64_t failures[KIND_COUNT]; /* of entries, by kind */
};

/* What wants the tally, and what the summary cannot find out itself. */
struct report_job {
	const struct settings *settings;
	struct tally *tally;
	nstime started;
};

/* All reporters that the settings want, as one observer. NULL and KIND_DISK when a file of
 * theirs cannot be opened, naming it. Everything in `job` is borrowed for its life. */
struct observer *report_open(const struct report_job *job, struct error *err) must_check;
int report_close(struct observer *report, nstime now, struct error *err) must_check;
void report_free(struct observer *report);

#endif
