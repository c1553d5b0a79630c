/* child.c - fork, listen, wait.
 *
 * A signal from the terminal reaches the child by itself; one that was sent to this process
 * alone has to be passed on. Which it was cannot be told, so it is always passed on, a
 * little later, in the form that a child which has stopped already takes no notice of
 * (signals.h). The same form ends a run whose time is up. Should this process die, the
 * child dies, too. */
#include "app/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/session.h"
#include "app/signals.h"
#include "base/buf.h"
#include "base/json.h"

#define PASS_ON_AFTER (100 * NS_PER_MS)

struct child {
	const struct child_job *job;
	pid_t pid;
	int fd; /* what it writes to standard output */
	struct buf said;
	nstime wake;     /* when to stop it */
	bool passing_on; /* `wake` is set because we were told to stop */
};

_Noreturn static void be_child(const struct child_job *job, int fd, pid_t parent)
{
	struct settings settings = *job->settings;

	settings.quiet = true;
	settings.json = true;
	if (job->hushed)
		log_setup(LOG_ERROR, NULL, NULL);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent ||
		dup2(fd, STDOUT_FILENO) < 0)
		_exit(EXIT_FAILED_ENTRIES);
	(void)close(fd);
	_exit(session_run_sample(&settings, job->every));
}

static int child_start(struct child *child, struct error *err)
{
	pid_t parent = getpid();
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return error_errno(err, KIND_INTERNAL, errno, "pipe");
	child->pid = fork();
	if (child->pid == 0) {
		(void)close(ends[0]);
		be_child(child->job, ends[1], parent);
	}
	(void)close(ends[1]);
	child->fd = ends[0];
	if (child->pid > 0)
		return 0;
	error_errno(err, KIND_INTERNAL, errno, "fork");
	(void)close(child->fd);
	return -1;
}

static void tell_to_stop(struct child *child)
{
	int number = child->passing_on ? signals_caught() : SIGTERM;

	child->wake = NSTIME_NEVER;
	/* It has not been waited for, so the number is nobody else's. */
	if (sigqueue(child->pid, number, (union sigval){0}) < 0)
		log_error(
			"cannot stop process %d: %s", (int)child->pid, strerror(errno));
}

/* False at the end. */
static bool child_read(struct child *child)
{
	char piece[4096];
	ssize_t got = read(child->fd, piece, sizeof(piece));

	if (got > 0)
		buf_add(&child->said, piece, (size_t)got);
	return got > 0 || (got < 0 && errno == EINTR);
}

/* Listen to what it says until it ends. */
static void child_follow(struct child *child)
{
	const struct stop *stop = child->job->stop;

	for (;;) {
		nstime now = clock_now();
		struct pollfd fds[2] = {
			{.fd = child->fd, .events = POLLIN},
			{.fd = child->passing_on ? -1 : stop->fd, .events = POLLIN},
		};

		if (stop->asked(stop) && !child->passing_on) {
			child->passing_on = true;
			child->wake = now + PASS_ON_AFTER;
			if (!child->job->settings->quiet)
				log_warn("stopping: the run under way has a few "
					 "seconds; a second signal (Ctrl-C) ends it "
					 "at once");
			continue;
		}
		if (now >= child->wake)
			tell_to_stop(child);
		if (poll(fds, ARRAY_LEN(fds), clock_timeout_ms(now, child->wake)) < 0 &&
			errno != EINTR)
			return;
		if (fds[0].revents != 0 && !child_read(child))
			return;
	}
}

static bool read_summary(const struct buf *said, struct measurement *figures)
{
	json_t *summary = json_read(said->data, said->len);
	int64_t interrupted;

	if (!summary)
		return false;
	interrupted = json_get_count(
		json_object_get(summary, "failures"), kind_name(KIND_INTERRUPTED));
	figures->files =
		json_get_count(summary, "files") + json_get_count(summary, "present");
	figures->failed = json_get_count(summary, "failed") - interrupted;
	figures->begun = json_get_count(summary, "attempts") -
			 json_get_count(summary, "retries") -
			 json_get_count(summary, "redirects");
	figures->bytes = json_get_count(summary, "bytes");
	figures->wall = json_get_seconds(summary, "wall_s");
	figures->max_in_flight = json_get_count(summary, "max_in_flight");
	figures->loop_stall = json_get_seconds(summary, "loop_stall_max_s");
	json_decref(summary);
	return figures->wall >= 0;
}

static int child_wait(struct child *child, struct child_end *end, struct error *err)
{
	struct rusage usage;
	int status;

	while (wait4(child->pid, &status, 0, &usage) < 0)
		if (errno != EINTR)
			return error_errno(err, KIND_INTERNAL, errno, "wait4");
	*end = (struct child_end){
		.status = WIFEXITED(status) ? WEXITSTATUS(status)
					    : 128 + WTERMSIG(status),
		.crashed = !WIFEXITED(status),
	};
	end->told = read_summary(&child->said, &end->figures);
	end->figures.cpu = clock_span(usage.ru_utime) + clock_span(usage.ru_stime);
	end->figures.max_rss = (int64_t)usage.ru_maxrss * 1024;
	end->figures.switches = usage.ru_nvcsw + usage.ru_nivcsw;
	return 0;
}

int child_run(const struct child_job *job, struct child_end *end, struct error *err)
{
	struct child child = {
		.job = job,
		.said = BUF_INIT,
		.wake = job->limit > 0 ? clock_now() + job->limit : NSTIME_NEVER,
	};
	int result;

	if (child_start(&child, err) < 0)
		return -1;
	child_follow(&child);
	result = child_wait(&child, end, err);
	(void)close(child.fd);
	buf_release(&child.said);
	return result;
}
