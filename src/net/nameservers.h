/* nameservers.h - reading --dns-servers. Pure. */
#ifndef SEINE_NET_NAMESERVERS_H
#define SEINE_NET_NAMESERVERS_H

#include "base/attr.h"
#include "base/diag.h"

struct ares_addr_port_node; /* of <ares.h> */

/* "HOST[:PORT],...", each host a numeric address, an IPv6 one in brackets if a port follows.
 * What c-ares takes as a list of servers, in one piece: free() it. NULL and KIND_USAGE when it
 * is malformed; the text does not name the option. */
struct ares_addr_port_node *nameservers_parse(
	const char *text, struct error *err) must_check;
/* Only looks; for the table of options. */
int nameservers_check(const char *text, struct error *err);

#endif
