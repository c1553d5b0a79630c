/* parting.h - what the tests of parts share: runs of a job of one entry, and attempts that bring
 * some of its file. */
#ifndef SEINE_TESTS_PARTING_H
#define SEINE_TESTS_PARTING_H

#include "base/alloc.h"
#include "scratch.h"
#include "store/digest.h"
#include "store/journal.h"
#include "store/part.h"

#define KIB INT64_C(1024)
#define SIZE (1000 * KIB + 7)
#define PARTS "out/.seine/parts"

/* One run of a job of one entry. */
struct bench {
	struct outdir *outdir;
	struct journal *journal; /* NULL: nothing is kept */
	struct parts *parts;
	struct publication how;
	struct entry *entry;
	struct version version;
	struct attempt attempt;
	struct outcome outcome;
	struct error err;
};

static unsigned char content[SIZE];

static inline void bench_open(struct bench *bench, bool journaled)
{
	*bench = (struct bench){.how = {.existing = EXISTING_SKIP, .mtime = -1},
		.version = {.size = SIZE, .etag = (char *)"\"v1\"", .mtime = -1}};
	bench->outdir = outdir_open("out", &bench->err);
	check(bench->outdir != NULL);
	if (journaled) {
		bench->journal = journal_open(
			&(struct journal_setup){
				.workdir = outdir_workdir(bench->outdir)},
			&bench->err);
		check(bench->journal != NULL);
		check_int(outdir_sweep(bench->outdir, journal_has_part, bench->journal,
				  &bench->err),
			0);
		outdir_attach(bench->outdir, bench->journal, NULL);
	}
	bench->parts = parts_new(bench->outdir);
	bench->entry = entry_new();
	bench->entry->number = 5;
	bench->entry->path = xstrdup("sub/file");
	strings_add(&bench->entry->urls, "http://a.test/file");
	bench->attempt =
		(struct attempt){.entry = bench->entry, .version = bench->version};
	outcome_init(&bench->outcome);
}

/* `complete`: nothing may be left. */
static inline void bench_close(struct bench *bench, bool complete)
{
	parts_free(bench->parts);
	outcome_release(&bench->outcome);
	entry_free(bench->entry);
	outdir_attach(bench->outdir, NULL, NULL);
	check_int(journal_close(bench->journal, complete, NULL), 0);
	if (complete)
		check_int(scratch_count(PARTS), 0);
	outdir_close(bench->outdir);
	check_int(scratch_there("out/.seine"), !complete);
	if (complete)
		scratch_remove("out");
}

static inline void want_digest(struct bench *bench, const void *data, size_t len)
{
	struct digest *digest = digest_new(DIGEST_SHA256, NULL);

	check_int(digest_update(digest, data, len, NULL), 0);
	check_int(digest_final(digest, &bench->entry->checksum, NULL), 0);
	digest_free(digest);
}

/* The same as a text, which nobody asks for then. */
static inline char *digest_text(struct bench *bench, size_t len)
{
	struct buf text = BUF_INIT;

	want_digest(bench, content, len);
	checksum_add(&text, &bench->entry->checksum);
	bench->entry->checksum.alg = DIGEST_NONE;
	return text.data;
}

static inline struct part *get_of(struct bench *bench, unsigned generation)
{
	struct part_facts facts = {.version = &bench->version, .resumable = true};

	bench->attempt.generation = generation;
	return parts_get(bench->parts, &bench->attempt, &facts, &bench->err);
}

static inline struct part *get(struct bench *bench)
{
	struct part *part = get_of(bench, 0);

	check(part != NULL);
	return part;
}

/* The content from `first` to before `end`, in blocks. */
static inline void write_some(
	struct bench *bench, struct part *part, int64_t first, int64_t end)
{
	while (first < end) {
		int64_t len = end - first < 100000 ? end - first : 100000;

		check_int(part_write(part, first, content + first, (size_t)len,
				  &bench->err),
			0);
		first += len;
	}
}

/* ... by an attempt of its own, which tells the journal of it. */
static inline void bring(struct bench *bench, int64_t first, int64_t end)
{
	struct part *part = get(bench);

	write_some(bench, part, first, end);
	check_int(part_note(part, (struct range){first, end - 1}, &bench->err), 0);
	part_put(part);
}

/* The whole file at once. */
static inline void bring_all_as(struct bench *bench, unsigned generation)
{
	struct part *part = get_of(bench, generation);

	check(part != NULL);
	write_some(bench, part, 0, SIZE);
	part_put(part);
}

static inline int commit(struct bench *bench)
{
	bench->how.mtime = bench->attempt.version.mtime;
	return parts_commit(bench->parts, &bench->attempt, &bench->how, &bench->outcome,
		&bench->err);
}

static inline void commit_ok(struct bench *bench)
{
	check_int(commit(bench), 0);
	check_int(bench->outcome.verified, bench->entry->checksum.alg == DIGEST_NONE
						   ? VERIFIED_LENGTH
						   : VERIFIED_HASH);
	check(scratch_holds("out/sub/file", content, SIZE));
}

static inline void commit_fails(struct bench *bench, enum kind kind)
{
	check_int(commit(bench), -1);
	check_str(kind_name(bench->err.kind), kind_name(kind));
	check(!scratch_holds("out/sub/file", content, SIZE));
}

static inline void make_content(void)
{
	for (size_t i = 0; i < SIZE; i++)
		content[i] = (unsigned char)(i * 31 + (i >> 8) * 7 + (i >> 16));
}

#endif
