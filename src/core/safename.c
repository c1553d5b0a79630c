/* safename.c - see safename.h. Whatever is added comes out as valid UTF-8 without
 * control characters, so that all later steps may rely on it (a cut need only look for
 * the first byte of a character). */
#include "core/safename.h"

#include <string.h>
#include <strings.h>

#include "base/hash.h"
#include "base/hex.h"
#include "base/text.h"

#define EXTENSION_MAX 32 /* bytes, with the dot; what is longer is no extension */

/* After ".tar" these belong to one extension with it. */
static const char *const compressions[] = {".gz", ".xz", ".bz2", ".zst"};

static bool is_plain(unsigned code)
{
	if (code < 0x80)
		return code >= ' ' && code != 0x7f && code != '/' && code != '\\';
	return code >= 0xa0; /* else C1 */
}

static bool at_start(const struct buf *path)
{
	return path->len == 0 || path->data[path->len - 1] == '/';
}

void safename_add(
	struct buf *path, const char *text, size_t len, enum safename_from from)
{
	size_t plain = 0; /* start of the run not yet copied */

	if (from == SAFENAME_NETWORK && len > 0 && text[0] == '.' && at_start(path)) {
		buf_addch(path, '_');
		plain = 1;
	}
	for (size_t i = plain, size; i < len; i += size) {
		unsigned code = (unsigned char)text[i];

		size = code < 0x80 ? 1 : text_utf8_next(text + i, len - i, &code);
		if (size > 0 && is_plain(code))
			continue;
		if (size == 0)
			size = 1;
		buf_add(path, text + plain, i - plain);
		hex_add_escaped(path, text + i, size);
		plain = i + size;
	}
	buf_add(path, text + plain, len - plain);
}

void safename_add_slash(struct buf *path)
{
	if (!at_start(path))
		buf_addch(path, '/');
}

static bool is_slash(char c)
{
	return c == '/' || c == '\\';
}

bool safename_is_traversal(const char *text, size_t len)
{
	size_t start = 0;

	if (len == 1 && text[0] == '.')
		return true;
	for (size_t i = 0; i <= len; i++) {
		if (i < len && !is_slash(text[i]))
			continue;
		if (i - start == 2 && memcmp(text + start, "..", 2) == 0)
			return true;
		start = i + 1;
	}
	return false;
}

/* Where the extension of a name begins (at its dot); len when it has none. */
static size_t extension_of(const char *name, size_t len)
{
	const char *dot = memrchr(name, '.', len);
	size_t at = dot ? (size_t)(dot - name) : 0;
	size_t size = len - at;

	if (at == 0 || size < 2 || size > EXTENSION_MAX || memchr(dot, ' ', size))
		return len;
	for (size_t i = 0; at > 4 && i < ARRAY_LEN(compressions); i++) {
		if (strlen(compressions[i]) == size &&
			strncasecmp(dot, compressions[i], size) == 0 &&
			strncasecmp(dot - 4, ".tar", 4) == 0)
			return at - 4;
	}
	return at;
}

void safename_add_suffixed(
	struct buf *path, const char *name, size_t len, const char *suffix)
{
	size_t stem = extension_of(name, len);
	size_t room = SAFENAME_MAX - strlen(suffix) - (len - stem);
	size_t cut = stem;

	if (cut > room) {
		cut = room;
		while (cut > 0 && ((unsigned char)name[cut] & 0xc0) == 0x80)
			cut--;
	}
	buf_add(path, name, cut);
	buf_addstr(path, suffix);
	buf_add(path, name + stem, len - stem);
}

uint32_t safename_hash(const char *text, size_t len, uint64_t seed)
{
	return (uint32_t)(hash64(text, len, seed) >> 32);
}
