/* reply.h - one response: a head, a body that is made as it goes out, and how it ends.
 *
 * Every misdeed comes down to these three: a reset is an ending, a hang is an empty
 * head with an ending that never comes. Knows no socket and no time. */
#ifndef ORIGIN_REPLY_H
#define ORIGIN_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"
#include "body.h"
#include "request.h"
#include "script.h"

enum ending {
	END_KEEP,  /* whole: the next request, please */
	END_CLOSE, /* whole or not: close */
	END_RESET, /* RST */
	END_STALL  /* silence until the other side gives up */
};

struct reply {
	struct buf head;

	/* The body's bytes [pos, end), from the first of these that is there. */
	const char *unit; /* a text repeated for ever */
	bool use_literal;
	struct buf literal; /* what literal bytes there are */
	struct body body;
	int64_t pos, end;
	bool chunked;
	bool last_chunk; /* still to be sent */

	enum ending ending;
	int64_t pause_at; /* be silent for pause_for ms when pos gets there; -1: never
			   */
	int64_t pause_for;
	int64_t rate;  /* bytes per second; 0: as fast as it goes */
	bool drip;     /* for the head too */
	int64_t delay; /* ms before the first byte */
	int status;    /* for the log; 0: no head at all */
};

void reply_init(struct reply *reply);
void reply_release(struct reply *reply);
/* As after reply_init, but keeping the storage of the head. */
void reply_clear(struct reply *reply);

/* A page of our own: takes the text out of *page. */
void reply_page(struct reply *reply, const struct request *request, int status,
	const char *type, struct buf *page);

/* What the script says, all conditions (faults, limits) being settled, for the
 * `ordinal`-th request (from 0) of its target; `now` in seconds since 1970. */
void reply_script(struct reply *reply, const struct request *request,
	const struct script *script, uint64_t ordinal, int64_t now);

/* A response that is not the file: a redirect, an error. */
void reply_other(struct reply *reply, const struct request *request,
	const struct script *script, int64_t now);

/* Anything left of the body and its framing? */
bool reply_more(const struct reply *reply);
/* Append at most `max` body bytes (and their framing, and the end of it). */
void reply_produce(struct reply *reply, struct buf *out, size_t max);
/* Of what was produced last, n bytes could not be sent: true when they will be produced
 * again, false when the caller must keep them. */
bool reply_take_back(struct reply *reply, size_t n);

/* The pieces that heads are made of. */
void reply_add_status(struct reply *reply, int status);
void reply_add_header(struct reply *reply, const char *name, const char *value);
void reply_add_length(struct reply *reply, int64_t length);
/* Append seconds since 1970 as an HTTP-date. */
void reply_add_date(struct buf *out, int64_t seconds);
/* The last line of the head, and what follows from the request alone. */
void reply_end_head(struct reply *reply, const struct request *request);
/* Make *text, which is taken, the body. */
void reply_set_literal(struct reply *reply, struct buf *text);

#endif
