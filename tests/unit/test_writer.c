/* test_writer.c - what is written by another thread than the one that brings it: all of it, in order,
 * and nothing after a failure. */
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>

#include "parting.h"
#include "store/writer.h"

#define BLOCK (10 * KIB)
#define BLOCKS ((int)(SIZE / BLOCK)) /* the last of which is longer */

static int64_t block_end(int i)
{
	return i == BLOCKS - 1 ? SIZE : (i + 1) * BLOCK;
}

/* The i-th block of the file, and what has come by it. */
static int bring_block(struct writing *writing, int i, struct error *err)
{
	_cleanup_(buf_release) struct buf bytes = BUF_INIT;
	int64_t first = i * BLOCK, end = block_end(i);

	buf_add(&bytes, content + first, (size_t)(end - first));
	if (writing_add(writing, &bytes, err) != 0)
		return -1;
	check_int(bytes.len, 0);
	return writing_note(writing, (struct range){first, end - 1}, false, err);
}

static int finish(struct writing *writing, struct error *err)
{
	struct buf none = BUF_INIT;

	return writing_finish(writing, &none, err);
}

/* By a writer, and without one. */
static void in_order(void)
{
	for (int i = 0; i < 2; i++) {
		struct writer *writer = i == 0 ? writer_new() : NULL;
		struct writing writing = {.writer = writer};
		struct bench bench;

		bench_open(&bench, true);
		want_digest(&bench, content, SIZE);
		writing_begin(&writing, get(&bench), 0);
		for (int block = 0; block < BLOCKS; block++)
			check_int(bring_block(&writing, block, &bench.err), 0);
		check_int(finish(&writing, &bench.err), 0);
		check_int(writing.written, SIZE);
		/* In order: nothing is to be read back for the digest. */
		bench.attempt.version.size = SIZE;
		check_int(parts_unread(bench.parts, &bench.attempt), 0);
		writing_end(&writing);
		writing_end(&writing);
		writer_free(writer);
		commit_ok(&bench);
		bench_close(&bench, true);
	}
}

/* What was told of is there in the next run, also if nobody waits for it before the end. */
static void told_of_after_it_is_written(void)
{
	struct writer *writer = writer_new();
	struct writing writing = {.writer = writer};
	struct resume *resume;
	struct bench bench;

	bench_open(&bench, true);
	writing_begin(&writing, get(&bench), 0);
	for (int i = 0; i < BLOCKS / 2; i++)
		check_int(bring_block(&writing, i, &bench.err), 0);
	writing_end(&writing);
	writer_free(writer);
	bench_close(&bench, false);

	bench_open(&bench, true);
	resume = parts_resume(bench.parts, bench.entry, false);
	check(resume != NULL);
	if (resume) {
		check_int(resume->n_ranges, 1);
		check_int(resume->ranges[0].first, 0);
		check_int(resume->ranges[0].last, block_end(BLOCKS / 2 - 1) - 1);
	}
	resume_free(resume);
	bench_close(&bench, false);
	scratch_remove("out");
}

/* The kernel takes the first half of the file. */
static void nothing_after_failure_of(struct writer *writer)
{
	struct rlimit before, half;
	struct writing writing = {.writer = writer};
	struct bench bench;
	int failed = 0, i = 0;

	bench_open(&bench, true);
	bench.version.size = -1; /* nothing is allocated */
	signal(SIGXFSZ, SIG_IGN);
	check_int(getrlimit(RLIMIT_FSIZE, &before), 0);
	half = before;
	half.rlim_cur = (rlim_t)(BLOCKS / 2 * BLOCK);
	writing_begin(&writing, get(&bench), 0);
	check_int(setrlimit(RLIMIT_FSIZE, &half), 0);
	while (!failed && i < BLOCKS)
		failed = bring_block(&writing, i++, &bench.err);
	if (!failed)
		failed = finish(&writing, &bench.err);
	check_int(setrlimit(RLIMIT_FSIZE, &before), 0);
	check_int(failed, -1);
	check_str(kind_name(bench.err.kind), "too-large");
	/* And so it stays, although the disk would take more now. */
	for (int again = 0; again < 2; again++) {
		check_int(bring_block(&writing, BLOCKS - 1, &bench.err), -1);
		bench.err.kind = KIND_NONE;
		check_int(finish(&writing, &bench.err), -1);
	}
	check_str(kind_name(bench.err.kind), "too-large");
	check_int(writing.written, BLOCKS / 2 * BLOCK);
	writing_end(&writing);
	writer_free(writer);
	parts_end(bench.parts, bench.entry, false);
	bench_close(&bench, true);
}

static void nothing_after_a_failure(void)
{
	nothing_after_failure_of(writer_new());
	nothing_after_failure_of(NULL);
}

struct carrier {
	pthread_t thread;
	struct bench *bench;
	struct attempt attempt;
	struct writer *writer;
	int first; /* every fourth block from that one on */
	int failures;
};

static void *carry(void *context)
{
	struct carrier *carrier = context;
	struct part_facts facts = {.version = &carrier->bench->version};
	struct error err;

	for (int i = carrier->first; i < BLOCKS; i += 4) {
		struct writing writing = {.writer = carrier->writer};
		struct part *part = parts_get(
			carrier->bench->parts, &carrier->attempt, &facts, &err);

		carrier->failures += part == NULL;
		if (!part)
			continue;
		writing_begin(&writing, part, i * BLOCK);
		carrier->failures += bring_block(&writing, i, &err) != 0;
		carrier->failures += finish(&writing, &err) != 0;
		carrier->failures += writing.written != block_end(i);
		writing_end(&writing);
	}
	return NULL;
}

/* Some by the writer, some by themselves. */
static void many_at_once(void)
{
	struct writer *writer = writer_new();
	struct carrier carriers[4];
	struct bench bench;

	bench_open(&bench, false);
	want_digest(&bench, content, SIZE);
	for (int i = 0; i < 4; i++) {
		carriers[i] = (struct carrier){.bench = &bench,
			.attempt = bench.attempt,
			.writer = writer,
			.first = i};
		check_int(
			pthread_create(&carriers[i].thread, NULL, carry, &carriers[i]),
			0);
	}
	for (int i = 0; i < 4; i++) {
		check_int(pthread_join(carriers[i].thread, NULL), 0);
		check_int(carriers[i].failures, 0);
	}
	writer_free(writer);
	commit_ok(&bench);
	bench_close(&bench, true);
}

int main(void)
{
	make_content();
	log_setup(LOG_QUIET, NULL, NULL);
	scratch_enter();
	run(in_order);
	run(told_of_after_it_is_written);
	run(nothing_after_a_failure);
	run(many_at_once);
	scratch_leave();
	return done();
}
