/* fuzz_input.c - input/input.h: any input of which nobody says what it is. See entries.h for
 * the claims; one more is that it is taken for the same from a pipe that says little at
 * first. */
#include "input/input.h"

#include "entries.h"

static struct source *open_input(void)
{
	static char name[] = "-";
	static char *names[] = {name};
	static const struct settings settings = {
		.inputs = {.items = names, .count = 1}};

	return input_open(&settings);
}

void fuzz_input(const uint8_t *data, size_t len)
{
	entries_check(open_input, ENTRIES_QUOTE, data, len);
}
