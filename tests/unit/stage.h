/* stage.h - what the tests of report/ need: files read back whole, and a job with one entry,
 * attempt and outcome to tell of. */
#ifndef SEINE_TESTS_STAGE_H
#define SEINE_TESTS_STAGE_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "report/report.h"
#include "tap.h"

static inline int stage_memory(void)
{
	int fd = memfd_create("stage", MFD_CLOEXEC);

	need(fd >= 0, "memfd_create");
	return fd;
}

/* All that is in the file; yours. */
static inline char *stage_read_fd(int fd)
{
	struct buf buf = BUF_INIT;
	char piece[4096];
	off_t at = 0;
	ssize_t got;

	while ((got = pread(fd, piece, sizeof(piece), at)) > 0) {
		buf_add(&buf, piece, (size_t)got);
		at += got;
	}
	need(got == 0, "pread");
	return buf_detach(&buf);
}

static inline char *stage_read(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *text;

	need(fd >= 0, path);
	text = stage_read_fd(fd);
	close(fd);
	return text;
}

struct stage {
	struct settings settings;
	struct tally tally;
	bool stopped;
	nstime loop_stall_max;
	struct report_job job;
	struct entry *entry;
	struct attempt attempt;
	struct outcome outcome;
	struct history history;
	struct error error;
};

static inline void stage_init(struct stage *stage)
{
	*stage = (struct stage){.history = {.attempts = 1}};
	stage->job = (struct report_job){
		.settings = &stage->settings,
		.tally = &stage->tally,
		.loop_stall_max = &stage->loop_stall_max,
		.stopped = &stage->stopped,
	};
	stage->entry = entry_new();
	strings_add(&stage->entry->urls, "http://host.example/file");
	need(url_parse(&stage->entry->url, stage->entry->urls.items[0], NULL) == 0,
		"url_parse");
	stage->attempt.entry = stage->entry;
	stage->attempt.url = stage->entry->url.text;
	stage->attempt.ordinal = 1;
	stage->history.url = stage->attempt.url;
	outcome_init(&stage->outcome);
	error_set(&stage->error, KIND_HTTP, 404, "404 Not Found");
}

static inline void stage_release(struct stage *stage)
{
	entry_free(stage->entry);
	outcome_release(&stage->outcome);
	free(stage->settings.results);
	free(stage->settings.failed);
	free(stage->settings.mode);
	strings_release(&stage->settings.inputs);
	strings_release(&stage->settings.checksum_files);
}

/* Tell of it as the scheduler would. */
static inline void stage_tell(
	struct stage *stage, struct observer *observer, enum event_type type)
{
	struct event event = {
		.type = type, .entry = stage->entry, .history = &stage->history};

	if (type == EVENT_START || type == EVENT_FINISH || type == EVENT_RETRY ||
		type == EVENT_REDIRECT || type == EVENT_PAUSE)
		event.attempt = &stage->attempt;
	if (type != EVENT_START && type != EVENT_REPEATED &&
		(type != EVENT_PRESENT || stage->outcome.renamed))
		event.outcome = &stage->outcome;
	if (type == EVENT_FAILED || type == EVENT_BAD_LINE || type == EVENT_BROKEN)
		event.error = &stage->error;
	event.origin_key = "http://host.example:80";
	event.wait = 2 * NS_PER_SEC;
	observer_tell(observer, &event);
}

#endif
