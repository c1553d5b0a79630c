/* script.h - how one response is to behave, as the query of its URL says. README.md
 * lists the parameters; the table in script.c is where they are made. Pure. */
#ifndef ORIGIN_SCRIPT_H
#define ORIGIN_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "body.h"
#include "range.h"

#define SCRIPT_HEADERS 16

/* Ways to break a response: the words of fail= and kinds=. */
enum fault {
	FAULT_NONE,
	FAULT_RESET,    /* RST somewhere in the body, or before the head */
	FAULT_TRUNCATE, /* a clean close too early */
	FAULT_STALL,    /* silence in the middle */
	FAULT_FLIP,     /* one wrong bit */
	FAULT_HANG,     /* no answer at all */
	FAULT_CLOSE,    /* closed without an answer */
	FAULT_GARBAGE,  /* no HTTP */
	FAULT_LIE,      /* about the range */
	FAULT_STATUS    /* an HTTP status of 100 to 999 */
};

struct script {
	/* the body */
	int64_t size;
	int64_t seed;
	const char *as; /* take the bytes of this path */
	bool zero;
	int64_t flip;         /* -1: none; so for all offsets here */
	const char *encoding; /* "gzip" or "gzip:LAYERS" */

	/* the head */
	int64_t status;
	int64_t text; /* the length of what it says, if that is more than usual */
	const char *retry_after; /* "SECONDS" or "date:SECONDS" */
	const char *type, *disposition, *etag, *modified;
	const char *length, *length2; /* Content-Length, whatever it says */
	const char *headers[SCRIPT_HEADERS];
	size_t n_headers;
	const char *need; /* "Name: value" that must be asked with, else 401 */

	/* framing */
	bool chunked, nolength, close;
	bool hangup; /* closed after the answer, without saying so */

	/* redirects */
	const char *redirect;
	int64_t code, hops;
	bool loop;

	/* time */
	int64_t delay, rate, stall_for; /* ms, bytes/s, ms */
	bool drip;                      /* the rate holds for the head too */

	/* breaking off */
	int64_t reset, truncate, stall;
	bool hang, drop, garbage;
	const char *endless; /* "headers", "1xx", "chunks", "body" */
	const char *lie;     /* about ranges */
	int64_t at; /* only in answers to ranges from this byte on; -1: in all */

	/* depending on the requests before */
	const char *fail;  /* "K:FAULT" */
	const char *fault; /* "PROBABILITY" */
	const char *stale; /* "PROBABILITY", of connections used before */
	const char *kinds; /* "FAULT,FAULT" */
	int64_t first;     /* faults only among the first so many; 0: among all */
	int64_t change;    /* another file after so many requests; 0: never */
	int64_t gather; /* answer nobody before so many are active in the group; 0: no wait */
	const char *max_active, *max_rate; /* "N:STATUS" */
};

/* Fill *script from a query, which is changed and must stay. Returns NULL, or the name
 * of a parameter that is unknown or whose value is none: a mistake in a test must not
 * pass for a healthy server. */
const char *script_parse(struct script *script, char *query) must_check;

/* The file that is asked for, in its first or its changed version. */
struct body script_body(const struct script *script, const char *path, bool changed);

/* Read a word of fail= or kinds=, of `len` bytes; a status sets *status. */
enum fault script_fault(const char *word, size_t len, int64_t *status);

/* Which fault the `ordinal`-th request (from 0) for this target gets. */
enum fault script_choose(const struct script *script, const char *target,
	uint64_t ordinal, int64_t *status);

/* Break the response, of these bytes, in this way; `random` says where. */
void script_break(struct script *script, enum fault fault, int64_t status,
	const struct range *range, uint64_t random);

/* Take back all that at= holds for. */
void script_behave(struct script *script);

/* The `ordinal`-th request for this target came over a connection that had answered before:
 * perhaps it is closed or reset instead of answering, as by a server that ends an idle
 * connection at the very moment. */
void script_grow_stale(struct script *script, const char *target, uint64_t ordinal);

/* "N:STATUS" into both; false when it is none. */
bool script_limit(const char *text, int64_t *limit, int64_t *status);

#endif
