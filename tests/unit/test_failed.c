/* test_failed.c - report/failed: the list of failures is read back as the same entries,
 * and an input that it replaces is never lost. */
#include "report/reporter.h"

#include <signal.h>
#include <sys/resource.h>

#include "input/list.h"
#include "rereading.h"
#include "scratch.h"
#include "stage.h"
#include "tap.h"

static struct observer *open_failed(struct stage *stage, const char *name)
{
	struct observer *observer = NULL;

	free(stage->settings.failed);
	stage->settings.failed = xstrdup(name);
	check_int(reporter_failed.open(&stage->job, &observer, &stage->error), 0);
	need(observer != NULL, "failed");
	return observer;
}

static void close_failed(struct stage *stage, struct observer *observer)
{
	check_int(observer->ops->close(observer, 0, &stage->error), 0);
	observer->ops->free(observer);
}

static void fresh_entry(struct stage *stage, const char *url)
{
	entry_free(stage->entry);
	stage->entry = entry_new();
	strings_add(&stage->entry->urls, url);
}

static void check_file(const char *name, const char *want)
{
	char *text = stage_read(name);

	check_str(text, want);
	free(text);
}

static void writes_the_grammar(void)
{
	struct stage stage;
	struct observer *failed;
	struct stat st;

	stage_init(&stage);
	umask(0);
	failed = open_failed(&stage, "grammar");
	strings_add(&stage.entry->urls, "https://me:secret@mirror.example/f?sig=1");
	stage.entry->out = xstrdup("my file");
	stage.entry->dir = xstrdup("a/b");
	check_int(checksum_parse(&stage.entry->checksum,
			  "md5=d41d8cd98f00b204e9800998ecf8427e", NULL),
		0);
	strings_add(&stage.entry->headers, "X-A: 1");
	strings_add(&stage.entry->headers, "X-B: 2");
	stage.entry->referer = xstrdup("");
	stage.entry->user_agent = xstrdup("agent/1");
	stage.entry->max_tries = 3;
	stage.entry->size = 0;
	stage.entry->path = xstrdup("a/b/my file~00c0ffee");
	stage_tell(&stage, failed, EVENT_DONE);
	stage_tell(&stage, failed, EVENT_PRESENT);
	stage_tell(&stage, failed, EVENT_BAD_LINE);
	stage_tell(&stage, failed, EVENT_FAILED);
	fresh_entry(&stage, "http://host.example/2");
	stage.entry->bound_to = xstrdup("http://list.example:80");
	stage.entry->named_by_public = true;
	error_set(&stage.error, KIND_TIMEOUT, 0, "slow\nhttp://evil.example/\x1b[2J");
	stage_tell(&stage, failed, EVENT_FAILED);
	close_failed(&stage, failed);
	check_file("grammar",
		"# http: 404 Not Found\n"
		"http://host.example/file\thttps://me:secret@mirror.example/f?sig=1\n"
		" out=a/b/my file~00c0ffee\n"
		" checksum=md5=d41d8cd98f00b204e9800998ecf8427e\n"
		" header=X-A: 1\n"
		" header=X-B: 2\n"
		" referer=\n"
		" user-agent=agent/1\n"
		" max-tries=3\n"
		" size=0\n"
		"# timeout: slow\\x0Ahttp://evil.example/\\x1B[2J\n"
		"http://host.example/2\n"
		" named-by=http://list.example:80 public\n");
	need(stat(stage.settings.failed, &st) == 0, "stat");
	check_int(st.st_mode & 0777, 0600);
	stage_release(&stage);
}

/* An argument is no line of a list: it may hold anything. */
static struct source *open_list(const char *name)
{
	struct reader *reader = reader_open(name, NULL);

	need(reader != NULL, "no list was written");
	return list_open(reader, name);
}

static void admits_no_injection(void)
{
	static const char *const bad[] = {"http://a/\nhttp://evil.example/",
		"http://a/\n out=x", " http://a/", "http://a/ ", "\thttp://a/", "a\tb",
		"", "http://a/\r", "\n"};
	struct stage stage;
	struct observer *failed;
	struct source *source;
	struct entry *entry;
	struct error err;

	stage_init(&stage);
	failed = open_failed(&stage, "injected");
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		fresh_entry(&stage, bad[i]);
		stage_tell(&stage, failed, EVENT_FAILED);
	}
	fresh_entry(&stage, "http://host.example/");
	stage.entry->out = xstrdup("x\nhttp://evil.example/");
	stage_tell(&stage, failed, EVENT_FAILED);
	close_failed(&stage, failed);
	source = open_list(stage.settings.failed);
	check_int(source_next(source, &entry, &err), SOURCE_END);
	source_free(source);
	stage_release(&stage);
}

/* A text of difficult characters that a list can hold. */
static char *odd_text(const char *start)
{
	static const char odd[] = "#=\"' \\%\xff\xc3\xa4~:;,{}\x1bxyz";
	struct buf text = BUF_INIT;

	buf_addstr(&text, start);
	for (unsigned len = dice_below(&dice, 12); len > 0; len--)
		buf_addch(&text, odd[dice_below(&dice, sizeof(odd) - 1)]);
	while (text.len > 0 && text.data[text.len - 1] == ' ')
		buf_truncate(&text, text.len - 1);
	return buf_detach(&text);
}

static char *clean_text(const char *start)
{
	return xasprintf("%s%" PRIu64 " # = \"%" PRIu64 "\"", start,
		dice_below(&dice, 100), dice_below(&dice, 100));
}

static struct entry *odd_entry(void)
{
	static const char *const starts[] = {"http://h.example/", "#", "\"", "=", "x"};
	struct entry *entry = entry_new();

	for (unsigned n = 1 + dice_below(&dice, 3); n > 0; n--)
		strings_take(&entry->urls,
			odd_text(starts[dice_below(&dice, ARRAY_LEN(starts))]));
	entry->out = dice_below(&dice, 2) ? odd_text("o") : NULL;
	entry->dir = dice_below(&dice, 2) ? odd_text("d") : NULL;
	for (unsigned n = dice_below(&dice, 3); n > 0; n--)
		strings_take(&entry->headers, clean_text("X-Name: "));
	entry->referer = dice_below(&dice, 2) ? clean_text("r") : NULL;
	entry->user_agent = dice_below(&dice, 2) ? xstrdup("") : NULL;
	add_odd_rest(entry);
	return entry;
}

static void is_read_back_the_same(void)
{
	struct entry *entries[500], *entry;
	struct observer *failed;
	struct stage stage;

	stage_init(&stage);
	entry = stage.entry;
	failed = open_failed(&stage, "back");
	for (size_t i = 0; i < ARRAY_LEN(entries); i++) {
		stage.entry = entries[i] = odd_entry();
		stage_tell(&stage, failed, EVENT_FAILED);
	}
	stage.entry = entry;
	close_failed(&stage, failed);
	check_entries(open_list(stage.settings.failed), entries, ARRAY_LEN(entries));
	stage_release(&stage);
}

/* A list has no digests of pieces: without any other one whatever comes would do. */
static void what_cannot_be_verified_again_is_left_out(void)
{
	struct observer *failed;
	struct stage stage;

	stage_init(&stage);
	failed = open_failed(&stage, "pieces");
	fresh_entry(&stage, "http://host.example/1");
	stage.entry->pieces = xcalloc(1, sizeof(*stage.entry->pieces));
	stage_tell(&stage, failed, EVENT_FAILED);
	check_int(checksum_parse(&stage.entry->checksum, "crc32=00c0ffee", NULL), 0);
	stage_tell(&stage, failed, EVENT_FAILED);
	close_failed(&stage, failed);
	check_file("pieces", "# http: 404 Not Found\n"
			     "# (left out: no line of a list can hold it)\n"
			     "# http: 404 Not Found\n"
			     "http://host.example/1\n checksum=crc32=00c0ffee\n");
	stage_release(&stage);
}

/* A job whose list of failures is its input, fails one entry and ends. */
static void replace_input(struct stage *stage, const char *failed_name)
{
	struct observer *failed;

	need(scratch_write("left", "http://host.example/1\nhttp://host.example/file\n"),
		"left");
	need(access("link", F_OK) == 0 || symlink("left", "link") == 0, "symlink");
	strings_add(&stage->settings.inputs, "left");
	failed = open_failed(stage, failed_name);
	stage_tell(stage, failed, EVENT_FAILED);
	failed->ops->tick(failed, 0);
	check_file("left", "http://host.example/1\nhttp://host.example/file\n");
	close_failed(stage, failed);
}

static void replaces_an_input_at_the_end(void)
{
	static const char *const names[] = {"left", "link", "./left"};
	struct stage stage;
	struct stat st;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		stage_init(&stage);
		replace_input(&stage, names[i]);
		check_file("left", "# http: 404 Not Found\nhttp://host.example/file\n");
		need(stat(stage.settings.failed, &st) == 0, "stat");
		check_int(st.st_mode & 0777, 0600);
		stage_release(&stage);
	}
	need(lstat("link", &st) == 0, "lstat");
	check(S_ISLNK(st.st_mode));
}

static void keeps_an_input_that_was_not_done(void)
{
	int before;

	for (int reason = 0; reason < 6; reason++) {
		struct stage stage;

		stage_init(&stage);
		log_setup(LOG_ERROR, NULL, NULL);
		stage.stopped = reason == 0;
		stage.tally.bad_lines = reason == 1;
		stage.tally.broken_inputs = reason == 2;
		stage.tally.failures[KIND_INTERRUPTED] = reason == 3;
		stage.tally.failures[KIND_DISK] = reason == 4;
		if (reason == 5) /* it is left out */
			stage.entry->pieces = xcalloc(1, sizeof(*stage.entry->pieces));
		before = scratch_count(".");
		replace_input(&stage, "left");
		check_file("left", "http://host.example/1\nhttp://host.example/file\n");
		check_int(scratch_count("."), before);
		stage_release(&stage);
	}
}

static void keeps_an_input_when_nothing_is_closed(void)
{
	struct stage stage;
	struct observer *failed;
	int before;

	stage_init(&stage);
	need(scratch_write("left", "http://host.example/1\n"), "left");
	strings_add(&stage.settings.inputs, "left");
	before = scratch_count(".");
	failed = open_failed(&stage, "left");
	check_int(scratch_count("."), before + 1);
	stage_tell(&stage, failed, EVENT_FAILED);
	failed->ops->free(failed);
	check_int(scratch_count("."), before);
	check_file("left", "http://host.example/1\n");
	stage_release(&stage);
}

/* `seine -i - --failed left < left` */
static void knows_standard_input(void)
{
	struct stage stage;
	struct observer *failed;
	int fd;

	stage_init(&stage);
	need(scratch_write("left", "http://host.example/1\n"), "left");
	strings_add(&stage.settings.inputs, "-");
	fd = open("left", O_RDONLY | O_CLOEXEC);
	need(fd >= 0 && dup2(fd, STDIN_FILENO) == STDIN_FILENO, "dup2");
	close(fd);
	failed = open_failed(&stage, "left");
	check_file("left", "http://host.example/1\n");
	failed->ops->free(failed);
	stage_release(&stage);
}

static void says_when_it_is_not_all(void)
{
	struct stage stage;
	struct observer *failed;

	stage_init(&stage);
	failed = open_failed(&stage, "stopped");
	stage.stopped = true;
	close_failed(&stage, failed);
	check_file("stopped",
		"# The job was stopped: entries that it did not begin are not here.\n");
	stage_release(&stage);
}

static void refuses_the_results_file(void)
{
	struct stage stage;
	struct observer *failed = NULL;

	stage_init(&stage);
	need(scratch_write("both", ""), "both");
	stage.settings.results = xstrdup("both");
	stage.settings.failed = xstrdup("both");
	check_int(reporter_failed.open(&stage.job, &failed, &stage.error), -1);
	check_int(stage.error.kind, KIND_USAGE);
	check(failed == NULL);
	stage_release(&stage);
}

static void refuses_a_checksum_file(void)
{
	struct stage stage;
	struct observer *failed = NULL;

	stage_init(&stage);
	need(scratch_write("sums", "00  file\n"), "sums");
	strings_add(&stage.settings.checksum_files, "sums");
	stage.settings.failed = xstrdup("sums");
	check_int(reporter_failed.open(&stage.job, &failed, &stage.error), -1);
	check_int(stage.error.kind, KIND_USAGE);
	check_file("sums", "00  file\n");
	stage_release(&stage);
}

static void finds_a_full_disk(void)
{
	struct stage stage;
	struct observer *failed = NULL;

	stage_init(&stage);
	stage.settings.failed = xstrdup("/dev/full");
	check_int(reporter_failed.open(&stage.job, &failed, &stage.error), 0);
	stage_tell(&stage, failed, EVENT_FAILED);
	check_int(failed->ops->close(failed, 0, &stage.error), -1);
	check_int(stage.error.kind, KIND_DISK);
	failed->ops->free(failed);
	stage_release(&stage);
}

/* What could not be written whole does not take an input's place. */
static void keeps_an_input_when_the_disk_is_full(void)
{
	struct rlimit limit, small;
	struct stage stage;
	struct observer *failed;

	stage_init(&stage);
	need(scratch_write("list", "http://host.example/file\n"), "list");
	strings_add(&stage.settings.inputs, "list");
	failed = open_failed(&stage, "list");
	need(getrlimit(RLIMIT_FSIZE, &limit) == 0, "getrlimit");
	small = (struct rlimit){.rlim_cur = 10, .rlim_max = limit.rlim_max};
	need(signal(SIGXFSZ, SIG_IGN) != SIG_ERR, "signal");
	need(setrlimit(RLIMIT_FSIZE, &small) == 0, "setrlimit");
	stage_tell(&stage, failed, EVENT_FAILED);
	log_setup(LOG_QUIET, NULL, NULL);
	failed->ops->tick(failed, 0);
	log_setup(LOG_WARN, NULL, NULL);
	need(setrlimit(RLIMIT_FSIZE, &limit) == 0, "setrlimit");
	check_int(stage.tally.unwritten, 1);
	close_failed(&stage, failed);
	check(scratch_is("list", "http://host.example/file\n"));
	stage_release(&stage);
}

int main(void)
{
	scratch_enter();
	run(writes_the_grammar);
	run(admits_no_injection);
	run(is_read_back_the_same);
	run(what_cannot_be_verified_again_is_left_out);
	run(replaces_an_input_at_the_end);
	run(keeps_an_input_that_was_not_done);
	run(keeps_an_input_when_nothing_is_closed);
	run(knows_standard_input);
	run(says_when_it_is_not_all);
	run(refuses_the_results_file);
	run(refuses_a_checksum_file);
	run(finds_a_full_disk);
	run(keeps_an_input_when_the_disk_is_full);
	scratch_leave();
	return done();
}
