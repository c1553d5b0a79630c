/* mirror.h - one of the URLs that an entry's bytes can be had from: where it leads now, and how
 * it has behaved so far.
 *
 * Which mirror is asked next, and when, is task's. The scheduler's own; pure; not thread-safe. */
#ifndef SEINE_CORE_MIRROR_H
#define SEINE_CORE_MIRROR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/entry.h"

/* A URL that is asked, kept as long as an attempt is made there. */
struct place {
	struct url url;
	bool trusted; /* it is where secrets and headers were given for, too */
	bool home;    /* it is where the mirror's own URL leads */
	bool has_it;  /* it has answered with the file */
	unsigned refs;
};

/* Both with NULL: nothing. */
struct place *place_share(struct place *place);
void place_release(struct place *place);

struct mirror {
	char *announced; /* its URL, if a server has told of it; NULL: it is the entry's */
	bool told_by_public; /* a server at a public address has: none other may be meant */

	/* Where to ask: where its URL leads, or a redirect has led; NULL: that is not parsed
	 * yet, or it is the entry's first. */
	struct place *place;
	unsigned hops;    /* redirects since its own URL */
	bool from_public; /* the chain has gone through a public server */

	bool asked;      /* at least once */
	size_t n_flying; /* attempts */
	unsigned gave;   /* bytes to the part of this generation, plus 1; 0: none */
	struct version version; /* of the file, as it has told; unknown at first */
	bool has_it; /* it has answered with the file that is fetched now ... */
	bool aside;  /* ... or with another one */

	unsigned tries; /* that count against max_tries */
	bool spent;     /* ... and are used up */
	bool dead;      /* not to be asked again */
	unsigned lap;   /* of the task, in which it has failed; 0: none */
	nstime failed;  /* when a failure was booked last */

	unsigned wrongs;       /* how often it sent what has another digest ... */
	uint64_t wrong_digest; /* ... the last time with this fingerprint */
	unsigned refusals;  /* it said 429 or 503 so often, and brought nothing ... */
	unsigned alone;     /* ... of these while it brought many others ... */
	uint64_t successes; /* ... last to an attempt started after so many successes */
};

void mirror_init(struct mirror *mirror, bool told_by_public);
void mirror_release(struct mirror *mirror);

/* Ask there from now on; the URL is taken over. `home`: as of a place. */
void mirror_go(struct mirror *mirror, struct url *url, bool home);

/* Book the attempt's failure; if the mirror is asked again, then by its own URL. `delivers`, and
 * `successes` of its origin: as in struct task. Returns whether it is overlooked as bad luck: a
 * refusal, though its origin delivers many. */
bool mirror_book(struct mirror *mirror, const struct attempt *attempt,
	const struct outcome *outcome, int64_t max_tries, bool delivers,
	uint64_t successes);
/* It brought something: failures before that do not count any more. */
void mirror_brought(struct mirror *mirror);

#endif
