/* policy.h - what an outcome means: transient or not, how long to wait, which redirect to
 * follow. Pure functions of settings and outcome; the numbers are in policy.c. */
#ifndef SEINE_CORE_POLICY_H
#define SEINE_CORE_POLICY_H

#include <stdbool.h>

#include "core/entry.h"
#include "core/settings.h"

/* Might the same request succeed later? (408, 425, 429, 500, 502-504, 522, 524; connection,
 * DNS, timeout and truncation failures; a checksum mismatch, since bytes may have been
 * damaged on the way; credentials that had expired, and have been renewed.) */
bool policy_is_transient(const struct outcome *outcome);

/* Is it too much at a time, says the origin (429, 503), or our limit of open files? */
bool policy_is_refusal(const struct outcome *outcome);

/* Does the failure belong to us and end the whole job (disk)? */
bool policy_is_fatal(const struct outcome *outcome);

/* Full-jitter exponential backoff: uniform in [0, min(cap, base * 2^round)], round from 0;
 * `random` is 64 random bits. */
nstime policy_backoff(const struct settings *settings, unsigned round, uint64_t random);

/* The server's Retry-After as a pause of the origin, cut to what is sane (10 minutes). */
nstime policy_pause(nstime retry_after);

/* May a redirect be followed from `from` to `to`? -1 and KIND_REDIRECT when not: another
 * scheme than http(s) never parses; https to http unless allowed; more than max_redirs hops;
 * from a public server to a private address literal unless allowed. */
int policy_redirect(const struct settings *settings, const struct url *from,
	const struct url *to, unsigned hops, bool from_public,
	struct error *err) must_check;

#endif
