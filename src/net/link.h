/* link.h - the links of a Link header field (RFC 8288), as they tell of mirrors (RFC 6249).
 *
 * One value of the field at a time, which may hold several links. What is not well-formed ends
 * the value: links before it hold.
 *
 * Does not resolve targets (url_resolve does), and copies nothing but parameters that are asked
 * for. Pure; any thread. Internal to net/. */
#ifndef SEINE_NET_LINK_H
#define SEINE_NET_LINK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

#define LINK_PRIORITY_LAST 999999

/* A link; points into the value. */
struct link {
	/* What is between < and >: a URI reference, maybe relative. */
	const char *target;
	size_t target_len;
	const char *params; /* from the first ";" on; empty when there are none */
	size_t params_len;
};

/* The next link of the value at *value, *len, which moves on behind it. False: there is none. */
bool link_next(const char **value, size_t *len, struct link *link) must_check;

/* The value of a parameter, NUL-terminated, free of quotes and escapes; the first one holds where
 * there are several, a parameter without a value is "". False when there is none, or it does not
 * fit. Names are told without regard to case. */
bool link_param(
	const struct link *link, const char *name, char *value, size_t size) must_check;

/* rel=duplicate: the same bytes are there. One with an anchor is of something else than the
 * resource that was asked for. */
bool link_is_mirror(const struct link *link);

/* pri: from 1, the best; LINK_PRIORITY_LAST when it has none, or one that is no such number. */
int link_priority(const struct link *link);

#endif
