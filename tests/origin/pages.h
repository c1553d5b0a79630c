/* pages.h - lists of URLs of this very server, for demonstrations and benchmarks. Pure.
 */
#ifndef ORIGIN_PAGES_H
#define ORIGIN_PAGES_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/buf.h"
#include "request.h"

/* Is this the path of a list? Then append it, or the name of the parameter that is
 * wrong is returned by *wrong (NULL: none is). The request's query is changed. */
bool pages_list(
	struct request *request, struct buf *out, const char **wrong) must_check;

#endif
