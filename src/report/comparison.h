/* comparison.h - the same job in several modes, side by side: a table for people, an object
 * for programs.
 *
 * Rows stand in the order given; each owns its measurements. Not thread-safe. */
#ifndef SEINE_REPORT_COMPARISON_H
#define SEINE_REPORT_COMPARISON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/diag.h"
#include "report/measurement.h"

struct comparison_row {
	const char *mode;                 /* lives as long as the program */
	struct measurement *measurements; /* their medians count */
	size_t n_measurements;
	bool estimated; /* there are none; `estimate` was made from `sample` */
	struct measurement sample, estimate;
};

struct comparison {
	struct comparison_row *rows;
	size_t n_rows;
	const char *base; /* the mode that ratios are to */
	int64_t entries;  /* of the list; only told along with an estimate */
};

/* `base` is borrowed for the comparison's life. */
void comparison_init(struct comparison *comparison, const char *base);
void comparison_release(struct comparison *comparison);
/* A new row; the pointer is good until the next one is added. */
struct comparison_row *comparison_add(struct comparison *comparison, const char *mode);
/* NULL: there is no row of this mode. */
struct comparison_row *comparison_find(
	const struct comparison *comparison, const char *mode);
void comparison_measured(struct comparison_row *row, const struct measurement *figures);
/* In place of measurements: what that of a sample lets expect. */
void comparison_estimated(struct comparison_row *row, const struct measurement *sample,
	const struct measurement *estimate);

/* The lines of the table, with what must be said about it below. Rows that came to nothing
 * are left out. */
void comparison_add_table(struct buf *out, const struct comparison *comparison);
/* The object, as one line. */
void comparison_add_json(struct buf *out, const struct comparison *comparison);

/* One of the two to standard output. KIND_DISK when it could not be written. */
int comparison_print(
	const struct comparison *comparison, bool json, struct error *err) must_check;
/* To standard error, a line on a run that has just ended: "event, run 2: ..." with `run` 2,
 * without it for 0. */
void comparison_tell(const char *mode, int64_t run, const struct measurement *figures);

#endif
