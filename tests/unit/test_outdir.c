/* test_outdir.c - the output directory, and the ways into the directories below while
 * somebody plays with links. Its lock is in test_workdir.c. */
#include "store/outdir.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "storing.h"

static void makes_and_leaves_nothing(void)
{
	static const char *const spellings[] = {
		"a/b/c", "a/b/c/", "a//b/./c", "./a/../a/b/c"};

	for (size_t i = 0; i < ARRAY_LEN(spellings); i++) {
		struct outdir *outdir = open_ok(spellings[i]);
		char text[32];

		check_int(mode_of("a/b/c/.seine"), 0700);
		check_int(mode_of("a/b/c/.seine/parts"), 0700);
		snprintf(text, sizeof(text), "%ld\n", (long)getpid());
		check(scratch_is("a/b/c/.seine/lock", text));
		outdir_close(outdir);
		check_int(scratch_count("a/b/c"), 0);
	}
	outdir_close(NULL);
	scratch_remove("a");
}

/* Whether the directory is new, not one on the way to it. */
static void is_new(void)
{
	static const struct {
		const char *dir;
		bool new;
	} cases[] = {
		{"a/b", true},
		{"a/b", false},
		{"a/b/", false},
		{"a/c///", true},
		{"d/../a", false},
		{"d/../e", true},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct outdir *outdir = open_ok(cases[i].dir);

		check_int(outdir_is_new(outdir), cases[i].new);
		outdir_close(outdir);
	}
	scratch_remove("a");
	scratch_remove("d");
	scratch_remove("e");
}

static void umask_rules(void)
{
	mode_t old = umask(027);
	struct outdir *outdir = open_ok("new/dir");

	check_int(mode_of("new"), 0750);
	check_int(mode_of("new/dir"), 0750);
	outdir_close(outdir);
	umask(old);
	scratch_remove("new");
}

static void the_user_may_give_a_link(void)
{
	struct outdir *outdir;

	check_int(mkdir("real", 0777), 0);
	check_int(symlink("real", "link"), 0);
	outdir = open_ok("link");
	check(scratch_there("real/.seine/lock"));
	outdir_close(outdir);
	scratch_remove("link");
	scratch_remove("real");
}

static void cannot_be_made(void)
{
	check(scratch_write("file", "x"));
	check_int(symlink("nowhere", "dangling"), 0);
	open_fails("file", KIND_DISK, "file");
	open_fails("file/below", KIND_DISK, "file/below");
	open_fails("dangling/below", KIND_DISK, "dangling/below");
	open_fails("", KIND_DISK, "");
	check(scratch_is("file", "x"));
	check(!scratch_there("nowhere"));
	scratch_remove("file");
	scratch_remove("dangling");
}

/* Ask for the parent of a path; is it the directory of that name? */
static bool parent_is(struct outdir *outdir, const char *path, const char *dir)
{
	struct error err = {.kind = KIND_NONE};
	const char *base = NULL;
	struct outdir_parent *parent = outdir_parent(outdir, path, &base, &err);
	struct stat got, want;
	bool same;

	if (!parent) {
		printf("# %s: %s\n", path, err.text);
		return false;
	}
	same = fstat(outdir_parent_fd(parent), &got) == 0 && stat(dir, &want) == 0 &&
	       got.st_ino == want.st_ino && got.st_dev == want.st_dev && base >= path &&
	       strchr(base, '/') == NULL && base + strlen(base) == path + strlen(path);
	outdir_parent_put(outdir, parent);
	return same;
}

static void parent_fails(
	struct outdir *outdir, const char *path, enum kind kind, const char *text)
{
	struct error err = {.kind = KIND_NONE};
	const char *base;
	struct outdir_parent *parent = outdir_parent(outdir, path, &base, &err);

	check(parent == NULL);
	check_str(kind_name(err.kind), kind_name(kind));
	if (!strstr(err.text, text)) {
		printf("# \"%s\": no \"%s\" in \"%s\"\n", path, text, err.text);
		check(false);
	}
	if (parent)
		outdir_parent_put(outdir, parent);
}

static void finds_parents(void)
{
	struct outdir *outdir = open_ok("d");

	check(parent_is(outdir, "flat", "d"));
	check_int(scratch_count("d"), 1);
	check(parent_is(outdir, "one/f", "d/one"));
	check(parent_is(outdir, "x/y/z/f", "d/x/y/z"));
	check(parent_is(outdir, "x/y/z/f", "d/x/y/z"));
	check(parent_is(outdir, "x/y/f", "d/x/y"));
	check(parent_is(outdir, ".seined/f", "d/.seined"));
	check(parent_is(outdir, "x/.seine/f", "d/x/.seine"));
	check(parent_is(outdir, "..a/...", "d/..a"));
	outdir_close(outdir);
	check(!scratch_there("d/.seine"));
	scratch_remove("d");
}

static void refuses_unsafe_paths(void)
{
	static const char *const unsafe[] = {"", "/", "/x", ".", "..", "../x",
		"a/../../x", "a/..", "a/.", "./a", "a//b", "a/", "//", ".seine",
		".seine/lock", ".SeInE/parts/x"};
	struct outdir *outdir = open_ok("d");

	check(scratch_write("x", "outside"));
	for (size_t i = 0; i < ARRAY_LEN(unsafe); i++) {
		parent_fails(outdir, unsafe[i], KIND_BAD_NAME, unsafe[i]);
		check(outdir_size(outdir, unsafe[i]) < 0);
	}
	check_int(scratch_count("d"), 1);
	outdir_close(outdir);
	scratch_remove("d");
	scratch_remove("x");
}

static void stops_at_files_and_links(void)
{
	struct outdir *outdir = open_ok("d");
	char long_name[300] = "a/";

	check_int(mkdir("victim", 0777), 0);
	check_int(mkdir("d/a", 0777), 0);
	check_int(mkdir("d/a/sub", 0777), 0);
	check(scratch_write("d/a/file", "x"));
	check_int(symlink("../../victim", "d/a/out"), 0);
	check_int(symlink("/", "d/abs"), 0);
	check_int(symlink("a", "d/inner"), 0);
	check_int(symlink("nowhere", "d/dangling"), 0);
	check_int(symlink("loop", "d/loop"), 0);

	parent_fails(outdir, "a/file/f", KIND_BAD_NAME, "'a/file'");
	parent_fails(outdir, "a/file/b/c/f", KIND_BAD_NAME, "'a/file'");
	parent_fails(outdir, "a/out/f", KIND_BAD_NAME, "'a/out'");
	parent_fails(outdir, "a/out/b/c/f", KIND_BAD_NAME, "'a/out'");
	parent_fails(outdir, "abs/tmp/f", KIND_BAD_NAME, "'abs'");
	parent_fails(outdir, "inner/f", KIND_BAD_NAME, "'inner'");
	parent_fails(outdir, "inner/sub/f", KIND_BAD_NAME, "'inner'");
	parent_fails(outdir, "dangling/f", KIND_BAD_NAME, "'dangling'");
	parent_fails(outdir, "loop/f", KIND_BAD_NAME, "'loop'");
	check(outdir_size(outdir, "a/out/../victim") < 0);
	check(outdir_size(outdir, "abs/tmp") < 0);
	check(outdir_size(outdir, "inner/file") < 0);
	check(outdir_size(outdir, "a/file/f") < 0);

	memset(long_name + 2, 'n', 256);
	memcpy(long_name + 258, "/f", 3);
	parent_fails(outdir, long_name, KIND_BAD_NAME, "refuses");
	memcpy(long_name + 257, "/f", 3);
	check(outdir_size(outdir, long_name) < 0);
	outdir_close(outdir);
	check_int(scratch_count("victim"), 0);
	check_int(scratch_count("d/a"), 3);
	check(!scratch_there("d/nowhere"));
	scratch_remove("d");
	scratch_remove("victim");
}

static void refuses_endless_paths(void)
{
	struct outdir *outdir = open_ok("d");
	size_t len = 20000;
	char *path = malloc(len + 1);

	for (size_t i = 0; i < len; i++)
		path[i] = i % 2 ? '/' : 'a';
	path[len - 1] = 'a';
	path[len] = '\0';
	parent_fails(outdir, path, KIND_BAD_NAME, "refuses");
	check(outdir_size(outdir, path) < 0);
	check_int(scratch_count("d"), 1);
	free(path);
	outdir_close(outdir);
	scratch_remove("d");
}

static void sees_what_exists(void)
{
	struct outdir *outdir = open_ok("d");

	check(outdir_size(outdir, "f") < 0);
	check(outdir_size(outdir, "s/t/f") < 0);
	check(!scratch_there("d/s"));
	check_int(mkdir("d/s", 0777), 0);
	check(outdir_size(outdir, "s/f") < 0);
	check(scratch_write("d/f", ""));
	check(scratch_write("d/s/f", ""));
	check_int(symlink("nowhere", "d/link"), 0);
	check_int(symlink("nowhere", "d/s/link"), 0);
	check(outdir_size(outdir, "f") >= 0);
	check(outdir_size(outdir, "s") < 0); /* a directory is not the file */
	check(outdir_size(outdir, "s/f") >= 0);
	check(outdir_size(outdir, "link") >= 0);
	check(outdir_size(outdir, "s/link") >= 0);
	check(outdir_size(outdir, "s/nowhere") < 0);
	check(outdir_size(outdir, "link/f") < 0);
	check_int(unlink("d/s/f"), 0);
	check(outdir_size(outdir, "s/f") < 0);
	outdir_close(outdir);
	scratch_remove("d");
}

static void makes_again_what_was_dropped(void)
{
	struct outdir *outdir = open_ok("d");
	struct error err;
	const char *base;
	struct outdir_parent *one = outdir_parent(outdir, "s/t/f", &base, &err);
	struct outdir_parent *two = outdir_parent(outdir, "s/t/g", &base, &err);

	check(one != NULL && one == two);
	scratch_remove("d/s");
	outdir_parent_drop(outdir, one);
	check(parent_is(outdir, "s/t/f", "d/s/t"));
	/* The other user of the old one drops it too: the new one stays. */
	outdir_parent_drop(outdir, two);
	check(parent_is(outdir, "s/t/f", "d/s/t"));
	check(outdir_trim(outdir));
	check(!outdir_trim(outdir));
	one = outdir_parent(outdir, "flat", &base, &err);
	outdir_parent_drop(outdir, one);
	check(parent_is(outdir, "flat", "d"));
	outdir_close(outdir);
	scratch_remove("d");
}

/* More directories in use at once than the cache has room for. */
static void holds_many(void)
{
	enum { MANY = 150 };
	struct outdir *outdir = open_ok("d");
	struct outdir_parent *parents[MANY];
	struct stat got, want;
	const char *base;
	char path[32];

	for (int i = 0; i < MANY; i++) {
		snprintf(path, sizeof(path), "s%d/f", i);
		parents[i] = outdir_parent(outdir, path, &base, NULL);
		check(parents[i] != NULL);
	}
	for (int i = 0; i < MANY; i++) {
		snprintf(path, sizeof(path), "d/s%d", i);
		check_int(fstat(outdir_parent_fd(parents[i]), &got), 0);
		check_int(stat(path, &want), 0);
		check_int(got.st_ino, want.st_ino);
		outdir_parent_put(outdir, parents[i]);
	}
	check(parent_is(outdir, "s0/f", "d/s0"));
	check(parent_is(outdir, "s149/f", "d/s149"));
	outdir_close(outdir);
	scratch_remove("d");
}

static void few_descriptors(void)
{
	struct outdir *outdir = open_ok("d");
	struct rlimit limit = {.rlim_cur = (rlim_t)outdir_parts(outdir) + 8};
	char path[32], dir[32];

	limit.rlim_max = limit.rlim_cur;
	check_int(setrlimit(RLIMIT_NOFILE, &limit), 0);
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 40; i++) {
			snprintf(path, sizeof(path), "s%d/t/f", i);
			snprintf(dir, sizeof(dir), "d/s%d/t", i);
			check(parent_is(outdir, path, dir));
			check(outdir_size(outdir, path) < 0);
		}
	}
	outdir_close(outdir);
}

/* It passes when others are done: no reason to end the job. */
static void no_descriptors(void)
{
	struct outdir *outdir = open_ok("d");
	struct rlimit limit = {.rlim_cur = (rlim_t)outdir_parts(outdir) + 1};
	struct error err;
	const char *base;

	limit.rlim_max = limit.rlim_cur;
	check_int(setrlimit(RLIMIT_NOFILE, &limit), 0);
	while (dup(0) >= 0)
		continue;
	check(!outdir_parent(outdir, "s/f", &base, &err));
	check_str(kind_name(err.kind), "descriptors");
	check_str(err.text, "cannot enter 's' in 'd': Too many open files");
	outdir_close(outdir);
}

static void copes_with_few_descriptors(void)
{
	scratch_run_denied(few_descriptors, 0, 0);
	scratch_run_denied(no_descriptors, 0, 0);
	scratch_remove("d");
}

struct flipper {
	pthread_t thread;
	_Atomic bool stop;
	const char *a, *b;
};

static void *flip(void *context)
{
	struct flipper *flipper = context;

	while (!atomic_load(&flipper->stop))
		renameat2(AT_FDCWD, flipper->a, AT_FDCWD, flipper->b, RENAME_EXCHANGE);
	return NULL;
}

/* sub is now a directory, now a link to the victim. */
static void never_follows_a_flipping_link(void)
{
	struct flipper flipper = {.a = "d/sub", .b = "d/other"};
	struct outdir *outdir = open_ok("d");
	struct stat victim, got;
	int entered = 0, refused = 0;

	check_int(mkdir("victim", 0777), 0);
	check_int(mkdir("victim/deep", 0777), 0);
	check_int(mkdir("d/sub", 0777), 0);
	check_int(symlink("../victim", "d/other"), 0);
	check_int(stat("victim", &victim), 0);
	check_int(pthread_create(&flipper.thread, NULL, flip, &flipper), 0);
	for (int i = 0; i < 200000 && (i < 5000 || !entered || !refused); i++) {
		const char *base;
		struct error err;
		struct outdir_parent *parent = outdir_parent(
			outdir, i % 2 ? "sub/f" : "sub/deep/f", &base, &err);

		if (parent) {
			check_int(fstat(outdir_parent_fd(parent), &got), 0);
			check(got.st_ino != victim.st_ino);
			outdir_parent_put(outdir, parent);
			entered++;
		} else {
			check_int(err.kind, KIND_BAD_NAME);
			refused++;
		}
		if (outdir_size(outdir, "sub/deep/marker") >= 0)
			check(false);
		(void)outdir_trim(outdir);
	}
	atomic_store(&flipper.stop, true);
	pthread_join(flipper.thread, NULL);
	check(entered > 0 && refused > 0);
	outdir_close(outdir);
	check_int(scratch_count("victim"), 1);
	check_int(scratch_count("victim/deep"), 0);
	scratch_remove("d");
	scratch_remove("victim");
}

static void without_openat2(void)
{
	static void (*const tests[])(void) = {finds_parents, refuses_unsafe_paths,
		stops_at_files_and_links, refuses_endless_paths, sees_what_exists,
		never_follows_a_flipping_link};

	for (size_t i = 0; i < ARRAY_LEN(tests); i++) {
		scratch_run_denied(tests[i], SYS_openat2, ENOSYS);
		scratch_run_denied(tests[i], SYS_openat2, EPERM);
	}
}

struct hammer {
	pthread_t thread;
	struct outdir *outdir;
	unsigned seed;
	int wrong;
};

static void *hammer(void *context)
{
	struct hammer *self = context;

	for (int i = 0; i < 4000; i++) {
		unsigned number = (unsigned)rand_r(&self->seed) % 100;
		struct outdir_parent *parent;
		struct stat got, want;
		char path[32], dir[32];
		const char *base;

		snprintf(path, sizeof(path), "s%u/t/f", number);
		snprintf(dir, sizeof(dir), "d/s%u/t", number);
		parent = outdir_parent(self->outdir, path, &base, NULL);
		if (!parent) {
			self->wrong++;
			continue;
		}
		self->wrong += fstat(outdir_parent_fd(parent), &got) < 0 ||
			       stat(dir, &want) < 0 || got.st_ino != want.st_ino;
		if (number % 10 == 0)
			outdir_parent_drop(self->outdir, parent);
		else
			outdir_parent_put(self->outdir, parent);
		self->wrong += outdir_size(self->outdir, path) >= 0;
		if (i % 500 == 0)
			(void)outdir_trim(self->outdir);
	}
	return NULL;
}

static void many_threads(void)
{
	struct hammer hammers[8];
	struct outdir *outdir = open_ok("d");

	for (unsigned i = 0; i < ARRAY_LEN(hammers); i++) {
		hammers[i] = (struct hammer){.outdir = outdir, .seed = i};
		check_int(pthread_create(&hammers[i].thread, NULL, hammer, &hammers[i]),
			0);
	}
	for (unsigned i = 0; i < ARRAY_LEN(hammers); i++) {
		check_int(pthread_join(hammers[i].thread, NULL), 0);
		check_int(hammers[i].wrong, 0);
	}
	outdir_close(outdir);
	check_int(scratch_count("d"), 100);
	scratch_remove("d");
}

static void read_only(void)
{
	check(scratch_tmpfs("ro", "mode=755"));
	check_int(mkdir("ro/d", 0777), 0);
	check_int(mount(NULL, "ro", NULL, MS_REMOUNT | MS_RDONLY, NULL), 0);
	open_fails("ro", KIND_DISK, "Read-only");
	open_fails("ro/d", KIND_DISK, "Read-only");
	open_fails("ro/d/new", KIND_DISK, "Read-only");
	scratch_remove("ro");
}

static void no_inodes(void)
{
	struct outdir *outdir;

	/* The root takes one, then .seine, lock, parts, a, c. */
	check(scratch_tmpfs("full", "nr_inodes=6"));
	outdir = open_ok("full");
	check(parent_is(outdir, "a/f", "full/a"));
	parent_fails(outdir, "c/d/f", KIND_DISK, "No space");
	outdir_close(outdir);
	check(!scratch_there("full/.seine"));
	for (int i = 0; i < 10; i++) {
		char path[32];

		snprintf(path, sizeof(path), "full/%d", i);
		(void)!mkdir(path, 0777);
	}
	open_fails("full", KIND_DISK, "No space");
	scratch_remove("full");
}

int main(void)
{
	bool mounts, denies;

	scratch_enter();
	mounts = scratch_can_mount();
	denies = scratch_denies();
	run(makes_and_leaves_nothing);
	run(is_new);
	run(umask_rules);
	run(the_user_may_give_a_link);
	run(cannot_be_made);
	run(finds_parents);
	run(refuses_unsafe_paths);
	run(stops_at_files_and_links);
	run(refuses_endless_paths);
	run(sees_what_exists);
	run(makes_again_what_was_dropped);
	run(holds_many);
	run(copes_with_few_descriptors);
	run(never_follows_a_flipping_link);
	run_if(denies, "seccomp is not to be had", without_openat2);
	run(many_threads);
	run_if(mounts, "cannot mount", read_only);
	run_if(mounts, "cannot mount", no_inodes);
	scratch_leave();
	return done();
}
