/* screen.h - a few lines at the bottom of a terminal that are drawn again and again, and the
 * log that scrolls by above them. Internal to report/.
 *
 * screen_log may be called from any thread; all else by one. A screen that cannot be written
 * to is left alone from then on. */
#ifndef SEINE_REPORT_SCREEN_H
#define SEINE_REPORT_SCREEN_H

#include <pthread.h>
#include <stdbool.h>

#include "base/buf.h"

struct screen_size {
	int columns, rows;
};

struct screen {
	int fd;                  /* borrowed */
	struct screen_size size; /* columns 0: ask the terminal each time */
	pthread_mutex_t lock;    /* of what follows */
	struct buf frame;        /* what is drawn; "": nothing */
	bool dead;
};

/* `size` with columns 0 is "ask the terminal". */
void screen_init(struct screen *screen, int fd, struct screen_size size);
void screen_release(struct screen *screen);
struct screen_size screen_size(const struct screen *screen);
/* Draw these lines (printable, "\n" between them, each shorter than the terminal is wide, not
 * more than it has rows) in place of those drawn before; "" erases them. */
void screen_draw(struct screen *screen, const char *frame);
/* Let one line scroll by above what is drawn. */
void screen_log(struct screen *screen, const char *line);

#endif
