/* messages.c - events as lines of the log: failures as errors at once, the rest for -v.
 *
 * URLs are redacted here; that no control character reaches the terminal is the log's
 * work. Nothing is made that would not be written: there may be ten million of these
 * events. */
#include "report/reporter.h"

#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "report/figures.h"

/* What the user can do about it, where there is something. */
static const char *hint_for(const struct event *event)
{
	const struct outcome *outcome = event->outcome;

	if (outcome && outcome->hint)
		return outcome->hint;
	if (outcome && event->error->kind == KIND_HTTP &&
		outcome->exchange.status == 401)
		return "it wants a login: --user, --netrc, --bearer-file or a header";
	return NULL;
}

/* "list.txt:12: " */
static void add_place(struct buf *out, const struct entry *entry)
{
	if (entry->input)
		buf_addf(out, "%s:%" PRIu64 ": ", entry->input, entry->line);
}

static const char *entry_url(const struct entry *entry)
{
	return entry->urls.count > 0 ? entry->urls.items[0] : "";
}

/* The URL that the error is of, where that is not what the entry's first one leads to; NULL. A
 * commit asks nobody: it is of what was asked last. */
static const char *other_url(const struct event *event)
{
	const char *asked = event->history ? event->history->url : NULL;

	if (event->attempt && event->attempt->work == WORK_FETCH)
		asked = event->attempt->url;
	return asked && strcmp(asked, event->entry->url.text) != 0 ? asked : NULL;
}

static void add_failed(struct buf *out, const struct event *event)
{
	const struct history *history = event->history;
	const char *first = entry_url(event->entry);
	const char *other = other_url(event);
	const char *hint = hint_for(event);

	add_place(out, event->entry);
	url_add_redacted(out, first);
	buf_addf(out, ": %s", event->error->text);
	if (other) {
		buf_addstr(out, ", at ");
		url_add_redacted(out, other);
	}
	if (history && history->attempts > 1) {
		buf_addstr(out, ", after ");
		figures_add_counted(out, history->attempts, "attempt");
		if (history->mirrors > 1)
			buf_addf(out, " at %u mirrors", history->mirrors);
	}
	if (hint)
		buf_addf(out, "; %s", hint);
}

static void add_done(struct buf *out, const struct event *event)
{
	const struct exchange *exchange = &event->outcome->exchange;
	const char *renamed = event->outcome->renamed;
	const char *digest = event->outcome->digest;

	url_add_redacted(out, entry_url(event->entry));
	buf_addf(out, ": done, ");
	figures_add_size(out, exchange->size_download);
	if (exchange->time_total >= 0) {
		buf_addstr(out, " in ");
		figures_add_duration(out, exchange->time_total);
	}
	if (renamed || event->entry->path)
		buf_addf(out, ", %s", renamed ? renamed : event->entry->path);
	if (event->outcome->verified == VERIFIED_HASH)
		buf_addf(out, ", %.*s%sright (%s)", (int)strcspn(digest, "="), digest,
			*digest ? " " : "", event->outcome->verified_by);
}

static void add_read(struct buf *out, const struct event *event)
{
	url_add_redacted(out, event->attempt->url);
	buf_addf(out, ": read, ");
	figures_add_size(out, event->outcome->exchange.size_download);
}

static void add_retry(struct buf *out, const struct event *event)
{
	url_add_redacted(out, event->attempt->url);
	buf_addf(out, ": %s; asking again", event->outcome->text);
	if (event->wait > 0) {
		buf_addstr(out, " in ");
		figures_add_duration(out, event->wait);
	}
}

static void add_redirect(struct buf *out, const struct event *event)
{
	url_add_redacted(out, event->attempt->url);
	buf_addstr(out, ": redirected to ");
	url_add_redacted(out, event->outcome->location);
}

static void add_start(struct buf *out, const struct event *event)
{
	url_add_redacted(out, event->attempt->url);
	buf_addf(out, ": attempt %u", event->attempt->ordinal);
}

static void add_present(struct buf *out, const struct event *event)
{
	const char *renamed = event->outcome ? event->outcome->renamed : NULL;

	url_add_redacted(out, entry_url(event->entry));
	buf_addf(out, ": there already, %s", renamed ? renamed : event->entry->path);
}

static void add_repeated(struct buf *out, const struct event *event)
{
	add_place(out, event->entry);
	url_add_redacted(out, entry_url(event->entry));
	buf_addstr(out, ": repeated; it is fetched once");
}

static void add_pause(struct buf *out, const struct event *event)
{
	buf_addf(out, "%s asks for a pause of ", event->origin_key);
	figures_add_duration(out, event->wait);
}

/* The texts of these say where they come from. */
static void add_error(struct buf *out, const struct event *event)
{
	buf_addstr(out, event->error->text);
}

static const struct message {
	enum log_level level; /* LOG_QUIET: nothing to say */
	void (*add)(struct buf *, const struct event *);
} messages[] = {
	[EVENT_START] = {LOG_DEBUG, add_start},
	[EVENT_FINISH] = {LOG_QUIET, NULL},
	[EVENT_RETRY] = {LOG_INFO, add_retry},
	[EVENT_REDIRECT] = {LOG_INFO, add_redirect},
	[EVENT_READ] = {LOG_INFO, add_read},
	[EVENT_DONE] = {LOG_INFO, add_done},
	[EVENT_PRESENT] = {LOG_DEBUG, add_present},
	[EVENT_REPEATED] = {LOG_INFO, add_repeated},
	[EVENT_FAILED] = {LOG_ERROR, add_failed},
	[EVENT_BAD_LINE] = {LOG_ERROR, add_error},
	[EVENT_BROKEN] = {LOG_ERROR, add_error},
	[EVENT_PAUSE] = {LOG_INFO, add_pause},
};

static void messages_event(
	struct observer *observer _unused_, const struct event *event)
{
	const struct message *message = &messages[event->type];
	_cleanup_(buf_release) struct buf text = BUF_INIT;
	enum log_level level = message->level;

	/* Thousands may be in flight when the user stops it, who knows why they ended. */
	if (event->type == EVENT_FAILED && event->error->kind == KIND_INTERRUPTED)
		level = LOG_INFO;
	if (!log_enabled(level))
		return;
	message->add(&text, event);
	log_line(level, "%s", text.data);
}

static const struct observer_ops messages_ops = {
	.event = messages_event,
	.free = reporter_free,
};

static int messages_open(const struct report_job *job _unused_,
	struct observer **observer, struct error *err _unused_)
{
	*observer = xcalloc(1, sizeof(**observer));
	(*observer)->ops = &messages_ops;
	return 0;
}

const struct reporter reporter_messages = {"messages", messages_open};
