/* results.c - one JSON object per entry, for programs: JSON Lines.
 *
 * The names are those of curl's --write-out where curl has one. What is not known is
 * null (there was no exchange, or it did not get that far), so that no number is made
 * up. What the entry asked for besides its URL is there only where it did, so that
 * input/rerun can ask for the same again, or say that a secret is missing. */
#include "report/reporter.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "report/outfile.h"

struct results {
	struct observer observer;
	const struct report_job *job;
	struct outfile out;
};

/* True when a secret was taken out. */
static bool put_url(json_t *record, const char *key, const char *url)
{
	_cleanup_(buf_release) struct buf text = BUF_INIT;
	bool redacted = url && url_add_redacted(&text, url);

	json_put_text(record, key, url ? text.data : NULL);
	return redacted;
}

static const char *http_version(int version)
{
	switch (version) {
	case 10:
		return "1.0";
	case 11:
		return "1.1";
	case 20:
		return "2";
	case 30:
		return "3";
	default:
		return NULL;
	}
}

static void put_exchange(json_t *record, const struct exchange *exchange)
{
	static const struct exchange none = {.time_namelookup = -1,
		.time_connect = -1,
		.time_appconnect = -1,
		.time_starttransfer = -1,
		.time_total = -1};

	if (exchange) {
		json_put_count(record, "response_code", exchange->status);
		json_put_count(record, "size_download", exchange->size_download);
	} else {
		exchange = &none;
		json_put_null(record, "response_code");
		json_put_null(record, "size_download");
	}
	json_put_text(record, "http_version", http_version(exchange->http_version));
	json_put_text(record, "content_type", exchange->content_type);
	json_put_text(record, "remote_ip",
		exchange->remote_ip[0] ? exchange->remote_ip : NULL);
	json_put_child(record, "insecure", json_boolean(exchange->insecure));
	json_put_seconds(record, "time_namelookup", exchange->time_namelookup);
	json_put_seconds(record, "time_connect", exchange->time_connect);
	json_put_seconds(record, "time_appconnect", exchange->time_appconnect);
	json_put_seconds(record, "time_starttransfer", exchange->time_starttransfer);
	json_put_seconds(record, "time_total", exchange->time_total);
}

static void put_history(json_t *record, const struct history *history)
{
	static const struct history none = {.time_queue = -1};

	if (!history)
		history = &none;
	json_put_seconds(
		record, "time_queue", history->attempts > 0 ? history->time_queue : -1);
	json_put_count(record, "attempts", history->attempts);
	json_put_count(record, "num_retries", history->retries);
	json_put_count(record, "num_redirects", history->redirects);
}

static void put_place(json_t *record, const struct entry *entry)
{
	_cleanup_(buf_release) struct buf place = BUF_INIT;

	if (entry->input)
		buf_addf(&place, "%s:%" PRIu64, entry->input, entry->line);
	json_put_text(record, "input", entry->input ? place.data : NULL);
}

static bool put_mirrors(json_t *record, const struct strings *urls)
{
	json_t *mirrors = json_array();
	bool redacted = false;

	for (size_t i = 1; i < urls->count; i++) {
		_cleanup_(buf_release) struct buf text = BUF_INIT;

		redacted |= url_add_redacted(&text, urls->items[i]);
		if (json_array_append_new(mirrors, json_text(text.data)) < 0)
			abort();
	}
	json_put_child(record, "mirrors", mirrors);
	return redacted;
}

/* Their names only: the rest may be a credential. */
static void put_headers(json_t *record, const struct strings *headers)
{
	json_t *names = json_array();

	for (size_t i = 0; i < headers->count; i++) {
		_cleanup_(freep) char *name =
			xstrndup(headers->items[i], strcspn(headers->items[i], ":"));

		if (json_array_append_new(names, json_text(name)) < 0)
			abort();
	}
	json_put_child(record, "header", names);
}

static void put_checksum(json_t *record, const struct checksum *checksum)
{
	_cleanup_(buf_release) struct buf text = BUF_INIT;

	checksum_add(&text, checksum);
	json_put_text(record, "checksum", text.data);
}

/* What filename_effective does not tell. */
static void put_names(json_t *record, const struct entry *entry)
{
	const char *option = entry_name_option(entry);

	if (entry->path) {
		if (strcmp(option, "out") != 0)
			json_put_text(record, option, entry->path);
		return;
	}
	if (entry->out)
		json_put_text(record, option, entry->out);
	if (entry->dir)
		json_put_text(record, "dir", entry->dir);
}

static void put_wishes(json_t *record, const struct entry *entry, bool redacted)
{
	char *named_by _cleanup_(freep) = entry_named_by(entry);

	if (entry->urls.count > 1)
		redacted |= put_mirrors(record, &entry->urls);
	put_names(record, entry);
	if (entry->checksum.alg != DIGEST_NONE)
		put_checksum(record, &entry->checksum);
	if (entry->pieces)
		json_put_count(record, "pieces", (int64_t)entry->pieces->count);
	if (entry->size >= 0)
		json_put_count(record, "size", entry->size);
	if (entry->headers.count > 0)
		put_headers(record, &entry->headers);
	if (entry->referer)
		redacted |= put_url(record, "referer", entry->referer);
	if (entry->user_agent)
		json_put_text(record, "user-agent", entry->user_agent);
	if (entry->max_tries > 0)
		json_put_count(record, "max-tries", entry->max_tries);
	if (named_by)
		json_put_text(record, "named-by", named_by);
	if (redacted)
		json_put_child(record, "redacted", json_true());
}

static const char *status_name(enum event_type type)
{
	return type == EVENT_DONE       ? "done"
	       : type == EVENT_PRESENT  ? "present"
	       : type == EVENT_REPEATED ? "repeated"
					: "failed";
}

static void add_record(struct buf *out, const struct event *event)
{
	const struct entry *entry = event->entry;
	const struct outcome *outcome = event->outcome;
	const struct error *error = event->type == EVENT_FAILED ? event->error : NULL;
	const struct outcome *done = event->type == EVENT_DONE ? outcome : NULL;
	json_t *record = json_new();
	bool redacted;

	json_put_text(record, "status", status_name(event->type));
	redacted = put_url(
		record, "url", entry->urls.count > 0 ? entry->urls.items[0] : NULL);
	(void)put_url(
		record, "url_effective", event->history ? event->history->url : NULL);
	json_put_text(record, "filename_effective",
		outcome && outcome->renamed ? outcome->renamed : entry->path);
	json_put_text(record, "error", error ? kind_name(error->kind) : NULL);
	json_put_text(record, "errormsg", error ? error->text : NULL);
	json_put_text(record, "verified", done ? verified_name(done->verified) : NULL);
	json_put_text(record, "verified_by", done ? done->verified_by : NULL);
	json_put_text(record, "digest",
		outcome && outcome->digest[0] ? outcome->digest : NULL);
	put_place(record, entry);
	put_history(record, event->history);
	put_exchange(record, outcome ? &outcome->exchange : NULL);
	put_wishes(record, entry, redacted);
	json_add_line(out, record);
	json_decref(record);
}

static void results_event(struct observer *observer, const struct event *event)
{
	struct results *results = container_of(observer, struct results, observer);

	switch (event->type) {
	case EVENT_DONE:
	case EVENT_PRESENT:
	case EVENT_REPEATED:
	case EVENT_FAILED:
		add_record(&results->out.data, event);
		if (outfile_is_full(&results->out))
			reporter_flush(results->job, &results->out);
		break;
	default:
		break;
	}
}

static void results_tick(struct observer *observer, nstime now _unused_)
{
	struct results *results = container_of(observer, struct results, observer);

	reporter_flush(results->job, &results->out);
}

static int results_close(
	struct observer *observer, nstime now _unused_, struct error *err)
{
	struct outfile *out = &container_of(observer, struct results, observer)->out;
	bool told = out->errnum != 0;

	return outfile_close(out, err) == 0 || told ? 0 : -1;
}

static void results_free(struct observer *observer)
{
	struct results *results = container_of(observer, struct results, observer);

	outfile_release(&results->out);
	free(results);
}

static const struct observer_ops results_ops = {
	.event = results_event,
	.tick = results_tick,
	.close = results_close,
	.free = results_free,
};

static int results_open(
	const struct report_job *job, struct observer **observer, struct error *err)
{
	const char *name = job->settings->results;
	struct results *results;

	if (!name)
		return 0;
	if (outfile_is_input(name, &job->settings->inputs) ||
		outfile_reader(name, job->settings))
		return error_set(err, KIND_USAGE, 0,
			"--results %s would overwrite an input of this job", name);
	results = xcalloc(1, sizeof(*results));
	results->observer.ops = &results_ops;
	results->job = job;
	if (outfile_open(&results->out, name, 0666, err) < 0) {
		free(results);
		return -1;
	}
	*observer = &results->observer;
	return 0;
}

const struct reporter reporter_results = {"results", results_open};
