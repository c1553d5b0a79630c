/* plan.h - which bytes of one file, of a known size, are here, on the way, or missing.
 *
 * Each byte is in exactly one of these states. What is on the way is leased: a lease is a range
 * that one attempt fetches, and nobody else. An attempt that fails gives back what it has not
 * brought; one that is slow can be made to give up half of the rest. So whatever fails, is
 * split, or is resumed, no byte is fetched by two at a time, and none is forgotten.
 *
 * Where the file has pieces that are verified one by one (pieces.h), all ranges consist of whole
 * pieces: of a piece that has come in part nothing is here.
 *
 * It does not know time, rates, requests, validators, digests or disks: who tells it that bytes
 * are here has written and verified them. Memory is proportional to the number of leases and
 * holes, and so is the time of each verb. Pure; one owner, the scheduler; not thread-safe: an
 * attempt that runs elsewhere gets copies of the numbers of its lease. */
#ifndef SEINE_CORE_PLAN_H
#define SEINE_CORE_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/list.h"
#include "core/range.h"

enum stretch_state {
	STRETCH_MISSING,
	STRETCH_APART, /* a piece that is missing, and is to be leased by itself */
	STRETCH_LEASED,
	STRETCH_HERE
};

/* A stretch of the file. As a lease it is valid from plan_take() to plan_return() (or
 * plan_release()), and `range` may be read; the rest is the plan's. */
struct stretch {
	struct range range; /* plan_split() may lower its end */
	enum stretch_state state;
	struct list link; /* in plan->stretches */
};

struct plan {
	struct list stretches; /* all of the file, in order, as few as can be */
	int64_t size;
	int64_t unit; /* bytes of a piece; 1 where there are none */
	int64_t here; /* bytes */
};

/* All of `size` bytes (0 to 2^63-1) is missing. `unit`: the length of a piece, from 1. */
void plan_init(struct plan *plan, int64_t size, int64_t unit);
/* Leases still out are gone then. */
void plan_release(struct plan *plan);

/* These bytes are here, as far as they are whole pieces. Those that are leased remain so until
 * they are returned. -1, and nothing changes, when the file has no such range. */
int plan_have(struct plan *plan, struct range range) must_check;

/* Lease the first missing range: `chunk` bytes of it at most, or as many as are whole pieces
 * then (0: as long as it is). NULL when nothing is missing. */
struct stretch *plan_take(struct plan *plan, int64_t chunk);

/* The lease ends, with so many bytes from its start here, or more than it has (its end may have
 * been lowered meanwhile); of these, whole pieces stay. What is left is missing again. */
void plan_return(struct plan *plan, struct stretch *lease, int64_t written);

/* The piece that begins at `first`, if it is missing, is to be leased by itself. */
void plan_set_apart(struct plan *plan, int64_t first);

/* Lower the end of a lease, of which so many bytes have been received: the second half of the
 * rest becomes missing, from the end of a piece on; or from a multiple of 64 KiB on where that
 * leaves the first half long enough. Returns the lease's new last byte; -1, and nothing
 * changes, when one half would have under `least` bytes (at least 1). */
int64_t plan_split(
	struct plan *plan, struct stretch *lease, int64_t received, int64_t least);

/* Is every byte here? */
bool plan_complete(const struct plan *plan);
/* Bytes that are neither here nor leased, that is, how much there is to take. */
int64_t plan_bytes_missing(const struct plan *plan);

/* How a file is to be cut. */
struct plan_wish {
	int64_t chunk; /* bytes, as the user wants it; 0: to be found out */
	int64_t split; /* chunks of one file under way at most */
	int64_t least; /* a smaller file is not cut */
	int64_t lanes; /* of `split`, as many as other limits allow; 0: one */
};

/* The chunk for plan_take(): what one attempt fetches in about 3 s, when one has been measured
 * at `rate` bytes per second (0: not known), from 8 MiB (4 MiB below 1 MiB/s) to 64 MiB; or
 * what the user wants. 0: one stream, for a file that has less than two chunks or less than
 * wish->least, or where split is 1. While the size is not known (-1), it is the length of the
 * first request. */
int64_t plan_chunk(const struct plan_wish *wish, int64_t size, int64_t rate);

#endif
