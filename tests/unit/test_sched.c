/* test_sched.c - the scheduler's single decisions, one situation each. What holds in the
 * long run, with thousands of transfers at once, is shown by tests/sim. */
#include "core/sched.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "tap.h"

#define SEC NS_PER_SEC
#define AWAY_MAX 64

/* A scheduler with a source that is told what to say, and all that happened as text: one
 * letter per event, with the entry's number. */
struct bench {
	struct settings settings;
	struct source source;
	struct observer observer;
	struct sched *sched;
	nstime now, wake, waited;
	struct attempt *away[AWAY_MAX]; /* by entry */

	enum source_status idle; /* what the source says when it has no entry */
	int fd;
	struct entry *ready[64];
	size_t n_ready, n_given, asked;
	struct buf log;
	enum kind failed;       /* of the last EVENT_FAILED */
	struct history history; /* of the last DONE or FAILED; url as text below */
	char url[128];
};

static enum source_status bench_pull(
	struct source *source, struct entry **entry, struct error *err)
{
	struct bench *bench = container_of(source, struct bench, source);

	bench->asked++;
	if (bench->n_given < bench->n_ready) {
		*entry = bench->ready[bench->n_given++];
		return SOURCE_ENTRY;
	}
	if (bench->idle == SOURCE_BAD || bench->idle == SOURCE_BROKEN) {
		error_set(err, KIND_INPUT, 0, "bad");
		bench->idle = SOURCE_END;
		return SOURCE_BAD;
	}
	return bench->idle;
}

static int bench_fd(const struct source *source)
{
	return container_of(source, const struct bench, source)->fd;
}

static void bench_event(struct observer *observer, const struct event *event)
{
	static const char letters[] = {[EVENT_START] = 's',
		[EVENT_FINISH] = 'f',
		[EVENT_RETRY] = 'r',
		[EVENT_REDIRECT] = '>',
		[EVENT_DONE] = 'D',
		[EVENT_PRESENT] = 'P',
		[EVENT_FAILED] = 'F',
		[EVENT_BAD_LINE] = 'b',
		[EVENT_BROKEN] = 'B',
		[EVENT_PAUSE] = 'p'};
	struct bench *bench = container_of(observer, struct bench, observer);

	check_int(event->now, bench->now);
	buf_addf(&bench->log, "%s%c%" PRIu64, bench->log.len ? " " : "",
		letters[event->type], event->entry->number);
	if (event->type == EVENT_RETRY || event->type == EVENT_PAUSE)
		bench->waited = event->wait;
	if (event->type == EVENT_FAILED)
		bench->failed = event->error->kind;
	if (event->type == EVENT_DONE || event->type == EVENT_FAILED) {
		bench->history = *event->history;
		snprintf(bench->url, sizeof(bench->url), "%s",
			event->history->url ? event->history->url : "-");
	}
}

/* Another URL for the entry added last. */
static void mirror(struct bench *bench, const char *url)
{
	strings_add(&bench->ready[bench->n_ready - 1]->urls, url);
}

static void add(struct bench *bench, const char *url)
{
	struct entry *entry = entry_new();

	strings_add(&entry->urls, url);
	check_int(url_parse(&entry->url, url, NULL), 0);
	entry->number = bench->n_ready + 1;
	bench->ready[bench->n_ready++] = entry;
}

static struct bench *bench_new(int64_t jobs, int64_t per_host)
{
	static const struct source_ops source_ops = {
		.next = bench_pull, .fd = bench_fd};
	static const struct observer_ops observer_ops = {.event = bench_event};
	struct bench *bench = xcalloc(1, sizeof(*bench));

	bench->settings = (struct settings){.jobs = jobs,
		.per_host = per_host,
		.tries = 3,
		.retry_wait = SEC,
		.retry_max_wait = 20 * SEC,
		.max_redirs = 3};
	bench->source.ops = &source_ops;
	bench->observer.ops = &observer_ops;
	bench->idle = SOURCE_END;
	bench->fd = -1;
	bench->now = 1000 * SEC;
	buf_init(&bench->log);
	bench->sched =
		sched_new(&bench->settings, &bench->source, &bench->observer, 20240229);
	return bench;
}

/* With --jobs auto. */
static struct bench *bench_auto(int64_t per_host)
{
	struct bench *bench = bench_new(1000, per_host);

	sched_free(bench->sched);
	bench->settings.jobs_auto = true;
	bench->sched =
		sched_new(&bench->settings, &bench->source, &bench->observer, 20240229);
	return bench;
}

/* What is in flight is ended first, as engines do. */
static void bench_free(struct bench *bench)
{
	struct outcome outcome;

	outcome_init(&outcome);
	outcome.type = OUTCOME_FAILED;
	outcome.kind = KIND_INTERRUPTED;
	for (size_t i = 0; i < AWAY_MAX; i++)
		if (bench->away[i])
			sched_finish(
				bench->sched, bench->now, bench->away[i], &outcome);
	sched_free(bench->sched);
	while (bench->n_given < bench->n_ready)
		entry_free(bench->ready[bench->n_given++]);
	buf_release(&bench->log);
	free(bench);
}

/* Start all that may be started; what the scheduler said then. */
static enum sched_verdict turn(struct bench *bench)
{
	struct attempt *attempt = NULL;
	enum sched_verdict verdict;

	for (int calls = 0; calls < 1000; calls++) {
		verdict = sched_next(bench->sched, bench->now, &attempt, &bench->wake);
		if (verdict == SCHED_START) {
			check_int(attempt->started, bench->now);
			bench->away[attempt->entry->number] = attempt;
		} else if (verdict == SCHED_FINISHED || bench->wake > bench->now) {
			return verdict;
		}
	}
	check(!"an end of it");
	return verdict;
}

static void check_log(struct bench *bench, const char *want)
{
	check_str(bench->log.data, want);
	buf_clear(&bench->log);
}

static void finish(struct bench *bench, int number, const struct outcome *outcome)
{
	struct attempt *attempt = bench->away[number];

	check(attempt != NULL);
	bench->away[number] = NULL;
	if (attempt)
		sched_finish(bench->sched, bench->now, attempt, outcome);
}

static void succeed(struct bench *bench, int number)
{
	struct outcome outcome;

	outcome_init(&outcome);
	finish(bench, number, &outcome);
}

static void fail(struct bench *bench, int number, enum kind kind)
{
	struct outcome outcome;

	outcome_init(&outcome);
	outcome.type = OUTCOME_FAILED;
	outcome.kind = kind;
	snprintf(outcome.text, sizeof(outcome.text), "%s", kind_name(kind));
	finish(bench, number, &outcome);
}

static void refuse(struct bench *bench, int number, long status, nstime retry_after)
{
	struct outcome outcome;

	outcome_init(&outcome);
	outcome.type = OUTCOME_FAILED;
	outcome.kind = KIND_HTTP;
	outcome.exchange.status = status;
	outcome.retry_after = retry_after;
	finish(bench, number, &outcome);
}

static void send_on(struct bench *bench, int number, const char *to, bool from_public)
{
	struct outcome outcome;

	outcome_init(&outcome);
	outcome.type = OUTCOME_REDIRECT;
	outcome.location = xstrdup(to);
	outcome.from_public = from_public;
	outcome.exchange.status = 302;
	finish(bench, number, &outcome);
	outcome_release(&outcome);
}

static void nothing_to_do(void)
{
	struct bench *bench = bench_new(4, 0);

	check_int(turn(bench), SCHED_FINISHED);
	check_int(turn(bench), SCHED_FINISHED);
	check_int(bench->asked, 1); /* never again after its end */
	check_log(bench, "");
	bench_free(bench);
}

static void one_entry(void)
{
	struct bench *bench = bench_new(4, 0);
	struct attempt *attempt;

	add(bench, "http://a.test/1");
	check_int(turn(bench), SCHED_WAIT);
	check(bench->wake == NSTIME_NEVER);
	check_int(sched_in_flight(bench->sched), 1);
	check_int(sched_input_fd(bench->sched), -1);
	attempt = bench->away[1];
	check_str(attempt->url, "http://a.test/1");
	check_str(attempt->origin_key, "http://a.test:80");
	check(attempt->trusted && !attempt->public_only);
	check_int(attempt->ordinal, 1);
	check_int(attempt->received, 0);
	check_int(attempt->expected, -1);
	bench->now += SEC;
	succeed(bench, 1);
	check_int(sched_in_flight(bench->sched), 0);
	check_int(turn(bench), SCHED_FINISHED);
	check_log(bench, "s1 f1 D1");
	check_int(bench->history.attempts, 1);
	check_str(bench->url, "http://a.test/1");
	bench_free(bench);
}

static void jobs_are_a_limit(void)
{
	struct bench *bench = bench_new(2, 0);

	for (int i = 0; i < 4; i++)
		add(bench, "http://a.test/x");
	check_int(turn(bench), SCHED_WAIT);
	check_int(turn(bench), SCHED_WAIT);
	check_log(bench, "s1 s2");
	succeed(bench, 2);
	check_int(turn(bench), SCHED_WAIT);
	succeed(bench, 1);
	succeed(bench, 3);
	check_int(turn(bench), SCHED_WAIT);
	check_log(bench, "f2 D2 s3 f1 D1 f3 D3 s4");
	succeed(bench, 4);
	check_int(turn(bench), SCHED_FINISHED);
	bench_free(bench);
}

static void per_host_is_a_limit(void)
{
	struct bench *bench = bench_new(10, 1);

	add(bench, "http://a.test/1");
	add(bench, "http://A.test:80/2"); /* the same origin */
	add(bench, "https://a.test/3");   /* others */
	add(bench, "http://a.test:81/4");
	add(bench, "http://b.test/5");
	check_int(turn(bench), SCHED_WAIT);
	check_log(bench, "s1 s3 s4 s5");
	succeed(bench, 4);
	check_int(turn(bench), SCHED_WAIT);
	succeed(bench, 1);
	check_int(turn(bench), SCHED_WAIT);
	check_log(bench, "f4 D4 f1 D1 s2");
	bench_free(bench);
}

static void retry_waits(void)
{
	struct bench *bench = bench_new(4, 0);

	add(bench, "http://a.test/1");
	turn(bench);
	fail(bench, 1, KIND_NETWORK);
	check(bench->waited >= 0 && bench->waited <= SEC);
	check_int(turn(bench), SCHED_WAIT);
	check_int(bench->wake, bench->now + bench->waited);
	bench->now = bench->wake - 1;
	check_int(turn(bench), SCHED_WAIT);
	check_log(bench, "s1 f1 r1");
	bench->now++;
	turn(bench);
	check_int(bench->away[1]->ordinal, 2);
	fail(bench, 1, KIND_NETWORK);
	check(bench->waited >= 0 && bench->waited <= 2 * SEC);
	bench->now += bench->waited;
	turn(bench);
	fail(bench, 1, KIND_TRUNCATED);
	check_int(turn(bench), SCHED_FINISHED);
	check_log(bench, "s1 f1 r1 s1 f1 F1");
	check_int(bench->failed, KIND_TRUNCATED);
	check_int(bench->history.attempts, 3);
	check_int(bench->history.retries, 2);
	bench_free(bench);
}

static void tries_of_the_entry(void)
{
	struct bench *bench = bench_new(4, 0);

	add(bench, "http://a.test/1");
	bench->ready[0]->max_tries = 1;
	turn(bench);
	fail(bench, 1, KIND_NETWORK);
	check_int(turn(bench), SCHED_FINISHED);
	check_log(bench, "s1 f1 F1");
	bench_free(bench);
}

static void next_mirror_at_once(void)
{
	struct bench *bench = bench_new(4, 0);

	add(bench, "http://a.test/1");
	mirror(bench, "http://b.test/1");
	turn(bench);
	refuse(bench, 1, 404, -1);
	check_int(bench->waited, 0);
	turn(bench);
	check_str(bench->away[1]->url, "http://b.test/1");
	check_str(bench->away[1]->origin_key, "http://b.test:80");
	check(!bench->away[1]->trusted);
	succeed(bench, 1);
	check_int(turn(bench), SCHED_FINISHED);
	check_log(bench, "s1 f1 r1 s1 f1 D1");
	check_str(bench->url, "http://b.test/1");
	bench_free(bench);
}

/* A failure that is about our file and not about the server: no mirror would help. */
static void failures_of_our_own(void)
{
	static const enum kind kinds[] = {
		KIND_EXISTS, KIND_BAD_NAME, KIND_INTERRUPTED, KIND_INTERNAL};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct bench *bench = bench_new(1, 0);

		add(bench, "http://a.test/1");
		mirror(bench, "http://b.test/1");
		add(bench, "http://a.test/2");
		turn(bench);
		fail(bench, 1, kinds[i]);
		check_int(turn(bench), SCHED_WAIT);
		check_log(bench, "s1 f1 F1 s2");
		check_int(bench->failed, kinds[i]);
		bench_free(bench);
	}
}

static void retry_after_holds_the_origin(void)
{
	struct bench *bench = bench_new(2, 0);

	add(bench, "http://a.test/1");
	add(bench, "http://b.test/2");
	add(bench, "http://a.test/3");
	add(bench, "http://b.test/4");
	turn(bench);
	refuse(bench, 1, 503, 30 * SEC);
	check_int(turn(bench), SCHED_WAIT);
	check_log(bench, "s1 s2 f1 p1 r1 s4");
	succeed(bench, 2);
	succeed(bench, 4);
	check_int(turn(bench), SCHED_WAIT);
	check_int(bench->wake, bench->now + 30 * SEC);
	bench->now += 30 * SEC - 1;
	check_int(turn(bench), SCHED_WAIT);
	bench->now++;
	check_int(turn(bench), SCHED_WAIT);
	check_log(bench, "f2 D2 f4 D4 s1 s3");
	bench_free(bench);
}

static void retry_after_is_cut(void)
{
	struct bench *bench = bench_new(1, 0);

	add(bench, "http://a.test/1");
	turn(bench);
	refuse(bench, 1, 429, 86400 * SEC);
	check_int(turn(bench), SCHED_WAIT);
	check_int(bench->wake, bench->now + 600 * SEC);
	bench_free(bench);
}

/* A status that is no refusal pauses nobody, so its Retry-After must not replace the
 * backoff either: the server would be asked again at once. */
static void retry_after_with_another_status(void)
{
	static const long statuses[] = {500, 502, 504, 408};

	for (size_t i = 0; i < ARRAY_LEN(statuses); i++) {
		struct bench *bench = bench_new(1, 0);

		add(bench, "http://a.test/1");
		turn(bench);
		refuse(bench, 1, statuses[i], 30 * SEC);
		check_int(turn(bench), SCHED_WAIT);
		check(bench->wake > bench->now);
		check_log(bench, "s1 f1 r1");
		bench_free(bench);
	}
}

/* Retry-After: 0 is no wait at all; the backoff still is. */
static void retry_after_nothing(void)
{
	struct bench *bench = bench_new(1, 0);

	add(bench, "http://a.test/1");
	turn(bench);
	refuse(bench, 1, 429, 0);
	check_int(turn(bench), SCHED_WAIT);
	check(bench->wake > bench->now);
	bench_free(bench);
}

/* The last mirror of a round names a time; that is no reason to hurry to the first one. */
static void retry_after_of_another_mirror(void)
{
	struct bench *bench = bench_new(1, 0);

	add(bench, "http://a.test/1");
	mirror(bench, "http://b.test/1");
	turn(bench);
	fail(bench, 1, KIND_CONNECT);
	turn(bench);
	refuse(bench, 1, 503, SEC / 1000);
	check_int(turn(bench), SCHED_WAIT);
	check(bench->wake > bench->now);
	check_log(bench, "s1 f1 r1 s1 f1 p1 r1");
	bench_free(bench);
}

static void redirects(void)
{
	struct bench *bench = bench_new(1, 0);

	add(bench, "http://a.test/1");
	turn(bench);
	send_on(bench, 1, "http://a.test/2", false);
	turn(bench);
	check_str(bench->away[1]->url, "http://a.test/2");
	check(bench->away[1]->trusted);
	send_on(bench, 1, "http://b.test/3#fragment", true);
	turn(bench);
	check_str(bench->away[1]->url, "http://b.test/3");
	check_str(bench->away[1]->origin_key, "http://b.test:80");
	check(!bench->away[1]->trusted);
	check(bench->away[1]->public_only);
	send_on(bench, 1, "https://a.test/4", false);
	turn(bench);
	check(!bench->away[1]->trusted); /* https is another origin */
	check(bench->away[1]->public_only);
	succeed(bench, 1);
	check_int(turn(bench), SCHED_FINISHED);
	check_log(bench, "s1 f1 >1 s1 f1 >1 s1 f1 >1 s1 f1 D1");
	check_int(bench->history.redirects, 3);
	check_int(bench->history.attempts, 4);
	check_int(bench->history.retries, 0);
	check_str(bench->url, "https://a.test/4");
	bench_free(bench);
}

static void redirects_that_are_refused(void)
{
	static const struct {
		const char *from, *to;
		bool from_public;
	} cases[] = {
		{"http://a.test/", "ftp://a.test/", false},
		{"http://a.test/", "file:///etc/passwd", false},
		{"http://a.test/", "", false},
		{"http://a.test/", "http://", false},
		{"https://a.test/", "http://a.test/", false},
		{"http://a.test/", "http://127.0.0.1/", true},
		{"http://a.test/", "http://[::ffff:10.0.0.1]/", true},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct bench *bench = bench_new(1, 0);

		add(bench, cases[i].from);
		turn(bench);
		send_on(bench, 1, cases[i].to, cases[i].from_public);
		check_int(turn(bench), SCHED_FINISHED);
		check_log(bench, "s1 f1 F1");
		check_int(bench->failed, KIND_REDIRECT);
		check_str(bench->url, cases[i].from);
		bench_free(bench);
	}
}

static void private_is_followed_when_allowed(void)
{
	struct bench *bench = bench_new(1, 0);

	bench->settings.allow_private = true;
	add(bench, "http://a.test/");
	turn(bench);
	send_on(bench, 1, "http://127.0.0.1/", true);
	turn(bench);
	check(!bench->away[1]->public_only);
	bench_free(bench);
}

static void redirect_loop_then_mirror(void)
{
	struct bench *bench = bench_new(1, 0);

	add(bench, "http://a.test/1");
	mirror(bench, "http://b.test/1");
	turn(bench);
	for (int hops = 0; hops < 4; hops++) {
		check_str(bench->away[1]->url, "http://a.test/1");
		send_on(bench, 1, "http://a.test/1", false);
		turn(bench);
	}
	check_log(bench, "s1 f1 >1 s1 f1 >1 s1 f1 >1 s1 f1 r1 s1");
	check_str(bench->away[1]->url, "http://b.test/1");
	refuse(bench, 1, 404, -1);
	check_int(turn(bench), SCHED_FINISHED);
	check_int(bench->failed, KIND_HTTP);
	bench_free(bench);
}

static void drained(void)
{
	struct bench *bench = bench_new(2, 0);

	for (int i = 0; i < 5; i++)
		add(bench, "http://a.test/x");
	turn(bench);
	fail(bench, 1, KIND_NETWORK); /* backs off: begun, not done */
	turn(bench);
	succeed(bench, 2);
	sched_drain(bench->sched);
	sched_drain(bench->sched);
	check_int(turn(bench), SCHED_WAIT);
	check(bench->wake == NSTIME_NEVER);
	check_int(sched_input_fd(bench->sched), -1);
	check_log(bench, "s1 s2 f1 r1 s3 f2 D2");
	fail(bench, 3, KIND_NETWORK);
	check_int(turn(bench), SCHED_FINISHED);
	check_log(bench, "f3 r3 F1 F3");
	check_int(bench->failed, KIND_INTERRUPTED);
	check_int(turn(bench), SCHED_FINISHED);
	check_log(bench, "");
	bench_free(bench);
}

static void drained_before_it_began(void)
{
	struct bench *bench = bench_new(2, 0);

	add(bench, "http://a.test/x");
	sched_drain(bench->sched);
	check_int(turn(bench), SCHED_FINISHED);
	check_int(bench->asked, 0);
	check_log(bench, "");
	bench_free(bench);
}

static void full_disk_ends_the_job(void)
{
	struct bench *bench = bench_new(2, 0);

	for (int i = 0; i < 5; i++)
		add(bench, "http://a.test/x");
	turn(bench);
	fail(bench, 1, KIND_DISK);
	check_int(turn(bench), SCHED_WAIT);
	succeed(bench, 2);
	check_int(turn(bench), SCHED_FINISHED);
	check_log(bench, "s1 s2 f1 F1 f2 D2");
	check_int(bench->failed, KIND_DISK);
	bench_free(bench);
}

static void source_has_nothing_yet(void)
{
	struct bench *bench = bench_new(2, 0);

	bench->idle = SOURCE_AGAIN;
	bench->fd = 7;
	check_int(turn(bench), SCHED_WAIT);
	check(bench->wake == NSTIME_NEVER);
	check_int(sched_input_fd(bench->sched), 7);
	add(bench, "http://a.test/1");
	check_int(turn(bench), SCHED_WAIT);
	check_log(bench, "s1");
	check_int(sched_input_fd(bench->sched), 7);
	bench->idle = SOURCE_END;
	check_int(turn(bench), SCHED_WAIT);
	check_int(sched_input_fd(bench->sched), -1);
	succeed(bench, 1);
	check_int(turn(bench), SCHED_FINISHED);
	bench_free(bench);
}

/* While all jobs are busy the source is not read; so its descriptor must not be waited for,
 * or whoever waits would be woken by it without end. */
static void input_is_not_watched_for_nothing(void)
{
	struct bench *bench = bench_new(2, 0);
	size_t asked;

	bench->idle = SOURCE_AGAIN;
	bench->fd = 7;
	for (int i = 0; i < 3; i++)
		add(bench, "http://a.test/x");
	check_int(turn(bench), SCHED_WAIT);
	check_log(bench, "s1 s2"); /* and the third waits */
	asked = bench->asked;
	check_int(turn(bench), SCHED_WAIT);
	check(sched_input_fd(bench->sched) == -1 || bench->asked > asked);
	succeed(bench, 1);
	check_int(turn(bench), SCHED_WAIT);
	succeed(bench, 2);
	check_int(turn(bench), SCHED_WAIT);
	check_int(sched_input_fd(bench->sched), 7);
	bench_free(bench);
}

/* A source that only takes a breath is asked again at once. */
static void source_takes_a_breath(void)
{
	struct bench *bench = bench_new(2, 0);
	struct attempt *attempt;
	size_t asked;

	bench->idle = SOURCE_AGAIN;
	for (int calls = 0; calls < 3; calls++) {
		asked = bench->asked;
		check_int(sched_next(bench->sched, bench->now, &attempt, &bench->wake),
			SCHED_WAIT);
		check_int(bench->wake, bench->now);
		check(bench->asked > asked);
	}
	bench->idle = SOURCE_END;
	check_int(turn(bench), SCHED_FINISHED);
	bench_free(bench);
}

static void bad_lines_are_passed_over(void)
{
	struct bench *bench = bench_new(2, 0);

	bench->idle = SOURCE_BAD;
	check_int(turn(bench), SCHED_FINISHED);
	bench_free(bench);
	bench = bench_new(2, 0);
	bench->idle = SOURCE_BROKEN;
	add(bench, "http://a.test/1");
	turn(bench);
	succeed(bench, 1);
	check_int(turn(bench), SCHED_FINISHED);
	check_log(bench, "s1 f1 D1");
	bench_free(bench);
}

/* --max-time is the time of the file, over all its attempts. */
static void deadline_of_the_file(void)
{
	struct bench *bench = bench_new(1, 0);
	nstime began = bench->now + 50 * SEC;

	bench->settings.max_time = 10 * SEC;
	add(bench, "http://a.test/1");
	mirror(bench, "http://b.test/1");
	bench->now = began; /* what was spent in the queue does not count */
	turn(bench);
	check_int(bench->away[1]->deadline, began + 10 * SEC);
	bench->now = began + 4 * SEC;
	fail(bench, 1, KIND_NETWORK);
	turn(bench);
	check_int(bench->away[1]->deadline, began + 10 * SEC);
	bench->now = began + 10 * SEC;
	fail(bench, 1, KIND_TIMEOUT);
	check_int(turn(bench), SCHED_FINISHED);
	check_log(bench, "s1 f1 r1 s1 f1 F1");
	check_int(bench->failed, KIND_TIMEOUT);
	bench_free(bench);
	bench = bench_new(1, 0);
	add(bench, "http://a.test/1");
	turn(bench);
	check(bench->away[1]->deadline == NSTIME_NEVER);
	bench_free(bench);
}

/* A pause that ends after the deadline leaves nothing to wait for. */
static void deadline_before_the_pause_ends(void)
{
	struct bench *bench = bench_new(1, 0);

	bench->settings.max_time = 10 * SEC;
	add(bench, "http://a.test/1");
	turn(bench);
	refuse(bench, 1, 503, 60 * SEC);
	bench->now += 60 * SEC;
	check_int(turn(bench), SCHED_FINISHED);
	check_log(bench, "s1 f1 p1 F1");
	bench_free(bench);
}

/* Freed in the middle of things, nothing leaks. */
static void freed_in_the_middle(void)
{
	struct bench *bench = bench_new(3, 1);

	for (int i = 0; i < 6; i++)
		add(bench, i % 2 ? "http://a.test/x" : "http://b.test/y");
	turn(bench);
	send_on(bench, 1, "http://c.test/", true);
	fail(bench, 2, KIND_NETWORK);
	turn(bench);
	bench_free(bench);
	sched_free(NULL);
}

static void add_many(struct bench *bench, const char *url, int n)
{
	while (n-- > 0)
		add(bench, url);
}

static void auto_follows_the_deliveries(void)
{
	struct bench *bench = bench_auto(0);

	add_many(bench, "http://a.test/x", 63);
	turn(bench);
	check_int(sched_in_flight(bench->sched), 32);
	bench->now += SEC / 10;
	for (int i = 1; i <= 32; i++) {
		/* An answer is an answer. */
		if (i % 3 == 0)
			refuse(bench, i, 404, -1);
		else
			succeed(bench, i);
	}
	turn(bench);
	check_int(sched_in_flight(bench->sched), 31); /* of up to 64 */
	bench_free(bench);

	bench = bench_auto(5);
	add_many(bench, "http://a.test/x", 20);
	add_many(bench, "http://b.test/x", 20);
	turn(bench);
	check_int(sched_in_flight(bench->sched), 10);
	bench_free(bench);
}

static void refusals_reduce_a_number(void)
{
	struct bench *bench = bench_new(8, 0);

	add_many(bench, "http://a.test/x", 30);
	add_many(bench, "http://b.test/x", 1);
	turn(bench);
	check_int(sched_in_flight(bench->sched), 8);
	bench->now += SEC / 10;
	for (int i = 1; i <= 4; i++)
		refuse(bench, i, i % 2 ? 429 : 503, -1);
	turn(bench);
	/* Of seven, when the second was refused, half; and the other host's. */
	check_int(sched_in_flight(bench->sched), 5);
	bench_free(bench);
}

/* Connections that are refused are too many, unless there never was another answer. */
static void connections_that_are_refused(void)
{
	for (int delivers = 0; delivers < 2; delivers++) {
		struct bench *bench = bench_new(8, 0);

		add_many(bench, "http://a.test/x", 30);
		turn(bench);
		bench->now += SEC / 10;
		if (delivers)
			succeed(bench, 1);
		else
			fail(bench, 1, KIND_NETWORK);
		for (int i = 2; i <= 5; i++)
			fail(bench, i, KIND_CONNECT);
		turn(bench);
		check_int(sched_in_flight(bench->sched), delivers ? 3 : 8);
		bench_free(bench);
	}
}

int main(void)
{
	run(nothing_to_do);
	run(one_entry);
	run(jobs_are_a_limit);
	run(per_host_is_a_limit);
	run(retry_waits);
	run(tries_of_the_entry);
	run(next_mirror_at_once);
	run(failures_of_our_own);
	run(retry_after_holds_the_origin);
	run(retry_after_is_cut);
	run(retry_after_with_another_status);
	run(retry_after_nothing);
	run(retry_after_of_another_mirror);
	run(redirects);
	run(redirects_that_are_refused);
	run(private_is_followed_when_allowed);
	run(redirect_loop_then_mirror);
	run(drained);
	run(drained_before_it_began);
	run(full_disk_ends_the_job);
	run(source_has_nothing_yet);
	run(input_is_not_watched_for_nothing);
	run(source_takes_a_breath);
	run(bad_lines_are_passed_over);
	run(deadline_of_the_file);
	run(deadline_before_the_pause_ends);
	run(freed_in_the_middle);
	run(auto_follows_the_deliveries);
	run(refusals_reduce_a_number);
	run(connections_that_are_refused);
	return done();
}
