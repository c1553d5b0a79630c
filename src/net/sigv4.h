/* sigv4.h - Signature Version 4 of Amazon's services, in the Authorization header (AWS General
 * Reference, "Signing AWS API requests"; Amazon S3 API Reference for what S3 does otherwise).
 *
 * Does not know what a request is signed for, nor the clock. Any thread that has a key of its
 * own. Internal to net/. */
#ifndef SEINE_NET_SIGV4_H
#define SEINE_NET_SIGV4_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/diag.h"
#include "net/sigv4_canonical.h"

#define SIGV4_TIME_SIZE 17  /* "20150830T123600Z", with its NUL */
#define SIGV4_SCOPE_MAX 512 /* what has a longer one is derived anew each time */

/* In whose name. Borrowed. */
struct sigv4_secret {
	const char *id, *key;
};

/* The key derived for a day, a region, a service and a secret: a signature made with the same
 * again costs one HMAC less four, and none of them has to be set up. All zeros: none yet. */
struct sigv4_key {
	char scope[SIGV4_SCOPE_MAX]; /* what it was derived from, the secret too */
	struct evp_mac_ctx_st *mac;  /* of libcrypto; keyed, where `known` */
	bool known;
};
void sigv4_key_release(struct sigv4_key *key);

/* Seconds since 1970 as the date of a request. Returns out. */
char *sigv4_time(char out[SIGV4_TIME_SIZE], int64_t seconds);

/* Append the value of the Authorization header. KIND_INTERNAL when libcrypto fails. */
int sigv4_sign(struct sigv4_key *key, const struct sigv4_secret *secret,
	const struct sigv4_request *request, struct buf *authorization,
	struct error *err) must_check;

#endif
