/* disposition.h - the name that a Content-Disposition field gives a file (RFC 6266).
 *
 * The type does not matter: `inline` may name a file as well as `attachment`. filename* (RFC
 * 8187) goes before filename, unless it is not well-formed. Read as the RFCs have it, but
 * for what servers are known to send: an unquoted filename may have spaces and other
 * characters that are none of a token's, filename may be UTF-8 (it is ISO-8859-1 only where it
 * is not), filename* may have any printable characters besides those that it should, and a
 * ";" may stand where nothing follows. With two of the same parameter, or anything else that
 * does not belong there, the field gives no name (RFC 6266, 4.1). Percents in filename are
 * percents, and an encoded word of RFC 2047 is no more than it looks (appendix C).
 *
 * The name may be anything: "..", a path, control characters. What it comes to is core/naming's
 * business. Pure; any thread. Internal to net/. */
#ifndef SEINE_NET_DISPOSITION_H
#define SEINE_NET_DISPOSITION_H

#include <stddef.h>

#include "base/attr.h"

/* The name in a field's value: valid UTF-8, not empty, yours. NULL: it gives none. */
char *disposition_name(const char *value, size_t len) must_check;

#endif
