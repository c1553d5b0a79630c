/* test_ledger_crash.c - the machine went down in the middle of a job: what of its files is believed,
 * fetched again, or left alone. */
#include <time.h>

#include "app/presence.h"
#include "ledgering.h"
#include "store/journal_format.h"
#include "store/mark.h"

/* A run in another boot of the machine, which went down in the middle, has recorded a file of
 * three bytes; nothing was synced. */
static void crash(struct bench *bench, enum existing existing, const char *recorded,
	enum journal_place place)
{
	const struct boot_id boot = {.bytes = {1}};
	struct journal *journal;

	open_dir(bench);
	bench->settings.existing = existing;
	journal = journal_open(
		&(struct journal_setup){
			.workdir = outdir_workdir(bench->outdir), .boot = &boot},
		&bench->err);
	check(journal != NULL);
	check_int(journal_done(journal, 0, recorded, journal_urls(&bench->entry->urls),
			  place, 3, NULL),
		0);
	check_int(journal_close(journal, false, NULL), 0);
}

static void bench_open_after_a_crash(struct bench *bench, enum existing existing,
	const char *recorded, enum journal_place place)
{
	crash(bench, existing, recorded, place);
	open_ledger(bench);
}

/* It was written before the crash. */
static void date_back(const char *path)
{
	static const struct timespec times[] = {{.tv_sec = 1}, {.tv_sec = 1}};

	check_int(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void after_a_crash(void)
{
	static const struct {
		bool recorded;
		const char *holds;
		int64_t size;       /* size= */
		const char *digest; /* of it */
		enum present present;
		bool stays;
	} cases[] = {
		{true, "abc", -1, NULL, PRESENT_WHOLE, true},
		{true, "abc", 3, NULL, PRESENT_WHOLE, true},
		{true, "abc", -1, "md5=900150983cd24fb0d6963f7d28e17f72", PRESENT_WHOLE,
			true},
		/* Ours, and lost. */
		{true, "ab", -1, NULL, PRESENT_NOT, false},
		{true, "abc", 4, NULL, PRESENT_NOT, false},
		{true, "abd", -1, "md5=900150983cd24fb0d6963f7d28e17f72", PRESENT_NOT,
			false},
		/* Perhaps somebody else's. */
		{false, "abc", -1, NULL, PRESENT_WHOLE, true},
		{false, "abc", 4, NULL, PRESENT_WRONG, true},
		{false, "abd", -1, "md5=900150983cd24fb0d6963f7d28e17f72",
			PRESENT_WRONG, true},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct bench bench;
		enum present got;

		bench_open_after_a_crash(&bench, EXISTING_SKIP,
			cases[i].recorded ? "file" : "other", JOURNAL_THERE);
		check(scratch_write("out/file", cases[i].holds));
		date_back("out/file");
		bench.entry->size = cases[i].size;
		if (cases[i].digest)
			check_int(checksum_parse(&bench.entry->checksum,
					  cases[i].digest, NULL),
				0);
		got = present(&bench, EXISTING_SKIP);
		if (got != cases[i].present)
			printf("# case %zu\n", i);
		check_int(got, cases[i].present);
		check_int(scratch_there("out/file"), cases[i].stays);
		if (got == PRESENT_WRONG)
			check_int(bench.err.kind, KIND_EXISTS);
		/* What was lost is gone, whether or not it can be had again. */
		bench_close(&bench, true, !cases[i].recorded);
		scratch_remove("out");
	}
}

/* What is not there cannot be lost: also where it cannot be had any more nothing is left to be looked at,
 * and it is nobody else's. */
static void gone_after_a_crash(void)
{
	for (int what = EXISTING_SKIP; what <= EXISTING_UPDATE; what++) {
		struct bench bench;

		bench_open_after_a_crash(&bench, what, "file", JOURNAL_THERE);
		check_int(present(&bench, what), PRESENT_NOT);
		bench_close(&bench, false, true); /* interrupted */
		bench_open(&bench);
		check_int(present(&bench, what), PRESENT_NOT);
		bench_close(&bench, true, false);
		scratch_remove("out");
	}
}

/* What somebody has written to since was not lost by that. */
static void edited_after_a_crash(void)
{
	for (int recorded = 0; recorded < 2; recorded++) {
		struct bench bench;

		bench_open_after_a_crash(&bench, EXISTING_SKIP,
			recorded ? "file" : "other", JOURNAL_THERE);
		check(scratch_write("out/file", "edited"));
		bench.entry->size = 3;
		check_int(present(&bench, EXISTING_SKIP), PRESENT_WHOLE);
		check(scratch_is("out/file", "edited"));
		bench_close(&bench, true, !recorded);
		scratch_remove("out");
	}
}

/* Nor was what its mark shows to be edited, whenever that was. */
static void marked_and_edited_after_a_crash(void)
{
	char mark[MARK_SIZE];
	struct bench bench;

	bench_open_after_a_crash(&bench, EXISTING_SKIP, "file", JOURNAL_THERE);
	bench.settings.content_disposition = true;
	check_int(mark_of(mark, bench.entry, NULL), 0);
	check(scratch_write("out/file", "abc"));
	check_int(mark_adopt(bench.outdir, "file", mark), 0);
	check(scratch_write("out/file", "edited"));
	check_int(presence_of(&bench.ledger, &bench.settings, bench.entry, &bench.err),
		PRESENT_WHOLE);
	check(scratch_is("out/file", "edited"));
	bench_close(&bench, true, false);
	scratch_remove("out");
}

/* A clock that is behind what was written before the crash cannot tell what was written since: with no
 * battery it begins where it was last saved. */
static void clock_behind_after_a_crash(void)
{
	const struct timespec ahead[] = {
		{.tv_nsec = UTIME_NOW}, {.tv_sec = time(NULL) + 3600}};
	struct bench bench;

	crash(&bench, EXISTING_SKIP, "file", JOURNAL_THERE);
	check_int(utimensat(AT_FDCWD, "out/.seine/journal", ahead, 0), 0);
	open_ledger(&bench);
	check(scratch_write("out/file", "ab"));
	check_int(present(&bench, EXISTING_SKIP), PRESENT_NOT);
	check(!scratch_there("out/file"));
	bench_close(&bench, true, false);
	scratch_remove("out");
}

/* What somebody has put there counts with --existing=skip, but not as finished by the job. */
static void only_there(void)
{
	struct bench bench;

	bench_open_after_a_crash(&bench, EXISTING_SKIP, "other", JOURNAL_THERE);
	check(scratch_write("out/file", "somebody's"));
	check_int(present(&bench, EXISTING_SKIP), PRESENT_WHOLE);
	bench_close(&bench, false, true);
	open_dir(&bench);
	bench.settings.existing = EXISTING_OVERWRITE;
	open_ledger(&bench);
	check_int(present(&bench, EXISTING_OVERWRITE), PRESENT_NOT);
	bench_close(&bench, false, true);
	scratch_remove("out");
}

/* What --existing=update would ask the server about. */
static void update_after_a_crash(void)
{
	static const struct {
		bool recorded;
		const char *etag;
		const char *digest; /* of "abc" */
		int64_t size;       /* of what is there */
		enum present present;
	} cases[] = {
		{true, NULL, NULL, 3, PRESENT_WHOLE},
		{true, "\"v\"", NULL, 3, PRESENT_WHOLE},
		{true, NULL, NULL, 2, PRESENT_NOT},
		{true, NULL, "md5=900150983cd24fb0d6963f7d28e17f72", 3, PRESENT_WHOLE},
		{true, NULL, "md5=900150983cd24fb0d6963f7d28e17f73", 3, PRESENT_NOT},
		{false, NULL, NULL, 3, PRESENT_NOT},
		{false, "\"v\"", NULL, 3, PRESENT_WHOLE},
		{false, NULL, "md5=900150983cd24fb0d6963f7d28e17f72", 3, PRESENT_WHOLE},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct bench bench;

		bench_open_after_a_crash(&bench, EXISTING_UPDATE,
			cases[i].recorded ? "file" : "other", JOURNAL_THERE);
		check(scratch_write("out/file", "abc"));
		if (cases[i].digest)
			check_int(checksum_parse(&bench.entry->checksum,
					  cases[i].digest, NULL),
				0);
		bench.entry->there.size = cases[i].size;
		if (cases[i].etag)
			bench.entry->there.etag = xstrdup(cases[i].etag);
		if (ledger_current(&bench.ledger, bench.entry, &bench.err) !=
			cases[i].present)
			check_int((int)i, -1);
		check(scratch_is("out/file", "abc"));
		bench_close(&bench, true,
			!cases[i].recorded || cases[i].present != PRESENT_WHOLE);
		scratch_remove("out");
	}
}

/* A job of other files ends first: the one that the machine broke off is not forgotten. */
static void another_job_after_a_crash(void)
{
	struct bench bench;

	for (int resume = 0; resume < 2; resume++) {
		bench_open_after_a_crash(&bench, EXISTING_SKIP, "file", JOURNAL_THERE);
		check_int(journal_done(bench.ledger.journal, 0, "other",
				  journal_urls(&bench.entry->urls), JOURNAL_THERE, 3,
				  NULL),
			0);
		bench_close(&bench, true, true);

		check(scratch_write("out/file", "ab"));
		date_back("out/file");
		open_dir(&bench);
		bench.settings.resume = resume;
		open_ledger(&bench);
		check_int(present(&bench, EXISTING_SKIP), PRESENT_NOT);
		check(!scratch_there("out/file"));
		check(scratch_write("out/file", "abc"));
		check_int(journal_done(bench.ledger.journal, 0, "file",
				  journal_urls(&bench.entry->urls), JOURNAL_THERE, 3,
				  NULL),
			0);
		bench_close(&bench, true, false);
		scratch_remove("out");
	}
}

/* What the job has written was put elsewhere: it tells nothing of what is there, whatever is wanted
 * now. */
static void somebody_elses_after_a_crash(void)
{
	for (int what = EXISTING_SKIP; what <= EXISTING_RENAME; what++) {
		struct bench bench;

		bench_open_after_a_crash(&bench, what, "file", JOURNAL_BESIDE);
		check(scratch_write("out/file", "somebody's"));
		check_int(present(&bench, what),
			what == EXISTING_SKIP ? PRESENT_WHOLE : PRESENT_NOT);
		check(scratch_is("out/file", "somebody's"));
		bench_close(&bench, true, true);
		scratch_remove("out");
	}
}

/* With --existing=rename a file of the entry's name may be somebody's, unless the job has written it. */
static void a_file_of_its_own_after_a_crash(void)
{
	static const struct {
		const char *holds;
		bool since;
		enum present present;
		bool stays;
	} cases[] = {{"abc", false, PRESENT_WHOLE, true},
		{"ab", false, PRESENT_NOT, false},
		{"somebody's", true, PRESENT_NOT, true}};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct bench bench;

		bench_open_after_a_crash(
			&bench, EXISTING_RENAME, "file", JOURNAL_THERE);
		check(scratch_write("out/file", cases[i].holds));
		if (!cases[i].since)
			date_back("out/file");
		check_int(present(&bench, EXISTING_RENAME), cases[i].present);
		check_int(scratch_there("out/file"), cases[i].stays);
		bench_close(&bench, true, cases[i].since);
		scratch_remove("out");
	}
}

static void record(struct bench *bench, uint64_t urls, enum journal_place place)
{
	check_int(journal_done(bench->ledger.journal, 0, "file", urls, place, 3, NULL),
		0);
}

/* With --existing=rename ours is beside what another entry has left here, before the crash or since:
 * that is not to be judged by what ours should be. */
static void another_entrys_after_a_crash(void)
{
	struct bench bench;

	for (int lost = 0; lost < 2; lost++) {
		const struct boot_id boot = {.bytes = {1}};
		struct journal *journal;

		open_dir(&bench);
		bench.settings.existing = EXISTING_RENAME;
		journal = journal_open(
			&(struct journal_setup){
				.workdir = outdir_workdir(bench.outdir), .boot = &boot},
			&bench.err);
		check(journal != NULL);
		bench.ledger.journal = journal;
		record(&bench, 7, JOURNAL_THERE);
		record(&bench, journal_urls(&bench.entry->urls), JOURNAL_BESIDE);
		check_int(journal_close(journal, false, NULL), 0);
		open_ledger(&bench);
		check(scratch_write("out/file", "abc"));
		date_back("out/file");
		check_int(checksum_parse(&bench.entry->checksum,
				  "md5=900150983cd24fb0d6963f7d28e17f73", NULL),
			0);
		check_int(present(&bench, EXISTING_RENAME), PRESENT_NOT);
		check(scratch_is("out/file", "abc"));
		if (!lost)
			record(&bench, journal_urls(&bench.entry->urls),
				JOURNAL_BESIDE);
		bench_close(&bench, false, true); /* interrupted */

		open_dir(&bench);
		bench.settings.existing = EXISTING_RENAME;
		open_ledger(&bench);
		check_int(present(&bench, EXISTING_RENAME),
			lost ? PRESENT_NOT : PRESENT_WHOLE);
		check(scratch_is("out/file", "abc"));
		bench_close(&bench, false, true);
		scratch_remove("out");
	}
}

int main(void)
{
	log_setup(LOG_QUIET, NULL, NULL);
	scratch_enter();
	run(after_a_crash);
	run(gone_after_a_crash);
	run(edited_after_a_crash);
	run(marked_and_edited_after_a_crash);
	run(clock_behind_after_a_crash);
	run(only_there);
	run(update_after_a_crash);
	run(another_job_after_a_crash);
	run(somebody_elses_after_a_crash);
	run(a_file_of_its_own_after_a_crash);
	run(another_entrys_after_a_crash);
	scratch_leave();
	return done();
}
