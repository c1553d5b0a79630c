/* measurement.h - what one run of a job came to, and the arithmetic of comparing runs. Pure.
 *
 * Measurements of the same job in the same mode become one by their medians; that of a sample
 * becomes an estimate of the whole. */
#ifndef SEINE_REPORT_MEASUREMENT_H
#define SEINE_REPORT_MEASUREMENT_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/clock.h"

/* All of one type, so that medians can walk over them. */
struct measurement {
	int64_t files; /* entries that are there now */
	int64_t failed; /* entries that are not; those that a stop cut short do not count */
	int64_t begun; /* entries that were asked for */
	int64_t bytes;
	nstime wall, cpu;
	int64_t max_rss;  /* bytes */
	int64_t switches; /* of context, asked for and not */
	int64_t max_in_flight;
	nstime loop_stall; /* -1: not measured, for there is no loop */
};

/* The median of each figure by itself; of an even count the mean of the middle two. There
 * must be one at least. */
void measurement_median(struct measurement *median,
	const struct measurement *measurements, size_t count);

/* What `entries` would come to, by a measurement of a sample of them. An entry that was begun and
 * cut short counts as half of one. -1 when the sample tells nothing. */
int measurement_extrapolate(struct measurement *whole, const struct measurement *sample,
	int64_t entries) must_check;

/* How many times as long as `figures` the other took; 0 when that cannot be said, as when there
 * was nothing to fetch. */
double measurement_ratio(
	const struct measurement *figures, const struct measurement *other);

double measurement_files_per_second(const struct measurement *figures);
double measurement_bytes_per_second(const struct measurement *figures);
/* Processor time per file; -1 when there is none. */
nstime measurement_cpu_per_file(const struct measurement *figures);

#endif
