/* bar.c - lines that always fit. The line of totals is made of pieces and drops them
 * one by one; the line of a file gives its figures their place first, and the name
 * the rest. */
#include "report/bar.h"

#include <string.h>

#include "base/attr.h"
#include "base/text.h"
#include "report/figures.h"

#define NAME_LEAST 8 /* columns; a shorter name says nothing, so figures go instead */
#define WIDE 120 /* columns; further apart, a name and its figures lose each other */

enum piece {
	PIECE_DONE,
	PIECE_FAILED,
	PIECE_IN_FLIGHT,
	PIECE_BYTES,
	PIECE_RATE,
	PIECES
};

static void add_piece(struct buf *out, enum piece piece, const struct bar_facts *facts)
{
	switch (piece) {
	case PIECE_DONE:
		figures_add_count(out, facts->done);
		buf_addstr(out, " done");
		break;
	case PIECE_FAILED:
		figures_add_count(out, facts->failed);
		buf_addstr(out, " failed");
		break;
	case PIECE_IN_FLIGHT:
		figures_add_count(out, facts->in_flight);
		buf_addstr(out, " in flight");
		if (facts->chunks == facts->in_flight)
			break;
		buf_addstr(out, " (");
		figures_add_count(out, facts->chunks);
		buf_addstr(out, " chunks)");
		break;
	case PIECE_BYTES:
		figures_add_size(out, facts->bytes);
		break;
	case PIECE_RATE:
		figures_add_rate(out, facts->recent, facts->recent_span);
		break;
	case PIECES:
		break;
	}
}

void bar_add_total(struct buf *out, const struct bar_facts *facts, int columns)
{
	static const enum piece first_to_go[] = {
		PIECE_IN_FLIGHT, PIECE_BYTES, PIECE_RATE, PIECE_FAILED};
	_cleanup_(buf_release) struct buf line = BUF_INIT;
	unsigned wanted = (1u << PIECES) - 1;

	for (size_t gone = 0;; gone++) {
		buf_clear(&line);
		for (enum piece piece = 0; piece < PIECES; piece++) {
			if (!(wanted & 1u << piece))
				continue;
			buf_addstr(&line, line.len > 0 ? ", " : "");
			add_piece(&line, piece, facts);
		}
		if (gone == ARRAY_LEN(first_to_go) ||
			text_width(line.data, line.len) <= columns)
			break;
		wanted &= ~(1u << first_to_go[gone]);
	}
	figures_cut(&line, columns);
	buf_add(out, line.data, line.len);
}

/* Whole seconds, or it would flicker; none over 100 hours. */
static void add_forecast(struct buf *out, double ns)
{
	int64_t seconds = ns < 360000e9 ? (int64_t)(ns / (double)NS_PER_SEC) + 1 : 0;

	if (seconds == 0)
		return;
	buf_addstr(out, ", ");
	if (seconds < 60)
		buf_addf(out, "%d s", (int)seconds);
	else
		figures_add_duration(out, seconds * NS_PER_SEC);
	buf_addstr(out, " left");
}

/* How far it is; with a `detail` of 1 also how fast, with 2 also how long it will take. */
static void add_figures(struct buf *out, const struct bar_file *file, int detail)
{
	double part = 0;

	if (file->size > 0) {
		part = (double)file->here / (double)file->size;
		/* More than was announced is an error that the transfer will find. */
		buf_addf(out, "%3d%%, ", part < 1 ? (int)(100 * part) : 100);
	}
	figures_add_size(out, file->here);
	if (detail < 1)
		return;
	buf_addstr(out, ", ");
	figures_add_rate(out, file->fetched, file->span);
	if (detail < 2 || part <= 0 || part >= 1 || file->fetched <= 0)
		return;
	add_forecast(out, (double)file->span * (double)(file->size - file->here) /
				  (double)file->fetched);
}

void bar_add_file(struct buf *out, const struct bar_file *file, int columns)
{
	_cleanup_(buf_release) struct buf line = BUF_INIT;
	_cleanup_(buf_release) struct buf name = BUF_INIT;
	_cleanup_(buf_release) struct buf figures = BUF_INIT;
	int room = 0, used;

	if (columns > WIDE)
		columns = WIDE;
	for (int detail = 2; detail >= 0 && room < NAME_LEAST; detail--) {
		buf_clear(&figures);
		add_figures(&figures, file, detail);
		room = columns - 4 - text_width(figures.data, figures.len);
	}
	text_add_printable(&name, file->name, strlen(file->name));
	buf_addstr(&line, "  ");
	figures_add_shortened(&line, name.data, room);
	used = text_width(line.data, line.len);
	while (used++ < room + 4)
		buf_addch(&line, ' ');
	buf_add(&line, figures.data, figures.len);
	figures_cut(&line, columns);
	buf_add(out, line.data, line.len);
}
