/* Memory and descriptors.
 *
 * Descriptors are dealt out before anything begins, so that nobody finds none left: so many are
 * sockets, which libcurl is held to; so many are files, which the store is held to (it closes what
 * it can open again); the rest is what both need besides, and what a job has but once. A small body
 * has no file open while it comes (body.h), and parts take turns (part_files.c), so that most can
 * be sockets. */
#include "app/room.h"

#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/diag.h"
#include "engine/engine.h"

#define SPARE_FDS 32  /* for lists, reports, libraries */
#define RESERVED 64   /* by the event engine, from sockets */
#define AUTO_SHARE 4  /* ... or one in so many, where nobody says how many transfers */
#define PER_MULTI 32  /* connections to one descriptor of libcurl's own */
#define FILES_SHARE 3 /* one of so many of the reserve for parts, one for directories */
/* What a thread's transfer takes besides an idle connection: its own, a file and its directory, and
 * the pair of sockets by which libcurl could wake it. */
#define THREAD_FDS 5
/* --jobs auto: no more than this in all, and that takes so much of the memory. */
#define AUTO_MAX 16384 /* ports for one server are not many more */
#define AUTO_THREADS 512
#define TRANSFER_MEMORY 102400 /* bytes that a transfer takes, about */
#define MEMORY_SHARE 4         /* one byte in so many that the machine has */

static bool is_mode(const struct settings *settings, const struct engine *engine)
{
	return strcmp(settings->mode, engine->name) == 0;
}

/* For how many transfers there is room, but for descriptors, when nobody says how many. */
static int64_t jobs_room(const struct settings *settings)
{
	int64_t pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
	int64_t room = AUTO_MAX;

	if (is_mode(settings, &engine_sequential))
		return 1;
	if (is_mode(settings, &engine_threads))
		room = AUTO_THREADS;
	if (pages > 0 && page > 0 &&
		pages / MEMORY_SHARE < room * TRANSFER_MEMORY / page)
		room = pages / MEMORY_SHARE * page / TRANSFER_MEMORY;
	return room > 0 ? room : 1;
}

/* Raise the soft limit to the hard one. How many descriptors that gives to deal out; -1: more than
 * matters. */
static int64_t raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return -1;
	if (limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		if (setrlimit(RLIMIT_NOFILE, &limit) != 0 &&
			getrlimit(RLIMIT_NOFILE, &limit) != 0)
			return -1;
	}
	if (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur > INT32_MAX)
		return -1;
	return (int64_t)limit.rlim_cur;
}

static int64_t at_least_one(int64_t number)
{
	return number > 0 ? number : 1;
}

/* Returns for how many transfers that is. */
static int64_t deal_to_threads(struct settings *settings, int64_t all)
{
	int64_t room = at_least_one(all / (THREAD_FDS + 1));

	settings->connections = room;
	if (settings->jobs <= room)
		settings->connections = all - THREAD_FDS * settings->jobs;
	settings->files = settings->jobs < room ? settings->jobs : room;
	return room;
}

/* How many are kept from sockets. Whoever says a number shall have it, if it can be had; else many
 * large files at once are likelier than so many transfers. */
static int64_t reserve(const struct settings *settings, int64_t all)
{
	int64_t least = all / 2 < RESERVED ? all / 2 : RESERVED;
	int64_t share = all / (settings->jobs_auto ? AUTO_SHARE : PER_MULTI);

	return share > least ? share : least;
}

static int64_t deal_to_loops(struct settings *settings, int64_t all)
{
	int64_t reserved = reserve(settings, all);
	int64_t room = at_least_one(all - reserved);
	int64_t over = settings->jobs < room ? room - settings->jobs : 0;
	int64_t files = (reserved - room / PER_MULTI) / FILES_SHARE;

	/* Of what is over, half is for idle connections, the rest for parts and directories. */
	settings->connections = room - over / 2;
	settings->files = at_least_one(files + over / 4);
	return room;
}

static void fit_descriptors(struct settings *settings)
{
	int64_t limit = raise_limit(), room;

	if (limit < 0 || is_mode(settings, &engine_sequential))
		return;
	room = is_mode(settings, &engine_threads)
		       ? deal_to_threads(settings, limit - SPARE_FDS)
		       : deal_to_loops(settings, limit - SPARE_FDS);
	if (settings->jobs <= room)
		return;
	if (!settings->jobs_auto)
		log_warn("%lld transfers at once instead of %lld: the limit of open "
			 "files is %lld (ulimit -n)",
			(long long)room, (long long)settings->jobs, (long long)limit);
	settings->jobs = room;
}

void room_fit(struct settings *settings)
{
	settings->jobs_auto = settings->jobs == 0;
	if (settings->jobs_auto)
		settings->jobs = jobs_room(settings);
	fit_descriptors(settings);
}
