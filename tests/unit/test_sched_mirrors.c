/* test_sched_mirrors.c - the scheduler's decisions about files that several mirrors have: who is
 * asked for what, who is set aside, and who is told of. */
#include "core/task.h"
#include "mirrored.h"

/* The first one is asked first; then all share. */
static void shared(void)
{
	for (int proven = 0; proven < 2; proven++) {
		struct bench *bench = bench_mirrors(3, proven);

		check_hosts(bench, "a");
		answer_as(bench, 0, 9 * MIB, "\"v\"");
		check_hosts(bench, "a b c");
		bring(bench, 1, -1);
		check_hosts(bench, "a c b");
		bring(bench, 0, -1);
		bring(bench, 0, -1);
		check_hosts(bench, "b a c");
		bench_free(bench);
	}
}

/* One job, or one stream: no reason to leave the first one. */
static void one_at_a_time(void)
{
	struct bench *bench = bench_chunks(1);

	add(bench, "http://a.test/1");
	mirror(bench, "http://b.test/1");
	turn(bench);
	answer_as(bench, 0, 3 * MIB, "\"v\"");
	for (int i = 0; i < 3; i++) {
		check_hosts(bench, "a");
		bring(bench, 0, -1);
	}
	turn(bench);
	commit(bench, 0);
	finished(bench, "s1 f1 s1 f1 s1 f1 s1 f1 D1");
}

/* A mirror that has no room is no help; where none has, it is the first one's turn. */
static void only_where_there_is_room(void)
{
	struct bench *bench = bench_chunks(8);

	bench->settings.per_host = 1;
	add(bench, "http://b.test/2");
	add(bench, "http://a.test/1");
	mirror(bench, "http://b.test/1");
	mirror(bench, "http://c.test/1");
	check_hosts(bench, "b a");
	answer_as(bench, 1, 9 * MIB, "\"v\"");
	check_hosts(bench, "b a c");
	fail(bench, 0, KIND_EXISTS);
	bring(bench, 0, -1);
	check_hosts(bench, "c a b");
	bench_free(bench);
}

/* What each must say it has: of a proven file what it said itself, else what the first one said. */
static void pins(void)
{
	for (int proven = 0; proven < 2; proven++) {
		struct bench *bench = bench_mirrors(2, proven);

		answer_as(bench, 0, 9 * MIB, "\"va\"");
		check_hosts(bench, "a b a");
		check_str(version_pin(&bench->flying[1]->version),
			proven ? NULL : "\"va\"");
		check_int(bench->flying[1]->version.size, 9 * MIB);
		check_str(version_pin(&bench->flying[2]->version), "\"va\"");
		answer_as(bench, 1, 9 * MIB, proven ? "\"vb\"" : "\"va\"");
		bring(bench, 1, -1);
		check_hosts(bench, "a a b");
		check_str(version_pin(&bench->flying[2]->version),
			proven ? "\"vb\"" : "\"va\"");
		bench_free(bench);
	}
}

/* What an earlier run has left is of the second one: that is asked first, for what it had said. The
 * others are to have the same, but where a digest proves what comes of it. Of one that nobody can
 * name any more the order is as ever. */
static void goes_on_from(void)
{
	for (int i = 0; i < 4; i++) {
		bool proven = i % 2, known = i / 2;
		struct bench *bench = bench_chunks(8);
		struct resume *resume =
			xcalloc(1, sizeof(*resume) + sizeof(struct range));

		resume->version = (struct version){
			.size = 9 * MIB, .etag = xstrdup("\"vb\""), .mtime = -1};
		resume->teller = known ? 1 : NO_MIRROR;
		resume->ranges[resume->n_ranges++] = (struct range){0, MIB - 1};
		add(bench, "http://a.test/1")->resume = resume;
		mirror(bench, "http://b.test/1");
		if (proven)
			bench->ready[0]->checksum.alg = DIGEST_SHA256;
		check_hosts(bench, known ? "b a b" : "a b a");
		for (int k = 0; k < 3; k++)
			check_str(version_pin(&bench->flying[k]->version),
				!proven || (known && k % 2 == 0) ? "\"vb\"" : NULL);
		check_int(bench->flying[0]->asked.first, MIB);
		bench_free(bench);
	}
}

/* A date says less: the others come when that one cannot be asked. */
static void goes_on_from_a_date(void)
{
	struct bench *bench = bench_chunks(8);
	struct resume *resume = xcalloc(1, sizeof(*resume) + sizeof(struct range));

	resume->version = (struct version){
		.size = 9 * MIB, .modified = xstrdup("then"), .mtime = -1};
	resume->teller = 1;
	resume->ranges[resume->n_ranges++] = (struct range){0, MIB - 1};
	add(bench, "http://a.test/1")->resume = resume;
	mirror(bench, "http://b.test/1");
	check_hosts(bench, "b b b");
	fail(bench, 0, KIND_CONNECT);
	check_hosts(bench, "b b a");
	bench_free(bench);
}

/* It has another file: nobody asks it again, and nothing is begun anew. */
static void another_version(void)
{
	for (int lies = 0; lies < 2; lies++) {
		struct bench *bench = bench_mirrors(2, lies);

		answer_as(bench, 0, 5 * MIB, "\"va\"");
		check_hosts(bench, "a b a");
		fail(bench, 1, lies ? KIND_RANGE : KIND_CHANGED);
		check_int(bench->waited, 0);
		check_hosts(bench, "a a a");
		check_int(bench->flying[2]->asked.first, MIB);
		for (int i = 0; i < 5; i++) {
			check_int(bench->flying[0]->generation, 0);
			check_str(bench->flying[0]->host, "a.test");
			bring(bench, 0, -1);
			turn(bench);
		}
		commit(bench, 0);
		check_int(bench->history.retries, 1);
		check_int(turn(bench), SCHED_FINISHED);
		bench_free(bench);
	}
}

/* The first one has changed meanwhile: the others still have what it had. */
static void the_first_changes(void)
{
	struct bench *bench = bench_mirrors(2, false);

	answer_as(bench, 0, 5 * MIB, "\"v\"");
	check_hosts(bench, "a b a");
	answer_as(bench, 1, 5 * MIB, "\"v\"");
	fail(bench, 2, KIND_CHANGED);
	check_hosts(bench, "a b b");
	check_int(bench->flying[2]->generation, 0);
	bring(bench, 0, -1);
	check_hosts(bench, "b b b");
	bench_free(bench);
}

/* ... and says so twice, to attempts that were under way, when all else is here. */
static void the_first_changes_at_the_end(void)
{
	struct bench *bench = bench_mirrors(2, false);

	answer_as(bench, 0, 5 * MIB, "\"v\"");
	check_hosts(bench, "a b a");
	answer_as(bench, 1, 5 * MIB, "\"v\"");
	bring(bench, 1, -1);
	check_hosts(bench, "a a b");
	bring(bench, 2, -1);
	check_hosts(bench, "a a b");
	bring(bench, 2, -1);
	fail(bench, 0, KIND_CHANGED);
	check_hosts(bench, "a b");
	bring(bench, 1, -1);
	fail(bench, 0, KIND_CHANGED);
	check_hosts(bench, "b");
	check_int(bench->flying[0]->generation, 0);
	bring(bench, 0, -1);
	turn(bench);
	commit(bench, 0);
	check_int(bench->history.retries, 1);
	bench_free(bench);
}

/* None has it any more: it begins anew, and all may be asked. */
static void all_have_changed(void)
{
	struct bench *bench = bench_mirrors(2, false);

	answer_as(bench, 0, 5 * MIB, "\"v\"");
	check_hosts(bench, "a b a");
	fail(bench, 1, KIND_CHANGED);
	fail(bench, 0, KIND_CHANGED);
	turn(bench);
	check(atomic_load(&bench->flying[0]->cancelled));
	fail(bench, 0, KIND_INTERRUPTED);
	/* Whoever it is that was asked first. */
	check_int(bench->n_flying, 1);
	check_int(bench->flying[0]->generation, 1);
	check_int(bench->flying[0]->asked.first, 0);
	answer_as(bench, 0, 5 * MIB, "\"w\"");
	turn(bench);
	check_int(bench->n_flying, 3);
	check(bench->flying[0]->host[0] != bench->flying[1]->host[0]);
	check_int(bench->failed, KIND_NONE);
	bench_free(bench);
}

/* What is left has another file: better that than nothing. */
static void the_one_that_had_it_dies(void)
{
	struct bench *bench = bench_mirrors(2, false);

	answer_as(bench, 0, 5 * MIB, "\"va\"");
	check_hosts(bench, "a b a");
	fail(bench, 1, KIND_CHANGED);
	check_hosts(bench, "a a a");
	bench->now += SEC;
	refuse(bench, 0, 404, -1);
	check_hosts(bench, "a a b");
	check(atomic_load(&bench->flying[0]->cancelled));
	check(!bench->flying[2]->version.etag);
	check_int(bench->flying[2]->generation, 1);
	bench_free(bench);
}

/* A date says less than a strong ETag: nobody adds to it while the one that told it can. */
static void known_by_a_date(void)
{
	struct version version = {.size = 5 * MIB,
		.modified = (char *)"Tue, 01 Oct 2024 10:00:00 GMT",
		.mtime = 1727776800};
	struct head head = {.version = &version, .ranges = true, .last = MIB - 1};
	struct bench *bench = bench_mirrors(2, false);

	sched_head(bench->sched, bench->now, bench->flying[0], &head);
	check_hosts(bench, "a a a");
	bench->now += SEC;
	fail(bench, 0, KIND_NETWORK);
	check_hosts(bench, "a a b");
	check_str(version_pin(&bench->flying[2]->version), version.modified);
	bench_free(bench);
}

/* A mirror that fails has its turn again when something has come, until it has failed too often;
 * the others do not wait for it. */
static void one_that_fails(void)
{
	struct bench *bench = bench_mirrors(2, false);
	int asked = 0;

	answer_as(bench, 0, 50 * MIB, "\"v\"");
	for (int i = 0; i < 200 && turn(bench) != SCHED_FINISHED; i++) {
		bench->now += SEC / 100;
		if (bench->flying[0]->work == WORK_COMMIT) {
			commit(bench, 0);
		} else if (bench->flying[0]->host[0] == 'b') {
			asked++;
			fail(bench, 0, KIND_CONNECT);
			check_int(bench->waited, 0);
		} else {
			bring(bench, 0, -1);
		}
	}
	check_int(asked, 3); /* --tries */
	check_int(bench->history.retries, 3);
	check_int(bench->history.attempts, 53);
	check_int(bench->n_flying, 0);
	bench_free(bench);
}

/* It stands still: what it has is given to another. */
static void a_slow_one(void)
{
	struct bench *bench = bench_mirrors(2, false);

	answer_as(bench, 0, 2 * MIB, "\"v\"");
	check_hosts(bench, "a b");
	later(bench, SEC / 2);
	bring(bench, 0, -1);
	for (int i = 0; i < 5 && !atomic_load(&bench->flying[0]->cancelled); i++)
		later(bench, SEC);
	check(atomic_load(&bench->flying[0]->cancelled));
	fail_written(bench, 0, KIND_INTERRUPTED, 1000);
	check_hosts(bench, "a");
	check_int(bench->flying[0]->asked.first, MIB + 1000);
	/* If that is slow, too, the first one again. */
	bench->now += SEC;
	for (int i = 0; i < 9 && !atomic_load(&bench->flying[0]->cancelled); i++)
		later(bench, SEC);
	fail_written(bench, 0, KIND_INTERRUPTED, 0);
	check_int(bench->history.retries, 0);
	check_hosts(bench, "b");
	bench_free(bench);
}

/* Idle jobs: half of what is on its way goes elsewhere. */
static void idle_jobs_help(void)
{
	struct bench *bench = bench_chunks(8);

	bench->settings.chunk_size = 16 * MIB;
	add(bench, "http://a.test/1");
	mirror(bench, "http://b.test/1");
	turn(bench);
	answer_as(bench, 0, 16 * MIB, "\"v\"");
	check_hosts(bench, "a b a");
	check_int(bench->flying[1]->asked.first, 8 * MIB);
	bench_free(bench);
}

/* Each mirror's redirects lead its own attempts only. */
static void redirects(void)
{
	struct bench *bench = bench_mirrors(2, false);

	answer_as(bench, 0, 9 * MIB, "\"v\"");
	check_hosts(bench, "a b a");
	send_on(bench, 1, "http://x.test/1", false);
	check_hosts(bench, "a a x");
	answer_as(bench, 2, 9 * MIB, "\"v\"");
	bring(bench, 0, -1);
	check_hosts(bench, "a x a");
	bring(bench, 1, -1);
	check_hosts(bench, "a a x");
	/* A failure there is its mirror's, which is asked anew where it begins. */
	bench->now += SEC;
	fail(bench, 2, KIND_NETWORK);
	check_hosts(bench, "a a a");
	bring(bench, 0, -1);
	check_hosts(bench, "a a b");
	bench_free(bench);
}

/* What is left of an earlier run is asked for where it is from, if that still has it; a digest
 * lets others help. */
static void a_resume(void)
{
	static const struct range some = {0, MIB - 1};
	struct bench *bench = bench_chunks(8);
	struct entry *entry = add(bench, "http://a.test/1");

	mirror(bench, "http://b.test/1");
	entry->checksum.alg = DIGEST_SHA256;
	entry->resume = xcalloc(1, sizeof(*entry->resume) + sizeof(some));
	entry->resume->version = (struct version){
		.size = 5 * MIB, .etag = xstrdup("\"v1\""), .mtime = -1};
	entry->resume->n_ranges = 1;
	entry->resume->ranges[0] = some;
	check_hosts(bench, "a b a");
	check_str(version_pin(&bench->flying[0]->version), "\"v1\"");
	check_str(version_pin(&bench->flying[1]->version), NULL);
	fail(bench, 0, KIND_CHANGED);
	check_hosts(bench, "b a b");
	check_int(bench->flying[2]->asked.first, MIB);
	check_int(bench->flying[2]->generation, 0);
	bench_free(bench);
}

/* The answer to the first one tells of these. */
static void tell_of(struct bench *bench, const char *etag, bool from_public,
	const char *const urls[])
{
	struct strings mirrors = {0};
	struct version version = {.size = 9 * MIB, .etag = (char *)etag, .mtime = 5};
	struct head head = {.version = &version,
		.mirrors = &mirrors,
		.from_public = from_public,
		.ranges = true,
		.last = MIB - 1};

	for (size_t i = 0; urls[i]; i++)
		strings_add(&mirrors, urls[i]);
	sched_head(bench->sched, bench->now, bench->flying[0], &head);
	strings_release(&mirrors);
}

static void announced(void)
{
	static const char *const urls[] = {"http://a.test/1", "ftp://f.test/1",
		"http://b.test:80/1", "http://10.0.0.1/1", "http://b.test/1",
		"http://c.test/2", "nonsense", NULL};
	struct bench *bench = bench_mirrors(1, false);

	tell_of(bench, "\"v\"", true, urls);
	/* Not itself, no other scheme, no private address, none twice. */
	check_hosts(bench, "a b c");
	check(!bench->flying[1]->trusted);
	check(bench->flying[1]->public_only);
	check(!bench->flying[0]->public_only);
	check_str(version_pin(&bench->flying[1]->version), "\"v\"");
	/* It fails, and is asked again at its own URL when something has come. */
	bench->now += SEC;
	fail(bench, 1, KIND_NETWORK);
	check_hosts(bench, "a c a");
	bring(bench, 0, -1);
	check_hosts(bench, "c a b");
	check(bench->flying[2]->public_only);
	bench_free(bench);
	/* From a private address to another one is no harm. */
	bench = bench_mirrors(1, true);
	tell_of(bench, NULL, false, urls);
	check_hosts(bench, "a b 1");
	check(!bench->flying[1]->public_only);
	bench_free(bench);
}

static void announced_without_proof(void)
{
	static const char *const urls[] = {"http://b.test/1", NULL};
	struct bench *bench = bench_mirrors(1, false);
	struct version version = {
		.size = 9 * MIB, .modified = (char *)"then", .mtime = 5};
	struct strings mirrors = {(char **)urls, 1};
	struct head head = {.version = &version,
		.mirrors = &mirrors,
		.ranges = true,
		.last = MIB - 1};

	sched_head(bench->sched, bench->now, bench->flying[0], &head);
	check_hosts(bench, "a a a");
	bench_free(bench);
	/* Nor where redirects are not followed, or lead from TLS to plain text. */
	bench = bench_mirrors(1, true);
	bench->settings.max_redirs = 0;
	tell_of(bench, "\"v\"", false, urls);
	check_hosts(bench, "a a a");
	bench_free(bench);
	bench = bench_chunks(8);
	add(bench, "https://a.test/1");
	turn(bench);
	tell_of(bench, "\"v\"", false, urls);
	check_hosts(bench, "a a a");
	bench_free(bench);
}

/* What a redirect tells of adds to the file where that leads, once it is known to be the same. */
static void announced_by_a_redirect(void)
{
	static const char *const urls[] = {"http://d.test/1", "http://b.test/1"};
	static const char *const none[] = {NULL};
	struct strings mirrors = {(char **)urls, 2};

	for (int pinned = 0; pinned < 2; pinned++) {
		struct bench *bench = bench_mirrors(1, false);
		struct outcome outcome;

		outcome_init(&outcome);
		outcome.type = OUTCOME_REDIRECT;
		outcome.location = xstrdup("http://d.test/1");
		outcome.mirrors = &mirrors;
		finish(bench, 0, &outcome);
		check_hosts(bench, "d");
		tell_of(bench, pinned ? "\"v\"" : NULL, false, none);
		/* As one stream, begun anew, it is nobody else's. */
		check_hosts(bench, pinned ? "d b d" : "d d");
		bench_free(bench);
	}
}

/* However many are told of, a few are enough. */
static void announced_by_the_dozen(void)
{
	char texts[40][32];
	const char *urls[41] = {NULL};
	struct bench *bench = bench_chunks(24);

	bench->settings.split = 24;
	for (int i = 0; i < 40; i++) {
		snprintf(texts[i], sizeof(texts[i]), "http://h%d.test/", i);
		urls[i] = texts[i];
	}
	bench->settings.chunk_size = MIB / 8;
	add(bench, "http://a.test/1");
	turn(bench);
	tell_of(bench, "\"v\"", false, urls);
	turn(bench);
	check_int(bench->flying[0]->task->n_mirrors, 17);
	bench_free(bench);
}

int main(void)
{
	run(shared);
	run(one_at_a_time);
	run(only_where_there_is_room);
	run(pins);
	run(goes_on_from);
	run(goes_on_from_a_date);
	run(another_version);
	run(the_first_changes);
	run(the_first_changes_at_the_end);
	run(all_have_changed);
	run(the_one_that_had_it_dies);
	run(known_by_a_date);
	run(one_that_fails);
	run(a_slow_one);
	run(idle_jobs_help);
	run(redirects);
	run(a_resume);
	run(announced);
	run(announced_without_proof);
	run(announced_by_a_redirect);
	run(announced_by_the_dozen);
	return done();
}
