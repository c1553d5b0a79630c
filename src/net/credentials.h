/* credentials.h - AWS credentials: where they are found, and how they stay valid.
 *
 * Looked for in this order (AWS SDKs and Tools Reference Guide, "Standardized credential
 * providers"); the first place that is set up counts, and if it fails, no other is tried:
 *
 *   environment   AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN
 *   web identity  AWS_WEB_IDENTITY_TOKEN_FILE, AWS_ROLE_ARN, AWS_ROLE_SESSION_NAME: from STS
 *   profile       keys, or a role by web identity; see credentials_profile.h. Not those by
 *                 source_profile, credential_process or single sign-on, which are refused
 *   container     AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or _FULL_URI
 *   instance      the metadata service of EC2, version 2 (AWS_EC2_METADATA_DISABLED)
 *
 * A profile that is named by an option goes before the environment.
 *
 * Those that expire are renewed from five minutes before, by a thread, while the old ones serve.
 * Once they have expired, or before there are any, whoever comes first asks and all others wait
 * for that. So there is never more than one request. The same holds for those that a service calls
 * expired before their time. Nothing is logged that is secret, and what is secret is overwritten
 * before its memory is given back (but for the copies that libcurl and libxml2 make for
 * themselves).
 *
 * Does not sign, and does not read the clock: seconds since 1970 are an argument, because that is
 * what expires. Any thread; libcurl must be initialised. Internal to net/. */
#ifndef SEINE_NET_CREDENTIALS_H
#define SEINE_NET_CREDENTIALS_H

#include <stdint.h>

#include "base/attr.h"
#include "base/diag.h"
#include "net/ask.h"
#include "net/environment.h"
#include "net/waiter.h"

/* Owned: aws_credentials_release. Id and token can be sent in headers as they are. */
struct aws_credentials {
	char *id, *secret;
	char *token;     /* NULL: none */
	int64_t expires; /* seconds since 1970; INT64_MAX: never */
	char *keeper; /* who alone can renew them; NULL: others are there to be asked for */
	uint64_t serial; /* of those that a store has handed out, from 1 */
};
void aws_credentials_release(struct aws_credentials *credentials);

/* What is said by options. Borrowed, and used until credentials_free. */
struct credentials_options {
	const char *profile; /* NULL: as the environment says */
	const char *region;  /* likewise, or the profile */
	/* How services are asked, until its `stop` or credentials_free. Services of this
	 * machine are asked by no proxy, whatever it says. */
	struct ask_route route;
	struct environment environment;
};

struct credentials_store;

/* Reads the profile. KIND_USAGE when it is no good (credentials_profile_load) or a region of the
 * environment or the profile is none. */
struct credentials_store *credentials_new(
	const struct credentials_options *options, struct error *err) must_check;
/* NULL is fine. A request under way is broken off, which takes up to a second. */
void credentials_free(struct credentials_store *store);

/* Those that are valid now, as a copy. Waits where it must: for one second, twice, for each answer
 * of the instance's metadata service, and up to ten seconds, twice, for STS. KIND_CREDENTIALS when
 * there are none, or they cannot be had, KIND_INTERRUPTED when asking was stopped: the text says
 * why; the same is said again, without a request, for some seconds. */
int credentials_get(struct credentials_store *store, int64_t now,
	struct aws_credentials *out, struct error *err) must_check;

/* For those who were refused with what is held: wait while others are asked for on that account. */
void credentials_await_others(struct credentials_store *store);
/* Would neither wait (the latter for `others`)? If one would, a thread asks, and the waiter, unless
 * it is known already, is told when to look again. */
bool credentials_are_near(struct credentials_store *store, int64_t now, bool others,
	struct waiter *waiter) must_check;
/* It is not told any more, and is not being told. */
void credentials_forget(struct credentials_store *store, struct waiter *waiter);

/* Whoever was shown a request signed by those of this serial number, at `now`, calls them expired.
 * 0: others are held by then, or a thread asks for others, unless it did so for the same reason
 * some seconds ago; so the request may be made again. KIND_CREDENTIALS when they are such as the
 * user has to renew: the text says which. Never waits; what is held is handed out until then. */
int credentials_expired(struct credentials_store *store, int64_t now, uint64_t serial,
	struct error *err) must_check;

/* The region by the option, AWS_REGION, AWS_DEFAULT_REGION or the profile, and where S3 is asked by
 * AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL or the profile; NULL when none says. The store's. */
const char *credentials_region(const struct credentials_store *store);
const char *credentials_endpoint(const struct credentials_store *store);

#endif
