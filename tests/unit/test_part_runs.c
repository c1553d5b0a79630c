/* test_part_runs.c - what another run finds of a part, what it goes on with, and commits that
 * fail. */
#include <sys/syscall.h>

#include "parting.h"
#include "store/part_parts.h"

/* A run that brings three pieces and is broken off. */
static void first_run(void)
{
	struct bench bench;

	bench_open(&bench, true);
	check(parts_resume(bench.parts, bench.entry, false) == NULL);
	bring(&bench, 0, 100 * KIB);
	bring(&bench, 500 * KIB, 600 * KIB);
	bring(&bench, 100 * KIB, 200 * KIB);
	parts_end(bench.parts, bench.entry, true);
	check(parts_are_kept(bench.parts));
	check(!scratch_there("out/sub"));
	bench_close(&bench, false);
}

static void another_run_goes_on(void)
{
	for (int digest = 0; digest < 2; digest++) {
		struct resume *resume;
		struct bench bench;

		first_run();
		bench_open(&bench, true);
		if (digest)
			want_digest(&bench, content, SIZE);
		resume = bench.entry->resume =
			parts_resume(bench.parts, bench.entry, false);
		check(resume != NULL);
		check_int(resume->version.size, SIZE);
		check_str(resume->version.etag, "\"v1\"");
		check_int(resume->n_ranges, 2);
		check_int(resume->ranges[0].first, 0);
		check_int(resume->ranges[0].last, 200 * KIB - 1);
		check_int(resume->ranges[1].first, 500 * KIB);
		check_int(resume->ranges[1].last, 600 * KIB - 1);
		bring(&bench, 200 * KIB, 500 * KIB);
		bring(&bench, 600 * KIB, SIZE);
		check_int(scratch_count(PARTS), 1);
		check_int(parts_unread(bench.parts, &bench.attempt), digest ? SIZE : 0);
		commit_ok(&bench);
		check(parts_resume(bench.parts, bench.entry, false) == NULL);
		bench_close(&bench, true);
	}
}

/* Everything was there, and only the name was missing. */
static void another_run_commits(void)
{
	struct bench bench;

	bench_open(&bench, true);
	bring(&bench, 0, SIZE);
	parts_end(bench.parts, bench.entry, true);
	bench_close(&bench, false);
	bench_open(&bench, true);
	want_digest(&bench, content, SIZE);
	bench.entry->resume = parts_resume(bench.parts, bench.entry, false);
	check(bench.entry->resume != NULL);
	check_int(parts_unread(bench.parts, &bench.attempt), SIZE);
	commit_ok(&bench);
	bench_close(&bench, true);
}

/* What a server called it then counts as long as servers may name it. Of an attempt that is to find
 * out what the file is, its own answer tells; of others, whoever started them. */
static void a_name_is_remembered(void)
{
	for (int i = 0; i < 4; i++) {
		bool first = i % 2, may = i / 2;
		struct bench bench;

		bench_open(&bench, true);
		if (first)
			bench.attempt.version = (struct version)VERSION_UNKNOWN;
		else
			bench.attempt.version.name = (char *)"given";
		bench.version.name = (char *)(first ? "given" : "another");
		bring(&bench, 0, 100 * KIB);
		parts_end(bench.parts, bench.entry, true);
		bench_close(&bench, false);
		bench_open(&bench, true);
		bench.entry->is_given_names = may;
		bench.entry->resume = parts_resume(bench.parts, bench.entry, false);
		check(bench.entry->resume != NULL);
		check_str(bench.entry->resume->version.name, may ? "given" : NULL);
		bench.how.name = bench.entry->resume->version.name;
		bring(&bench, 100 * KIB, SIZE);
		check_int(commit(&bench), 0);
		check(scratch_holds(
			may ? "out/sub/given" : "out/sub/file", content, SIZE));
		check_str(bench.outcome.renamed, may ? "sub/given" : NULL);
		bench_close(&bench, true);
	}
}

/* Who has written the journal is not known: directories are unpacked and copied. */
static void a_name_is_safe_whoever_wrote_the_journal(void)
{
	static const struct {
		const char *recorded, *name;
	} cases[] = {
		{"../file", NULL},
		{"..", NULL},
		{"/tmp/file", NULL},
		{".seine/parts/file", NULL},
		{"a\\b", NULL},
		{" ", NULL},
		{".seine", "_seine"},
		{"a\n\xff", "a%0A%FF"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct resume *resume;
		struct bench bench;

		bench_open(&bench, true);
		bench.attempt.version.name = (char *)cases[i].recorded;
		bring(&bench, 0, 100 * KIB);
		parts_end(bench.parts, bench.entry, true);
		bench_close(&bench, false);
		bench_open(&bench, true);
		bench.entry->is_given_names = true;
		resume = bench.entry->resume =
			parts_resume(bench.parts, bench.entry, false);
		check(resume != NULL);
		check_str(resume->version.name, cases[i].name);
		parts_forget(bench.parts, bench.entry);
		bench_close(&bench, true);
	}
}

/* What was announced to an earlier run holds in this one, also without any validator, and when
 * nobody says it again. */
static void an_announced_digest_is_remembered(void)
{
	for (int wrong = 0; wrong < 2; wrong++) {
		struct bench bench;
		char *digest;

		bench_open(&bench, true);
		digest = digest_text(&bench, (size_t)(SIZE - wrong));
		bench.version.etag = NULL;
		bench.version.digest = digest;
		bring(&bench, 0, 200 * KIB);
		parts_end(bench.parts, bench.entry, true);
		bench_close(&bench, false);
		bench_open(&bench, true);
		bench.version.etag = NULL;
		bench.entry->resume = parts_resume(bench.parts, bench.entry, false);
		check(bench.entry->resume != NULL);
		check_str(bench.entry->resume->version.digest, digest);
		bench.attempt.version = bench.entry->resume->version;
		bring(&bench, 200 * KIB, SIZE);
		check_int(parts_unread(bench.parts, &bench.attempt), SIZE);
		if (wrong) {
			commit_fails(&bench, KIND_CHECKSUM);
		} else {
			check_int(commit(&bench), 0);
			check_str(bench.outcome.verified_by, "journal");
		}
		bench_close(&bench, true);
		free(digest);
	}
}

/* Whose validators they are; one that a server has told of has no number in another run. */
static void who_told_is_remembered(void)
{
	static const size_t told[][2] = {{0, 0}, {1, 1}, {2, NO_MIRROR}};

	for (size_t i = 0; i < ARRAY_LEN(told); i++) {
		struct bench bench;

		for (int run = 0; run < 2; run++) {
			bench_open(&bench, true);
			strings_add(&bench.entry->urls, "http://b.test/file");
			bench.attempt.mirror = told[i][0];
			bench.entry->resume =
				parts_resume(bench.parts, bench.entry, false);
			if (run > 0)
				break;
			bring(&bench, 0, 200 * KIB);
			parts_end(bench.parts, bench.entry, true);
			bench_close(&bench, false);
		}
		check(bench.entry->resume && bench.entry->resume->teller == told[i][1]);
		bench_close(&bench, false);
		scratch_remove("out");
	}
}

/* The file has changed since: what was left is dropped, and forgotten. */
static void another_run_begins_anew(void)
{
	struct bench bench;

	first_run();
	bench_open(&bench, true);
	bench.entry->resume = parts_resume(bench.parts, bench.entry, false);
	check(bench.entry->resume != NULL);
	part_put(get(&bench)); /* the old one, until the first answer */
	bench.version.etag = bench.attempt.version.etag = (char *)"\"v2\"";
	bring_all_as(&bench, 1);
	check_int(scratch_count(PARTS), 1);
	check(parts_resume(bench.parts, bench.entry, false) == NULL);
	commit_ok(&bench);
	bench_close(&bench, true);
}

static char *part_path(void)
{
	DIR *dir = opendir(PARTS);
	struct dirent *item;
	char *path = NULL;

	while (dir && (item = readdir(dir)))
		if (item->d_name[0] != '.')
			path = xasprintf(PARTS "/%s", item->d_name);
	closedir(dir);
	check(path != NULL);
	return path;
}

enum damage {
	NO_DAMAGE,
	REMOVED,
	TOO_SHORT,
	A_LINK,
	LINKED_TWICE,
	A_DIRECTORY,
	OTHER_URLS,
	OTHER_PATH,
	DAMAGES
};

static void do_damage(enum damage damage, const char *path)
{
	switch (damage) {
	case REMOVED:
		check_int(unlink(path), 0);
		break;
	case TOO_SHORT:
		check_int(truncate(path, 600 * KIB - 1), 0);
		break;
	case A_LINK:
		check_int(rename(path, "moved"), 0);
		check_int(symlink("../../../moved", path), 0);
		break;
	case LINKED_TWICE:
		check_int(link(path, "moved"), 0);
		break;
	case A_DIRECTORY:
		check_int(unlink(path), 0);
		check_int(mkdir(path, 0700), 0);
		break;
	default:
		break;
	}
}

/* Only what is certainly the same is gone on with. */
static void what_cannot_be_gone_on_with(void)
{
	for (enum damage damage = NO_DAMAGE; damage < DAMAGES; damage++) {
		struct resume *resume;
		struct bench bench;
		char *path;

		first_run();
		path = part_path();
		do_damage(damage, path);
		bench_open(&bench, true);
		if (damage == OTHER_URLS)
			strings_add(&bench.entry->urls, "http://b.test/file");
		if (damage == OTHER_PATH) {
			free(bench.entry->path);
			bench.entry->path = xstrdup("sub/file2");
		}
		resume = parts_resume(bench.parts, bench.entry, false);
		if ((resume != NULL) != (damage == NO_DAMAGE))
			printf("# damage %d\n", damage);
		check_int(resume != NULL, damage == NO_DAMAGE);
		resume_free(resume);
		bench_close(&bench, false);
		scratch_remove("out");
		unlink("moved");
		free(path);
	}
}

/* The file is there, or is to begin anew. */
static void what_is_not_wanted(void)
{
	struct bench bench;

	first_run();
	bench_open(&bench, true);
	parts_forget_own(bench.parts, bench.entry);
	check_int(journal_left(bench.journal), 0);
	bench_close(&bench, true);
}

/* What other URLs have brought stays until something comes in its place. */
static void from_elsewhere(void)
{
	for (int comes = 0; comes < 2; comes++) {
		struct bench bench;

		first_run();
		bench_open(&bench, true);
		strings_add(&bench.entry->urls, "http://b.test/file");
		check(parts_resume(bench.parts, bench.entry, false) == NULL);
		parts_forget_own(bench.parts, bench.entry);
		if (comes)
			part_put(get(&bench));
		parts_end(bench.parts, bench.entry, false);
		check(!parts_are_kept(bench.parts));
		check_int(journal_left(bench.journal), !comes);
		check_int(scratch_count(PARTS), !comes);
		bench_close(&bench, comes);
		scratch_remove("out");
	}
}

/* Without a validator no other run could ask for the rest: it is not told of. */
static void what_nothing_pins_is_not_kept(void)
{
	struct part_facts facts;
	struct bench bench;
	struct part *part;

	bench_open(&bench, true);
	facts = (struct part_facts){.version = &bench.version};
	part = parts_get(bench.parts, &bench.attempt, &facts, &bench.err);
	write_some(&bench, part, 0, 500 * KIB);
	check_int(part_note(part, (struct range){0, 500 * KIB - 1}, &bench.err), 0);
	part_put(part);
	parts_end(bench.parts, bench.entry, true);
	check(!parts_are_kept(bench.parts));
	bench_close(&bench, true);
}

/* Its bytes are for whoever reads them: there is no path, and nothing to keep or to remove. */
static void a_document_has_no_part(void)
{
	struct bench bench;

	bench_open(&bench, true);
	free(bench.entry->path);
	bench.entry->path = NULL;
	bench.entry->document = true;
	parts_end(bench.parts, bench.entry, false);
	parts_end(bench.parts, bench.entry, true);
	check(!parts_are_kept(bench.parts));
	bench_close(&bench, true);
}

/* --------------------------------------------------------------------------------------
 * Commits that fail
 * ----------------------------------------------------------------------------------- */

static void a_name_that_is_taken(void)
{
	struct bench bench;

	bench_open(&bench, true);
	check_int(mkdir("out/sub", 0777), 0);
	check(scratch_write("out/sub/file", "theirs"));
	bring(&bench, 0, SIZE);
	commit_fails(&bench, KIND_EXISTS);
	check(scratch_is("out/sub/file", "theirs"));
	check_int(scratch_count(PARTS), 0);
	check(!parts_are_kept(bench.parts));
	bench_close(&bench, true);
}

static void the_disk_refuses(void)
{
	struct bench bench;

	bench_open(&bench, true);
	bring(&bench, 0, SIZE);
	check(scratch_deny(SYS_renameat2, EIO));
	commit_fails(&bench, KIND_DISK);
	check_int(scratch_count(PARTS), 1);
	check(parts_are_kept(bench.parts));
	bench_close(&bench, false);
}

/* What it did not take in this run it may take in the next: nothing is fetched again. */
static void what_the_disk_refuses_is_kept(void)
{
	struct bench bench;

	scratch_run_denied(the_disk_refuses, 0, 0);
	bench_open(&bench, true);
	bench.entry->resume = parts_resume(bench.parts, bench.entry, false);
	check(bench.entry->resume != NULL);
	commit_ok(&bench);
	bench_close(&bench, true);
}

/* The disk took what was written, and says only when the file is closed that it has not kept it. */
static void lost_while_closed(void)
{
	struct entry *other = entry_new();
	struct part *part, *second;
	struct bench bench;

	bench_open(&bench, true);
	parts_set_room(bench.parts, 1);
	bring(&bench, 0, 200 * KIB);
	part = get(&bench);
	write_some(&bench, part, 200 * KIB, 300 * KIB);
	check(scratch_deny(SYS_close, EDQUOT));
	other->number = 6;
	other->path = xstrdup("other");
	bench.attempt.entry = other;
	second = get(&bench); /* the first one is closed for it */
	write_some(&bench, second, 0, 100 * KIB);
	check_int(part_write(part, 300 * KIB, content, 1, &bench.err), -1);
	check_int(bench.err.kind, KIND_DISK);
	check_int(bench.err.code, EDQUOT);
	check(strstr(bench.err.text, "'sub/file'") != NULL);
	part_put(part);
	bench.attempt.entry = bench.entry;
	commit_fails(&bench, KIND_DISK);
	check_int(scratch_count(PARTS), 1); /* the other one's */
	part_put(second);
	parts_free(bench.parts);
	entry_free(other);
	check_int(journal_close(bench.journal, false, NULL), 0);
	check_int(scratch_count(PARTS), 0);
}

/* Nobody is told any more, but by the journal. */
static void lost_at_the_end(void)
{
	struct bench bench;

	bench_open(&bench, true);
	bring(&bench, 0, 200 * KIB);
	part_put(get(&bench));
	check(part_hold(parts_find(bench.parts, bench.entry), &bench.err) == 0);
	check(scratch_deny(SYS_close, EIO));
	parts_end(bench.parts, bench.entry, true);
	check_int(scratch_count(PARTS), 0);
	parts_free(bench.parts);
	check_int(journal_close(bench.journal, false, NULL), 0);
}

/* Of what is lost nothing is gone on with. */
static void what_is_lost_is_not_kept(void)
{
	static void (*const losses[])(void) = {lost_while_closed, lost_at_the_end};

	for (size_t i = 0; i < ARRAY_LEN(losses); i++) {
		struct bench bench;

		scratch_run_denied(losses[i], 0, 0);
		bench_open(&bench, true);
		check(parts_resume(bench.parts, bench.entry, false) == NULL);
		check_int(journal_left(bench.journal), 0);
		bench_close(&bench, true);
	}
}

/* Once it has been asked so often. */
static bool stops_at(const void *context)
{
	int *left = *(int *const *)context;

	return (*left)-- <= 0;
}

/* A run that is told to stop does not read to the end what it is verifying, wherever it is; the
 * next one does, and fetches nothing. */
static void a_commit_that_is_stopped(void)
{
	int left, stopped = 0, *at = &left;

	for (;; stopped++) {
		struct bench bench;

		left = stopped;
		bench_open(&bench, true);
		want_digest(&bench, content, SIZE);
		parts_set_stop(bench.parts, stops_at, &at);
		/* Out of order: all but the first byte is to be read back. */
		bring(&bench, 1, SIZE);
		bring(&bench, 0, 1);
		if (commit(&bench) == 0) {
			bench_close(&bench, true);
			break;
		}
		check_int(bench.err.kind, KIND_INTERRUPTED);
		check(!scratch_there("out/sub/file"));
		parts_end(bench.parts, bench.entry, true);
		bench_close(&bench, false);

		bench_open(&bench, true);
		want_digest(&bench, content, SIZE);
		bench.entry->resume = parts_resume(bench.parts, bench.entry, false);
		check(bench.entry->resume != NULL);
		commit_ok(&bench);
		bench_close(&bench, true);
	}
	check(stopped > 0);
}

int main(void)
{
	make_content();
	log_setup(LOG_QUIET, NULL, NULL);
	scratch_enter();
	run(another_run_goes_on);
	run(another_run_commits);
	run(a_name_is_remembered);
	run(a_name_is_safe_whoever_wrote_the_journal);
	run(an_announced_digest_is_remembered);
	run(who_told_is_remembered);
	run(another_run_begins_anew);
	run(what_cannot_be_gone_on_with);
	run(what_is_not_wanted);
	run(from_elsewhere);
	run(what_nothing_pins_is_not_kept);
	run(a_document_has_no_part);
	run(a_name_that_is_taken);
	run(a_commit_that_is_stopped);
	run_if(scratch_denies(), "seccomp is not to be had",
		what_the_disk_refuses_is_kept);
	run_if(scratch_denies(), "seccomp is not to be had", what_is_lost_is_not_kept);
	scratch_leave();
	return done();
}
