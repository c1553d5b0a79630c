/* test_journal.c - the journal: what is told is what a later session finds. Tails that are torn
 * are in test_journal_torn.c, boots in test_journal_boot.c. */
#include "store/journal.h"

#include <pthread.h>

#include "base/alloc.h"
#include "journaling.h"

static void comes_back(void)
{
	struct journal *journal = open_journal(1);
	uint64_t large, other, lone;

	check(journal_find(journal, "large") == NULL);
	large = begin_file(journal, "large", 1000);
	lone = begin_file(journal, "dir/lone", -1);
	other = journal_new_id(journal);
	check_int(large, 1);
	check_int(other, 3);
	check_int(journal_begin(journal,
			  &(struct journal_file){.id = other,
				  .path = "ot\nher",
				  .urls = UINT64_MAX,
				  .size = INT64_MAX,
				  .modified = "Sat, 01 Jan 2022 00:00:00 GMT"},
			  NULL),
		0);
	tell_range(journal, large, 0, 99);
	tell_range(journal, large, 500, 599);
	tell_range(journal, other, INT64_MAX - 2, INT64_MAX - 1);
	tell_range(journal, large, 100, 199);
	tell_range(journal, lone, 0, 0);
	/* What is told is for later sessions. */
	check(journal_find(journal, "large") == NULL);
	leave_journal(journal);

	journal = open_journal(1);
	check_file(
		journal, "large", "large #1 f1.part 1000 7 \"v1\" -: 0-199 500-599\n");
	check_file(journal, "dir/lone", "dir/lone #2 f2.part -1 7 \"v1\" -: 0-0\n");
	check_file(journal, "ot\nher",
		"ot\nher #3 f3.part 9223372036854775807 18446744073709551615 - "
		"Sat, 01 Jan 2022 00:00:00 GMT: "
		"9223372036854775805-9223372036854775806\n");
	check(journal_find(journal, "lone") == NULL);
	check_int(journal_new_id(journal), 4);
	/* Another session goes on with the first file. */
	tell_range(journal, large, 200, 399);
	leave_journal(journal);

	journal = open_journal(1);
	check_file(
		journal, "large", "large #1 f1.part 1000 7 \"v1\" -: 0-399 500-599\n");
	end_journal(journal);
}

static void files_end(void)
{
	struct journal *journal = open_journal(1);
	uint64_t done_now = begin_file(journal, "done now", 10);
	uint64_t dropped_now = begin_file(journal, "dropped now", 10);
	uint64_t done_later = begin_file(journal, "done later", 10);
	uint64_t dropped_later = begin_file(journal, "dropped later", 10);
	uint64_t again = begin_file(journal, "again", 10);
	const struct journal_file *file;

	tell_range(journal, done_now, 0, 9);
	tell_range(journal, dropped_now, 0, 9);
	tell_range(journal, done_later, 0, 9);
	tell_range(journal, dropped_later, 0, 9);
	tell_range(journal, again, 0, 9);
	begin_file(journal, "nothing of it", 10);
	check_int(
		journal_done(journal, done_now, "done now", 7, JOURNAL_THERE, 10, NULL),
		0);
	check_int(journal_drop(journal, dropped_now, NULL), 0);
	leave_journal(journal);

	journal = open_journal(1);
	check(!journal_find(journal, "done now"));
	check(!journal_find(journal, "dropped now"));
	check(!journal_find(journal, "nothing of it"));
	check(!journal_has_part(journal, "f6.part"));
	file = journal_find(journal, "done later");
	check(file && file->id == done_later);
	check(journal_has_part(journal, "f3.part"));
	check_int(journal_done(journal, done_later, "done later", 7, JOURNAL_THERE, 10,
			  NULL),
		0);
	check(!journal_find(journal, "done later"));
	check(!journal_has_part(journal, "f3.part"));
	check(journal_has_part(journal, "f4.part"));
	check_int(journal_drop(journal, dropped_later, NULL), 0);
	check(!journal_find(journal, "dropped later"));
	check(!journal_has_part(journal, "f4.part"));
	again = begin_file(journal, "again", 20);
	check(!journal_find(journal, "again"));
	tell_range(journal, again, 5, 5);
	/* Of a file that is not known any more. */
	tell_range(journal, done_later, 0, 3);
	leave_journal(journal);

	journal = open_journal(1);
	check(!journal_find(journal, "done later"));
	check(!journal_find(journal, "dropped later"));
	check_file(journal, "again", "again #7 f7.part 20 7 \"v1\" -: 5-5\n");
	check(!journal_has_part(journal, "f5.part"));
	check(!journal_has_part(journal, "7.part"));
	end_journal(journal);
}

/* A range that does not fit the file is of no use, but breaks nothing. */
static void bytes_beyond_the_end(void)
{
	struct journal *journal = open_journal(1);
	uint64_t id = begin_file(journal, "f", 100);

	tell_range(journal, id, 0, 9);
	tell_range(journal, id, 50, 100);
	leave_journal(journal);
	journal = open_journal(1);
	check_file(journal, "f", "f #1 f1.part 100 7 \"v1\" -: 0-9\n");
	end_journal(journal);
}

static char *long_text(size_t len)
{
	char *text = xmalloc(len + 1);

	memset(text, 'x', len);
	text[len] = '\0';
	return text;
}

static void begin_with(struct journal *journal, const char *path, size_t validator,
	const char *digest, const char *name)
{
	_cleanup_(freep) char *text = long_text(validator);
	uint64_t id = journal_new_id(journal);

	check_int(journal_begin(journal,
			  &(struct journal_file){.id = id,
				  .path = path,
				  .size = 9,
				  .etag = text,
				  .modified = text,
				  .digest = digest,
				  .name = name},
			  NULL),
		0);
	tell_range(journal, id, 0, 0);
}

static void texts_are_bounded(void)
{
	struct journal *journal = open_journal(1);
	_cleanup_(freep) char *longest = long_text(PATH_MAX - 1);
	_cleanup_(freep) char *longer = long_text(PATH_MAX);
	_cleanup_(freep) char *name = long_text(VALIDATOR_MAX);
	const struct journal_file *file;

	begin_with(journal, longest, VALIDATOR_MAX, "sha-256=00", name);
	begin_with(journal, longer, 1, NULL, NULL);
	begin_with(journal, "a", VALIDATOR_MAX + 1, "sha-256=00", NULL);
	begin_with(journal, "b", 0, NULL, NULL);
	begin_with(journal, "c", 0, NULL, "name");
	leave_journal(journal);

	journal = open_journal(1);
	file = journal_find(journal, longest);
	check(file && strlen(file->etag) == VALIDATOR_MAX);
	check(file && strlen(file->modified) == VALIDATOR_MAX);
	check_str(file->digest, "sha-256=00");
	check_str(file->name, name);
	check(journal_find(journal, longer) == NULL);
	file = journal_find(journal, "a");
	check(file && !file->etag && !file->modified && !file->name);
	check_str(file->digest, "sha-256=00");
	file = journal_find(journal, "b");
	check(file && !file->etag && !file->modified && !file->digest && !file->name);
	file = journal_find(journal, "c");
	check(file && !file->etag && !file->modified && !file->digest);
	check_str(file->name, "name");
	end_journal(journal);
}

/* Who told of a file, with a digest and a name and without. */
static void remembers_who_told(void)
{
	static const uint32_t tellers[] = {0, 1, 300, JOURNAL_NO_URL};

	for (size_t i = 0; i < 4 * ARRAY_LEN(tellers); i++) {
		const char *digest = i % 2 ? "sha-256=00" : NULL;
		const char *name = i / 2 % 2 ? "name" : NULL;
		struct journal *journal = open_journal(1);
		const struct journal_file *file;

		check_int(journal_begin(journal,
				  &(struct journal_file){.id = 1,
					  .path = "f",
					  .size = 9,
					  .digest = digest,
					  .teller = tellers[i / 4],
					  .name = name},
				  NULL),
			0);
		tell_range(journal, 1, 0, 0);
		leave_journal(journal);
		journal = open_journal(1);
		file = journal_find(journal, "f");
		check(file && file->teller == tellers[i / 4]);
		check_str(file->digest, digest);
		check_str(file->name, name);
		end_journal(journal);
	}
}

static void hashes_urls(void)
{
	char *a = (char *)"http://h/a", *b = (char *)"http://h/b";
	char *both[] = {a, b}, *swapped[] = {b, a}, *one[] = {a};
	uint64_t hash = journal_urls(&(struct strings){both, 2});

	check(hash == journal_urls(&(struct strings){both, 2}));
	check(hash != journal_urls(&(struct strings){swapped, 2}));
	check(hash != journal_urls(&(struct strings){one, 1}));
}

static bool in_bits(const bool *bits, const struct journal_file *file)
{
	size_t range = 0;

	for (int64_t byte = 0; byte < 64; byte++) {
		bool there = false;

		while (range < file->n_ranges && file->ranges[range].last < byte)
			range++;
		if (range < file->n_ranges)
			there = file->ranges[range].first <= byte;
		if (there != bits[byte])
			return false;
	}
	for (size_t i = 1; i < file->n_ranges; i++)
		if (file->ranges[i].first <= file->ranges[i - 1].last + 1)
			return false;
	return true;
}

/* In any order, overlapping or not: what comes back is the union, as few ranges as can be. */
static void merges_ranges(void)
{
	unsigned seed = 1;

	for (int round = 0; round < 200; round++) {
		struct journal *journal = open_journal(1);
		uint64_t id = begin_file(journal, "f", 64);
		bool bits[64] = {false};
		const struct journal_file *file;

		for (int i = 0; i <= round % 20; i++) {
			int first = rand_r(&seed) % 64;
			int last = first + rand_r(&seed) % 12;

			last = last > 63 ? 63 : last;
			memset(bits + first, true, (size_t)(last - first + 1));
			tell_range(journal, id, first, last);
		}
		leave_journal(journal);
		journal = open_journal(1);
		file = journal_find(journal, "f");
		check(file && in_bits(bits, file));
		end_journal(journal);
	}
}

static void remembers_what_is_finished(void)
{
	struct error err;
	struct journal *journal = open_journal(1);
	char path[32];

	for (int i = 0; i < 5000; i++) {
		snprintf(path, sizeof(path), "d/%d", i);
		check_int(journal_done(journal, 0, path, 7, JOURNAL_THERE, i, NULL), 0);
	}
	check(!journal_finished(journal, "d/0", 7, JOURNAL_THERE));
	leave_journal(journal);

	journal = try_open(1, DURABILITY_NONE, true, &err);
	for (int i = 0; i < 5000; i++) {
		snprintf(path, sizeof(path), "d/%d", i);
		check(journal_finished(journal, path, 7, JOURNAL_THERE));
	}
	for (int i = 5000; i < 10000; i++) {
		snprintf(path, sizeof(path), "d/%d", i);
		check(!journal_finished(journal, path, 7, JOURNAL_THERE));
	}
	check_int(journal_trust(journal, "d/1", JOURNAL_THERE, 1), JOURNAL_TRUSTED);
	end_journal(journal);
}

#define TELLERS 4
#define TELLS 2000

struct teller {
	struct journal *journal;
	pthread_t thread;
	uint64_t id;
	int failed;
	char path[16];
};

static void *tell_much(void *context)
{
	struct teller *teller = context;

	for (int i = 0; i < TELLS; i++) {
		struct range range = {2 * i, 2 * i};
		const char *done = "small";

		teller->failed +=
			journal_range(teller->journal, teller->id, range, NULL) < 0;
		teller->failed += journal_done(teller->journal, 0, done, 7,
					  JOURNAL_THERE, i, NULL) < 0;
		teller->failed += journal_find(teller->journal, "small") != NULL;
	}
	return NULL;
}

static void many_tell(void)
{
	struct journal *journal = open_journal(1);
	struct teller tellers[TELLERS];

	for (int i = 0; i < TELLERS; i++) {
		struct teller *teller = &tellers[i];

		*teller = (struct teller){.journal = journal};
		snprintf(teller->path, sizeof(teller->path), "f%d", i);
		teller->id = begin_file(journal, teller->path, -1);
		check_int(pthread_create(&teller->thread, NULL, tell_much, teller), 0);
	}
	for (int i = 0; i < TELLERS; i++) {
		check_int(pthread_join(tellers[i].thread, NULL), 0);
		check_int(tellers[i].failed, 0);
	}
	leave_journal(journal);
	journal = open_journal(1);
	for (int i = 0; i < TELLERS; i++) {
		const struct journal_file *file =
			journal_find(journal, tellers[i].path);

		check(file && file->n_ranges == TELLS);
	}
	end_journal(journal);
}

static void is_for_its_owner_only(void)
{
	mode_t old = umask(0);
	struct journal *journal = open_journal(1);
	struct stat info;

	umask(old);
	check_int(stat(JOURNAL_PATH, &info), 0);
	check_int(info.st_mode & 07777, 0600);
	end_journal(journal);
}

static void refused(void)
{
	struct error err;

	check(try_open(1, DURABILITY_NONE, false, &err) == NULL);
	check_str(kind_name(err.kind), kind_name(KIND_DISK));
	check(strstr(err.text, ".seine/journal") != NULL);
}

static void refuses_what_is_no_file(void)
{
	(void)workdir_fd();
	check(scratch_write("victim", "precious"));
	check_int(symlink("../victim", JOURNAL_PATH), 0);
	refused();
	check_int(unlink(JOURNAL_PATH), 0);
	check(scratch_is("victim", "precious"));

	check_int(mkfifo(JOURNAL_PATH, 0600), 0);
	refused();
	check_int(unlink(JOURNAL_PATH), 0);

	check_int(mkdir(JOURNAL_PATH, 0700), 0);
	refused();
	check_int(rmdir(JOURNAL_PATH), 0);
}

static void closes_nothing(void)
{
	check_int(journal_close(NULL, true, NULL), 0);
}

int main(void)
{
	scratch_enter();
	run(comes_back);
	run(files_end);
	run(bytes_beyond_the_end);
	run(texts_are_bounded);
	run(remembers_who_told);
	run(hashes_urls);
	run(merges_ranges);
	run(remembers_what_is_finished);
	run(many_tell);
	run(is_for_its_owner_only);
	run(refuses_what_is_no_file);
	run(closes_nothing);
	scratch_leave();
	return done();
}
