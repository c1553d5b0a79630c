/* sums.h - the checksums of files, as sha256sum and its kin write them, looked up by name.
 *
 * A line is "HEX  NAME" or "HEX *NAME" (one space will do), or, as --tag and BSD have it,
 * "ALG (NAME) = HEX". A backslash before it says that in NAME "\n", "\r" and "\\" stand for
 * a newline, a return and a backslash. Blank lines and those that begin with "#" say nothing.
 * Without ALG the number of digits tells the algorithm: md5, sha-1, sha-224, sha-256, sha-384,
 * or sha-512, which is blake2b-512 where the file's own name has "b2sum" or "blake2" in it. Of
 * several checksums of a name the strongest holds; two of one algorithm that differ make the
 * second line bad. gzip is transparent. Of a file that is signed as text (input/clearsigned) the
 * text counts; that its signature is not checked is logged.
 *
 * All of it is read before the first look-up, and kept. Names are compared, never opened. One
 * thread at a time. */
#ifndef SEINE_INPUT_SUMS_H
#define SEINE_INPUT_SUMS_H

#include "base/attr.h"
#include "core/checksum.h"
#include "core/source.h"

struct sums;

/* `files` are paths; borrowed. */
struct sums *sums_new(const struct strings *files) must_check;
void sums_free(struct sums *sums); /* NULL is fine */

/* Read on; never SOURCE_ENTRY. SOURCE_AGAIN: not yet; sums_fd() as with a source.
 * SOURCE_BAD: a line that is none, *err naming it; it is passed over. SOURCE_BROKEN: a file that
 * cannot be read (any further): what is known is not all. SOURCE_END: all is read. */
enum source_status sums_read(struct sums *sums, struct error *err) must_check;
int sums_fd(const struct sums *sums);

/* The checksum of the file with this path below the output directory: that of the same name
 * ("./" before it does not count), else that of the name with the same last component, if
 * there is only one such. NULL when there is none. Borrowed. */
const struct checksum *sums_find(const struct sums *sums, const char *path);

#endif
