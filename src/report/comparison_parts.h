/* comparison_parts.h - what comparison.c and comparison_table.c share: a row's verdict. Not for
 * others. */
#ifndef SEINE_REPORT_COMPARISON_PARTS_H
#define SEINE_REPORT_COMPARISON_PARTS_H

#include "report/comparison.h"

/* What a row says, and what it is measured against. */
struct verdict {
	const char *mode;
	bool estimated, ratio_estimated;
	struct measurement figures;
	double ratio; /* 0: none */
};

/* False when the row came to nothing. */
bool comparison_verdict(const struct comparison *comparison,
	const struct comparison_row *row, struct verdict *verdict) must_check;
/* How many failed, in all measurements. */
int64_t comparison_failed(const struct comparison_row *row);

#endif
