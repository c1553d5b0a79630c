/* test_fuzz.c - the seeds and all that fuzzing has found, given to their targets once more.
 *
 *	test_fuzz                      all of corpus/ and crashers/, as TAP
 *	test_fuzz TARGET FILE...       only these files; ends as the first bad one does
 *
 * Each file has a process of its own: what goes wrong is told with the file's name, and the
 * others go on. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "fuzz.h"
#include "tap.h"

#define SECONDS 20 /* for one file, under sanitizers */

static const char *const kinds[] = {"corpus", "crashers"};

static bool read_file(const char *path, struct buf *bytes)
{
	FILE *file = fopen(path, "rb");
	char block[4096];
	size_t count;
	bool read;

	if (!file)
		return false;
	while ((count = fread(block, 1, sizeof(block), file)) > 0)
		buf_add(bytes, block, count);
	read = !ferror(file);
	return fclose(file) == 0 && read;
}

static bool run_file(const struct fuzz_row *row, const char *path)
{
	_cleanup_(buf_release) struct buf bytes = BUF_INIT;
	uint8_t *exact;

	if (!read_file(path, &bytes)) {
		printf("# %s cannot be read\n", path);
		return false;
	}
	/* Without room behind it, where a sanitizer would not see what reads there. */
	exact = xmalloc(bytes.len ? bytes.len : 1);
	memcpy(exact, bytes.data, bytes.len);
	row->target(exact, bytes.len);
	free(exact);
	return true;
}

/* The status of a process that does it; 0: all is well. */
static int run_apart(const struct fuzz_row *row, const char *path)
{
	int status = -1;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		alarm(SECONDS);
		exit(run_file(row, path) ? 0 : 1);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	return status;
}

static int is_file(const struct dirent *found)
{
	return found->d_name[0] != '.';
}

/* Returns how many files there are; -1 when the directory cannot be read. */
static int run_directory(const struct fuzz_row *row, const char *dir, int *failed)
{
	struct dirent **found = NULL;
	int count = scandir(dir, &found, is_file, alphasort);

	for (int i = 0; i < count; i++) {
		char *path _cleanup_(freep) = xasprintf("%s/%s", dir, found[i]->d_name);
		int status = run_apart(row, path);

		if (status != 0) {
			printf("# %s: ended by %s %d\n", path,
				WIFSIGNALED(status) ? "signal" : "status",
				WIFSIGNALED(status) ? WTERMSIG(status) : status);
			*failed += 1;
		}
		free(found[i]);
	}
	free(found);
	return count;
}

static const char *top(void)
{
	const char *srcdir = getenv("SRCDIR");

	return srcdir ? srcdir : ".";
}

/* Seeds there must be; findings there need not. */
static void replay(const struct fuzz_row *row)
{
	int failed = 0, seeds = 0, findings = 0, *const counts[] = {&seeds, &findings};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		char *dir _cleanup_(freep) =
			xasprintf("%s/tests/fuzz/%s/%s", top(), kinds[i], row->name);

		*counts[i] = run_directory(row, dir, &failed);
	}
	if (seeds <= 0)
		printf("# there is no corpus/%s\n", row->name);
	printf("%s %d - %s: %d seeds, %d findings\n",
		failed || seeds <= 0 ? "not ok" : "ok", ++tap_tests, row->name, seeds,
		findings > 0 ? findings : 0);
	tap_failed_tests += failed || seeds <= 0;
}

/* Each directory is that of a target: else nobody would look at it. */
static void have_targets(void)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		char *path _cleanup_(freep) =
			xasprintf("%s/tests/fuzz/%s", top(), kinds[i]);
		struct dirent **found = NULL;
		int count = scandir(path, &found, is_file, alphasort);

		check(count > 0);
		for (int j = 0; j < count; j++) {
			check_str(fuzz_find(found[j]->d_name) ? "target" : "no target",
				"target");
			free(found[j]);
		}
		free(found);
	}
}

static int run_named(const char *name, char **files)
{
	const struct fuzz_row *row = fuzz_find(name);

	if (!row) {
		fprintf(stderr, "test_fuzz: no target is named %s\n", name);
		return 2;
	}
	for (; *files; files++)
		if (!run_file(row, *files))
			return 1;
	return 0;
}

int main(int argc, char **argv)
{
	fuzz_start();
	if (argc > 1)
		return run_named(argv[1], argv + 2);
	for (const struct fuzz_row *row = fuzz_targets; row->name; row++)
		replay(row);
	run(have_targets);
	return done();
}
