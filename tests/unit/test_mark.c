/* test_mark.c - whose a file is, and which file takes whose place by that. */
#include "store/mark.h"

#include <errno.h>
#include <pthread.h>
#include <sys/mount.h>
#include <sys/syscall.h>

#include "marking.h"

#define A "http://a.test/get?id=1"
#define B "http://b.test/get?id=1"

/* For ever: files that were marked by an earlier version are known. */
static void is_a_digest_of_path_and_url(void)
{
	static const struct {
		const char *path, *url, *mark;
	} cases[] = {
		{"get", "http://h/get", "5c9c93d354dfbb78a77fae1c61a3e64b"},
		{"d/get", "http://h/get", "04443ba2e48d225dc322171c097b0a99"},
		{"get", "http://me@h/get", "017c48af8bd0814167e15a00613f882e"},
		{"get", "http://me:secret@h/get", "017c48af8bd0814167e15a00613f882e"},
		{"get", "http://me:s@cr:t@h/get?a:b@c",
			"b124abf1cc24ed6d812942b747e2498d"},
		{"get", "http://h:80/a:b@c", "344542d252586ee583982ee7c12db193"},
		{"get", "http://h:80?a:b@c", "4625004287f63d30aa13bd1df55dedd9"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct entry *entry = entry_at(cases[i].path, cases[i].url);
		char mark[MARK_SIZE];

		check_int(mark_of(mark, entry, NULL), 0);
		check_str(mark, cases[i].mark);
		strings_add(&entry->urls, "http://mirror/get");
		check_int(mark_of(mark, entry, NULL), 0);
		check_str(mark, cases[i].mark);
		entry_free(entry);
	}
}

static void tells_whose(void)
{
	char longer[1000];
	struct outdir *outdir = open_ok("d");
	struct entry *a = entry_at("get", A), *b = entry_at("get", B),
		     *c = entry_at("get~1", A);

	publishes(outdir, a, EXISTING_SKIP, "x", "a", "x");
	check_int(whose_is(outdir, a, "x"), WHOSE_OURS);
	check(scratch_write("d/x", "b"));
	check_int(whose_is(outdir, a, "x"), WHOSE_EDITED);
	check_int(whose_is(outdir, b, "x"), WHOSE_ANOTHERS);
	check_int(whose_is(outdir, c, "x"), WHOSE_ANOTHERS);
	check_int(whose_is(outdir, a, "y"), WHOSE_NOT_THERE);
	check_int(whose_is(outdir, a, "no/y"), WHOSE_NOT_THERE);
	check_int(whose_is(outdir, a, "../x"), WHOSE_NOT_THERE);
	check(scratch_write("d/y", "user's"));
	check_int(whose_is(outdir, a, "y"), WHOSE_NOBODYS);
	check_int(setxattr("d/y", "user.seine.entry", "short", 5, 0), 0);
	check_int(whose_is(outdir, a, "y"), WHOSE_ANOTHERS);
	memset(longer, 'a', sizeof(longer));
	check_int(setxattr("d/y", "user.seine.entry", longer, sizeof(longer), 0), 0);
	check_int(whose_is(outdir, a, "y"), WHOSE_ANOTHERS);
	check_int(symlink("x", "d/link"), 0);
	check_int(whose_is(outdir, a, "link"), WHOSE_NOBODYS);
	check_int(mkdir("d/dir", 0777), 0);
	check_int(whose_is(outdir, a, "dir"), WHOSE_NOBODYS);
	check_int(mkfifo("d/fifo", 0666), 0);
	check_int(whose_is(outdir, a, "fifo"), WHOSE_NOBODYS);
	entry_free(a);
	entry_free(b);
	entry_free(c);
	close_clean(outdir, "d");
}

static void adopts_what_has_no_mark(void)
{
	struct outdir *outdir = open_ok("d");
	struct entry *a = entry_at("x", A), *b = entry_at("x", B);

	check_int(mark_file(outdir, a, "x"), -ENOENT);
	check(scratch_write("d/x", "user's"));
	check_int(mark_file(outdir, a, "x"), 0);
	check_int(whose_is(outdir, a, "x"), WHOSE_OURS);
	/* What an inode of 256 bytes has room for on ext4. */
	check(getxattr("d/x", "user.seine.entry", NULL, 0) <= 56);
	check_int(mark_file(outdir, b, "x"), 0);
	check_int(whose_is(outdir, a, "x"), WHOSE_OURS);
	entry_free(a);
	entry_free(b);
	close_clean(outdir, "d");
}

/* By a large body's way as by a small one's. */
static void a_part_is_marked_too(void)
{
	struct outdir *outdir = open_ok("d");
	struct entry *a = entry_at("s/get", A);
	struct publication how = {.mtime = -1, .marked = true, .name = "x"};
	struct sink *sink = sink_open(outdir, a, NULL, -1, NULL);
	char *renamed _cleanup_(freep) = NULL;

	check_int(sink_write(sink, 0, "abc", 3, NULL), 0);
	check_int(sink_commit(sink, 3, &how, &renamed, NULL), 0);
	check_str(renamed, "s/x");
	check_int(whose_is(outdir, a, "s/x"), WHOSE_OURS);
	entry_free(a);
	close_clean(outdir, "d");
}

static void skip_replaces_nothing(void)
{
	struct outdir *outdir = open_ok("d");
	struct entry *a = entry_at("get", A), *b = entry_at("get", B);

	publishes(outdir, a, EXISTING_SKIP, "x", "a", "x");
	refuses(outdir, a, EXISTING_SKIP, "x", "'x' exists already");
	refuses(outdir, b, EXISTING_SKIP, "x", "is another entry's");
	check(scratch_write("d/y", "user's"));
	refuses(outdir, a, EXISTING_SKIP, "y", "nothing says that it is");
	check(scratch_is("d/x", "a") && scratch_is("d/y", "user's"));
	entry_free(a);
	entry_free(b);
	close_clean(outdir, "d");
}

static void no_entry_replaces_anothers_file(void)
{
	static const enum existing replacing[] = {EXISTING_OVERWRITE, EXISTING_UPDATE};

	for (size_t i = 0; i < ARRAY_LEN(replacing); i++) {
		struct outdir *outdir = open_ok("d");
		struct entry *a = entry_at("get", A), *b = entry_at("get", B),
			     *x = entry_at("x", "http://h/x");

		publishes(outdir, a, replacing[i], "x", "one", "x");
		publishes(outdir, a, replacing[i], "x", "two", "x");
		refuses(outdir, b, replacing[i], "x", "is another entry's");
		/* ... nor the one that is named so by its URL. */
		refuses(outdir, x, replacing[i], NULL, "is another entry's");
		check(scratch_is("d/x", "two"));
		check(scratch_write("d/y", "user's"));
		publishes(outdir, a, replacing[i], "y", "three", "y");
		check_int(whose_is(outdir, a, "y"), WHOSE_OURS);
		check_int(symlink("x", "d/link"), 0);
		publishes(outdir, a, replacing[i], "link", "four", "link");
		check_int(mkdir("d/dir", 0777), 0);
		refuses(outdir, a, replacing[i], "dir", "is a directory");
		check(scratch_is("d/x", "two"));
		/* What is named after its URL is marked as well. */
		publishes(outdir, b, replacing[i], NULL, "five", "get");
		refuses(outdir, x, replacing[i], "get", "is another entry's");
		entry_free(a);
		entry_free(b);
		entry_free(x);
		close_clean(outdir, "d");
	}
}

static void rename_is_beside(void)
{
	struct outdir *outdir = open_ok("d");
	struct entry *a = entry_at("s/get", A), *b = entry_at("s/get", B);

	publishes(outdir, a, EXISTING_RENAME, "x.txt", "one", "s/x.txt");
	publishes(outdir, b, EXISTING_RENAME, "x.txt", "two", "s/x.1.txt");
	publishes(outdir, a, EXISTING_RENAME, "x.txt", "three", "s/x.2.txt");
	check(scratch_is("d/s/x.txt", "one") && scratch_is("d/s/x.1.txt", "two"));
	entry_free(a);
	entry_free(b);
	close_clean(outdir, "d");
}

/* ---- all at once */

#define THREADS 8

struct rival {
	pthread_t thread;
	struct outdir *outdir;
	struct entry *entry;
	char text[16];
	bool done;
};

static void *compete(void *context)
{
	struct rival *rival = context;
	char *renamed _cleanup_(freep) = NULL;
	struct error err;

	rival->done = publish(rival->outdir, rival->entry, EXISTING_OVERWRITE, "x",
			      rival->text, &renamed, &err) == 0;
	return NULL;
}

/* There is a file of nobody's, which all of them may replace: one does. */
static void one_of_many_replaces(void)
{
	struct rival rivals[THREADS];

	for (int round = 0; round < 50; round++) {
		struct outdir *outdir = open_ok("d");
		int done = 0;

		check(scratch_write("d/x", "user's"));
		for (int i = 0; i < THREADS; i++) {
			char *url _cleanup_(freep) = xasprintf("http://h/%d", i);

			rivals[i] = (struct rival){
				.outdir = outdir, .entry = entry_at("get", url)};
			rivals[i].entry->number = (uint64_t)i;
			snprintf(rivals[i].text, sizeof(rivals[i].text), "of %d", i);
			check_int(pthread_create(
					  &rivals[i].thread, NULL, compete, &rivals[i]),
				0);
		}
		for (int i = 0; i < THREADS; i++) {
			check_int(pthread_join(rivals[i].thread, NULL), 0);
			check(!rivals[i].done || scratch_is("d/x", rivals[i].text));
			done += rivals[i].done;
			entry_free(rivals[i].entry);
		}
		check_int(done, 1);
		close_clean(outdir, "d");
	}
}

/* ---- without attributes */

static void nothing_is_replaced(void)
{
	struct outdir *outdir;
	struct entry *a = entry_at("get", A), *b = entry_at("get", B);

	check_int(mkdir("d", 0777), 0);
	check_int(mount("none", "d", "ramfs", 0, NULL), 0);
	outdir = open_ok("d");
	publishes(outdir, a, EXISTING_OVERWRITE, "x", "a", "x");
	check_int(whose_is(outdir, a, "x"), WHOSE_UNKNOWN);
	refuses(outdir, a, EXISTING_SKIP, "x", "no extended attributes");
	refuses(outdir, a, EXISTING_OVERWRITE, "x", "no extended attributes");
	refuses(outdir, b, EXISTING_UPDATE, "x", "no extended attributes");
	check(scratch_is("d/x", "a"));
	publishes(outdir, b, EXISTING_RENAME, "x", "b", "x.1");
	publishes(outdir, b, EXISTING_SKIP, NULL, "b", "get");
	check_int(symlink("x", "d/link"), 0);
	refuses(outdir, a, EXISTING_OVERWRITE, "link", "nothing says that it is");
	entry_free(a);
	entry_free(b);
	outdir_close(outdir);
	check_int(umount("d"), 0);
}

static void on_a_file_system_without_attributes(void)
{
	if (scratch_can_mount())
		nothing_is_replaced();
	else
		printf("# mounting is not allowed here\n");
}

/* The disk is full. */
static void what_cannot_be_marked_is_not_published(void)
{
	struct outdir *outdir = open_ok("d");
	struct entry *a = entry_at("get", A);
	char *renamed = NULL;
	struct error err;

	check_int(publish(outdir, a, EXISTING_SKIP, "x", "a", &renamed, &err), -1);
	check_str(kind_name(err.kind), "disk");
	check(!scratch_there("d/x") && !scratch_there("d/get"));
	entry_free(a);
	close_clean(outdir, "d");
}

/* A file system that has attributes, but does not take this one. */
static void unmarked_files_are_not_replaced(void)
{
	struct outdir *outdir = open_ok("d");
	struct entry *a = entry_at("get", A), *b = entry_at("get", B);

	publishes(outdir, a, EXISTING_OVERWRITE, "x", "a", "x");
	check_int(whose_is(outdir, a, "x"), WHOSE_NOBODYS);
	refuses(outdir, b, EXISTING_OVERWRITE, "x", "nothing says that it is");
	refuses(outdir, b, EXISTING_UPDATE, "x", "nothing says that it is");
	publishes(outdir, b, EXISTING_RENAME, "x", "b", "x.1");
	check(scratch_is("d/x", "a"));
	/* What has the name of its URL is the entry's all the same. */
	check_int(mark_file(outdir, a, "x"), 0);
	entry_free(a);
	entry_free(b);
	close_clean(outdir, "d");
}

static void marks_that_cannot_be_set(void)
{
	static const int refusals[] = {EOPNOTSUPP, ENOSYS, EPERM, EACCES, E2BIG};

	if (!scratch_denies()) {
		printf("# no system call can be made to fail here\n");
		return;
	}
	scratch_run_denied(
		what_cannot_be_marked_is_not_published, SYS_fsetxattr, ENOSPC);
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++)
		scratch_run_denied(
			unmarked_files_are_not_replaced, SYS_fsetxattr, refusals[i]);
}

int main(void)
{
	scratch_enter();
	run(is_a_digest_of_path_and_url);
	if (keeps_marks()) {
		run(tells_whose);
		run(adopts_what_has_no_mark);
		run(a_part_is_marked_too);
		run(skip_replaces_nothing);
		run(no_entry_replaces_anothers_file);
		run(rename_is_beside);
		run(one_of_many_replaces);
	} else {
		printf("# no extended attributes here\n");
	}
	run(marks_that_cannot_be_set);
	run(on_a_file_system_without_attributes);
	scratch_leave();
	return done();
}
