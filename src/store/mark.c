#include "store/mark.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/hex.h"
#include "store/digest.h"

#define NAME "user.seine.entry"
#define HASH (MARK_SIZE - 1)
#define VALUE_SIZE (MARK_SIZE + 40)

/* The URL up to its password, if it has one: on the mark of a file that is given away others could
 * try which it is. *rest is what follows. */
static size_t before_password(const char *url, const char **rest)
{
	const char *scheme = strstr(url, "://");
	const char *user = scheme ? scheme + 3 : url;
	const char *at = memrchr(user, '@', strcspn(user, "/?#"));
	const char *colon = at ? memchr(user, ':', (size_t)(at - user)) : NULL;

	*rest = colon ? at : url + strlen(url);
	return (size_t)((colon ? colon : *rest) - url);
}

int mark_of(char mark[MARK_SIZE], const struct entry *entry, struct error *err)
{
	const char *url = entry->urls.items[0], *rest;
	size_t len = before_password(url, &rest);
	struct digest *digest = digest_new(DIGEST_SHA256, err);
	struct checksum sum = {.alg = DIGEST_SHA256};
	_cleanup_(buf_release) struct buf hex = BUF_INIT;
	int failed = -1;

	/* With the NUL between them, so that no other two come to the same. */
	if (digest &&
		digest_update(digest, entry->path, strlen(entry->path) + 1, err) == 0 &&
		digest_update(digest, url, len, err) == 0 &&
		digest_update(digest, rest, strlen(rest), err) == 0)
		failed = digest_final(digest, &sum, err);
	digest_free(digest);
	if (failed)
		return -1;
	hex_add(&hex, sum.bytes, HASH / 2);
	memcpy(mark, hex.data, MARK_SIZE);
	return 0;
}

/* "HASH SECONDS.NANOSECONDS". Returns its length. */
static size_t print_value(
	char value[VALUE_SIZE], const char *mark, const struct stat *info)
{
	return (size_t)snprintf(value, VALUE_SIZE, "%s %" PRId64 ".%09ld", mark,
		(int64_t)info->st_mtim.tv_sec, info->st_mtim.tv_nsec);
}

/* 0 or -errno; -EOPNOTSUPP also where only this one is none that the file system takes: so it is
 * where a file that we may write to is refused. */
static int set(int fd, const char *mark, int flags, bool may_write)
{
	char value[VALUE_SIZE];
	struct stat info;

	if (fstat(fd, &info) != 0)
		return -errno;
	if (fsetxattr(fd, NAME, value, print_value(value, mark, &info), flags) == 0)
		return 0;
	if (may_write && (errno == EPERM || errno == EACCES))
		return -EOPNOTSUPP;
	return errno == ENOSYS || errno == E2BIG ? -EOPNOTSUPP : -errno;
}

int mark_set(int fd, const char *mark)
{
	return set(fd, mark, 0, true);
}

/* As an earlier run of ours would have left it. */
static bool may_write(int fd)
{
	struct stat info;

	return fstat(fd, &info) == 0 && info.st_uid == geteuid() &&
	       (info.st_mode & S_IWUSR) != 0;
}

int mark_adopt(struct outdir *outdir, const char *path, const char *mark)
{
	int fd = outdir_open_file(outdir, path), result;

	if (fd < 0)
		return -ENOENT;
	result = set(fd, mark, XATTR_CREATE, may_write(fd));
	(void)close(fd);
	return result == -EEXIST || result == -EOPNOTSUPP ? 0 : result;
}

static enum whose read_mark(int fd, const struct stat *info, const char *mark)
{
	char value[VALUE_SIZE], found[VALUE_SIZE];
	size_t wanted = print_value(value, mark, info);
	ssize_t len = fgetxattr(fd, NAME, found, sizeof(found));

	if (len < 0 && errno != ERANGE)
		return errno == ENODATA ? WHOSE_NOBODYS : WHOSE_UNKNOWN;
	if (len <= HASH || memcmp(found, value, HASH + 1) != 0)
		return WHOSE_ANOTHERS;
	return (size_t)len == wanted && memcmp(found, value, wanted) == 0
		       ? WHOSE_OURS
		       : WHOSE_EDITED;
}

int mark_look_in(int dir, const char *base, const char *mark, enum whose *whose)
{
	struct stat info;
	int fd;

	*whose = WHOSE_NOT_THERE;
	if (fstatat(dir, base, &info, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT ? 0 : -errno;
	*whose = WHOSE_NOBODYS;
	if (!S_ISREG(info.st_mode))
		return 0;
	*whose = WHOSE_UNKNOWN;
	fd = openat(dir, base, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return errno == EACCES || errno == EPERM ? 0 : -errno;
	*whose = read_mark(fd, &info, mark);
	(void)close(fd);
	return 0;
}

int mark_look(
	struct outdir *outdir, const char *path, const char *mark, enum whose *whose)
{
	const char *base;
	struct outdir_parent *parent = outdir_parent_there(outdir, path, &base);
	int result;

	*whose = WHOSE_NOT_THERE;
	if (!parent)
		return 0;
	result = mark_look_in(outdir_parent_fd(parent), base, mark, whose);
	outdir_parent_put(outdir, parent);
	return result;
}

int mark_refuse(enum whose whose, const char *path, struct error *err)
{
	static const char *const why[] = {
		[WHOSE_NOT_THERE] = "",
		[WHOSE_OURS] = "",
		[WHOSE_EDITED] = "",
		[WHOSE_NOBODYS] = ", and nothing says that it is this entry's",
		[WHOSE_ANOTHERS] = ", and is another entry's",
		[WHOSE_UNKNOWN] = (", and whose it is cannot be told (no extended "
				   "attributes, or no right to read it)"),
	};

	return error_set(err, KIND_EXISTS, EEXIST, "'%.120s' exists already%s", path,
		why[whose]);
}
