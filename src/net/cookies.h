/* cookies.h - cookies: those of a file, and what servers set from then on, for all transfers of a
 * process, in memory only.
 *
 * To whom each is sent is libcurl's to say (RFC 6265, with the list of public suffixes). Any
 * thread. Internal to net/. */
#ifndef SEINE_NET_COOKIES_H
#define SEINE_NET_COOKIES_H

#include <curl/curl.h>

#include "base/attr.h"
#include "base/diag.h"

struct cookies;

/* With those of the file at `path`, in the format of Netscape's browser, which those of today, curl,
 * wget and aria2 write; "~/" is the home directory. KIND_USAGE when it cannot be read, or has a line
 * that is none of that; nothing of it is quoted. cookies_free, after the last handle is gone. */
struct cookies *cookies_new(const char *path, struct error *err) must_check;
/* NULL is fine. */
void cookies_free(struct cookies *cookies);

/* The handle sends and keeps them, as long as it lives. */
CURLcode cookies_dress(struct cookies *cookies, CURL *easy) must_check;

#endif
