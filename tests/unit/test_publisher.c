/* test_publisher.c - what a name that a server gives comes to, with what is on the disk. */
#include "app/publisher.h"

#include "base/alloc.h"
#include "scratch.h"
#include "store/stamp.h"

#define URL "http://h/get?q=1"

struct bench {
	struct settings settings;
	struct naming *naming;
	struct outdir *outdir;
	struct ledger ledger;
	struct publisher *publisher;
	struct entry *entry; /* the next one to be published; its path is "get" */
};

static struct entry *entry_of(struct bench *bench, const char *url, uint64_t number)
{
	struct entry *entry = entry_new();

	check_int(url_parse(&entry->url, url, NULL), 0);
	entry->number = number;
	entry->path = naming_path(bench->naming, entry, NULL);
	return entry;
}

/* A session of the job in out/. */
static void bench_open(struct bench *bench, enum existing existing)
{
	*bench = (struct bench){.settings = {.existing = existing,
					.resume = true,
					.content_disposition = true}};
	bench->naming = naming_new(NULL, NULL);
	bench->outdir = outdir_open("out", NULL);
	check(bench->naming && bench->outdir);
	check_int(
		ledger_open(&bench->ledger, &bench->settings, bench->outdir, NULL), 0);
	bench->publisher = publisher_new(existing, bench->naming, &bench->ledger);
	bench->entry = entry_of(bench, URL, 1);
}

static void bench_close(struct bench *bench, bool ended)
{
	entry_free(bench->entry);
	publisher_free(bench->publisher);
	check_int(ledger_close(&bench->ledger, ended, NULL), 0);
	outdir_close(bench->outdir);
	naming_free(bench->naming);
}

/* What comes of an offer to the entry, and of the path. */
static void check_offer(const struct bench *bench, const struct entry *entry,
	const struct offer *offer, enum present want, const char *want_path)
{
	struct error err = {.kind = KIND_NONE};
	char *path = NULL;

	check_int(
		bench->publisher->publish(bench->publisher, entry, offer, &path, &err),
		want);
	check_str(path, want_path);
	check_int(err.kind, KIND_NONE);
	free(path);
}

static void check_name(
	struct bench *bench, const char *name, enum present want, const char *want_path)
{
	struct offer offer = {.name = name, .etag = "", .size = -1, .mtime = -1};

	check_offer(bench, bench->entry, &offer, want, want_path);
}

static void nothing_is_there(void)
{
	static const enum existing ways[] = {
		EXISTING_SKIP, EXISTING_OVERWRITE, EXISTING_RENAME, EXISTING_UPDATE};

	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		struct bench bench;

		scratch_remove("out");
		bench_open(&bench, ways[i]);
		check_str(bench.entry->path, "get");
		check_name(&bench, "a.txt", PRESENT_NOT, "a.txt");
		check_name(&bench, "x/b.txt", PRESENT_NOT, "b.txt");
		check_name(&bench, "..", PRESENT_NOT, NULL);
		check_name(&bench, "get", PRESENT_NOT, NULL);
		bench_close(&bench, true);
	}
}

static void a_file_of_the_name_is_there(void)
{
	static const struct {
		enum existing existing;
		enum present want;
	} ways[] = {{EXISTING_SKIP, PRESENT_WHOLE}, {EXISTING_OVERWRITE, PRESENT_NOT},
		{EXISTING_RENAME, PRESENT_NOT}, {EXISTING_UPDATE, PRESENT_NOT}};

	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		struct bench bench;

		scratch_remove("out");
		bench_open(&bench, ways[i].existing);
		check(scratch_write("out/a.txt", "mine"));
		check_name(&bench, "a.txt", ways[i].want, "a.txt");
		bench_close(&bench, true);
	}
}

/* Whoever is asked first. */
static void a_suffix_tells_whose_it_is(void)
{
	struct bench bench;
	char *apart;

	scratch_remove("out");
	bench_open(&bench, EXISTING_SKIP);
	apart = naming_given(bench.entry, "a.txt", true);
	check(apart && outdir_size(bench.outdir, apart) < 0);
	{
		char *file _cleanup_(freep) = xasprintf("out/%s", apart);

		check(scratch_write("out/a.txt", "other"));
		check(scratch_write(file, "mine"));
	}
	check_name(&bench, "a.txt", PRESENT_WHOLE, apart);
	free(apart);
	bench_close(&bench, true);
}

/* The job goes on: out/a.txt was fetched for the first entry, and the second one was not. */
static void a_file_of_the_job_is_its_entrys(void)
{
	static const enum existing ways[] = {
		EXISTING_SKIP, EXISTING_OVERWRITE, EXISTING_RENAME};
	struct offer offer = {.name = "a.txt", .etag = "", .size = -1, .mtime = -1};

	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		struct bench bench;
		struct entry *other;
		char *apart;

		scratch_remove("out");
		bench_open(&bench, ways[i]);
		check(scratch_write("out/a.txt", "mine"));
		check_int(journal_done_as(bench.ledger.journal, 0, bench.entry->path,
				  "a.txt", 4, NULL),
			0);
		bench_close(&bench, false);
		bench_open(&bench, ways[i]);
		other = entry_of(&bench, "http://h/get?q=2", 2);
		apart = naming_given(other, "a.txt", true);
		check_offer(&bench, other, &offer, PRESENT_NOT, apart);
		check_name(&bench, "a.txt", PRESENT_WHOLE, "a.txt");
		free(apart);
		entry_free(other);
		bench_close(&bench, true);
	}
}

static void updates_by_date_or_etag(void)
{
	struct offer offer = {.name = "a.txt", .etag = "\"1\"", .size = 4};
	struct version there;
	struct bench bench;

	scratch_remove("out");
	bench_open(&bench, EXISTING_UPDATE);
	check(scratch_write("out/a.txt", "mine"));
	check_int(stamp_get(bench.outdir, "a.txt", &there), 0);
	offer.mtime = there.mtime;
	check_offer(&bench, bench.entry, &offer, PRESENT_WHOLE, "a.txt");
	bench_close(&bench, true);

	bench_open(&bench, EXISTING_UPDATE);
	offer.size = 5;
	check_offer(&bench, bench.entry, &offer, PRESENT_NOT, "a.txt");
	bench_close(&bench, true);

	bench_open(&bench, EXISTING_UPDATE);
	offer.size = -1;
	offer.mtime++;
	check_offer(&bench, bench.entry, &offer, PRESENT_NOT, "a.txt");
	bench_close(&bench, true);
	version_release(&there);

	/* The ETag of a file that has one decides. */
	bench_open(&bench, EXISTING_UPDATE);
	stamp_set(bench.outdir, "a.txt", offer.etag);
	check_int(stamp_get(bench.outdir, "a.txt", &there), 0);
	check_offer(&bench, bench.entry, &offer,
		there.etag ? PRESENT_WHOLE : PRESENT_NOT, "a.txt");
	bench_close(&bench, true);

	bench_open(&bench, EXISTING_UPDATE);
	offer.etag = "\"2\"";
	offer.mtime = there.etag ? there.mtime : there.mtime + 1;
	check_offer(&bench, bench.entry, &offer, PRESENT_NOT, "a.txt");
	bench_close(&bench, true);
	version_release(&there);
}

int main(void)
{
	log_setup(LOG_QUIET, NULL, NULL);
	scratch_enter();
	run(nothing_is_there);
	run(a_file_of_the_name_is_there);
	run(a_suffix_tells_whose_it_is);
	run(a_file_of_the_job_is_its_entrys);
	run(updates_by_date_or_etag);
	scratch_leave();
	return done();
}
