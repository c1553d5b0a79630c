/* test_body.c - bodies of all sizes on their way to a file, and what is left of those that
 * fail. */
#include "bodying.h"

static void check_one(size_t len, size_t block, int64_t announced, enum digest_alg alg)
{
	struct bench bench;
	char *data = pattern(len);

	bench_init(&bench);
	if (alg != DIGEST_NONE)
		want_digest(&bench, alg, data, len);
	check_int(begin(&bench, announced), 0);
	check_int(add(&bench, data, len, block), 0);
	check(!scratch_there("out/sub/file")); /* not before it is whole */
	check_int(commit(&bench), 0);
	if (!scratch_holds("out/sub/file", data, len))
		printf("# %zu bytes in blocks of %zu, announced %" PRId64 "\n", len,
			block, announced);
	check(scratch_holds("out/sub/file", data, len));
	check_int(bench.was_part, announced > 256 * KIB || len > 256 * KIB);
	check_int(bench.outcome.verified, alg != DIGEST_NONE ? VERIFIED_HASH
					  : bench.was_part && announced > 256 * KIB
						  ? VERIFIED_LENGTH
						  : VERIFIED_NONE);
	check_int(bench.outcome.digest[0] != '\0', alg != DIGEST_NONE);
	check_str(bench.outcome.verified_by, alg == DIGEST_NONE ? NULL : "checksum");
	check(bench.outcome.renamed == NULL);
	bench_release(&bench);
	free(data);
}

/* Around where a body leaves the memory (256 KiB) and where pieces are written. */
static const size_t sizes[] = {0, 1, 4 * KIB, 48 * KIB, 256 * KIB - 1, 256 * KIB,
	256 * KIB + 1, 304 * KIB, 512 * KIB - 1, 512 * KIB, 512 * KIB + 1,
	1024 * KIB + 17, 3000 * KIB + 1};

/* Around what is written from where it lies (48 KiB), and what libcurl gives (16 KiB). */
static const size_t blocks[] = {
	1000, 16 * KIB, 48 * KIB - 1, 48 * KIB, 100 * KIB, 1024 * KIB};

static void all_sizes(void)
{
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		for (size_t k = 0; k < ARRAY_LEN(blocks); k++) {
			enum digest_alg alg = (i + k) % 2 ? DIGEST_NONE : DIGEST_SHA256;

			check_one(sizes[i], blocks[k], (int64_t)sizes[i], alg);
			check_one(sizes[i], blocks[k], -1, alg);
		}
	}
}

/* Blocks of all sizes, large ones among small ones. */
static void uneven_blocks(void)
{
	size_t len = 2000 * KIB, at = 0;
	unsigned random = 1;
	struct bench bench;
	char *data = pattern(len);

	bench_init(&bench);
	want_digest(&bench, DIGEST_SHA512, data, len);
	check_int(begin(&bench, -1), 0);
	while (at < len) {
		size_t n;

		random = random * 1103515245 + 12345;
		n = (random >> 16) % (random % 5 ? 3000 : 90000);
		n = n < len - at ? n : len - at;
		check_int(body_add(&bench.body, data + at, n, &bench.err), 0);
		at += n;
	}
	check_int(commit(&bench), 0);
	check(scratch_holds("out/sub/file", data, len));
	check_int(bench.outcome.verified, VERIFIED_HASH);
	bench_release(&bench);
	free(data);
}

static void all_digests(void)
{
	for (int alg = DIGEST_NONE + 1; alg <= DIGEST_SHA512; alg++) {
		check_one(1000, 1000, 1000, alg);
		check_one(600 * KIB, 16 * KIB, -1, alg);
	}
}

/* What was announced is not what comes: no length is believed. */
static void wrong_announcements(void)
{
	check_one(700 * KIB, 16 * KIB, 10, DIGEST_SHA1);
	check_one(10, 10, 700 * KIB, DIGEST_SHA1);
	check_one(10, 10, 2000 * KIB, DIGEST_NONE); /* space was allocated for more */
	check_one(0, 1, 2000 * KIB, DIGEST_NONE);
	check_one(2000 * KIB, 16 * KIB, 1024 * KIB, DIGEST_NONE);
	check_one(10, 10, 0, DIGEST_NONE);
}

/* In memory and in a part file alike: nothing appears, and what came instead is told. */
static void wrong_digest(void)
{
	static const size_t lens[] = {0, 1000, 256 * KIB, 700 * KIB};
	uint64_t before = 0;

	for (size_t i = 0; i < ARRAY_LEN(lens); i++) {
		struct bench bench;
		char *data = pattern(lens[i]);

		bench_init(&bench);
		want_digest(&bench, DIGEST_SHA256, "something else", 14);
		check_int(begin(&bench, (int64_t)lens[i]), 0);
		check_int(add(&bench, data, lens[i], 16 * KIB), 0);
		check(commit(&bench) != 0);
		check_int(bench.err.kind, KIND_CHECKSUM);
		check_int(bench.outcome.verified, VERIFIED_NONE);
		check(bench.outcome.wrong_digest != before);
		check(strncmp(bench.outcome.digest, "sha-256=", 8) == 0);
		check_int(strlen(bench.outcome.digest), 8 + 64);
		check(!scratch_there("out/sub/file"));
		check_int(scratch_count(PARTS), 0);
		before = bench.outcome.wrong_digest;
		bench_release(&bench);
		free(data);
	}
}

/* The same wrong bytes have the same fingerprint, whatever way they came. */
static void fingerprint_is_of_the_bytes(void)
{
	uint64_t prints[2];
	char *data = pattern(300 * KIB);

	for (int i = 0; i < 2; i++) {
		struct bench bench;

		bench_init(&bench);
		want_digest(&bench, DIGEST_MD5, "", 0);
		check_int(begin(&bench, i ? 300 * KIB : -1), 0);
		check_int(add(&bench, data, 300 * KIB, i ? 1000 : 60 * KIB), 0);
		check(commit(&bench) != 0);
		prints[i] = bench.outcome.wrong_digest;
		bench_release(&bench);
	}
	check(prints[0] == prints[1]);
	free(data);
}

enum hold { NOT_GIVEN, RIGHT, WRONG };

/* What the user and the server say of a body, and what comes of it. */
static const struct {
	enum digest_alg asked, announced;
	enum hold asked_is, announced_is;
	const char *by; /* NULL: it fails */
	enum digest_alg shown;
} proofs[] = {
	{DIGEST_NONE, DIGEST_CRC32C, NOT_GIVEN, RIGHT, "x-goog-hash", DIGEST_CRC32C},
	{DIGEST_NONE, DIGEST_CRC32C, NOT_GIVEN, WRONG, NULL, DIGEST_CRC32C},
	{DIGEST_NONE, DIGEST_SHA512, NOT_GIVEN, RIGHT, "x-goog-hash", DIGEST_SHA512},
	/* A weaker one than the user's is not looked at, nor is one as strong. */
	{DIGEST_SHA256, DIGEST_MD5, RIGHT, WRONG, "checksum", DIGEST_SHA256},
	{DIGEST_SHA256, DIGEST_SHA256, RIGHT, WRONG, "checksum", DIGEST_SHA256},
	{DIGEST_SHA256, DIGEST_MD5, WRONG, RIGHT, NULL, DIGEST_SHA256},
	/* A stronger one must hold as well. */
	{DIGEST_MD5, DIGEST_SHA256, RIGHT, RIGHT, "x-goog-hash", DIGEST_SHA256},
	{DIGEST_MD5, DIGEST_SHA256, RIGHT, WRONG, NULL, DIGEST_SHA256},
	{DIGEST_MD5, DIGEST_SHA256, WRONG, RIGHT, NULL, DIGEST_MD5},
	{DIGEST_CRC32, DIGEST_CRC64NVME, RIGHT, RIGHT, "x-goog-hash", DIGEST_CRC64NVME},
};

static void check_proof(size_t i, size_t len)
{
	struct checksum announced;
	char *data = pattern(len);
	struct bench bench;

	bench_init(&bench);
	if (proofs[i].asked_is != NOT_GIVEN)
		want_digest(&bench, proofs[i].asked, data,
			proofs[i].asked_is == RIGHT ? len : len - 1);
	announced = digest_of(proofs[i].announced, data,
		proofs[i].announced_is == RIGHT ? len : len - 1);
	check_int(begin_announced(&bench, -1, &announced, "x-goog-hash"), 0);
	check_int(add(&bench, data, len, 16 * KIB), 0);
	check_int(commit(&bench), proofs[i].by ? 0 : -1);
	check_int(bench.outcome.verified, proofs[i].by ? VERIFIED_HASH : VERIFIED_NONE);
	check_str(bench.outcome.verified_by, proofs[i].by);
	check_int(
		checksum_find(bench.outcome.digest, strcspn(bench.outcome.digest, "=")),
		proofs[i].shown);
	check_int(bench.err.kind, proofs[i].by ? KIND_NONE : KIND_CHECKSUM);
	check_int(scratch_there("out/sub/file"), proofs[i].by != NULL);
	/* The next body has nothing of it left. */
	bench.entry->checksum.alg = DIGEST_NONE;
	free(bench.entry->path);
	bench.entry->path = xstrdup("next");
	outcome_release(&bench.outcome);
	outcome_init(&bench.outcome);
	check_int(begin(&bench, -1), 0);
	check_int(add(&bench, "abc", 3, 3), 0);
	check_int(commit(&bench), 0);
	check_int(bench.outcome.verified, VERIFIED_NONE);
	check_str(bench.outcome.digest, "");
	bench_release(&bench);
	free(data);
}

static void announced_digests(void)
{
	for (size_t i = 0; i < ARRAY_LEN(proofs); i++) {
		check_proof(i, 1000);
		check_proof(i, 600 * KIB);
	}
}

/* Who was not right is said in the error, and what came instead. */
static void errors_name_the_header(void)
{
	struct checksum announced = digest_of(DIGEST_MD5, "other", 5);
	struct bench bench;

	bench_init(&bench);
	check_int(begin_announced(&bench, 3, &announced, "content-md5"), 0);
	check_int(add(&bench, "abc", 3, 3), 0);
	check(commit(&bench) != 0);
	check_str(bench.err.text,
		"got md5=900150983cd24fb0d6963f7d28e17f72, not "
		"795f3202b17cb6bc3d4b771d8c6c9eaf, which the server announced by "
		"content-md5");
	bench_release(&bench);
}

/* A body in memory is forgotten; a large one has its part, until the entry is given up. */
static void aborted(void)
{
	static const size_t lens[] = {0, 1000, 256 * KIB, 256 * KIB + 1, 700 * KIB};

	for (size_t i = 0; i < ARRAY_LEN(lens); i++) {
		struct bench bench;
		char *data = pattern(lens[i]);

		bench_init(&bench);
		check_int(begin(&bench, 1 << 20), 0);
		check_int(add(&bench, data, lens[i], 16 * KIB), 0);
		check_int(scratch_count(PARTS), 1);
		body_abort(&bench.body);
		check(!body_is_part(&bench.body));
		body_abort(&bench.body); /* harmless */
		check_int(begin(&bench, -1), 0);
		check_int(add(&bench, data, lens[i], 16 * KIB), 0);
		check_int(scratch_count(PARTS), 1); /* the first one's, or its own */
		body_abort(&bench.body);
		parts_end(bench.parts, bench.entry, false);
		check_int(scratch_count(PARTS), 0);
		check(!scratch_there("out/sub/file"));
		bench_release(&bench);
		free(data);
	}
}

static void aborted_before_it_began(void)
{
	struct bench bench;

	bench_init(&bench);
	body_abort(&bench.body);
	bench_release(&bench);
	/* And released in the middle. */
	bench_init(&bench);
	check_int(begin(&bench, 1 << 20), 0);
	check_int(body_add(&bench.body, "abc", 3, &bench.err), 0);
	body_abort(&bench.body);
	parts_end(bench.parts, bench.entry, false);
	bench_release(&bench);
	bench_init(&bench);
	check_int(begin(&bench, 3), 0);
	check_int(body_add(&bench.body, "abc", 3, &bench.err), 0);
	bench_release(&bench);
}

/* One body after the other through the same buffers, with and without a digest. */
static void used_again(void)
{
	static const enum digest_alg algs[] = {DIGEST_SHA256, DIGEST_SHA256,
		DIGEST_NONE, DIGEST_MD5, DIGEST_SHA256, DIGEST_NONE};
	static const size_t lens[] = {100, 600 * KIB, 50, 300 * KIB, 0, 100 * KIB};
	struct bench bench;

	bench_init(&bench);
	for (size_t i = 0; i < ARRAY_LEN(algs); i++) {
		char *data = pattern(lens[i]), *path = xasprintf("file%zu", i);
		char *there = xasprintf("out/%s", path);

		free(bench.entry->path);
		bench.entry->path = path;
		bench.entry->number = i + 1;
		bench.entry->checksum = (struct checksum){.alg = DIGEST_NONE};
		if (algs[i] != DIGEST_NONE)
			want_digest(&bench, algs[i], data, lens[i]);
		/* A broken attempt before it leaves no trace. */
		check_int(begin(&bench, -1), 0);
		check_int(add(&bench, "broken off", 10, 10), 0);
		body_abort(&bench.body);
		outcome_release(&bench.outcome);
		outcome_init(&bench.outcome);
		check_int(begin(&bench, (int64_t)lens[i]), 0);
		check_int(add(&bench, data, lens[i], 16 * KIB), 0);
		check_int(commit(&bench), 0);
		check(scratch_holds(there, data, lens[i]));
		check_int(bench.outcome.verified,
			algs[i] == DIGEST_NONE ? VERIFIED_NONE : VERIFIED_HASH);
		check(bench.body.pending.cap <=
			64 * KIB + 1); /* an idle one is small */
		free(there);
		free(data);
	}
	bench_release(&bench);
}

static void check_existing(size_t len)
{
	struct bench bench;
	char *data = pattern(len);

	bench_init(&bench);
	check_int(mkdir("out/sub", 0777), 0);
	check(scratch_write("out/sub/file", "old"));
	check_int(begin(&bench, -1), 0);
	check_int(add(&bench, data, len, 16 * KIB), 0);
	check(commit(&bench) != 0);
	check_int(bench.err.kind, KIND_EXISTS);
	check(scratch_is("out/sub/file", "old"));
	check_int(scratch_count(PARTS), 0);

	check_int(begin(&bench, -1), 0);
	check_int(add(&bench, data, len, 16 * KIB), 0);
	bench.how.existing = EXISTING_RENAME;
	check_int(commit(&bench), 0);
	check_str(bench.outcome.renamed, "sub/file.1");
	check(scratch_holds("out/sub/file.1", data, len));
	check(scratch_is("out/sub/file", "old"));
	outcome_release(&bench.outcome);

	check_int(begin(&bench, -1), 0);
	check_int(add(&bench, data, len, 16 * KIB), 0);
	bench.how.existing = EXISTING_OVERWRITE;
	check_int(commit(&bench), 0);
	check(bench.outcome.renamed == NULL);
	check(scratch_holds("out/sub/file", data, len));
	bench_release(&bench);
	free(data);
}

static void existing_files(void)
{
	check_existing(100);
	check_existing(600 * KIB);
}

/* The disk is full in the middle of a body, and at its end. */
static void disk_full(void)
{
	char *data = pattern(3 << 20);
	struct bench bench;

	check(scratch_tmpfs("small", "size=1m"));
	bench_open(&bench, "small");
	bench.entry->path = xstrdup("file");
	check(begin(&bench, 3 << 20) != 0); /* told before a byte has come */
	check_int(bench.err.kind, KIND_NO_ROOM);
	body_abort(&bench.body);
	check_int(begin(&bench, -1), 0);
	check(add(&bench, data, 3 << 20, 16 * KIB) != 0);
	check_int(bench.err.kind, KIND_DISK);
	body_abort(&bench.body);
	parts_end(bench.parts, bench.entry, false);
	check_int(scratch_count("small/.seine/parts"), 0);
	check_int(begin(&bench, -1), 0);
	check_int(add(&bench, data, 900 * KIB, 16 * KIB), 0);
	check_int(commit(&bench), 0);
	check(scratch_holds("small/file", data, 900 * KIB));
	free(bench.entry->path);
	bench.entry->path = xstrdup("file2");
	check_int(begin(&bench, -1), 0);
	check_int(add(&bench, data, 200 * KIB, 16 * KIB), 0);
	check(commit(&bench) != 0);
	check_int(bench.err.kind, KIND_DISK);
	check_int(scratch_count("small/.seine/parts"), 0);
	check(!scratch_there("small/file2"));
	bench_close(&bench);
	outdir_close(bench.outdir);
	scratch_remove("small");
	free(data);
}

/* A range of the file goes to the part, however small it is, and to its place; what was written
 * of it is told, and stays. */
static void ranges_go_to_the_part(void)
{
	struct version version = {.size = 1000 * KIB, .mtime = -1};
	struct part_facts facts = {.version = &version};
	static const struct range ranges[] = {{600 * KIB, 1000 * KIB - 1}, {10, 11},
		{0, 9}, {12, 300 * KIB - 1}, {300 * KIB, 600 * KIB - 1}};
	char *data = pattern(1000 * KIB);
	struct bench bench;

	bench_init(&bench);
	want_digest(&bench, DIGEST_SHA256, data, 1000 * KIB);
	for (size_t i = 0; i < ARRAY_LEN(ranges); i++) {
		bench.attempt.asked = ranges[i];
		check_int(body_begin(&bench.body, &bench.attempt, false, &facts,
				  &bench.err),
			0);
		check(body_is_part(&bench.body));
		check_int(add(&bench, data + ranges[i].first,
				  (size_t)range_length(ranges[i]), 16 * KIB),
			0);
		check_int(body_settle(&bench.body, &bench.outcome, &bench.err), 0);
		check_int(bench.outcome.written, range_length(ranges[i]));
		check_int(scratch_count(PARTS), 1);
	}
	bench.attempt.version.size = version.size;
	check_int(parts_commit(bench.parts, &bench.attempt, &bench.how, &bench.outcome,
			  &bench.err),
		0);
	check_int(bench.outcome.verified, VERIFIED_HASH);
	check(scratch_holds("out/sub/file", data, 1000 * KIB));
	bench_release(&bench);
	free(data);
}

/* In memory there is nothing that a later attempt could go on with. */
static void nothing_is_settled_in_memory(void)
{
	struct bench bench;

	bench_init(&bench);
	check_int(body_settle(&bench.body, &bench.outcome, &bench.err), 0);
	check_int(bench.outcome.written, 0);
	check_int(begin(&bench, 100), 0);
	check_int(add(&bench, "half", 4, 4), 0);
	check_int(body_settle(&bench.body, &bench.outcome, &bench.err), 0);
	check_int(bench.outcome.written, 0);
	check_int(scratch_count(PARTS), 0);
	bench_release(&bench);
}

static void all(void)
{
	run(all_sizes);
	run(uneven_blocks);
	run(all_digests);
	run(wrong_announcements);
	run(wrong_digest);
	run(fingerprint_is_of_the_bytes);
	run(announced_digests);
	run(errors_name_the_header);
	run(aborted);
	run(aborted_before_it_began);
	run(used_again);
	run(existing_files);
	run(ranges_go_to_the_part);
	run(nothing_is_settled_in_memory);
	run_if(scratch_can_mount(), "mounts are not allowed here", disk_full);
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
