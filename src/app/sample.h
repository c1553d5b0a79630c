/* sample.h - a source around the inputs that lets only some of their entries through. */
#ifndef SEINE_APP_SAMPLE_H
#define SEINE_APP_SAMPLE_H

#include <stdint.h>

#include "base/attr.h"
#include "core/source.h"

/* Each `every`-th entry of the inputs, from the middle of the first so many; what is no entry
 * (bad lines, broken inputs), or a document, passes. Takes the source; with `every` 0 or 1 it
 * is the same source that comes back. */
struct source *sample_of(struct source *inputs, uint64_t every) must_check;

#endif
