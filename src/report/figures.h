/* figures.h - numbers and names as people read them in reports. Internal to report/. Pure. */
#ifndef SEINE_REPORT_FIGURES_H
#define SEINE_REPORT_FIGURES_H

#include <stdint.h>

#include "base/buf.h"
#include "base/clock.h"

/* Append "1,234,567". */
void figures_add_count(struct buf *out, uint64_t count);
/* Append "1 file", "1,234 files": the noun is given in its singular. */
void figures_add_counted(struct buf *out, uint64_t count, const char *noun);
void figures_add_size(struct buf *out, int64_t bytes);
void figures_add_duration(struct buf *out, nstime span);
/* Append "24 MiB/s" for so much in so long a time. */
void figures_add_rate(struct buf *out, int64_t bytes, nstime span);
/* Per second; 0 when no time passed. */
double figures_per_second(double amount, nstime span);

/* Append (printable) text, cut to so many columns; the middle gives way to "...". */
void figures_add_shortened(struct buf *out, const char *text, int columns);
/* Cut the end of `out`, so that it takes at most so many columns. */
void figures_cut(struct buf *out, int columns);

#endif
