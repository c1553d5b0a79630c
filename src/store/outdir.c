/* outdir.c - see outdir.h. Three things in one handle: the directory's descriptor, from
 * which everything is reached (the name that the user gave is looked up once; it may be
 * a link, that is the user's wish); .seine with its lock (workdir); and the directories
 * below (parents, beneath). A file right in the directory needs none of the machinery:
 * its parent is a constant. */
#include "store/outdir.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "store/beneath.h"
#include "store/parents.h"

struct outdir {
	char *path; /* as given, for messages */
	struct outdir_parent root;
	bool is_new;
	struct workdir work;
	struct parents *parents;
	struct journal *journal; /* NULL: none */
	struct durable *durable; /* NULL: none */
	pthread_mutex_t names;
};

static bool is_dir(const char *path)
{
	struct stat info;

	return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

/* As mkdir -p. What is there already may be beyond our rights to make (EACCES, EROFS). *made: the
 * directory itself was not. */
static int make_with_parents(const char *dir, bool *made)
{
	_cleanup_(freep) char *path = xstrdup(dir);

	for (char *at = path; *(at += strspn(at, "/"));) {
		char saved;

		at += strcspn(at, "/");
		saved = *at;
		*at = '\0';
		*made = mkdir(path, 0777) == 0;
		if (!*made) {
			int errnum = errno;

			if (!is_dir(path))
				return -errnum;
		}
		*at = saved;
	}
	return 0;
}

static int open_root(const char *dir, bool *made)
{
	int fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);

	*made = false;
	if (fd < 0 && errno == ENOENT) {
		int result = make_with_parents(dir, made);

		if (result < 0)
			return result;
		fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	}
	return fd < 0 ? -errno : fd;
}

struct outdir *outdir_open(const char *dir, struct error *err)
{
	struct outdir *outdir = xcalloc(1, sizeof(*outdir));

	outdir->work = (struct workdir)WORKDIR_INIT;
	pthread_mutex_init(&outdir->names, NULL);
	outdir->path = xstrdup(dir);
	outdir->root.fd = open_root(dir, &outdir->is_new);
	if (outdir->root.fd < 0) {
		error_errno(err, KIND_DISK, -outdir->root.fd, "cannot open '%s'", dir);
		goto fail;
	}
	outdir->parents = parents_new(outdir->root.fd);
	if (workdir_take(&outdir->work, outdir->root.fd, dir, err) < 0)
		goto fail;
	return outdir;
fail:
	outdir_close(outdir);
	return NULL;
}

void outdir_close(struct outdir *outdir)
{
	if (!outdir)
		return;
	parents_free(outdir->parents);
	if (outdir->root.fd >= 0) {
		workdir_release(&outdir->work, outdir->root.fd);
		close(outdir->root.fd);
	}
	pthread_mutex_destroy(&outdir->names);
	free(outdir->path);
	free(outdir);
}

bool outdir_is_new(const struct outdir *outdir)
{
	return outdir->is_new;
}

int outdir_workdir(const struct outdir *outdir)
{
	return outdir->work.fd;
}

int outdir_parts(const struct outdir *outdir)
{
	return outdir->work.parts;
}

int outdir_sweep(
	struct outdir *outdir, part_keeper *keep, void *context, struct error *err)
{
	return workdir_sweep(&outdir->work, outdir->path, keep, context, err);
}

/* Is the first component our own .seine, in the eyes of any file system? */
static bool is_reserved(const char *path)
{
	size_t len = sizeof(WORKDIR_NAME) - 1;

	return path[0] == '.' && strncasecmp(path, WORKDIR_NAME, len) == 0 &&
	       (path[len] == '\0' || path[len] == '/');
}

void outdir_attach(
	struct outdir *outdir, struct journal *journal, struct durable *durable)
{
	outdir->journal = journal;
	outdir->durable = durable;
}

struct journal *outdir_journal(const struct outdir *outdir)
{
	return outdir->journal;
}

struct durable *outdir_durable(const struct outdir *outdir)
{
	return outdir->durable;
}

struct outdir_parent *outdir_parent_there(
	struct outdir *outdir, const char *path, const char **base)
{
	const char *slash = strrchr(path, '/');
	struct outdir_parent *parent = &outdir->root;
	size_t blocked;

	*base = slash ? slash + 1 : path;
	if (!beneath_is_safe(path) || is_reserved(path))
		return NULL;
	if (slash && parents_get(outdir->parents, path, (size_t)(slash - path), false,
			     &parent, &blocked) < 0)
		return NULL;
	return parent;
}

int64_t outdir_size(struct outdir *outdir, const char *path)
{
	const char *base;
	struct outdir_parent *parent = outdir_parent_there(outdir, path, &base);
	struct stat info;
	bool exists;

	if (!parent)
		return -1;
	exists = fstatat(parent->fd, base, &info, AT_SYMLINK_NOFOLLOW) == 0 &&
		 !S_ISDIR(info.st_mode);
	outdir_parent_put(outdir, parent);
	if (!exists)
		return -1;
	return S_ISREG(info.st_mode) ? info.st_size : 0;
}

int outdir_open_file(struct outdir *outdir, const char *path)
{
	const char *base;
	struct outdir_parent *parent = outdir_parent_there(outdir, path, &base);
	struct stat info;
	int fd;

	if (!parent)
		return -1;
	fd = openat(parent->fd, base, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	outdir_parent_put(outdir, parent);
	if (fd >= 0 && (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode))) {
		close(fd);
		return -1;
	}
	return fd;
}

int outdir_remove_file(struct outdir *outdir, const char *path, struct error *err)
{
	const char *base;
	struct outdir_parent *parent = outdir_parent_there(outdir, path, &base);
	int failed;

	if (!parent)
		return 0;
	failed = unlinkat(parent->fd, base, 0) != 0 && errno != ENOENT;
	if (failed)
		error_errno(err, KIND_DISK, errno, "cannot remove '%s'", path);
	outdir_parent_put(outdir, parent);
	return failed ? -1 : 0;
}

static void say_blocked(const struct outdir *outdir, const char *path, size_t blocked,
	int errnum, struct error *err)
{
	int len = blocked < 120 ? (int)blocked : 120;

	switch (errnum) {
	case ENOTDIR:
	case ELOOP:
		error_set(err, KIND_BAD_NAME, errnum,
			"'%.*s' is in the way: it is a file or a link, not a directory",
			len, path);
		break;
	case EMFILE:
	case ENFILE: /* which passes, as in sink_fail */
		error_errno(err, KIND_DESCRIPTORS, errnum,
			"cannot enter '%.*s' in '%.60s'", len, path, outdir->path);
		break;
	case ENAMETOOLONG:
	case EINVAL:
	case EILSEQ:
		error_errno(err, KIND_BAD_NAME, errnum,
			"the file system refuses the directory name '%.*s'", len, path);
		break;
	default:
		error_errno(err, KIND_DISK, errnum, "cannot enter '%.*s' in '%.60s'",
			len, path, outdir->path);
	}
}

struct outdir_parent *outdir_parent(
	struct outdir *outdir, const char *path, const char **base, struct error *err)
{
	const char *slash = strrchr(path, '/');
	struct outdir_parent *parent;
	size_t blocked;
	int result;

	if (!beneath_is_safe(path) || is_reserved(path)) {
		error_set(err, KIND_BAD_NAME, 0, "'%.120s' is not a name for a file",
			path);
		return NULL;
	}
	*base = slash ? slash + 1 : path;
	if (!slash)
		return &outdir->root;
	result = parents_get(
		outdir->parents, path, (size_t)(slash - path), true, &parent, &blocked);
	if (result < 0) {
		say_blocked(outdir, path, blocked, -result, err);
		return NULL;
	}
	return parent;
}

int outdir_parent_fd(const struct outdir_parent *parent)
{
	return parent->fd;
}

void outdir_parent_put(struct outdir *outdir, struct outdir_parent *parent)
{
	if (parent != &outdir->root)
		parents_put(outdir->parents, parent);
}

void outdir_parent_drop(struct outdir *outdir, struct outdir_parent *parent)
{
	if (parent != &outdir->root)
		parents_drop(outdir->parents, parent);
}

void outdir_lock_names(struct outdir *outdir)
{
	pthread_mutex_lock(&outdir->names);
}

void outdir_unlock_names(struct outdir *outdir)
{
	pthread_mutex_unlock(&outdir->names);
}

void outdir_set_room(struct outdir *outdir, size_t directories)
{
	parents_set_room(outdir->parents, directories);
}

bool outdir_trim(struct outdir *outdir)
{
	return parents_trim(outdir->parents) > 0;
}
