/* request.h - one HTTP/1.1 request head, taken apart in place. RFC 9112.
 *
 * Strict enough for a test server: a head that is no HTTP is refused, bodies are not
 * read. Strings point into the bytes that were parsed, or into `text`: both must stay.
 */
#ifndef ORIGIN_REQUEST_H
#define ORIGIN_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/attr.h"
#include "base/buf.h"

#define REQUEST_MAX (64 * 1024) /* bytes of a head */
#define REQUEST_HEADERS 64

struct header {
	const char *name, *value;
};

struct request {
	const char *method;
	const char *target; /* as in the request line: origin-form, or absolute from a
			       proxy's user */
	const char *host;   /* the Host header; "" when there is none */
	char *path;         /* of the target, still percent-encoded */
	char *query;        /* after "?"; "" when there is none. Yours to change */
	bool keep_alive;
	bool head_only; /* HEAD */
	struct header headers[REQUEST_HEADERS];
	size_t n_headers;
	struct buf text; /* what path and query point into */
};

void request_init(struct request *request);
void request_release(struct request *request);

/* Take the head at the start of data apart. Returns its length, 0 when it is not whole
 * yet, -1 when it is none. */
ssize_t request_parse(struct request *request, char *data, size_t len) must_check;

/* The value of a header by its name in any case; NULL when it is not there. */
const char *request_header(const struct request *request, const char *name);

/* Decode %XX in place. */
void request_decode(char *text);

#endif
