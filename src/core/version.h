/* version.h - which state of a file a server has: its length and validators.
 *
 * To ask for further ranges of a file, or to go on after a failure, is safe only where the server
 * can be told which state is meant (If-Range), so that bytes of two states never end in one file.
 * A strong ETag says so; else a Last-Modified that was a minute old when the answer was made (RFC
 * 9110 asks for a second, and clocks differ). Plain data; pure. RFC 9110 sections 8.8 and 13.1.5.
 *
 * A digest of the whole file is not asked with, but says which state it is wherever the file is
 * (RFC 6249 section 6), and the bytes are compared with it in the end. Nor does what a server
 * calls the file say which state it is; but whose answer decides which state is fetched, its name
 * counts. */
#ifndef SEINE_CORE_VERSION_H
#define SEINE_CORE_VERSION_H

#include <stdbool.h>
#include <stdint.h>

struct version {
	int64_t size;   /* bytes; -1: not known */
	char *etag;     /* strong, with its quotes; NULL: none */
	char *modified; /* Last-Modified as it was sent, if it is strong; NULL: none */
	int64_t mtime;  /* Last-Modified in seconds since 1970; -1: none */
	/* "sha-256=HEX" of all of it, as the server says, or another digest that is at
	 * least as strong; NULL: none. */
	char *digest;
	/* How it says so: a header; or "journal": to an earlier run; static. */
	const char *digest_by;
	char *name; /* what the server calls it, made safe (naming_given); NULL: nothing */
};

#define VERSION_UNKNOWN                                                                \
	{                                                                              \
		.size = -1, .mtime = -1                                                \
	}

void version_release(struct version *version);
/* *to is released first. */
void version_copy(struct version *to, const struct version *from);
/* What If-Range is to say; NULL when nothing pins the file. Borrowed from the version. */
const char *version_pin(const struct version *version);
/* Could both be the same state? Not when the lengths, or digests of the same kind, or the
 * validators that both have differ; validators say nothing where digests are equal. */
bool version_agrees(const struct version *a, const struct version *b);

#endif
