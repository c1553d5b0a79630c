/* test_progress.c - report/progress on a terminal that the test plays itself: it obeys
 * the few sequences that the display may send, and finds fault with all else. */
#include "report/progress.h"

#include <limits.h>
#include <locale.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <wchar.h>

#include "base/text.h"
#include "core/task.h"
#include "report/bar.h"
#include "report/figures.h"
#include "stage.h"
#include "tap.h"

#define ROWS 64
#define COLUMNS 400

/* The terminal: as many columns as it is told, and never full. */
struct terminal {
	int columns;
	int row, column;
	bool wraps;
	char cells[ROWS][COLUMNS + 1];
	int overflows; /* characters that had no place in their line */
	int faults;    /* what must not come at all */
	int frames;
};

static void terminal_init(struct terminal *terminal, int columns)
{
	*terminal = (struct terminal){.columns = columns, .wraps = true};
}

/* Blank from the cursor to the end of the line, or of the screen. */
static void terminal_erase(struct terminal *terminal, bool below)
{
	memset(&terminal->cells[terminal->row][terminal->column], 0,
		(size_t)(COLUMNS + 1 - terminal->column));
	for (int row = terminal->row + 1; below && row < ROWS; row++)
		memset(terminal->cells[row], 0, COLUMNS + 1);
}

/* One escape sequence; returns its length after ESC. */
static size_t terminal_obey(struct terminal *terminal, const char *text)
{
	int count = 0, len = 0;

	if (strncmp(text, "[?7l", 4) == 0 || strncmp(text, "[?7h", 4) == 0) {
		terminal->wraps = text[3] == 'h';
		terminal->frames += terminal->wraps;
		return 4;
	}
	if (strncmp(text, "[K", 2) == 0 || strncmp(text, "[J", 2) == 0) {
		terminal_erase(terminal, text[1] == 'J');
		return 2;
	}
	if (sscanf(text, "[%dA%n", &count, &len) == 1 && len > 0) {
		terminal->faults += count > terminal->row;
		terminal->row = count > terminal->row ? 0 : terminal->row - count;
		return (size_t)len;
	}
	terminal->faults++;
	return 0;
}

static void terminal_put(struct terminal *terminal, unsigned code)
{
	int width = wcwidth((wchar_t)code);

	if (code < 0x20 || code == 0x7f || (code >= 0x80 && code < 0xa0) ||
		code == 0x202e)
		terminal->faults++;
	for (; width > 0; width--) {
		if (terminal->column >= terminal->columns) {
			terminal->overflows++;
			return;
		}
		terminal->cells[terminal->row][terminal->column++] =
			code < 0x80 ? (char)code : '?';
	}
}

static void terminal_show(struct terminal *terminal, const char *text)
{
	size_t len = strlen(text), size;

	for (size_t i = 0; i < len; i += size) {
		unsigned code = 0;

		size = text_utf8_next(text + i, len - i, &code);
		if (size == 0) {
			terminal->faults++;
			size = 1;
		} else if (code == '\r') {
			terminal->column = 0;
		} else if (code == '\n') {
			terminal->column = 0; /* the line discipline's work */
			terminal->row = (terminal->row + 1) % ROWS;
		} else if (code == 033) {
			size += terminal_obey(terminal, text + i + 1);
		} else {
			terminal_put(terminal, code);
		}
	}
}

/* A display on a file in memory; what it writes is taken from there. */
struct show {
	struct stage stage;
	struct observer *progress;
	struct attempt attempts[8];
	struct task tasks[8];
	struct entry *entries[8];
	struct terminal terminal;
	int fd;
	off_t seen;
};

static void show_open(struct show *show, bool bar, int columns, int rows)
{
	memset(show, 0, sizeof(*show));
	stage_init(&show->stage);
	show->fd = stage_memory();
	terminal_init(&show->terminal, columns);
	show->progress = progress_new(&show->stage.job,
		(struct progress_place){
			.fd = show->fd, .bar = bar, .size = {columns, rows}});
}

/* What was written since the last call; yours. */
static char *show_written(struct show *show)
{
	char *all = stage_read_fd(show->fd), *news;
	size_t len = strlen(all);

	news = xstrdup(all + show->seen);
	show->seen = (off_t)len;
	free(all);
	return news;
}

static void show_look(struct show *show)
{
	char *news = show_written(show);

	terminal_show(&show->terminal, news);
	free(news);
	check_int(show->terminal.faults, 0);
	check_int(show->terminal.overflows, 0);
	check(show->terminal.wraps);
}

static void show_tick(struct show *show, nstime now)
{
	show->progress->ops->tick(show->progress, now);
	show_look(show);
}

static void show_start(struct show *show, int index, const char *name, int64_t received,
	int64_t expected)
{
	struct attempt *attempt = &show->attempts[index];

	show->entries[index] = entry_new();
	show->entries[index]->path = name ? xstrdup(name) : NULL;
	attempt->entry = show->entries[index];
	attempt->task = &show->tasks[index];
	attempt->url = "http://me:canary@host.example/file";
	list_init(&attempt->active);
	observer_tell(
		show->progress, &(struct event){.type = EVENT_START,
					.attempt = attempt,
					.history = &(struct history){.in_flight = 1}});
	attempt->received = received;
	attempt->expected = expected;
}

static void show_finish(struct show *show, int index)
{
	observer_tell(show->progress, &(struct event){.type = EVENT_FINISH,
					      .attempt = &show->attempts[index],
					      .history = &(struct history){0},
					      .outcome = &show->stage.outcome});
}

static void show_close(struct show *show)
{
	check_int(show->progress->ops->close(show->progress, 0, NULL), 0);
	show_look(show);
	show->progress->ops->free(show->progress);
	for (size_t i = 0; i < ARRAY_LEN(show->entries); i++)
		entry_free(show->entries[i]);
	close(show->fd);
	stage_release(&show->stage);
}

static const char *const hostile[] = {
	"plain",
	"\033]52;c;ZXZpbA==\007\033[2J\r\n\b",
	"a\xc2\x9b"
	"2J\xe2\x80\xae"
	"gpj.exe\xff\xfe\x80",
	"\xe6\xbc\x81\xe7\xb6\xb2\xe6\xbc\x81\xe7\xb6\xb2\xe6\xbc\x81\xe7\xb6\xb2\xe6"
	"\xbc\x81"
	"\xe7\xb6\xb2\xe6\xbc\x81\xe7\xb6\xb2\xe6\xbc\x81\xe7\xb6\xb2\xe6\xbc\x81\xe7"
	"\xb6\xb2",
	"e\xcc\x81\xcc\x81\xcc\x81-a-long-name-that-goes-on-and-on-and-on-and-on-and-"
	"on-and-on"
	"-and-on-and-on-and-on-and-on-and-on-and-on-and-on-and-on-and-on-and-on.tar.gz",
	"",
};

static void draw_width(int columns)
{
	static struct show show;

	show_open(&show, true, columns, 24);
	show.stage.tally.done = 1234567;
	show.stage.tally.failed = 3;
	for (int i = 0; i < (int)ARRAY_LEN(hostile); i++)
		show_start(
			&show, i, hostile[i], (10 - i) * (int64_t)30000000, 900000000);
	/* All of them come into the three places. */
	for (int i = 0; i < (int)ARRAY_LEN(hostile); i++) {
		show_tick(&show, (i + 1) * NS_PER_SEC);
		for (int row = 0; row <= show.terminal.row; row++)
			check((int)strlen(show.terminal.cells[row]) < columns);
		check_int(show.terminal.row, i < (int)ARRAY_LEN(hostile) - 2
						     ? 3
						     : (int)ARRAY_LEN(hostile) - i);
		show_finish(&show, i);
	}
	show_close(&show);
	check_int(show.terminal.row, 0);
	check_int(show.terminal.column, 0);
	check_str(show.terminal.cells[0], "");
}

static void fits_every_width(void)
{
	for (int columns = 2; columns < 200; columns++)
		draw_width(columns);
	draw_width(COLUMNS);
}

static void shows_what_goes_on(void)
{
	static struct show show;

	show_open(&show, true, 80, 24);
	show.stage.tally.done = 1200;
	show.stage.tally.present = 34;
	show.stage.tally.failed = 3;
	show_start(&show, 0, "large.iso", 46 * 1024 * 1024, 100 * 1024 * 1024);
	show_start(&show, 1, "small", 10, 20);
	show_start(&show, 2, NULL, 2 * 1024 * 1024, -1);
	show_tick(&show, NS_PER_SEC);
	check_str(show.terminal.cells[0], "  large.iso                                 "
					  "46%, 46.0 MiB, 46.0 MiB/s, 2 s left");
	check(strstr(show.terminal.cells[1], "host.example/file") != NULL);
	check(strstr(show.terminal.cells[1], "  2.0 MiB, 2.0 MiB/s") != NULL);
	check(strstr(show.terminal.cells[1], "canary") == NULL);
	check_str(show.terminal.cells[2],
		"1,234 done, 3 failed, 3 in flight, 48.0 MiB, 48.0 MiB/s");
	check_str(show.terminal.cells[3], "");
	/* Whoever is slow is shown too, and what has ended is gone. */
	show_finish(&show, 0);
	show_tick(&show, 3 * NS_PER_SEC);
	check(strstr(show.terminal.cells[0], "host.example/file") != NULL);
	check(strstr(show.terminal.cells[1], "  small ") != NULL);
	check(strstr(show.terminal.cells[2], "2 in flight") != NULL);
	check_str(show.terminal.cells[3], "");
	show_close(&show);
}

/* Two chunks in flight of a file that is here by a quarter, an eighth from an earlier run. */
static void shows_a_file_and_not_its_chunks(void)
{
	static struct show show;
	const int64_t size = 80 * 1024 * 1024;
	struct plan plan;
	struct task *task = &show.tasks[0];

	show_open(&show, true, 80, 24);
	plan_init(&plan, size, 1);
	check_int(plan_have(&plan, (struct range){0, size / 4 - 1}), 0);
	show_start(&show, 0, "large.iso", size / 16, size / 8);
	show_start(&show, 1, "other", size / 16, size / 8);
	show_start(&show, 2, "small", 2 * 1024 * 1024, -1);
	task->chunks.plan = &plan;
	task->exchange.size_download = size / 8;
	list_init(&task->chunks.flying);
	for (int i = 0; i < 2; i++) {
		show.attempts[i].task = task;
		show.attempts[i].entry = show.entries[0];
		list_add_before(&task->chunks.flying, &show.attempts[i].sibling);
	}
	show_tick(&show, 2 * NS_PER_SEC);
	check_str(show.terminal.cells[0], "  large.iso                                 "
					  "37%, 30.0 MiB, 10.0 MiB/s, 6 s left");
	check(strstr(show.terminal.cells[1], "  small ") != NULL);
	check(strstr(show.terminal.cells[2], "in flight") != NULL);
	show_close(&show);
	plan_release(&plan);
}

static void shows_the_largest_three(void)
{
	static struct show show;
	static const char *const names[] = {"a-5", "b-9", "c-7", "d-8", "e-6"};

	show_open(&show, true, 80, 24);
	for (int i = 0; i < 5; i++)
		show_start(
			&show, i, names[i], 1, (names[i][2] - '0') * (int64_t)10000000);
	show_tick(&show, NS_PER_SEC);
	check(strstr(show.terminal.cells[0], "  b-9 ") != NULL);
	check(strstr(show.terminal.cells[1], "  d-8 ") != NULL);
	check(strstr(show.terminal.cells[2], "  c-7 ") != NULL);
	check(strstr(show.terminal.cells[3], "5 in flight") != NULL);
	show_close(&show);
}

static void survives_numbers_that_lie(void)
{
	static struct show show;

	show_open(&show, true, 100, 24);
	show_start(&show, 0, "huge", 1, INT64_MAX);
	show_start(&show, 1, "more than all", INT64_MAX / 4, 5);
	show_start(&show, 2, "nothing", 0, 0);
	show.stage.tally.done = UINT64_MAX;
	show_tick(&show, NS_PER_SEC);
	check(strstr(show.terminal.cells[0], "  0%, 1 B") != NULL);
	check(strstr(show.terminal.cells[0], "left") == NULL);
	check(strstr(show.terminal.cells[1], "100%, ") != NULL);
	show_tick(&show, NS_PER_SEC + 1);
	show_tick(&show, 4 * NS_PER_SEC);
	show_close(&show);
}

static void heeds_a_low_terminal(void)
{
	static struct show show;

	for (int rows = 1; rows < 8; rows++) {
		show_open(&show, true, 80, rows);
		for (int i = 0; i < 4; i++)
			show_start(&show, i, "name", 30000000, -1);
		show_tick(&show, NS_PER_SEC);
		check(show.terminal.row < rows);
		show_close(&show);
	}
}

static void lets_the_log_by(void)
{
	static struct show show;

	log_setup(LOG_INFO, NULL, NULL);
	show_open(&show, true, 60, 24);
	log_error("before the first frame");
	show_start(&show, 0, "large", 30000000, -1);
	show_tick(&show, NS_PER_SEC);
	log_info("one");
	log_error("two \033[2J");
	log_debug("not asked for");
	show_tick(&show, 2 * NS_PER_SEC);
	check_str(show.terminal.cells[0], "seine: before the first frame");
	check_str(show.terminal.cells[1], "seine: one");
	check_str(show.terminal.cells[2], "seine: two \\x1B[2J");
	check(strstr(show.terminal.cells[3], "  large ") == show.terminal.cells[3]);
	check(strstr(show.terminal.cells[4], "0 done, ") == show.terminal.cells[4]);
	check_int(show.terminal.row, 4);
	show_close(&show);
	check_int(show.terminal.row, 3);
	check_str(show.terminal.cells[3], "");
	check_str(show.terminal.cells[4], "");
	/* The log is its own again. */
	check(log_enabled(LOG_INFO));
	check(!log_enabled(LOG_DEBUG));
	log_setup(LOG_WARN, NULL, NULL);
}

static void gives_the_log_back(void)
{
	static struct show show;
	int stderr_before = dup(STDERR_FILENO), elsewhere = stage_memory();
	char *text;

	show_open(&show, true, 60, 24);
	check_int(show.progress->ops->close(show.progress, 0, NULL), 0);
	need(dup2(elsewhere, STDERR_FILENO) == STDERR_FILENO, "dup2");
	log_error("on its own");
	need(dup2(stderr_before, STDERR_FILENO) == STDERR_FILENO, "dup2");
	text = stage_read_fd(elsewhere);
	check_str(text, "seine: on its own\n");
	free(text);
	close(elsewhere);
	close(stderr_before);
	show_close(&show);
	check_int(show.seen, 0);
}

static void *log_much(void *unused_)
{
	(void)unused_;
	for (int i = 0; i < 200; i++)
		log_error("%d", i);
	return NULL;
}

static void lets_threads_log(void)
{
	static struct show show;
	pthread_t threads[3];
	char *text;
	int lines = 0;

	show_open(&show, true, 60, 24);
	for (size_t i = 0; i < ARRAY_LEN(threads); i++)
		need(pthread_create(&threads[i], NULL, log_much, NULL) == 0, "thread");
	for (int i = 1; i < 100; i++)
		show.progress->ops->tick(show.progress, i * NS_PER_SEC);
	for (size_t i = 0; i < ARRAY_LEN(threads); i++)
		need(pthread_join(threads[i], NULL) == 0, "thread");
	text = show_written(&show);
	for (const char *c = text; (c = strstr(c, "seine: ")); c++)
		lines++;
	check_int(lines, 600);
	free(text);
	show_close(&show);
}

static void draws_ten_times_a_second(void)
{
	static struct show show;

	show_open(&show, true, 60, 24);
	for (int i = 0; i <= 500; i++)
		show_tick(&show, i * 2 * NS_PER_MS);
	check_int(show.terminal.frames, 10);
	show_close(&show);
}

/* 1 MiB a second for ten seconds, then nothing: the rate follows within seconds. */
static void smooths_the_rate(void)
{
	static struct show show;

	show_open(&show, true, 60, 24);
	for (int i = 1; i <= 100; i++) {
		show.stage.tally.bytes = i * (int64_t)1024 * 1024 / 10;
		show_tick(&show, i * 100 * NS_PER_MS);
	}
	check_str(show.terminal.cells[0],
		"0 done, 0 failed, 0 in flight, 10.0 MiB, 1.0 MiB/s");
	for (int i = 101; i <= 150; i++)
		show_tick(&show, i * 100 * NS_PER_MS);
	check_str(show.terminal.cells[0],
		"0 done, 0 failed, 0 in flight, 10.0 MiB, 0 B/s");
	show_close(&show);
}

static void is_plain_elsewhere(void)
{
	static struct show show;
	char *text;

	show_open(&show, false, 10, 2);
	show.stage.tally.done = 1234;
	show.stage.tally.failed = 3;
	show_start(&show, 0, hostile[1], 10 * 1024 * 1024, -1);
	show_tick(&show, 5 * NS_PER_SEC - 1);
	check_int(show.seen, 0);
	show.progress->ops->tick(show.progress, 5 * NS_PER_SEC);
	text = show_written(&show);
	check_str(text,
		"seine: 1,234 done, 3 failed, 1 in flight, 10.0 MiB, 2.0 MiB/s\n");
	free(text);
	show.progress->ops->tick(show.progress, 10 * NS_PER_SEC - 1);
	show.attempts[0].received = 15 * 1024 * 1024;
	show.progress->ops->tick(show.progress, 10 * NS_PER_SEC);
	text = show_written(&show);
	check_str(text,
		"seine: 1,234 done, 3 failed, 1 in flight, 15.0 MiB, 1.0 MiB/s\n");
	free(text);
	show_finish(&show, 0);
	show_close(&show);
}

static void counts_rows_of_a_narrower_terminal(void)
{
	struct screen screen;
	int fd = stage_memory();
	char *text;

	screen_init(&screen, fd, (struct screen_size){80, 24});
	screen_draw(&screen, "123456789012345678901234567890\n12345");
	screen.size.columns = 10;
	screen_draw(&screen, "");
	text = stage_read_fd(fd);
	/* The first line was broken into three. */
	check(strstr(text, "\r\033[3A") != NULL);
	free(text);
	screen_release(&screen);
	close(fd);
}

static void asks_a_terminal_for_its_size(void)
{
	struct winsize size = {.ws_col = 133, .ws_row = 7};
	struct screen screen;
	int master = posix_openpt(O_RDWR | O_NOCTTY);

	need(master >= 0 && ioctl(master, TIOCSWINSZ, &size) == 0, "pty");
	screen_init(&screen, master, (struct screen_size){0, 0});
	check_int(screen_size(&screen).columns, 133);
	check_int(screen_size(&screen).rows, 7);
	size.ws_col = 0;
	need(ioctl(master, TIOCSWINSZ, &size) == 0, "pty");
	check_int(screen_size(&screen).columns, 80);
	screen_release(&screen);
	close(master);
}

static void shorten(const char *text, int columns, const char *want)
{
	_cleanup_(buf_release) struct buf out = BUF_INIT;

	figures_add_shortened(&out, text, columns);
	check_str(out.data, want);
}

static void shortens_the_middle(void)
{
	shorten("abcdefghij", 10, "abcdefghij");
	shorten("abcdefghij", 9, "abc...hij");
	shorten("abcdefghij", 8, "ab...hij");
	shorten("abcdefghij", 4, "...j");
	shorten("abcdefghij", 3, "abc");
	shorten("abcdefghij", 0, "");
	shorten("abcdefghij", -5, "");
	shorten("", 5, "");
	/* Wide characters are never halved: these take two columns each. */
	shorten("\xe6\xbc\x81\xe7\xb6\xb2\xe6\xbc\x81\xe7\xb6\xb2\xe6\xbc\x81", 9,
		"\xe6\xbc\x81...\xe7\xb6\xb2\xe6\xbc\x81");
	shorten("\xe6\xbc\x81\xe7\xb6\xb2\xe6\xbc\x81\xe7\xb6\xb2\xe6\xbc\x81", 8,
		"\xe6\xbc\x81...\xe6\xbc\x81");
}

static void drops_what_matters_least(void)
{
	static const char *const wants[] = {
		"1,234 done, 3 failed, 2 in flight (64 chunks), 120 MiB, 24.0 MiB/s",
		"1,234 done, 3 failed, 120 MiB, 24.0 MiB/s",
		"1,234 done, 3 failed, 24.0 MiB/s", "1,234 done, 3 failed",
		"1,234 done", "1,23"};
	struct bar_facts facts = {.done = 1234,
		.failed = 3,
		.in_flight = 2,
		.chunks = 64,
		.bytes = 120 * 1024 * 1024,
		.recent = 48 * 1024 * 1024,
		.recent_span = 2 * NS_PER_SEC};

	for (size_t i = 0; i < ARRAY_LEN(wants); i++) {
		_cleanup_(buf_release) struct buf out = BUF_INIT;

		bar_add_total(&out, &facts, (int)strlen(wants[i]));
		check_str(out.data, wants[i]);
	}
}

int main(void)
{
	/* For the widths; without it every character is one column wide. */
	need(setlocale(LC_CTYPE, "C.UTF-8") != NULL, "C.UTF-8");
	run(fits_every_width);
	run(shows_what_goes_on);
	run(shows_a_file_and_not_its_chunks);
	run(shows_the_largest_three);
	run(survives_numbers_that_lie);
	run(heeds_a_low_terminal);
	run(lets_the_log_by);
	run(gives_the_log_back);
	run(lets_threads_log);
	run(draws_ten_times_a_second);
	run(smooths_the_rate);
	run(is_plain_elsewhere);
	run(counts_rows_of_a_narrower_terminal);
	run(asks_a_terminal_for_its_size);
	run(shortens_the_middle);
	run(drops_what_matters_least);
	return done();
}
