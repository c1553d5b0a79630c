/* beneath.c - see beneath.h. The truth is a walk: one component at a time, each opened
 * with O_NOFOLLOW relative to the descriptor of the one before, so that nothing that is
 * renamed or replaced meanwhile can lead elsewhere. openat2() does the same for the
 * whole path in one call, and is tried first; whatever it answers (there is no such
 * call before Linux 5.6, and sandboxes refuse it with ENOSYS or EPERM), the walk can do
 * without it, makes what is missing, and knows which component is at fault. */
#include "store/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define DIR_FLAGS (O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

/* How often a component that somebody else keeps removing is made again. */
#define MAKE_TRIES 3

bool beneath_is_safe(const char *path)
{
	for (;;) {
		size_t len = strcspn(path, "/");

		if (len == 0 || (len == 1 && path[0] == '.') ||
			(len == 2 && path[0] == '.' && path[1] == '.'))
			return false;
		if (!path[len])
			return true;
		path += len + 1;
	}
}

static int open_at_once(int root, const char *dir)
{
	const struct open_how how = {
		.flags = DIR_FLAGS,
		.resolve =
			RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
	};
	long fd = syscall(SYS_openat2, root, dir, &how, sizeof(how));

	return fd < 0 ? -errno : (int)fd;
}

static int open_component(int here, const char *name, bool make)
{
	for (int i = 0; i < MAKE_TRIES; i++) {
		int fd = openat(here, name, DIR_FLAGS);

		if (fd >= 0)
			return fd;
		if (errno != ENOENT || !make)
			return -errno;
		if (mkdirat(here, name, 0777) < 0 && errno != EEXIST)
			return -errno;
	}
	return -ENOENT;
}

static int walk(int root, const char *dir, bool make, size_t *blocked)
{
	const char *at = dir;
	int here = root;

	for (;;) {
		char name[NAME_MAX + 1];
		size_t len = strcspn(at, "/");
		int next = -ENAMETOOLONG;

		if (len <= NAME_MAX) {
			memcpy(name, at, len);
			name[len] = '\0';
			next = open_component(here, name, make);
		}
		if (here != root)
			close(here);
		at += len;
		*blocked = (size_t)(at - dir);
		if (next < 0 || !*at)
			return next;
		here = next;
		at++;
	}
}

int beneath_open(int root, const char *dir, bool make, size_t *blocked)
{
	int fd;

	*blocked = strlen(dir);
	if (!beneath_is_safe(dir))
		return -EINVAL;
	fd = open_at_once(root, dir);
	if (fd >= 0 || fd == -EMFILE || fd == -ENFILE || (fd == -ENOENT && !make))
		return fd;
	return walk(root, dir, make, blocked);
}
