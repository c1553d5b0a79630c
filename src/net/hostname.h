/* hostname.h - host names as they are compared and asked for. RFC 1123, 6761. Pure. */
#ifndef SEINE_NET_HOSTNAME_H
#define SEINE_NET_HOSTNAME_H

#include <stdbool.h>

#include "base/attr.h"

#define HOSTNAME_MAX 253
#define HOSTNAME_ROOM (HOSTNAME_MAX + 1)

/* The name in lower case and without a final dot. -1 when it is none that can be asked for:
 * labels of 1 to 63 letters, digits, '-' and '_' (ASCII: an international name must come as
 * "xn--..."). */
int hostname_key(char key[HOSTNAME_ROOM], const char *host) must_check;

/* "localhost", or below it. Takes a key. */
bool hostname_is_localhost(const char *key);

#endif
