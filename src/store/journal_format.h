/* journal_format.h - the bytes of the journal: how one record is written and recognised.
 *
 * A journal is JOURNAL_MAGIC and then records, little-endian, packed:
 *
 *	0  CRC-32C of all that follows, begun with the session's salt
 *	4  length of the record, this head included
 *	6  type
 *	7  flags: 1 when what it tells of was synced before
 *	8  sequence, one more than in the record before; from 1
 *	16 what the type has
 *
 * The salt is a random number in the record that opens a session. So a record of an earlier
 * session that lies behind a tail that was cut is never taken for one of a later session,
 * whatever the disk brings back. (The opening record itself is of the session before.)
 *
 * Knows nothing of files and of what records mean together. Pure; any thread. */
#ifndef SEINE_STORE_JOURNAL_FORMAT_H
#define SEINE_STORE_JOURNAL_FORMAT_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "core/range.h"

#define JOURNAL_MAGIC "seine journal 1\n"
#define JOURNAL_MAGIC_LEN (sizeof(JOURNAL_MAGIC) - 1)

#define VALIDATOR_MAX 1024 /* bytes of an ETag or a Last-Modified that is kept */

/* No record is as long as this. */
#define RECORD_MAX (64 + PATH_MAX + 4 * (VALIDATOR_MAX + 1))

/* What a machine is called from one boot to the next (Linux: boot_id); all 0: not known. */
struct boot_id {
	unsigned char bytes[16];
};

enum record_type {
	RECORD_SESSION = 1, /* boot, salt: a process has begun to write */
	RECORD_BEGIN,       /* id and all of a file that a resume needs to know */
	RECORD_RANGE,       /* id, range: these bytes are in the part */
	RECORD_DROP,        /* id: forget the file */
	RECORD_DONE, /* id (0: it had none), path_hash, size, urls: it has its final name */
	RECORD_SYNC, /* upto: what records up to this sequence tell is on the disk */
	RECORD_END,  /* this boot's sessions ended with all of it on the disk */
	RECORD_OVER, /* what was finished before is of jobs that are over */
	RECORD_OVER_IN_DOUBT, /* the same, but a boot may have lost some of it, or may yet */
};

/* Was nothing under way any more? */
static inline bool record_ends(enum record_type type)
{
	return type == RECORD_END || type == RECORD_OVER;
}

struct record {
	enum record_type type;
	bool synced;       /* RANGE, DONE: what is told was on the disk before */
	uint64_t sequence; /* set by record_decode */

	struct boot_id boot;
	uint32_t salt;
	uint64_t id; /* 1 to 2^63-1 */
	uint64_t path_hash;
	int64_t size; /* -1, in BEGIN only: not known */
	struct range range;
	uint64_t upto;
	uint64_t urls;
	/* Borrowed; from record_decode, they point into the bytes decoded. */
	const char *path;            /* under PATH_MAX bytes */
	const char *etag, *modified; /* NULL: none; at most VALIDATOR_MAX bytes */
	/* Likewise. Older records have none of these, and are of the first URL; those of DONE have
	 * no urls. */
	const char *digest, *name;
	uint32_t teller; /* index of a URL */
};

/* Write a record with this sequence, for a session with this salt. Returns its length. */
size_t record_encode(unsigned char out[RECORD_MAX], const struct record *record,
	uint64_t sequence, uint32_t salt);

/* Read the record at data, of which `len` bytes are there, that must have this sequence
 * and fit this salt. Returns its length; 0 when there is no such record. */
size_t record_decode(struct record *record, const unsigned char *data, size_t len,
	uint64_t sequence, uint32_t salt) must_check;

#endif
