/* tls.h - one CA store and one cache of sessions for the whole process.
 *
 * libcurl would parse the CA bundle anew for each connection (about 20 ms of CPU where a CA
 * directory is configured too, as on Debian); a store that is parsed once and put into each
 * SSL_CTX costs about 1 ms. Parsed when the first TLS connection wants it. libcurl keeps
 * sessions per handle, where a further connection of another handle would not find them, so
 * they are shared (the last eight, which is what libcurl's share holds). Any thread.
 * RFC 8446 section 2.2, RFC 5077. */
#ifndef SEINE_NET_TLS_H
#define SEINE_NET_TLS_H

#include <curl/curl.h>

#include "base/attr.h"
#include "base/diag.h"
#include "core/settings.h"

struct tls;

/* With the authorities, the certificate and the key that the settings name. A file that cannot be
 * read, or holds none, or a key of another certificate, is KIND_USAGE at once. (A key that asks
 * for a passphrase is believed, and what is no regular file is left for libcurl.) */
struct tls *tls_new(const struct settings *settings, struct error *err) must_check;
void tls_free(struct tls *tls);

/* Make a handle use the store, and share its sessions; the handle must be gone before
 * tls_free. Where libcurl's TLS is not OpenSSL, its own loading is left as it is (with --cacert,
 * if there is one). */
CURLcode tls_dress(struct tls *tls, CURL *easy) must_check;
/* The server's certificate was refused: what the user can do about that; NULL when nothing is
 * known, or libcurl's TLS is not OpenSSL. Static. */
const char *tls_hint(const struct tls *tls, CURL *easy);

#endif
