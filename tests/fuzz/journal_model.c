/* journal_model.c - see journal_model.h. Few files and few records: everything is a walk over
 * all of them. */
#include "journal_model.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/crc.h"

struct model_file {
	struct record begin;
	bool gone;
	struct range *told;
	size_t n_told;
	/* What the first session told; n_ranges 0: nothing. */
	struct range *ranges;
	size_t n_ranges;
};

void journal_model_seal(unsigned char *record, size_t len, uint32_t salt)
{
	uint32_t crc = (uint32_t)crc_update(CRC_32C, salt, record + 4, len - 4);

	for (size_t i = 0; i < 4; i++)
		record[i] = (unsigned char)(crc >> (8 * i));
}

void journal_model_init(struct journal_model *model)
{
	*model = (struct journal_model){.one_boot = true};
}

void journal_model_release(struct journal_model *model)
{
	for (size_t i = 0; i < model->n_files; i++) {
		free(model->files[i].told);
		free(model->files[i].ranges);
	}
	free(model->files);
}

static void drop(struct journal_model *model, uint64_t id, const char *path)
{
	for (size_t i = 0; i < model->n_files; i++) {
		struct model_file *file = &model->files[i];

		if (file->begin.id == id ||
			(path && strcmp(path, file->begin.path) == 0))
			file->gone = true;
	}
}

static void begin(struct journal_model *model, const struct record *record)
{
	drop(model, record->id, record->path);
	model->files =
		xreallocarray(model->files, model->n_files + 1, sizeof(*model->files));
	model->files[model->n_files++] = (struct model_file){.begin = *record};
}

static void add_range(struct journal_model *model, const struct record *record)
{
	for (size_t i = 0; i < model->n_files; i++) {
		struct model_file *file = &model->files[i];

		if (file->gone || file->begin.id != record->id ||
			(file->begin.size >= 0 &&
				record->range.last >= file->begin.size))
			continue;
		file->told = xreallocarray(
			file->told, file->n_told + 1, sizeof(*file->told));
		file->told[file->n_told++] = record->range;
	}
}

void journal_model_add(struct journal_model *model, const struct record *record)
{
	if (record->id > model->last_id)
		model->last_id = record->id;
	switch (record->type) {
	case RECORD_SESSION:
		if (record->sequence == 1)
			model->boot = record->boot;
		else if (memcmp(&model->boot, &record->boot, sizeof(model->boot)) != 0)
			model->one_boot = false;
		break;
	case RECORD_BEGIN:
		begin(model, record);
		break;
	case RECORD_RANGE:
		add_range(model, record);
		break;
	case RECORD_DROP:
	case RECORD_DONE:
		drop(model, record->id, NULL);
		break;
	case RECORD_SYNC:
	case RECORD_END:
	case RECORD_OVER:
	case RECORD_OVER_IN_DOUBT:
		break;
	}
}

/* The first byte from `byte` on that was told; -1: there is none. */
static int64_t next_told(const struct model_file *file, int64_t byte)
{
	int64_t next = -1;

	for (size_t i = 0; i < file->n_told; i++) {
		struct range told = file->told[i];
		int64_t first = told.first > byte ? told.first : byte;

		if (told.last >= byte && (next < 0 || first < next))
			next = first;
	}
	return next;
}

/* The last byte of a range that goes on from this byte; the byte itself where none does. */
static int64_t last_behind(const struct model_file *file, int64_t byte)
{
	for (size_t i = 0; i < file->n_told; i++)
		if (file->told[i].first <= byte + 1 && file->told[i].last > byte)
			return file->told[i].last;
	return byte;
}

/* The last byte of those that were told together with this one. */
static int64_t last_together(const struct model_file *file, int64_t byte)
{
	int64_t last;

	do {
		last = byte;
		byte = last_behind(file, last);
	} while (byte > last);
	return byte;
}

static void check_ranges(
	const struct model_file *file, const struct journal_file *found, bool exact)
{
	int64_t next = 0; /* bytes before are looked at */

	must(found->n_ranges >= 1);
	for (size_t i = 0; i < found->n_ranges; i++) {
		struct range range = found->ranges[i];

		/* Behind the first one there is a gap. */
		must(range.first >= next + (i > 0) && range.last >= range.first);
		must(found->size < 0 || range.last < found->size);
		must(next_told(file, range.first) == range.first);
		must(last_together(file, range.first) >= range.last);
		if (exact) {
			must(next_told(file, next) == range.first);
			must(last_together(file, range.first) == range.last);
		}
		next = range.last + 1;
	}
	if (exact)
		must(next_told(file, next) == -1);
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static void check_file(struct model_file *file, const struct journal_file *found,
	struct journal *journal, bool exact)
{
	const struct record *begin = &file->begin;
	char part[JOURNAL_PART_SIZE];

	must(found->id == begin->id && strcmp(found->path, begin->path) == 0);
	must(found->size == begin->size && found->urls == begin->urls);
	must(same_text(found->etag, begin->etag));
	must(same_text(found->modified, begin->modified));
	must(same_text(found->digest, begin->digest) && found->teller == begin->teller);
	must(same_text(found->name, begin->name));
	journal_part_name(part, found->id);
	must(strcmp(part, found->part) == 0);
	must(journal_has_part(journal, part));
	check_ranges(file, found, exact);
	file->ranges =
		xreallocarray(file->ranges, found->n_ranges, sizeof(*file->ranges));
	memcpy(file->ranges, found->ranges, found->n_ranges * sizeof(*file->ranges));
	file->n_ranges = found->n_ranges;
}

/* Nobody knows whether two boots without a name are the same. */
static bool is_exact(const struct journal_model *model, unsigned char boot)
{
	struct boot_id present = {.bytes = {[15] = boot}};

	return boot != 0 && model->one_boot &&
	       memcmp(&model->boot, &present, sizeof(present)) == 0;
}

/* NULL: no file of this path is left. */
static struct model_file *live_file(const struct journal_model *model, const char *path)
{
	for (size_t i = 0; i < model->n_files; i++)
		if (!model->files[i].gone &&
			strcmp(model->files[i].begin.path, path) == 0)
			return &model->files[i];
	return NULL;
}

void journal_model_check(
	struct journal_model *model, struct journal *journal, unsigned char boot)
{
	bool exact = is_exact(model, boot);

	for (size_t i = 0; i < model->n_files; i++) {
		const char *path = model->files[i].begin.path;
		struct model_file *live = live_file(model, path);
		const struct journal_file *found = journal_find(journal, path);

		if (found) {
			must(live);
			check_file(live, found, journal, exact);
		} else {
			must(!exact || !live || live->n_told == 0);
		}
	}
}

void journal_model_check_again(
	const struct journal_model *model, struct journal *journal)
{
	for (size_t i = 0; i < model->n_files; i++) {
		const struct model_file *file = &model->files[i];
		const struct journal_file *found =
			journal_find(journal, file->begin.path);

		if (file->n_ranges == 0)
			continue;
		must(found && found->id == file->begin.id);
		must(found->n_ranges == file->n_ranges);
		must(memcmp(found->ranges, file->ranges,
			     file->n_ranges * sizeof(*file->ranges)) == 0);
	}
}
