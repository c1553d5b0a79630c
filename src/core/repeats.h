/* repeats.h - which entries a job has been asked for before, in every detail.
 *
 * Kept are fingerprints, of 64 bits, of the last half a million entries at least, in 16 MiB at
 * most: what comes again later than that is not noticed. One owner; no lock. */
#ifndef SEINE_CORE_REPEATS_H
#define SEINE_CORE_REPEATS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/entry.h"

struct repeats;

/* `seed` should be random, so that nobody can make an entry that passes for another. */
struct repeats *repeats_new(uint64_t seed);
void repeats_free(struct repeats *repeats); /* NULL is fine */

/* Add the entry. True when one was there that has the same URLs, and all else that a list can say
 * of it; where that said so does not count. */
bool repeats_add(struct repeats *repeats, const struct entry *entry);

#endif
