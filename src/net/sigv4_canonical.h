/* sigv4_canonical.h - a request in the form that Signature Version 4 signs (AWS General
 * Reference, "Create a canonical request"; Amazon S3 API Reference for what S3 does otherwise).
 *
 * Has no use for the time, the region and the service of a request. Pure; any thread. Internal
 * to net/. */
#ifndef SEINE_NET_SIGV4_CANONICAL_H
#define SEINE_NET_SIGV4_CANONICAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* Of nothing, which is what a GET sends, this is the SHA-256. */
#define SIGV4_NO_PAYLOAD                                                               \
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

struct sigv4_header {
	const char *name; /* ends at a ":", as in the line that is sent, or a NUL */
	const char *value;
};

/* What is signed; borrowed. Path and query are as they are sent; a byte that may not stand in
 * them is encoded, and what is encoded stays. */
struct sigv4_request {
	const char *method;
	const char *path;
	const char *query; /* without "?"; NULL: none */
	bool normalize;    /* dot segments and double slashes go; not with S3 */
	/* In any order; Host and the date among them. */
	const struct sigv4_header *headers;
	size_t n_headers;    /* at most SIGV4_HEADERS_MAX */
	const char *payload; /* its SHA-256 in hex, or "UNSIGNED-PAYLOAD" */
	const char *time;    /* as sigv4_time has it */
	const char *region, *service;
};

#define SIGV4_HEADERS_MAX 32

/* The names of the headers that are signed, as SignedHeaders wants them, in what was appended. */
struct sigv4_names {
	size_t start, len; /* bytes of the buffer */
};

struct sigv4_names sigv4_add_canonical(
	struct buf *out, const struct sigv4_request *request);

#endif
