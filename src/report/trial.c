/* trial.c - a trial is treated as a vector of numbers where all figures are treated
 * alike. Estimates are made in floating point: they are guesses anyway, and a list may be
 * so long that the product of two integers does not fit. */
#include "report/trial.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "report/figures.h"

static const size_t all_figures[] = {
	offsetof(struct trial, files),
	offsetof(struct trial, failed),
	offsetof(struct trial, begun),
	offsetof(struct trial, bytes),
	offsetof(struct trial, wall),
	offsetof(struct trial, cpu),
	offsetof(struct trial, max_rss),
	offsetof(struct trial, switches),
	offsetof(struct trial, max_in_flight),
	offsetof(struct trial, loop_stall),
};

/* Those that grow with the work; the others are what they are. */
static const size_t growing_figures[] = {
	offsetof(struct trial, files),
	offsetof(struct trial, failed),
	offsetof(struct trial, begun),
	offsetof(struct trial, bytes),
	offsetof(struct trial, wall),
	offsetof(struct trial, cpu),
	offsetof(struct trial, switches),
};

static int64_t figure(const struct trial *trial, size_t offset)
{
	int64_t value;

	memcpy(&value, (const char *)trial + offset, sizeof(value));
	return value;
}

static void set_figure(struct trial *trial, size_t offset, int64_t value)
{
	memcpy((char *)trial + offset, &value, sizeof(value));
}

static int by_size(const void *a, const void *b)
{
	int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

	return (left > right) - (left < right);
}

void trial_median(struct trial *median, const struct trial *trials, size_t count)
{
	_cleanup_(freep) int64_t *values = xcalloc(count, sizeof(*values));
	size_t middle = count / 2;

	for (size_t f = 0; f < ARRAY_LEN(all_figures); f++) {
		for (size_t i = 0; i < count; i++)
			values[i] = figure(&trials[i], all_figures[f]);
		qsort(values, count, sizeof(*values), by_size);
		/* All are -1 at least, so the difference fits. */
		if (count % 2 == 0)
			values[middle] -= (values[middle] - values[middle - 1]) / 2;
		set_figure(median, all_figures[f], values[middle]);
	}
}

int trial_extrapolate(struct trial *whole, const struct trial *sample, int64_t entries)
{
	int64_t ended = sample->files + sample->failed;
	double done = (double)ended + (sample->begun > ended ? 0.5 : 0);

	if (done <= 0 || entries <= 0)
		return -1;
	*whole = *sample;
	for (size_t f = 0; f < ARRAY_LEN(growing_figures); f++) {
		double value = (double)figure(sample, growing_figures[f]) *
			       ((double)entries / done);

		set_figure(whole, growing_figures[f],
			value < 9e18 ? (int64_t)(value + 0.5) : INT64_MAX);
	}
	if (ended == 0)
		whole->files = entries; /* as far as half of one can tell */
	return 0;
}

double trial_ratio(const struct trial *trial, const struct trial *other)
{
	if (trial->files == 0 || other->files == 0 || trial->wall <= 0)
		return 0;
	return (double)other->wall / (double)trial->wall;
}

double trial_files_per_second(const struct trial *trial)
{
	return figures_per_second((double)trial->files, trial->wall);
}

double trial_bytes_per_second(const struct trial *trial)
{
	return figures_per_second((double)trial->bytes, trial->wall);
}

nstime trial_cpu_per_file(const struct trial *trial)
{
	return trial->files > 0 ? trial->cpu / trial->files : -1;
}
