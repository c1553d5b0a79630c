/* test_sched_chunks.c - the scheduler's decisions about files that come in several attempts: how
 * many at once, whose failure counts, what begins anew, and how they end. */
#include <stdlib.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "core/sched.h"
#include "tap.h"

#define SEC NS_PER_SEC
#define MIB (INT64_C(1) << 20)

/* A scheduler, what flies of it in the order of the starts, and all that happened as text: one
 * letter per event, with the entry's number. */
struct bench {
	struct settings settings;
	struct source source;
	struct observer observer;
	struct sched *sched;
	nstime now, wake;
	struct attempt *flying[32];
	size_t n_flying;
	struct entry *ready[8];
	size_t n_ready, n_given;
	struct buf log;
	enum kind failed;
	struct history history; /* of the last DONE or FAILED */
	int64_t size_download;
	nstime waited;
};

static enum source_status bench_pull(
	struct source *source, struct entry **entry, struct error *err _unused_)
{
	struct bench *bench = container_of(source, struct bench, source);

	if (bench->n_given == bench->n_ready)
		return SOURCE_END;
	*entry = bench->ready[bench->n_given++];
	return SOURCE_ENTRY;
}

static void bench_event(struct observer *observer, const struct event *event)
{
	static const char letters[] = {[EVENT_START] = 's',
		[EVENT_FINISH] = 'f',
		[EVENT_RETRY] = 'r',
		[EVENT_REDIRECT] = '>',
		[EVENT_DONE] = 'D',
		[EVENT_FAILED] = 'F',
		[EVENT_PAUSE] = 'p'};
	struct bench *bench = container_of(observer, struct bench, observer);

	buf_addf(&bench->log, "%s%c%" PRIu64, bench->log.len ? " " : "",
		letters[event->type], event->entry->number);
	if (event->type == EVENT_RETRY)
		bench->waited = event->wait;
	if (event->type == EVENT_FAILED)
		bench->failed = event->error->kind;
	if (event->type == EVENT_DONE)
		bench->size_download = event->outcome->exchange.size_download;
	if (event->type == EVENT_DONE || event->type == EVENT_FAILED)
		bench->history = *event->history;
}

static struct entry *add(struct bench *bench, const char *url)
{
	struct entry *entry = entry_new();

	strings_add(&entry->urls, url);
	check_int(url_parse(&entry->url, url, NULL), 0);
	entry->number = bench->n_ready + 1;
	bench->ready[bench->n_ready++] = entry;
	return entry;
}

/* Chunks of 1 MiB, three of a file at a time. */
static struct bench *bench_new(int64_t jobs)
{
	static const struct source_ops source_ops = {.next = bench_pull};
	static const struct observer_ops observer_ops = {.event = bench_event};
	struct bench *bench = xcalloc(1, sizeof(*bench));

	bench->settings = (struct settings){.jobs = jobs,
		.split = 3,
		.chunk_size = MIB,
		.tries = 3,
		.retry_wait = SEC,
		.retry_max_wait = 20 * SEC,
		.max_redirs = 3};
	bench->source.ops = &source_ops;
	bench->observer.ops = &observer_ops;
	bench->now = 1000 * SEC;
	buf_init(&bench->log);
	return bench;
}

static void bench_free(struct bench *bench)
{
	sched_free(bench->sched);
	while (bench->n_given < bench->n_ready)
		entry_free(bench->ready[bench->n_given++]);
	buf_release(&bench->log);
	free(bench);
}

/* Start all that may be started now. */
static enum sched_verdict turn(struct bench *bench)
{
	struct attempt *attempt = NULL;
	enum sched_verdict verdict = SCHED_WAIT;

	if (!bench->sched)
		bench->sched = sched_new(&bench->settings, &bench->source,
			&bench->observer, 20240229);
	for (int calls = 0; calls < 1000; calls++) {
		verdict = sched_next(bench->sched, bench->now, &attempt, &bench->wake);
		if (verdict == SCHED_START)
			bench->flying[bench->n_flying++] = attempt;
		else if (verdict == SCHED_FINISHED || bench->wake > bench->now)
			return verdict;
	}
	check(!"an end of it");
	return verdict;
}

static void check_log(struct bench *bench, const char *want)
{
	check_str(bench->log.data, want);
	buf_clear(&bench->log);
}

/* The i-th of those that fly has come to this. */
static void finish(struct bench *bench, size_t i, struct outcome *outcome)
{
	struct attempt *attempt = bench->flying[i];

	check(i < bench->n_flying);
	if (i >= bench->n_flying)
		return;
	bench->n_flying--;
	memmove(&bench->flying[i], &bench->flying[i + 1],
		(bench->n_flying - i) * sizeof(attempt));
	sched_finish(bench->sched, bench->now, attempt, outcome);
	outcome_release(outcome);
}

static void fail_written(struct bench *bench, size_t i, enum kind kind, int64_t written)
{
	struct outcome outcome;

	outcome_init(&outcome);
	outcome.type = OUTCOME_FAILED;
	outcome.kind = kind;
	outcome.written = written;
	finish(bench, i, &outcome);
}

static void fail(struct bench *bench, size_t i, enum kind kind)
{
	fail_written(bench, i, kind, 0);
}

static void refuse(struct bench *bench, size_t i, long status)
{
	struct outcome outcome;

	outcome_init(&outcome);
	outcome.type = OUTCOME_FAILED;
	outcome.kind = KIND_HTTP;
	outcome.exchange.status = status;
	finish(bench, i, &outcome);
}

static void send_on(struct bench *bench, size_t i, const char *to)
{
	struct outcome outcome;

	outcome_init(&outcome);
	outcome.type = OUTCOME_REDIRECT;
	outcome.location = xstrdup(to);
	finish(bench, i, &outcome);
}

/* It has brought all that was wanted of it; of a stream, a file of this size. */
static void bring(struct bench *bench, size_t i, int64_t size)
{
	struct attempt *attempt = bench->flying[i];
	struct outcome outcome;

	check(i < bench->n_flying);
	outcome_init(&outcome);
	outcome.type = OUTCOME_PART;
	outcome.version.size = size;
	outcome.written = size;
	if (attempt->lease)
		outcome.written = atomic_load(&attempt->last) - attempt->asked.first + 1;
	outcome.exchange.size_download = outcome.written;
	finish(bench, i, &outcome);
}

static void commit(struct bench *bench, size_t i)
{
	struct outcome outcome;

	check_int(bench->flying[i]->work, WORK_COMMIT);
	outcome_init(&outcome);
	finish(bench, i, &outcome);
}

/* The answer to the i-th: a range of a file of this size. */
static void answer(struct bench *bench, size_t i, int64_t size)
{
	struct version version = {.size = size, .etag = (char *)"\"v1\"", .mtime = -1};
	struct attempt *attempt = bench->flying[i];
	struct head head = {.version = &version,
		.ranges = true,
		.last = attempt->asked.last < size ? attempt->asked.last : size - 1};

	sched_head(bench->sched, bench->now, attempt, &head);
}

/* ... all of it, and no ranges. */
static void answer_whole(struct bench *bench, size_t i, int64_t size)
{
	struct version version = {.size = size, .mtime = -1};
	struct head head = {.version = &version, .last = size - 1};

	sched_head(bench->sched, bench->now, bench->flying[i], &head);
}

/* A file of so many chunks, of which three are on their way. */
static struct bench *begun(int64_t chunks)
{
	struct bench *bench = bench_new(8);

	add(bench, "http://a.test/1");
	turn(bench);
	answer(bench, 0, chunks * MIB);
	turn(bench);
	check_int(bench->n_flying, 3);
	check_log(bench, "s1 s1 s1");
	bench->now += SEC / 10;
	return bench;
}

static void finished(struct bench *bench, const char *log)
{
	check_int(turn(bench), SCHED_FINISHED);
	check_log(bench, log);
	check_int(bench->n_flying, 0);
	bench_free(bench);
}

static void chunk_by_chunk(void)
{
	struct bench *bench = begun(5);

	bring(bench, 1, -1);
	turn(bench);
	bring(bench, 0, -1);
	turn(bench);
	check_int(bench->n_flying, 3);
	for (int i = 0; i < 3; i++) {
		bring(bench, 0, -1);
		turn(bench);
	}
	check_int(bench->n_flying, 1);
	check_log(bench, "f1 s1 f1 s1 f1 f1 f1 s1");
	check(bench->flying[0]->origin == NULL);
	bench->now += SEC;
	commit(bench, 0);
	check_int(bench->history.attempts, 5); /* a commit asks nobody */
	check_int(bench->history.retries, 0);
	check_int(bench->size_download, 5 * MIB);
	finished(bench, "f1 D1");
}

static void limits_hold_for_chunks(void)
{
	struct bench *bench = bench_new(2);

	add(bench, "http://a.test/1");
	turn(bench);
	answer(bench, 0, 10 * MIB);
	check_int(turn(bench), SCHED_WAIT);
	check_int(bench->n_flying, 2); /* --jobs */
	bench_free(bench);
	bench = bench_new(8);
	bench->settings.per_host = 1;
	add(bench, "http://a.test/1");
	add(bench, "http://b.test/2");
	turn(bench);
	answer(bench, 0, 10 * MIB);
	check_int(turn(bench), SCHED_WAIT);
	check_int(bench->n_flying, 2);
	bring(bench, 0, -1);
	turn(bench);
	check_log(bench, "s1 s2 f1 s1");
	bench_free(bench);
}

/* Its chunks come before what is not begun, but no server waits for another's file. */
static void what_is_begun_comes_first(void)
{
	struct bench *bench = bench_new(2);

	add(bench, "http://a.test/1");
	add(bench, "http://a.test/2");
	bench->settings.jobs = 1;
	turn(bench);
	answer(bench, 0, 2 * MIB);
	turn(bench);
	bring(bench, 0, -1);
	turn(bench);
	bring(bench, 0, -1);
	turn(bench);
	commit(bench, 0);
	turn(bench);
	check_log(bench, "s1 f1 s1 f1 s1 f1 D1 s2");
	bench_free(bench);
}

/* As long as something comes of it and stays, it goes on, however often it breaks. */
static void failures_with_progress(void)
{
	struct bench *bench = bench_new(1);

	bench->settings.split = 2;
	add(bench, "http://a.test/1");
	turn(bench);
	answer(bench, 0, 3 * MIB);
	for (int i = 0; i < 40; i++) {
		fail_written(bench, 0, KIND_NETWORK, 1000);
		check(bench->waited <= SEC); /* it does not get longer, either */
		bench->now += 2 * SEC;
		check_int(turn(bench), SCHED_WAIT);
	}
	check_int(bench->n_flying, 1);
	check_int(bench->flying[0]->asked.first, 40 * 1000);
	/* It has failed once since then; three times is too much. */
	for (int i = 0; i < 2; i++) {
		check_int(bench->n_flying, 1);
		bench->now += 20 * SEC;
		fail(bench, 0, KIND_NETWORK);
		bench->now += 20 * SEC;
		turn(bench);
	}
	buf_clear(&bench->log);
	check_int(bench->failed, KIND_NETWORK);
	finished(bench, "");
}

/* What does not stay is no progress: a stream that always breaks must come to an end. */
static void streams_without_progress(void)
{
	struct bench *bench = bench_new(1);
	int attempts = 0;

	add(bench, "http://a.test/1");
	while (turn(bench) != SCHED_FINISHED && attempts < 20) {
		if (bench->n_flying == 1) {
			attempts++;
			answer_whole(bench, 0, 10 * MIB);
			fail_written(bench, 0, KIND_TRUNCATED, 5 * MIB);
		}
		bench->now += 20 * SEC;
	}
	check_int(attempts, 3);
	check_int(bench->failed, KIND_TRUNCATED);
	bench_free(bench);
}

/* Bytes that are wrong in another way each time; the chunks themselves came well. */
static void wrong_as_a_whole(void)
{
	struct bench *bench = bench_new(1);
	uint64_t commits = 0;

	add(bench, "http://a.test/1");
	while (turn(bench) != SCHED_FINISHED && commits < 20) {
		if (bench->n_flying == 0) {
			bench->now += 20 * SEC;
			continue;
		}
		if (bench->flying[0]->work == WORK_COMMIT) {
			struct outcome outcome;

			outcome_init(&outcome);
			outcome.type = OUTCOME_FAILED;
			outcome.kind = KIND_CHECKSUM;
			outcome.wrong_digest = ++commits;
			finish(bench, 0, &outcome);
		} else {
			if (bench->flying[0]->ranged)
				answer(bench, 0, 2 * MIB);
			else
				answer_whole(bench, 0, 2 * MIB);
			bring(bench, 0, 2 * MIB);
		}
	}
	check_int(commits, 3);
	check_int(bench->failed, KIND_CHECKSUM);
	bench_free(bench);
}

/* The server went down: all that was on its way breaks at once, and that is one try. */
static void one_trouble_is_one_try(void)
{
	struct bench *bench = begun(9);

	for (int rounds = 1; rounds <= 3; rounds++) {
		while (bench->n_flying > 0)
			fail(bench, 0, KIND_CONNECT);
		bench->now += 20 * SEC;
		check_int(turn(bench), rounds < 3 ? SCHED_WAIT : SCHED_FINISHED);
		if (rounds < 3)
			check_int(bench->n_flying, 3);
		bench->now += SEC;
	}
	check_int(bench->history.retries, 2);
	bench_free(bench);
}

/* ... and it is the trouble of the mirror that they were made at, not of the next one. */
static void trouble_of_another_mirror(void)
{
	struct bench *bench = bench_new(8);

	add(bench, "http://a.test/1");
	strings_add(&bench->ready[0]->urls, "http://b.test/1");
	turn(bench);
	answer(bench, 0, 9 * MIB);
	turn(bench);
	bench->now += SEC;
	refuse(bench, 0, 403);
	turn(bench); /* the first one at the other mirror */
	refuse(bench, 0, 403);
	refuse(bench, 0, 403);
	turn(bench);
	check_int(bench->n_flying, 3);
	for (size_t i = 0; i < bench->n_flying; i++)
		check_str(bench->flying[i]->url, "http://b.test/1");
	check_log(bench, "s1 s1 s1 f1 r1 s1 f1 f1 s1 s1");
	bench_free(bench);
}

/* The file is another one now: what is on its way is ended, and all begins anew. */
static void a_file_that_changes(void)
{
	struct bench *bench = begun(9);
	uint64_t before = sched_cancelled(bench->sched);

	fail(bench, 1, KIND_CHANGED);
	check_int(bench->waited, 0);
	check(sched_cancelled(bench->sched) != before);
	turn(bench);
	check_log(bench, "f1 r1 s1");
	check_int(bench->n_flying, 3);
	check(atomic_load(&bench->flying[0]->cancelled));
	check(atomic_load(&bench->flying[1]->cancelled));
	check_int(bench->flying[2]->asked.first, 0);
	check_int(bench->flying[2]->generation, 1);
	/* What the old ones come to says nothing. */
	fail(bench, 0, KIND_CHANGED);
	bring(bench, 0, -1);
	turn(bench);
	check_log(bench, "f1 f1");
	answer(bench, 0, 1 * MIB);
	bring(bench, 0, -1);
	turn(bench);
	commit(bench, 0);
	check_int(bench->history.retries, 1);
	finished(bench, "f1 s1 f1 D1");
}

/* One that changes all the time comes as one stream in the end, or not at all. */
static void a_file_that_changes_all_the_time(void)
{
	struct bench *bench = bench_new(8);
	int rounds = 0;

	add(bench, "http://a.test/1");
	while (turn(bench) != SCHED_FINISHED && rounds < 50) {
		if (bench->n_flying == 0) {
			bench->now += 20 * SEC;
			continue;
		}
		rounds++;
		if (!bench->flying[0]->ranged) {
			answer_whole(bench, 0, 9 * MIB);
			bring(bench, 0, 9 * MIB);
			turn(bench);
			commit(bench, 0);
			continue;
		}
		answer(bench, 0, 9 * MIB);
		turn(bench);
		fail(bench, 1, KIND_CHANGED);
		while (bench->n_flying > 0)
			fail(bench, 0, KIND_INTERRUPTED);
	}
	check(rounds > 2 && rounds < 10);
	check_int(bench->failed, KIND_NONE);
	bench_free(bench);
}

/* A server that lies about ranges is asked for none. */
static void ranges_that_lie(void)
{
	struct bench *bench = begun(9);

	fail(bench, 2, KIND_RANGE);
	turn(bench);
	check_int(bench->n_flying, 3);
	check(!bench->flying[2]->ranged);
	fail(bench, 0, KIND_NETWORK);
	fail(bench, 0, KIND_NETWORK);
	answer_whole(bench, 0, 9 * MIB);
	bring(bench, 0, 9 * MIB);
	turn(bench);
	commit(bench, 0);
	finished(bench, "f1 r1 s1 f1 f1 f1 s1 f1 D1");
}

/* It has its last word while others fly: they are ended, and heard of no more. */
static void given_up_while_others_fly(void)
{
	struct bench *bench = begun(9);
	uint64_t before = sched_cancelled(bench->sched);

	add(bench, "http://b.test/2");
	fail(bench, 0, KIND_EXISTS);
	check_log(bench, "f1 F1");
	check_int(bench->failed, KIND_EXISTS);
	check(sched_cancelled(bench->sched) != before);
	check(atomic_load(&bench->flying[0]->cancelled));
	check_int(turn(bench), SCHED_WAIT); /* nothing more of it is started */
	bring(bench, 0, -1);
	answer(bench, 0, 9 * MIB); /* too late */
	check_int(turn(bench), SCHED_WAIT);
	fail(bench, 0, KIND_NETWORK);
	finished(bench, "f1 f1");
}

static void disk_full(void)
{
	struct bench *bench = begun(9);

	fail(bench, 0, KIND_DISK);
	fail(bench, 0, KIND_INTERRUPTED);
	check_int(turn(bench), SCHED_WAIT);
	fail(bench, 0, KIND_INTERRUPTED);
	check_int(bench->failed, KIND_DISK);
	finished(bench, "f1 F1 f1 f1");
}

static void drained(void)
{
	struct bench *bench = begun(9);

	sched_drain(bench->sched);
	bring(bench, 0, -1);
	check_int(turn(bench), SCHED_WAIT);
	fail(bench, 0, KIND_INTERRUPTED);
	fail(bench, 0, KIND_INTERRUPTED);
	turn(bench);
	check_int(bench->failed, KIND_INTERRUPTED);
	bench_free(bench);
}

/* Nobody waits for anything: what is on its way is cut in two until the jobs are busy. */
static void idle_jobs_help(void)
{
	struct bench *bench = bench_new(8);

	bench->settings.chunk_size = 16 * MIB;
	add(bench, "http://a.test/1");
	turn(bench);
	answer(bench, 0, 17 * MIB);
	turn(bench);
	check_int(bench->n_flying, 3);
	check_int(atomic_load(&bench->flying[0]->last), 8 * MIB - 1);
	check_int(bench->flying[2]->asked.first, 8 * MIB);
	for (int i = 0; i < 3; i++)
		bring(bench, 0, -1);
	turn(bench);
	commit(bench, 0);
	finished(bench, "s1 s1 s1 f1 f1 f1 s1 f1 D1");
	/* But not while others wait for the jobs. */
	bench = bench_new(2);
	bench->settings.chunk_size = 16 * MIB;
	add(bench, "http://a.test/1");
	add(bench, "http://a.test/2");
	add(bench, "http://a.test/3");
	turn(bench);
	answer(bench, 0, 16 * MIB);
	fail(bench, 1, KIND_EXISTS);
	turn(bench);
	check_log(bench, "s1 s2 f2 F2 s3");
	check_int(atomic_load(&bench->flying[0]->last), 16 * MIB - 1);
	bench_free(bench);
}

/* One that stands still is ended after a second or two, and its rest is asked for again. */
static void stalled_ones_are_rescued(void)
{
	struct bench *bench = bench_new(8);
	uint64_t before;

	add(bench, "http://a.test/1");
	turn(bench);
	answer(bench, 0, 2 * MIB);
	turn(bench);
	check_int(bench->n_flying, 2);
	before = sched_cancelled(bench->sched);
	check(bench->wake <= bench->now + SEC);
	bench->now += SEC / 2;
	bring(bench, 0, -1);
	for (int looks = 0; looks < 5 && before == sched_cancelled(bench->sched);
		looks++) {
		check_int(turn(bench), SCHED_WAIT);
		check(bench->wake > bench->now && bench->wake <= bench->now + SEC);
		bench->now = bench->wake;
	}
	check(before != sched_cancelled(bench->sched));
	check(atomic_load(&bench->flying[0]->cancelled));
	check(bench->now <= 1004 * SEC);
	fail_written(bench, 0, KIND_INTERRUPTED, 1000);
	turn(bench);
	check_int(bench->flying[0]->asked.first, MIB + 1000);
	check_log(bench, "s1 s1 f1 f1 s1"); /* no retry: nobody has failed */
	bring(bench, 0, -1);
	turn(bench);
	commit(bench, 0);
	finished(bench, "f1 s1 f1 D1");
}

/* Where each chunk is sent on, the way is gone once. */
static void redirected_chunks(void)
{
	struct bench *bench = begun(9);

	send_on(bench, 0, "http://b.test/x");
	send_on(bench, 0, "http://b.test/x");
	send_on(bench, 0, "http://c.test/y");
	turn(bench);
	check_log(bench, "f1 >1 f1 f1 s1 s1 s1");
	for (size_t i = 0; i < bench->n_flying; i++)
		check_str(bench->flying[i]->url, "http://b.test/x");
	/* What was written before stays. */
	check_int(bench->flying[0]->generation, 0);
	check(bench->flying[0]->ranged);
	bench_free(bench);
}

/* All bytes are there from an earlier run: nobody is asked. */
static void only_the_name_is_missing(void)
{
	static const struct range all = {0, 5 * MIB - 1};
	struct bench *bench = bench_new(8);
	struct entry *entry = add(bench, "http://a.test/1");

	entry->resume = xcalloc(1, sizeof(*entry->resume) + sizeof(all));
	entry->resume->version = (struct version){
		.size = 5 * MIB, .etag = xstrdup("\"v1\""), .mtime = -1};
	entry->resume->n_ranges = 1;
	entry->resume->ranges[0] = all;
	turn(bench);
	check_int(bench->n_flying, 1);
	commit(bench, 0);
	check_int(bench->history.attempts, 0);
	finished(bench, "s1 f1 D1");
}

/* The commit meets something that passes: the file is fetched again, never named unread. */
static void a_commit_that_fails(void)
{
	struct bench *bench = begun(3);

	for (int i = 0; i < 3; i++)
		bring(bench, 0, -1);
	turn(bench);
	check_int(bench->flying[0]->work, WORK_COMMIT);
	fail(bench, 0, KIND_DESCRIPTORS);
	bench->now += 20 * SEC;
	turn(bench);
	check_int(bench->n_flying, 1);
	check_int(bench->flying[0]->work, WORK_FETCH);
	check_int(bench->flying[0]->asked.first, 0);
	check(bench->flying[0]->generation > 0);
	bench_free(bench);
}

int main(void)
{
	run(chunk_by_chunk);
	run(limits_hold_for_chunks);
	run(what_is_begun_comes_first);
	run(failures_with_progress);
	run(streams_without_progress);
	run(wrong_as_a_whole);
	run(one_trouble_is_one_try);
	run(trouble_of_another_mirror);
	run(a_file_that_changes);
	run(a_file_that_changes_all_the_time);
	run(ranges_that_lie);
	run(given_up_while_others_fly);
	run(disk_full);
	run(drained);
	run(idle_jobs_help);
	run(stalled_ones_are_rescued);
	run(redirected_chunks);
	run(only_the_name_is_missing);
	run(a_commit_that_fails);
	return done();
}
