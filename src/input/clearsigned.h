/* clearsigned.h - what a text says that is signed as text: OpenPGP's cleartext signature
 * framework (RFC 9580, section 7), a line at a time.
 *
 * The signature is passed over, not checked. Who has had it checked elsewhere was told nothing
 * of what stands outside the signed text: blank lines and those that begin with "#" may, all
 * else makes the text bad. What is not signed in this way passes as it is. Pure; no I/O. */
#ifndef SEINE_INPUT_CLEARSIGNED_H
#define SEINE_INPUT_CLEARSIGNED_H

#include <stdbool.h>

#include "base/attr.h"

enum clearsigned_state {
	CLEARSIGNED_NOTHING, /* so far: neither a message nor any other line */
	CLEARSIGNED_NOT,     /* lines of no message: none may follow */
	CLEARSIGNED_HEADERS,
	CLEARSIGNED_TEXT,
	CLEARSIGNED_SIGNATURE,
	CLEARSIGNED_BEHIND /* only another message may follow */
};

struct clearsigned {
	enum clearsigned_state state; /* {0} before the first line */
};

/* The next line. Returns what of it is text: its end, when it only holds the message together;
 * NULL when all is bad: *why says in what way. */
char *clearsigned_line(
	struct clearsigned *message, char *line, const char **why) must_check;
/* Does the text end within a message? */
bool clearsigned_breaks_off(const struct clearsigned *message);
/* Was there a message that is whole, with its signature? */
bool clearsigned_is_signed(const struct clearsigned *message);

#endif
