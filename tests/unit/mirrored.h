/* mirrored.h - what the tests of the scheduler with mirrors share: files at several of them, and
 * who is asked. */
#ifndef SEINE_TESTS_MIRRORED_H
#define SEINE_TESTS_MIRRORED_H

#include "chunked.h"

/* A file at a.test, b.test and c.test; `proven`: it has a digest. */
static inline struct bench *bench_mirrors(int n, bool proven)
{
	static const char *const urls[] = {
		"http://a.test/1", "http://b.test/1", "http://c.test/1"};
	struct bench *bench = bench_chunks(8);

	add(bench, urls[0]);
	for (int i = 1; i < n; i++)
		mirror(bench, urls[i]);
	if (proven)
		bench->ready[0]->checksum.alg = DIGEST_SHA256;
	turn(bench);
	return bench;
}

/* ... or digests of its pieces, of 1 MiB. */
static inline struct bench *bench_pieces(int n, int64_t size)
{
	struct bench *bench = bench_chunks(8);
	struct entry *entry = add(bench, "http://a.test/1");

	if (n > 1)
		mirror(bench, "http://b.test/1");
	entry->pieces = xcalloc(1, sizeof(*entry->pieces));
	entry->pieces->length = MIB;
	entry->pieces->count = (size_t)((size + MIB - 1) / MIB);
	turn(bench);
	return bench;
}

/* The answer to the i-th: a range of a file of this size, in this state. */
static inline void answer_as(
	struct bench *bench, size_t i, int64_t size, const char *etag)
{
	struct version version = {.size = size, .etag = (char *)etag, .mtime = 5};
	struct attempt *attempt = bench->flying[i];
	struct head head = {.version = &version,
		.ranges = true,
		.last = attempt->asked.last < size ? attempt->asked.last : size - 1};

	sched_head(bench->sched, bench->now, attempt, &head);
}

/* "a b a": where those that fly are made, in the order of their starts. */
static inline void check_hosts(struct bench *bench, const char *want)
{
	struct buf hosts = BUF_INIT;

	turn(bench);
	for (size_t i = 0; i < bench->n_flying; i++)
		buf_addf(&hosts, "%s%c", i ? " " : "", bench->flying[i]->host[0]);
	check_str(hosts.data ? hosts.data : "", want);
	buf_release(&hosts);
}

static inline void wrong(
	struct bench *bench, size_t i, int64_t written, uint64_t digest)
{
	struct outcome outcome;

	outcome_init(&outcome);
	outcome.type = OUTCOME_FAILED;
	outcome.kind = KIND_CHECKSUM;
	outcome.written = written;
	outcome.wrong_digest = digest;
	finish(bench, i, &outcome);
}

static inline void later(struct bench *bench, nstime span)
{
	bench->now += span;
	turn(bench);
}

#endif
