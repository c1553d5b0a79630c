/* secret.h - memory that must not be found again, and files of secrets. Any thread. Internal to
 * net/. */
#ifndef SEINE_NET_SECRET_H
#define SEINE_NET_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/diag.h"

/* Overwrite and free. NULL is fine. */
void secret_free(char *text);
/* The same, of a buf; for _cleanup_ too. What must not stay has to fit in what was reserved:
 * a buf that grows leaves its old bytes behind. */
void secret_release(struct buf *buf);

/* The whole file, at most `max` bytes, into an empty buf. On failure the text names `what` and
 * the path, quotes nothing of the file, and the code is an errno; the kind is the caller's. */
int secret_read(struct buf *out, const char *path, size_t max, const char *what,
	enum kind kind, struct error *err) must_check;

/* May it stand in a header: ASCII that is seen, without spaces, and not nothing? */
bool secret_is_plain(const char *text);

#endif
