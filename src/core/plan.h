/* plan.h - which bytes of one file are here, on the way, or missing.
 *
 * Each byte is in exactly one of these states. What is on the way is leased: a lease is a range
 * that one attempt fetches, and nobody else. An attempt that fails gives back what it has not
 * written; one that is slow can be made to give up half of the rest. So whatever fails, is
 * split, or is resumed, no byte is fetched by two at a time, and none is forgotten.
 *
 * It does not know time, rates, requests, validators or disks: who tells it that bytes are
 * here has written them. Memory is proportional to the number of leases and holes, and so is
 * the time of each verb. Pure; one owner, the scheduler; not thread-safe: an attempt that runs
 * elsewhere gets copies of the numbers of its lease.
 *
 * How it is used:
 *
 * - The first attempt takes the first chunk of a file of unknown size. Until plan_size() it
 *   is the only lease there can be.
 * - An answer of the whole file where a range was asked for (200) makes the lease wrong: reset,
 *   tell the size if it is known, and take a lease of chunk 0, which is all of it. It is the
 *   same attempt that goes on with it. The size of a stream that did not announce it is told
 *   before its lease is returned.
 * - The file has changed: reset, and start over.
 * - A resume: tell the size, then plan_have() of each range in the journal. */
#ifndef SEINE_CORE_PLAN_H
#define SEINE_CORE_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/list.h"
#include "core/range.h"

enum piece_state {
	PIECE_MISSING,
	PIECE_LEASED,
	PIECE_HERE,
	PIECE_DEAD /* leased when the plan was reset */
};

/* A stretch of the file. As a lease it is valid from plan_take() to plan_return() (or
 * plan_release()), and `range` may be read; the rest is the plan's. */
struct piece {
	struct range range; /* plan_split() and plan_size() may lower its end */
	int64_t written;    /* of a lease: bytes from its start that are here */
	enum piece_state state;
	struct list link; /* in plan->pieces, or plan->dead */
};

struct plan {
	struct list pieces; /* all of the file, in order, as few as can be */
	struct list dead;   /* leases out from before a reset */
	int64_t size;       /* -1: not known */
	int64_t here;       /* bytes */
	size_t n_leases;    /* out, without the dead */
};

/* All is missing, of a size that is not known. */
void plan_init(struct plan *plan);
/* Leases still out are gone then. */
void plan_release(struct plan *plan);

/* The file has so many bytes (0 to 2^63-1). -1, and nothing changes, when that cannot be: it
 * was told another size before, or it has bytes behind that end. A lease that reaches further
 * is cut there; one that begins there or later is dead. */
int plan_size(struct plan *plan, int64_t size) must_check;

/* These bytes are here. Those that are leased remain so until they are returned. -1, and
 * nothing changes, when the file has no such range. */
int plan_have(struct plan *plan, struct range range) must_check;

/* Lease the first missing range, at most `chunk` bytes of it (0: as long as it is). NULL when
 * nothing is missing, or while the size is not known and a lease is out. */
struct piece *plan_take(struct plan *plan, int64_t chunk);

/* So many bytes from the start of the lease are here, and the attempt goes on. More than the
 * lease has (its end may have been lowered meanwhile) counts as all; fewer than was told before
 * takes it back. */
void plan_wrote(struct plan *plan, struct piece *lease, int64_t written);

/* The lease ends, with so many bytes from its start here (as in plan_wrote; 0 where nothing of
 * it is to be trusted); what is left is missing again. A dead one changes nothing. */
void plan_return(struct plan *plan, struct piece *lease, int64_t written);

/* Lower the end of a lease, of which so many bytes have been received: the second half of the
 * rest becomes missing, from a multiple of 64 KiB on where that leaves the first half long
 * enough. Returns the lease's new last byte; -1, and nothing changes, when one half would have
 * under `least` bytes (at least 1), the lease is dead, or the size is not known. */
int64_t plan_split(
	struct plan *plan, struct piece *lease, int64_t received, int64_t least);

/* All is missing, of a size that is not known; leases that are out are dead. They still have
 * to be returned. */
void plan_reset(struct plan *plan);

/* Is every byte here (as told by plan_wrote, plan_return, plan_have)? Never while the size is
 * not known. */
bool plan_complete(const struct plan *plan);
int64_t plan_bytes_here(const struct plan *plan);
/* Neither here nor leased, that is, how much there is to take; -1 while the size is not
 * known. */
int64_t plan_bytes_missing(const struct plan *plan);
/* How many leases are out, without the dead. */
size_t plan_n_leases(const struct plan *plan);

/* Walk over what is here, also the written part of leases, merged, in order:
 *
 *	struct range here;
 *	const struct piece *at = NULL;
 *	while (plan_next_here(plan, &at, &here))
 *		...
 *
 * The plan must not change meanwhile. */
bool plan_next_here(
	const struct plan *plan, const struct piece **at, struct range *here);

/* How a file is to be cut. */
struct plan_wish {
	int64_t chunk; /* bytes, as the user wants it; 0: to be found out */
	int64_t split; /* chunks of one file under way at most */
	int64_t least; /* a smaller file is not cut */
};

/* The chunk for plan_take(): what one attempt fetches in about 3 s, when one has been measured
 * at `rate` bytes per second (0: not known), from 8 MiB (4 MiB below 1 MiB/s) to 64 MiB; or
 * what the user wants. 0: one stream, for a file that has less than two chunks or less than
 * wish->least, or where split is 1. While the size is not known (-1), it is the length of the
 * first request. */
int64_t plan_chunk(const struct plan_wish *wish, int64_t size, int64_t rate);

#endif
