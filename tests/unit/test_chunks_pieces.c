/* test_chunks_pieces.c - a file with digests of its pieces: what is asked for, what a wrong piece
 * leaves, and streams that are gone on with elsewhere. */
#include "chunking.h"

/* Pieces of 3 MiB; the digests are not looked at here. */
#define PIECE (3 * MIB)

static void pieces_init(struct bench *bench, const struct plan_wish *wish, int64_t size)
{
	bench->entry = entry_new();
	bench->entry->pieces = xcalloc(1, sizeof(*bench->entry->pieces));
	bench->entry->pieces->length = PIECE;
	bench->entry->pieces->count = (size_t)((size + PIECE - 1) / PIECE);
	bench->now = 100 * SEC;
	chunks_init(&bench->chunks, wish, bench->entry);
}

static bool fail(
	struct bench *bench, struct attempt *attempt, enum kind kind, int64_t written)
{
	struct outcome outcome;
	bool matters;

	outcome_init(&outcome);
	outcome.type = OUTCOME_FAILED;
	outcome.kind = kind;
	outcome.written = written;
	matters = chunks_end(&bench->chunks, attempt, &outcome, bench->now);
	attempt_done(attempt);
	return matters;
}

static void requests_are_of_whole_pieces(void)
{
	struct attempt *first, *second, *third;
	struct bench bench;

	pieces_init(&bench, &usual, 20 * MIB);
	first = start(&bench);
	check_asked(first, 0, 9 * MIB - 1); /* 8 MiB, rounded up */
	check(answer_range(&bench, first, 20 * MIB));
	second = start(&bench);
	check_asked(second, 9 * MIB, 18 * MIB - 1);
	third = start(&bench);
	check_asked(third, 18 * MIB, 20 * MIB - 1);
	check(start(&bench) == NULL);
	/* Broken off in the middle of a piece, which comes again. */
	check(fail(&bench, second, KIND_NETWORK, 5 * MIB));
	second = start(&bench);
	check_asked(second, 12 * MIB, 18 * MIB - 1);
	check(bring(&bench, first));
	check(bring(&bench, third));
	check(bring(&bench, second));
	check_int(bench.chunks.way, CHUNKS_WHOLE);
	bench_release(&bench);
}

static void long_pieces(void)
{
	static const int64_t lengths[] = {INT64_MAX - 1, INT64_MAX / 2 + 1, 1000 * MIB};
	struct attempt *attempt;
	struct bench bench;

	for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
		pieces_init(&bench, &usual, 20 * MIB);
		bench.entry->pieces->length = lengths[i];
		chunks_release(&bench.chunks);
		chunks_init(&bench.chunks, &usual, bench.entry);
		attempt = start(&bench);
		check_int(attempt->ranged, i == 2);
		check_asked(attempt, 0, i == 2 ? 1000 * MIB - 1 : RANGE_OPEN);
		check(!answer_range(&bench, attempt, 20 * MIB));
		check(bring(&bench, attempt));
		check_int(bench.chunks.way, CHUNKS_WHOLE);
		bench_release(&bench);
	}
}

/* At every position: it alone is asked for next, then what was not begun. */
static void a_wrong_piece(void)
{
	for (int64_t wrong = 0; wrong < 7; wrong++) {
		int64_t from = wrong * PIECE, to = from + PIECE;
		struct attempt *attempt, *other;
		struct bench bench;

		pieces_init(&bench, &(struct plan_wish){.split = 1}, 20 * MIB);
		attempt = start(&bench);
		check(!attempt->ranged);
		check(!answer_range(&bench, attempt, 20 * MIB));
		check_int(bench.chunks.way, CHUNKS_RANGES);
		check(fail(&bench, attempt, KIND_CHECKSUM, from));
		attempt = start(&bench);
		check_asked(attempt, from, to < 20 * MIB ? to - 1 : 20 * MIB - 1);
		check(attempt->ranged);
		check_int(attempt->generation, 0);
		/* Again, and again alone. */
		check(fail(&bench, attempt, KIND_CHECKSUM, 0));
		attempt = start(&bench);
		check_asked(attempt, from, to < 20 * MIB ? to - 1 : 20 * MIB - 1);
		check(bring(&bench, attempt));
		other = start(&bench);
		if (wrong < 6) {
			check_asked(other, to, 20 * MIB - 1);
			check(bring(&bench, other));
			other = start(&bench);
		}
		check_int(other->work, WORK_COMMIT);
		check(end(&bench, other, OUTCOME_DONE, 0));
		bench_release(&bench);
	}
}

/* A server without ranges sends a wrong piece, or breaks off: what is right stays, and another
 * server may go on. */
static void a_stream_that_ends_early(void)
{
	static const enum kind kinds[] = {KIND_CHECKSUM, KIND_NETWORK};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct attempt *attempt;
		struct bench bench;

		pieces_init(&bench, &usual, 20 * MIB);
		attempt = start(&bench);
		answer(&bench, attempt, 20 * MIB, 20 * MIB - 1, false, "");
		check_int(bench.chunks.way, CHUNKS_STREAM);
		check(fail(&bench, attempt, kinds[i], 2 * PIECE));
		check_int(bench.chunks.way, CHUNKS_RANGES);
		attempt = start(&bench);
		check_asked(attempt, 2 * PIECE,
			i == 0 ? 3 * PIECE - 1 : 2 * PIECE + 9 * MIB - 1);
		check_int(attempt->generation, 0);
		check_int(attempt->version.size, 20 * MIB);
		check(!version_pin(&attempt->version));
		check(fail(&bench, attempt, KIND_RANGE, 0));
		bench_release(&bench);
	}
}

/* There is nothing to go on with: no piece, or nobody knows how long the file is. */
static void a_stream_of_which_nothing_stays(void)
{
	for (int i = 0; i < 2; i++) {
		struct attempt *attempt;
		struct bench bench;

		pieces_init(&bench, &usual, 20 * MIB);
		attempt = start(&bench);
		answer(&bench, attempt, i ? -1 : 20 * MIB,
			i ? RANGE_OPEN : 20 * MIB - 1, false, "");
		check(fail(&bench, attempt, KIND_CHECKSUM, i ? 2 * PIECE : 0));
		check_int(bench.chunks.way, CHUNKS_STREAM);
		attempt = start(&bench);
		check_asked(attempt, 0, RANGE_OPEN);
		check_int(attempt->generation, 1);
		check(fail(&bench, attempt, KIND_NETWORK, 0));
		bench_release(&bench);
	}
}

/* What proves the file need not be pinned, neither here nor elsewhere. */
static void proven_files(void)
{
	struct version pin = {.size = 7, .etag = (char *)"\"mine\"", .mtime = 9};
	struct attempt *first, second = {.version = VERSION_UNKNOWN};
	struct bench bench;

	pieces_init(&bench, &usual, 20 * MIB);
	first = start(&bench);
	check(answer(&bench, first, 20 * MIB, 9 * MIB - 1, true, ""));
	list_init(&second.sibling);
	chunks_start(&bench.chunks, &second, &pin, bench.now);
	check_int(second.version.size, 20 * MIB);
	check_str(version_pin(&second.version), "\"mine\"");
	list_remove(&second.sibling);
	bench.chunks.n_flying--;
	version_release(&second.version);
	check(fail(&bench, first, KIND_NETWORK, 0));
	bench_release(&bench);
	/* Without a digest the one that all must have counts. */
	first = begin_ranges(&bench, 20 * MIB);
	check(!bench.chunks.asked_proof);
	chunks_start(&bench.chunks, &second, &pin, bench.now);
	check_str(version_pin(&second.version), "\"v1\"");
	list_remove(&second.sibling);
	bench.chunks.n_flying--;
	version_release(&second.version);
	check(fail(&bench, first, KIND_NETWORK, 0));
	bench_release(&bench);
}

/* A cyclic redundancy check tells damage, not one file from another. */
static void what_proves(void)
{
	static const enum digest_alg algs[] = {
		DIGEST_NONE, DIGEST_CRC32, DIGEST_CRC64NVME, DIGEST_MD5, DIGEST_SHA512};

	for (size_t i = 0; i < ARRAY_LEN(algs); i++) {
		struct bench bench = {.entry = entry_new()};

		bench.entry->checksum.alg = algs[i];
		chunks_init(&bench.chunks, &usual, bench.entry);
		check_int(bench.chunks.asked_proof, i > 2);
		bench_release(&bench);
	}
}

/* A digest that the first answer announces proves as one that was asked for, as long as it is
 * about the same generation. */
static void announced_digest_proves(void)
{
	struct bench bench;
	struct attempt *first, second = {.work = WORK_FETCH};
	struct version said = {.size = 20 * MIB,
		.mtime = -1,
		.digest = (char *)"sha-256=00",
		.name = (char *)"first"};
	struct version pin = {.size = 20 * MIB,
		.etag = (char *)"\"mine\"",
		.mtime = -1,
		.digest = (char *)"sha-512=11",
		.name = (char *)"second"};
	struct head head = {.version = &said, .ranges = true, .last = 9 * MIB - 1};

	bench_init(&bench, &usual);
	first = start(&bench);
	check(!chunks_proven(&bench.chunks));
	check(chunks_head(&bench.chunks, first, &head));
	check_int(bench.chunks.way, CHUNKS_RANGES);
	check(chunks_proven(&bench.chunks));
	list_init(&second.sibling);
	chunks_start(&bench.chunks, &second, &pin, bench.now);
	check_str(version_pin(&second.version), "\"mine\"");
	check_str(second.version.digest, "sha-256=00");
	check_str(second.version.name, "first");
	list_remove(&second.sibling);
	bench.chunks.n_flying--;
	version_release(&second.version);
	chunks_reset(&bench.chunks, CHUNKS_ASK);
	check(!chunks_proven(&bench.chunks));
	check(!fail(&bench, first, KIND_NETWORK, 0));
	bench_release(&bench);
}

/* Begun anew as one stream, it stays one, whatever its server offers. */
static void one_stream_after_all(void)
{
	struct attempt *attempt;
	struct bench bench;

	attempt = begin_ranges(&bench, 20 * MIB);
	chunks_reset(&bench.chunks, CHUNKS_STREAM);
	check(!fail(&bench, attempt, KIND_RANGE, 0));
	attempt = start(&bench);
	check(!answer(&bench, attempt, 20 * MIB, 20 * MIB - 1, true, "\"v1\""));
	check_int(bench.chunks.way, CHUNKS_STREAM);
	check(!chunks_split(&bench.chunks));
	check(fail(&bench, attempt, KIND_NETWORK, MIB));
	bench_release(&bench);
}

/* Cut where a piece ends. */
static void splits_between_pieces(void)
{
	struct attempt *attempt, *other;
	struct bench bench;

	pieces_init(
		&bench, &(struct plan_wish){.split = 4, .chunk = 100 * MIB}, 30 * MIB);
	attempt = start(&bench);
	check(!answer_range(&bench, attempt, 30 * MIB));
	check(chunks_split(&bench.chunks));
	check_int(atomic_load(&attempt->last), 15 * MIB - 1);
	check(chunks_want(&bench.chunks));
	other = start(&bench);
	check_asked(other, 15 * MIB, 30 * MIB - 1);
	check(fail(&bench, other, KIND_NETWORK, 0));
	check(bring(&bench, attempt));
	bench_release(&bench);
}

int main(void)
{
	run(requests_are_of_whole_pieces);
	run(long_pieces);
	run(a_wrong_piece);
	run(a_stream_that_ends_early);
	run(a_stream_of_which_nothing_stays);
	run(proven_files);
	run(what_proves);
	run(announced_digest_proves);
	run(one_stream_after_all);
	run(splits_between_pieces);
	return done();
}
