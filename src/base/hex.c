#include "base/hex.h"

#include <string.h>

static void add_byte(struct buf *out, unsigned char byte, const char *digits)
{
	buf_addch(out, digits[byte >> 4]);
	buf_addch(out, digits[byte & 0xf]);
}

void hex_add(struct buf *out, const void *bytes, size_t len)
{
	const unsigned char *byte = bytes;

	buf_reserve(out, 2 * len);
	for (size_t i = 0; i < len; i++)
		add_byte(out, byte[i], "0123456789abcdef");
}

void hex_add_escaped(struct buf *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		buf_addch(out, '%');
		add_byte(out, (unsigned char)text[i], "0123456789ABCDEF");
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
