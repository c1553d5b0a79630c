/* screen.c - frames without debris.
 *
 * The cursor rests at the end of the last line drawn. To draw again it is moved up to
 * the first, each line is overwritten and erased to its end, and so is the screen below
 * the last. All of it leaves in one write, so nothing else gets in between and a kill
 * leaves no state behind: neither a hidden cursor nor, as wrapping is off only within
 * the write, that. Wrapping is off because a terminal may think some character wider
 * than wcwidth() does.
 *
 * A terminal that became narrower has broken the lines that were on it, so the way up
 * is counted anew from their widths each time. While the program runs in the background
 * the terminal belongs to others: nothing is drawn, and what was is given up. */
#include "report/screen.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/text.h"
#include "report/outfile.h"

void screen_init(struct screen *screen, int fd, struct screen_size size)
{
	*screen = (struct screen){.fd = fd, .size = size};
	/* Fails only for attributes that are not given here. */
	if (pthread_mutex_init(&screen->lock, NULL) != 0)
		abort();
	buf_init(&screen->frame);
}

void screen_release(struct screen *screen)
{
	buf_release(&screen->frame);
	(void)pthread_mutex_destroy(&screen->lock); /* not held by anyone */
}

struct screen_size screen_size(const struct screen *screen)
{
	struct winsize size;

	if (screen->size.columns > 0)
		return screen->size;
	if (ioctl(screen->fd, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
		return (struct screen_size){.columns = 80, .rows = 24};
	return (struct screen_size){
		.columns = size.ws_col, .rows = size.ws_row > 0 ? size.ws_row : 24};
}

static bool in_background(const struct screen *screen)
{
	pid_t foreground = tcgetpgrp(screen->fd);

	return foreground >= 0 && foreground != getpgrp();
}

/* The rows that the frame takes on a terminal of this width. */
static int rows_of(const char *frame, int columns)
{
	int rows = 0;

	for (const char *line = frame; line;) {
		const char *end = strchrnul(line, '\n');
		int width = text_width(line, (size_t)(end - line));

		rows += width > columns ? (width + columns - 1) / columns : 1;
		line = *end ? end + 1 : NULL;
	}
	return rows;
}

/* Append what takes the cursor to where the frame begins. */
static void add_way_up(struct buf *out, const struct screen *screen)
{
	int rows = rows_of(screen->frame.data, screen_size(screen).columns);

	buf_addch(out, '\r');
	if (rows > 1)
		buf_addf(out, "\033[%dA", rows - 1);
}

/* Append the frame; whatever is on the screen behind and below it is erased. */
static void add_frame(struct buf *out, const char *frame)
{
	buf_addstr(out, "\033[?7l");
	for (const char *line = frame; line;) {
		const char *end = strchrnul(line, '\n');

		buf_add(out, line, (size_t)(end - line));
		buf_addstr(out, *end ? "\033[K\n" : "\033[J");
		line = *end ? end + 1 : NULL;
	}
	buf_addstr(out, "\033[?7h");
}

static void screen_write(struct screen *screen, const struct buf *out)
{
	if (!screen->dead)
		screen->dead = write_fully(screen->fd, out->data, out->len) < 0;
}

void screen_draw(struct screen *screen, const char *frame)
{
	_cleanup_(buf_release) struct buf out = BUF_INIT;

	pthread_mutex_lock(&screen->lock);
	if (in_background(screen)) {
		buf_clear(&screen->frame);
	} else if (*frame || screen->frame.len > 0) {
		add_way_up(&out, screen);
		add_frame(&out, frame);
		screen_write(screen, &out);
		buf_clear(&screen->frame);
		buf_addstr(&screen->frame, frame);
	}
	pthread_mutex_unlock(&screen->lock);
}

void screen_log(struct screen *screen, const char *line)
{
	_cleanup_(buf_release) struct buf out = BUF_INIT;

	pthread_mutex_lock(&screen->lock);
	if (in_background(screen))
		buf_clear(&screen->frame);
	if (screen->frame.len > 0) {
		add_way_up(&out, screen);
		buf_addstr(&out, "\033[J");
	}
	buf_addstr(&out, line);
	buf_addch(&out, '\n');
	if (screen->frame.len > 0)
		add_frame(&out, screen->frame.data);
	screen_write(screen, &out);
	pthread_mutex_unlock(&screen->lock);
}
