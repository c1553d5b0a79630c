/* durable.c - see durable.h. In batch, a thread waits until there is something to sync and
 * either it is BATCH_WAIT old or there are BATCH_FILES of it. What is told while it syncs is
 * for the next time: that is why it looks up the journal's sequence before. */
#include "store/durable.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/thread.h"

#define BATCH_FILES 256
#define BATCH_WAIT NS_PER_SEC

struct durable {
	enum durability durability;
	int workdir;
	struct journal *journal;
	pthread_t thread; /* in batch */

	pthread_mutex_t syncing; /* held during syncfs */
	pthread_mutex_t lock;    /* for all below */
	pthread_cond_t changed;
	nstime due; /* when the oldest that is not synced is to be; NSTIME_NEVER: none */
	unsigned files; /* renamed since the last sync */
	bool stop;
	struct error failed; /* kind KIND_NONE: nothing */
};

/* With the lock held. */
static int check(const struct durable *durable, struct error *err)
{
	if (durable->failed.kind == KIND_NONE)
		return 0;
	if (err)
		*err = durable->failed;
	return -1;
}

/* The first failure stays. */
static int fail(struct durable *durable, const struct error *failed, struct error *err)
{
	int result;

	pthread_mutex_lock(&durable->lock);
	if (durable->failed.kind == KIND_NONE)
		durable->failed = *failed;
	result = check(durable, err);
	pthread_mutex_unlock(&durable->lock);
	return result;
}

static int fail_sync(struct durable *durable, int errnum, struct error *err)
{
	struct error failed;

	error_errno(&failed, KIND_DISK, errnum, "cannot sync what was written");
	return fail(durable, &failed, err);
}

/* Something was written; `files` of it got their names. */
static int told(struct durable *durable, unsigned files, struct error *err)
{
	int result;

	pthread_mutex_lock(&durable->lock);
	result = check(durable, err);
	durable->files += files;
	if (durable->due == NSTIME_NEVER) {
		durable->due = clock_now() + BATCH_WAIT;
		pthread_cond_signal(&durable->changed);
	} else if (files && durable->files == BATCH_FILES) {
		pthread_cond_signal(&durable->changed);
	}
	pthread_mutex_unlock(&durable->lock);
	return result;
}

static int check_locked(struct durable *durable, struct error *err)
{
	int result;

	pthread_mutex_lock(&durable->lock);
	result = check(durable, err);
	pthread_mutex_unlock(&durable->lock);
	return result;
}

static int sync_and_record(struct durable *durable, struct error *err)
{
	uint64_t upto = journal_sequence(durable->journal);
	struct error failed;

	if (check_locked(durable, err) < 0)
		return -1;
	/* Says as well if something could not be written in the background (Linux 5.8). */
	if (syncfs(durable->workdir) < 0)
		return fail_sync(durable, errno, err);
	if (journal_synced(durable->journal, upto, &failed) < 0)
		return fail(durable, &failed, err);
	return 0;
}

/* One at a time: the kernel tells an error to one who asks, and to the next one that all is
 * well. */
static int sync_all(struct durable *durable, struct error *err)
{
	int result;

	pthread_mutex_lock(&durable->syncing);
	result = sync_and_record(durable, err);
	pthread_mutex_unlock(&durable->syncing);
	return result;
}

/* With the lock held: wait until there is a batch to sync; false when told to stop. */
static bool wait_for_batch(struct durable *durable)
{
	while (!durable->stop && durable->failed.kind == KIND_NONE) {
		if (durable->files >= BATCH_FILES || clock_now() >= durable->due)
			return true;
		/* Whether the time has come is looked at above. */
		(void)thread_wait_until(
			&durable->changed, &durable->lock, durable->due);
	}
	return false;
}

static void *sync_batches(void *context)
{
	struct durable *durable = context;

	pthread_mutex_lock(&durable->lock);
	while (wait_for_batch(durable)) {
		durable->due = NSTIME_NEVER;
		durable->files = 0;
		pthread_mutex_unlock(&durable->lock);
		/* Who tells us something next hears of it. */
		if (sync_all(durable, NULL) < 0)
			log_debug("no more batches are synced");
		pthread_mutex_lock(&durable->lock);
	}
	pthread_mutex_unlock(&durable->lock);
	return NULL;
}

static void release(struct durable *durable)
{
	pthread_cond_destroy(&durable->changed);
	pthread_mutex_destroy(&durable->lock);
	pthread_mutex_destroy(&durable->syncing);
	free(durable);
}

struct durable *durable_new(enum durability durability, int workdir,
	struct journal *journal, struct error *err)
{
	struct durable *durable = xcalloc(1, sizeof(*durable));
	int errnum;

	durable->durability = durability;
	durable->workdir = workdir;
	durable->journal = journal;
	durable->due = NSTIME_NEVER;
	pthread_mutex_init(&durable->syncing, NULL);
	pthread_mutex_init(&durable->lock, NULL);
	thread_cond_init(&durable->changed);
	if (durability != DURABILITY_BATCH)
		return durable;
	errnum = thread_start_unsignalled(&durable->thread, sync_batches, durable);
	if (errnum == 0)
		return durable;
	error_errno(err, KIND_INTERNAL, errnum, "cannot start a thread");
	release(durable);
	return NULL;
}

void durable_free(struct durable *durable)
{
	if (!durable)
		return;
	if (durable->durability == DURABILITY_BATCH) {
		pthread_mutex_lock(&durable->lock);
		durable->stop = true;
		pthread_cond_signal(&durable->changed);
		pthread_mutex_unlock(&durable->lock);
		pthread_join(durable->thread, NULL);
	}
	release(durable);
}

int durable_part(struct durable *durable, int fd, struct error *err)
{
	if (durable->durability == DURABILITY_NONE)
		return 0;
	if (durable->durability == DURABILITY_BATCH)
		return told(durable, 0, err);
	if (check_locked(durable, err) < 0)
		return -1;
	return fdatasync(fd) < 0 ? fail_sync(durable, errno, err) : 0;
}

/* A directory that was only opened to be gone through must be opened anew to be synced.
 * -EOPNOTSUPP: it cannot be synced by itself. */
static int sync_dir(int dir)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int result;

	if (fd < 0)
		return -EOPNOTSUPP;
	result = fsync(fd) < 0 ? -errno : 0;
	close(fd);
	return result == -EINVAL ? -EOPNOTSUPP : result;
}

int durable_renamed(struct durable *durable, int dir, struct error *err)
{
	int result;

	if (durable->durability == DURABILITY_NONE)
		return 0;
	if (durable->durability == DURABILITY_BATCH)
		return told(durable, 1, err);
	if (check_locked(durable, err) < 0)
		return -1;
	result = sync_dir(dir);
	if (result == -EOPNOTSUPP)
		return sync_all(durable, err);
	return result < 0 ? fail_sync(durable, -result, err) : 0;
}

int durable_sync(struct durable *durable, struct error *err)
{
	return sync_all(durable, err);
}
