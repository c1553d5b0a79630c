/* summary.c - what the job came to, at its end: a few lines for people, or one JSON
 * object for programs. All but the HTTP statuses is in the tally already. */
#include "report/summary.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/json.h"
#include "report/figures.h"
#include "report/outfile.h"

#define STATUS_MAX 1000
#define STATUSES_SHOWN 6

struct summary {
	struct observer observer;
	const struct report_job *job;
	int text_fd, json_fd;
	uint64_t statuses[STATUS_MAX]; /* of entries that failed for one */
};

/* What the process has used so far. */
struct usage {
	nstime user, sys;
	int64_t max_rss; /* bytes */
};

static void summary_event(struct observer *observer, const struct event *event)
{
	struct summary *summary = container_of(observer, struct summary, observer);
	long status;

	if (event->type != EVENT_FAILED || event->error->kind != KIND_HTTP ||
		!event->outcome)
		return;
	status = event->outcome->exchange.status;
	if (status > 0 && status < STATUS_MAX)
		summary->statuses[status]++;
}

static struct usage usage_now(void)
{
	struct rusage usage = {0};

	/* Cannot fail for RUSAGE_SELF; if it did, zeros would do. */
	(void)getrusage(RUSAGE_SELF, &usage);
	return (struct usage){
		.user = clock_span(usage.ru_utime),
		.sys = clock_span(usage.ru_stime),
		.max_rss = (int64_t)usage.ru_maxrss * 1024,
	};
}

static nstime loop_stall(const struct report_job *job)
{
	return job->loop_stall_max && *job->loop_stall_max > 0 ? *job->loop_stall_max
							       : -1;
}

/* "1,234 files: 1,200 fetched, 30 there already, 4 failed" */
static void add_files(struct buf *out, const struct tally *tally)
{
	figures_add_counted(out, tally->done + tally->present + tally->failed, "file");
	buf_addstr(out, ": ");
	figures_add_count(out, tally->done);
	buf_addstr(out, " fetched");
	if (tally->verified[VERIFIED_HASH] > 0) {
		buf_addstr(out, " (");
		figures_add_count(out, tally->verified[VERIFIED_HASH]);
		buf_addstr(out, " verified by digest)");
	}
	buf_addstr(out, ", ");
	if (tally->present > 0) {
		figures_add_count(out, tally->present);
		buf_addstr(out, " there already, ");
	}
	figures_add_count(out, tally->failed);
	buf_addstr(out, " failed");
	if (tally->repeated > 0) {
		buf_addstr(out, ", ");
		figures_add_count(out, tally->repeated);
		buf_addstr(out, " repeated");
	}
	if (tally->bad_lines > 0) {
		buf_addstr(out, ", ");
		figures_add_counted(out, tally->bad_lines, "bad line");
	}
	if (tally->broken_inputs > 0) {
		buf_addstr(out, ", ");
		figures_add_counted(out, tally->broken_inputs, "unreadable input");
	}
}

/* " (404: 3, 500: 1)" */
static void add_statuses(struct buf *out, const struct summary *summary)
{
	int shown = 0;

	for (int status = 0; status < STATUS_MAX; status++) {
		if (summary->statuses[status] == 0)
			continue;
		if (shown == STATUSES_SHOWN) {
			buf_addstr(out, ", ...");
			break;
		}
		buf_addf(out, "%s%d: ", shown++ == 0 ? " (" : ", ", status);
		figures_add_count(out, summary->statuses[status]);
	}
	if (shown > 0)
		buf_addch(out, ')');
}

/* "failed: 1 timeout, 4 http (404: 3, 500: 1)" */
static void add_failures(struct buf *out, const struct summary *summary)
{
	const struct tally *tally = summary->job->tally;
	const char *between = "failed: ";

	for (int kind = 0; kind < KIND_COUNT; kind++) {
		if (tally->failures[kind] == 0)
			continue;
		buf_addstr(out, between);
		figures_add_count(out, tally->failures[kind]);
		buf_addf(out, " %s", kind_name(kind));
		if (kind == KIND_HTTP)
			add_statuses(out, summary);
		between = ", ";
	}
}

/* "120 MiB in 5.02 s: 24 MiB/s, 239 files/s; 1,240 requests, 6 retries, 2 redirects" */
static void add_pace(struct buf *out, const struct tally *tally, nstime wall)
{
	double files = figures_per_second((double)(tally->done + tally->present), wall);

	figures_add_size(out, tally->bytes);
	buf_addstr(out, " in ");
	figures_add_duration(out, wall);
	buf_addstr(out, ": ");
	figures_add_rate(out, tally->bytes, wall);
	buf_addf(out, files < 10 ? ", %.1f files/s; " : ", %.0f files/s; ", files);
	figures_add_counted(out, tally->attempts, "request");
	if (tally->retries > 0) {
		buf_addstr(out, ", ");
		figures_add_counted(out, tally->retries, "retry");
	}
	if (tally->redirects > 0) {
		buf_addstr(out, ", ");
		figures_add_counted(out, tally->redirects, "redirect");
	}
}

/* "CPU 0.41 s (user 0.21 s), memory 34 MiB, loop stall max 0.012 s" */
static void add_usage(struct buf *out, const struct report_job *job)
{
	struct usage usage = usage_now();
	nstime stall = loop_stall(job);

	buf_addstr(out, "CPU ");
	figures_add_duration(out, usage.user + usage.sys);
	buf_addstr(out, " (user ");
	figures_add_duration(out, usage.user);
	buf_addstr(out, "), memory ");
	figures_add_size(out, usage.max_rss);
	if (stall >= 0) {
		buf_addstr(out, ", loop stall max ");
		figures_add_duration(out, stall);
	}
}

static void summary_print(const struct summary *summary, nstime wall)
{
	static const char prefix[] = "seine: ";
	const struct tally *tally = summary->job->tally;
	_cleanup_(buf_release) struct buf out = BUF_INIT;

	buf_addstr(&out, prefix);
	add_files(&out, tally);
	if (tally->failed > 0) {
		buf_addf(&out, "\n%s", prefix);
		add_failures(&out, summary);
	}
	buf_addf(&out, "\n%s", prefix);
	add_pace(&out, tally, wall);
	buf_addf(&out, "\n%s", prefix);
	add_usage(&out, summary->job);
	buf_addch(&out, '\n');
	/* If nobody reads it, nobody misses it. */
	(void)!write_fully(summary->text_fd, out.data, out.len);
}

static json_t *failures_object(const struct tally *tally)
{
	json_t *object = json_new();

	for (int kind = 0; kind < KIND_COUNT; kind++)
		if (tally->failures[kind] > 0)
			json_put_count(object, kind_name(kind),
				(int64_t)tally->failures[kind]);
	return object;
}

static json_t *verified_object(const struct tally *tally)
{
	json_t *object = json_new();

	for (int proof = 0; proof < VERIFIED_COUNT; proof++)
		json_put_count(object, verified_name((enum verified)proof),
			(int64_t)tally->verified[proof]);
	return object;
}

static json_t *statuses_object(const struct summary *summary)
{
	json_t *object = json_new();

	for (int status = 0; status < STATUS_MAX; status++) {
		char key[16];

		if (summary->statuses[status] == 0)
			continue;
		snprintf(key, sizeof(key), "%d", status);
		json_put_count(object, key, (int64_t)summary->statuses[status]);
	}
	return object;
}

static json_t *summary_object(const struct summary *summary, nstime wall)
{
	const struct settings *settings = summary->job->settings;
	const struct tally *tally = summary->job->tally;
	uint64_t there = tally->done + tally->present;
	struct usage usage = usage_now();
	json_t *object = json_new();

	json_put_text(object, "mode", settings->mode);
	if (settings->jobs_auto)
		json_put_text(
			object, "jobs", "auto"); /* what there is room for is no news */
	else
		json_put_count(object, "jobs", settings->jobs);
	json_put_count(object, "files", (int64_t)tally->done);
	json_put_count(object, "present", (int64_t)tally->present);
	json_put_count(object, "failed", (int64_t)tally->failed);
	json_put_count(object, "repeated", (int64_t)tally->repeated);
	json_put_count(object, "bad_lines", (int64_t)tally->bad_lines);
	json_put_count(object, "broken_inputs", (int64_t)tally->broken_inputs);
	json_put_count(object, "bytes", tally->bytes);
	json_put_seconds(object, "wall_s", wall);
	json_put_seconds(object, "cpu_s", usage.user + usage.sys);
	json_put_seconds(object, "cpu_user_s", usage.user);
	json_put_seconds(object, "cpu_sys_s", usage.sys);
	json_put_count(object, "max_rss", usage.max_rss);
	json_put_real(object, "files_per_s", figures_per_second((double)there, wall));
	json_put_real(
		object, "bytes_per_s", figures_per_second((double)tally->bytes, wall));
	json_put_count(object, "attempts", (int64_t)tally->attempts);
	json_put_count(object, "retries", (int64_t)tally->retries);
	json_put_count(object, "redirects", (int64_t)tally->redirects);
	json_put_count(object, "max_in_flight", (int64_t)tally->max_in_flight);
	json_put_seconds(object, "loop_stall_max_s", loop_stall(summary->job));
	json_put_child(object, "verified", verified_object(tally));
	json_put_child(object, "failures", failures_object(tally));
	json_put_child(object, "http_statuses", statuses_object(summary));
	return object;
}

static int summary_write(const struct summary *summary, nstime wall, struct error *err)
{
	json_t *object = summary_object(summary, wall);
	struct outfile out;

	outfile_init(&out, "the summary", summary->json_fd, true);
	json_add_line(&out.data, object);
	json_decref(object);
	return outfile_close(&out, err);
}

static int summary_close(struct observer *observer, nstime now, struct error *err)
{
	struct summary *summary = container_of(observer, struct summary, observer);
	nstime wall = now - summary->job->started;

	if (summary->text_fd >= 0)
		summary_print(summary, wall);
	return summary->json_fd >= 0 ? summary_write(summary, wall, err) : 0;
}

static const struct observer_ops summary_ops = {
	.event = summary_event,
	.close = summary_close,
	.free = reporter_free,
};

struct observer *summary_new(const struct report_job *job, int text_fd, int json_fd)
{
	struct summary *summary = xcalloc(1, sizeof(*summary));

	summary->observer.ops = &summary_ops;
	summary->job = job;
	summary->text_fd = text_fd;
	summary->json_fd = json_fd;
	return &summary->observer;
}

static int summary_open(const struct report_job *job, struct observer **observer,
	struct error *err _unused_)
{
	const struct settings *settings = job->settings;

	if (!settings->quiet || settings->json)
		*observer = summary_new(job, settings->quiet ? -1 : STDERR_FILENO,
			settings->json ? STDOUT_FILENO : -1);
	return 0;
}

const struct reporter reporter_summary = {"summary", summary_open};
