/* test_results.c - report/results: one JSON object per entry, whatever is in it. */
#include "report/reporter.h"

#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <sys/resource.h>

#include "scratch.h"
#include "stage.h"
#include "tap.h"

static struct observer *open_results(struct stage *stage)
{
	struct observer *observer = NULL;

	stage->settings.results = xstrdup("results");
	check_int(reporter_results.open(&stage->job, &observer, &stage->error), 0);
	need(observer != NULL, "results");
	return observer;
}

/* Close, and hand over the lines as an array. */
static json_t *close_results(struct stage *stage, struct observer *observer)
{
	json_t *records = json_array();
	char *text, *line, *rest;

	check_int(observer->ops->close(observer, 0, &stage->error), 0);
	observer->ops->free(observer);
	text = rest = stage_read(stage->settings.results);
	check(*text == '\0' || text[strlen(text) - 1] == '\n');
	while ((line = strsep(&rest, "\n")) && *line) {
		json_t *record = json_loads(line, JSON_REJECT_DUPLICATES, NULL);

		check(json_is_object(record));
		json_array_append_new(records, record);
	}
	free(text);
	return records;
}

static const char *text_at(const json_t *records, size_t index, const char *key)
{
	return json_string_value(json_object_get(json_array_get(records, index), key));
}

static int64_t count_at(const json_t *records, size_t index, const char *key)
{
	const json_t *value = json_object_get(json_array_get(records, index), key);

	return json_is_integer(value) ? json_integer_value(value) : -1;
}

static bool null_at(const json_t *records, size_t index, const char *key)
{
	return json_is_null(json_object_get(json_array_get(records, index), key));
}

static void fill(struct stage *stage)
{
	struct exchange *exchange = &stage->outcome.exchange;

	stage->entry->path = xstrdup("a/file");
	stage->entry->input = "list.txt";
	stage->entry->line = 12;
	stage->history = (struct history){.attempts = 4,
		.retries = 2,
		.redirects = 1,
		.url = "https://user:canary@mirror.example/file?sig=canary",
		.time_queue = 1500 * NS_PER_US};
	stage->outcome.verified = VERIFIED_HASH;
	stage->outcome.verified_by = "repr-digest";
	snprintf(stage->outcome.digest, sizeof(stage->outcome.digest), "sha-256=00ff");
	exchange->status = 200;
	exchange->http_version = 20;
	exchange->size_download = 1234;
	snprintf(exchange->remote_ip, sizeof(exchange->remote_ip), "192.0.2.7");
	exchange->content_type = xstrdup("text/plain");
	exchange->time_total = 20 * NS_PER_MS;
}

static void tells_all_of_a_done_one(void)
{
	struct stage stage;
	struct observer *results;
	json_t *records;

	stage_init(&stage);
	fill(&stage);
	results = open_results(&stage);
	stage_tell(&stage, results, EVENT_START);
	stage_tell(&stage, results, EVENT_FINISH);
	stage_tell(&stage, results, EVENT_DONE);
	records = close_results(&stage, results);
	check_int(json_array_size(records), 1);
	check_str(text_at(records, 0, "status"), "done");
	check_str(text_at(records, 0, "url"), "http://host.example/file");
	check(strstr(text_at(records, 0, "url_effective"), "mirror.example/file") !=
		NULL);
	check_str(text_at(records, 0, "filename_effective"), "a/file");
	check_str(text_at(records, 0, "input"), "list.txt:12");
	check_str(text_at(records, 0, "verified"), "hash");
	check_str(text_at(records, 0, "verified_by"), "repr-digest");
	check_str(text_at(records, 0, "digest"), "sha-256=00ff");
	check_str(text_at(records, 0, "http_version"), "2");
	check_str(text_at(records, 0, "remote_ip"), "192.0.2.7");
	check_str(text_at(records, 0, "content_type"), "text/plain");
	check_int(count_at(records, 0, "response_code"), 200);
	check_int(count_at(records, 0, "size_download"), 1234);
	check_int(count_at(records, 0, "attempts"), 4);
	check_int(count_at(records, 0, "num_retries"), 2);
	check_int(count_at(records, 0, "num_redirects"), 1);
	check(null_at(records, 0, "error"));
	check(null_at(records, 0, "errormsg"));
	check(null_at(records, 0, "time_connect"));
	check(json_real_value(json_object_get(
		      json_array_get(records, 0), "time_total")) == 0.02);
	check(json_real_value(json_object_get(
		      json_array_get(records, 0), "time_queue")) == 0.0015);
	json_decref(records);
	stage_release(&stage);
}

static void tells_of_present_and_failed(void)
{
	struct stage stage;
	struct observer *results;
	json_t *records;

	stage_init(&stage);
	results = open_results(&stage);
	stage.history = (struct history){0};
	stage_tell(&stage, results, EVENT_PRESENT);
	stage.outcome.exchange.status = 404;
	stage_tell(&stage, results, EVENT_FAILED);
	stage_tell(&stage, results, EVENT_BAD_LINE);
	stage_tell(&stage, results, EVENT_RETRY);
	/* Before a single request was made: bad names and URLs. */
	observer_tell(results, &(struct event){.type = EVENT_FAILED,
				       .entry = stage.entry,
				       .error = &stage.error});
	stage_tell(&stage, results, EVENT_REPEATED);
	records = close_results(&stage, results);
	check_int(json_array_size(records), 4);
	check_str(text_at(records, 3, "status"), "repeated");
	check_str(text_at(records, 0, "status"), "present");
	check(null_at(records, 0, "response_code"));
	check(null_at(records, 0, "url_effective"));
	check(null_at(records, 0, "time_queue"));
	check(null_at(records, 0, "input"));
	check(null_at(records, 0, "verified"));
	check(null_at(records, 0, "verified_by"));
	check_str(text_at(records, 1, "status"), "failed");
	check_str(text_at(records, 1, "error"), "http");
	check_str(text_at(records, 1, "errormsg"), "404 Not Found");
	check_int(count_at(records, 1, "response_code"), 404);
	check(null_at(records, 1, "verified"));
	check(null_at(records, 1, "filename_effective"));
	check(null_at(records, 2, "response_code"));
	check_int(count_at(records, 2, "attempts"), 0);
	/* All records have the same members. */
	check_int(json_object_size(json_array_get(records, 0)),
		json_object_size(json_array_get(records, 2)));
	json_decref(records);
	stage_release(&stage);
}

static void survives_hostile_texts(void)
{
	static const char *const names[] = {"a\nb\n{\"status\":\"done\"}", "\"q\"\\",
		"=cmd()", "\xff\xfe", "\x1b]52;c;\x07", "", "\xe2\x80\xae"};
	struct stage stage;
	struct observer *results;
	json_t *records;

	stage_init(&stage);
	stage.history.url = NULL;
	results = open_results(&stage);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		free(stage.entry->path);
		stage.entry->path = xstrdup(names[i]);
		free(stage.outcome.exchange.content_type);
		stage.outcome.exchange.content_type = xstrdup(names[i]);
		stage.entry->input = names[i];
		free(stage.entry->urls.items[0]);
		stage.entry->urls.items[0] = xasprintf("http://h.example/%s", names[i]);
		error_set(&stage.error, KIND_HTTP, 0, "%s", names[i]);
		stage_tell(&stage, results, EVENT_FAILED);
	}
	records = close_results(&stage, results);
	check_int(json_array_size(records), ARRAY_LEN(names));
	check_str(text_at(records, 0, "filename_effective"), names[0]);
	check_str(text_at(records, 1, "content_type"), names[1]);
	check_str(text_at(records, 2, "errormsg"), names[2]);
	check_str(text_at(records, 3, "filename_effective"), "%FF%FE");
	check_str(text_at(records, 4, "errormsg"), names[4]);
	check_str(text_at(records, 5, "filename_effective"), "");
	json_decref(records);
	stage_release(&stage);
}

static void keeps_secrets(void)
{
	struct stage stage;
	struct observer *results;
	char *text;

	stage_init(&stage);
	fill(&stage);
	free(stage.entry->urls.items[0]);
	stage.entry->urls.items[0] = xstrdup(
		"https://me:canary@h.example/x?X-Amz-Signature=canary&token=canary");
	strings_add(&stage.entry->headers, "Authorization: canary");
	results = open_results(&stage);
	stage_tell(&stage, results, EVENT_DONE);
	stage_tell(&stage, results, EVENT_FAILED);
	json_decref(close_results(&stage, results));
	text = stage_read(stage.settings.results);
	check(strstr(text, "canary") == NULL);
	check(strstr(text, "h.example/x") != NULL);
	free(text);
	stage_release(&stage);
}

static void writes_at_each_tick(void)
{
	struct stage stage;
	struct observer *results;
	char *text;

	stage_init(&stage);
	results = open_results(&stage);
	stage_tell(&stage, results, EVENT_DONE);
	results->ops->tick(results, 0);
	text = stage_read(stage.settings.results);
	check(strchr(text, '\n') != NULL);
	free(text);
	json_decref(close_results(&stage, results));
	stage_release(&stage);
}

static void writes_many(void)
{
	struct stage stage;
	struct observer *results;
	json_t *records;

	stage_init(&stage);
	results = open_results(&stage);
	for (int i = 0; i < 2000; i++)
		stage_tell(&stage, results, EVENT_DONE);
	records = close_results(&stage, results);
	check_int(json_array_size(records), 2000);
	json_decref(records);
	stage_release(&stage);
}

static void finds_a_full_disk(void)
{
	struct stage stage;
	struct observer *results = NULL;

	stage_init(&stage);
	stage.settings.results = xstrdup("/dev/full");
	check_int(reporter_results.open(&stage.job, &results, &stage.error), 0);
	stage_tell(&stage, results, EVENT_DONE);
	check_int(results->ops->close(results, 0, &stage.error), -1);
	check_int(stage.error.kind, KIND_DISK);
	check(strstr(stage.error.text, "/dev/full") != NULL);
	check(strstr(stage.error.text, "No space") != NULL);
	results->ops->free(results);
	stage_release(&stage);
}

static void count_line(void *count, enum log_level level, const char *line)
{
	check_int(level, LOG_ERROR);
	check(strstr(line, "; the job goes on without") != NULL);
	++*(int *)count;
}

/* At once and once, and it is counted. A disk may have room again later; the file has a hole all
 * the same. */
static void tells_of_a_failure_at_once(void)
{
	struct rlimit limit, small;
	struct stage stage;
	struct observer *results;
	int told = 0;
	char *text;

	log_setup(LOG_WARN, count_line, &told);
	stage_init(&stage);
	results = open_results(&stage);
	need(getrlimit(RLIMIT_FSIZE, &limit) == 0, "getrlimit");
	small = (struct rlimit){.rlim_cur = 10, .rlim_max = limit.rlim_max};
	need(signal(SIGXFSZ, SIG_IGN) != SIG_ERR, "signal");
	need(setrlimit(RLIMIT_FSIZE, &small) == 0, "setrlimit");
	stage_tell(&stage, results, EVENT_DONE);
	results->ops->tick(results, 0);
	check_int(told, 1);
	check_int(stage.tally.unwritten, 1);
	need(setrlimit(RLIMIT_FSIZE, &limit) == 0, "setrlimit");
	stage_tell(&stage, results, EVENT_DONE);
	results->ops->tick(results, 0);
	check_int(results->ops->close(results, 0, &stage.error), 0);
	check_int(told, 1);
	check_int(stage.tally.unwritten, 1);
	results->ops->free(results);
	log_setup(LOG_WARN, NULL, NULL);
	text = stage_read(stage.settings.results);
	check_int(strlen(text), 10);
	free(text);
	stage_release(&stage);
}

static void refuses_what_it_cannot_open(void)
{
	struct stage stage;
	struct observer *results = NULL;

	stage_init(&stage);
	stage.settings.results = xstrdup("none/results");
	check_int(reporter_results.open(&stage.job, &results, &stage.error), -1);
	check_int(stage.error.kind, KIND_DISK);
	check(results == NULL);
	stage_release(&stage);
}

static void refuses_an_input(void)
{
	struct stage stage;
	struct observer *results = NULL;
	char *text;

	stage_init(&stage);
	need(scratch_write("list", "http://host.example/\n"), "list");
	strings_add(&stage.settings.inputs, "-");
	strings_add(&stage.settings.inputs, "list");
	stage.settings.results = xstrdup("./list");
	check_int(reporter_results.open(&stage.job, &results, &stage.error), -1);
	check_int(stage.error.kind, KIND_USAGE);
	text = stage_read("list");
	check_str(text, "http://host.example/\n");
	free(text);
	stage_release(&stage);
}

static void refuses_a_checksum_file(void)
{
	struct stage stage;
	struct observer *results = NULL;
	char *text;

	stage_init(&stage);
	need(scratch_write("sums", "00  file\n"), "sums");
	strings_add(&stage.settings.checksum_files, "sums");
	stage.settings.results = xstrdup("./sums");
	check_int(reporter_results.open(&stage.job, &results, &stage.error), -1);
	check_int(stage.error.kind, KIND_USAGE);
	text = stage_read("sums");
	check_str(text, "00  file\n");
	free(text);
	stage_release(&stage);
}

static void is_not_always_wanted(void)
{
	struct stage stage;
	struct observer *results = NULL;

	stage_init(&stage);
	check_int(reporter_results.open(&stage.job, &results, &stage.error), 0);
	check(results == NULL);
	stage_release(&stage);
}

int main(void)
{
	scratch_enter();
	run(tells_all_of_a_done_one);
	run(tells_of_present_and_failed);
	run(survives_hostile_texts);
	run(keeps_secrets);
	run(writes_at_each_tick);
	run(writes_many);
	run(finds_a_full_disk);
	run(tells_of_a_failure_at_once);
	run(refuses_what_it_cannot_open);
	run(refuses_an_input);
	run(refuses_a_checksum_file);
	run(is_not_always_wanted);
	scratch_leave();
	return done();
}
