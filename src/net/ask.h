/* ask.h - one small request to a service that helps us, and its answer, while the caller waits.
 *
 * For what has to be known before anything can be fetched: no engine, no retries beyond the
 * second try, no redirects, at most ASK_ANSWER_MAX bytes. Does not fetch files, and knows nothing
 * of the settings but where names are looked up. Any thread. HTTP as RFC 9110 has it. Internal to
 * net/. */
#ifndef SEINE_NET_ASK_H
#define SEINE_NET_ASK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/url.h"
#include "core/settings.h"
#include "net/names.h"
#include "net/tls.h"

#define ASK_ANSWER_MAX ((size_t)64 * 1024)
#define ASK_HEADERS_MAX 2

/* Is it time to give up? Asked by the thread that waits, once a second at least. */
typedef bool ask_stop(const void *context);

/* How to get there. Borrowed. */
struct ask_route {
	const char *proxy; /* NULL: as the environment says, "": none */
	struct tls *tls;   /* NULL: authorities as libcurl knows them */
	ask_stop *stop;    /* NULL: never */
	const void *stop_context;
	/* Where names are looked up (resolver.h), and how; NULL: by libcurl, as behind a proxy. */
	struct names *names;
	const struct settings *settings;
};

/* All borrowed. */
struct ask {
	const char *who; /* how errors call it */
	const char *method;
	const char *url;
	struct {
		const char *name, *value; /* the value is plain: no line ends */
	} headers[ASK_HEADERS_MAX];       /* name NULL: none */
	const char *body;                 /* NULL: none */
	int timeout_ms; /* of a try, from its start to its end, and of a look-up before */
	bool direct;    /* never by a proxy */
};

/* Is the URL's host this machine: "localhost", or a loopback address? */
bool ask_is_here(const struct url *url);

/* Ask, and once more when there is no answer or the server has one of its weak moments (429,
 * 500, 502, 503, 504). 0 with any *status and the answer in an empty buf, which is the caller's
 * to secret_release; nothing is left in memory but there. KIND_CREDENTIALS with a CURLcode when
 * nobody answers, or more than is allowed; KIND_INTERRUPTED when it is stopped, which is seen
 * within a second. Errors say who, but quote neither headers nor bodies. */
int ask_send(const struct ask *ask, const struct ask_route *route, struct buf *answer,
	long *status, struct error *err) must_check;

#endif
