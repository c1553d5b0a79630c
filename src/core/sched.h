/* sched.h - the scheduler: which attempt may start now, and what its outcome means.
 *
 * Pure: no I/O, no clock, no lock, no thread. Time comes in as an argument, so a test can run
 * a million transfers against simulated servers in a second. Callers serialise all calls.
 *
 * It pulls entries from the source as it needs them (a bounded window: a list of any length
 * is never in memory), takes fair turns between origins, keeps the limits (jobs, per_host),
 * holds an origin back while it asked for a pause, retries with backoff, goes from mirror to
 * mirror, follows redirects, cuts large files into chunks (chunks.h), and tells the observer of
 * everything. It does not know how attempts are made, where bytes go, or what is on disk. */
#ifndef SEINE_CORE_SCHED_H
#define SEINE_CORE_SCHED_H

#include "core/entry.h"
#include "core/observer.h"
#include "core/settings.h"
#include "core/source.h"

struct sched;

enum sched_verdict {
	SCHED_START, /* *attempt is to be made: give it back by sched_finish */
	/* Until *wake (NSTIME_NEVER: no time), or until an attempt is finished, or
	 * until sched_input_fd() is readable. */
	SCHED_WAIT,
	SCHED_FINISHED /* nothing is in flight and nothing will come */
};

/* All three are borrowed and must outlive the scheduler. `seed` makes the jitter. */
struct sched *sched_new(const struct settings *settings, struct source *source,
	struct observer *observer, uint64_t seed);
void sched_free(struct sched *sched);

enum sched_verdict sched_next(
	struct sched *sched, nstime now, struct attempt **attempt, nstime *wake);

/* The attempt is answered: a file's body will follow. Told once, before its first byte is
 * written; not for small files. */
void sched_head(struct sched *sched, nstime now, struct attempt *attempt,
	const struct head *head);

/* The attempt came to this. The attempt is freed, the outcome only read. */
void sched_finish(struct sched *sched, nstime now, struct attempt *attempt,
	const struct outcome *outcome);

/* Start nothing any more; FINISHED comes when the last attempt in flight is finished. Tasks
 * that were begun and are not done are reported as interrupted; entries not begun are not
 * reported. Idempotent. Called by itself after a fatal outcome (disk). */
void sched_drain(struct sched *sched);

/* After SCHED_WAIT: a descriptor to wait for besides, -1 when there is none. */
int sched_input_fd(const struct sched *sched);

size_t sched_in_flight(const struct sched *sched);
/* Changes when attempts in flight have been cancelled: the engine ends those at once. */
uint64_t sched_cancelled(const struct sched *sched);

#endif
