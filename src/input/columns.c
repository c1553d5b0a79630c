/* columns.c - see columns.h. */
#include "input/columns.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/base64.h"
#include "base/buf.h"
#include "input/fields.h"

#define UNUSED_SHOWN 10 /* names of columns that the log tells of */

/* A column is given by the one of these that is set; by none when it is not used. */
struct column {
	bool is_url;
	const struct field *field;
	enum digest_alg hex, base64;
};

/* As options are written: lower case, with "-". */
static void normalise(char *name)
{
	for (; *name; name++) {
		if (*name >= 'A' && *name <= 'Z')
			*name = (char)(*name | 0x20);
		else if (*name == '_')
			*name = '-';
	}
}

static struct column column_of(const char *name)
{
	struct column column = {.is_url = strcmp(name, "url") == 0};

	column.field = field_find(name);
	column.hex = checksum_find(name, strlen(name));
	return column;
}

static bool is_unused(const struct column *column)
{
	return !column->is_url && !column->field && !column->hex && !column->base64;
}

static bool is_twice(const struct columns *columns, const struct column *column)
{
	if (!column->field || column->field->many)
		return false;
	for (size_t i = 0; i < columns->count; i++)
		if (columns->items[i].field == column->field)
			return true;
	return false;
}

static void tell_unused(
	const struct columns *columns, const struct cells *header, const char *shown)
{
	_cleanup_(buf_release) struct buf names = BUF_INIT;
	size_t unused = 0;

	for (size_t i = 0; i < columns->count; i++) {
		if (!is_unused(&columns->items[i]))
			continue;
		if (++unused <= UNUSED_SHOWN)
			buf_addf(&names, "%s%.40s", unused > 1 ? ", " : "",
				header->items[i]);
	}
	if (unused > 0)
		log_info("%s: columns that are not used: %s%s", shown, names.data,
			unused > UNUSED_SHOWN ? ", ..." : "");
}

int columns_from_header(struct columns *columns, const struct cells *header,
	const char *shown, struct error *err)
{
	bool any = false;

	columns->items = xcalloc(header->count, sizeof(*columns->items));
	for (size_t i = 0; i < header->count; i++) {
		struct column column;

		normalise(header->items[i]);
		column = column_of(header->items[i]);
		if (is_twice(columns, &column))
			return error_set(err, KIND_INPUT, 0,
				"the column \"%s\" is there twice", column.field->name);
		any |= column.is_url;
		columns->items[columns->count++] = column;
	}
	columns->least = columns->count;
	if (!any)
		return error_set(err, KIND_INPUT, 0,
			"no column is named \"url\"; the first line must name the "
			"columns, as url,out,sha256");
	tell_unused(columns, header, shown);
	return 0;
}

void columns_of_google(struct columns *columns)
{
	static const struct column google[] = {
		{.is_url = true}, {0}, {.base64 = DIGEST_MD5}};

	columns->count = ARRAY_LEN(google);
	columns->least = 1;
	columns->items = xcalloc(ARRAY_LEN(google), sizeof(*google));
	memcpy(columns->items, google, sizeof(google));
	columns->items[1].field = field_find("size");
}

void columns_release(struct columns *columns)
{
	free(columns->items);
	*columns = (struct columns){0};
}

static int set_digest(struct entry *entry, const struct column *column,
	const char *cell, struct error *err)
{
	struct checksum sum = {.alg = column->hex ? column->hex : column->base64};
	size_t len = strlen(cell);

	if (column->hex && checksum_from_hex(&sum, column->hex, cell, len) < 0)
		return error_set(err, KIND_INPUT, 0,
			"a checksum by %s is %zu hexadecimal digits",
			checksum_name(sum.alg), 2 * checksum_len(sum.alg));
	if (column->base64 &&
		base64_decode(sum.bytes, checksum_len(sum.alg), cell, len) < 0)
		return error_set(err, KIND_INPUT, 0,
			"a checksum by %s is the base64 of %zu bytes here",
			checksum_name(sum.alg), checksum_len(sum.alg));
	checksum_keep_stronger(&entry->checksum, &sum);
	return 0;
}

static int set_cell(struct entry *entry, const struct column *column, const char *cell,
	struct error *err)
{
	if (!*cell || is_unused(column))
		return 0;
	if (column->is_url)
		strings_add(&entry->urls, cell);
	else if (column->field)
		return column->field->set(entry, cell, err);
	else
		return set_digest(entry, column, cell, err);
	return 0;
}

int columns_fill(const struct columns *columns, const struct cells *row,
	struct entry *entry, struct error *err)
{
	if (row->count < columns->least)
		return error_set(err, KIND_INPUT, 0,
			"this record has only %zu of %zu values", row->count,
			columns->count);
	if (row->count > columns->count)
		return error_set(err, KIND_INPUT, 0,
			"this record has %zu values for %zu columns; one with the "
			"separator in it must be quoted",
			row->count, columns->count);
	for (size_t i = 0; i < row->count; i++)
		if (set_cell(entry, &columns->items[i], row->items[i], err) < 0)
			return -1;
	if (entry->urls.count == 0)
		return error_set(err, KIND_INPUT, 0, "there is no URL in it");
	return 0;
}
