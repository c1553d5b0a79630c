/* fuzz_journal.c - store/journal.h and what it is made of, over a file of any bytes.
 *
 * The first byte chooses: bit 0, whether the rest is taken for records without the magic, whose
 * lengths, sequence and check sums are put right (or no mutation would get past them); bits 1
 * and 2, the boot that the journal is opened in.
 *
 * Claims: the records are those that the bytes have up to the first bad one, and each is
 * itself when it is written and read again; nothing is told of a file but what its records
 * say (see journal_model.h); no id is given out again; what was told before is told by the
 * next session too, together with what was told in this one. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "feed.h"
#include "fuzz.h"
#include "journal_model.h"
#include "store/journal.h"
#include "store/journal_reader.h"

#define HEAD 16
#define NEW_PATH "a path that no corpus has"

/* The bytes as the journal that is to be opened. */
static void make_file(struct buf *file, bool seal, struct fuzz_bytes bytes)
{
	uint64_t sequence = 0;
	uint32_t salt = 0;

	if (!seal) {
		buf_add(file, bytes.at, bytes.left);
		return;
	}
	buf_addstr(file, JOURNAL_MAGIC);
	while (bytes.left >= HEAD) {
		size_t at = file->len;
		size_t len = (size_t)(bytes.at[4] | bytes.at[5] << 8) % RECORD_MAX;
		unsigned char *record;

		len = len < HEAD ? HEAD : len;
		len = len > bytes.left ? bytes.left : len;
		buf_add(file, bytes.at, len);
		record = (unsigned char *)file->data + at;
		record[4] = (unsigned char)len;
		record[5] = (unsigned char)(len >> 8);
		sequence++;
		for (size_t i = 0; i < 8; i++)
			record[8 + i] = (unsigned char)(sequence >> (8 * i));
		journal_model_seal(record, len, salt);
		if (record[6] == RECORD_SESSION && len == HEAD + 20)
			memcpy(&salt, record + HEAD + 16, 4);
		bytes.at += len;
		bytes.left -= len;
	}
	buf_add(file, bytes.at, bytes.left);
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static void check_same(const struct record *a, const struct record *b)
{
	must(a->type == b->type && a->synced == b->synced);
	must(a->sequence == b->sequence && a->id == b->id);
	must(memcmp(&a->boot, &b->boot, sizeof(a->boot)) == 0 && a->salt == b->salt);
	must(a->path_hash == b->path_hash && a->size == b->size);
	must(a->range.first == b->range.first && a->range.last == b->range.last);
	must(a->upto == b->upto && a->urls == b->urls && a->teller == b->teller);
	must(same_text(a->path, b->path) && same_text(a->etag, b->etag) &&
		same_text(a->digest, b->digest) && same_text(a->modified, b->modified));
}

/* `bytes` is its length. */
static void check_record(const struct record *record, size_t bytes, uint32_t salt)
{
	unsigned char out[RECORD_MAX];
	struct record again;

	must(record->type >= RECORD_SESSION && record->type <= RECORD_OVER_IN_DOUBT);
	must(record_encode(out, record, record->sequence, salt) == bytes);
	must(record_decode(&again, out, bytes, record->sequence, salt) == bytes);
	check_same(record, &again);
}

/* Reads the file both ways: the reader, and record after record from memory. */
static void check_reader(const struct buf *file, struct journal_model *model)
{
	int result = 1, fd = feed_file(file->data, file->len);
	struct journal_reader *reader = journal_reader_new(fd, &result);
	const unsigned char *data = (const unsigned char *)file->data;
	struct record record, direct;
	size_t at = JOURNAL_MAGIC_LEN;
	uint64_t sequence = 0;
	uint32_t salt = 0;

	must(result == 0);
	must(!reader == (file->len < at || memcmp(data, JOURNAL_MAGIC, at) != 0));
	while (reader && (result = journal_reader_next(reader, &record)) > 0) {
		must(record_decode(&direct, data + at, file->len - at, sequence + 1,
			     salt) == (size_t)result);
		check_same(&record, &direct);
		check_record(&record, (size_t)result, salt);
		must(sequence > 0 || record.type == RECORD_SESSION);
		journal_model_add(model, &direct);
		at += (size_t)result;
		sequence++;
		salt = record.type == RECORD_SESSION ? record.salt : salt;
		must(journal_reader_end(reader) == (int64_t)at);
		must(journal_reader_sequence(reader) == sequence);
		must(journal_reader_salt(reader) == salt);
	}
	must(result == 0);
	if (reader && sequence > 0)
		must(record_decode(&direct, data + at, file->len - at, sequence + 1,
			     salt) == 0);
	journal_reader_free(reader);
	close(fd);
}

static struct journal *open_in(int dir, unsigned char boot)
{
	struct boot_id id = {.bytes = {[15] = boot}};
	struct error err = {.kind = KIND_NONE};
	struct journal *journal = journal_open(&(struct journal_setup){.workdir = dir,
						       .durability = DURABILITY_NONE,
						       .keep_finished = true,
						       .boot = &id},
		&err);

	must(journal && err.kind == KIND_NONE);
	return journal;
}

static void leave(struct journal *journal)
{
	must(journal_close(journal, false, NULL) == 0);
}

/* By the session before, of the same boot; this is the id of the file that it has begun. */
static void check_told(
	const struct journal_model *model, struct journal *journal, uint64_t id)
{
	const struct journal_file *found = journal_find(journal, NEW_PATH);

	must(found && found->id == id && found->size == 1000 && found->urls == 7);
	must(same_text(found->etag, "\"e\"") && !found->modified);
	must(found->n_ranges == 1);
	must(found->ranges[0].first == 10 && found->ranges[0].last == 19);
	must(journal_has_part(journal, found->part));
	journal_model_check_again(model, journal);
}

/* One session that begins a file, and the next one. Nothing that is not synced need outlive a
 * session in a boot that has no name. */
static void check_sessions(int dir, struct journal_model *model, unsigned char boot)
{
	struct journal *journal = open_in(dir, boot);
	struct journal_file file = {
		.path = NEW_PATH, .urls = 7, .size = 1000, .etag = "\"e\""};

	journal_model_check(model, journal, boot);
	file.id = journal_new_id(journal);
	must(file.id > model->last_id && file.id <= INT64_MAX);
	must(journal_begin(journal, &file, NULL) == 0);
	must(journal_range(journal, file.id, (struct range){10, 19}, NULL) == 0);
	leave(journal);

	journal = open_in(dir, boot);
	if (boot != 0)
		check_told(model, journal, file.id);
	must(journal_close(journal, true, NULL) == 0);
}

static void check_journal(
	const struct buf *file, struct journal_model *model, unsigned char boot)
{
	const char *base = getenv("TMPDIR");
	char *path _cleanup_(freep) =
		xasprintf("%s/seine-fuzz-XXXXXX", base ? base : "/tmp");
	int dir, fd;

	need(mkdtemp(path) != NULL, "mkdtemp");
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	need(dir >= 0, "open");
	fd = openat(dir, "journal", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	need(fd >= 0, "open");
	feed_write(fd, file->data, file->len);
	close(fd);
	check_sessions(dir, model, boot);
	close(dir);
	/* It is complete: nothing is left in it. */
	must(rmdir(path) == 0);
}

void fuzz_journal(const uint8_t *data, size_t len)
{
	struct fuzz_bytes bytes = {.at = data, .left = len};
	_cleanup_(buf_release) struct buf file = BUF_INIT;
	unsigned choice = (unsigned)fuzz_take(&bytes, 1);
	struct journal_model model;

	make_file(&file, choice & 1, bytes);
	journal_model_init(&model);
	check_reader(&file, &model);
	/* Who has counted to the highest id has no further one. Nobody will. */
	if (model.last_id < INT64_MAX)
		check_journal(&file, &model, (unsigned char)(choice >> 1 & 3));
	journal_model_release(&model);
}
