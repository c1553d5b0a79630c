/* text.h - text from strangers, made safe to show and to store.
 *
 * Names, headers and error texts come from the network: whatever reaches a terminal passes
 * text_add_printable, whatever reaches JSON passes text_add_utf8. Pure; any thread. */
#ifndef SEINE_BASE_TEXT_H
#define SEINE_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* What a token of HTTP, such as the name of a header, is made of: RFC 9110, 5.6.2. */
#define TEXT_TOKEN_CHARS                                                               \
	"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"               \
	"!#$%&'*+-.^_`|~"

/* Is it a header's line ("Name: value") of this name? */
bool text_is_field(const char *line, const char *name);

/* Length in bytes of the byte order mark that the text begins with, as editors of Windows write it;
 * 0: with none. */
#define TEXT_BOM "\xef\xbb\xbf"
#define TEXT_BOM_LEN 3
size_t text_bom(const char *text, size_t len);

/* Length in bytes of the well-formed UTF-8 character at text (RFC 3629: no surrogates, no
 * overlong forms), 0 when it is not one; *code gets the code point. */
size_t text_utf8_next(const char *text, size_t len, unsigned *code);
/* Is all of it valid UTF-8? */
bool text_is_utf8(const char *text, size_t len);

/* Append text with C0, DEL, C1, bidi controls (U+200E U+200F U+061C U+202A-202E U+2066-2069)
 * and bytes that are not UTF-8 written as \xNN or \u{NNNN}; tab and newline too. */
void text_add_printable(struct buf *out, const char *text, size_t len);

/* Append text as valid UTF-8: bytes that are not UTF-8 are written as %NN, NUL too. */
void text_add_utf8(struct buf *out, const char *text, size_t len);

/* Columns that the (printable) text takes on a terminal, as wcwidth says. */
int text_width(const char *text, size_t len);

#endif
