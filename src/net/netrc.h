/* netrc.h - a file of logins, by host: what ftp and curl call .netrc (GNU inetutils, "The .netrc
 * file").
 *
 * Read once, then read-only: any thread. Which host may be told what of it is the caller's to
 * say. Internal to net/. */
#ifndef SEINE_NET_NETRC_H
#define SEINE_NET_NETRC_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/diag.h"

struct netrc;

struct login {
	const char *name, *password; /* NULL: not said */
};

/* The file at `path`, which may begin with "~/". KIND_USAGE when it cannot be read, or names no
 * host; words of it that are not understood are passed over, with one warning, which quotes
 * nothing. netrc_free. */
struct netrc *netrc_read(const char *path, struct error *err) must_check;
/* The same of a text, which is overwritten when it is freed. Borrows nothing. */
struct netrc *netrc_parse(const char *text, size_t len);
/* Secrets are overwritten. NULL is fine. */
void netrc_free(struct netrc *netrc);

/* Name and password for a host (lower or upper case): of the first entry for it, or, with `name`,
 * of the first for that name there. Where there is no entry for the host, the one that is for all
 * (`default`), if `any`. NULL: there is none, or it does not say both. Borrowed. */
const struct login *netrc_find(
	const struct netrc *netrc, const char *host, const char *name, bool any);

#endif
