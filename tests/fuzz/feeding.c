/* feeding.c - see feeding.h. */
#include "feeding.h"

#include <fcntl.h>
#include <unistd.h>

#include "feed.h"

#define PIECES_MAX 256
#define BREATHS_MAX 10000

void feeding_begin(
	struct feeding *feeding, enum feed_by by, const uint8_t *data, size_t len)
{
	*feeding = (struct feeding){
		.by = by, .at = data, .left = len, .dice = {1}, .end = -1};
	if (by == FEED_FILE) {
		feed_stdin_file(data, len);
		return;
	}
	feeding->dice.state |= fuzz_choice(data, len);
	feeding->end = feed_stdin_pipe();
	need(fcntl(feeding->end, F_SETFL, O_NONBLOCK) == 0, "fcntl");
}

/* Mostly few bytes; never so few that a long input takes thousands of pieces. */
static size_t piece(struct feeding *feeding)
{
	size_t least = feeding->left / PIECES_MAX;
	size_t most = least + (dice_below(&feeding->dice, 4) ? 8 : 5000);
	size_t len = least + 1 + dice_below(&feeding->dice, most - least);

	return len < feeding->left ? len : feeding->left;
}

void feeding_wait(struct feeding *feeding, int fd)
{
	ssize_t count = 0;

	if (fd < 0)
		must(++feeding->breath < BREATHS_MAX);
	else
		must(fd == STDIN_FILENO && feeding->by == FEED_PIPE &&
			feeding->end >= 0);
	if (feeding->end < 0)
		return;
	if (feeding->left > 0)
		count = write(feeding->end, feeding->at, piece(feeding));
	if (count > 0) {
		feeding->at += count;
		feeding->left -= (size_t)count;
	}
	if (feeding->left == 0) {
		close(feeding->end);
		feeding->end = -1;
	}
}

void feeding_end(struct feeding *feeding)
{
	if (feeding->end >= 0)
		close(feeding->end);
	/* Nobody reads from what is gone. */
	feed_stdin_file("", 0);
}
