/* intake.h - a source around the inputs: each entry is parsed, named and looked up on disk
 * before the scheduler sees it.
 *
 * Bad lines, inputs that break, URLs that are none, names that are not safe, entries that are
 * repeated and files that are there already end here, and the observer is told; so the scheduler
 * needs no disk, and a re-run of a finished list costs no request. What is to be fetched gets what
 * an earlier run has left of its file, and its checksum from the --checksum-file if that has a
 * stronger one; all of those are read before the first entry. */
#ifndef SEINE_APP_INTAKE_H
#define SEINE_APP_INTAKE_H

#include "app/ledger.h"
#include "core/naming.h"
#include "core/observer.h"
#include "core/settings.h"
#include "core/source.h"
#include "net/s3.h"

struct intake_setup {
	const struct settings *settings;
	struct source *inputs;
	struct naming *naming;
	struct ledger *ledger;
	struct s3 *s3;
	struct observer *observer;
	uint64_t seed; /* random */
};

/* What `setup` points to is borrowed and must outlive the source. */
struct source *intake_new(const struct intake_setup *setup) must_check;

#endif
