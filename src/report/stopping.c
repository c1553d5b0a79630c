/* stopping.c - to whoever stops the job: that it was heard, and what comes of it. A disk that
 * takes no more stops it, too. */
#include "report/reporter.h"

#include <stdlib.h>

#include "base/alloc.h"

struct stopping {
	struct observer observer;
	const struct report_job *job;
	bool told;
};

static void stopping_tick(struct observer *observer, nstime now _unused_)
{
	struct stopping *stopping = container_of(observer, struct stopping, observer);

	if (stopping->told || stopping->job->signal() == 0)
		return;
	stopping->told = true;
	log_warn("stopping: what is under way has a few seconds; "
		 "a second signal (Ctrl-C) ends it at once");
}

static int stopping_close(
	struct observer *observer, nstime now _unused_, struct error *err _unused_)
{
	const struct report_job *job =
		container_of(observer, struct stopping, observer)->job;

	if (job->signal() != 0 || job->tally->failures[KIND_DISK] > 0)
		log_warn("stopped%s", job->settings->resume
					      ? ": the same command goes on from here"
					      : "");
	return 0;
}

static const struct observer_ops stopping_ops = {
	.tick = stopping_tick,
	.close = stopping_close,
	.free = reporter_free,
};

static int stopping_open(const struct report_job *job, struct observer **observer,
	struct error *err _unused_)
{
	struct stopping *stopping;

	if (!job->signal || job->settings->quiet)
		return 0;
	stopping = xcalloc(1, sizeof(*stopping));
	stopping->observer.ops = &stopping_ops;
	stopping->job = job;
	*observer = &stopping->observer;
	return 0;
}

const struct reporter reporter_stopping = {"stopping", stopping_open};
