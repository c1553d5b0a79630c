/* publisher.h - decides where files go whose servers give them names (core/published.h): a safe
 * name that no other entry has, and whether with this --existing there is nothing to do.
 *
 * Which entry gets a name that two servers give depends on who answers first. What is on the
 * disk keeps that from mattering in later runs: a name with an entry's own suffix is that
 * entry's, and a file that this job has finished in an earlier run, for an entry that it had not
 * finished, is another one's. Any thread. */
#ifndef SEINE_APP_PUBLISHER_H
#define SEINE_APP_PUBLISHER_H

#include "app/ledger.h"
#include "core/naming.h"
#include "core/published.h"

/* Borrowed; the ledger is one that keeps what was finished (ledger_open). */
struct publisher *publisher_new(enum existing existing, struct naming *naming,
	struct ledger *ledger) must_check;
void publisher_free(struct publisher *publisher); /* NULL is fine */

#endif
