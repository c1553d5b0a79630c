/* s3.h - requests to S3 and its like: where a bucket is, in whose name requests to it are
 * signed, and what its errors mean.
 *
 * The region of a bucket is as the user says, or the environment, or the profile, until the
 * store names another one in an answer; then all further requests go there. Requests are
 * signed by headers (Signature Version 4), unless they are not to be. What is secret goes
 * only where an attempt is at home (core/entry.h), each bucket's to its own store.
 *
 * Does not list or fetch. Any thread. */
#ifndef SEINE_NET_S3_H
#define SEINE_NET_S3_H

#include <curl/curl.h>

#include "base/url.h"
#include "core/entry.h"
#include "core/s3.h"
#include "core/settings.h"
#include "net/names.h"
#include "net/tls.h"
#include "net/waiter.h"

struct s3;

/* All borrowed, for the services that give credentials: those are asked as servers of files are,
 * but never with --insecure. NULL: as ask.h says. */
struct s3 *s3_new(const struct settings *settings, struct tls *tls,
	struct names *names) must_check;
void s3_free(struct s3 *s3); /* NULL is fine */
/* Asked in whatever thread waits for credentials: true ends the wait. To be set before the first
 * URL is located; borrowed. */
typedef bool s3_stop(const void *context);
void s3_set_stop(struct s3 *s3, s3_stop *stop, const void *context);

/* The HTTP URL of an object, or of a page of the listing, where its bucket is as far as is
 * known. As url_parse; KIND_USAGE when endpoint or profile, which are looked at the first time,
 * are no good. Credentials are looked for when the first request is signed. */
int s3_locate(struct s3 *s3, const struct s3_name *name, struct url *url,
	struct error *err) must_check;
int s3_locate_page(struct s3 *s3, const struct s3_name *name, const char *token,
	struct url *url, struct error *err) must_check;

/* Are the credentials here by which the attempt is signed, if it is to be? Otherwise s3_dress would
 * wait for them; they are asked for now, and the waiter is told when to look again. */
bool s3_may_begin(
	struct s3 *s3, const struct attempt *attempt, struct waiter *waiter) must_check;
/* The waiter, which may be an idle one, is not told any more. */
void s3_forget(struct s3 *s3, struct waiter *waiter);

/* Append the headers by which this request, of a mirror in a bucket, is one that its store
 * knows, and signed; *signer tells by which credentials (0: by none). KIND_CREDENTIALS when there
 * are none; KIND_USAGE when the user's headers say what only the signature can. */
int s3_dress(struct s3 *s3, const struct attempt *attempt, struct curl_slist **headers,
	uint64_t *signer, struct error *err) must_check;

/* What an answer that is not the object means, by its body and the region that a header of it
 * names (NULL: none): *outcome is what HTTP makes of it, and may become another. `signer` is that
 * of the request: if those credentials have expired, says the store, they are renewed, or it is
 * KIND_CREDENTIALS. */
void s3_judge(struct s3 *s3, const struct attempt *attempt, uint64_t signer,
	const struct buf *body, const char *region, struct outcome *outcome);

#endif
