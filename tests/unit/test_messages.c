/* test_messages.c - report/messages: which events are lines of the log, and what they
 * say. */
#include "report/reporter.h"

#include "stage.h"
#include "tap.h"

static char *last;
static enum log_level last_level;
static int lines;

static void catch (void *context, enum log_level level, const char *line)
{
	(void)context;
	free(last);
	last = xstrdup(line);
	last_level = level;
	lines++;
}

/* What is said of it at this level of the log; NULL: nothing. */
static const char *said(struct stage *stage, enum log_level level, enum event_type type)
{
	struct observer *messages = NULL;
	int before = lines;

	log_setup(level, catch, NULL);
	check_int(reporter_messages.open(&stage->job, &messages, NULL), 0);
	stage_tell(stage, messages, type);
	messages->ops->free(messages);
	log_setup(LOG_WARN, NULL, NULL);
	return lines > before ? last : NULL;
}

static void says_failures_at_once(void)
{
	struct stage stage;

	stage_init(&stage);
	check_str(said(&stage, LOG_ERROR, EVENT_FAILED),
		"seine: http://host.example/file: 404 Not Found");
	check_int(last_level, LOG_ERROR);
	stage.entry->input = "list.txt";
	stage.entry->line = 12;
	stage.history.attempts = 5;
	stage.history.redirects = 1;
	stage.history.url = "http://me:canary@other.example/";
	stage.outcome.exchange.status = 401;
	said(&stage, LOG_ERROR, EVENT_FAILED);
	check(strstr(last,
		      "seine: list.txt:12: http://host.example/file: 404 Not Found, at "
		      "http://") == last);
	check(strstr(last, "other.example/, after 5 attempts; it wants a login") !=
		NULL);
	check(strstr(last, "canary") == NULL);
	stage.outcome.exchange.status = 0;
	error_set(&stage.error, KIND_INPUT, 0, "list.txt:3: no");
	check_str(said(&stage, LOG_ERROR, EVENT_BAD_LINE), "seine: list.txt:3: no");
	check_str(said(&stage, LOG_ERROR, EVENT_BROKEN), "seine: list.txt:3: no");
	stage_release(&stage);
}

/* After all mirrors have failed: the URL that the last error is of. */
static void says_where_it_failed(void)
{
	struct stage stage;

	stage_init(&stage);
	stage.history = (struct history){
		.attempts = 4, .mirrors = 2, .url = "http://mirror.example/file"};
	check_str(said(&stage, LOG_ERROR, EVENT_FAILED),
		"seine: http://host.example/file: 404 Not Found, at "
		"http://mirror.example/file, after 4 attempts at 2 mirrors");
	stage.history.url = stage.entry->url.text;
	check_str(said(&stage, LOG_ERROR, EVENT_FAILED),
		"seine: http://host.example/file: 404 Not Found, after 4 attempts at 2 "
		"mirrors");
	stage_release(&stage);
}

static void says_little_unasked(void)
{
	static const enum event_type quiet[] = {EVENT_START, EVENT_FINISH, EVENT_RETRY,
		EVENT_REDIRECT, EVENT_DONE, EVENT_PRESENT, EVENT_PAUSE};
	struct stage stage;

	stage_init(&stage);
	for (size_t i = 0; i < ARRAY_LEN(quiet); i++)
		check(said(&stage, LOG_WARN, quiet[i]) == NULL);
	/* Thousands at once, and the user knows why. */
	error_set(&stage.error, KIND_INTERRUPTED, 0, "stopped");
	check(said(&stage, LOG_WARN, EVENT_FAILED) == NULL);
	check(said(&stage, LOG_INFO, EVENT_FAILED) != NULL);
	check(said(&stage, LOG_DEBUG, EVENT_FINISH) == NULL);
	stage_release(&stage);
}

static void says_more_when_asked(void)
{
	struct stage stage;

	stage_init(&stage);
	stage.entry->path = xstrdup("a/file");
	stage.outcome.location = xstrdup("https://me:canary@other.example/x");
	snprintf(stage.outcome.text, sizeof(stage.outcome.text), "connection reset");
	check_str(said(&stage, LOG_INFO, EVENT_RETRY),
		"seine: http://host.example/file: connection reset; asking again in "
		"2.00 s");
	said(&stage, LOG_INFO, EVENT_REDIRECT);
	check(strstr(last, "redirected to https://") &&
		strstr(last, "other.example/x"));
	check(strstr(last, "canary") == NULL);
	stage.outcome.exchange.size_download = 12;
	stage.outcome.exchange.time_total = 30 * NS_PER_MS;
	check_str(said(&stage, LOG_INFO, EVENT_DONE),
		"seine: http://host.example/file: done, 12 B in 0.030 s, a/file");
	stage.outcome.verified = VERIFIED_HASH;
	stage.outcome.verified_by = "content-md5";
	snprintf(stage.outcome.digest, sizeof(stage.outcome.digest), "md5=00ff");
	check_str(said(&stage, LOG_INFO, EVENT_DONE),
		"seine: http://host.example/file: done, 12 B in 0.030 s, a/file, "
		"md5 right (content-md5)");
	stage.outcome.verified_by = "pieces"; /* no digest of the whole */
	stage.outcome.digest[0] = '\0';
	check_str(said(&stage, LOG_INFO, EVENT_DONE),
		"seine: http://host.example/file: done, 12 B in 0.030 s, a/file, "
		"right (pieces)");
	check_str(said(&stage, LOG_INFO, EVENT_PAUSE),
		"seine: http://host.example:80 asks for a pause of 2.00 s");
	check(said(&stage, LOG_INFO, EVENT_START) == NULL);
	check_str(said(&stage, LOG_DEBUG, EVENT_START),
		"seine: http://host.example/file: attempt 1");
	check_str(said(&stage, LOG_INFO, EVENT_REPEATED),
		"seine: http://host.example/file: repeated; it is fetched once");
	check_str(said(&stage, LOG_DEBUG, EVENT_PRESENT),
		"seine: http://host.example/file: there already, a/file");
	stage.outcome.renamed = xstrdup("a/given");
	check_str(said(&stage, LOG_DEBUG, EVENT_PRESENT),
		"seine: http://host.example/file: there already, a/given");
	stage_release(&stage);
}

static void says_nothing_raw(void)
{
	struct stage stage;

	stage_init(&stage);
	free(stage.entry->urls.items[0]);
	stage.entry->urls.items[0] =
		xstrdup("http://h.example/\x1b]52;c;\x07\n\xc2\x9b");
	error_set(&stage.error, KIND_PROTOCOL, 0, "\r\xe2\x80\xae%%s %%n");
	said(&stage, LOG_ERROR, EVENT_FAILED);
	for (const char *c = last; *c; c++)
		check((unsigned char)*c >= 0x20 && *c != 0x7f);
	check(strstr(last, "\xc2\x9b") == NULL);
	check(strstr(last, "\xe2\x80\xae") == NULL);
	check(strstr(last, "%s %n") != NULL);
	stage_release(&stage);
}

int main(void)
{
	run(says_failures_at_once);
	run(says_where_it_failed);
	run(says_little_unasked);
	run(says_more_when_asked);
	run(says_nothing_raw);
	free(last);
	return done();
}
