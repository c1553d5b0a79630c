/* comparison_table.c - rows and columns; see comparison.h.
 *
 * A column is a heading and a function that writes a cell; the table is laid out once all
 * cells are known, so that it is as narrow as they allow. What is estimated has a "~",
 * and a ratio to what is estimated, too. */
#include "report/comparison.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "report/comparison_parts.h"
#include "report/figures.h"

#define GAP 2 /* blanks between columns */

/* Three digits or more, as a number of this size is read. */
static void add_number(struct buf *out, double number)
{
	if (number < 9.995)
		buf_addf(out, "%.2f", number);
	else if (number < 99.95)
		buf_addf(out, "%.1f", number);
	else
		figures_add_count(
			out, number < 9e18 ? (uint64_t)(number + 0.5) : INT64_MAX);
}

static void add_wall(struct buf *out, const struct verdict *verdict)
{
	buf_addstr(out, verdict->estimated ? "~" : "");
	figures_add_duration(out, verdict->figures.wall);
}

static void add_files(struct buf *out, const struct verdict *verdict)
{
	buf_addstr(out, verdict->estimated ? "~" : "");
	add_number(out, measurement_files_per_second(&verdict->figures));
}

static void add_bytes(struct buf *out, const struct verdict *verdict)
{
	buf_addstr(out, verdict->estimated ? "~" : "");
	add_number(out, measurement_bytes_per_second(&verdict->figures) / 1e6);
}

static void add_cpu(struct buf *out, const struct verdict *verdict)
{
	nstime cpu = measurement_cpu_per_file(&verdict->figures);

	if (cpu < 0) {
		buf_addch(out, '-');
		return;
	}
	buf_addstr(out, verdict->estimated ? "~" : "");
	figures_add_count(out, (uint64_t)((cpu + NS_PER_US / 2) / NS_PER_US));
	buf_addstr(out, " us");
}

static void add_memory(struct buf *out, const struct verdict *verdict)
{
	figures_add_size(out, verdict->figures.max_rss);
}

static void add_switches(struct buf *out, const struct verdict *verdict)
{
	buf_addstr(out, verdict->estimated ? "~" : "");
	figures_add_count(out, (uint64_t)verdict->figures.switches);
}

static void add_in_flight(struct buf *out, const struct verdict *verdict)
{
	figures_add_count(out, (uint64_t)verdict->figures.max_in_flight);
}

static void add_stall(struct buf *out, const struct verdict *verdict)
{
	if (verdict->figures.loop_stall < 0)
		buf_addch(out, '-');
	else
		figures_add_duration(out, verdict->figures.loop_stall);
}

static void add_ratio(struct buf *out, const struct verdict *verdict)
{
	if (verdict->ratio <= 0) {
		buf_addch(out, '-');
		return;
	}
	buf_addstr(out, verdict->ratio_estimated ? "~" : "");
	add_number(out, verdict->ratio);
	buf_addstr(out, " x");
}

/* After the mode's name, which is the first column. */
static const struct column {
	const char *heading;
	void (*add)(struct buf *out, const struct verdict *verdict);
} columns[] = {
	{"wall", add_wall},
	{"files/s", add_files},
	{"MB/s", add_bytes},
	{"CPU/file", add_cpu},
	{"memory", add_memory},
	{"switches", add_switches},
	{"in flight", add_in_flight},
	{"stall", add_stall},
	{"ratio", add_ratio},
};

#define CELLS (1 + ARRAY_LEN(columns))

/* One line of cells, heading or row. */
struct line {
	struct buf cells[CELLS];
};

static void line_init(struct line *line, const char *first)
{
	for (size_t i = 0; i < CELLS; i++)
		buf_init(&line->cells[i]);
	buf_addstr(&line->cells[0], first);
}

static void line_release(struct line *line)
{
	for (size_t i = 0; i < CELLS; i++)
		buf_release(&line->cells[i]);
}

static void add_blanks(struct buf *out, size_t count)
{
	while (count-- > 0)
		buf_addch(out, ' ');
}

/* The first cell to the left, the others to the right. */
static void add_line(
	struct buf *out, const struct line *line, const size_t widths[CELLS])
{
	buf_addstr(out, line->cells[0].data);
	add_blanks(out, widths[0] - line->cells[0].len);
	for (size_t i = 1; i < CELLS; i++) {
		add_blanks(out, GAP + widths[i] - line->cells[i].len);
		buf_addstr(out, line->cells[i].data);
	}
	buf_addch(out, '\n');
}

static void add_lines(struct buf *out, const struct line *lines, size_t count)
{
	size_t widths[CELLS] = {0};

	for (size_t i = 0; i < count; i++)
		for (size_t c = 0; c < CELLS; c++)
			if (widths[c] < lines[i].cells[c].len)
				widths[c] = lines[i].cells[c].len;
	for (size_t i = 0; i < count; i++)
		add_line(out, &lines[i], widths);
}

/* "~ sequential is estimated: 50 of 1,000 entries took 11.6 s" */
static void add_estimate(struct buf *out, const struct comparison *comparison,
	const struct comparison_row *row)
{
	buf_addf(out, "~ %s is estimated: ", row->mode);
	figures_add_count(out, (uint64_t)(row->sample.files + row->sample.failed));
	buf_addstr(out, " of ");
	figures_add_count(out, (uint64_t)comparison->entries);
	buf_addstr(out, " entries took ");
	figures_add_duration(out, row->sample.wall);
	buf_addch(out, '\n');
}

/* What a reader of the table must know besides. */
static void add_notes(struct buf *out, const struct comparison *comparison)
{
	size_t runs = 0;

	for (size_t i = 0; i < comparison->n_rows; i++) {
		const struct comparison_row *row = &comparison->rows[i];

		if (row->n_measurements > runs)
			runs = row->n_measurements;
		if (row->estimated)
			add_estimate(out, comparison, row);
		if (comparison_failed(row) > 0) {
			buf_addf(out, "%s had ", row->mode);
			figures_add_counted(
				out, (uint64_t)comparison_failed(row), "failure");
			buf_addch(out, '\n');
		}
	}
	if (runs > 1)
		buf_addf(out, "medians of %zu runs\n", runs);
}

void comparison_add_table(struct buf *out, const struct comparison *comparison)
{
	_cleanup_(freep) struct line *lines =
		xcalloc(1 + comparison->n_rows, sizeof(*lines));
	size_t count = 1;

	line_init(&lines[0], "mode");
	for (size_t c = 0; c < ARRAY_LEN(columns); c++)
		buf_addstr(&lines[0].cells[1 + c], columns[c].heading);
	for (size_t i = 0; i < comparison->n_rows; i++) {
		struct verdict verdict;

		if (!comparison_verdict(comparison, &comparison->rows[i], &verdict))
			continue;
		line_init(&lines[count], verdict.mode);
		for (size_t c = 0; c < ARRAY_LEN(columns); c++)
			columns[c].add(&lines[count].cells[1 + c], &verdict);
		count++;
	}
	add_lines(out, lines, count);
	for (size_t i = 0; i < count; i++)
		line_release(&lines[i]);
	add_notes(out, comparison);
}
