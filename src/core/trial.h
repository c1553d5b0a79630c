/* trial.h - does an origin refuse because it has too much to do, or for no reason of load? A
 * sequential test of that (Wald 1945), which is made while its pace is halved.
 *
 * What depends on the load all but ends at half the pace, unless nearly half was refused
 * before; what is broken or left to chance stays the same share of the requests.
 *
 * Not its business: the pace itself. Pure. One per origin; not thread-safe. */
#ifndef SEINE_CORE_TRIAL_H
#define SEINE_CORE_TRIAL_H

#include <stdbool.h>
#include <stddef.h>

/* How attempts have ended. */
struct trial_count {
	size_t delivered, refused;
};

struct trial {
	/* At the pace before: */
	double share; /* of the attempts that were refused, the last ones counting most ... */
	double started; /* ... out of so many */
	double asked;   /* under way when the pace was halved */
	size_t lost;    /* ... of which so many were refused */

	/* At half of it: */
	bool open;
	double evidence; /* in refusals, less the deliveries that make up for them */
	size_t early;    /* refused before anything was delivered */
	size_t run;      /* refused since something was delivered */
	bool apart; /* something was delivered since the last refusal of any kind */
	struct trial_count first; /* attempts of what had not been refused before */
	struct trial_count again; /* ... and of what had */

	double passed; /* of what had been refused before, so much was not refused again */

	/* What the last ones have found: */
	bool chance;         /* no load */
	double fits;         /* the pace that there was to be a trial at last */
	unsigned skips;      /* occasions that are let pass ... */
	unsigned skips_left; /* ... of which so many are to come */
};

enum trial_verdict {
	TRIAL_UNDECIDED,
	TRIAL_LOAD,  /* they depend on the pace, or it cannot be told: slow down */
	TRIAL_CHANCE /* they do not: to slow down is of no use */
};

/* An attempt starts, when `window` may be under way. */
void trial_started(struct trial *trial, size_t window);

/* The pace is halved: `asked` were under way, `window` may be from now on. Returns TRIAL_LOAD
 * where too much is refused for a trial; opens one otherwise, but not on each occasion where
 * those before have found load. */
enum trial_verdict trial_begin(struct trial *trial, double asked, double window);

/* An attempt has ended of what the origin had refused before. Returns whether that says less of
 * the origin than of the request: hardly ever does it deliver what it has refused once. */
bool trial_knows(struct trial *trial, bool refused);

/* An attempt has ended that was started before the trial was begun, or while none is open.
 * `again`: trial_knows says so. May end the trial, with TRIAL_LOAD: too much is refused. */
enum trial_verdict trial_note(struct trial *trial, bool refused, bool again);

/* An attempt has ended that was started while the trial is open, which a verdict closes. */
enum trial_verdict trial_tell(
	struct trial *trial, bool refused, bool again, size_t window);

/* The share of refusals that does not depend on the pace, after TRIAL_CHANCE; above 0. */
double trial_share(const struct trial *trial);

#endif
