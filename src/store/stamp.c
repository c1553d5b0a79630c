#include "store/stamp.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/alloc.h"

#define NAME "user.seine.etag"
#define VALUE_MAX 1200 /* length and time, then the ETag */

/* "LENGTH SECONDS.NANOSECONDS ": what the file must still be. Returns its length. */
static int print_state(char *out, size_t size, const struct stat *info)
{
	return snprintf(out, size, "%" PRId64 " %" PRId64 ".%09ld ",
		(int64_t)info->st_size, (int64_t)info->st_mtim.tv_sec,
		info->st_mtim.tv_nsec);
}

void stamp_set(struct outdir *outdir, const char *path, const char *etag)
{
	char value[VALUE_MAX];
	int fd = outdir_open_file(outdir, path);
	struct stat info;
	size_t len = strlen(etag);
	int state;

	if (fd < 0)
		return;
	if (fstat(fd, &info) == 0) {
		state = print_state(value, sizeof(value), &info);
		if (len <= sizeof(value) - (size_t)state) {
			memcpy(value + state, etag, len);
			if (fsetxattr(fd, NAME, value, (size_t)state + len, 0) != 0)
				log_debug("cannot keep the ETag of '%s': %m", path);
		}
	}
	(void)close(fd);
}

/* The ETag of a file that is still as it was; NULL: none. Yours. */
static char *read_etag(int fd, const struct stat *info)
{
	char state[64], value[VALUE_MAX];
	int len = print_state(state, sizeof(state), info);
	ssize_t got = fgetxattr(fd, NAME, value, sizeof(value));

	if (got <= len || memcmp(value, state, (size_t)len) != 0 ||
		memchr(value, '\0', (size_t)got) || memchr(value, '\n', (size_t)got) ||
		memchr(value, '\r', (size_t)got))
		return NULL;
	return xstrndup(value + len, (size_t)(got - len));
}

int stamp_get(struct outdir *outdir, const char *path, struct version *version)
{
	int fd = outdir_open_file(outdir, path);
	struct stat info;
	int failed;

	if (fd < 0)
		return -1;
	failed = fstat(fd, &info);
	if (!failed)
		*version = (struct version){.size = info.st_size,
			.mtime = info.st_mtim.tv_sec,
			.etag = read_etag(fd, &info)};
	(void)close(fd);
	return failed;
}
