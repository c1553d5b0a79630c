/* request.h - the header fields that a request has beyond those that libcurl writes: the user's,
 * what signs it, and its conditions.
 *
 * Whom a field is meant for is decided here: the user's go only where attempt->trusted.
 * RFC 9110 (13.1, conditions). Pure but for the signature. Any thread. Internal to net/. */
#ifndef SEINE_NET_REQUEST_H
#define SEINE_NET_REQUEST_H

#include <curl/curl.h>

#include "net/net.h"

/* Do the user's fields say which host is asked? */
bool request_names_host(
	const struct net *net, const struct attempt *attempt) must_check;

/* Append them to *fields, the caller's also when this fails; NULL stays NULL where there are none.
 * `plain_host`: with the Host that libcurl would send. *signer tells by which credentials the
 * request is signed (0: by none). Errors as s3_dress. */
int request_fields(const struct net *net, const struct attempt *attempt,
	bool plain_host, struct curl_slist **fields, uint64_t *signer,
	struct error *err) must_check;

#endif
