/* base64.h - base64 (RFC 4648, section 4), read strictly: no white space, no other alphabet,
 * padding in full. Pure; any thread. */
#ifndef SEINE_BASE_BASE64_H
#define SEINE_BASE_BASE64_H

#include <stddef.h>

#include "base/attr.h"

/* Decode `text` if it stands for exactly `want` bytes, into bytes. -1 when it does not, or is
 * no base64; bytes may have been written to then. */
int base64_decode(
	unsigned char *bytes, size_t want, const char *text, size_t len) must_check;

#endif
