/* bodying.h - what the tests of bodies share: one file, and the bodies that attempts bring. */
#ifndef SEINE_TESTS_BODYING_H
#define SEINE_TESTS_BODYING_H

#include "base/alloc.h"
#include "net/body.h"
#include "scratch.h"

#define KIB 1024
#define PARTS "out/.seine/parts"

static bool written_behind; /* ... by a writer, or by who adds them */

struct bench {
	struct outdir *outdir;
	struct parts *parts;
	struct writer *writer;
	struct publication how;
	struct body body;
	struct entry *entry;
	struct attempt attempt;
	struct outcome outcome;
	struct error err;
	bool was_part; /* the body that was committed last */
};

/* Bytes that tell where they belong. */
static inline char *pattern(size_t len)
{
	unsigned char *data = xmalloc(len + 1);

	for (size_t i = 0; i < len; i++)
		data[i] = (unsigned char)(i * 31 + (i >> 8) * 7 + (i >> 16));
	return (char *)data;
}

static inline void bench_open(struct bench *bench, const char *dir)
{
	*bench = (struct bench){.how = {.existing = EXISTING_SKIP, .mtime = -1}};
	bench->outdir = outdir_open(dir, &bench->err);
	check(bench->outdir != NULL);
	bench->parts = parts_new(bench->outdir);
	bench->writer = written_behind ? writer_new() : NULL;
	body_init(&bench->body, bench->outdir, bench->parts, bench->writer,
		DURABILITY_NONE);
	bench->entry = entry_new();
	bench->entry->number = 1;
	bench->attempt =
		(struct attempt){.entry = bench->entry, .version = VERSION_UNKNOWN};
	outcome_init(&bench->outcome);
}

static inline void bench_close(struct bench *bench)
{
	outcome_release(&bench->outcome);
	body_release(&bench->body);
	writer_free(bench->writer);
	parts_free(bench->parts);
	entry_free(bench->entry);
}

static inline void bench_init(struct bench *bench)
{
	scratch_remove("out");
	bench_open(bench, "out");
	bench->entry->path = xstrdup("sub/file");
}

static inline void bench_release(struct bench *bench)
{
	bench_close(bench);
	check_int(scratch_count(PARTS), 0);
	outdir_close(bench->outdir);
	check(!scratch_there("out/.seine"));
}

static inline struct checksum digest_of(
	enum digest_alg alg, const void *data, size_t len)
{
	struct checksum sum = {.alg = DIGEST_NONE};
	struct digest *digest = digest_new(alg, NULL);

	check_int(digest_update(digest, data, len, NULL), 0);
	check_int(digest_final(digest, &sum, NULL), 0);
	digest_free(digest);
	return sum;
}

static inline void want_digest(
	struct bench *bench, enum digest_alg alg, const void *data, size_t len)
{
	bench->entry->checksum = digest_of(alg, data, len);
}

/* A whole body, in a part of its own if it needs one. */
static inline int begin_announced(struct bench *bench, int64_t length,
	const struct checksum *announced, const char *by)
{
	struct version version = {.size = length, .mtime = -1};
	struct part_facts facts = {
		.version = &version, .announced = announced, .by = by};

	bench->attempt.generation++;
	return body_begin(&bench->body, &bench->attempt, true, &facts, &bench->err);
}

static inline int begin(struct bench *bench, int64_t length)
{
	return begin_announced(bench, length, NULL, NULL);
}

/* In blocks of this size. */
static inline int add(struct bench *bench, const char *data, size_t len, size_t block)
{
	for (size_t at = 0; at < len; at += block) {
		size_t n = len - at < block ? len - at : block;

		if (body_add(&bench->body, data + at, n, &bench->err) != 0)
			return -1;
	}
	return 0;
}

/* As a transfer does it: a small body at once, a large one by its part. */
static inline int commit(struct bench *bench)
{
	bench->was_part = body_is_part(&bench->body);
	if (!bench->was_part)
		return body_commit(
			&bench->body, &bench->how, &bench->outcome, &bench->err);
	if (body_settle(&bench->body, &bench->outcome, &bench->err) != 0)
		return -1;
	bench->attempt.version.size = bench->outcome.written;
	check(!body_is_part(&bench->body));
	return parts_commit(bench->parts, &bench->attempt, &bench->how, &bench->outcome,
		&bench->err);
}

#endif
