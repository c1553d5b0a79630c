/* together.h - what must hold of all options together, once everything is read. */
#ifndef SEINE_CLI_TOGETHER_H
#define SEINE_CLI_TOGETHER_H

#include "base/attr.h"
#include "base/diag.h"
#include "cli/value.h"

/* What excludes or needs something else, and that there is something to do. Where a lower level
 * contradicts a higher one the higher one wins; where both were said on the same level it is an
 * error (KIND_USAGE). */
int together_check(const struct reading *reading, struct error *err) must_check;

#endif
