/* naming.h - from URL to safe file name: the one naming function of the program.
 *
 * Whatever names a file (URL, out=, dir=, template, Metalink, S3 key) passes through
 * naming_path; what a server says in a header, through naming_given. What comes of either is
 * relative, has no empty, "." or ".." component, no component over 255 bytes, no control
 * characters, and no leading dot in a component that came from the network. naming_path names
 * no path that this job has named before.
 *
 * Refused are attempts to lead elsewhere ("." and ".." in out= and dir=, or hidden in the URL
 * by encoding or backslashes; absolute paths), ".seine" in front, no name at all, and a path
 * over 3,840 bytes. Rewritten as %XX are control characters, backslashes, slashes that are
 * encoded in the URL, and bytes that are not UTF-8. A last segment that is empty is called
 * "index.html". out= (or known-as=) goes before the template, dir= in front of either.
 *
 * Does not touch the file system (store/outdir refuses links on the way). Pure, but for the
 * names it remembers; not thread-safe. Memory: about 5 bytes a name, so that ten million
 * names fit in 60 MB.
 *
 * Template: {host}, {path} (all of the URL's path, decoded: "a/b/c.tar.gz"), {dir} (it without
 * its last segment: "a/b"), {base} (the last segment: "c.tar.gz"), {stem} and {ext} (base cut
 * at its last dot: "c.tar" and ".gz"), {query}, {n} (number, zero-padded to 6 digits), {hash}
 * (8 hex digits of the URL's hash). "{{" and "}}" are braces. */
#ifndef SEINE_CORE_NAMING_H
#define SEINE_CORE_NAMING_H

#include "base/attr.h"
#include "base/diag.h"
#include "core/entry.h"

struct naming;

/* `template` (borrowed for the call) as --name gives it; NULL is "{base}". KIND_USAGE and
 * NULL when it is malformed. */
struct naming *naming_new(const char *template, struct error *err) must_check;
void naming_free(struct naming *naming);

/* The path for an entry (url must be parsed), relative to the output directory; you own it.
 * NULL and KIND_BAD_NAME when no safe name comes of it: err->text says what is wrong.
 *
 * Collisions (compared NFC-normalised and case-folded, as other file systems do) are resolved
 * in the order of calls by "~HHHHHHHH" before the extension, from the URL's hash. A name over
 * 255 bytes is shortened, with the hash, its extension kept. */
char *naming_path(
	struct naming *naming, const struct entry *entry, struct error *err) must_check;

/* Does not the entry's number, but only what it is, make its name? */
bool naming_is_by_content(const struct naming *naming, const struct entry *entry);

/* What a server calls the file of an entry (path and url must be set): the last component of a
 * path, made safe as one of a URL is, so that what is safe stays as it is. White space around it
 * does not count. NULL when there is a slash or backslash in it, when nothing is left, or when it
 * would lead elsewhere. You own it. */
char *naming_given(const struct entry *entry, const char *given) must_check;
/* The path of what is called `name` (by naming_given) beside `path`. You own it. */
char *naming_beside(const char *path, const char *name) must_check;

/* Would naming_path take this as out=, of the only file? -1 and KIND_BAD_NAME when not: err->text
 * is only why. */
int naming_check(const char *out, struct error *err) must_check;

/* The k-th alternative (k from 1) for --existing=rename: "stem.K.ext". You own it. */
char *naming_alternative(const char *path, unsigned k);

#endif
