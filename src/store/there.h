/* there.h - is the file there already, under the name that its server gives it? Asked when the head
 * of the answer is here, before any of the body is wanted.
 *
 * Of a file that is named after its URL that is known before a request is made (app/ledger); what
 * is there under a server's name counts only if it has the entry's mark (mark.h). Any thread. */
#ifndef SEINE_STORE_THERE_H
#define SEINE_STORE_THERE_H

#include "core/entry.h"
#include "store/outdir.h"

/* What an answer says of the file. */
struct offer {
	const char *name;    /* as naming_given makes it */
	const char *etag;    /* as it came, weak ones too; "": none */
	int64_t size, mtime; /* -1: not known */
};

enum there {
	THERE_NOT,   /* to be fetched */
	THERE_WHOLE, /* nothing to do: *path, yours, is the one */
	THERE_WRONG  /* what is there is in the way, and stays: *err (KIND_EXISTS) */
};

/* With `skip`, the entry's own file is there if it is as long as the server says; with `update`, if
 * it is what the server has, by the ETag that is kept with it, else by its date and length; with
 * `overwrite` and `rename`, if this very job has finished it in an earlier run. It is not believed
 * when the machine went down meanwhile and the journal cannot vouch for it. */
enum there there_look(struct outdir *outdir, const struct entry *entry,
	enum existing existing, const struct offer *offer, char **path,
	struct error *err) must_check;

/* The entry's file, at this path: has the machine gone down since it was written, so that its bytes
 * may be lost? */
bool there_in_doubt(struct outdir *outdir, const struct entry *entry, const char *path);

#endif
