/* base64.c - see base64.h. */
#include "base/base64.h"

#include <stdint.h>

/* -1 when c is no digit. */
static int digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

int base64_decode(unsigned char *bytes, size_t want, const char *text, size_t len)
{
	size_t digits = want / 3 * 4 + (want % 3 ? want % 3 + 1 : 0), done = 0;
	uint32_t held = 0;
	int bits = 0;

	if (len != (want + 2) / 3 * 4)
		return -1;
	for (size_t i = 0; i < len; i++) {
		int value = i < digits ? digit(text[i]) : text[i] == '=' ? 0 : -1;

		if (value < 0)
			return -1;
		if (i >= digits)
			continue;
		held = held << 6 | (uint32_t)value;
		bits += 6;
		if (bits < 8)
			continue;
		bits -= 8;
		bytes[done++] = (unsigned char)(held >> bits);
		held &= (1u << bits) - 1;
	}
	/* What is left over of the last digit says nothing. */
	return held ? -1 : 0;
}
