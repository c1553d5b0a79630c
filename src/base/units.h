/* units.h - sizes, rates and durations as people write and read them.
 *
 * Sizes are 1024-based as in aria2 and wget: "4096", "8M", "1.5G" (K M G T P, either case, an
 * optional "B" or "iB" after the letter). A rate is a size per second: "10M", "10M/s".
 * Durations: "500ms", "10s", "2m", "1h", "1d", "90" (seconds), "1.5s", or a sum of them as
 * "1h30m". Pure; any thread. */
#ifndef SEINE_BASE_UNITS_H
#define SEINE_BASE_UNITS_H

#include <stdint.h>

#include "base/attr.h"
#include "base/clock.h"

/* Each parser takes the whole text; 0, or -1 when it is no such thing, is negative, or does
 * not fit. The result is not touched on failure. */
int units_parse_size(const char *text, int64_t *bytes) must_check;
int units_parse_rate(const char *text, int64_t *bytes_per_second) must_check;
/* "10" and "10/s", "30/m", "100/h": how often, as a number per hour. */
int units_parse_frequency(const char *text, int64_t *per_hour) must_check;
int units_parse_duration(const char *text, nstime *span) must_check;
int units_parse_count(const char *text, int64_t *count) must_check; /* plain digits */

#define UNITS_LEN 24 /* enough for any text below, with its NUL */

/* "0 B", "999 B", "1.2 KiB", "345 MiB": at most 3 digits and one decimal. Returns out. */
char *units_format_size(char out[UNITS_LEN], int64_t bytes);
/* "0.041 s", "2.31 s", "1:02:03" from a minute up (h:mm:ss or m:ss). Returns out. */
char *units_format_duration(char out[UNITS_LEN], nstime span);

#endif
