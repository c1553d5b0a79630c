/* large.h - the bytes of large files: an account of what has been written to whose part, in which
 * state of the file, so that none is missing, doubled, or of another state. */
#ifndef SEINE_TESTS_LARGE_H
#define SEINE_TESTS_LARGE_H

#include "oracle.h"

struct account;

struct larges {
	struct oracle *oracle;     /* who blames */
	struct account **accounts; /* by the entry's number */
	size_t total;
	int64_t received; /* bytes, of all files */
	int64_t needed;   /* bytes of the files that were committed */
	uint64_t commits;
};

void larges_init(struct larges *larges, struct oracle *oracle, size_t total);
void larges_release(struct larges *larges);

/* The attempt has written so many bytes, of a file in this state. */
void larges_wrote(struct larges *larges, const struct attempt *attempt, unsigned state,
	int64_t written);
/* The attempt gives the file its name: is all of it there? */
void larges_commit(struct larges *larges, const struct attempt *attempt);

#endif
