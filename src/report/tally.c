/* tally.c - counts events. Its reporter is told before all others, so that they may
 * read the tally while they hear of the same event. */
#include "report/reporter.h"

#include <stdlib.h>

#include "base/alloc.h"

struct tally_keeper {
	struct observer observer;
	struct tally *tally;
};

static void tally_event(struct observer *observer, const struct event *event)
{
	struct tally *tally =
		container_of(observer, struct tally_keeper, observer)->tally;

	switch (event->type) {
	case EVENT_START:
		/* A commit asks nobody. */
		tally->attempts += event->attempt->work == WORK_FETCH;
		tally->in_flight++;
		if (tally->in_flight > tally->max_in_flight)
			tally->max_in_flight = tally->in_flight;
		break;
	case EVENT_FINISH:
		tally->in_flight--;
		if (event->outcome->exchange.size_download > 0)
			tally->bytes += event->outcome->exchange.size_download;
		break;
	case EVENT_RETRY:
		tally->retries++;
		break;
	case EVENT_REDIRECT:
		tally->redirects++;
		break;
	case EVENT_DONE:
		tally->done++;
		tally->verified[event->outcome->verified]++;
		break;
	case EVENT_PRESENT:
		tally->present++;
		break;
	case EVENT_REPEATED:
		tally->repeated++;
		break;
	case EVENT_FAILED:
		tally->failed++;
		tally->failures[event->error->kind]++;
		break;
	case EVENT_BAD_LINE:
		tally->bad_lines++;
		break;
	case EVENT_BROKEN:
		tally->broken_inputs++;
		break;
	case EVENT_READ:
	case EVENT_PAUSE:
		break;
	}
}

static const struct observer_ops tally_ops = {
	.event = tally_event,
	.free = reporter_free,
};

static int tally_open(const struct report_job *job, struct observer **observer,
	struct error *err _unused_)
{
	struct tally_keeper *keeper = xcalloc(1, sizeof(*keeper));

	keeper->observer.ops = &tally_ops;
	keeper->tally = job->tally;
	*observer = &keeper->observer;
	return 0;
}

const struct reporter reporter_tally = {"tally", tally_open};
