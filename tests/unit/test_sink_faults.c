/* test_sink_faults.c - the disk is full, read-only, gone, or fails a call: no file that
 * is not whole, no part left, and an error that says which file and why. */
#include "store/sink.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "storing.h"

static void the_output_directory_vanishes(void)
{
	struct outdir *outdir = open_ok("d");
	struct entry entry = {.number = 2, .path = (char *)"f"};
	struct entry below = {.number = 3, .path = (char *)"s/f"};
	struct sink *flat = sink_open(outdir, &entry, NULL, -1, NULL);
	struct sink *deep = sink_open(outdir, &below, NULL, -1, NULL);
	struct error err;
	char *renamed;

	scratch_remove("d");
	check_int(sink_commit(flat, 0, AS(EXISTING_SKIP), &renamed, &err), -1);
	check_int(err.kind, KIND_DISK);
	check_int(sink_commit(deep, 0, AS(EXISTING_SKIP), &renamed, &err), -1);
	check_int(err.kind, KIND_DISK);
	store_fails(outdir, "f", EXISTING_SKIP, "x", KIND_DISK, ENOENT);
	check(sink_open(outdir, &entry, NULL, -1, &err) == NULL);
	check_int(err.kind, KIND_DISK);
	outdir_close(outdir);
	check(!scratch_there("d"));
}

/* A part that is there is gone on with, under its name; what was written can be read. */
static void opens_a_part_again(void)
{
	struct outdir *outdir = open_ok("d");
	struct entry entry = {.number = 9, .path = (char *)"f"};
	struct sink *sink = sink_open(outdir, &entry, "mine.part", -1, NULL);
	char got[5], *renamed;
	struct error err;

	check_str(sink_name(sink), "mine.part");
	check_int(sink_write(sink, 3, "lo", 2, NULL), 0);
	check_int(sink_close(sink), 0);
	check_int(sink_close(NULL), 0);
	check(scratch_there("d/.seine/parts/mine.part"));
	sink = sink_reopen(outdir, &entry, "mine.part", NULL);
	check_int(sink_write(sink, 0, "hel", 3, NULL), 0);
	check_int(sink_read(sink, 0, got, 5, NULL), 0);
	check(memcmp(got, "hello", 5) == 0);
	check_int(sink_read(sink, 1, got, 5, &err), -1); /* one byte is missing */
	check_int(err.kind, KIND_DISK);
	check_int(sink_commit(sink, 5, AS(EXISTING_SKIP), &renamed, NULL), 0);
	check(scratch_is("d/f", "hello"));
	/* One that is gone, or a link in its place. */
	check(sink_reopen(outdir, &entry, "mine.part", &err) == NULL);
	check_int(err.kind, KIND_DISK);
	check_int(symlink("../../f", "d/.seine/parts/mine.part"), 0);
	check(sink_reopen(outdir, &entry, "mine.part", &err) == NULL);
	check_int(err.kind, KIND_DISK);
	sink_remove(outdir, "mine.part");
	sink_remove(outdir, "mine.part");
	check(scratch_is("d/f", "hello"));
	close_clean(outdir, "d");
}

static void neither_rename_nor_link(void)
{
	struct outdir *outdir = open_ok("d");

	check(scratch_deny(SYS_renameat2, EINVAL));
	store_fails(outdir, "f", EXISTING_SKIP, "x", KIND_BAD_NAME, EOPNOTSUPP);
	store_ok(outdir, 1, "f", EXISTING_OVERWRITE, "x");
	check(scratch_is("d/f", "x"));
	close_clean(outdir, "d");
}

static void says_what_the_file_system_cannot(void)
{
	scratch_run_denied(neither_rename_nor_link, SYS_linkat, EPERM);
}

/* What the disk may say to each call, and what must come of it. */
static const struct refusal {
	int number, errnum;
	enum kind kind; /* KIND_NONE: it does not matter */
	bool small;     /* does sink_store make this call? */
} refusals[] = {
	{SYS_pwrite64, EIO, KIND_DISK, true},
	{SYS_pwrite64, EDQUOT, KIND_DISK, true},
	{SYS_pwrite64, ENOSPC, KIND_DISK, true},
	{SYS_pwrite64, EFBIG, KIND_TOO_LARGE, true},
	{SYS_close, EIO, KIND_DISK, true},
	{SYS_close, EDQUOT, KIND_DISK, true},
	{SYS_close, EINTR, KIND_NONE, true},
	{SYS_renameat2, EIO, KIND_DISK, true},
	{SYS_renameat2, EROFS, KIND_DISK, true},
	{SYS_renameat2, EACCES, KIND_DISK, true},
	{SYS_renameat2, EXDEV, KIND_DISK, true},
	{SYS_renameat2, ENOENT, KIND_DISK, true},
	{SYS_openat, EACCES, KIND_DISK, true},
	{SYS_openat, EMFILE, KIND_DESCRIPTORS, true},
	{SYS_openat, ELOOP, KIND_DISK, true},
	{SYS_ftruncate, EIO, KIND_DISK, false},
	{SYS_fallocate, ENOSPC, KIND_NO_ROOM, false},
	{SYS_fallocate, EIO, KIND_DISK, false},
	{SYS_fallocate, EOPNOTSUPP, KIND_NONE, false},
	{SYS_fallocate, ENOSYS, KIND_NONE, false},
};

static bool small_body(struct outdir *outdir, struct error *err)
{
	char *renamed;

	return store(outdir, 1, "f", EXISTING_SKIP, "body", &renamed, err) == 0;
}

static bool large_body(struct outdir *outdir, struct error *err)
{
	struct entry entry = {.number = 1, .path = (char *)"f"};
	struct sink *sink = sink_open(outdir, &entry, NULL, 1 << 20, err);
	char *renamed;

	if (!sink)
		return false;
	if (sink_write(sink, 0, "body", 4, err) < 0) {
		sink_abort(sink);
		return false;
	}
	return sink_commit(sink, 4, AS(EXISTING_SKIP), &renamed, err) == 0;
}

static void try_refused(const struct refusal *refusal, bool small)
{
	struct error err = {.kind = KIND_NONE};
	struct outdir *outdir = open_ok("d");
	bool done_well;

	check(scratch_deny(refusal->number, refusal->errnum));
	done_well = small ? small_body(outdir, &err) : large_body(outdir, &err);
	check(done_well == (refusal->kind == KIND_NONE));
	check_str(kind_name(err.kind), kind_name(refusal->kind));
	if (done_well)
		return;
	check_int(err.code, refusal->errnum);
	if (refusal->kind == KIND_NO_ROOM) {
		check(strstr(err.text, "no room") != NULL);
		return;
	}
	check(strstr(err.text, "'f'") != NULL);
	check(strstr(err.text, strerror(refusal->errnum)) != NULL);
}

/* What the disk refuses at the end may be tried again by another run, unless it may be lost. */
static bool keeps_part(const struct refusal *refusal, bool small)
{
	return !small && refusal->kind == KIND_DISK &&
	       (refusal->number == SYS_renameat2 || refusal->number == SYS_ftruncate);
}

static void io_errors(void)
{
	for (size_t i = 0; i < ARRAY_LEN(refusals) * 2; i++) {
		const struct refusal *refusal = &refusals[i / 2];
		bool small = i % 2;
		pid_t pid;

		if (small && !refusal->small)
			continue;
		fflush(stdout);
		pid = fork();
		if (pid == 0) {
			tap_failed_checks = 0;
			try_refused(refusal, small);
			fflush(stdout);
			_exit(tap_failed_checks != 0);
		}
		if (scratch_wait(pid) != 0) {
			printf("# call %d, %s\n", refusal->number,
				strerror(refusal->errnum));
			check(false);
		}
		check(scratch_there("d/f") == (refusal->kind == KIND_NONE));
		check_int(scratch_count("d/.seine/parts"), keeps_part(refusal, small));
		scratch_remove("d");
	}
}

/* The kernel writes up to the limit, a short write, and then says EFBIG. */
static void with_a_file_size_limit(void)
{
	struct rlimit limit = {100000, 100000};
	struct outdir *outdir = open_ok("d");
	struct entry entry = {.number = 1, .path = (char *)"f"};
	char *body = calloc(1, 100001), *renamed;
	struct error err;

	for (size_t i = 0; i < 100001; i++)
		body[i] = (char)(i * 2654435761u >> 13);
	signal(SIGXFSZ, SIG_IGN);
	check_int(setrlimit(RLIMIT_FSIZE, &limit), 0);
	check_int(sink_store(outdir, &entry, AS(EXISTING_SKIP), body, 100001, &renamed,
			  &err),
		-1);
	check_int(err.kind, KIND_TOO_LARGE);
	check(!scratch_there("d/f"));
	check_int(sink_store(outdir, &entry, AS(EXISTING_SKIP), body, 100000, &renamed,
			  &err),
		0);
	check(scratch_holds("d/f", body, 100000));
	free(body);
	close_clean(outdir, "d");
}

static void short_writes(void)
{
	scratch_run_denied(with_a_file_size_limit, 0, 0);
}

static void disk_full(void)
{
	struct entry entry = {.number = 1, .path = (char *)"big"};
	enum { LEN = 3 << 20 };
	char *body = calloc(1, LEN), *renamed;
	struct outdir *outdir;
	struct sink *sink;
	struct error err;

	check(scratch_tmpfs("full", "size=2m"));
	outdir = open_ok("full");
	check_int(sink_store(
			  outdir, &entry, AS(EXISTING_SKIP), body, LEN, &renamed, &err),
		-1);
	check_int(err.kind, KIND_DISK);
	check_int(err.code, ENOSPC);
	check(strstr(err.text, "'big': No space left") != NULL);
	check_int(scratch_count("full/.seine/parts"), 0);

	check(sink_open(outdir, &entry, NULL, LEN, &err) == NULL);
	check_int(err.kind, KIND_NO_ROOM);
	check_int(err.code, ENOSPC);
	check_int(scratch_count("full/.seine/parts"), 0);

	sink = sink_open(outdir, &entry, NULL, -1, &err);
	check_int(sink_write(sink, 0, body, LEN, &err), -1);
	check_int(err.kind, KIND_DISK);
	store_fails(outdir, "small", EXISTING_SKIP, "x", KIND_DISK, ENOSPC);
	sink_abort(sink);
	check_int(scratch_count("full"), 1);
	/* What failed gave its space back. */
	store_ok(outdir, 2, "small", EXISTING_SKIP, "x");
	free(body);
	close_clean(outdir, "full");
}

static void no_inodes_left(void)
{
	struct outdir *outdir;
	char *renamed;
	struct error err;
	int i = 0, result;

	check(scratch_tmpfs("full", "nr_inodes=20"));
	outdir = open_ok("full");
	do {
		char path[32];

		snprintf(path, sizeof(path), "f%d", i++);
		result = store(outdir, 1, path, EXISTING_SKIP, "x", &renamed, &err);
	} while (result == 0 && i < 100);
	check(i > 5 && i < 20);
	check_int(err.kind, KIND_DISK);
	check_int(err.code, ENOSPC);
	check_int(scratch_count("full"), i); /* i - 1 files and .seine */
	close_clean(outdir, "full");
}

static void a_read_only_directory_below(void)
{
	struct outdir *outdir = open_ok("d");
	struct error err;
	char *renamed;

	check(scratch_tmpfs("d/ro", "mode=755"));
	check_int(mount(NULL, "d/ro", NULL, MS_REMOUNT | MS_RDONLY, NULL), 0);
	check_int(store(outdir, 1, "ro/f", EXISTING_SKIP, "x", &renamed, &err), -1);
	check_int(err.kind, KIND_DISK);
	check_int(store(outdir, 1, "ro/new/f", EXISTING_SKIP, "x", &renamed, &err), -1);
	check_int(err.kind, KIND_DISK);
	check_int(err.code, EROFS);
	check_int(scratch_count("d/ro"), 0);
	check_int(umount2("d/ro", MNT_DETACH), 0);
	close_clean(outdir, "d");
}

static void few_descriptors(void)
{
	struct outdir *outdir = open_ok("d");
	struct rlimit limit = {.rlim_cur = (rlim_t)outdir_parts(outdir) + 6};
	char path[32];

	limit.rlim_max = limit.rlim_cur;
	check_int(setrlimit(RLIMIT_NOFILE, &limit), 0);
	for (unsigned i = 0; i < 60; i++) {
		snprintf(path, sizeof(path), "s%u/t/f%u", i % 20, i);
		store_ok(outdir, i, path, EXISTING_SKIP, "x");
		snprintf(path, sizeof(path), "flat%u", i);
		store_ok(outdir, i, path, EXISTING_SKIP, "x");
	}
	close_clean(outdir, "d");
}

static void copes_with_few_descriptors(void)
{
	scratch_run_denied(few_descriptors, 0, 0);
}

int main(void)
{
	bool mounts, denies;

	scratch_enter();
	mounts = scratch_can_mount();
	denies = scratch_denies();
	run(the_output_directory_vanishes);
	run(opens_a_part_again);
	run_if(denies, "seccomp is not to be had", says_what_the_file_system_cannot);
	run_if(denies, "seccomp is not to be had", io_errors);
	run(short_writes);
	run_if(mounts, "cannot mount", disk_full);
	run_if(mounts, "cannot mount", no_inodes_left);
	run_if(mounts, "cannot mount", a_read_only_directory_below);
	run(copes_with_few_descriptors);
	scratch_leave();
	return done();
}
