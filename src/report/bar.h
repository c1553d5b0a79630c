/* bar.h - the lines of the progress display: facts in, text out. Internal to report/. Pure. */
#ifndef SEINE_REPORT_BAR_H
#define SEINE_REPORT_BAR_H

#include <stdint.h>

#include "base/buf.h"
#include "base/clock.h"

struct bar_facts {
	uint64_t done, failed, in_flight; /* files */
	uint64_t chunks; /* in flight: more than files where these come in several */
	int64_t bytes;
	int64_t recent;     /* bytes of the last while ... */
	nstime recent_span; /* ... which was so long */
};

/* One file that comes. */
struct bar_file {
	const char *name; /* as it came from outside */
	int64_t here;     /* bytes */
	int64_t size;     /* -1: not known */
	int64_t fetched;  /* bytes, of those that are here ... */
	nstime span;      /* ... in so long */
};

/* Append "1,234 done, 3 failed, 64 in flight (72 chunks), 120 MiB, 24 MiB/s" in at most so many
 * columns: where they are too few, what matters least is left out. No newline. */
void bar_add_total(struct buf *out, const struct bar_facts *facts, int columns);

/* Append "  NAME      46%, 120 MiB, 24 MiB/s, 6 s left" in at most so many columns, the name
 * made printable and its middle cut. No newline. */
void bar_add_file(struct buf *out, const struct bar_file *file, int columns);

#endif
