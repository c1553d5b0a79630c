/* hex.h - hexadecimal digits and percent escapes (RFC 3986, 2.1), read and written. Pure. */
#ifndef SEINE_BASE_HEX_H
#define SEINE_BASE_HEX_H

#include <stddef.h>

#include "base/buf.h"

/* Bytes that mean the same in a URL whether or not they are escaped (RFC 3986, 2.3). */
#define HEX_UNRESERVED                                                                 \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~"

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

/* Append two digits per byte, in lower case. */
void hex_add(struct buf *out, const void *bytes, size_t len);
/* Append each byte as "%XX". */
void hex_add_escaped(struct buf *out, const char *text, size_t len);
/* Append the text, escaped but for the bytes that are in `plain`. */
void hex_add_encoded(struct buf *out, const char *text, const char *plain);

#endif
