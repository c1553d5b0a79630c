/* comparison.c - rows and columns.
 *
 * A column is a heading and a function that writes a cell; the table is laid out once all
 * cells are known, so that it is as narrow as they allow. What is estimated has a "~",
 * and a ratio to what is estimated, too. */
#include "report/comparison.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/text.h"
#include "report/figures.h"
#include "report/outfile.h"

#define GAP 2 /* blanks between columns */

void comparison_init(struct comparison *comparison, const char *base)
{
	*comparison = (struct comparison){.base = base};
}

void comparison_release(struct comparison *comparison)
{
	for (size_t i = 0; i < comparison->n_rows; i++)
		free(comparison->rows[i].trials);
	free(comparison->rows);
	*comparison = (struct comparison){.base = comparison->base};
}

struct comparison_row *comparison_add(struct comparison *comparison, const char *mode)
{
	struct comparison_row *row;

	comparison->rows = xreallocarray(
		comparison->rows, comparison->n_rows + 1, sizeof(*comparison->rows));
	row = &comparison->rows[comparison->n_rows++];
	*row = (struct comparison_row){.mode = mode};
	return row;
}

struct comparison_row *comparison_find(
	const struct comparison *comparison, const char *mode)
{
	for (size_t i = 0; i < comparison->n_rows; i++)
		if (strcmp(comparison->rows[i].mode, mode) == 0)
			return &comparison->rows[i];
	return NULL;
}

void comparison_measured(struct comparison_row *row, const struct trial *trial)
{
	row->trials =
		xreallocarray(row->trials, row->n_trials + 1, sizeof(*row->trials));
	row->trials[row->n_trials++] = *trial;
}

void comparison_estimated(struct comparison_row *row, const struct trial *sample,
	const struct trial *estimate)
{
	row->estimated = true;
	row->sample = *sample;
	row->estimate = *estimate;
}

/* What a row says, and what it is measured against. */
struct verdict {
	const char *mode;
	bool estimated, ratio_estimated;
	struct trial figures;
	double ratio; /* 0: none */
};

static bool row_figures(const struct comparison_row *row, struct trial *figures)
{
	if (row->estimated)
		*figures = row->estimate;
	else if (row->n_trials > 0)
		trial_median(figures, row->trials, row->n_trials);
	else
		return false;
	return true;
}

/* False when the row came to nothing. */
static bool row_verdict(const struct comparison *comparison,
	const struct comparison_row *row, struct verdict *verdict)
{
	const struct comparison_row *base =
		comparison_find(comparison, comparison->base);
	struct trial base_figures;

	*verdict = (struct verdict){.mode = row->mode, .estimated = row->estimated};
	if (!row_figures(row, &verdict->figures))
		return false;
	if (base && row_figures(base, &base_figures)) {
		verdict->ratio = trial_ratio(&verdict->figures, &base_figures);
		verdict->ratio_estimated = base->estimated && base != row;
	}
	return true;
}

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
	add_number(out, trial_files_per_second(&verdict->figures));
}

static void add_bytes(struct buf *out, const struct verdict *verdict)
{
	buf_addstr(out, verdict->estimated ? "~" : "");
	add_number(out, trial_bytes_per_second(&verdict->figures) / 1e6);
}

static void add_cpu(struct buf *out, const struct verdict *verdict)
{
	nstime cpu = trial_cpu_per_file(&verdict->figures);

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

static int64_t row_failed(const struct comparison_row *row)
{
	int64_t failed = row->estimated ? row->sample.failed : 0;

	for (size_t i = 0; i < row->n_trials; i++)
		failed += row->trials[i].failed;
	return failed;
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

		if (row->n_trials > runs)
			runs = row->n_trials;
		if (row->estimated)
			add_estimate(out, comparison, row);
		if (row_failed(row) > 0) {
			buf_addf(out, "%s had ", row->mode);
			figures_add_counted(out, (uint64_t)row_failed(row), "failure");
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

		if (!row_verdict(comparison, &comparison->rows[i], &verdict))
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

static json_t *row_object(
	const struct comparison_row *row, const struct verdict *verdict)
{
	const struct trial *figures = &verdict->figures;
	json_t *object = json_new();

	json_put_text(object, "mode", row->mode);
	json_put_child(object, "estimated", json_boolean(row->estimated));
	json_put_count(object, "runs", (int64_t)row->n_trials);
	json_put_count(object, "sampled",
		row->estimated ? row->sample.files + row->sample.failed : 0);
	json_put_count(object, "files", figures->files);
	json_put_count(object, "failed", row_failed(row));
	json_put_count(object, "bytes", figures->bytes);
	json_put_seconds(object, "wall_s", figures->wall);
	json_put_real(object, "files_per_s", trial_files_per_second(figures));
	json_put_real(object, "bytes_per_s", trial_bytes_per_second(figures));
	json_put_seconds(object, "cpu_s", figures->cpu);
	json_put_seconds(object, "cpu_per_file_s", trial_cpu_per_file(figures));
	json_put_count(object, "max_rss", figures->max_rss);
	json_put_count(object, "context_switches", figures->switches);
	json_put_count(object, "max_in_flight", figures->max_in_flight);
	json_put_seconds(object, "loop_stall_max_s", figures->loop_stall);
	if (verdict->ratio > 0)
		json_put_real(object, "ratio", verdict->ratio);
	else
		json_put_null(object, "ratio");
	return object;
}

void comparison_add_json(struct buf *out, const struct comparison *comparison)
{
	json_t *object = json_new(), *modes = json_array();

	for (size_t i = 0; i < comparison->n_rows; i++) {
		const struct comparison_row *row = &comparison->rows[i];
		struct verdict verdict;

		if (row_verdict(comparison, row, &verdict) &&
			json_array_append_new(modes, row_object(row, &verdict)) < 0)
			abort(); /* a bug: memory never runs out, see base/json.h */
	}
	json_put_text(object, "ratio_to", comparison->base);
	json_put_child(object, "modes", modes);
	json_add_line(out, object);
	json_decref(object);
}

int comparison_print(const struct comparison *comparison, bool json, struct error *err)
{
	struct outfile out;

	outfile_init(&out, "standard output", STDOUT_FILENO, true);
	if (json)
		comparison_add_json(&out.data, comparison);
	else
		comparison_add_table(&out.data, comparison);
	return outfile_close(&out, err);
}

void comparison_tell(const char *mode, int64_t run, const struct trial *trial)
{
	_cleanup_(buf_release) struct buf out = BUF_INIT;

	buf_addf(&out, "seine: %s", mode);
	if (run > 0)
		buf_addf(&out, ", run %lld", (long long)run);
	buf_addstr(&out, ": ");
	figures_add_counted(&out, (uint64_t)trial->files, "file");
	buf_addstr(&out, " in ");
	figures_add_duration(&out, trial->wall);
	buf_addch(&out, '\n');
	/* If nobody reads it, nobody misses it. */
	(void)!write_fully(STDERR_FILENO, out.data, out.len);
}
