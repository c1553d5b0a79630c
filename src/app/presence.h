/* presence.h - is an entry's file there already, by what --existing, the journal and marks say? The
 * server is not asked: what only it can tell (--existing=update, the names that it gives) is left to
 * the transfer. For the thread that takes entries in. */
#ifndef SEINE_APP_PRESENCE_H
#define SEINE_APP_PRESENCE_H

#include "app/ledger.h"

/* As ledger_present, of an entry that has a path. Sets is_given_names and, with
 * --existing=update, is_there and `there`. With --content-disposition a file without a mark that
 * counts as the entry's, and that others might replace, gets the entry's mark. */
enum present presence_of(struct ledger *ledger, const struct settings *settings,
	struct entry *entry, struct error *err) must_check;

#endif
