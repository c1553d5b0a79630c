/* measurement.c - a measurement as a vector of numbers, where all figures are treated
 * alike. Estimates are made in floating point: they are guesses anyway, and a list may be
 * so long that the product of two integers does not fit. */
#include "report/measurement.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "report/figures.h"

static const struct {
	size_t offset;
	bool grows; /* with the work; the others are what they are */
} members[] = {
	{offsetof(struct measurement, files), true},
	{offsetof(struct measurement, failed), true},
	{offsetof(struct measurement, begun), true},
	{offsetof(struct measurement, bytes), true},
	{offsetof(struct measurement, wall), true},
	{offsetof(struct measurement, cpu), true},
	{offsetof(struct measurement, max_rss), false},
	{offsetof(struct measurement, switches), true},
	{offsetof(struct measurement, max_in_flight), false},
	{offsetof(struct measurement, loop_stall), false},
};

static int64_t figure(const struct measurement *figures, size_t offset)
{
	int64_t value;

	memcpy(&value, (const char *)figures + offset, sizeof(value));
	return value;
}

static void set_figure(struct measurement *figures, size_t offset, int64_t value)
{
	memcpy((char *)figures + offset, &value, sizeof(value));
}

static int by_size(const void *a, const void *b)
{
	int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

	return (left > right) - (left < right);
}

void measurement_median(struct measurement *median,
	const struct measurement *measurements, size_t count)
{
	_cleanup_(freep) int64_t *values = xcalloc(count, sizeof(*values));
	size_t middle = count / 2;

	for (size_t f = 0; f < ARRAY_LEN(members); f++) {
		for (size_t i = 0; i < count; i++)
			values[i] = figure(&measurements[i], members[f].offset);
		qsort(values, count, sizeof(*values), by_size);
		/* All are -1 at least, so the difference fits. */
		if (count % 2 == 0)
			values[middle] -= (values[middle] - values[middle - 1]) / 2;
		set_figure(median, members[f].offset, values[middle]);
	}
}

int measurement_extrapolate(
	struct measurement *whole, const struct measurement *sample, int64_t entries)
{
	int64_t ended = sample->files + sample->failed;
	double done = (double)ended + (sample->begun > ended ? 0.5 : 0);

	if (done <= 0 || entries <= 0)
		return -1;
	*whole = *sample;
	for (size_t f = 0; f < ARRAY_LEN(members); f++) {
		double value = (double)figure(sample, members[f].offset) *
			       ((double)entries / done);

		if (members[f].grows)
			set_figure(whole, members[f].offset,
				value < 9e18 ? (int64_t)(value + 0.5) : INT64_MAX);
	}
	if (ended == 0)
		whole->files = entries; /* as far as half of one can tell */
	return 0;
}

double measurement_ratio(
	const struct measurement *figures, const struct measurement *other)
{
	if (figures->files == 0 || other->files == 0 || figures->wall <= 0)
		return 0;
	return (double)other->wall / (double)figures->wall;
}

double measurement_files_per_second(const struct measurement *figures)
{
	return figures_per_second((double)figures->files, figures->wall);
}

double measurement_bytes_per_second(const struct measurement *figures)
{
	return figures_per_second((double)figures->bytes, figures->wall);
}

nstime measurement_cpu_per_file(const struct measurement *figures)
{
	return figures->files > 0 ? figures->cpu / figures->files : -1;
}
