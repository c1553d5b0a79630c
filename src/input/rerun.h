/* rerun.h - the results of an earlier run as input: one record of --results, and the entry that
 * asks for the same again. Internal to jsonl.c.
 *
 * A record is an object with the members that every one has and nothing else is likely to:
 * "status", "url" and "filename_effective". Of it are taken what the entry asked for: `url` and
 * `mirrors`, the name that the job gave the file (`known-as` before all; else `out` and `dir`),
 * `checksum`, `size`, `referer`, `user-agent`, `max-tries` and `named-by`. All else tells of the
 * run, and is passed over; also `digest`, which is what the file was then: whoever wants it to be the same
 * asks for that.
 *
 * What results leave out because it may be secret, or is long, as the digests of pieces, cannot be
 * asked for again: such a record is refused, for a request without it would be another one, and a
 * file without a digest any file. Any thread. */
#ifndef SEINE_INPUT_RERUN_H
#define SEINE_INPUT_RERUN_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/json.h"
#include "core/entry.h"
#include "core/settings.h"

bool rerun_is_record(const json_t *object);

/* Does `only` leave the record out? */
bool rerun_is_left_out(const json_t *record, enum only only);

/* Fill a new entry. KIND_INPUT and -1 when that cannot be done. */
int rerun_fill(struct entry *entry, const json_t *record, struct error *err) must_check;

#endif
