/* proxy.h - the proxy that all connections go through, if there is one. Pure, but for the
 * environment: ask before threads start. */
#ifndef SEINE_NET_PROXY_H
#define SEINE_NET_PROXY_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/diag.h"
#include "core/settings.h"

/* Will libcurl take this for a proxy? "" is none. -1 and KIND_USAGE when not; the text does not
 * quote it, since there may be a password in it. */
int proxy_check(const char *url, struct error *err) must_check;
/* Is there one, by --proxy or the environment? */
bool proxy_is_used(const struct settings *settings);

#endif
