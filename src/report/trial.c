/* trial.c - a trial is treated as a vector of numbers where all figures are treated
 * alike. Estimates are made in floating point: they are guesses anyway, and a list may be
 * so long that the product of two integers does not fit. */
#include "report/trial.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "report/figures.h"

static const struct {
	size_t offset;
	bool grows; /* with the work; the others are what they are */
} figures[] = {
	{offsetof(struct trial, files), true},
	{offsetof(struct trial, failed), true},
	{offsetof(struct trial, begun), true},
	{offsetof(struct trial, bytes), true},
	{offsetof(struct trial, wall), true},
	{offsetof(struct trial, cpu), true},
	{offsetof(struct trial, max_rss), false},
	{offsetof(struct trial, switches), true},
	{offsetof(struct trial, max_in_flight), false},
	{offsetof(struct trial, loop_stall), false},
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

	for (size_t f = 0; f < ARRAY_LEN(figures); f++) {
		for (size_t i = 0; i < count; i++)
			values[i] = figure(&trials[i], figures[f].offset);
		qsort(values, count, sizeof(*values), by_size);
		/* All are -1 at least, so the difference fits. */
		if (count % 2 == 0)
			values[middle] -= (values[middle] - values[middle - 1]) / 2;
		set_figure(median, figures[f].offset, values[middle]);
	}
}

int trial_extrapolate(struct trial *whole, const struct trial *sample, int64_t entries)
{
	int64_t ended = sample->files + sample->failed;
	double done = (double)ended + (sample->begun > ended ? 0.5 : 0);

	if (done <= 0 || entries <= 0)
		return -1;
	*whole = *sample;
	for (size_t f = 0; f < ARRAY_LEN(figures); f++) {
		double value = (double)figure(sample, figures[f].offset) *
			       ((double)entries / done);

		if (figures[f].grows)
			set_figure(whole, figures[f].offset,
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
