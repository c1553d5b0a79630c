/* failed.c - what failed, as a list that -i reads: run it again, for what is left.
 *
 * The list holds whole URLs, with whatever secret the user wrote into them, so nobody
 * else may read it. When it is one of the inputs, as in `seine -i left.txt --failed
 * left.txt`, the new list is made beside it, and takes its place at the end of a job
 * that accounts for every line of it. One that was stopped, could not read it all, or had
 * an entry fail that no list can hold, leaves the input as it was: a longer list than
 * need be, but nothing is lost.
 *
 * An entry goes out only if reading it gives the same entry back. Whatever came from a
 * list does so; an argument may hold a line break, and must not become lines of its
 * own. */
#include "report/reporter.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/text.h"
#include "report/outfile.h"

struct failed {
	struct observer observer;
	const struct report_job *job;
	struct outfile out;
	char *target;    /* the input to be replaced; NULL: written in place */
	char *temporary; /* what it will be replaced by */
	bool left_out;   /* an entry that failed is not in it */
};

/* Does a line give this back: no line break in it, nothing around it to be trimmed? */
static bool is_expressible(const char *text)
{
	static const char trimmed[] = " \t\r";
	size_t len = strlen(text);

	return !strchr(text, '\n') &&
	       (len == 0 ||
		       (!strchr(trimmed, text[0]) && !strchr(trimmed, text[len - 1])));
}

static bool add_option(struct buf *out, const char *name, const char *value)
{
	if (!value)
		return true;
	buf_addf(out, " %s=%s\n", name, value);
	return is_expressible(value);
}

/* Quotes are taken off by the reader. A URL (or what somebody took for one) needs them
 * to keep its own, and not to become a comment. */
static bool needs_quotes(const char *url)
{
	size_t len = strlen(url);

	return url[0] == '#' || (len >= 2 && url[0] == '"' && url[len - 1] == '"');
}

static bool add_urls(struct buf *out, const struct strings *urls)
{
	for (size_t i = 0; i < urls->count; i++) {
		const char *url = urls->items[i];
		const char *quote = needs_quotes(url) ? "\"" : "";

		if (*url == '\0' || strchr(url, '\t') || !is_expressible(url))
			return false;
		buf_addf(out, "%s%s%s%s", i > 0 ? "\t" : "", quote, url, quote);
	}
	buf_addch(out, '\n');
	return urls->count > 0;
}

/* A list cannot say digests of pieces: what has no other one would be whatever comes. */
static bool would_be_unproven(const struct entry *entry)
{
	return entry->pieces && entry->checksum.alg == DIGEST_NONE;
}

static bool add_entry(struct buf *out, const struct entry *entry)
{
	_cleanup_(buf_release) struct buf checksum = BUF_INIT;
	char *named_by _cleanup_(freep) = entry_named_by(entry);
	/* The name that this job gave it: by itself a shorter list would give others. */
	bool whole = !would_be_unproven(entry) && add_urls(out, &entry->urls) &&
		     add_option(out, entry_name_option(entry),
			     entry->path ? entry->path : entry->out) &&
		     (entry->path || add_option(out, "dir", entry->dir));

	if (entry->checksum.alg != DIGEST_NONE) {
		checksum_add(&checksum, &entry->checksum);
		whole = whole && add_option(out, "checksum", checksum.data);
	}
	for (size_t i = 0; i < entry->headers.count; i++)
		whole = whole && add_option(out, "header", entry->headers.items[i]);
	whole = whole && add_option(out, "referer", entry->referer) &&
		add_option(out, "user-agent", entry->user_agent) &&
		add_option(out, "named-by", named_by);
	if (entry->max_tries > 0)
		buf_addf(out, " max-tries=%" PRId64 "\n", entry->max_tries);
	if (entry->size >= 0)
		buf_addf(out, " size=%" PRId64 "\n", entry->size);
	return whole;
}

static void failed_event(struct observer *observer, const struct event *event)
{
	struct failed *failed = container_of(observer, struct failed, observer);
	struct buf *out = &failed->out.data;
	const char *text;
	size_t start;

	if (event->type != EVENT_FAILED)
		return;
	text = event->error->text;
	buf_addf(out, "# %s: ", kind_name(event->error->kind));
	text_add_printable(out, text, strlen(text));
	buf_addch(out, '\n');
	start = out->len;
	if (!add_entry(out, event->entry)) {
		failed->left_out = true;
		buf_truncate(out, start);
		buf_addstr(out, "# (left out: no line of a list can hold it)\n");
	}
	if (outfile_is_full(&failed->out))
		reporter_flush(failed->job, &failed->out);
}

static void failed_tick(struct observer *observer, nstime now _unused_)
{
	struct failed *failed = container_of(observer, struct failed, observer);

	reporter_flush(failed->job, &failed->out);
}

static bool was_stopped(const struct report_job *job)
{
	return (job->stopped && *job->stopped) ||
	       job->tally->failures[KIND_INTERRUPTED] > 0 ||
	       job->tally->failures[KIND_DISK] > 0;
}

/* Does the new list say all that the inputs said, but for what is done? */
static bool accounts_for_all(const struct report_job *job)
{
	return !was_stopped(job) && job->tally->bad_lines == 0 &&
	       job->tally->broken_inputs == 0;
}

static int failed_replace(struct failed *failed, struct error *err)
{
	const char *name = failed->job->settings->failed;

	if (failed->left_out || !accounts_for_all(failed->job)) {
		log_warn("%s is left as it was, since not every entry of it %s", name,
			failed->left_out ? "that failed can be written there"
					 : "was tried");
		return 0;
	}
	if (rename(failed->temporary, failed->target) < 0)
		return error_errno(err, KIND_DISK, errno, "cannot replace %s", name);
	free(failed->temporary);
	failed->temporary = NULL;
	return 0;
}

static int failed_close(
	struct observer *observer, nstime now _unused_, struct error *err)
{
	struct failed *failed = container_of(observer, struct failed, observer);
	bool told = failed->out.errnum != 0;

	if (was_stopped(failed->job))
		buf_addstr(&failed->out.data,
			"# The job was stopped: "
			"entries that it did not begin are not here.\n");
	/* Before the rename, or a power cut might leave neither list. */
	if (failed->temporary)
		outfile_sync(&failed->out);
	if (outfile_close(&failed->out, err) < 0)
		return told ? 0 : -1;
	return failed->temporary ? failed_replace(failed, err) : 0;
}

static void failed_free(struct observer *observer)
{
	struct failed *failed = container_of(observer, struct failed, observer);

	outfile_release(&failed->out);
	if (failed->temporary && unlink(failed->temporary) < 0)
		log_warn("%s is left over", failed->temporary);
	free(failed->temporary);
	free(failed->target);
	free(failed);
}

/* Open a new file beside the one that is to be replaced (where a link leads, if it is
 * one). */
static int failed_open_beside(
	struct failed *failed, const char *name, struct error *err)
{
	int fd;

	failed->target = realpath(name, NULL);
	if (!failed->target)
		return error_errno(err, KIND_DISK, errno, "cannot write %s", name);
	failed->temporary = xasprintf("%s.XXXXXX", failed->target);
	fd = mkostemp(failed->temporary, O_CLOEXEC);
	if (fd < 0) {
		(void)error_errno(
			err, KIND_DISK, errno, "cannot write beside %s", name);
		free(failed->temporary);
		failed->temporary = NULL;
		return -1;
	}
	outfile_init(&failed->out, name, fd, false);
	return 0;
}

static const struct observer_ops failed_ops = {
	.event = failed_event,
	.tick = failed_tick,
	.close = failed_close,
	.free = failed_free,
};

static int failed_open(
	const struct report_job *job, struct observer **observer, struct error *err)
{
	const char *name = job->settings->failed, *results = job->settings->results;
	const char *reader;
	struct failed *failed;
	int result;

	if (!name)
		return 0;
	if (results && outfile_same(name, results))
		return error_set(err, KIND_USAGE, 0,
			"--failed and --results both want to write %s", name);
	reader = outfile_reader(name, job->settings);
	if (reader)
		return error_set(err, KIND_USAGE, 0,
			"--failed %s would overwrite the --%s of this job", name,
			reader);
	failed = xcalloc(1, sizeof(*failed));
	failed->observer.ops = &failed_ops;
	failed->job = job;
	failed->out.fd = -1;
	if (outfile_is_input(name, &job->settings->inputs))
		result = failed_open_beside(failed, name, err);
	else
		result = outfile_open(&failed->out, name, 0600, err);
	if (result < 0)
		failed_free(&failed->observer);
	else
		*observer = &failed->observer;
	return result;
}

const struct reporter reporter_failed = {"failed", failed_open};
