/* strings.c - see strings.h. The vector is full at every power of two: there is no capacity to keep
 * for vectors that mostly hold one. */
#include "base/strings.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

void strings_add(struct strings *strings, const char *text)
{
	strings_take(strings, xstrdup(text));
}

void strings_take(struct strings *strings, char *text)
{
	if ((strings->count & (strings->count - 1)) == 0) {
		size_t room = strings->count ? 2 * strings->count : 1;

		strings->items =
			xreallocarray(strings->items, room, sizeof(*strings->items));
	}
	strings->items[strings->count++] = text;
}

void strings_remove(struct strings *strings, size_t index)
{
	free(strings->items[index]);
	strings->count--;
	memmove(strings->items + index, strings->items + index + 1,
		(strings->count - index) * sizeof(*strings->items));
}

void strings_release(struct strings *strings)
{
	for (size_t i = 0; i < strings->count; i++)
		free(strings->items[i]);
	free(strings->items);
	*strings = (struct strings){0};
}
