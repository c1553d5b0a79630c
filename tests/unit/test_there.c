/* test_there.c - is the file there, under the name that its server gives it? */
#include "store/there.h"

#include <fcntl.h>

#include "marking.h"
#include "store/journal.h"
#include "store/journal_format.h"
#include "store/stamp.h"

#define A "http://a.test/get?id=1"
#define B "http://b.test/get?id=1"

struct bench {
	struct outdir *outdir;
	struct journal *journal;
	struct entry *a, *b;
};

/* A session of the job, in this boot of the machine. */
static void open_session(struct bench *bench, int boot)
{
	const struct boot_id id = {.bytes = {(unsigned char)boot}};

	bench->outdir = open_ok("d");
	bench->journal = journal_open(
		&(struct journal_setup){.workdir = outdir_workdir(bench->outdir),
			.keep_finished = true,
			.boot = &id},
		NULL);
	check(bench->journal != NULL);
	outdir_attach(bench->outdir, bench->journal, NULL);
}

static void bench_open(struct bench *bench)
{
	open_session(bench, 1);
	bench->a = entry_at("get", A);
	bench->b = entry_at("get", B);
}

/* The process is gone. */
static void leave_session(struct bench *bench)
{
	check_int(journal_close(bench->journal, false, NULL), 0);
	outdir_close(bench->outdir);
}

static void bench_close(struct bench *bench)
{
	check_int(journal_close(bench->journal, true, NULL), 0);
	entry_free(bench->a);
	entry_free(bench->b);
	close_clean(bench->outdir, "d");
}

static void looks(struct bench *bench, enum existing existing,
	const struct offer *offer, enum there want, const char *path)
{
	char *got _cleanup_(freep) = NULL;
	struct error err = {.kind = KIND_NONE};

	check_int(
		there_look(bench->outdir, bench->a, existing, offer, &got, &err), want);
	check_str(got, path);
	check_str(kind_name(err.kind), want == THERE_WRONG ? "exists" : "none");
}

/* Of three bytes, says the server. */
static void look(
	struct bench *bench, enum existing existing, enum there want, const char *path)
{
	const struct offer offer = {.name = "x", .etag = "", .size = 3, .mtime = -1};

	looks(bench, existing, &offer, want, path);
}

static void nothing_is_there(void)
{
	struct bench bench;

	bench_open(&bench);
	for (enum existing what = EXISTING_SKIP; what <= EXISTING_UPDATE; what++)
		look(&bench, what, THERE_NOT, NULL);
	bench_close(&bench);
}

static void its_own_is_there(void)
{
	struct offer offer = {.name = "x", .etag = "", .size = -1, .mtime = -1};
	struct bench bench;

	bench_open(&bench);
	publishes(bench.outdir, bench.a, EXISTING_SKIP, "x", "abc", "x");
	look(&bench, EXISTING_SKIP, THERE_WHOLE, "x");
	looks(&bench, EXISTING_SKIP, &offer, THERE_WHOLE, "x");
	offer.size = 4;
	looks(&bench, EXISTING_SKIP, &offer, THERE_WRONG, NULL);
	look(&bench, EXISTING_OVERWRITE, THERE_NOT, NULL);
	look(&bench, EXISTING_RENAME, THERE_NOT, NULL);
	look(&bench, EXISTING_UPDATE, THERE_NOT, NULL);
	bench_close(&bench);
}

static void not_its_own(void)
{
	static const struct {
		bool nobodys;
		enum there wants[4]; /* as enum existing */
	} cases[] = {
		{false, {THERE_WRONG, THERE_WRONG, THERE_NOT, THERE_WRONG}},
		{true, {THERE_WRONG, THERE_NOT, THERE_NOT, THERE_NOT}},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct bench bench;

		bench_open(&bench);
		if (cases[i].nobodys)
			check(scratch_write("d/x", "abc"));
		else
			publishes(
				bench.outdir, bench.b, EXISTING_SKIP, "x", "abc", "x");
		for (enum existing what = 0; what <= EXISTING_UPDATE; what++)
			look(&bench, what, cases[i].wants[what], NULL);
		check(scratch_is("d/x", "abc"));
		bench_close(&bench);
	}
}

static void what_the_server_has_now(void)
{
	struct offer offer = {.name = "x", .etag = "W/\"1\"", .size = 3, .mtime = 2000};
	struct timespec times[2] = {{.tv_sec = 2000}, {.tv_sec = 2000}};
	struct bench bench;

	bench_open(&bench);
	publishes(bench.outdir, bench.a, EXISTING_UPDATE, "x", "abc", "x");
	looks(&bench, EXISTING_UPDATE, &offer, THERE_NOT, NULL);
	check_int(utimensat(AT_FDCWD, "d/x", times, 0), 0);
	looks(&bench, EXISTING_UPDATE, &offer, THERE_WHOLE, "x");
	offer.size = 4;
	looks(&bench, EXISTING_UPDATE, &offer, THERE_NOT, NULL);
	offer.size = 3;
	stamp_set(bench.outdir, "x", "W/\"1\"");
	looks(&bench, EXISTING_UPDATE, &offer, THERE_WHOLE, "x");
	offer.etag = "W/\"2\"";
	looks(&bench, EXISTING_UPDATE, &offer, THERE_NOT, NULL);
	bench_close(&bench);
}

/* What this very job has finished in an earlier run is not fetched again. */
static void finished_by_this_job(void)
{
	struct bench bench;

	bench_open(&bench);
	check(scratch_write("d/x", "user's"));
	publishes(bench.outdir, bench.b, EXISTING_RENAME, "x", "of b", "x.1");
	publishes(bench.outdir, bench.a, EXISTING_RENAME, "x", "abc", "x.2");
	check_int(journal_done(bench.journal, 0, "get", journal_urls(&bench.a->urls),
			  JOURNAL_BESIDE, 3, NULL),
		0);
	look(&bench, EXISTING_RENAME, THERE_NOT, NULL);
	leave_session(&bench);
	open_session(&bench, 1);
	look(&bench, EXISTING_RENAME, THERE_WHOLE, "x.2");
	look(&bench, EXISTING_OVERWRITE, THERE_NOT, NULL); /* the user's is not it */
	check_int(rename("d/x.2", "d/x"), 0);
	look(&bench, EXISTING_OVERWRITE, THERE_WHOLE, "x");
	check_int(unlink("d/x"), 0);
	look(&bench, EXISTING_OVERWRITE, THERE_NOT, NULL);
	look(&bench, EXISTING_RENAME, THERE_NOT, NULL);
	bench_close(&bench);
}

/* As a crash does it: the name is there, and the time. */
static void lose_bytes(const char *path)
{
	struct stat info;

	check_int(stat(path, &info), 0);
	check_int(truncate(path, 0), 0);
	check_int(utimensat(AT_FDCWD, path,
			  (const struct timespec[]){info.st_atim, info.st_mtim}, 0),
		0);
}

/* The machine went down: what the journal cannot vouch for is fetched again, and takes the place of
 * what may be lost, if that is the entry's. */
static void after_a_crash_of_the_machine(void)
{
	for (int recorded = 0; recorded < 2; recorded++) {
		struct bench bench;

		bench_open(&bench);
		publishes(bench.outdir, bench.a, EXISTING_SKIP, "x", "abc", "x");
		publishes(bench.outdir, bench.b, EXISTING_SKIP, "y", "of b", "y");
		if (recorded)
			check_int(journal_done(bench.journal, 0, "get",
					  journal_urls(&bench.a->urls), JOURNAL_BESIDE,
					  3, NULL),
				0);
		leave_session(&bench);
		open_session(&bench, 2);
		look(&bench, EXISTING_SKIP, THERE_NOT, NULL);
		lose_bytes("d/x");
		look(&bench, EXISTING_SKIP, THERE_NOT, NULL);
		look(&bench, EXISTING_OVERWRITE, THERE_NOT, NULL);
		look(&bench, EXISTING_RENAME, THERE_NOT, NULL);
		publishes(bench.outdir, bench.a, EXISTING_SKIP, "x", "new", "x");
		refuses(bench.outdir, bench.a, EXISTING_SKIP, "y",
			"is another entry's");
		check(scratch_is("d/y", "of b"));
		/* Known from now on. */
		check_int(
			journal_done(bench.journal, 0, "get",
				journal_urls(&bench.a->urls), JOURNAL_BESIDE, 3, NULL),
			0);
		leave_session(&bench);
		open_session(&bench, 2);
		look(&bench, EXISTING_SKIP, THERE_WHOLE, "x");
		refuses(bench.outdir, bench.a, EXISTING_SKIP, "x", "exists already");
		check(scratch_is("d/x", "new"));
		bench_close(&bench);
	}
}

/* What the user has written is never lost by that. */
static void edited_before_a_crash(void)
{
	struct bench bench;

	bench_open(&bench);
	publishes(bench.outdir, bench.a, EXISTING_SKIP, "x", "abc", "x");
	leave_session(&bench);
	open_session(&bench, 2);
	check(scratch_write("d/x", "new"));
	look(&bench, EXISTING_SKIP, THERE_WHOLE, "x");
	check(scratch_write("d/x", "longer"));
	look(&bench, EXISTING_SKIP, THERE_WRONG, NULL);
	refuses(bench.outdir, bench.a, EXISTING_SKIP, "x", "exists already");
	check(scratch_is("d/x", "longer"));
	publishes(bench.outdir, bench.a, EXISTING_OVERWRITE, "x", "replaced", "x");
	bench_close(&bench);
}

int main(void)
{
	scratch_enter();
	if (keeps_marks()) {
		run(nothing_is_there);
		run(its_own_is_there);
		run(not_its_own);
		run(what_the_server_has_now);
		run(finished_by_this_job);
		run(after_a_crash_of_the_machine);
		run(edited_before_a_crash);
	} else {
		printf("# no extended attributes here\n");
	}
	scratch_leave();
	return done();
}
