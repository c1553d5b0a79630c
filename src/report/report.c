/* report.c - one observer in front, many behind it, told in the order of the table.
 *
 * The order matters twice: the tally comes first, because the others read it; and the
 * bar is off the screen before the others say what they have to say at the end, the
 * summary, and how to go on, last. */
#include "report/report.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "report/outfile.h"
#include "report/reporter.h"

static const struct reporter *const reporters[] = {
	&reporter_tally,
	&reporter_progress,
	&reporter_messages,
	&reporter_results,
	&reporter_failed,
	&reporter_summary,
	&reporter_stopping,
};

struct report {
	struct observer observer;
	struct observer *members[ARRAY_LEN(reporters)];
	size_t count;
};

static void report_event(struct observer *observer, const struct event *event)
{
	struct report *report = container_of(observer, struct report, observer);

	for (size_t i = 0; i < report->count; i++)
		observer_tell(report->members[i], event);
}

static void report_tick(struct observer *observer, nstime now)
{
	struct report *report = container_of(observer, struct report, observer);

	for (size_t i = 0; i < report->count; i++)
		observer_tick(report->members[i], now);
}

static int report_close_all(struct observer *observer, nstime now, struct error *err)
{
	struct report *report = container_of(observer, struct report, observer);
	struct error failure;
	int result = 0;

	for (size_t i = 0; i < report->count; i++) {
		struct observer *member = report->members[i];

		if (!member->ops->close ||
			member->ops->close(member, now, &failure) == 0)
			continue;
		if (result == 0)
			result = error_set(
				err, failure.kind, failure.code, "%s", failure.text);
		else
			log_error("%s", failure.text);
	}
	return result;
}

static void report_free_all(struct observer *observer)
{
	struct report *report = container_of(observer, struct report, observer);

	for (size_t i = 0; i < report->count; i++)
		report->members[i]->ops->free(report->members[i]);
	free(report);
}

static const struct observer_ops report_ops = {
	.event = report_event,
	.tick = report_tick,
	.close = report_close_all,
	.free = report_free_all,
};

void reporter_flush(const struct report_job *job, struct outfile *out)
{
	struct error err;

	if (outfile_flush(out, &err) == 0)
		return;
	job->tally->unwritten++;
	log_error("%s; the job goes on without", err.text);
}

void reporter_free(struct observer *observer)
{
	free(observer);
}

struct observer *report_open(const struct report_job *job, struct error *err)
{
	struct report *report = xcalloc(1, sizeof(*report));

	report->observer.ops = &report_ops;
	for (size_t i = 0; i < ARRAY_LEN(reporters); i++) {
		struct observer *member = NULL;

		if (reporters[i]->open(job, &member, err) < 0) {
			report_free(&report->observer);
			return NULL;
		}
		if (member)
			report->members[report->count++] = member;
	}
	return &report->observer;
}

int report_close(struct observer *report, nstime now, struct error *err)
{
	return report->ops->close(report, now, err);
}

void report_free(struct observer *report)
{
	if (report)
		report->ops->free(report);
}
