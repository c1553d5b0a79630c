/* test_summary.c - report/summary, tally and report: counted once, told at the end. */
#include "report/summary.h"

#include <jansson.h>

#include "scratch.h"
#include "stage.h"
#include "tap.h"

/* One of each event, as a job would tell them; nine seconds and 1 MiB in all. */
static void play(struct stage *stage, struct observer *observer)
{
	stage_tell(stage, observer, EVENT_PRESENT);
	stage->outcome.exchange.size_download = 1024 * 1024;
	stage_tell(stage, observer, EVENT_START);
	stage_tell(stage, observer, EVENT_FINISH);
	stage->outcome.verified = VERIFIED_HASH;
	stage_tell(stage, observer, EVENT_DONE);
	stage->outcome.exchange.size_download = 0;
	stage_tell(stage, observer, EVENT_START);
	stage_tell(stage, observer, EVENT_FINISH);
	stage->outcome.location = xstrdup("http://other.example/");
	stage_tell(stage, observer, EVENT_REDIRECT);
	stage_tell(stage, observer, EVENT_START);
	stage_tell(stage, observer, EVENT_FINISH);
	stage_tell(stage, observer, EVENT_PAUSE);
	stage_tell(stage, observer, EVENT_RETRY);
	stage->outcome.exchange.status = 404;
	stage_tell(stage, observer, EVENT_FAILED);
	stage_tell(stage, observer, EVENT_FAILED);
	stage->outcome.exchange.status = 500;
	stage_tell(stage, observer, EVENT_FAILED);
	error_set(&stage->error, KIND_TIMEOUT, 0, "too slow");
	stage_tell(stage, observer, EVENT_FAILED);
	stage_tell(stage, observer, EVENT_BAD_LINE);
	stage_tell(stage, observer, EVENT_BROKEN);
	stage_tell(stage, observer, EVENT_REPEATED);
}

/* Tally and summary, played and closed: what was written, yours. */
static void perform(struct stage *stage, char **text, char **json)
{
	int text_fd = stage_memory(), json_fd = stage_memory();
	struct observer *tally = NULL, *summary;
	struct tally counted;

	stage_init(stage);
	stage->settings.mode = xstrdup("event");
	stage->settings.jobs = 64;
	stage->loop_stall_max = 12 * NS_PER_MS;
	check_int(reporter_tally.open(&stage->job, &tally, NULL), 0);
	summary = summary_new(&stage->job, text_fd, json_fd);
	play(stage, tally);
	error_set(&stage->error, KIND_HTTP, 0, "status");
	counted = stage->tally;
	free(stage->outcome.location);
	play(stage, summary);
	stage->tally = counted;
	check_int(summary->ops->close(summary, 9 * NS_PER_SEC, &stage->error), 0);
	*text = stage_read_fd(text_fd);
	*json = stage_read_fd(json_fd);
	summary->ops->free(summary);
	tally->ops->free(tally);
	close(text_fd);
	close(json_fd);
}

static void counts_each_once(void)
{
	struct stage stage;
	char *text, *json;

	perform(&stage, &text, &json);
	check_int(stage.tally.done, 1);
	check_int(stage.tally.verified[VERIFIED_HASH], 1);
	check_int(stage.tally.verified[VERIFIED_LENGTH], 0);
	check_int(stage.tally.verified[VERIFIED_NONE], 0);
	check_int(stage.tally.present, 1);
	check_int(stage.tally.failed, 4);
	check_int(stage.tally.failures[KIND_HTTP], 3);
	check_int(stage.tally.failures[KIND_TIMEOUT], 1);
	check_int(stage.tally.repeated, 1);
	check_int(stage.tally.bad_lines, 1);
	check_int(stage.tally.broken_inputs, 1);
	check_int(stage.tally.attempts, 3);
	check_int(stage.tally.retries, 1);
	check_int(stage.tally.redirects, 1);
	check_int(stage.tally.bytes, 1024 * 1024);
	check_int(stage.tally.in_flight, 0);
	check_int(stage.tally.max_in_flight, 1);
	free(text);
	free(json);
	stage_release(&stage);
}

static void remembers_the_most_in_flight(void)
{
	/* +: an attempt begins, -: one ends. */
	static const char course[] = "++-+++--+---+-";
	struct stage stage;
	struct observer *tally = NULL;

	stage_init(&stage);
	check_int(reporter_tally.open(&stage.job, &tally, NULL), 0);
	for (const char *at = course; *at; at++)
		stage_tell(&stage, tally, *at == '+' ? EVENT_START : EVENT_FINISH);
	check_int(stage.tally.max_in_flight, 4);
	check_int(stage.tally.in_flight, 0);
	tally->ops->free(tally);
	stage_release(&stage);
}

static void tells_people(void)
{
	struct stage stage;
	char *text, *json, *usage;

	perform(&stage, &text, &json);
	usage = strstr(text, "CPU ");
	check(usage != NULL && strstr(usage, "loop stall max 0.012 s\n") != NULL);
	if (usage)
		while (*usage != '\n')
			*usage-- = '\0';
	check_str(text,
		"seine: 6 files: 1 fetched (1 verified by digest), 1 there already, 4 "
		"failed, 1 repeated, 1 bad line, "
		"1 unreadable input\n"
		"seine: failed: 1 timeout, 3 http (404: 2, 500: 1)\n"
		"seine: 1.0 MiB in 9.00 s: 114 KiB/s, 0.2 files/s; 3 requests, 1 "
		"retry, "
		"1 redirect\n");
	free(text);
	free(json);
	stage_release(&stage);
}

static void tells_programs(void)
{
	static const struct {
		const char *key;
		int64_t value;
	} counts[] = {{"files", 1}, {"present", 1}, {"failed", 4}, {"repeated", 1},
		{"bad_lines", 1}, {"broken_inputs", 1}, {"bytes", 1024 * 1024},
		{"attempts", 3}, {"retries", 1}, {"redirects", 1}, {"max_in_flight", 1},
		{"jobs", 64}};
	struct stage stage;
	char *text, *json;
	json_t *object;

	perform(&stage, &text, &json);
	object = json_loads(json, JSON_REJECT_DUPLICATES, NULL);
	check(json_is_object(object));
	check(strchr(json, '\n') == json + strlen(json) - 1);
	for (size_t i = 0; i < ARRAY_LEN(counts); i++)
		check_int(json_integer_value(json_object_get(object, counts[i].key)),
			counts[i].value);
	check_str(json_string_value(json_object_get(object, "mode")), "event");
	check_int(json_integer_value(
			  json_object_get(json_object_get(object, "verified"), "hash")),
		1);
	check(json_real_value(json_object_get(object, "wall_s")) == 9);
	check(json_real_value(json_object_get(object, "loop_stall_max_s")) == 0.012);
	check(json_integer_value(json_object_get(object, "max_rss")) > 100 * 1024);
	check(json_real_value(json_object_get(object, "cpu_s")) >= 0);
	check(json_real_value(json_object_get(object, "bytes_per_s")) > 116508);
	check(json_real_value(json_object_get(object, "files_per_s")) > 0.2);
	check_int(json_object_size(json_object_get(object, "failures")), 2);
	check_int(json_integer_value(json_object_get(
			  json_object_get(object, "failures"), "timeout")),
		1);
	check_int(json_integer_value(json_object_get(
			  json_object_get(object, "http_statuses"), "404")),
		2);
	json_decref(object);
	free(text);
	free(json);
	stage_release(&stage);
}

static void survives_a_job_of_nothing(void)
{
	struct stage stage;
	int text_fd = stage_memory(), json_fd = stage_memory();
	struct observer *summary;
	char *text, *json;
	json_t *object;

	stage_init(&stage);
	stage.job.loop_stall_max = NULL;
	summary = summary_new(&stage.job, text_fd, json_fd);
	check_int(summary->ops->close(summary, 0, &stage.error), 0);
	text = stage_read_fd(text_fd);
	json = stage_read_fd(json_fd);
	check(strstr(text,
		      "seine: 0 files: 0 fetched, 0 failed\nseine: 0 B in 0.000 s: "
		      "0 B/s, 0.0 files/s; 0 requests\n") == text);
	check(strstr(text, "loop") == NULL);
	object = json_loads(json, 0, NULL);
	check(json_is_null(json_object_get(object, "loop_stall_max_s")));
	check(json_is_null(json_object_get(object, "mode")));
	json_decref(object);
	free(text);
	free(json);
	summary->ops->free(summary);
	close(text_fd);
	close(json_fd);
	stage_release(&stage);
}

static void shows_statuses_that_lie(void)
{
	static const long statuses[] = {-1, 0, 599, 1000, 1000000, 1, 2, 3, 4, 5, 6, 7};
	struct stage stage;
	int text_fd = stage_memory();
	struct observer *summary;
	char *text;

	stage_init(&stage);
	summary = summary_new(&stage.job, text_fd, -1);
	for (size_t i = 0; i < ARRAY_LEN(statuses); i++) {
		stage.outcome.exchange.status = statuses[i];
		stage_tell(&stage, summary, EVENT_FAILED);
	}
	stage.tally.failed = stage.tally.failures[KIND_HTTP] = ARRAY_LEN(statuses);
	check_int(summary->ops->close(summary, 0, &stage.error), 0);
	text = stage_read_fd(text_fd);
	check(strstr(text, "12 http (1: 1, 2: 1, 3: 1, 4: 1, 5: 1, 6: 1, ...)\n") !=
		NULL);
	free(text);
	summary->ops->free(summary);
	close(text_fd);
	stage_release(&stage);
}

/* Such as none of the books has: what is sent to those who are not wanted. */
static void shows_all_statuses_of_three_digits(void)
{
	struct stage stage;
	int json_fd = stage_memory();
	struct observer *summary;
	json_t *object;
	char *text;

	stage_init(&stage);
	summary = summary_new(&stage.job, -1, json_fd);
	stage.outcome.exchange.status = 999;
	stage_tell(&stage, summary, EVENT_FAILED);
	check_int(summary->ops->close(summary, 0, &stage.error), 0);
	text = stage_read_fd(json_fd);
	object = json_loads(text, 0, NULL);
	check_int(json_integer_value(json_object_get(
			  json_object_get(object, "http_statuses"), "999")),
		1);
	json_decref(object);
	free(text);
	summary->ops->free(summary);
	close(json_fd);
	stage_release(&stage);
}

static void finds_a_full_disk(void)
{
	struct stage stage;
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	struct observer *summary;

	need(full >= 0, "/dev/full");
	stage_init(&stage);
	summary = summary_new(&stage.job, full, full);
	check_int(summary->ops->close(summary, 0, &stage.error), -1);
	check_int(stage.error.kind, KIND_DISK);
	summary->ops->free(summary);
	close(full);
	stage_release(&stage);
}

/* The whole table: everything is told, the tally is right, all is closed. */
static void one_tells_all(void)
{
	char *text;
	struct observer *report;
	struct stage stage;

	stage_init(&stage);
	log_setup(LOG_QUIET, NULL, NULL);
	stage.settings.quiet = true;
	stage.settings.results = xstrdup("results");
	stage.settings.failed = xstrdup("failed");
	report = report_open(&stage.job, &stage.error);
	need(report != NULL, "report_open");
	play(&stage, report);
	report->ops->tick(report, 0);
	check_int(report_close(report, 1, &stage.error), 0);
	report_free(report);
	check_int(stage.tally.failed, 4);
	text = stage_read(stage.settings.results);
	check(strstr(text, "\"status\":\"present\"") != NULL);
	free(text);
	text = stage_read(stage.settings.failed);
	check(strstr(text, "# timeout: too slow\nhttp://host.example/file\n") != NULL);
	free(text);
	stage_release(&stage);
}

static void one_failure_hides_none(void)
{
	char *text;
	struct observer *report;
	struct stage stage;

	stage_init(&stage);
	stage.settings.quiet = true;
	stage.settings.results = xstrdup("/dev/full");
	stage.settings.failed = xstrdup("failed");
	report = report_open(&stage.job, &stage.error);
	need(report != NULL, "report_open");
	stage_tell(&stage, report, EVENT_FAILED);
	check_int(report_close(report, 1, &stage.error), -1);
	check_int(stage.error.kind, KIND_DISK);
	check(strstr(stage.error.text, "/dev/full") != NULL);
	report_free(report);
	text = stage_read(stage.settings.failed);
	check(strstr(text, "http://host.example/file\n") != NULL);
	free(text);
	free(stage.settings.results);
	stage.settings.results = xstrdup("no/results");
	check(report_open(&stage.job, &stage.error) == NULL);
	check_int(stage.error.kind, KIND_DISK);
	stage_release(&stage);
}

int main(void)
{
	scratch_enter();
	run(counts_each_once);
	run(remembers_the_most_in_flight);
	run(tells_people);
	run(tells_programs);
	run(survives_a_job_of_nothing);
	run(shows_statuses_that_lie);
	run(shows_all_statuses_of_three_digits);
	run(finds_a_full_disk);
	run(one_tells_all);
	run(one_failure_hides_none);
	scratch_leave();
	return done();
}
