/* journal_load.h - open the journal that is there, or begin one.
 *
 * Cuts a torn tail, throws out what has no meaning any more when that is most of it, and opens
 * a session. One owner; no lock. */
#ifndef SEINE_STORE_JOURNAL_LOAD_H
#define SEINE_STORE_JOURNAL_LOAD_H

#include <stdbool.h>

#include "base/attr.h"
#include "store/journal.h"
#include "store/journal_state.h"
#include "store/journal_writer.h"
#include "store/workdir.h"

#define JOURNAL_FILE_NAME WORKDIR_NAME "/" WORKDIR_JOURNAL /* for messages */

struct journal_loaded {
	struct journal_state state;   /* what is there from earlier sessions */
	struct journal_writer writer; /* behind the record that opens this session */
};

void journal_loaded_init(struct journal_loaded *loaded, bool keep_finished);
void journal_loaded_release(struct journal_loaded *loaded);

/* That the journal could not be written, of an errno: -1. */
int journal_fail_write(int errnum, struct error *err);

/* -1 and KIND_DISK; it is still to be released then. */
int journal_load(struct journal_loaded *loaded, const struct journal_setup *setup,
	struct error *err) must_check;

#endif
