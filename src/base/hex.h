/* hex.h - hexadecimal digits and percent escapes. Pure. */
#ifndef SEINE_BASE_HEX_H
#define SEINE_BASE_HEX_H

#include <stddef.h>

/* -1 when c is no hexadecimal digit. */
static inline int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The byte that the text's first three characters stand for as "%XX"; -1 when they are no
 * such escape, or len is under 3. */
static inline int hex_escape(const char *text, size_t len)
{
	int high, low;

	if (len < 3 || text[0] != '%')
		return -1;
	high = hex_digit(text[1]);
	low = hex_digit(text[2]);
	return high < 0 || low < 0 ? -1 : high << 4 | low;
}

#endif
