/* test_part.c - the part of a large file: several attempts that write to it, in any order, what
 * it proves, and what another run finds of it. */
#include "store/part.h"

#include <pthread.h>
#include <sys/syscall.h>

#include "base/alloc.h"
#include "scratch.h"
#include "store/digest.h"
#include "store/journal.h"

#define KIB INT64_C(1024)
#define SIZE (1000 * KIB + 7)
#define PARTS "out/.seine/parts"

/* One run of a job of one entry. */
struct bench {
	struct outdir *outdir;
	struct journal *journal; /* NULL: nothing is kept */
	struct parts *parts;
	struct settings settings;
	struct entry *entry;
	struct version version;
	struct attempt attempt;
	struct outcome outcome;
	struct error err;
};

static unsigned char content[SIZE];

static void bench_open(struct bench *bench, bool journaled)
{
	*bench = (struct bench){.settings = {.existing = EXISTING_SKIP},
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
	bench->attempt = (struct attempt){.entry = bench->entry, .version = bench->version};
	outcome_init(&bench->outcome);
}

/* `complete`: nothing may be left. */
static void bench_close(struct bench *bench, bool complete)
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

static void want_digest(struct bench *bench, const void *data, size_t len)
{
	struct digest *digest = digest_new(DIGEST_SHA256, NULL);

	check_int(digest_update(digest, data, len, NULL), 0);
	check_int(digest_final(digest, &bench->entry->checksum, NULL), 0);
	digest_free(digest);
}

static struct part *get_of(struct bench *bench, unsigned generation)
{
	struct part_facts facts = {.version = &bench->version, .resumable = true};

	bench->attempt.generation = generation;
	return parts_get(bench->parts, &bench->attempt, &facts, &bench->err);
}

static struct part *get(struct bench *bench)
{
	struct part *part = get_of(bench, 0);

	check(part != NULL);
	return part;
}

/* The content from `first` to before `end`, in blocks. */
static void write_some(struct bench *bench, struct part *part, int64_t first, int64_t end)
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
static void bring(struct bench *bench, int64_t first, int64_t end)
{
	struct part *part = get(bench);

	write_some(bench, part, first, end);
	check_int(part_note(part, (struct range){first, end - 1}, &bench->err), 0);
	part_put(part);
}

/* The whole file at once. */
static void bring_all_as(struct bench *bench, unsigned generation)
{
	struct part *part = get_of(bench, generation);

	check(part != NULL);
	write_some(bench, part, 0, SIZE);
	part_put(part);
}

static int commit(struct bench *bench)
{
	return parts_commit(bench->parts, &bench->attempt, &bench->settings,
		&bench->outcome, &bench->err);
}

static void commit_ok(struct bench *bench)
{
	check_int(commit(bench), 0);
	check_int(bench->outcome.verified, bench->entry->checksum.alg == DIGEST_NONE
						   ? VERIFIED_LENGTH
						   : VERIFIED_HASH);
	check(scratch_holds("out/sub/file", content, SIZE));
}

static void commit_fails(struct bench *bench, enum kind kind)
{
	check_int(commit(bench), -1);
	check_str(kind_name(bench->err.kind), kind_name(kind));
	check(!scratch_holds("out/sub/file", content, SIZE));
}

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
		bench.settings.remote_time = wanted;
		bench.attempt.version.mtime = 1000000000;
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
	check(new && new != old);
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
 * Another run
 * ----------------------------------------------------------------------------------- */

/* A run that brings three pieces and is broken off. */
static void first_run(void)
{
	struct bench bench;

	bench_open(&bench, true);
	check(parts_resume(bench.parts, bench.entry) == NULL);
	bring(&bench, 0, 100 * KIB);
	bring(&bench, 500 * KIB, 600 * KIB);
	bring(&bench, 100 * KIB, 200 * KIB);
	parts_end(bench.parts, bench.entry, true);
	check(parts_are_kept(bench.parts));
	check(!scratch_there("out/sub"));
	bench_close(&bench, false);
}

static void another_run_goes_on(void)
{
	for (int digest = 0; digest < 2; digest++) {
		struct resume *resume;
		struct bench bench;

		first_run();
		bench_open(&bench, true);
		if (digest)
			want_digest(&bench, content, SIZE);
		resume = bench.entry->resume = parts_resume(bench.parts, bench.entry);
		check(resume != NULL);
		check_int(resume->version.size, SIZE);
		check_str(resume->version.etag, "\"v1\"");
		check_int(resume->n_ranges, 2);
		check_int(resume->ranges[0].first, 0);
		check_int(resume->ranges[0].last, 200 * KIB - 1);
		check_int(resume->ranges[1].first, 500 * KIB);
		check_int(resume->ranges[1].last, 600 * KIB - 1);
		bring(&bench, 200 * KIB, 500 * KIB);
		bring(&bench, 600 * KIB, SIZE);
		check_int(scratch_count(PARTS), 1);
		check_int(parts_unread(bench.parts, &bench.attempt), digest ? SIZE : 0);
		commit_ok(&bench);
		check(parts_resume(bench.parts, bench.entry) == NULL);
		bench_close(&bench, true);
	}
}

/* Everything was there, and only the name was missing. */
static void another_run_commits(void)
{
	struct bench bench;

	bench_open(&bench, true);
	bring(&bench, 0, SIZE);
	parts_end(bench.parts, bench.entry, true);
	bench_close(&bench, false);
	bench_open(&bench, true);
	want_digest(&bench, content, SIZE);
	bench.entry->resume = parts_resume(bench.parts, bench.entry);
	check(bench.entry->resume != NULL);
	check_int(parts_unread(bench.parts, &bench.attempt), SIZE);
	commit_ok(&bench);
	bench_close(&bench, true);
}

/* The file has changed since: what was left is dropped, and forgotten. */
static void another_run_begins_anew(void)
{
	struct bench bench;

	first_run();
	bench_open(&bench, true);
	bench.entry->resume = parts_resume(bench.parts, bench.entry);
	check(bench.entry->resume != NULL);
	part_put(get(&bench)); /* the old one, until the first answer */
	bench.version.etag = bench.attempt.version.etag = (char *)"\"v2\"";
	bring_all_as(&bench, 1);
	check_int(scratch_count(PARTS), 1);
	check(parts_resume(bench.parts, bench.entry) == NULL);
	commit_ok(&bench);
	bench_close(&bench, true);
}

static char *part_path(void)
{
	DIR *dir = opendir(PARTS);
	struct dirent *item;
	char *path = NULL;

	while (dir && (item = readdir(dir)))
		if (item->d_name[0] != '.')
			path = xasprintf(PARTS "/%s", item->d_name);
	closedir(dir);
	check(path != NULL);
	return path;
}

enum damage {
	NO_DAMAGE,
	REMOVED,
	TOO_SHORT,
	A_LINK,
	LINKED_TWICE,
	A_DIRECTORY,
	OTHER_URLS,
	OTHER_PATH,
	DAMAGES
};

static void do_damage(enum damage damage, const char *path)
{
	switch (damage) {
	case REMOVED:
		check_int(unlink(path), 0);
		break;
	case TOO_SHORT:
		check_int(truncate(path, 600 * KIB - 1), 0);
		break;
	case A_LINK:
		check_int(rename(path, "moved"), 0);
		check_int(symlink("../../../moved", path), 0);
		break;
	case LINKED_TWICE:
		check_int(link(path, "moved"), 0);
		break;
	case A_DIRECTORY:
		check_int(unlink(path), 0);
		check_int(mkdir(path, 0700), 0);
		break;
	default:
		break;
	}
}

/* Only what is certainly the same is gone on with. */
static void what_cannot_be_gone_on_with(void)
{
	for (enum damage damage = NO_DAMAGE; damage < DAMAGES; damage++) {
		struct resume *resume;
		struct bench bench;
		char *path;

		first_run();
		path = part_path();
		do_damage(damage, path);
		bench_open(&bench, true);
		if (damage == OTHER_URLS)
			strings_add(&bench.entry->urls, "http://b.test/file");
		if (damage == OTHER_PATH) {
			free(bench.entry->path);
			bench.entry->path = xstrdup("sub/file2");
		}
		resume = parts_resume(bench.parts, bench.entry);
		if ((resume != NULL) != (damage == NO_DAMAGE))
			printf("# damage %d\n", damage);
		check_int(resume != NULL, damage == NO_DAMAGE);
		resume_free(resume);
		bench_close(&bench, false);
		scratch_remove("out");
		unlink("moved");
		free(path);
	}
}

/* Without a validator no other run could ask for the rest: it is not told of. */
static void what_nothing_pins_is_not_kept(void)
{
	struct part_facts facts;
	struct bench bench;
	struct part *part;

	bench_open(&bench, true);
	facts = (struct part_facts){.version = &bench.version};
	part = parts_get(bench.parts, &bench.attempt, &facts, &bench.err);
	write_some(&bench, part, 0, 500 * KIB);
	check_int(part_note(part, (struct range){0, 500 * KIB - 1}, &bench.err), 0);
	part_put(part);
	parts_end(bench.parts, bench.entry, true);
	check(!parts_are_kept(bench.parts));
	bench_close(&bench, true);
}

/* --------------------------------------------------------------------------------------
 * Commits that fail
 * ----------------------------------------------------------------------------------- */

static void a_name_that_is_taken(void)
{
	struct bench bench;

	bench_open(&bench, true);
	check_int(mkdir("out/sub", 0777), 0);
	check(scratch_write("out/sub/file", "theirs"));
	bring(&bench, 0, SIZE);
	commit_fails(&bench, KIND_EXISTS);
	check(scratch_is("out/sub/file", "theirs"));
	check_int(scratch_count(PARTS), 0);
	check(!parts_are_kept(bench.parts));
	bench_close(&bench, true);
}

static void the_disk_refuses(void)
{
	struct bench bench;

	bench_open(&bench, true);
	bring(&bench, 0, SIZE);
	check(scratch_deny(SYS_renameat2, EIO));
	commit_fails(&bench, KIND_DISK);
	check_int(scratch_count(PARTS), 1);
	check(parts_are_kept(bench.parts));
	bench_close(&bench, false);
}

/* What it did not take in this run it may take in the next: nothing is fetched again. */
static void what_the_disk_refuses_is_kept(void)
{
	struct bench bench;

	scratch_run_denied(the_disk_refuses, 0, 0);
	bench_open(&bench, true);
	bench.entry->resume = parts_resume(bench.parts, bench.entry);
	check(bench.entry->resume != NULL);
	commit_ok(&bench);
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
		struct part *part = parts_get(
			self->bench->parts, &self->attempt, &facts, &err);

		self->failures += !part || part_write(part, at, content + at,
						   (size_t)len, &err) != 0;
		self->failures +=
			part && part_note(part, (struct range){at, at + len - 1},
					&err) != 0;
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
		check_int(pthread_create(&writers[i].thread, NULL, write_pieces,
				  &writers[i]),
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
	for (size_t i = 0; i < SIZE; i++)
		content[i] = (unsigned char)(i * 31 + (i >> 8) * 7 + (i >> 16));
	log_setup(LOG_QUIET, NULL, NULL);
	scratch_enter();
	run(in_any_order);
	run(two_at_a_time);
	run(wrong_digests);
	run(announced_digests);
	run(a_length_that_nobody_knew);
	run(the_time_of_the_server);
	run(closed_while_unused);
	run(generations);
	run(nothing_to_commit);
	run(given_up);
	run(another_run_goes_on);
	run(another_run_commits);
	run(another_run_begins_anew);
	run(what_cannot_be_gone_on_with);
	run(what_nothing_pins_is_not_kept);
	run(a_name_that_is_taken);
	run_if(scratch_denies(), "seccomp is not to be had",
		what_the_disk_refuses_is_kept);
	run(many_threads);
	scratch_leave();
	return done();
}
