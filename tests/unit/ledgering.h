/* ledgering.h - what the tests of the ledger share: runs of a job of one entry, "file". */
#ifndef SEINE_TESTS_LEDGERING_H
#define SEINE_TESTS_LEDGERING_H

#include "app/ledger.h"
#include "base/alloc.h"
#include "scratch.h"

#define SIZE 400000

struct bench {
	struct settings settings;
	struct outdir *outdir;
	struct ledger ledger;
	struct entry *entry;
	struct attempt attempt;
	struct error err;
};

static inline void open_dir(struct bench *bench)
{
	*bench = (struct bench){.settings = {.dir = (char *)"out",
					.existing = EXISTING_SKIP,
					.resume = true}};
	bench->outdir = outdir_open("out", &bench->err);
	check(bench->outdir != NULL);
	bench->entry = entry_new();
	bench->entry->number = 1;
	bench->entry->path = xstrdup("file");
	strings_add(&bench->entry->urls, "http://a.test/file");
	bench->attempt = (struct attempt){.entry = bench->entry,
		.version = {.size = SIZE, .etag = (char *)"\"v\"", .mtime = -1}};
}

static inline void open_ledger(struct bench *bench)
{
	check_int(ledger_open(
			  &bench->ledger, &bench->settings, bench->outdir, &bench->err),
		0);
}

static inline void bench_open(struct bench *bench)
{
	open_dir(bench);
	open_ledger(bench);
}

static inline void bench_close(struct bench *bench, bool ended, bool left)
{
	check_int(ledger_close(&bench->ledger, ended, &bench->err), 0);
	check(outdir_journal(bench->outdir) == NULL);
	outdir_close(bench->outdir);
	entry_free(bench->entry);
	check_int(scratch_there("out/.seine"), left);
}

static inline enum present present(struct bench *bench, enum existing existing)
{
	return ledger_present(&bench->ledger, existing, bench->entry, &bench->err);
}

#endif
