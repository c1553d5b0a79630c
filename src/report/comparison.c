/* comparison.c - see comparison.h. The rows, and the object for programs. */
#include "report/comparison.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/text.h"
#include "report/comparison_parts.h"
#include "report/figures.h"
#include "report/outfile.h"

void comparison_init(struct comparison *comparison, const char *base)
{
	*comparison = (struct comparison){.base = base};
}

void comparison_release(struct comparison *comparison)
{
	for (size_t i = 0; i < comparison->n_rows; i++)
		free(comparison->rows[i].measurements);
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

void comparison_measured(struct comparison_row *row, const struct measurement *figures)
{
	row->measurements = xreallocarray(
		row->measurements, row->n_measurements + 1, sizeof(*row->measurements));
	row->measurements[row->n_measurements++] = *figures;
}

void comparison_estimated(struct comparison_row *row, const struct measurement *sample,
	const struct measurement *estimate)
{
	row->estimated = true;
	row->sample = *sample;
	row->estimate = *estimate;
}

static bool row_figures(const struct comparison_row *row, struct measurement *figures)
{
	if (row->estimated)
		*figures = row->estimate;
	else if (row->n_measurements > 0)
		measurement_median(figures, row->measurements, row->n_measurements);
	else
		return false;
	return true;
}

bool comparison_verdict(const struct comparison *comparison,
	const struct comparison_row *row, struct verdict *verdict)
{
	const struct comparison_row *base =
		comparison_find(comparison, comparison->base);
	struct measurement base_figures;

	*verdict = (struct verdict){.mode = row->mode, .estimated = row->estimated};
	if (!row_figures(row, &verdict->figures))
		return false;
	if (base && row_figures(base, &base_figures)) {
		verdict->ratio = measurement_ratio(&verdict->figures, &base_figures);
		verdict->ratio_estimated = base->estimated && base != row;
	}
	return true;
}

int64_t comparison_failed(const struct comparison_row *row)
{
	int64_t failed = row->estimated ? row->sample.failed : 0;

	for (size_t i = 0; i < row->n_measurements; i++)
		failed += row->measurements[i].failed;
	return failed;
}

static json_t *row_object(
	const struct comparison_row *row, const struct verdict *verdict)
{
	const struct measurement *figures = &verdict->figures;
	json_t *object = json_new();

	json_put_text(object, "mode", row->mode);
	json_put_child(object, "estimated", json_boolean(row->estimated));
	json_put_count(object, "runs", (int64_t)row->n_measurements);
	json_put_count(object, "sampled",
		row->estimated ? row->sample.files + row->sample.failed : 0);
	json_put_count(object, "files", figures->files);
	json_put_count(object, "failed", comparison_failed(row));
	json_put_count(object, "bytes", figures->bytes);
	json_put_seconds(object, "wall_s", figures->wall);
	json_put_real(object, "files_per_s", measurement_files_per_second(figures));
	json_put_real(object, "bytes_per_s", measurement_bytes_per_second(figures));
	json_put_seconds(object, "cpu_s", figures->cpu);
	json_put_seconds(object, "cpu_per_file_s", measurement_cpu_per_file(figures));
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

		if (comparison_verdict(comparison, row, &verdict) &&
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

void comparison_tell(const char *mode, int64_t run, const struct measurement *figures)
{
	_cleanup_(buf_release) struct buf out = BUF_INIT;

	buf_addf(&out, "seine: %s", mode);
	if (run > 0)
		buf_addf(&out, ", run %lld", (long long)run);
	buf_addstr(&out, ": ");
	figures_add_counted(&out, (uint64_t)figures->files, "file");
	buf_addstr(&out, " in ");
	figures_add_duration(&out, figures->wall);
	buf_addch(&out, '\n');
	/* If nobody reads it, nobody misses it. */
	(void)!write_fully(STDERR_FILENO, out.data, out.len);
}
