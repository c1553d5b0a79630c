/* sigv4.h - Signature Version 4 of Amazon's services, in the Authorization header (AWS General
 * Reference, "Signing AWS API requests"; Amazon S3 API Reference for what S3 does otherwise).
 *
 * Does not know what a request is signed for, nor the clock. Any thread that has a key of its
 * own. Internal to net/. */
#ifndef SEINE_NET_SIGV4_H
#define SEINE_NET_SIGV4_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/diag.h"

/* Of nothing, which is what a GET sends, this is the SHA-256. */
#define SIGV4_NO_PAYLOAD                                                               \
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define SIGV4_SCOPE_MAX 512 /* what has a longer one is derived anew each time */
#define SIGV4_TIME_SIZE 17  /* "20150830T123600Z", with its NUL */

/* In whose name. Borrowed. */
struct sigv4_secret {
	const char *id, *key;
};

struct sigv4_header {
	const char *name, *value;
};

/* What is signed; borrowed. Path and query are as they are sent; a byte that may not stand in
 * them is encoded, and what is encoded stays. */
struct sigv4_request {
	const char *method;
	const char *path;
	const char *query; /* without "?"; NULL: none */
	bool normalize;    /* dot segments and double slashes go; not with S3 */
	const struct sigv4_header
		*headers;    /* in any order; Host and the date among them */
	size_t n_headers;    /* at most SIGV4_HEADERS_MAX */
	const char *payload; /* its SHA-256 in hex, or "UNSIGNED-PAYLOAD" */
	const char *time;    /* as sigv4_time has it */
	const char *region, *service;
};

#define SIGV4_HEADERS_MAX 32

/* The key derived for a day, a region, a service and a secret: a signature made with the same
 * again costs one HMAC less four. All zeros: none yet. */
struct sigv4_key {
	char scope[SIGV4_SCOPE_MAX]; /* what it was derived from, the secret too */
	unsigned char bytes[32];
	bool known;
};
void sigv4_key_wipe(struct sigv4_key *key);

/* Seconds since 1970 as the date of a request. Returns out. */
char *sigv4_time(char out[SIGV4_TIME_SIZE], int64_t seconds);

/* Append the value of the Authorization header. KIND_INTERNAL when libcrypto fails. */
int sigv4_sign(struct sigv4_key *key, const struct sigv4_secret *secret,
	const struct sigv4_request *request, struct buf *authorization,
	struct error *err) must_check;

/* What that is the signature of, for tests. */
void sigv4_add_canonical(struct buf *out, const struct sigv4_request *request);
int sigv4_add_string_to_sign(struct buf *out, const struct sigv4_request *request,
	struct error *err) must_check;

#endif
