/* entry.h - the nouns of the program: entry, attempt, outcome.
 *
 * Plain data and its lifetime; what happens to it is decided in sched. An entry is owned by
 * its task (task.h) once the scheduler has it; an attempt lives from sched_next() to
 * sched_finish(). */
#ifndef SEINE_CORE_ENTRY_H
#define SEINE_CORE_ENTRY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/list.h"
#include "base/strings.h"
#include "base/url.h"
#include "core/checksum.h"
#include "core/pieces.h"
#include "core/range.h"
#include "core/settings.h"
#include "core/version.h"

/* Up to this length a body is kept in memory until it is whole; a larger one goes to a part. */
#define SMALL_FILE (256 * 1024)

/* In place of the index of a mirror: none, or more than one. */
#define NO_MIRROR SIZE_MAX

/* What an earlier run has left of a file: the state that it is of, whose size is known, and
 * the ranges that are in its part. Owned by the entry. */
struct resume {
	struct version version;
	size_t teller; /* which of the entry's URLs has told of it; NO_MIRROR: none of them */
	size_t n_ranges;
	struct range ranges[];
};
void resume_free(struct resume *resume); /* NULL is fine */

struct source;

/* What one of an entry's URLs leads to, where that is not what it says: an object of a bucket. */
struct home {
	char *url;    /* by HTTP; NULL: what the URL says */
	char *bucket; /* S3's, which it is in; NULL: none */
};

/* What the user asks for: one file, from one or more URLs. */
struct entry {
	struct strings urls;      /* mirrors, in the order given; at least one */
	char *out;                /* out=: the name asked for; NULL: from the URL */
	bool out_is_foreign;      /* ... by a bucket or a Metalink, not by the user */
	bool out_gives_way;       /* ... only until its server names it: known-as= */
	char *dir;                /* dir=: below the output directory; NULL: none */
	struct checksum checksum; /* alg DIGEST_NONE: none given */
	bool checksum_from_file;  /* it is from a --checksum-file */
	int64_t size;             /* size=: the length it must have; -1: not known */
	int64_t size_said; /* its length, says who named it, but it may have changed; -1 */
	struct pieces *pieces;      /* owned; NULL: no digests of pieces are known */
	struct strings headers;     /* header=, "Name: value", besides the settings' */
	char *referer, *user_agent; /* NULL: as in the settings */
	int64_t max_tries;          /* 0: as in the settings */
	uint64_t number;            /* from 1, in input order: {n} */
	/* Who reads its body, if that turns out to be a document, which names further entries;
	 * NULL: nobody. `document`: it is one in any case, and has no path. */
	struct source *reader;
	bool document;
	/* "list.txt", "stdin", or NULL for an argument; lives with the source. */
	const char *input;
	uint64_t line; /* of input; from 1 */

	/* Set when the entry is named (app/intake): */
	struct resume *resume; /* NULL: there is none */
	/* Is a file there that is to be replaced if the server has another one now? Then that
	 * is of this version; owned. */
	bool is_there;
	struct version there;
	char *path;          /* relative to the output directory, safe */
	bool is_given_names; /* its server may call the file something else (naming_given) */
	/* Where the first URL leads; its origin is what headers are bound to ... */
	struct url url;
	/* ... unless a server's document has named it: then that server's; NULL: it has not. */
	char *bound_to;
	bool named_by_public; /* ... at a public address: no private one may be meant */
	struct home *homes;   /* of all URLs, in order; NULL: all are what they say */
};

struct entry *entry_new(void);
void entry_free(struct entry *entry); /* NULL is fine */
/* A new entry without a URL, for the other's server: it has its input, directory, headers, Referer,
 * User-Agent and tries. */
struct entry *entry_like(const struct entry *entry);
/* The URL of this index leads there (taken over), to what is in this bucket (copied); NULL as in
 * struct home. All of the entry's URLs are known. */
void entry_set_home(struct entry *entry, size_t index, char *url, const char *bucket);
/* As there; where the URL itself is what is asked for, that. For indices of URLs only. */
const char *entry_home_url(const struct entry *entry, size_t index);
const char *entry_bucket(const struct entry *entry, size_t index);
/* The option of an entry by which another run knows it under this name: "known-as" where a server
 * may call its file something else, "out" where none may. */
const char *entry_name_option(const struct entry *entry);
/* Has it a digest of the file, or of its pieces, that no other file would have by chance? */
bool entry_is_proven(const struct entry *entry);
/* Where its checksum is from: "checksum" (the list, or --checksum) or "checksum-file". */
const char *entry_checksum_by(const struct entry *entry);
/* The option named-by=, by which another run knows who named it; you own it. NULL: the user has. */
char *entry_named_by(const struct entry *entry);

struct origin;
struct task;
struct place;
struct stretch;

enum work {
	WORK_FETCH, /* make an HTTP exchange */
	WORK_COMMIT /* all bytes are in the part: verify them, and give the file its name */
};

/* The answer to an attempt, as soon as its head is here. */
struct head {
	const struct version *version; /* what it says of the file */
	/* Other URLs of it, the best first; NULL: none. */
	const struct strings *mirrors;
	bool from_public; /* the server has a public address */
	bool ranges;      /* the server takes ranges of it */
	int64_t last; /* the last byte of the file that it will bring; RANGE_OPEN: not known */
};

/* One HTTP exchange (or a commit), ready to be made. Fields are read-only for engines and
 * transfer, but for the two counters, which progress reads while the transfer writes them.
 * `last` and `cancelled` may be set by the scheduler meanwhile. */
struct attempt {
	struct task *task;
	const struct entry *entry;
	struct origin *origin;  /* the scheduler's own */
	const char *origin_key; /* "scheme://host:port" of url: what engines shard by */
	const char *url;
	const char *host; /* of url; an IPv6 address in brackets */
	int port;
	bool trusted; /* url is at the origin that secrets and headers were given for */
	const char *bucket; /* that its mirror is in: a store answers; NULL: none */
	/* `url` is where the mirror's own leads, not where others have sent us: what its
	 * store is to be told may go there. */
	bool at_home;
	bool refused; /* the one before it was, for its credentials: it wants others */
	bool public_only; /* refuse to connect to a private address (a public server leads there) */
	enum work work;
	unsigned generation;    /* of the part that its bytes go to */
	bool ranged;            /* ask for this range only */
	struct range asked;     /* what it is to bring */
	_Atomic int64_t last;   /* where it is to stop; at most asked.last */
	_Atomic bool cancelled; /* it is to end soon: nobody waits for it */
	/* Where ranged: what the file must still be, if it is pinned. */
	struct version version;
	unsigned ordinal; /* 1 for the first attempt of this entry */
	bool first_word; /* when it began, nobody had answered with the file in this run */
	nstime queued; /* when the task became ready to start */
	nstime started;
	nstime deadline;     /* when the file must be done; NSTIME_NEVER: no limit */
	struct list active;  /* for the one observer that lists what is in flight */
	struct list flying;  /* at its origin; the scheduler's */
	struct place *place; /* keeps the URL; the task's own */
	size_t mirror; /* of the task; of a commit, the only one that all bytes are from */
	uint64_t successes; /* of the origin, when it was started */
	size_t rank;        /* in flight there then, itself included */
	/* With the others of its task; the rest here is core/chunks'. */
	struct list sibling;
	struct stretch *lease;    /* of the plan; NULL: none */
	int64_t marked;           /* received by ... */
	nstime marked_at;         /* ... then */
	struct list inbox;        /* for an engine that puts it by, or passes it on */
	_Atomic int64_t received; /* body bytes so far */
	_Atomic int64_t expected; /* announced length; -1: not known */
};

static inline int64_t attempt_received(const struct attempt *attempt)
{
	return atomic_load_explicit(&attempt->received, memory_order_relaxed);
}

static inline bool attempt_is_cancelled(const struct attempt *attempt)
{
	return atomic_load_explicit(&attempt->cancelled, memory_order_relaxed);
}

static inline void attempt_cancel(struct attempt *attempt)
{
	atomic_store_explicit(&attempt->cancelled, true, memory_order_relaxed);
}

/* "host:port" as libcurl says it in Host: without the port that the scheme has anyway. Yours. */
char *attempt_host_field(const struct attempt *attempt) must_check;

static inline bool attempt_is_https(const struct attempt *attempt)
{
	return strncmp(attempt->url, "https:", strlen("https:")) == 0;
}

/* Does it ask only if the file at the server is not the one that is there? Once it is known to
 * be another one, it is simply fetched. */
static inline bool attempt_is_conditional(const struct attempt *attempt)
{
	return attempt->entry->is_there && attempt->version.size < 0;
}

/* Which proof of wholeness a finished file has. Strongest last. */
enum verified {
	VERIFIED_NONE,
	VERIFIED_LENGTH,
	VERIFIED_ETAG, /* that of an object which was uploaded in parts */
	VERIFIED_HASH,
	VERIFIED_COUNT
};
const char *verified_name(enum verified verified);

enum outcome_type {
	OUTCOME_DONE,     /* the file is under its final name */
	OUTCOME_CURRENT,  /* entry->there is still what the server has */
	OUTCOME_PART,     /* what was asked for, up to attempt->last, is in the part */
	OUTCOME_DOCUMENT, /* the body is here, and is for the entry's reader */
	OUTCOME_REDIRECT, /* location says where to */
	OUTCOME_FAILED    /* kind, code, status and text say why */
};

/* What is worth telling of one exchange (curl's --write-out names; times in ns from the
 * attempt's start, -1 when it never came to that). */
struct exchange {
	long status;           /* HTTP status; 0: none came */
	int http_version;      /* 10, 11, 20, 30; 0: not known */
	int64_t size_download; /* body bytes received by this attempt */
	char remote_ip[48];
	char *content_type; /* owned; NULL */
	nstime time_namelookup, time_connect, time_appconnect, time_starttransfer,
		time_total;
	bool insecure; /* TLS to nobody knows whom: --insecure */
};

/* What an attempt came to. Filled by transfer; the scheduler decides what it means. */
struct outcome {
	enum outcome_type type;
	enum kind kind;
	int code;       /* CURLcode or errno behind the kind */
	char text[256]; /* for people; no URL in it, no secret */
	/* FAILED: what the user can do about it, where the kind alone does not tell;
	 * static; NULL. */
	const char *hint;
	char *location; /* owned; absolute */
	/* REDIRECT: as of a head, until the next attempt begins; NULL. */
	const struct strings *mirrors;
	bool moved; /* ... which is the same place, found by us: what it may be told stays so */
	/* FAILED: for credentials that are not used any more, so with others it may
	 * succeed. */
	bool renewed;
	/* Owned, but its bytes are for whoever reads them; NULL. */
	struct buf *document;
	nstime retry_after; /* what the server asked for; -1: nothing */
	/* KIND_CHECKSUM: fingerprint of what was received instead. */
	uint64_t wrong_digest;
	/* Bytes from attempt->asked.first on that are in the part, also of an attempt
	 * that failed. */
	int64_t written;
	struct version version; /* PART of a whole stream: of the file; owned */
	bool from_public;       /* the server had a public address */
	enum verified verified;
	/* VERIFIED_HASH: who gave the digest, as entry_checksum_by or a header's name;
	 * static. */
	const char *verified_by;
	char *renamed; /* owned; the path, when --existing=rename chose another; NULL */
	char digest[160]; /* "sha-256=HEX" when it was computed; "" otherwise */
	struct exchange exchange;
};

void outcome_init(struct outcome *outcome);
void outcome_release(struct outcome *outcome);

#endif
