/* options_find.c - finding a row of the table. */
#include <string.h>

#include "cli/options.h"

const struct option_row *option_find(const char *name, size_t len)
{
	for (const struct option_row *row = options; row->name; row++) {
		if (strlen(row->name) == len && memcmp(row->name, name, len) == 0)
			return row;
	}
	return NULL;
}

const struct option_row *option_find_letter(char letter)
{
	for (const struct option_row *row = options; row->name; row++) {
		if (row->letter && row->letter == letter)
			return row;
	}
	return NULL;
}

bool option_is_switch(const struct option_row *row)
{
	return row->type == OPTION_FLAG || row->type == OPTION_SET;
}

const struct option_row *option_find_negated(const char *name, size_t len)
{
	const struct option_row *row;

	if (len <= 3 || strncmp(name, "no-", 3) != 0)
		return NULL;
	row = option_find(name + 3, len - 3);
	return row && option_is_switch(row) ? row : NULL;
}
