/* text.c - see text.h. One strict UTF-8 decoder, and two writers over it that copy runs
 * of harmless text whole and spell out the rest. */
#include "base/text.h"

#include <limits.h>
#include <string.h>
#include <strings.h>
#include <wchar.h>

#include "base/hex.h"

static bool is_continuation(unsigned char byte)
{
	return (byte & 0xc0) == 0x80;
}

bool text_is_field(const char *line, const char *name)
{
	size_t len = strlen(name);

	return strncasecmp(line, name, len) == 0 && line[len] == ':';
}

size_t text_bom(const char *text, size_t len)
{
	return len >= TEXT_BOM_LEN && memcmp(text, TEXT_BOM, TEXT_BOM_LEN) == 0
		       ? TEXT_BOM_LEN
		       : 0;
}

size_t text_utf8_next(const char *text, size_t len, unsigned *code)
{
	/* The least code point that needs so many bytes: anything under it is overlong. */
	static const unsigned least[] = {0, 0, 0x80, 0x800, 0x10000};
	const unsigned char *bytes = (const unsigned char *)text;
	unsigned value;
	size_t size;

	if (len == 0)
		return 0;
	value = bytes[0];
	if (value < 0x80) {
		*code = value;
		return 1;
	}
	if (value < 0xc2 || value > 0xf4)
		return 0;
	size = value < 0xe0 ? 2 : value < 0xf0 ? 3 : 4;
	if (len < size)
		return 0;
	value &= 0x7fU >> size;
	for (size_t i = 1; i < size; i++) {
		if (!is_continuation(bytes[i]))
			return 0;
		value = value << 6 | (bytes[i] & 0x3f);
	}
	if (value < least[size] || value > 0x10ffff ||
		(value >= 0xd800 && value < 0xe000))
		return 0;
	*code = value;
	return size;
}

bool text_is_utf8(const char *text, size_t len)
{
	unsigned code;

	for (size_t i = 0, size; i < len; i += size) {
		size = text_utf8_next(text + i, len - i, &code);
		if (size == 0)
			return false;
	}
	return true;
}

/* Does the character reorder the text around it, so that it reads as what it is not? */
static bool is_bidi(unsigned code)
{
	return code == 0x061c || code == 0x200e || code == 0x200f ||
	       (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}

static bool is_printable(unsigned code)
{
	if (code < 0x20 || (code >= 0x7f && code < 0xa0))
		return false;
	return !is_bidi(code);
}

void text_add_printable(struct buf *out, const char *text, size_t len)
{
	size_t plain = 0; /* start of the run not yet copied */

	for (size_t i = 0, size; i < len; i += size) {
		unsigned code = 0;

		size = text_utf8_next(text + i, len - i, &code);
		if (size > 0 && is_printable(code))
			continue;
		buf_add(out, text + plain, i - plain);
		if (size > 1) {
			buf_addf(out, "\\u{%04X}", code);
		} else {
			buf_addf(out, "\\x%02X", (unsigned char)text[i]);
			size = 1;
		}
		plain = i + size;
	}
	buf_add(out, text + plain, len - plain);
}

void text_add_utf8(struct buf *out, const char *text, size_t len)
{
	size_t plain = 0;

	for (size_t i = 0, size; i < len; i += size) {
		unsigned code = 0;

		size = text_utf8_next(text + i, len - i, &code);
		if (size > 0 && code != 0)
			continue;
		buf_add(out, text + plain, i - plain);
		hex_add_escaped(out, text + i, 1);
		size = 1;
		plain = i + size;
	}
	buf_add(out, text + plain, len - plain);
}

int text_width(const char *text, size_t len)
{
	int width = 0;

	for (size_t i = 0, size; i < len && width < INT_MAX - 2; i += size) {
		unsigned code = 0;
		int columns = -1;

		size = text_utf8_next(text + i, len - i, &code);
		if (size > 0)
			columns = wcwidth((wchar_t)code);
		else
			size = 1;
		/* -1: the locale does not know it; a terminal will show something. */
		width += columns >= 0 ? columns : 1;
	}
	return width;
}
