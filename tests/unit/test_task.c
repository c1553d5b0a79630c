/* test_task.c - mirrors in turn, and what a failure is booked on. */
#include "core/task.h"

#include <stdarg.h>

#include "base/alloc.h"
#include "tap.h"

#define PLENTY 100

/* A task for these mirrors; the list ends with NULL. */
static struct task *make(const char *first, ...)
{
	struct entry *entry = entry_new();
	const char *url;
	va_list urls;

	va_start(urls, first);
	for (url = first; url; url = va_arg(urls, const char *))
		strings_add(&entry->urls, url);
	va_end(urls);
	check_int(url_parse(&entry->url, first, NULL), 0);
	return task_new(entry, &(struct plan_wish){.split = 1}, 0);
}

/* The same entry from its beginning. */
static struct task *again(struct task *task)
{
	struct entry *entry = task->entry;

	task->entry = NULL;
	task_free(task);
	return task_new(entry, &(struct plan_wish){.split = 1}, 0);
}

static struct outcome failure(enum kind kind, long status)
{
	return (struct outcome){.type = OUTCOME_FAILED,
		.kind = kind,
		.retry_after = -1,
		.version = VERSION_UNKNOWN,
		.exchange.status = status};
}

/* The attempt that failed, when the origin had delivered so often: `before` at its start, and
 * `after` at its end. */
static enum task_move failed_at(struct task *task, struct outcome *outcome,
	int64_t max_tries, uint64_t before, uint64_t after)
{
	struct attempt *attempt = task_attempt(task, 0);
	enum task_move move;

	attempt->successes = before;
	check(task_end(task, attempt, outcome, 0));
	task->successes = after;
	move = task_failed(task, attempt, outcome, max_tries, 0);
	attempt_free(attempt);
	return move;
}

static enum task_move fail_as(struct task *task, enum kind kind, int64_t max_tries)
{
	struct outcome outcome = failure(kind, 0);

	return failed_at(task, &outcome, max_tries, 0, 0);
}

static enum task_move refuse(
	struct task *task, long status, int64_t max_tries, uint64_t successes)
{
	struct outcome outcome = failure(KIND_HTTP, status);

	/* A quick answer: nothing was delivered between its start and its end. */
	return failed_at(task, &outcome, max_tries, successes, successes);
}

static enum task_move wrong(struct task *task, uint64_t digest)
{
	struct outcome outcome = failure(KIND_CHECKSUM, 200);

	outcome.wrong_digest = digest;
	return failed_at(task, &outcome, PLENTY, 0, 0);
}

/* An attempt is made, and answered by a redirect. */
static void redirect(struct task *task, const char *to, bool from_public)
{
	struct outcome outcome = {.type = OUTCOME_REDIRECT, .version = VERSION_UNKNOWN};
	struct attempt *attempt = task_attempt(task, 0);
	struct url target;

	check(task_end(task, attempt, &outcome, 0));
	check_int(url_parse(&target, to, NULL), 0);
	check(task_is_there(task, attempt));
	task_redirect(task, attempt, &target, from_public, false);
	check(!task_is_there(task, attempt));
	check(target.text == NULL); /* taken */
	url_release(&target);
	attempt_free(attempt);
}

static void one_url(void)
{
	struct task *task = make("http://a/1", NULL);

	check_str(task->at->text, "http://a/1");
	check_int(fail_as(task, KIND_NETWORK, 3), TASK_BACKOFF);
	check_str(task->at->text, "http://a/1");
	check_int(fail_as(task, KIND_NETWORK, 3), TASK_BACKOFF);
	check_int(fail_as(task, KIND_NETWORK, 3), TASK_GIVE_UP);
	task_free(task);
	task = make("http://a/1", NULL);
	check_int(fail_as(task, KIND_NETWORK, 1), TASK_GIVE_UP);
	task_free(task);
	task = make("http://a/1", NULL);
	check_int(fail_as(task, KIND_TLS_VERIFY, PLENTY), TASK_GIVE_UP);
	task_free(task);
}

static void mirrors_in_turn(void)
{
	struct task *task = make("http://a/1", "http://b/2", "http://c/3", NULL);

	check_int(fail_as(task, KIND_CONNECT, 2), TASK_NEXT);
	check_str(task->at->text, "http://b/2");
	check_int(fail_as(task, KIND_STALL, 2), TASK_NEXT);
	check_str(task->at->text, "http://c/3");
	check_int(fail_as(task, KIND_TIMEOUT, 2), TASK_BACKOFF);
	check_str(task->at->text, "http://a/1");
	check(task->at == &task->entry->url);
	check_int(fail_as(task, KIND_CONNECT, 2), TASK_NEXT);
	check_int(fail_as(task, KIND_CONNECT, 2), TASK_NEXT);
	check_str(task->at->text, "http://c/3");
	check_int(fail_as(task, KIND_CONNECT, 2), TASK_GIVE_UP);
	task_free(task);
}

static void dead_mirrors_are_left_out(void)
{
	struct task *task = make("http://a/1", "http://b/2", "http://c/3", NULL);

	check_int(refuse(task, 404, PLENTY, 0), TASK_NEXT);
	check_int(fail_as(task, KIND_NETWORK, PLENTY), TASK_NEXT);
	check_str(task->at->text, "http://c/3");
	check_int(fail_as(task, KIND_NETWORK, PLENTY), TASK_BACKOFF);
	check_str(task->at->text, "http://b/2");
	check_int(fail_as(task, KIND_TLS_VERIFY, PLENTY), TASK_NEXT);
	check_str(task->at->text, "http://c/3");
	/* Alone now: each failure ends a round. */
	check_int(fail_as(task, KIND_NETWORK, PLENTY), TASK_BACKOFF);
	check_str(task->at->text, "http://c/3");
	check_int(refuse(task, 410, PLENTY, 0), TASK_GIVE_UP);
	task_free(task);
}

static void text_that_is_no_url(void)
{
	struct task *task = make("http://a/1", "ftp://b/2", "", "http://c/3", NULL);

	check_int(fail_as(task, KIND_NETWORK, PLENTY), TASK_NEXT);
	check_str(task->at->text, "http://c/3");
	check_int(fail_as(task, KIND_TOO_LARGE, PLENTY), TASK_BACKOFF);
	check_str(task->at->text, "http://a/1");
	check_int(refuse(task, 403, PLENTY, 0), TASK_GIVE_UP);
	task_free(task);
	task = make("http://a/1", "http://", "://", NULL);
	check_int(fail_as(task, KIND_NETWORK, 2), TASK_BACKOFF);
	check_str(task->at->text, "http://a/1");
	check_int(fail_as(task, KIND_NETWORK, 2), TASK_GIVE_UP);
	task_free(task);
}

static void tries_are_counted_per_mirror(void)
{
	struct task *task = make("http://a/1", "http://b/2", NULL);
	int failures = 1;

	while (fail_as(task, KIND_NETWORK, 5) != TASK_GIVE_UP)
		failures++;
	check_int(failures, 10);
	check_int(task->mirrors[0].tries, 5);
	check_int(task->mirrors[1].tries, 5);
	task_free(task);
}

/* Refusals are the rate's fault as long as the origin delivers to others. */
static void refusals_while_it_delivers(void)
{
	struct task *task = make("http://a/1", NULL);

	for (uint64_t n = 0; n < 11; n++)
		check_int(refuse(task, n % 2 ? 429 : 503, 3, n), TASK_BACKOFF);
	check_int(
		task->mirrors[0].tries, 1); /* the first one counts: nothing is known */
	/* Four times as many as may fail: it is not going to come. */
	check_int(refuse(task, 429, 3, 11), TASK_BACKOFF);
	check_int(refuse(task, 429, 3, 12), TASK_GIVE_UP);
	task_free(task);
}

/* Hundreds of others came meanwhile: two are overlooked, and are not waited for ever longer. */
static void refusals_of_one_that_delivers_all_else(void)
{
	struct task *task = make("http://a/1", NULL);

	check_int(refuse(task, 503, 3, 7), TASK_BACKOFF);
	check_int(task->mirrors[0].tries, 1);
	task->round = 5;
	check_int(refuse(task, 503, 3, 200), TASK_BACKOFF);
	check_int(task->round, 0);
	check_int(refuse(task, 503, 3, 400), TASK_BACKOFF);
	check_int(task->mirrors[0].tries, 1);
	check_int(refuse(task, 503, 3, 600), TASK_BACKOFF);
	check_int(task->mirrors[0].tries, 2);
	check_int(refuse(task, 503, 3, 800), TASK_GIVE_UP);
	task_free(task);
}

/* It is known to refuse for no reason of load: the same, whatever it has delivered. */
static void refusals_of_one_that_is_flaky(void)
{
	struct task *task = make("http://a/1", NULL);

	task->flaky = true;
	for (int i = 0; i < 4; i++)
		check_int(refuse(task, 503, 3, 7), TASK_BACKOFF);
	check_int(task->mirrors[0].tries, 2);
	check_int(refuse(task, 503, 3, 7), TASK_GIVE_UP);
	task_free(task);
}

static void refusals_of_one_that_delivers_nothing(void)
{
	struct task *task = make("http://a/1", NULL);

	check_int(refuse(task, 503, 3, 7), TASK_BACKOFF);
	check_int(refuse(task, 503, 3, 7), TASK_BACKOFF);
	check_int(refuse(task, 503, 3, 7), TASK_GIVE_UP);
	task_free(task);
	/* Fewer than before: it was forgotten and begins anew. */
	task = make("http://a/1", NULL);
	check_int(refuse(task, 503, 2, 7), TASK_BACKOFF);
	check_int(refuse(task, 503, 2, 3), TASK_GIVE_UP);
	task_free(task);
}

static void other_failures_count_though_it_delivers(void)
{
	struct task *task = make("http://a/1", NULL);

	check_int(refuse(task, 500, 3, 1), TASK_BACKOFF);
	check_int(refuse(task, 500, 3, 2), TASK_BACKOFF);
	check_int(refuse(task, 500, 3, 3), TASK_GIVE_UP);
	task_free(task);
}

/* It delivered to others while this attempt was under way, or is about to. */
static void refusals_while_it_is_busy(void)
{
	struct outcome outcome = failure(KIND_HTTP, 429);
	struct task *task = make("http://a/1", NULL);

	check_int(failed_at(task, &outcome, 2, 7, 8), TASK_BACKOFF);
	check_int(task->mirrors[0].tries, 0);
	task->delivers = true;
	for (int i = 0; i < 5; i++)
		check_int(failed_at(task, &outcome, 2, 8, 8), TASK_BACKOFF);
	check_int(task->mirrors[0].tries, 0);
	task_free(task);
}

/* What one mirror's origin delivers says nothing about another's. */
static void refusals_by_two_mirrors(void)
{
	struct task *task = make("http://a/1", "http://b/2", NULL);

	check_int(refuse(task, 429, 2, 10), TASK_NEXT);
	check_int(refuse(task, 429, 2, 0), TASK_BACKOFF);
	check_int(refuse(task, 429, 2, 11), TASK_NEXT);
	check_int(task->mirrors[0].tries, 1);
	check_int(refuse(task, 429, 2, 0), TASK_BACKOFF);
	check_int(task->mirrors[1].tries, 2);
	check_str(task->at->text, "http://a/1");
	check_int(refuse(task, 429, 2, 11), TASK_GIVE_UP);
	task_free(task);
}

static void the_same_wrong_bytes_twice(void)
{
	struct task *task = make("http://a/1", NULL);

	check_int(wrong(task, 1), TASK_BACKOFF);
	check_int(wrong(task, 2), TASK_BACKOFF);
	check_int(wrong(task, 1), TASK_BACKOFF);
	check_int(wrong(task, 1), TASK_GIVE_UP);
	task_free(task);
	task = make("http://a/1", NULL);
	check_int(wrong(task, 0), TASK_BACKOFF); /* no digest is special */
	check_int(wrong(task, 0), TASK_GIVE_UP);
	task_free(task);
}

static void the_same_wrong_bytes_with_others_between(void)
{
	struct task *task = make("http://a/1", NULL);

	check_int(wrong(task, 7), TASK_BACKOFF);
	check_int(fail_as(task, KIND_NETWORK, PLENTY), TASK_BACKOFF);
	check_int(refuse(task, 500, PLENTY, 0), TASK_BACKOFF);
	check_int(wrong(task, 7), TASK_GIVE_UP);
	task_free(task);
}

static void wrong_bytes_of_two_mirrors(void)
{
	struct task *task = make("http://a/1", "http://b/2", NULL);

	/* Both may have the same wrong file, but each is believed to be damaged once. */
	check_int(wrong(task, 7), TASK_NEXT);
	check_int(wrong(task, 7), TASK_BACKOFF);
	check_int(wrong(task, 7), TASK_NEXT);
	check_int(wrong(task, 7), TASK_GIVE_UP);
	task_free(task);
}

static void redirects(void)
{
	struct task *task = make("http://a/1", "http://m/2", NULL);

	redirect(task, "http://b/x", false);
	check_str(task->at->text, "http://b/x");
	check_int(task->mirrors[task->mirror].hops, 1);
	check(!task->mirrors[task->mirror].from_public);
	redirect(task, "https://c/y", true);
	redirect(task, "https://d/z", false);
	check_str(task->at->text, "https://d/z");
	check_int(task->mirrors[task->mirror].hops, 3);
	check(task->mirrors[task->mirror].from_public); /* once public, always public */
	/* The failure is booked on the mirror that led there. */
	check_int(fail_as(task, KIND_CONNECT, PLENTY), TASK_NEXT);
	check_int(task->mirrors[0].tries, 1);
	check_int(task->mirrors[1].tries, 0);
	check_str(task->at->text, "http://m/2");
	check_int(task->mirrors[task->mirror].hops, 0);
	check(!task->mirrors[task->mirror].from_public);
	redirect(task, "http://e/", true);
	check_int(fail_as(task, KIND_CONNECT, PLENTY), TASK_BACKOFF);
	check_str(task->at->text, "http://a/1");
	check(task->at == &task->entry->url);
	check_int(task->mirrors[task->mirror].hops, 0);
	check(!task->mirrors[task->mirror].from_public);
	task_free(task);
}

/* What a document at a public address names may not be at a private one, whatever came between. */
static void named_by_a_public_server(void)
{
	struct task *task = make("http://a/1", "http://m/2", NULL);

	for (int i = 0; i < 2; i++)
		check(!task->mirrors[i].from_public);
	task->entry->named_by_public = true;
	task = again(task);
	for (int i = 0; i < 2; i++)
		check(task->mirrors[i].from_public);
	redirect(task, "http://b/x", false);
	check_int(fail_as(task, KIND_CONNECT, PLENTY), TASK_NEXT);
	check(task->mirrors[0].from_public);
	task_free(task);
}

/* history.url points at what was asked last, which must outlive the move away from it. */
static void the_url_asked_last_can_be_told(void)
{
	struct task *task = make("http://a/1", "http://b/2", NULL);

	redirect(task, "http://x/1", false);
	check_str(task->history.url, "http://a/1");
	redirect(task, "http://y/2", false);
	check_str(task->history.url, "http://x/1");
	check_int(fail_as(task, KIND_NETWORK, PLENTY), TASK_NEXT);
	check_str(task->history.url, "http://y/2");
	check_int(task->history.mirrors, 1);
	check_int(fail_as(task, KIND_TLS_VERIFY, PLENTY), TASK_BACKOFF);
	check_str(task->history.url, "http://b/2");
	check_int(task->history.mirrors, 2);
	check_int(fail_as(task, KIND_TLS_VERIFY, PLENTY), TASK_GIVE_UP);
	check_str(task->history.url, "http://a/1");
	check_int(task->history.mirrors, 2);
	task_free(task);
}

/* As above, when the mirrors tried on the way are no URLs at all. */
static void the_url_asked_last_before_bad_ones(void)
{
	struct task *task = make("http://a/1", "ftp://b/2", "ftp://c/3", NULL);

	redirect(task, "http://x/1", false);
	check_int(fail_as(task, KIND_TLS_VERIFY, PLENTY), TASK_GIVE_UP);
	check_str(task->history.url, "http://x/1");
	task_free(task);
}

/* An attempt keeps its URL, wherever the task has gone meanwhile, and with it what the next
 * attempts are told. */
static void attempts_keep_their_urls(void)
{
	struct task *task = make("http://a/1", "http://b/2", NULL);
	struct attempt *first, *second;
	struct outcome cut = failure(KIND_NETWORK, 0);

	redirect(task, "http://x:8080/1", true);
	first = task_attempt(task, 5);
	check_str(first->url, "http://x:8080/1");
	check_str(first->host, "x");
	check_int(first->port, 8080);
	check_str(first->origin_key, "http://x:8080");
	check_int(first->started, 5);
	check(!first->trusted);
	check(task_end(task, first, &cut, 5));
	check_int(task_failed(task, first, &cut, PLENTY, 5), TASK_NEXT);
	second = task_attempt(task, 6);
	check_str(second->url, "http://b/2");
	check_str(first->url, "http://x:8080/1");
	check(task_end(task, second, &cut, 6));
	check_int(task_failed(task, second, &cut, PLENTY, 6), TASK_BACKOFF);
	check_int(task->history.in_flight, 0);
	attempt_free(second);
	attempt_free(first);
	task_free(task);
}

/* What its parts have brought is told of as one exchange: the last one's, with all bytes. */
static void parts_are_added_up(void)
{
	struct task *task = make("http://a/1", NULL);
	struct outcome part = {.type = OUTCOME_PART,
		.version = VERSION_UNKNOWN,
		.exchange = {.status = 206,
			.size_download = 100,
			.content_type = (char *)"text/x"}};

	check_int(fail_as(task, KIND_NETWORK, 3), TASK_BACKOFF);
	check_int(task->mirrors[0].tries, 1);
	task_progress(task, &(struct attempt){.mirror = 0}, &part);
	check_int(task->mirrors[0].tries, 0);
	part.exchange.size_download = 23;
	part.exchange.status = 200;
	part.exchange.content_type = NULL;
	task_progress(task, &(struct attempt){.mirror = 0}, &part);
	check_int(task->exchange.size_download, 123);
	check_int(task->exchange.status, 200);
	check_str(task->exchange.content_type, NULL);
	task_free(task);
}

/* Sends the attempt on, and makes the next one there. */
static struct attempt *sent_on(
	struct task *task, struct attempt *attempt, const char *to, bool moved)
{
	struct outcome outcome = {.type = OUTCOME_REDIRECT, .version = VERSION_UNKNOWN};
	struct url url;

	check_int(url_parse(&url, to, NULL), 0);
	check(task_end(task, attempt, &outcome, 0));
	task_redirect(task, attempt, &url, false, moved);
	attempt_free(attempt);
	return task_attempt(task, 0);
}

static void what_is_for_a_store_goes_home(void)
{
	struct task *task = make("http://a.test/x", "s3://b/k", NULL);
	struct attempt *attempt;

	entry_set_home(task->entry, 1, xstrdup("http://s3.test/b/k"), "b");
	attempt = task_attempt(task, 0);
	check(attempt->trusted && attempt->at_home && !attempt->bucket);
	/* A place that is another mirror's is not this one's. */
	attempt = sent_on(task, attempt, "http://s3.test/b/other", false);
	check(!attempt->trusted && !attempt->at_home && !attempt->bucket);
	check(task_end(task, attempt,
		&(struct outcome){.type = OUTCOME_FAILED,
			.kind = KIND_HTTP,
			.version = VERSION_UNKNOWN,
			.exchange.status = 404},
		0));
	check_int(task_failed(task, attempt,
			  &(struct outcome){.type = OUTCOME_FAILED,
				  .kind = KIND_HTTP,
				  .exchange.status = 404},
			  3, 0),
		TASK_NEXT);
	attempt_free(attempt);

	attempt = task_attempt(task, 0);
	check_str(attempt->url, "http://s3.test/b/k");
	check(!attempt->trusted && attempt->at_home);
	check_str(attempt->bucket, "b");
	attempt = sent_on(task, attempt, "http://s3.test/b/k2", false);
	check(!attempt->trusted && attempt->at_home);
	attempt = sent_on(task, attempt, "http://s3-eu.test/b/k2", true);
	check(!attempt->trusted && attempt->at_home);
	attempt = sent_on(task, attempt, "http://evil.test/", false);
	check(!attempt->trusted && !attempt->at_home);
	check_str(attempt->bucket, "b");
	/* Neither back from there, nor on to the others' secrets. */
	attempt = sent_on(task, attempt, "http://s3-eu.test/b/k3", false);
	check(!attempt->trusted && !attempt->at_home);
	check(task_end(
		task, attempt, &(struct outcome){.version = VERSION_UNKNOWN}, 0));
	attempt_free(attempt);
	task_free(task);
}

int main(void)
{
	run(one_url);
	run(mirrors_in_turn);
	run(dead_mirrors_are_left_out);
	run(text_that_is_no_url);
	run(tries_are_counted_per_mirror);
	run(refusals_while_it_delivers);
	run(refusals_of_one_that_delivers_all_else);
	run(refusals_of_one_that_is_flaky);
	run(refusals_of_one_that_delivers_nothing);
	run(other_failures_count_though_it_delivers);
	run(refusals_while_it_is_busy);
	run(refusals_by_two_mirrors);
	run(the_same_wrong_bytes_twice);
	run(the_same_wrong_bytes_with_others_between);
	run(wrong_bytes_of_two_mirrors);
	run(redirects);
	run(named_by_a_public_server);
	run(the_url_asked_last_can_be_told);
	run(the_url_asked_last_before_bad_ones);
	run(attempts_keep_their_urls);
	run(parts_are_added_up);
	run(what_is_for_a_store_goes_home);
	return done();
}
