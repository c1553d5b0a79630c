/* names.h - what is known of host names, for the whole process.
 *
 * Answers from --resolve, /etc/hosts and DNS, each with its time to live, kept until then and
 * handed out to whoever asks; negative ones too (NXDOMAIN is permanent, a timeout passes).
 * "localhost" is loopback, and what is no host name does not exist: nobody is asked for these.
 * Does not ask anybody itself: that is resolver.h. Locked; any thread.
 * RFC 1035, 2308, 6724, 6761. */
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
	/* "1.2.3.4,[2001:db8::1]" in the order to try, as CURLOPT_RESOLVE has it; NULL:
	 * the name has none, see kind */
	const char *list;
	enum kind kind; /* KIND_NONE, KIND_DNS or KIND_NXDOMAIN */
	char text[96];  /* why it failed, for people */
	nstime expires; /* NSTIME_NEVER for what is not from DNS */
	/* differs from that of every other answer of these names */
	uint64_t generation;
};

struct names;
/* Reads --resolve and /etc/hosts (`hosts_file` NULL is that), and finds out whether this host
 * has IPv6. KIND_USAGE when --resolve is malformed. Settings are borrowed. */
struct names *names_new(const struct settings *settings, const char *hosts_file,
	struct error *err) must_check;
/* Nobody waits any more, and every answer has been put back. NULL is fine. */
void names_free(struct names *names);

/* An IP literal (brackets or not) needs no answer. */
bool names_is_literal(const char *host);
/* The answer for host (any case, with or without a final dot) and port, if there is one that
 * has not expired; NULL otherwise. Yours to put back. Port 0 leaves --resolve out. */
const struct addresses *names_get(
	struct names *names, const char *host, int port, nstime now) must_check;
/* Keep an answer from DNS and get it as names_get would. `ttl` in seconds is taken as 1 to
 * 3600. `list` NULL is a failure of `kind`; it is kept for 10 s when it is KIND_NXDOMAIN, else
 * for 1 s, which is enough for all who waited for it. Of 65,536 names the oldest make room. */
const struct addresses *names_learn(struct names *names, const char *host,
	const char *list, int ttl, enum kind kind, const char *text,
	nstime now) must_check;
/* A failure that is not kept, for somebody who cannot wait for the answer. */
const struct addresses *names_failure(
	struct names *names, enum kind kind, const char *text, nstime now) must_check;
/* One more owner, who puts it back, too. Returns its argument. */
const struct addresses *names_share(const struct addresses *addresses);
void names_put(const struct addresses *addresses); /* NULL is fine */

/* Should IPv6 addresses be tried before IPv4 ones? */
bool names_v6_first(const struct names *names);
/* Which addresses to ask for: those that -4 or -6 says. With neither IPv4 alone on a host that
 * has no IPv6 address but of loopback and of single links (much as getaddrinfo does it, given
 * AI_ADDRCONFIG), else both. */
enum ip_family names_family(const struct names *names);

/* Questions, each for one family of a name, that all askers together may have put and not had
 * answered. Most home routers run dnsmasq, which turns away what comes beyond 150. Those that
 * have been out for longer than an answer should take do not count, so that names that nobody
 * answers for leave room for others. Askers are either all on loops, or all threads, but for the
 * few questions for services that give credentials. */
#define NAMES_QUESTIONS_MAX 128

/* For those who ask from a loop: each has an equal share. All of them join before the first
 * one asks. Any thread. */
void names_join(struct names *names);
void names_leave(struct names *names);
int names_joined(const struct names *names);

/* For threads that wait for an answer: one of those who want a name asks for it. Returns the
 * answer as names_get does (port 0), waiting until `until` while another thread has claimed
 * the name or too many names are claimed. NULL with *claimed: the name is yours to ask for;
 * learn the answer, then call names_unclaim. NULL without it: the time is up. */
const struct addresses *names_claim(
	struct names *names, const char *host, nstime until, bool *claimed) must_check;
/* The answer to what you have claimed takes longer than it should: it counts no more. */
void names_claim_slow(struct names *names, const char *host);
void names_unclaim(struct names *names, const char *host);

#endif
