/* scratch.h - for unit tests that touch files: a fresh directory, small file helpers, and
 * ways to make the system refuse things: mounts of our own, and system calls that fail in a
 * child process. */
#ifndef SEINE_TESTS_SCRATCH_H
#define SEINE_TESTS_SCRATCH_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tap.h"

/* Run a test only where it can be run; a skip is seen in the TAP. */
#define run_if(possible, why_not, test)                                                \
	do {                                                                           \
		if (possible)                                                          \
			run(test);                                                     \
		else                                                                   \
			printf("ok %d - %s # SKIP %s\n", ++tap_tests, #test, why_not); \
	} while (0)

/* Make a fresh directory and go there, so that tests use short relative paths. */
static inline void scratch_enter(void)
{
	const char *base = getenv("TMPDIR");
	char *path;

	need(asprintf(&path, "%s/seine-test-XXXXXX", base ? base : "/tmp") >= 0 &&
			mkdtemp(path) && chdir(path) == 0,
		"no scratch directory");
	free(path);
}

static inline int scratch_remove_one(
	const char *path, const struct stat *info, int type, struct FTW *ftw)
{
	(void)info, (void)type, (void)ftw;
	if (remove(path) < 0 && errno == EBUSY && umount2(path, MNT_DETACH) == 0)
		remove(path);
	return 0;
}

static inline void scratch_remove(const char *path)
{
	nftw(path, scratch_remove_one, 32, FTW_DEPTH | FTW_PHYS);
}

/* Remove the directory that scratch_enter made. */
static inline void scratch_leave(void)
{
	char *path = get_current_dir_name();

	if (path && strstr(path, "/seine-test-") && chdir("/") == 0)
		scratch_remove(path);
	free(path);
}

static inline bool scratch_write(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");
	bool written = file && fputs(text, file) >= 0;

	return file && fclose(file) == 0 && written;
}

/* Is this a file (not a link) with exactly these bytes? */
static inline bool scratch_holds(const char *path, const void *want, size_t len)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW);
	char *got = malloc(len + 1);
	bool same = fd >= 0 && read(fd, got, len + 1) == (ssize_t)len &&
		    memcmp(got, want, len) == 0;

	free(got);
	if (fd >= 0)
		close(fd);
	return same;
}

static inline bool scratch_is(const char *path, const char *text)
{
	return scratch_holds(path, text, strlen(text));
}

static inline bool scratch_there(const char *path)
{
	struct stat info;

	return lstat(path, &info) == 0;
}

/* How many entries a directory has; -1 when it cannot be read. */
static inline int scratch_count(const char *path)
{
	DIR *dir = opendir(path);
	int count = -2;

	if (!dir)
		return -1;
	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

/* Move this process to mounts of its own. False when the system does not allow it. */
static inline bool scratch_can_mount(void)
{
	return unshare(CLONE_NEWNS) == 0 &&
	       mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

static inline bool scratch_tmpfs(const char *path, const char *options)
{
	return mkdir(path, 0777) == 0 && mount("none", path, "tmpfs", 0, options) == 0;
}

/* From now on the system call fails with errnum in this process. For children. */
static inline bool scratch_deny(int number, int errnum)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)number, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)errnum),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = {
		.len = sizeof(code) / sizeof(code[0]), .filter = code};

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

static inline int scratch_wait(pid_t pid)
{
	int status;

	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

/* Run the test function in a child where a system call (0: none) fails; the child's failed
 * checks count as one here. */
static inline void scratch_run_denied(void (*test)(void), int number, int errnum)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		tap_failed_checks = 0;
		check(!number || scratch_deny(number, errnum));
		test();
		fflush(stdout);
		_exit(tap_failed_checks != 0);
	}
	check_int(scratch_wait(pid), 0);
}

static inline bool scratch_denies(void)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0)
		_exit(scratch_deny(-1, EPERM) ? 0 : 1);
	status = scratch_wait(pid);
	return status == 0;
}

#endif
