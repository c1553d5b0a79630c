/* stamp.h - which version of a file at the server a finished file is, for --existing=update.
 *
 * Kept in an extended attribute of the file itself: it goes where the file goes, is gone when
 * the file is, costs no memory for a million files, and needs no name of its own. It counts only
 * as long as the file has the length and time that it had then. Where the file system has no
 * such attributes, the time of modification remains, which is the server's (--remote-time).
 * xattr(7). Any thread. */
#ifndef SEINE_STORE_STAMP_H
#define SEINE_STORE_STAMP_H

#include "core/version.h"
#include "store/outdir.h"

/* Write the ETag to the file that has this name. What cannot be written is only logged. */
void stamp_set(struct outdir *outdir, const char *path, const char *etag);
/* What is known of the file of this name: its length and time, and its ETag if it is stamped.
 * -1 when there is no such regular file; then *version is left alone. */
int stamp_get(
	struct outdir *outdir, const char *path, struct version *version) must_check;

#endif
