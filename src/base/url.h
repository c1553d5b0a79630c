/* url.h - URLs, parsed by libcurl's parser and nothing else (RFC 3986 as curl reads it), so
 * that what is named, limited and asked are always the same host.
 *
 * Only http and https are accepted; a scheme must be there. Does no I/O. Any thread. */
#ifndef SEINE_BASE_URL_H
#define SEINE_BASE_URL_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/diag.h"

struct url {
	char *text;   /* the whole, normalised, without its fragment: what is asked */
	char *origin; /* "scheme://host:port", lower case, the port always there */
	char *host;   /* lower case; an IPv6 address in brackets */
	char *path;   /* as in the URL, still percent-encoded; at least "/" */
	char *query;  /* without "?"; NULL when there is none */
};

/* Parse; on success *url owns its strings: url_release. On failure (KIND_BAD_URL, the text
 * says why and what to write instead, and never quotes a password) *url is all NULL. */
int url_parse(struct url *url, const char *text, struct error *err) must_check;
void url_release(struct url *url);

/* The URL that a reference ("b.iso", "../b", "//host/b", or a whole URL) means where it stands
 * in the document at `base` (RFC 3986, section 5); yours. It may be of any scheme that libcurl
 * knows: url_parse judges that. NULL and KIND_BAD_URL when there is none. */
char *url_resolve(
	const char *base, const char *reference, struct error *err) must_check;

/* The port, which an origin always has. */
int url_port(const struct url *url);

/* May headers given for one URL go to the other: same scheme, host and port? */
bool url_same_origin(const struct url *a, const struct url *b);
/* A redirect leads from there to the URL. Where that is of the same origin and has no user of its
 * own, user and password of `from` go along, as with curl. */
void url_keep_user(struct url *url, const struct url *from);
bool url_is_https(const struct url *url);
/* "user" or "user:password" of a url's text, still encoded: *len bytes of it; NULL: there is none. */
const char *url_userinfo(const char *text, size_t *len);

/* Append the URL as it may be shown and stored: user and password taken out, and the values
 * of query parameters that carry a signature, a credential or a token replaced by "...". In a
 * text that is no URL, everything up to its last '@' that may end a password is cut. Returns
 * whether there was anything to take out. */
bool url_add_redacted(struct buf *out, const char *text);

/* Is the numeric address (no brackets) one that the public must not be sent to by a redirect:
 * loopback, private, link-local, unique-local, unspecified, shared (RFC 6598), mapped forms
 * of these (RFC 6890)? False for what is no address. */
bool url_address_is_private(const char *address);

#endif
