/* test_journal_torn.c - a journal that breaks off anywhere, has rubbish behind it or a wrong bit
 * in it, says exactly what the records before that say. Also: it is written anew, or the disk
 * fails. */
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "journaling.h"

static const char *const paths[] = {"a", "dir/b", "c", "d"};

/* All that a journal says of these paths. */
static void describe(struct buf *out, struct journal *journal)
{
	buf_clear(out);
	for (size_t i = 0; i < ARRAY_LEN(paths); i++)
		add_file(out, journal_find(journal, paths[i]));
}

/* A small journal, and what it says when it ends behind each of its records. */
struct sample {
	struct buf bytes;
	size_t n_steps;
	struct {
		size_t end;
		char *says;
	} steps[40];
};

static void read_journal(struct buf *bytes)
{
	char block[4096];
	FILE *file = fopen(JOURNAL_PATH, "r");
	size_t count;

	check(file != NULL);
	buf_clear(bytes);
	while (file && (count = fread(block, 1, sizeof(block), file)) > 0)
		buf_add(bytes, block, count);
	if (file)
		fclose(file);
}

/* As another file: some file systems write out at once what replaces old bytes. */
static void write_journal(const void *data, size_t len)
{
	FILE *file;

	unlink(JOURNAL_PATH);
	file = fopen(JOURNAL_PATH, "w");
	check(file && fwrite(data, 1, len, file) == len);
	if (file)
		fclose(file);
}

/* Note what a session would find in the bytes as they are now. */
static void note(struct sample *sample)
{
	struct buf says = BUF_INIT;
	struct journal *journal;

	read_journal(&sample->bytes);
	check_int(rename(JOURNAL_PATH, "w/aside"), 0);
	write_journal(sample->bytes.data, sample->bytes.len);
	journal = open_journal(1);
	describe(&says, journal);
	leave_journal(journal);
	check_int(rename("w/aside", JOURNAL_PATH), 0);
	sample->steps[sample->n_steps].end = sample->bytes.len;
	sample->steps[sample->n_steps++].says = buf_detach(&says);
}

static void sample_make(struct sample *sample)
{
	struct journal *journal;

	*sample = (struct sample){.bytes = BUF_INIT};
	journal = open_journal(1);
	note(sample);
#define STEP(call)                                                                     \
	do {                                                                           \
		call;                                                                  \
		note(sample);                                                          \
	} while (0)
	STEP(begin_file(journal, "a", 1000));
	STEP(tell_range(journal, 1, 0, 99));
	STEP(begin_file(journal, "dir/b", -1));
	STEP(tell_range(journal, 1, 200, 299));
	STEP(tell_range(journal, 2, 7, 7));
	STEP(tell_range(journal, 1, 100, 199));
	STEP(check_int(
		journal_done(journal, 0, "small", 7, JOURNAL_THERE, 3, NULL), 0));
	STEP(begin_file(journal, "c", 5));
	STEP(tell_range(journal, 3, 0, 4));
	STEP(check_int(journal_synced(journal, 9, NULL), 0));
	STEP(check_int(journal_done(journal, 3, "c", 7, JOURNAL_THERE, 5, NULL), 0));
	STEP(check_int(journal_drop(journal, 2, NULL), 0));
	STEP(begin_file(journal, "a", 2000));
	STEP(tell_range(journal, 4, 10, 19));
	leave_journal(journal);
	journal = open_journal(1);
	note(sample);
	STEP(begin_file(journal, "d", 10));
	STEP(tell_range(journal, 5, 0, 9));
	STEP(tell_range(journal, 4, 0, 9));
	leave_journal(journal);
}

static void sample_release(struct sample *sample)
{
	for (size_t i = 0; i < sample->n_steps; i++)
		free(sample->steps[i].says);
	buf_release(&sample->bytes);
	check_int(unlink(JOURNAL_PATH), 0);
}

/* What the records say that end at or before this byte. */
static const char *said_before(const struct sample *sample, size_t byte)
{
	const char *says = "";

	for (size_t i = 0; i < sample->n_steps && sample->steps[i].end <= byte; i++)
		says = sample->steps[i].says;
	return says;
}

/* Does the journal say this, and once more when it is opened again, and does it go on from
 * there? */
static void says(const char *want)
{
	struct buf got = BUF_INIT;

	for (int i = 0; i < 2; i++) {
		struct journal *journal = open_journal(1);

		describe(&got, journal);
		check_str(got.data, want);
		if (i == 0)
			tell_range(journal, begin_file(journal, "new", 10), 0, 0);
		else
			check(journal_find(journal, "new") != NULL);
		leave_journal(journal);
	}
	buf_release(&got);
}

static void is_as_told(void)
{
	struct sample sample;

	sample_make(&sample);
	says("a #4 f4.part 2000 7 \"v1\" -: 0-19\nd #5 f5.part 10 7 \"v1\" -: 0-9\n");
	check_str(said_before(&sample, sample.steps[6].end),
		"a #1 f1.part 1000 7 \"v1\" -: 0-299\n"
		"dir/b #2 f2.part -1 7 \"v1\" -: 7-7\n");
	sample_release(&sample);
}

static void breaks_off_at_each_byte(void)
{
	struct sample sample;

	sample_make(&sample);
	for (size_t k = 0; k <= sample.bytes.len; k++) {
		write_journal(sample.bytes.data, k);
		says(said_before(&sample, k));
	}
	sample_release(&sample);
}

/* Rubbish of several kinds behind each byte: zeros, as file systems leave them, chance, and
 * records that were valid elsewhere. */
static void fill_rubbish(const struct sample *sample, char *rubbish, size_t len,
	int kind, unsigned *seed)
{
	size_t from = (size_t)rand_r(seed) % (sample->bytes.len - len);

	for (size_t i = 0; i < len; i++)
		rubbish[i] = (char)rand_r(seed);
	if (kind == 0)
		memset(rubbish, 0, len);
	if (kind == 1)
		memcpy(rubbish, sample->bytes.data + from, len);
	if (kind == 2)
		memcpy(rubbish, sample->bytes.data + sample->steps[0].end, len);
}

static void try_rubbish(const struct sample *sample, size_t k, int kind, unsigned *seed)
{
	struct buf bytes = BUF_INIT;
	char rubbish[300];

	fill_rubbish(sample, rubbish, sizeof(rubbish), kind, seed);
	/* It must not happen to go on as the journal did. */
	if (k < sample->bytes.len && rubbish[0] == sample->bytes.data[k])
		rubbish[0]++;
	buf_add(&bytes, sample->bytes.data, k);
	buf_add(&bytes, rubbish, sizeof(rubbish));
	write_journal(bytes.data, bytes.len);
	says(said_before(sample, k));
	buf_release(&bytes);
}

static void has_rubbish_behind(void)
{
	struct sample sample;
	unsigned seed = 3;

	sample_make(&sample);
	for (size_t k = 0; k <= sample.bytes.len; k++)
		for (int kind = 0; kind < 4; kind++)
			try_rubbish(&sample, k, kind, &seed);
	sample_release(&sample);
}

static void has_a_wrong_bit(void)
{
	struct sample sample;

	sample_make(&sample);
	for (size_t i = 0; i < sample.bytes.len; i++) {
		sample.bytes.data[i] ^= (char)(1 << i % 8);
		write_journal(sample.bytes.data, sample.bytes.len);
		says(said_before(&sample, i));
		sample.bytes.data[i] ^= (char)(1 << i % 8);
	}
	sample_release(&sample);
}

/* What was cut off comes back behind the record that opens the next session, at the very byte
 * and with the sequence that it would need. */
static void does_not_take_old_records_for_new(void)
{
	struct journal *journal = open_journal(1);
	struct buf old = BUF_INIT, cut = BUF_INIT;
	size_t before, between;

	begin_file(journal, "a", 1000);
	tell_range(journal, 1, 0, 9);
	read_journal(&old);
	before = old.len;
	tell_range(journal, 1, 10, 19);
	read_journal(&old);
	between = old.len;
	tell_range(journal, 1, 20, 29);
	leave_journal(journal);
	read_journal(&old);

	write_journal(old.data, before);
	leave_journal(open_journal(1));
	read_journal(&cut);
	buf_add(&cut, old.data + between, old.len - between);
	write_journal(cut.data, cut.len);
	says("a #1 f1.part 1000 7 \"v1\" -: 0-9\n");
	buf_release(&old);
	buf_release(&cut);
	check_int(unlink(JOURNAL_PATH), 0);
}

/* Values that no record of ours has, behind a check sum that is right. */
static void believes_no_nonsense(void)
{
	static const struct record records[] = {
		{.type = RECORD_BEGIN, .id = 0, .path = "a"},
		{.type = RECORD_BEGIN, .id = UINT64_MAX, .path = "a"},
		{.type = RECORD_BEGIN, .id = 1, .path = ""},
		{.type = RECORD_BEGIN, .id = 1, .path = "a", .size = -2},
		{.type = RECORD_RANGE, .id = 0, .range = {0, 1}},
		{.type = RECORD_RANGE, .id = 1, .range = {-1, 1}},
		{.type = RECORD_RANGE, .id = 1, .range = {2, 1}},
		{.type = RECORD_RANGE, .id = 1, .range = {2, INT64_MAX}},
		{.type = RECORD_DROP, .id = 0},
		{.type = RECORD_DONE, .id = 1, .size = -1},
		{.type = RECORD_SYNC, .upto = 9},
		{.type = 0},
		{.type = RECORD_OVER_IN_DOUBT + 1},
	};
	unsigned char bytes[RECORD_MAX];
	struct record record;

	for (size_t i = 0; i < ARRAY_LEN(records); i++) {
		size_t len = record_encode(bytes, &records[i], 9, 1);

		check_int(record_decode(&record, bytes, len, 9, 1), 0);
	}
	for (size_t end = 0; end < 40; end++) {
		size_t len = record_encode(bytes,
			&(struct record){
				.type = RECORD_RANGE, .id = 1, .range = {0, 1}},
			9, 1);

		check_int(record_decode(&record, bytes, end, 9, 1),
			end < len ? 0 : (int)len);
	}
}

/* Any bytes at all, most of them changed versions of a journal. */
static void survives_anything(void)
{
	struct sample sample;
	unsigned seed = 5;

	sample_make(&sample);
	for (int round = 0; round < 3000; round++) {
		struct buf bytes = BUF_INIT, got = BUF_INIT;
		size_t changed = SIZE_MAX;
		struct journal *journal;

		buf_add(&bytes, sample.bytes.data, sample.bytes.len);
		for (int i = rand_r(&seed) % 4; i >= 0; i--) {
			size_t at = (size_t)rand_r(&seed) % bytes.len;

			changed = at < changed ? at : changed;
			bytes.data[at] =
				(char)(bytes.data[at] + 1 + rand_r(&seed) % 255);
		}
		/* Two changes of a byte may have made it what it was. */
		while (changed < bytes.len &&
			bytes.data[changed] == sample.bytes.data[changed])
			changed++;
		write_journal(bytes.data, bytes.len);
		journal = open_journal(1);
		describe(&got, journal);
		check_str(got.data, said_before(&sample, changed));
		leave_journal(journal);
		buf_release(&bytes);
		buf_release(&got);
	}
	sample_release(&sample);
}

static int64_t journal_length(void)
{
	struct stat info;

	return stat(JOURNAL_PATH, &info) == 0 ? (int64_t)info.st_size : -1;
}

/* Over 1 MiB of a file that is gone, and a few records that still mean something. */
static void tell_much_of_nothing(void)
{
	struct journal *journal = open_journal(1);
	uint64_t gone = begin_file(journal, "gone", -1);
	uint64_t kept = begin_file(journal, "a", 1000);

	tell_range(journal, kept, 0, 99);
	for (int i = 0; i < 30000; i++)
		tell_range(journal, gone, 2 * i, 2 * i);
	check_int(
		journal_done(journal, gone, "gone", 7, JOURNAL_THERE, 60000, NULL), 0);
	tell_range(journal, kept, 200, 299);
	leave_journal(journal);
	check(journal_length() > 1 << 20);
}

#define KEPT "a #2 f2.part 1000 7 \"v1\" -: 0-99 200-299\n"

static void is_written_anew(void)
{
	struct journal *journal;
	struct error err;

	tell_much_of_nothing();
	check(scratch_write("w/journal.new", "left by one who was killed"));
	journal = open_journal(1);
	check_file(journal, "a", KEPT);
	check(journal_length() < 1000);
	check(!scratch_there("w/journal.new"));
	check_int(journal_new_id(journal), 3);
	tell_range(journal, 2, 500, 599);
	leave_journal(journal);

	journal = try_open(1, DURABILITY_NONE, true, &err);
	check_file(
		journal, "a", "a #2 f2.part 1000 7 \"v1\" -: 0-99 200-299 500-599\n");
	check(journal_finished(journal, "gone", 7, JOURNAL_THERE));
	check(!journal_finished(journal, "a", 7, JOURNAL_THERE));
	end_journal(journal);
}

/* What is still good is not copied for nothing. */
static void is_not_written_anew_for_nothing(void)
{
	struct journal *journal = open_journal(1);
	int64_t length;

	for (int i = 0; i < 40000; i++)
		check_int(journal_done(journal, 0, "f", 7, JOURNAL_THERE, i, NULL), 0);
	leave_journal(journal);
	length = journal_length();
	journal = open_journal(1);
	check(journal_length() >= length);
	end_journal(journal);
}

static void tries_to_write_anew(void)
{
	struct journal *journal = open_journal(1);

	check_file(journal, "a", KEPT);
	tell_range(journal, 2, 500, 599);
	leave_journal(journal);
}

/* When that fails the old one does as well. */
static void cannot_be_written_anew(void)
{
	static const int calls[] = {SYS_renameat, SYS_fsync, SYS_unlinkat};

	for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
		struct journal *journal;

		tell_much_of_nothing();
		scratch_run_denied(tries_to_write_anew, calls[i], ENOSPC);
		check(journal_length() > 1 << 20);
		journal = open_journal(1);
		check_file(journal, "a",
			"a #2 f2.part 1000 7 \"v1\" -: 0-99 200-299 500-599\n");
		end_journal(journal);
	}
}

/* The first failure is told, and only the first; nothing of it is in the file. */
static void expect_failure(struct journal *journal)
{
	struct range range = {20, 29};
	struct error err = {.kind = KIND_NONE};

	check_int(journal_range(journal, 1, range, &err), -1);
	check_str(kind_name(err.kind), kind_name(KIND_DISK));
	check(strstr(err.text, ".seine/journal") != NULL);
	check_int(journal_range(journal, 1, range, &err), 0);
	check_int(journal_done(journal, 1, "a", 7, JOURNAL_THERE, 100, &err), 0);
}

static void fill_the_disk(void)
{
	struct journal *journal = open_journal(1);
	struct rlimit limit;

	begin_file(journal, "a", 100);
	tell_range(journal, 1, 0, 9);
	/* Room for half a record. */
	limit.rlim_cur = limit.rlim_max = (rlim_t)journal_length() + 20;
	check_int(setrlimit(RLIMIT_FSIZE, &limit), 0);
	expect_failure(journal);
	check_int(journal_length(), (int64_t)limit.rlim_cur - 20);
	leave_journal(journal);
}

static void the_disk_is_full(void)
{
	signal(SIGXFSZ, SIG_IGN);
	scratch_run_denied(fill_the_disk, 0, 0);
	says("a #1 f1.part 100 7 \"v1\" -: 0-9\n");
	check_int(unlink(JOURNAL_PATH), 0);
}

static void fail_writes(void)
{
	struct journal *journal = open_journal(1);
	struct error err;

	begin_file(journal, "a", 100);
	tell_range(journal, 1, 0, 9);
	check(scratch_deny(SYS_write, EDQUOT));
	expect_failure(journal);
	check(try_open(1, DURABILITY_NONE, false, &err) == NULL);
	check_str(kind_name(err.kind), kind_name(KIND_DISK));
	check_int(err.code, EDQUOT);
	leave_journal(journal);
	/* The test's own output needs write(), too. */
	_exit(tap_failed_checks != 0);
}

static void writes_fail(void)
{
	scratch_run_denied(fail_writes, 0, 0);
	says("a #1 f1.part 100 7 \"v1\" -: 0-9\n");
	check_int(unlink(JOURNAL_PATH), 0);
}

static void fail_reads(void)
{
	struct error err;

	check(scratch_deny(SYS_pread64, EIO));
	check(try_open(1, DURABILITY_NONE, false, &err) == NULL);
	check_str(kind_name(err.kind), kind_name(KIND_DISK));
	check_int(err.code, EIO);
}

/* A disk that cannot be read is not one where nothing was. */
static void reads_fail(void)
{
	struct journal *journal = open_journal(1);

	begin_file(journal, "a", 100);
	tell_range(journal, 1, 0, 9);
	leave_journal(journal);
	scratch_run_denied(fail_reads, 0, 0);
	says("a #1 f1.part 100 7 \"v1\" -: 0-9\n");
	check_int(unlink(JOURNAL_PATH), 0);
}

/* What was told of each part; a part that is begun anew has nothing of the old one, even under
 * a name that was used in records that are lost. */
#define IDS 100
#define BYTES 200
struct told {
	bool there[IDS][BYTES];
};

static bool was_told(const struct told *told, const struct journal_file *file)
{
	for (size_t i = 0; i < file->n_ranges; i++)
		for (int64_t k = file->ranges[i].first; k <= file->ranges[i].last; k++)
			if (!told->there[file->id][k])
				return false;
	return true;
}

static void tell_at_random(
	struct told *told, struct journal *journal, uint64_t id, unsigned *seed)
{
	for (int i = rand_r(seed) % 10; i > 0; i--) {
		int at = rand_r(seed) % (BYTES - 10);

		tell_range(journal, id, at, at + i);
		memset(told->there[id] + at, true, (size_t)i + 1);
		if (i == 5)
			check_int(journal_synced(
					  journal, journal_sequence(journal), NULL),
				0);
	}
}

static void one_session(struct told *told, unsigned *seed)
{
	struct journal *journal = open_journal(1 + rand_r(seed) % 2);
	const struct journal_file *file = journal_find(journal, "a");
	uint64_t id = file ? file->id : 0;

	check(!file || was_told(told, file));
	if (!id || rand_r(seed) % 5 == 0) {
		id = begin_file(journal, "a", BYTES);
		memset(told->there[id], false, sizeof(told->there[id]));
	}
	tell_at_random(told, journal, id, seed);
	leave_journal(journal);
	if (rand_r(seed) % 2)
		check_int(truncate(JOURNAL_PATH,
				  rand_r(seed) % (int)(journal_length() + 1)),
			0);
}

/* Sessions that are killed and break off at random: no range that nobody told, ever. */
static void never_makes_anything_up(void)
{
	unsigned seed = 11;

	for (int life = 0; life < 100; life++) {
		struct told told = {0};

		for (int session = 0; session < 10; session++)
			one_session(&told, &seed);
		check_int(unlink(JOURNAL_PATH), 0);
	}
}

int main(void)
{
	log_setup(LOG_QUIET, NULL, NULL);
	scratch_enter();
	run(is_as_told);
	run(breaks_off_at_each_byte);
	run(has_rubbish_behind);
	run(has_a_wrong_bit);
	run(does_not_take_old_records_for_new);
	run(believes_no_nonsense);
	run(survives_anything);
	run(is_written_anew);
	run(is_not_written_anew_for_nothing);
	run_if(scratch_denies(), "no seccomp", cannot_be_written_anew);
	run(the_disk_is_full);
	run_if(scratch_denies(), "no seccomp", writes_fail);
	run_if(scratch_denies(), "no seccomp", reads_fail);
	run(never_makes_anything_up);
	scratch_leave();
	return done();
}
