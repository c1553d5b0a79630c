/* report.h - the table of reporters, and the one observer that tells them all.
 *
 * Rows: tally, progress, messages, results, failed, summary, stopping. Each decides from the
 * settings whether it is wanted. Further ones are a file and a row (reporter.h). Events come one
 * at a time, from whoever holds the scheduler; report_open and report_close belong to the time
 * before and after threads, because progress takes the log over in between. */
#ifndef SEINE_REPORT_REPORT_H
#define SEINE_REPORT_REPORT_H

#include "base/attr.h"
#include "core/observer.h"
#include "core/settings.h"

/* What the summary knows at the end; also what the exit status is made of. */
struct tally {
	uint64_t done, present, failed;
	uint64_t verified[VERIFIED_COUNT]; /* of those done, by the proof they have */
	uint64_t repeated;                 /* entries that are not looked at */
	uint64_t bad_lines, broken_inputs;
	uint64_t unwritten; /* reports that a write failed of, as was said then */
	uint64_t attempts, retries, redirects;
	/* Attempts under way: now, and at most so far. */
	uint64_t in_flight, max_in_flight;
	int64_t bytes;                 /* body bytes received, wasted ones too */
	uint64_t failures[KIND_COUNT]; /* of entries, by kind */
};

/* What reporters need besides the events. `stopped` and `loop_stall_max` are looked at in
 * report_close(). */
struct report_job {
	const struct settings *settings;
	struct tally *tally;
	nstime started;
	const nstime *loop_stall_max; /* what the engine measured; NULL or 0: nothing */
	const bool *stopped; /* the job ended before its input did; NULL: it did not */
	/* Which has asked for an end; 0: none yet. NULL: none can. */
	int (*signal)(void);
};

/* All reporters that the settings want, as one observer. NULL when a file of theirs cannot be
 * opened (KIND_DISK) or must not be (KIND_USAGE: it is an input of this job), naming it.
 * Everything in `job` and the job itself is borrowed for the observer's life. */
struct observer *report_open(
	const struct report_job *job, struct error *err) must_check;
/* Write what is left, the summary last. Every reporter is closed, whatever happens to one;
 * *err has the first failure that is new, further ones are logged. */
int report_close(struct observer *report, nstime now, struct error *err) must_check;
void report_free(struct observer *report); /* NULL is fine */

#endif
