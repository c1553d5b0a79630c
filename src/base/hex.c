#include "base/hex.h"

#include <string.h>

/* Where there is room for it, and for a NUL after it: signatures and digests are made for each
 * file, and as many buf_addch would be ten times the work. */
static void put_byte(struct buf *out, unsigned char byte, const char *digits)
{
	out->data[out->len++] = digits[byte >> 4];
	out->data[out->len++] = digits[byte & 0xf];
	out->data[out->len] = '\0';
}

void hex_add(struct buf *out, const void *bytes, size_t len)
{
	const unsigned char *byte = bytes;

	buf_reserve(out, 2 * len);
	for (size_t i = 0; i < len; i++)
		put_byte(out, byte[i], "0123456789abcdef");
}

void hex_add_escaped(struct buf *out, const char *text, size_t len)
{
	buf_reserve(out, 3 * len);
	for (size_t i = 0; i < len; i++) {
		out->data[out->len++] = '%';
		put_byte(out, (unsigned char)text[i], "0123456789ABCDEF");
	}
}

void hex_add_encoded(struct buf *out, const char *text, const char *plain)
{
	while (*text) {
		size_t run = strspn(text, plain);

		buf_add(out, text, run);
		text += run;
		run = strcspn(text, plain);
		hex_add_escaped(out, text, run);
		text += run;
	}
}
