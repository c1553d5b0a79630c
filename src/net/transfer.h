/* transfer.h - one HTTP exchange on one libcurl easy handle: dressed from an attempt, its body
 * to the sink, its end made into an outcome. The same for every engine; only what stands
 * between begin and end differs.
 *
 * Does not retry, redirect, resolve or wait. A transfer is used by one thread at a time and
 * reused for many attempts; `struct net` is shared by all of them. HTTP: RFC 9110, 9112. */
#ifndef SEINE_NET_TRANSFER_H
#define SEINE_NET_TRANSFER_H

#include <curl/curl.h>

#include "base/attr.h"
#include "base/clock.h"
#include "core/entry.h"
#include "core/settings.h"
#include "net/names.h"
#include "net/pins.h"
#include "net/s3.h"
#include "store/part.h"

/* Who is told of each socket that a connection opens and closes. */
struct sockets {
	void (*opened)(struct sockets *, int fd);
	void (*closed)(struct sockets *, int fd); /* right before close(2) */
};

/* What all transfers of a process share. Initialises libcurl; make it before threads. */
struct net;
struct net *net_new(const struct settings *settings, struct outdir *outdir,
	struct parts *parts, struct error *err) must_check;
void net_free(struct net *net);
/* From now on, until net_free, a thread writes what a transfer brings of a large file, where it is
 * the only one (store/writer.h). To be called before the first transfer is made. */
void net_write_behind(struct net *net);
/* What s3:// URLs lead to. */
struct s3 *net_s3(const struct net *net);
/* Where the addresses of hosts are kept; NULL when we look none up (a proxy does). */
struct names *net_names(const struct net *net);

struct transfer;
struct transfer *transfer_new(struct net *net, struct error *err) must_check;
void transfer_free(struct transfer *transfer);

/* Must the addresses of the attempt's host be found (names.h, resolver.h) before it begins? */
bool transfer_needs_addresses(const struct net *net, const struct attempt *attempt);
/* Make the handle ready for the attempt (both borrowed until transfer_end). `addresses` (for
 * this call; NULL when none are needed) go to the DNS cache that the handle uses and `pins`
 * mirrors. NULL and *err on failure, also when there are no addresses in the answer: then
 * transfer_fail makes the outcome, and transfer_end must not be called. */
CURL *transfer_begin(struct transfer *transfer, struct attempt *attempt,
	const struct addresses *addresses, struct pins *pins, nstime now,
	struct error *err) must_check;
/* The exchange ended with `code`: verify, commit, and say in *outcome (initialised here; you
 * release it) what it came to. */
void transfer_end(struct transfer *transfer, CURLcode code, struct outcome *outcome);
/* An outcome for an attempt that could not be begun. */
void transfer_fail(const struct error *err, struct outcome *outcome);

/* WORK_COMMIT: verify what is in the part, and give the file its name. May take as long as
 * reading transfer_commit_bytes() takes, or, with --durability=each, writing them. */
void transfer_commit(
	struct net *net, const struct attempt *attempt, struct outcome *outcome);
int64_t transfer_commit_bytes(struct net *net, const struct attempt *attempt);

/* `head` is called from inside libcurl when the answer to an attempt is known to be of the
 * file, before its first byte is written, unless it is small. NULL (the default) for none. */
typedef void transfer_head(
	void *context, struct attempt *attempt, const struct head *head);
void transfer_set_head(struct transfer *transfer, transfer_head *head, void *context);

/* The attempt has been cancelled: end it with CURLE_ABORTED_BY_CALLBACK. */
bool transfer_cancelled(const struct transfer *transfer);

/* Deadlines (connect, first byte, stall, total), for whoever waits: look again at
 * transfer_deadline(); when transfer_overdue() says true, take the handle from libcurl and
 * end it with CURLE_OPERATION_TIMEDOUT, and the outcome will name the deadline. */
nstime transfer_deadline(const struct transfer *transfer);
bool transfer_overdue(struct transfer *transfer, nstime now);
/* End it because we are told to stop: the outcome will be KIND_INTERRUPTED. */
void transfer_interrupt(struct transfer *transfer);

/* For engines whose waiting is curl_easy_perform: `poll` is called by libcurl at least once a
 * second; true aborts the transfer. NULL (the default) for none. */
typedef bool transfer_poll(void *context, struct transfer *transfer);
void transfer_set_poll(struct transfer *transfer, transfer_poll *poll, void *context);

/* Rates. A transfer whose bytes must wait for their turn (--limit-rate) sleeps in libcurl's
 * callback, or, for an engine that does not block, is paused: `paused` is called from that
 * callback. Look again at transfer_deadline(); when transfer_may_resume() says so, the
 * engine calls curl_easy_pause(CURLPAUSE_CONT) from outside of libcurl. Deadlines stand still
 * meanwhile, but for the file's. */
typedef void transfer_paused(void *context);
void transfer_set_paused(
	struct transfer *transfer, transfer_paused *paused, void *context);
bool transfer_may_resume(struct transfer *transfer, nstime now);

/* For an engine that watches sockets itself. They must outlive the connections, which outlive
 * the transfer. */
void transfer_set_sockets(struct transfer *transfer, struct sockets *sockets);

#endif
