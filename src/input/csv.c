/* csv.c - records over the reader's lines. A record that a quoted value spreads over several
 * lines is gathered in `record`; all others are cut where they lie. */
#include "input/csv.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "input/columns.h"

#define BREATH 1024 /* lines that came to nothing, before others get their turn */

struct csv_source {
	struct source source;
	const char *name;
	struct reader *reader; /* NULL: ended */
	char delimiter;
	struct columns columns;
	struct cells cells;
	/* The lines so far, each with its end, while a quote is open. */
	struct buf record;
	enum cells_state state;
	uint64_t line;  /* where the record begins */
	bool breathing; /* the last SOURCE_AGAIN was ours, not the reader's */
};

static void end_input(struct csv_source *csv)
{
	reader_free(csv->reader);
	csv->reader = NULL;
}

static bool is_gathering(const struct csv_source *csv)
{
	return csv->state == CELLS_QUOTED;
}

static void forget_record(struct csv_source *csv)
{
	buf_clear(&csv->record);
	csv->state = CELLS_BEGIN;
}

/* It is about the record that begins at csv->line; without a header nothing can be read. */
static enum source_status refuse(
	struct csv_source *csv, const char *why, struct error *err)
{
	bool broken = !csv->columns.items;

	(void)reader_refuse(csv->reader, csv->line, why, err);
	if (broken)
		end_input(csv);
	return broken ? SOURCE_BROKEN : SOURCE_BAD;
}

/* What has been gathered is not a record; the lines of it are gone. */
static enum source_status refuse_gathered(
	struct csv_source *csv, const char *what, struct error *err)
{
	struct error why;

	forget_record(csv);
	(void)error_set(&why, KIND_INPUT, 0,
		"a value is quoted, and %s; lines %" PRIu64 " to %" PRIu64
		" are skipped",
		what, csv->line, reader_number(csv->reader));
	return refuse(csv, why.text, err);
}

/* SOURCE_AGAIN: go on with the next record. */
static enum source_status take_header(struct csv_source *csv, struct error *err)
{
	struct columns columns = {0};
	struct error why;

	if (csv->cells.count == 1 && strcmp(csv->cells.items[0], CSV_GOOGLE) == 0) {
		columns_of_google(&csv->columns);
		csv->delimiter = '\t';
		return SOURCE_AGAIN;
	}
	if (columns_from_header(
		    &columns, &csv->cells, reader_shown(csv->reader), &why) < 0) {
		columns_release(&columns);
		return refuse(csv, why.text, err);
	}
	csv->columns = columns;
	return SOURCE_AGAIN;
}

static enum source_status take_record(struct csv_source *csv, char *text, size_t len,
	struct entry **made, struct error *err)
{
	struct entry *entry;
	struct error why;

	if (cells_cut(&csv->cells, text, len, csv->delimiter, &why) < 0)
		return refuse(csv, why.text, err);
	if (!csv->columns.items)
		return take_header(csv, err);
	entry = entry_new();
	if (columns_fill(&csv->columns, &csv->cells, entry, &why) < 0) {
		entry_free(entry);
		return refuse(csv, why.text, err);
	}
	entry->input = csv->name;
	entry->line = csv->line;
	*made = entry;
	return SOURCE_ENTRY;
}

/* A line of a quoted value. */
static enum source_status gather(struct csv_source *csv, const char *line, size_t len,
	struct entry **made, struct error *err)
{
	enum source_status status;

	buf_add(&csv->record, line, len);
	if (csv->record.len > READER_LINE_MAX)
		return refuse_gathered(csv, "is over 64 KiB long", err);
	if (is_gathering(csv)) {
		buf_addch(&csv->record, '\n');
		return SOURCE_AGAIN;
	}
	status = take_record(csv, csv->record.data, csv->record.len, made, err);
	forget_record(csv);
	return status;
}

/* SOURCE_AGAIN: nothing came of it so far. */
static enum source_status take_line(struct csv_source *csv, char *line, size_t len,
	struct entry **made, struct error *err)
{
	bool goes_on = is_gathering(csv);

	if (!goes_on) {
		if (strspn(line, " \t\r") == len)
			return SOURCE_AGAIN;
		csv->line = reader_number(csv->reader);
		csv->state = CELLS_BEGIN;
	}
	if (csv->delimiter == ',')
		csv->state = cells_scan(csv->state, line, len);
	if (goes_on || is_gathering(csv))
		return gather(csv, line, len, made, err);
	return take_record(csv, line, len, made, err);
}

/* The reader threw a line away. */
static enum source_status lose_line(struct csv_source *csv, struct error *err)
{
	if (is_gathering(csv))
		return refuse_gathered(csv, "is too long or has a NUL byte in it", err);
	if (csv->columns.items)
		return SOURCE_BAD;
	end_input(csv);
	return SOURCE_BROKEN;
}

static enum source_status end_of_input(struct csv_source *csv, struct error *err)
{
	if (is_gathering(csv))
		return refuse_gathered(csv, "the quote is never closed", err);
	end_input(csv);
	return SOURCE_END;
}

static enum source_status read_line(
	struct csv_source *csv, struct entry **entry, struct error *err)
{
	char *line;
	size_t len;

	switch (reader_next(csv->reader, &line, &len, err)) {
	case READER_LINE:
		return take_line(csv, line, len, entry, err);
	case READER_BAD:
		return lose_line(csv, err);
	case READER_BROKEN:
		end_input(csv);
		return SOURCE_BROKEN;
	case READER_END:
		return end_of_input(csv, err);
	default:
		csv->breathing = false;
		return SOURCE_AGAIN;
	}
}

static enum source_status csv_next(
	struct source *source, struct entry **entry, struct error *err)
{
	struct csv_source *csv = container_of(source, struct csv_source, source);

	csv->breathing = true;
	for (int i = 0; i < BREATH && csv->reader; i++) {
		enum source_status status = read_line(csv, entry, err);

		if (status != SOURCE_AGAIN || !csv->breathing)
			return status;
	}
	return csv->reader ? SOURCE_AGAIN : SOURCE_END;
}

static int csv_fd(const struct source *source)
{
	const struct csv_source *csv =
		container_of(source, const struct csv_source, source);

	return csv->reader && !csv->breathing ? reader_fd(csv->reader) : -1;
}

static void csv_free(struct source *source)
{
	struct csv_source *csv = container_of(source, struct csv_source, source);

	reader_free(csv->reader);
	columns_release(&csv->columns);
	cells_release(&csv->cells);
	buf_release(&csv->record);
	free(csv);
}

static const struct source_ops csv_ops = {
	.next = csv_next,
	.fd = csv_fd,
	.free = csv_free,
};

struct source *csv_open(struct reader *reader, const char *name, char delimiter)
{
	struct csv_source *csv = xcalloc(1, sizeof(*csv));

	csv->source.ops = &csv_ops;
	csv->reader = reader;
	csv->name = name;
	csv->delimiter = delimiter;
	buf_init(&csv->record);
	return &csv->source;
}
