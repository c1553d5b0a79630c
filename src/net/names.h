/* names.h - what is known of host names, for the whole process.
 *
 * Answers from --resolve, /etc/hosts and DNS, each with its time to live, kept until then and
 * handed out to whoever asks; negative ones too (NXDOMAIN is permanent, a timeout passes).
 * Does not ask anybody: that is resolver.h. Locked; any thread. RFC 1035, 2308, 6724. */
#ifndef SEINE_NET_NAMES_H
#define SEINE_NET_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/clock.h"
#include "base/diag.h"
#include "core/settings.h"

/* An answer, shared and never changed: names_put gives it back. */
struct addresses {
	const char *list;  /* "1.2.3.4,[2001:db8::1]" in the order to try, as CURLOPT_RESOLVE has
	                    * it; NULL: the name has none, see kind */
	enum kind kind;    /* KIND_NONE, KIND_DNS or KIND_NXDOMAIN */
	char text[96];     /* why it failed, for people */
	nstime expires;    /* NSTIME_NEVER for --resolve and /etc/hosts */
	uint64_t generation; /* differs from that of every other answer of the process */
};

struct names;
/* Reads --resolve and /etc/hosts (`hosts_file` NULL is that). KIND_USAGE when --resolve is
 * malformed. Settings are borrowed. */
struct names *names_new(const struct settings *settings, const char *hosts_file,
	struct error *err) must_check;
void names_free(struct names *names);

/* An IP literal (brackets or not) needs no answer. */
bool names_is_literal(const char *host);
/* The answer for host (any case, with or without a final dot) and port, if there is one that
 * has not expired; NULL otherwise. Yours to put back. */
const struct addresses *names_get(struct names *names, const char *host, int port,
	nstime now) must_check;
/* Keep an answer from DNS (ttl in seconds, clamped to sane limits) and get it as names_get
 * would. `list` NULL is a failure of `kind`. */
const struct addresses *names_learn(struct names *names, const char *host, const char *list,
	int ttl, enum kind kind, const char *text, nstime now) must_check;
void names_put(struct names *names, const struct addresses *addresses);

#endif
