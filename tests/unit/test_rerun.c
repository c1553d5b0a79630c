/* What --results writes is read back as the same entries, or not at all. */
#include "report/reporter.h"

#include "input/jsonl.h"
#include "rereading.h"
#include "scratch.h"
#include "stage.h"
#include "tap.h"

static struct observer *open_results(struct stage *stage)
{
	struct observer *observer = NULL;

	stage_init(stage);
	stage->settings.results = xstrdup("results");
	check_int(reporter_results.open(&stage->job, &observer, &stage->error), 0);
	need(observer != NULL, "results");
	return observer;
}

static void set_url(struct stage *stage, const char *url)
{
	free(stage->entry->urls.items[0]);
	stage->entry->urls.items[0] = xstrdup(url);
	stage->history.url = url;
}

static struct source *read_back(
	struct stage *stage, struct observer *observer, enum only only)
{
	struct reader *reader;

	check_int(observer->ops->close(observer, 0, &stage->error), 0);
	observer->ops->free(observer);
	reader = reader_open(stage->settings.results, NULL);
	need(reader != NULL, "the results");
	return jsonl_open(reader, stage->settings.results, only);
}

/* A text of difficult characters that JSON can hold. */
static char *odd_text(const char *start)
{
	static const char *const odd[] = {"#", "=", "\"", "'", " ", "\\", "%41",
		"\xc3\xa4", "\n", "\t", "\x1b", "\xf0\x9f\x98\x80", "x", "/"};
	struct buf text = BUF_INIT;

	buf_addstr(&text, start);
	for (unsigned len = dice_below(&dice, 12); len > 0; len--)
		buf_addstr(&text, odd[dice_below(&dice, ARRAY_LEN(odd))]);
	return buf_detach(&text);
}

static struct entry *odd_entry(void)
{
	struct entry *entry = entry_new();

	for (unsigned n = 1 + dice_below(&dice, 3); n > 0; n--)
		strings_take(&entry->urls, odd_text("http://h.example/"));
	entry->path = dice_below(&dice, 3) ? odd_text("p") : NULL;
	entry->out = dice_below(&dice, 2) ? odd_text("o") : NULL;
	entry->dir = dice_below(&dice, 2) ? odd_text("d") : NULL;
	entry->referer = dice_below(&dice, 2)
				 ? xasprintf("http://r.example/?a=%" PRIu64,
					   dice_below(&dice, 9))
				 : NULL;
	entry->user_agent = dice_below(&dice, 2)
				    ? xstrdup(dice_below(&dice, 2) ? "" : "\"me\"/1")
				    : NULL;
	add_odd_rest(entry);
	return entry;
}

static void is_read_back_the_same(void)
{
	struct entry *entries[500], *own;
	struct observer *results;
	struct stage stage;

	results = open_results(&stage);
	own = stage.entry;
	for (size_t i = 0; i < ARRAY_LEN(entries); i++) {
		stage.entry = entries[i] = odd_entry();
		stage_tell(&stage, results,
			dice_below(&dice, 2) ? EVENT_FAILED : EVENT_DONE);
	}
	stage.entry = own;
	check_entries(
		read_back(&stage, results, ONLY_ALL), entries, ARRAY_LEN(entries));
	stage_release(&stage);
}

/* Of records that end so, those with these numbers come back. */
static void check_lines(const enum event_type *types, size_t n_types, enum only only,
	const uint64_t *lines, size_t n_lines)
{
	struct observer *results;
	struct source *source;
	struct entry *entry;
	struct stage stage;
	struct error err;

	results = open_results(&stage);
	for (size_t i = 0; i < n_types; i++)
		stage_tell(&stage, results, types[i]);
	source = read_back(&stage, results, only);
	for (size_t i = 0; i < n_lines; i++) {
		check_int(source_next(source, &entry, &err), SOURCE_ENTRY);
		check_int(entry->line, lines[i]);
		entry_free(entry);
	}
	check_int(source_next(source, &entry, &err), SOURCE_END);
	source_free(source);
	stage_release(&stage);
}

/* What the repeated ones repeat is in the results, too. */
static void which_come_back(void)
{
	static const enum event_type types[] = {
		EVENT_DONE, EVENT_FAILED, EVENT_REPEATED, EVENT_FAILED, EVENT_PRESENT};
	static const uint64_t all[] = {1, 2, 4, 5}, failed[] = {2, 4};

	check_lines(types, ARRAY_LEN(types), ONLY_ALL, all, ARRAY_LEN(all));
	check_lines(types, ARRAY_LEN(types), ONLY_FAILED, failed, ARRAY_LEN(failed));
}

/* Each of these has something that must not be written; so it must not be read, either. */
static void entries_with_secrets_do_not_come_back(void)
{
	static const char *const urls[] = {"http://user:canary@h.example/",
		"http://user@h.example/", "http://h.example/?token=canary",
		"http://h.example/?a=b&X-Amz-Signature=canary",
		"http://h.example/#token=canary"};
	struct observer *results;
	struct source *source;
	struct entry *entry;
	struct stage stage;
	struct error err;
	int bad = 0;

	results = open_results(&stage);
	for (size_t i = 0; i < ARRAY_LEN(urls); i++) {
		set_url(&stage, urls[i]);
		stage_tell(&stage, results, EVENT_FAILED);
	}
	set_url(&stage, "http://h.example/");
	strings_add(&stage.entry->urls, urls[0]);
	stage_tell(&stage, results, EVENT_FAILED);
	free(stage.entry->urls.items[--stage.entry->urls.count]);
	stage.entry->referer = xstrdup(urls[2]);
	stage_tell(&stage, results, EVENT_FAILED);
	free(stage.entry->referer);
	stage.entry->referer = NULL;
	strings_add(&stage.entry->headers, "Authorization: canary");
	stage_tell(&stage, results, EVENT_FAILED);
	source = read_back(&stage, results, ONLY_ALL);
	while (source_next(source, &entry, &err) == SOURCE_BAD) {
		check(strstr(err.text, "not written to these results") != NULL);
		check(strstr(err.text, "canary") == NULL);
		bad++;
	}
	check_int(bad, (int64_t)ARRAY_LEN(urls) + 3);
	check_int(source_next(source, &entry, &err), SOURCE_END);
	source_free(source);
	stage_release(&stage);
}

/* Nothing was taken out of these, whatever they look like. */
static void what_only_looks_like_a_secret_comes_back(void)
{
	static const char *const urls[] = {"http://h.example/a@b",
		"http://h.example/?a=@", "HTTP://H.example/x@y?q=1"};
	struct observer *results;
	struct source *source;
	struct entry *entry;
	struct stage stage;
	struct error err;

	results = open_results(&stage);
	for (size_t i = 0; i < ARRAY_LEN(urls); i++) {
		set_url(&stage, urls[i]);
		stage_tell(&stage, results, EVENT_FAILED);
	}
	source = read_back(&stage, results, ONLY_ALL);
	for (size_t i = 0; i < ARRAY_LEN(urls); i++) {
		check_int(source_next(source, &entry, &err), SOURCE_ENTRY);
		check(strcasecmp(entry->urls.items[0], urls[i]) == 0);
		entry_free(entry);
	}
	check_int(source_next(source, &entry, &err), SOURCE_END);
	source_free(source);
	stage_release(&stage);
}

/* Digests of pieces are not written, so that somebody must have another one. */
static void what_cannot_be_verified_again_does_not_come_back(void)
{
	struct observer *results;
	struct source *source;
	struct entry *entry;
	struct stage stage;
	struct error err;

	results = open_results(&stage);
	stage.entry->pieces = xcalloc(1, sizeof(*stage.entry->pieces));
	stage.entry->pieces->count = 7;
	stage_tell(&stage, results, EVENT_FAILED);
	check_int(checksum_parse(&stage.entry->checksum, "crc32=00c0ffee", NULL), 0);
	stage_tell(&stage, results, EVENT_FAILED);
	source = read_back(&stage, results, ONLY_ALL);
	check_int(source_next(source, &entry, &err), SOURCE_BAD);
	check(strstr(err.text, "use the Metalink") != NULL);
	check_int(source_next(source, &entry, &err), SOURCE_ENTRY);
	check_int(entry->checksum.alg, DIGEST_CRC32);
	entry_free(entry);
	check_int(source_next(source, &entry, &err), SOURCE_END);
	source_free(source);
	stage_release(&stage);
}

int main(void)
{
	scratch_enter();
	run(is_read_back_the_same);
	run(which_come_back);
	run(entries_with_secrets_do_not_come_back);
	run(what_only_looks_like_a_secret_comes_back);
	run(what_cannot_be_verified_again_does_not_come_back);
	scratch_leave();
	return done();
}
