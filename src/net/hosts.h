/* hosts.h - names whose addresses are given: by --resolve, or in a file like /etc/hosts.
 *
 * Only reads them; names.h keeps what comes. See hosts(5). */
#ifndef SEINE_NET_HOSTS_H
#define SEINE_NET_HOSTS_H

#include "base/attr.h"
#include "base/diag.h"
#include "core/settings.h"

/* Is told once of each name (a key of hostname.h; for --resolve with ":PORT"), and its
 * addresses in the order to try; an empty list: none is of the wanted family. Borrowed for
 * the call. */
typedef void hosts_found(void *context, const char *key, const char *list);

/* Read the file, if there is one. Lines that make no sense are passed over; several lines for
 * a name add up; a name without an address of the wanted family is left to DNS. */
void hosts_read(const char *path, enum ip_family family, bool v6_first,
	hosts_found *found, void *context);

/* Read HOST:PORT:ADDR[,ADDR]... of all --resolve; of two for the same HOST:PORT both are told,
 * the later last. Addresses keep the user's order. -1 and KIND_USAGE when one is malformed; the
 * text does not name the option. */
int hosts_read_option(const struct strings *resolve, enum ip_family family,
	hosts_found *found, void *context, struct error *err) must_check;
/* Only looks at one; for the table of options. */
int hosts_check_option(const char *text, struct error *err);

#endif
