/* journal_renew.h - write a journal anew beside the old one and put it in its place, so that at
 * each moment one of the two is there whole. One owner; no lock. */
#ifndef SEINE_STORE_JOURNAL_RENEW_H
#define SEINE_STORE_JOURNAL_RENEW_H

#include <stdbool.h>

#include "base/attr.h"
#include "store/journal_state.h"
#include "store/journal_survey.h"
#include "store/journal_writer.h"

#define JOURNAL_NEW_NAME "journal.new"

struct journal_renewal {
	int workdir; /* descriptor of .seine */
	int old; /* descriptor of the old journal; -1: none, or none of its records */
	/* Of the records of the old one. */
	const struct journal_survey *survey;
	const struct journal_state *state;
	bool lost; /* there was an old one, of which nothing could be read */
	bool sync; /* the file and its name */
};

/* Write what still means something, and begin a session. Fills *writer (released and set by
 * the caller), and the new file has the journal's name. 0 or -errno; then the old one is still
 * in its place, and *writer is still to be released. */
int journal_renew(const struct journal_renewal *renewal,
	struct journal_writer *writer) must_check;

#endif
