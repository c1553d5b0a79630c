/* utf8.h - for tests: is a text what it must be wherever it is shown or stored? */
#ifndef SEINE_TESTS_UTF8_H
#define SEINE_TESTS_UTF8_H

#include "base/text.h"

static inline bool is_utf8(const char *text, size_t len)
{
	unsigned code;

	for (size_t i = 0, size; i < len; i += size) {
		size = text_utf8_next(text + i, len - i, &code);
		if (size == 0)
			return false;
	}
	return true;
}

#endif
