/* entry.h - the nouns of the program: entry, task, attempt, outcome.
 *
 * Plain data and its lifetime; what happens to it is decided in sched. An entry is owned by
 * its task once the scheduler has it; an attempt lives from sched_next() to sched_finish(). */
#ifndef SEINE_CORE_ENTRY_H
#define SEINE_CORE_ENTRY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/list.h"
#include "base/url.h"
#include "core/checksum.h"
#include "core/settings.h"

/* What the user asks for: one file, from one or more URLs. */
struct entry {
	struct strings urls;        /* mirrors, in the order given; at least one */
	char *out;                  /* out=: the name asked for; NULL: from the URL */
	char *dir;                  /* dir=: below the output directory; NULL: none */
	struct checksum checksum;   /* alg DIGEST_NONE: none given */
	bool checksum_from_file;    /* it is from a --checksum-file */
	int64_t size;               /* size=: the length it must have; -1: not known */
	struct strings headers;     /* header=, "Name: value", besides the settings' */
	char *referer, *user_agent; /* NULL: as in the settings */
	int64_t max_tries;          /* 0: as in the settings */
	uint64_t number;            /* from 1, in input order: {n} */
	const char *
		input; /* "list.txt", "-", or NULL for an argument; lives with the source */
	uint64_t line; /* of input; from 1 */

	/* Set when the entry is named (app/intake): */
	char *path; /* relative to the output directory, safe */
	struct url
		url; /* urls.items[0], parsed; its origin is what headers are bound to */
};

struct entry *entry_new(void);
void entry_free(struct entry *entry); /* NULL is fine */
/* Where its checksum is from: "checksum" (the list, or --checksum) or "checksum-file". */
const char *entry_checksum_by(const struct entry *entry);

/* Append a copy of text / the text itself (taken). */
void strings_add(struct strings *strings, const char *text);
void strings_take(struct strings *strings, char *text);
void strings_release(struct strings *strings);

struct origin;
struct task;

/* One HTTP exchange, ready to be made. Fields are read-only for engines and transfer, but for
 * the two counters, which progress reads while the transfer writes them. */
struct attempt {
	struct task *task;
	const struct entry *entry;
	struct origin *origin;  /* the scheduler's own */
	const char *origin_key; /* "scheme://host:port" of url: what engines shard by */
	const char *url;
	const char *host; /* of url; an IPv6 address in brackets */
	int port;
	bool trusted; /* url is at the origin that secrets and headers were given for */
	bool public_only; /* refuse to connect to a private address (redirected from public) */
	unsigned ordinal; /* 1 for the first attempt of this entry */
	nstime queued;    /* when the task became ready to start */
	nstime started;
	nstime deadline;    /* when the file must be done; NSTIME_NEVER: no limit */
	struct list active; /* for the one observer that lists what is in flight */
	struct list inbox;  /* for an engine that passes it from thread to thread */
	_Atomic int64_t received; /* body bytes so far */
	_Atomic int64_t expected; /* announced length; -1: not known */
};

/* Which proof of wholeness a finished file has. Strongest last. */
enum verified { VERIFIED_NONE, VERIFIED_LENGTH, VERIFIED_HASH, VERIFIED_COUNT };
const char *verified_name(enum verified verified);

enum outcome_type {
	OUTCOME_DONE,     /* the file is under its final name */
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
	int code;           /* CURLcode or errno behind the kind */
	char text[256];     /* for people; no URL in it, no secret */
	char *location;     /* owned; absolute */
	nstime retry_after; /* what the server asked for; -1: nothing */
	uint64_t
		wrong_digest; /* KIND_CHECKSUM: fingerprint of what was received instead */
	bool from_public;     /* the server had a public address */
	enum verified verified;
	const char *verified_by; /* VERIFIED_HASH: who gave the digest, as
	                          * entry_checksum_by or a header's name; static */
	char *renamed; /* owned; the path, when --existing=rename chose another; NULL */
	char digest[160]; /* "sha-256=HEX" when it was computed; "" otherwise */
	struct exchange exchange;
};

void outcome_init(struct outcome *outcome);
void outcome_release(struct outcome *outcome);

#endif
