/* test_part.c - the part of a large file: several attempts that write to it, in any order, and
 * what it proves. What another run finds of it is in test_part_runs.c. */
#include <openssl/evp.h>
#include <pthread.h>

#include "parting.h"
#include "store/proof.h"

/* Ends of pieces; each is brought by another attempt, in this order. */
static const int orders[][5] = {
	{0, 1, 2, 3, 4}, {4, 3, 2, 1, 0}, {0, 2, 1, 4, 3}, {2, 0, 4, 1, 3}};
static const int64_t cuts[] = {0, 1, 300 * KIB, 300 * KIB + 1, 900 * KIB, SIZE};

static void in_any_order(void)
{
	/* The pieces from the beginning on that came in their order need not be read. */
	static const int64_t unread[] = {
		0, SIZE - 1, SIZE - 300 * KIB, SIZE - 300 * KIB};

	for (size_t i = 0; i < ARRAY_LEN(orders) * 2; i++) {
		struct bench bench;

		bench_open(&bench, false);
		if (i % 2)
			want_digest(&bench, content, SIZE);
		for (int k = 0; k < 5; k++)
			bring(&bench, cuts[orders[i / 2][k]],
				cuts[orders[i / 2][k] + 1]);
		check(!scratch_there("out/sub"));
		check_int(parts_unread(bench.parts, &bench.attempt),
			i % 2 ? unread[i / 2] : 0);
		commit_ok(&bench);
		check_str(bench.outcome.verified_by, i % 2 ? "checksum" : NULL);
		bench_close(&bench, true);
	}
}

/* Two that write in turns: the one in front proves what it brings. */
static void two_at_a_time(void)
{
	struct part *front, *back;
	struct bench bench;

	bench_open(&bench, false);
	want_digest(&bench, content, SIZE);
	front = get(&bench);
	back = get(&bench);
	check(front == back);
	for (int64_t at = 0; at < 400 * KIB; at += 50 * KIB) {
		write_some(&bench, front, at, at + 50 * KIB);
		write_some(&bench, back, 400 * KIB + at, 400 * KIB + at + 50 * KIB);
	}
	part_put(front);
	check_int(parts_unread(bench.parts, &bench.attempt), SIZE - 400 * KIB);
	write_some(&bench, back, 800 * KIB, SIZE);
	part_put(back);
	commit_ok(&bench);
	bench_close(&bench, true);
}

static void wrong_digests(void)
{
	for (int i = 0; i < 2; i++) {
		struct bench bench;

		bench_open(&bench, i);
		want_digest(&bench, content, SIZE - 1);
		bring(&bench, 500 * KIB, SIZE);
		bring(&bench, 0, 500 * KIB);
		commit_fails(&bench, KIND_CHECKSUM);
		check(bench.outcome.wrong_digest != 0);
		check_int(scratch_count(PARTS), 0);
		/* It begins anew, as another generation. */
		want_digest(&bench, content, SIZE);
		bench.outcome.verified = VERIFIED_NONE;
		bring_all_as(&bench, 1);
		commit_ok(&bench);
		bench_close(&bench, true);
	}
}

/* What the server announced of the whole file, when its first bytes came. */
static void announced_digests(void)
{
	for (int wrong = 0; wrong < 2; wrong++) {
		struct part_facts facts = {.by = "repr-digest"};
		struct checksum sum;
		struct bench bench;

		bench_open(&bench, false);
		want_digest(&bench, content, (size_t)(SIZE - wrong));
		sum = bench.entry->checksum;
		bench.entry->checksum = (struct checksum){.alg = DIGEST_NONE};
		facts.version = &bench.version;
		facts.announced = &sum;
		part_put(parts_get(bench.parts, &bench.attempt, &facts, &bench.err));
		bring(&bench, 500 * KIB, SIZE);
		bring(&bench, 0, 500 * KIB);
		if (wrong) {
			commit_fails(&bench, KIND_CHECKSUM);
		} else {
			check_int(commit(&bench), 0);
			check_int(bench.outcome.verified, VERIFIED_HASH);
			check_str(bench.outcome.verified_by, "repr-digest");
		}
		bench_close(&bench, true);
	}
}

/* The first to bring bytes need not be the one whose server has announced it. */
static void a_digest_that_others_count_on(void)
{
	_cleanup_(buf_release) struct buf text = BUF_INIT;
	struct bench bench;

	bench_open(&bench, false);
	want_digest(&bench, content, (size_t)(SIZE - 1));
	checksum_add(&text, &bench.entry->checksum);
	bench.entry->checksum.alg = DIGEST_NONE;
	bench.attempt.version.digest = text.data;
	bench.attempt.version.digest_by = "repr-digest";
	bring(&bench, 0, SIZE);
	commit_fails(&bench, KIND_CHECKSUM);
	check(strstr(bench.err.text, "repr-digest"));
	bench_close(&bench, true);
}

/* What is wanted of the digest that a server announces. */
enum need {
	WELCOME,    /* one stream, or small: it is looked at where it can be */
	COUNTED_ON, /* by attempts that are under way ... */
	TO_BE       /* ... or that will begin, now that it is announced */
};

/* As in FIPS mode: libcrypto has it not. Who counts on it must not be left alone; a digest of the
 * user's makes up for it. */
static void a_digest_that_cannot_be_computed(void)
{
	for (int i = 0; i < 2 * (TO_BE + 1); i++) {
		enum need need = i / 2;
		struct bench bench;
		struct checksum sum;
		struct part_facts facts = {.version = &bench.version,
			.resumable = need != WELCOME,
			.announced = &sum,
			.by = "repr-digest"};
		struct part *part;
		char *text;

		bench_open(&bench, false);
		want_digest(&bench, content, SIZE);
		sum = bench.entry->checksum;
		text = digest_text(&bench, SIZE);
		bench.attempt.version.digest = need == COUNTED_ON ? text : NULL;
		bench.version.digest = text;
		if (i % 2)
			bench.entry->checksum = (struct checksum){.alg = DIGEST_CRC32};
		check_int(EVP_set_default_properties(NULL, "provider=none-such"), 1);
		part = parts_get(bench.parts, &bench.attempt, &facts, &bench.err);
		check_int(EVP_set_default_properties(NULL, ""), 1);
		check_int(part != NULL, need == WELCOME);
		check_int(bench.err.kind, part ? KIND_NONE : KIND_INTERNAL);
		part_put(part);
		free(text);
		bench_close(&bench, true);
	}
}

/* The digest that the user gives can be computed, which is all that is counted on then. */
static void a_stronger_digest_that_cannot_be_computed(void)
{
	struct proofs proofs = PROOFS_INIT;
	struct error err;
	struct bench bench;
	struct checksum stronger = {.alg = DIGEST_SHA512};

	bench_open(&bench, false);
	want_digest(&bench, content, SIZE);
	check_int(proofs_begin(&proofs, bench.entry, NULL, NULL, false, &err), 0);
	/* It is there already. */
	check_int(EVP_set_default_properties(NULL, "provider=none-such"), 1);
	check_int(proofs_begin(&proofs, bench.entry, &stronger, "x", true, &err), 0);
	check_int(EVP_set_default_properties(NULL, ""), 1);
	check_int(proofs_add(&proofs, content, SIZE, &err), 0);
	check_int(proofs_check(&proofs, &bench.outcome, &err), 0);
	check_int(bench.outcome.verified, VERIFIED_HASH);
	proofs_release(&proofs);
	bench_close(&bench, true);
}

static void a_length_that_nobody_knew(void)
{
	struct bench bench;

	bench_open(&bench, false);
	bench.version.size = -1;
	bring(&bench, 0, SIZE);
	check_int(commit(&bench), 0);
	check_int(bench.outcome.verified, VERIFIED_NONE);
	check(scratch_holds("out/sub/file", content, SIZE));
	bench_close(&bench, true);
}

static void the_time_of_the_server(void)
{
	for (int wanted = 0; wanted < 2; wanted++) {
		struct bench bench;
		struct stat info;

		bench_open(&bench, false);
		bench.attempt.version.mtime = wanted ? 1000000000 : -1;
		bring(&bench, 0, SIZE);
		commit_ok(&bench);
		check_int(stat("out/sub/file", &info), 0);
		check_int(info.st_mtime == 1000000000, wanted);
		bench_close(&bench, true);
	}
}

static int open_descriptors(void)
{
	return scratch_count("/proc/self/fd");
}

/* Nobody holds a descriptor for a part that nobody uses. */
static void closed_while_unused(void)
{
	struct part *first, *second;
	struct bench bench;
	int before;

	bench_open(&bench, false);
	before = open_descriptors();
	first = get(&bench);
	second = get(&bench);
	check_int(open_descriptors(), before + 1);
	part_put(first);
	check_int(open_descriptors(), before + 1);
	part_put(second);
	part_put(NULL);
	check_int(open_descriptors(), before);
	check_int(scratch_count(PARTS), 1);
	bring(&bench, 0, SIZE);
	commit_ok(&bench);
	bench_close(&bench, true);
}

/* Four files that come at the same time, block by block, and room for two of them. */
static void open_by_turns(void)
{
	struct entry *entries[4];
	struct part *parts[4];
	struct bench bench;
	int before;

	bench_open(&bench, true);
	parts_set_room(bench.parts, 2);
	before = open_descriptors();
	for (unsigned i = 0; i < 4; i++) {
		entries[i] = entry_new();
		entries[i]->number = 10 + i;
		entries[i]->path = xasprintf("sub/%u", i);
		bench.attempt.entry = entries[i];
		parts[i] = get(&bench);
	}
	for (int64_t at = 0; at < SIZE; at += 250 * KIB) {
		int64_t end = at + 250 * KIB < SIZE ? at + 250 * KIB : SIZE;

		for (int i = 0; i < 4; i++)
			write_some(&bench, parts[i], at, end);
		check_int(open_descriptors(), before + 2);
	}
	for (int i = 0; i < 4; i++) {
		char path[16];

		part_put(parts[i]);
		bench.attempt.entry = entries[i];
		check_int(commit(&bench), 0);
		snprintf(path, sizeof(path), "out/sub/%d", i);
		check(scratch_holds(path, content, SIZE));
		entry_free(entries[i]);
	}
	bench.attempt.entry = bench.entry;
	bench_close(&bench, true);
}

/* A newer generation has a part of its own; the older one's is gone as soon as those who use
 * it are, and nobody of the older one gets in the way any more. */
static void generations(void)
{
	struct part *old, *new;
	struct bench bench;

	bench_open(&bench, false);
	want_digest(&bench, content, SIZE);
	old = get_of(&bench, 0);
	check_int(part_write(old, 0, "rubbish", 7, &bench.err), 0);
	new = get_of(&bench, 2);
	check(new &&new != old);
	check_int(scratch_count(PARTS), 2);
	write_some(&bench, new, 0, SIZE);
	check_int(part_write(old, 7, "rubbish", 7, &bench.err), 0);
	check(get_of(&bench, 1) == NULL);
	check_int(bench.err.kind, KIND_CHANGED);
	part_put(old);
	check_int(scratch_count(PARTS), 1);
	check(get_of(&bench, 0) == NULL);
	part_put(new);
	bench.attempt.generation = 2;
	commit_ok(&bench);
	bench_close(&bench, true);
}

/* A name is given only to what was fetched. */
static void nothing_to_commit(void)
{
	struct bench bench;

	bench_open(&bench, false);
	commit_fails(&bench, KIND_INTERNAL);
	bring(&bench, 0, SIZE);
	bench.attempt.generation = 1;
	commit_fails(&bench, KIND_INTERNAL);
	check(!scratch_there("out/sub"));
	bench.attempt.generation = 0;
	commit_ok(&bench);
	check_int(commit(&bench), -1); /* once is all */
	check_int(bench.err.kind, KIND_INTERNAL);
	bench_close(&bench, true);
}

static void given_up(void)
{
	struct part *part;
	struct bench bench;

	bench_open(&bench, true);
	parts_end(bench.parts, bench.entry, false); /* there is none */
	bring(&bench, 0, 500 * KIB);
	check_int(scratch_count(PARTS), 1);
	parts_end(bench.parts, bench.entry, false);
	check_int(scratch_count(PARTS), 0);
	/* While it is used: when that ends. */
	part = get(&bench);
	parts_end(bench.parts, bench.entry, false);
	check_int(scratch_count(PARTS), 1);
	write_some(&bench, part, 0, 100);
	part_put(part);
	check_int(scratch_count(PARTS), 0);
	check(!parts_are_kept(bench.parts));
	bench_close(&bench, true);
}

/* --------------------------------------------------------------------------------------
 * Threads
 * ----------------------------------------------------------------------------------- */

struct writer {
	pthread_t thread;
	struct bench *bench;
	struct attempt attempt;
	int64_t first;
	int failures;
};

/* Every fourth piece of 10 KiB, each by an attempt of its own. */
static void *write_pieces(void *context)
{
	struct writer *self = context;
	struct part_facts facts = {.version = &self->bench->version, .resumable = true};

	for (int64_t at = self->first; at < SIZE; at += 40 * KIB) {
		int64_t len = SIZE - at < 10 * KIB ? SIZE - at : 10 * KIB;
		struct error err;
		struct part *part =
			parts_get(self->bench->parts, &self->attempt, &facts, &err);

		self->failures += !part || part_write(part, at, content + at,
						   (size_t)len, &err) != 0;
		self->failures +=
			part &&
			part_note(part, (struct range){at, at + len - 1}, &err) != 0;
		part_put(part);
	}
	return NULL;
}

static void many_threads(void)
{
	struct writer writers[4];
	struct bench bench;

	bench_open(&bench, true);
	want_digest(&bench, content, SIZE);
	for (int i = 0; i < 4; i++) {
		writers[i] = (struct writer){.bench = &bench,
			.attempt = bench.attempt,
			.first = i * 10 * KIB};
		check_int(pthread_create(
				  &writers[i].thread, NULL, write_pieces, &writers[i]),
			0);
	}
	for (int i = 0; i < 4; i++) {
		check_int(pthread_join(writers[i].thread, NULL), 0);
		check_int(writers[i].failures, 0);
	}
	commit_ok(&bench);
	bench_close(&bench, true);
}

int main(void)
{
	make_content();
	log_setup(LOG_QUIET, NULL, NULL);
	scratch_enter();
	run(in_any_order);
	run(two_at_a_time);
	run(wrong_digests);
	run(announced_digests);
	run(a_digest_that_others_count_on);
	run(a_digest_that_cannot_be_computed);
	run(a_stronger_digest_that_cannot_be_computed);
	run(a_length_that_nobody_knew);
	run(the_time_of_the_server);
	run(closed_while_unused);
	run(open_by_turns);
	run(generations);
	run(nothing_to_commit);
	run(given_up);
	run(many_threads);
	scratch_leave();
	return done();
}
