/* test_part_pieces.c - the part of a file with digests of its pieces: what is written may be wrong
 * and be written again; what has been verified is proven, and kept for another run. */
#include "parting.h"
#include "pieced.h"

#define PIECE (100 * KIB)

static void want_pieces(struct bench *bench, enum digest_alg alg)
{
	bench->entry->pieces = pieces_of(alg, content, SIZE, PIECE);
}

/* Wrong bytes first, then the right ones, which are verified. */
static void bring_twice(struct bench *bench, int64_t first, int64_t end)
{
	static const char wrong[1000];
	struct part *part = get(bench);

	check_int(part_write(part, first, wrong, sizeof(wrong), &bench->err), 0);
	check_int(part_write(part, end - 7, wrong, 7, &bench->err), 0);
	write_some(bench, part, first, end);
	check_int(part_prove(part, (struct range){first, end - 1}, &bench->err), 0);
	check_int(part_note(part, (struct range){first, end - 1}, &bench->err), 0);
	part_put(part);
}

/* The digest of the whole sees the right bytes only, once each, in any order. */
static void written_twice(void)
{
	for (int order = 0; order < 2; order++) {
		for (int whole = 0; whole < 2; whole++) {
			struct bench bench;

			bench_open(&bench, false);
			want_pieces(&bench, DIGEST_SHA1);
			if (whole)
				want_digest(&bench, content, SIZE);
			for (int64_t i = 0; i < SIZE; i += 2 * PIECE) {
				int64_t at =
					order ? SIZE / (2 * PIECE) * 2 * PIECE - i : i;
				int64_t end = at + 2 * PIECE;

				bring_twice(&bench, at, end < SIZE ? end : SIZE);
			}
			check_int(parts_unread(bench.parts, &bench.attempt),
				!whole  ? 0
				: order ? SIZE - 2 * PIECE
					: 0);
			check_int(commit(&bench), 0);
			check_int(bench.outcome.verified, VERIFIED_HASH);
			check_str(bench.outcome.verified_by,
				whole ? "checksum" : "pieces");
			check(scratch_holds("out/sub/file", content, SIZE));
			bench_close(&bench, true);
		}
	}
}

/* All pieces are right, and the whole is not what was asked for: one of the two lies. */
static void pieces_and_whole_that_contradict_each_other(void)
{
	struct bench bench;

	bench_open(&bench, false);
	want_pieces(&bench, DIGEST_SHA256);
	want_digest(&bench, content, SIZE - 1);
	bring_twice(&bench, 0, SIZE);
	commit_fails(&bench, KIND_CHECKSUM);
	check_int(bench.outcome.verified, VERIFIED_NONE);
	bench_close(&bench, true);
}

enum change {
	NO_CHANGE,
	NO_PIECES,   /* there were some, and there are none */
	OTHER_ALG,   /* ... of another algorithm */
	OTHER_BYTES, /* ... of other bytes */
	OTHER_SIZE,  /* not as many as the file needs */
	CHANGES
};

static void want_changed(struct bench *bench, enum change change)
{
	struct pieces *pieces;

	if (change == NO_PIECES)
		return;
	want_pieces(bench, change == OTHER_ALG ? DIGEST_SHA224 : DIGEST_SHA1);
	pieces = bench->entry->pieces;
	if (change == OTHER_BYTES)
		pieces->digests[pieces->count * 20 - 1] ^= 1;
	if (change == OTHER_SIZE)
		pieces->count--;
}

/* What was verified is believed by a run that would verify it in the same way. No validator is
 * needed for that. */
static void another_run(void)
{
	for (enum change change = NO_CHANGE; change < CHANGES; change++) {
		struct resume *resume;
		struct bench bench;

		bench_open(&bench, true);
		bench.version.etag = NULL;
		want_pieces(&bench, DIGEST_SHA1);
		bring_twice(&bench, 0, 2 * PIECE);
		bring_twice(&bench, 5 * PIECE, 6 * PIECE);
		parts_end(bench.parts, bench.entry, true);
		bench_close(&bench, false);

		bench_open(&bench, true);
		want_changed(&bench, change);
		resume = bench.entry->resume =
			parts_resume(bench.parts, bench.entry, false);
		if ((resume != NULL) != (change == NO_CHANGE))
			printf("# change %d\n", change);
		check_int(resume != NULL, change == NO_CHANGE);
		if (resume) {
			check_int(resume->n_ranges, 2);
			check_int(resume->version.size, SIZE);
			bench.version.etag = NULL;
			bring_twice(&bench, 2 * PIECE, 5 * PIECE);
			bring_twice(&bench, 6 * PIECE, SIZE);
			check_int(commit(&bench), 0);
			check_str(bench.outcome.verified_by, "pieces");
			check(scratch_holds("out/sub/file", content, SIZE));
		}
		bench_close(&bench, resume != NULL);
		scratch_remove("out");
	}
}

int main(void)
{
	make_content();
	log_setup(LOG_QUIET, NULL, NULL);
	scratch_enter();
	run(written_twice);
	run(pieces_and_whole_that_contradict_each_other);
	run(another_run);
	scratch_leave();
	return done();
}
