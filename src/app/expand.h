/* expand.h - a source around the inputs, which puts what a bucket or a Metalink names in the
 * place of the URL that names it.
 *
 * Entries come out in the order of the inputs, whatever comes back first, so that the same job
 * gives the same names: while one URL's listing is under way, others further on in the inputs
 * are asked for already, but nothing behind it is given out. A Metalink that was not known
 * to be one before its answer came is the exception: its files come as soon as it is here.
 * Bounded: so many inputs are read ahead, and of a bucket two pages are in memory.
 *
 * Entries are numbered here. One thread at a time, as sources are. */
#ifndef SEINE_APP_EXPAND_H
#define SEINE_APP_EXPAND_H

#include "core/settings.h"
#include "core/source.h"
#include "net/s3.h"

/* Takes the inputs; borrows the other two, which must outlive it. */
struct source *expand_new(const struct settings *settings, struct source *inputs,
	struct s3 *s3) must_check;

#endif
