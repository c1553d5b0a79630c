/* progress.c - what is going on, on the terminal or as plain lines.
 *
 * The attempts in flight are kept in a ring through attempt->active, from START to
 * FINISH. A tick, if the time has come, adds up what they have received, picks those of
 * the largest files, and has the lines made (bar.c) and shown (screen.c). The rate is that of the
 * last few seconds: the difference to the oldest of some samples that are kept. */
#include "report/progress.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "core/arrival.h"
#include "report/bar.h"
#include "report/outfile.h"

#define BAR_INTERVAL (100 * NS_PER_MS)
#define PLAIN_INTERVAL (5 * NS_PER_SEC)
#define SAMPLE_INTERVAL (500 * NS_PER_MS)
#define SAMPLES 8
#define LARGEST 3             /* files that get a line of their own ... */
#define LARGE (1024 * 1024)   /* ... if they are of so many bytes ... */
#define LONG (2 * NS_PER_SEC) /* ... or have run for so long */

struct sample {
	nstime at;
	int64_t bytes;
};

struct progress {
	struct observer observer;
	const struct report_job *job;
	struct progress_place place;
	struct screen screen;
	enum log_level level; /* of the log that was taken over */
	struct list active;
	size_t in_flight, files_in_flight;
	nstime due; /* when to show something next */
	struct sample samples[SAMPLES];
	size_t n_samples; /* all that were ever taken */
	size_t kept;      /* of them; a plain line tells the rate since the last */
};

static void progress_event(struct observer *observer, const struct event *event)
{
	struct progress *progress = container_of(observer, struct progress, observer);

	if (event->type == EVENT_START) {
		list_add_before(&progress->active, &event->attempt->active);
		progress->in_flight++;
		progress->files_in_flight += event->history->in_flight == 1;
	} else if (event->type == EVENT_FINISH) {
		list_remove(&event->attempt->active);
		progress->in_flight--;
		progress->files_in_flight -= event->history->in_flight == 0;
	}
}

static int64_t size_of(const struct attempt *attempt)
{
	int64_t received = attempt_received(attempt);
	int64_t size = arrival_size(attempt);

	return received > size ? received : size;
}

/* Put the attempt in its place among those of the largest files; the least of them may fall
 * out. */
static void rank(struct attempt *largest[LARGEST], struct attempt *attempt)
{
	for (size_t i = 0; i < LARGEST && largest[i]; i++)
		if (largest[i]->entry == attempt->entry)
			return;
	for (size_t i = 0; i < LARGEST; i++) {
		struct attempt *other = largest[i];

		/* Of equals the older stays first, or lines would change places. */
		if (other && size_of(other) >= size_of(attempt))
			continue;
		largest[i] = attempt;
		if (!other)
			return;
		attempt = other;
	}
}

/* One walk over what is in flight: the bytes so far, and the largest. */
static int64_t progress_survey(
	const struct progress *progress, nstime now, struct attempt *largest[LARGEST])
{
	int64_t bytes = 0;

	for (const struct list *node = progress->active.next; node != &progress->active;
		node = node->next) {
		struct attempt *attempt = container_of(node, struct attempt, active);

		bytes += attempt_received(attempt);
		if (size_of(attempt) >= LARGE || now - attempt->started > LONG)
			rank(largest, attempt);
	}
	return bytes;
}

static void progress_sample(struct progress *progress, nstime now, int64_t bytes)
{
	size_t kept = progress->kept;
	const struct sample *latest =
		&progress->samples[(progress->n_samples - 1) % kept];

	if (now - latest->at >= SAMPLE_INTERVAL)
		progress->samples[progress->n_samples++ % kept] =
			(struct sample){now, bytes};
}

static struct bar_facts progress_facts(
	const struct progress *progress, nstime now, int64_t bytes)
{
	const struct tally *tally = progress->job->tally;
	size_t kept = progress->kept;
	size_t oldest = progress->n_samples < kept ? 0 : progress->n_samples % kept;
	const struct sample *since = &progress->samples[oldest];

	return (struct bar_facts){
		.done = tally->done + tally->present,
		.failed = tally->failed,
		.in_flight = progress->files_in_flight,
		.chunks = progress->in_flight,
		.bytes = bytes,
		/* A body may count less when it has ended than while it came. */
		.recent = bytes > since->bytes ? bytes - since->bytes : 0,
		.recent_span = now - since->at,
	};
}

static void add_file(
	struct buf *out, const struct attempt *attempt, nstime now, int columns)
{
	_cleanup_(buf_release) struct buf url = BUF_INIT;
	struct arrival arrival = arrival_of(attempt);
	struct bar_file file = {
		.name = attempt->entry->path,
		.here = arrival.here,
		.size = arrival.size,
		.fetched = arrival.fetched,
		.span = now - arrival.since,
	};

	if (!file.name) {
		url_add_redacted(&url, attempt->url);
		file.name = url.data;
	}
	bar_add_file(out, &file, columns);
}

static void progress_draw(struct progress *progress, nstime now,
	const struct bar_facts *facts, struct attempt *const largest[LARGEST])
{
	_cleanup_(buf_release) struct buf frame = BUF_INIT;
	struct screen_size size = screen_size(&progress->screen);
	/* In the last column a terminal is half-way to the next line. */
	int columns = size.columns - 1;

	for (int i = 0; i < LARGEST && largest[i] && i < size.rows - 2; i++) {
		add_file(&frame, largest[i], now, columns);
		buf_addch(&frame, '\n');
	}
	bar_add_total(&frame, facts, columns);
	screen_draw(&progress->screen, frame.data);
}

static void progress_print(struct progress *progress, const struct bar_facts *facts)
{
	_cleanup_(buf_release) struct buf line = BUF_INIT;

	buf_addstr(&line, "seine: ");
	bar_add_total(&line, facts, INT_MAX);
	buf_addch(&line, '\n');
	/* If nobody reads it, nobody misses it. */
	(void)!write_fully(progress->place.fd, line.data, line.len);
}

static void progress_tick(struct observer *observer, nstime now)
{
	struct progress *progress = container_of(observer, struct progress, observer);
	struct attempt *largest[LARGEST] = {NULL};
	struct bar_facts facts;
	int64_t bytes;

	if (now < progress->due)
		return;
	bytes = progress->job->tally->bytes + progress_survey(progress, now, largest);
	facts = progress_facts(progress, now, bytes);
	progress_sample(progress, now, bytes);
	if (progress->place.bar) {
		progress_draw(progress, now, &facts, largest);
		progress->due = now + BAR_INTERVAL;
	} else {
		progress_print(progress, &facts);
		progress->due = now + PLAIN_INTERVAL;
	}
}

static void progress_log(void *context, enum log_level level _unused_, const char *line)
{
	struct progress *progress = context;

	screen_log(&progress->screen, line);
}

/* The level of the log as it is. */
static enum log_level log_level(void)
{
	enum log_level level = LOG_DEBUG;

	while (level > LOG_QUIET && !log_enabled(level))
		level--;
	return level;
}

static int progress_close(
	struct observer *observer, nstime now _unused_, struct error *err _unused_)
{
	struct progress *progress = container_of(observer, struct progress, observer);

	if (progress->place.bar) {
		screen_draw(&progress->screen, "");
		log_setup(progress->level, NULL, NULL);
		progress->place.bar = false;
	}
	progress->due = NSTIME_NEVER;
	return 0;
}

static void progress_free(struct observer *observer)
{
	struct progress *progress = container_of(observer, struct progress, observer);

	(void)progress_close(observer, 0, NULL); /* never fails */
	screen_release(&progress->screen);
	free(progress);
}

static const struct observer_ops progress_ops = {
	.event = progress_event,
	.tick = progress_tick,
	.close = progress_close,
	.free = progress_free,
};

struct observer *progress_new(const struct report_job *job, struct progress_place place)
{
	struct progress *progress = xcalloc(1, sizeof(*progress));

	progress->observer.ops = &progress_ops;
	progress->job = job;
	progress->place = place;
	list_init(&progress->active);
	screen_init(&progress->screen, place.fd, place.size);
	progress->samples[0] = (struct sample){.at = job->started};
	progress->n_samples = 1;
	progress->kept = place.bar ? SAMPLES : 1;
	progress->due = job->started + (place.bar ? BAR_INTERVAL : PLAIN_INTERVAL);
	if (place.bar) {
		progress->level = log_level();
		log_setup(progress->level, progress_log, progress);
	}
	return &progress->observer;
}

static bool is_terminal(void)
{
	const char *term = getenv("TERM");

	return isatty(STDERR_FILENO) && term && *term && strcmp(term, "dumb") != 0;
}

static int progress_open(const struct report_job *job, struct observer **observer,
	struct error *err _unused_)
{
	enum progress_style style = job->settings->progress;
	struct progress_place place = {.fd = STDERR_FILENO};

	if (job->settings->quiet || style == PROGRESS_NONE)
		return 0;
	place.bar = style == PROGRESS_BAR || (style == PROGRESS_AUTO && is_terminal());
	*observer = progress_new(job, place);
	return 0;
}

const struct reporter reporter_progress = {"progress", progress_open};
