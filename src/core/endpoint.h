/* endpoint.h - what may be said of where buckets are: the URL of a store.
 *
 * Pure; any thread. */
#ifndef SEINE_CORE_ENDPOINT_H
#define SEINE_CORE_ENDPOINT_H

#include "base/attr.h"
#include "base/diag.h"

/* May URLs of buckets be made of it? It is "https://HOST" or "http://HOST", with a port or
 * without, and with what may stand before all buckets of a path. KIND_USAGE; the text never quotes
 * it. */
int endpoint_check(const char *text, struct error *err) must_check;

#endif
