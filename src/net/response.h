/* response.h - the head of an HTTP response, read line by line and judged.
 *
 * libcurl lets through what must not count as whole (a length that overflows, two lengths that
 * differ), so the fields that matter here are parsed strictly. RFC 9110, 9112. One owner; no
 * lock. Internal to net/. */
#ifndef SEINE_NET_RESPONSE_H
#define SEINE_NET_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/diag.h"
#include "core/range.h"
#include "core/version.h"
#include "net/announced.h"

#define VALIDATOR_SIZE 256
#define DATE_SIZE 64

#define RESPONSE_HEAD_MAX (256 * 1024) /* bytes of all heads of an exchange together */

struct response {
	long status;    /* of the last status line; 0: none came */
	int64_t length; /* Content-Length; -1: none */
	bool chunked;   /* Transfer-Encoding, whose end proves that the body is whole */
	bool encoded;   /* Content-Encoding other than identity */
	bool open;      /* a status line has come, and its head has not ended */
	bool complete;  /* the whole head is here, and it is not a 1xx */
	size_t head;    /* bytes of head so far, those of 1xx answers too */
	struct announced announced; /* digests */
	bool deaf;                  /* to these: they are passed over */

	/* Of the file, for asking again: NUL-terminated, empty: none (or too long). */
	char etag[VALIDATOR_SIZE], modified[DATE_SIZE], date[DATE_SIZE];
	bool accepts_ranges;
	bool has_range;             /* Content-Range, which is ... */
	bool bad_range;             /* ... not one */
	struct content_range range; /* ... or this */
};

/* Nothing has come yet. `deaf`: what it announces of digests is not wanted. */
void response_clear(struct response *response, bool deaf);
/* One line of the head, as libcurl gives it. KIND_PROTOCOL or KIND_TOO_LARGE on one that
 * must end the exchange. Trailers count towards the length and say nothing. */
int response_line(struct response *response, const char *line, size_t len,
	struct error *err) must_check;
/* Is the status one whose body is the whole file? (200; 201 and 203 as well, for servers that
 * are loose with them.) */
bool response_is_file(const struct response *response);
/* Last-Modified in seconds since 1970; -1: none. */
int64_t response_mtime(const struct response *response);
/* Validators, digest and time of the file, without its size; *version is yours to release. Only
 * what can pin it is taken: a strong ETag, or a Last-Modified clearly before Date (RFC 9110,
 * 8.8.2.2). */
void response_version(const struct response *response, struct version *version);
/* A word or two for an error status: "Not Found" of 404; "" where there is none. */
const char *response_phrase(long status);

#endif
