/* fuzz_text.c - base/text.h and base/json.h, with any bytes.
 *
 * Claims: what is to be shown has nothing that a terminal acts on, no character that reorders
 * others, and is the text itself where that is harmless; what is to be stored is UTF-8, and so
 * is the text itself; a record is one line of plain ASCII that a parser reads back. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "fuzz.h"

/* U+061C, U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069, as UTF-8. */
static bool has_bidi(const char *text)
{
	for (; *text; text++) {
		const unsigned char *at = (const unsigned char *)text;

		if (at[0] == 0xd8 && at[1] == 0x9c)
			return true;
		if (at[0] != 0xe2)
			continue;
		if (at[1] == 0x80 && (at[2] == 0x8e || at[2] == 0x8f ||
					     (at[2] >= 0xaa && at[2] <= 0xae)))
			return true;
		if (at[1] == 0x81 && at[2] >= 0xa6 && at[2] <= 0xa9)
			return true;
	}
	return false;
}

static void check_shown(const char *text, size_t len)
{
	_cleanup_(buf_release) struct buf shown = BUF_INIT;
	bool harmless = fuzz_is_clean(text, len);

	text_add_printable(&shown, text, len);
	must(strlen(shown.data) == shown.len);
	must(fuzz_is_clean(shown.data, shown.len) && !has_bidi(shown.data));
	must(shown.len >= len);
	must(text_width(shown.data, shown.len) >= 0);
	if (harmless && !has_bidi(shown.data) && shown.len == len)
		must(memcmp(shown.data, text, len) == 0);
	/* Once is enough. */
	if (!memchr(shown.data, '\\', shown.len))
		must(harmless && shown.len == len);
}

static void check_stored(const char *text, size_t len)
{
	_cleanup_(buf_release) struct buf stored = BUF_INIT, line = BUF_INIT;
	json_t *object = json_new(), *back;
	const char *value;
	char *copy;

	text_add_utf8(&stored, text, len);
	must(text_is_utf8(stored.data, stored.len));
	must(strlen(stored.data) == stored.len);
	if (text_is_utf8(text, len) && !memchr(text, '\0', len))
		must(stored.len == len && memcmp(stored.data, text, len) == 0);

	copy = strndup(text, len);
	must(copy);
	json_put_text(object, "text", copy);
	json_add_line(&line, object);
	for (size_t i = 0; i + 1 < line.len; i++)
		must(line.data[i] >= 0x20 && line.data[i] < 0x7f);
	must(line.data[line.len - 1] == '\n');
	back = json_read(line.data, line.len);
	value = json_string_value(json_object_get(back, "text"));
	buf_clear(&stored);
	text_add_utf8(&stored, copy, strlen(copy));
	must(value && strcmp(value, stored.data) == 0);
	json_decref(back);
	json_decref(object);
	free(copy);
}

void fuzz_text(const uint8_t *data, size_t len)
{
	const char *text = len > 0 ? (const char *)data : "";
	json_t *object;

	check_shown(text, len);
	check_stored(text, len);
	object = json_read(text, len);
	must(!object || json_is_object(object));
	json_decref(object);
}
