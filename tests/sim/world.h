/* world.h - simulated servers on virtual time.
 *
 * A host is a few numbers: how much it takes at once, how long it takes, how often it breaks.
 * What is asked of it is in the URL, so that a server knows nothing of the scheduler:
 *
 *	/file/N        a file
 *	/gone/N        404, always
 *	/sick/N        500, always
 *	/sour/N        bytes with the same wrong digest, always
 *	/once/N        a wrong digest at the entry's first attempt, the right one from then on
 *	/near/K/N      a redirect to /near/K-1/N here; /near/0/N is a file
 *	/far/H/N       a redirect to /file/N at host H
 *	/back/H/N      a redirect to /far/SELF/N at host H, which leads back here
 *	/loop/N        a redirect to itself
 *	/odd/N         a redirect to what is no URL for us
 *	/full/N        a file that our disk has no room for
 *
 * Large files, of K MiB and a little, come in ranges where these are asked for:
 *
 *	/large/K/N     ... of one state, that an ETag tells
 *	/moving/K/N    ... that is another one every few seconds, until it has changed four times
 *	/liar/K/N      other ranges than were asked for
 *	/plain/K/N     no ranges: all of it, always
 *	/loose/K/N     ranges, but nothing that pins the file
 *	/away/H/K/N    a redirect to /large/K/N at host H */
#ifndef SEINE_TESTS_WORLD_H
#define SEINE_TESTS_WORLD_H

#include "core/entry.h"
#include "dice.h"

enum fault {
	FAULT_DNS,
	FAULT_CONNECT, /* refused */
	FAULT_RESET,
	FAULT_TRUNCATED,
	FAULT_STALL,
	FAULT_500,
	FAULT_500_WAIT, /* with Retry-After, though it is no refusal */
	FAULT_503,
	FAULT_503_WAIT, /* with Retry-After */
	FAULT_CHECKSUM, /* other wrong bytes each time */
	FAULT_COUNT
};

struct host {
	/* How it behaves. */
	const char *origin; /* "http://h3.test"; as in URLs */
	bool is_public, is_dead;
	unsigned capacity; /* requests at once, 429 above; 0: any number */
	bool ponders;   /* its 429 take as long as its answers; else they are quick */
	nstime wait;    /* Retry-After of its 429 and 503; -1: none is said */
	nstime latency; /* to the answer's first byte */
	bool steady;    /* latency is always the same; else it varies */
	int64_t rate;   /* bytes per second of one body; 0: no time */
	nstime body;    /* that a body takes besides */
	double faults[FAULT_COUNT]; /* how probable each is */
	int64_t speed; /* bytes per second of a large file's body; 0: 10 MiB */

	/* What has become of it. */
	unsigned serving;
	uint64_t asked, refused, most_serving;
};

/* One exchange under way. */
struct exchange_plan {
	struct outcome outcome;
	nstime answered;     /* when its first byte comes; NSTIME_NEVER: none will */
	nstime done;         /* when it ends */
	struct host *serves; /* whose capacity it takes meanwhile; NULL: nobody's */

	/* Of a large file; else `large` is false, and nothing of this is set. */
	bool large;       /* it brings something of it */
	int64_t size;     /* of all of it */
	int64_t last;     /* the last byte that it brings */
	unsigned state;   /* of the file */
	bool ranges, pin; /* it says that it takes ranges; which state it is */
	int64_t speed;    /* bytes per second */
	int64_t breaks; /* after so many bytes the outcome comes, `stalls` later; -1: not */
	nstime stalls;
};

struct world {
	struct dice dice;
	struct host *hosts;
	size_t n_hosts;
	size_t last; /* the host found last: asked for again, mostly */
};

/* `n_hosts` of them, all alike: no latency, no limits, no faults. */
void world_init(struct world *world, size_t n_hosts, uint64_t seed);
void world_release(struct world *world);

/* Is it the URL of a large file? */
bool world_is_large(const char *url);
/* The host that a URL leads to; NULL when there is none. */
struct host *world_host(struct world *world, const char *url);
/* The request arrives; *plan says what will come of it, and when. */
void world_ask(struct world *world, const struct attempt *attempt, nstime now,
	struct exchange_plan *plan);
/* It has come to its end. */
void world_done(struct exchange_plan *plan);

#endif
