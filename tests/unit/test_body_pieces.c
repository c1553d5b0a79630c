/* test_body_pieces.c - bodies of files with digests of their pieces: what counts of those that are
 * wrong, or break off. */
#include "bodying.h"
#include "pieced.h"

/* A piece is right or wrong as soon as it is here; what is before a wrong one counts, and what
 * is after it is fetched again. In blocks that fit in well, or badly. */
static void pieces_in_a_part(void)
{
	static const size_t in_blocks[] = {1000, 16 * KIB, 100 * KIB, 700 * KIB};
	struct version version = {.size = 1000 * KIB, .mtime = -1};
	struct part_facts facts = {.version = &version};
	char *data = pattern(1000 * KIB);

	for (size_t i = 0; i < ARRAY_LEN(in_blocks) * 2; i++) {
		size_t block = in_blocks[i / 2], from = 300 * KIB;
		struct bench bench;

		bench_init(&bench);
		bench.entry->pieces =
			pieces_of(DIGEST_SHA1, data, 1000 * KIB, 150 * KIB);
		if (i % 2) /* of the whole, besides */
			want_digest(&bench, DIGEST_SHA256, data, 1000 * KIB);
		bench.attempt.asked = (struct range){0, RANGE_OPEN};
		check_int(body_begin(&bench.body, &bench.attempt, true, &facts,
				  &bench.err),
			0);
		data[400 * KIB] ^= 1;
		check_int(add(&bench, data, 1000 * KIB, block), -1);
		data[400 * KIB] ^= 1;
		check_str(kind_name(bench.err.kind), "checksum");
		check(strncmp(bench.err.text, "piece 3 of 7: ", 14) == 0);
		check_int(body_settle(&bench.body, &bench.outcome, &bench.err), 0);
		check_int(bench.outcome.written, from);
		check(bench.outcome.wrong_digest != 0);
		/* The rest, which breaks off in the middle of a piece at first. */
		for (size_t end = 500 * KIB; end <= 1000 * KIB; end += 500 * KIB) {
			bench.attempt.asked =
				(struct range){(int64_t)from, 1000 * KIB - 1};
			check_int(body_begin(&bench.body, &bench.attempt, false, &facts,
					  &bench.err),
				0);
			check_int(add(&bench, data + from, end - from, block), 0);
			check_int(body_end(&bench.body, &bench.err),
				end == 1000 * KIB ? 0 : -1);
			check_int(body_settle(&bench.body, &bench.outcome, &bench.err),
				0);
			from += (size_t)bench.outcome.written;
		}
		check_int(from, 1000 * KIB);
		bench.attempt.version.size = 1000 * KIB;
		check_int(parts_commit(bench.parts, &bench.attempt, &bench.how,
				  &bench.outcome, &bench.err),
			0);
		check_int(bench.outcome.verified, VERIFIED_HASH);
		check_str(bench.outcome.verified_by, i % 2 ? "checksum" : "pieces");
		check(scratch_holds("out/sub/file", data, 1000 * KIB));
		bench_release(&bench);
	}
	free(data);
}

/* ... of a file that is whole in memory, or of which nobody knew that it is not small. */
static void pieces_of_a_whole(void)
{
	static const size_t sizes[] = {1, 100, 101, 250, 300 * KIB + 1};

	for (size_t i = 0; i < ARRAY_LEN(sizes) * 4; i++) {
		size_t len = sizes[i / 4];
		bool wrong = i % 2, sized = i % 4 > 1;
		char *data = pattern(len);
		struct bench bench;
		int failed;

		bench_init(&bench);
		bench.entry->pieces = pieces_of(DIGEST_SHA256, data, len, 100);
		data[len - 1] ^= wrong;
		check_int(begin(&bench, sized ? (int64_t)len : -1), 0);
		failed = add(&bench, data, len, 16 * KIB);
		if (!failed)
			failed = body_end(&bench.body, &bench.err);
		check_int(failed, wrong ? -1 : 0);
		if (wrong) {
			check_str(kind_name(bench.err.kind), "checksum");
			check_int(body_settle(&bench.body, &bench.outcome, &bench.err),
				0);
			check_int(bench.outcome.written,
				len > 256 * KIB ? len - len % 100 : 0);
			check(bench.outcome.wrong_digest != 0);
			parts_end(bench.parts, bench.entry, false);
		} else {
			check_int(commit(&bench), 0);
			check_int(bench.outcome.verified, VERIFIED_HASH);
			check_str(bench.outcome.verified_by, "pieces");
			check(scratch_holds("out/sub/file", data, len));
		}
		bench_release(&bench);
		free(data);
	}
}

static void all(void)
{
	run(pieces_in_a_part);
	run(pieces_of_a_whole);
}

int main(void)
{
	scratch_enter();
	all();
	written_behind = true;
	all();
	scratch_leave();
	return done();
}
