/* addrs.h - numeric addresses of one host, and the order in which to try them.
 *
 * At most ADDRS_EACH of each family are kept: libcurl gives each address but a family's last
 * half of what is left of the connect timeout, so a long row of dead ones would eat it up.
 * RFC 6724, 8305. No lock. */
#ifndef SEINE_NET_ADDRS_H
#define SEINE_NET_ADDRS_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/buf.h"
#include "core/settings.h"

#define ADDRS_EACH 3

struct addr {
	enum ip_family family; /* IP_V4 or IP_V6 */
	unsigned char bytes[16];
};

/* All zero is none. */
struct addrs {
	struct addr items[2 * ADDRS_EACH];
	size_t count;
};

/* Read an address, an IPv6 one in brackets or not. -1 when it is none. */
int addr_parse(struct addr *addr, const char *text, size_t len) must_check;
/* Append it, after a comma unless it is the first, as CURLOPT_RESOLVE wants it. */
void addr_write(const struct addr *addr, struct buf *list);
/* May it be used, given -4, -6 or neither? */
bool addr_wanted(const struct addr *addr, enum ip_family family);

/* Keep it, unless it is there already or its family is full. */
void addrs_add(struct addrs *addrs, const struct addr *addr);
/* Append them all: with v6_first by turns, else IPv4 before IPv6. */
void addrs_write(const struct addrs *addrs, bool v6_first, struct buf *list);

/* Has this host a global IPv6 address and a way to others? Sends nothing. */
bool addrs_have_v6(void);
/* Has it any IPv6 address but those of loopback and single links, from where no address that
 * a name has can be reached? */
bool addrs_use_v6(void);
/* The same for ::1 alone. */
bool addrs_have_v6_loopback(void);

#endif
