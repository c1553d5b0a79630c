/* oracle_parts.h - what oracle.c and oracle_wait.c share: what is known of an entry, and the rules
 * of waiting. Not for others. */
#ifndef SEINE_TESTS_ORACLE_PARTS_H
#define SEINE_TESTS_ORACLE_PARTS_H

#include <inttypes.h>

#include "oracle.h"

#define PAUSE_MAX (600 * NS_PER_SEC) /* whatever an origin asks for */

struct record {
	uint64_t number;
	const struct entry *entry;
	unsigned attempts, retries, redirects;
	unsigned in_flight; /* of a large file several may be */
	/* Of a large file: */
	bool large;
	bool ended; /* it only waits for what is in flight */
	bool anew;  /* it has begun anew, so that old attempts may be in flight */
	unsigned fruitless; /* retries since something of it came that stays */
	size_t mirror;      /* that the last event was about, or whose turn it was */
	nstime not_before;  /* backs off until then */
	char *url;          /* asked last */
	enum outcome_type outcome;
	bool own_fault; /* the last failure was ours: no other mirror helps */
	struct mirror_record {
		bool turn; /* there was a retry: it may be asked at its own URL again */
		char *url; /* asked last here */
		char *target; /* a redirect leads there next; NULL: nowhere */
		unsigned hops;
		bool from_public;
		unsigned failures; /* of all kinds */
		unsigned refusals; /* 429 and 503 among them */
		bool dead;         /* for good */
		bool was_wrong;
		uint64_t wrong_digest;
	} mirrors[MIRRORS_MAX];
};

/* The mirror whose chain of redirects is followed. */
static inline struct mirror_record *chain_of(struct record *record)
{
	return &record->mirrors[record->mirror];
}

#define must(condition, record, what)                                                  \
	do {                                                                           \
		if (!(condition))                                                      \
			oracle_blame(oracle, "entry %" PRIu64 ": %s",                  \
				(record)->number, what);                               \
	} while (0)

int64_t oracle_max_tries(const struct oracle *oracle, const struct record *record);
bool oracle_is_refusal(const struct outcome *outcome);
/* What is wrong is the file: it begins anew, and that need not count as a try. */
bool oracle_begins_anew(const struct outcome *outcome);

/* With one mirror each failure ends a round, and only a pause can stand for its wait. */
void oracle_check_wait(struct oracle *oracle, const struct record *record,
	const struct outcome *outcome, nstime wait);
/* How long it may go on when nothing comes of it. */
void oracle_check_fruitless(
	struct oracle *oracle, struct record *record, const struct outcome *outcome);

#endif
