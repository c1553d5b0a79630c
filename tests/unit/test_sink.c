/* test_sink.c - part files and the way to their final names: what is promised when
 * names are taken and links are flipped. What the disk may do is in test_sink_faults.c.
 */
#include "store/sink.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <time.h>

#include "storing.h"

static void stores_small_bodies(void)
{
	struct outdir *outdir = open_ok("d");
	char name[256];

	store_ok(outdir, 1, "f", EXISTING_SKIP, "body");
	store_ok(outdir, 2, "empty", EXISTING_SKIP, "");
	store_ok(outdir, 3, "a/b/c", EXISTING_OVERWRITE, "deep");
	store_ok(outdir, UINT64_MAX, "a/b/d", EXISTING_RENAME, "last");
	store_ok(outdir, 0, "-n\n\x1b", EXISTING_SKIP, "odd");
	memset(name, 'n', 255);
	name[255] = '\0';
	store_ok(outdir, 4, name, EXISTING_SKIP, "long");
	check(scratch_is("d/f", "body"));
	check(scratch_is("d/empty", ""));
	check(scratch_is("d/a/b/c", "deep"));
	check(scratch_is("d/a/b/d", "last"));
	check(scratch_is("d/-n\n\x1b", "odd"));
	check_int(scratch_count("d"), 6);
	close_clean(outdir, "d");
}

static void refuses_bad_names(void)
{
	struct outdir *outdir = open_ok("d");
	char name[257];

	check(scratch_write("d/file", "x"));
	check_int(symlink("..", "d/up"), 0);
	memset(name, 'n', 256);
	name[256] = '\0';
	store_fails(outdir, name, EXISTING_SKIP, "b", KIND_BAD_NAME, ENAMETOOLONG);
	store_fails(outdir, name, EXISTING_OVERWRITE, "b", KIND_BAD_NAME, ENAMETOOLONG);
	store_fails(outdir, name, EXISTING_RENAME, "b", KIND_BAD_NAME, ENAMETOOLONG);
	store_fails(outdir, "", EXISTING_OVERWRITE, "b", KIND_BAD_NAME, 0);
	store_fails(outdir, "../f", EXISTING_OVERWRITE, "b", KIND_BAD_NAME, 0);
	store_fails(outdir, "/tmp/seine-f", EXISTING_OVERWRITE, "b", KIND_BAD_NAME, 0);
	store_fails(outdir, ".seine/lock", EXISTING_OVERWRITE, "b", KIND_BAD_NAME, 0);
	check_int(mkdir("d/.seine/parts/x", 0700), 0);
	store_fails(outdir, ".seine/parts/x", EXISTING_SKIP, "b", KIND_BAD_NAME, 0);
	check_int(rmdir("d/.seine/parts/x"), 0);
	check_int(scratch_count("d"), 3);
	check(!scratch_there("f") && !scratch_there("/tmp/seine-f"));
	close_clean(outdir, "d");
}

static void bad_parents_are_named(void)
{
	struct outdir *outdir = open_ok("d");
	struct error err;
	char *renamed;

	check(scratch_write("d/file", "x"));
	check_int(symlink("..", "d/up"), 0);
	check_int(store(outdir, 1, "file/f", EXISTING_OVERWRITE, "b", &renamed, &err),
		-1);
	check_int(err.kind, KIND_BAD_NAME);
	check(strstr(err.text, "'file'") != NULL);
	check_int(
		store(outdir, 1, "up/f", EXISTING_OVERWRITE, "b", &renamed, &err), -1);
	check_int(err.kind, KIND_BAD_NAME);
	check(strstr(err.text, "'up'") != NULL);
	check(!scratch_there("f"));
	close_clean(outdir, "d");
}

static void modes_follow_the_umask(void)
{
	static const struct {
		mode_t mask;
		unsigned file, dir;
	} cases[] = {{0, 0666, 0777}, {022, 0644, 0755}, {077, 0600, 0700},
		{002, 0664, 0775}};
	mode_t old = umask(022);

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct entry entry = {.number = 7, .path = (char *)"s/big"};
		struct outdir *outdir;
		struct sink *sink;
		char *renamed;

		umask(cases[i].mask);
		outdir = open_ok("d");
		sink = sink_open(outdir, &entry, NULL, -1, NULL);
		check_int(mode_of("d/.seine"), 0700);
		check_int(mode_of("d/.seine/parts"), 0700);
		check_int(mode_of("d/.seine/parts/7.part"), cases[i].file);
		check_int(sink_commit(sink, 0, AS(EXISTING_SKIP), &renamed, NULL), 0);
		store_ok(outdir, 1, "s/small", EXISTING_SKIP, "b");
		check_int(mode_of("d/s"), cases[i].dir);
		check_int(mode_of("d/s/big"), cases[i].file);
		check_int(mode_of("d/s/small"), cases[i].file);
		close_clean(outdir, "d");
	}
	umask(old);
}

static void fill(char *data, size_t len, unsigned seed)
{
	for (size_t i = 0; i < len; i++)
		data[i] = (char)((i * 2654435761u + seed) >> 13);
}

static void writes_large_bodies_in_any_order(void)
{
	enum { PIECE = 300001, PIECES = 9, LEN = PIECE * PIECES - 12345 };
	static const int64_t sizes[] = {-1, 0, LEN, LEN - 5, 2 * (int64_t)LEN};
	char *body = malloc(LEN);

	fill(body, LEN, 1);
	for (size_t s = 0; s < ARRAY_LEN(sizes); s++) {
		struct outdir *outdir = open_ok("d");
		struct entry entry = {.number = 9, .path = (char *)"a/large"};
		struct sink *sink = sink_open(outdir, &entry, NULL, sizes[s], NULL);
		char *renamed = body;
		struct stat info;

		check(sink != NULL);
		for (int i = 0; i < PIECES; i++) {
			int64_t at = (int64_t)(i * 5 % PIECES) * PIECE;
			size_t len = (size_t)(at + PIECE > LEN ? LEN - at : PIECE);

			check_int(sink_write(sink, at, body + at, len, NULL), 0);
		}
		check_int(sink_write(sink, 0, "", 0, NULL), 0);
		check(!scratch_there("d/a"));
		check_int(sink_commit(sink, LEN, AS(EXISTING_SKIP), &renamed, NULL), 0);
		check(renamed == NULL);
		check(scratch_holds("d/a/large", body, LEN));
		check_int(stat("d/a/large", &info), 0);
		/* Nothing of what was allocated beyond the end is kept. */
		check(info.st_blocks * 512 < LEN + (1 << 20));
		close_clean(outdir, "d");
	}
	free(body);
}

static void commit_sets_the_length(void)
{
	struct outdir *outdir = open_ok("d");
	struct entry entry = {.number = 9, .path = (char *)"f"};
	struct sink *sink = sink_open(outdir, &entry, NULL, -1, NULL);
	char *renamed;

	/* A restart from the front left more behind than the file is to have. */
	check_int(sink_write(sink, 0, "abcdef", 6, NULL), 0);
	check_int(sink_commit(sink, 3, AS(EXISTING_SKIP), &renamed, NULL), 0);
	check(scratch_is("d/f", "abc"));

	sink = sink_open(outdir, &entry, NULL, 4 << 20, NULL);
	check_int(sink_commit(sink, 0, AS(EXISTING_OVERWRITE), &renamed, NULL), 0);
	check(scratch_is("d/f", ""));

	sink = sink_open(outdir, &entry, NULL, -1, NULL);
	check_int(sink_write(sink, 2, "x", 1, NULL), 0);
	check_int(sink_commit(sink, 4, AS(EXISTING_OVERWRITE), &renamed, NULL), 0);
	check(scratch_holds("d/f", "\0\0x\0", 4));
	close_clean(outdir, "d");
}

/* As they are told to be; a time that is not known is now. */
static void dates_files(void)
{
	static const int64_t times[] = {0, 1000000000, 4000000000, -1};

	for (size_t i = 0; i < ARRAY_LEN(times) * 2; i++) {
		struct outdir *outdir = open_ok("d");
		struct entry entry = {.number = 9, .path = (char *)"f"};
		time_t before = time(NULL);
		char *renamed;
		struct stat info;

		if (i % 2) {
			check_int(
				sink_store(outdir, &entry,
					&(struct publication){.existing = EXISTING_SKIP,
						.mtime = times[i / 2]},
					"x", 1, &renamed, NULL),
				0);
		} else {
			struct sink *sink = sink_open(outdir, &entry, NULL, 1, NULL);

			check_int(sink_write(sink, 0, "x", 1, NULL), 0);
			check_int(
				sink_commit(sink, 1,
					&(struct publication){.existing = EXISTING_SKIP,
						.mtime = times[i / 2]},
					&renamed, NULL),
				0);
		}
		check_int(stat("d/f", &info), 0);
		if (times[i / 2] >= 0)
			check_int(info.st_mtime, times[i / 2]);
		else
			check(info.st_mtime >= before - 1);
		close_clean(outdir, "d");
	}
}

static void refuses_senseless_offsets(void)
{
	struct outdir *outdir = open_ok("d");
	struct entry entry = {.number = 9, .path = (char *)"f"};
	struct sink *sink = sink_open(outdir, &entry, NULL, -1, NULL);
	struct error err;

	check_int(sink_write(sink, -1, "x", 1, &err), -1);
	check_int(err.kind, KIND_INTERNAL);
	check_int(sink_write(sink, INT64_MAX, "xy", 2, &err), -1);
	check_int(err.kind, KIND_INTERNAL);
	check_int(sink_write(sink, 0, "xy", SIZE_MAX, &err), -1);
	check_int(err.kind, KIND_INTERNAL);
	sink_abort(sink);
	close_clean(outdir, "d");
}

static void abort_removes_the_part(void)
{
	struct outdir *outdir = open_ok("d");
	struct entry entry = {.number = 3, .path = (char *)"f"};
	struct sink *sink = sink_open(outdir, &entry, NULL, 2 << 20, NULL);

	check_int(sink_write(sink, 0, "x", 1, NULL), 0);
	check(scratch_there("d/.seine/parts/3.part"));
	sink_abort(sink);
	sink_abort(NULL);
	check(!scratch_there("d/f"));
	close_clean(outdir, "d");
}

static void numbers_may_repeat(void)
{
	struct outdir *outdir = open_ok("d");
	struct entry entries[3] = {{.number = 3, .path = (char *)"a"},
		{.number = 3, .path = (char *)"b"}, {.number = 3, .path = (char *)"c"}};
	struct sink *sinks[3];
	char *renamed;

	/* And a link of that name must not be written through. */
	check(scratch_write("d/victim", "precious"));
	check_int(symlink("../../victim", "d/.seine/parts/3.part"), 0);
	for (int i = 0; i < 3; i++)
		sinks[i] = sink_open(outdir, &entries[i], NULL, -1, NULL);
	store_ok(outdir, 3, "s", EXISTING_SKIP, "small");
	for (int i = 0; i < 3; i++)
		check_int(sink_write(sinks[i], 0, &"xyz"[i], 1, NULL), 0);
	sink_abort(sinks[1]);
	check_int(sink_commit(sinks[2], 1, AS(EXISTING_SKIP), &renamed, NULL), 0);
	check_int(sink_commit(sinks[0], 1, AS(EXISTING_SKIP), &renamed, NULL), 0);
	check(scratch_is("d/a", "x"));
	check(!scratch_there("d/b"));
	check(scratch_is("d/c", "z"));
	check(scratch_is("d/victim", "precious"));
	check_int(unlink("d/.seine/parts/3.part"), 0);
	close_clean(outdir, "d");
}

/* What may turn up under the final name during a transfer. */
enum obstacle { A_FILE, A_LINK, A_DANGLING_LINK, A_DIR, OBSTACLES };

static void place(enum obstacle obstacle)
{
	check(scratch_write("victim", "precious"));
	switch (obstacle) {
	case A_FILE:
		check(scratch_write("d/s/f.txt", "theirs"));
		break;
	case A_LINK:
		check_int(symlink("../../victim", "d/s/f.txt"), 0);
		break;
	case A_DANGLING_LINK:
		check_int(symlink("../../new", "d/s/f.txt"), 0);
		break;
	default:
		check_int(mkdir("d/s/f.txt", 0777), 0);
		break;
	}
}

/* Nothing outside was touched, and the obstacle is as it was, unless `gone`. */
static void check_untouched(enum obstacle obstacle, bool gone)
{
	struct stat info;

	check(scratch_is("victim", "precious"));
	check(!scratch_there("new"));
	if (gone)
		return;
	check_int(lstat("d/s/f.txt", &info), 0);
	if (obstacle == A_FILE)
		check(scratch_is("d/s/f.txt", "theirs"));
	else if (obstacle == A_DIR)
		check(S_ISDIR(info.st_mode));
	else
		check(S_ISLNK(info.st_mode));
}

/* Make the file `ours`, large or small, with the obstacle put there in mid-transfer. */
static int transfer(struct outdir *outdir, enum obstacle obstacle, bool large,
	enum existing existing, char **renamed, struct error *err)
{
	struct entry entry = {.number = 5, .path = (char *)"s/f.txt"};
	struct sink *sink;

	memset(err, 0, sizeof(*err));
	*renamed = (char *)"rubbish";
	check_int(mkdir("d/s", 0777), 0);
	if (!large) {
		place(obstacle);
		return sink_store(
			outdir, &entry, AS(existing), "ours", 4, renamed, err);
	}
	sink = sink_open(outdir, &entry, NULL, 4, NULL);
	check_int(sink_write(sink, 0, "ou", 2, NULL), 0);
	place(obstacle);
	check_int(sink_write(sink, 2, "rs", 2, NULL), 0);
	return sink_commit(sink, 4, AS(existing), renamed, err);
}

static void skip_leaves_what_is_there(void)
{
	for (int i = 0; i < OBSTACLES * 2; i++) {
		struct outdir *outdir = open_ok("d");
		struct error err;
		char *renamed;

		check_int(transfer(outdir, i / 2, i % 2, EXISTING_SKIP, &renamed, &err),
			-1);
		check_int(err.kind, KIND_EXISTS);
		check(strstr(err.text, "s/f.txt") != NULL);
		check(renamed == NULL);
		check_untouched(i / 2, false);
		close_clean(outdir, "d");
	}
}

static void overwrite_replaces_but_no_directory(void)
{
	for (int i = 0; i < OBSTACLES * 2; i++) {
		struct outdir *outdir = open_ok("d");
		bool dir = i / 2 == A_DIR;
		struct error err;
		char *renamed;
		int result = transfer(
			outdir, i / 2, i % 2, EXISTING_OVERWRITE, &renamed, &err);

		check_int(result, dir ? -1 : 0);
		check_int(err.kind, dir ? KIND_EXISTS : KIND_NONE);
		check(renamed == NULL);
		check_untouched(i / 2, !dir);
		if (!dir)
			check(scratch_is("d/s/f.txt", "ours"));
		close_clean(outdir, "d");
	}
}

static void rename_takes_another_name(void)
{
	for (int i = 0; i < OBSTACLES * 2; i++) {
		struct outdir *outdir = open_ok("d");
		struct error err;
		char *renamed;

		check_int(
			transfer(outdir, i / 2, i % 2, EXISTING_RENAME, &renamed, &err),
			0);
		check_str(renamed, "s/f.1.txt");
		check(scratch_is("d/s/f.1.txt", "ours"));
		check_untouched(i / 2, false);
		free(renamed);
		close_clean(outdir, "d");
	}
}

static void rename_skips_what_is_taken(void)
{
	struct outdir *outdir = open_ok("d");
	struct error err;
	char *renamed;

	store_ok(outdir, 1, "f.txt", EXISTING_RENAME, "free");
	check(scratch_write("d/f.1.txt", "one"));
	check_int(symlink("../new", "d/f.2.txt"), 0);
	check_int(mkdir("d/f.3.txt", 0777), 0);
	check_int(
		store(outdir, 1, "f.txt", EXISTING_RENAME, "four", &renamed, &err), 0);
	check_str(renamed, "f.4.txt");
	free(renamed);
	check(scratch_is("d/f.txt", "free"));
	check(scratch_is("d/f.1.txt", "one"));
	check(scratch_is("d/f.4.txt", "four"));
	check(!scratch_there("new"));
	close_clean(outdir, "d");
}

static void rename_ends(void)
{
	struct outdir *outdir = open_ok("d");
	struct error err;
	char path[64], *renamed;

	check(scratch_write("d/f", "theirs"));
	for (int i = 1; i <= 9999; i++) {
		snprintf(path, sizeof(path), "d/f.%d", i);
		if (i != 9999)
			check_int(symlink("x", path), 0);
	}
	check_int(store(outdir, 1, "f", EXISTING_RENAME, "last", &renamed, &err), 0);
	check_str(renamed, "f.9999");
	free(renamed);
	store_fails(outdir, "f", EXISTING_RENAME, "none", KIND_EXISTS, EEXIST);
	check(!scratch_there("d/f.10000"));
	close_clean(outdir, "d");
}

static void makes_removed_directories_again(void)
{
	struct outdir *outdir = open_ok("d");
	struct entry entry = {.number = 2, .path = (char *)"s/t/g"};
	struct sink *sink = sink_open(outdir, &entry, NULL, -1, NULL);
	char *renamed;

	store_ok(outdir, 1, "s/t/f", EXISTING_SKIP, "one");
	scratch_remove("d/s");
	store_ok(outdir, 1, "s/t/f", EXISTING_SKIP, "two");
	check(scratch_is("d/s/t/f", "two"));
	scratch_remove("d/s");
	check_int(mkdir("d/s", 0777), 0);
	check_int(sink_commit(sink, 0, AS(EXISTING_SKIP), &renamed, NULL), 0);
	check(scratch_is("d/s/t/g", ""));
	close_clean(outdir, "d");
}

/* Where the file system cannot rename without replacing, links must do the same. */
static void without_renameat2(void)
{
	static void (*const tests[])(void) = {stores_small_bodies,
		skip_leaves_what_is_there, overwrite_replaces_but_no_directory,
		rename_takes_another_name, rename_skips_what_is_taken,
		makes_removed_directories_again};

	for (size_t i = 0; i < ARRAY_LEN(tests); i++) {
		scratch_run_denied(tests[i], SYS_renameat2, EINVAL);
		scratch_run_denied(tests[i], SYS_renameat2, ENOSYS);
	}
}

struct flipper {
	pthread_t thread;
	_Atomic bool stop;
};

static void *flip(void *context)
{
	struct flipper *flipper = context;

	while (!atomic_load(&flipper->stop))
		renameat2(AT_FDCWD, "d/sub", AT_FDCWD, "d/other", RENAME_EXCHANGE);
	return NULL;
}

/* sub is now a directory, now a link to the victim: every file that is said to be
 * stored is in one of our directories, and the victim stays empty. */
static void a_flipping_link_leads_nowhere(void)
{
	struct flipper flipper = {.stop = false};
	struct outdir *outdir = open_ok("d");
	int stored = 0, refused = 0;

	check_int(mkdir("outside", 0777), 0);
	check_int(mkdir("d/sub", 0777), 0);
	check_int(symlink("../outside", "d/other"), 0);
	check_int(pthread_create(&flipper.thread, NULL, flip, &flipper), 0);
	for (unsigned i = 0; i < 200000 && (i < 3000 || !stored || !refused); i++) {
		struct error err;
		char path[32], *renamed;

		snprintf(path, sizeof(path), "sub/f%u", i);
		if (store(outdir, i, path, i % 3, "x", &renamed, &err) == 0) {
			stored++;
		} else {
			check_int(err.kind, KIND_BAD_NAME);
			refused++;
		}
		(void)outdir_trim(outdir);
	}
	atomic_store(&flipper.stop, true);
	pthread_join(flipper.thread, NULL);
	check(stored > 0 && refused > 0);
	check_int(scratch_count("outside"), 0);
	check_int(unlink("d/sub") == 0 ? rename("d/other", "d/sub") : 0, 0);
	check_int(scratch_count("d/sub"), stored);
	close_clean(outdir, "d");
	scratch_remove("outside");
}

struct writer {
	pthread_t thread;
	struct outdir *outdir;
	unsigned id;
	int wrong;
};

static void *write_many(void *context)
{
	struct writer *self = context;

	for (unsigned i = 0; i < 500; i++) {
		char path[64], body[64], *renamed;
		struct error err;

		snprintf(path, sizeof(path), "s%u/t%u/f.%u.%u", i % 7, i % 13, self->id,
			i);
		snprintf(body, sizeof(body), "%u %u", self->id, i);
		/* All threads use the same numbers. */
		self->wrong += store(self->outdir, i, path, EXISTING_SKIP, body,
				       &renamed, &err) < 0;
		/* And fight for one name, each but one getting another. */
		snprintf(path, sizeof(path), "same/%u", i % 100);
		self->wrong += store(self->outdir, i, path, EXISTING_RENAME, body,
				       &renamed, &err) < 0;
		free(renamed);
	}
	return NULL;
}

static void many_threads(void)
{
	struct writer writers[6];
	struct outdir *outdir = open_ok("d");

	for (unsigned i = 0; i < ARRAY_LEN(writers); i++) {
		writers[i] = (struct writer){.outdir = outdir, .id = i};
		check_int(pthread_create(
				  &writers[i].thread, NULL, write_many, &writers[i]),
			0);
	}
	for (unsigned i = 0; i < ARRAY_LEN(writers); i++) {
		check_int(pthread_join(writers[i].thread, NULL), 0);
		check_int(writers[i].wrong, 0);
	}
	for (unsigned i = 0; i < ARRAY_LEN(writers) * 500; i++) {
		unsigned k = i % 500;
		char path[64], body[64];

		snprintf(path, sizeof(path), "d/s%u/t%u/f.%u.%u", k % 7, k % 13,
			i / 500, k);
		snprintf(body, sizeof(body), "%u %u", i / 500, k);
		check(scratch_is(path, body));
	}
	check_int(scratch_count("d/same"), 6 * 500);
	close_clean(outdir, "d");
}

int main(void)
{
	bool denies;

	scratch_enter();
	denies = scratch_denies();
	run(stores_small_bodies);
	run(refuses_bad_names);
	run(bad_parents_are_named);
	run(modes_follow_the_umask);
	run(writes_large_bodies_in_any_order);
	run(commit_sets_the_length);
	run(dates_files);
	run(refuses_senseless_offsets);
	run(abort_removes_the_part);
	run(numbers_may_repeat);
	run(skip_leaves_what_is_there);
	run(overwrite_replaces_but_no_directory);
	run(rename_takes_another_name);
	run(rename_skips_what_is_taken);
	run(rename_ends);
	run(makes_removed_directories_again);
	run_if(denies, "seccomp is not to be had", without_renameat2);
	run(a_flipping_link_leads_nowhere);
	run(many_threads);
	scratch_leave();
	return done();
}
