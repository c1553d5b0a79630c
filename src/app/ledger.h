/* ledger.h - what a job keeps of itself in the output directory while it is unfinished: the
 * journal, its parts, and how durable they are. Opened at the start of a run, closed at its
 * end. Not thread-safe itself; what it holds is. */
#ifndef SEINE_APP_LEDGER_H
#define SEINE_APP_LEDGER_H

#include "core/entry.h"
#include "store/durable.h"
#include "store/journal.h"
#include "store/outdir.h"
#include "store/part.h"

struct ledger {
	struct outdir *outdir;
	const char *dir; /* borrowed; for messages */
	struct journal *journal;
	struct durable *durable;
	struct parts *parts;
	bool found;           /* there was a journal */
	bool clock_is_behind; /* ... written later than now: dates tell nothing */
	uint64_t opened;      /* its sequence then */
	bool sync;    /* --durability asks for all of it to be on the disk in the end */
	bool doubted; /* it has been said that files are believed unseen */
};

/* Attaches journal and durable to the outdir (borrowed). What an earlier run has left and the
 * journal does not know is removed. With --no-resume nothing counts as finished before; what is
 * left of the job's files is for whoever takes in its entries to forget. Whatever this returns,
 * close it. */
int ledger_open(struct ledger *ledger, const struct settings *settings,
	struct outdir *outdir, struct error *err) must_check;
/* `ended`: the run came to the end of its list, whether or not all of it could be had. Then
 * nothing stays, unless there is a part that another run could go on with, of this job or of
 * another one that named other files, or the machine went down in such a one and may have lost what
 * that had finished; nor does it where nothing was there, and nothing has happened. */
int ledger_close(struct ledger *ledger, bool ended, struct error *err) must_check;

enum present {
	PRESENT_NOT,   /* to be fetched */
	PRESENT_WHOLE, /* there; nothing to do */
	PRESENT_WRONG  /* there, and not to be believed nor touched: *err */
};

/* Is the entry's file there, so that with this --existing there is nothing to do? Only what
 * this very job has finished counts where files are to be replaced or kept beside. And can it
 * be believed to be whole? It can, unless the machine went down in the middle of the job; then
 * its size and digest are looked at as far as they are known, and what we wrote and the disk has
 * lost is removed. With --existing=skip what was written to since is there, whatever it holds; with
 * rename, where a file of that name may be anybody's, only what the journal has of it as this
 * entry's. */
enum present ledger_present(struct ledger *ledger, enum existing existing,
	const struct entry *entry, struct error *err);

/* With --existing=update: is the file of which entry->there tells whole, as above, so that its server
 * may be asked whether it is the current one? After a crash its date alone is no reason to think so:
 * its length must be the recorded one, or that for which its ETag is kept, or its digest be right. */
enum present ledger_current(
	struct ledger *ledger, const struct entry *entry, struct error *err) must_check;

#endif
