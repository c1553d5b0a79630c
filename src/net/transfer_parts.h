/* transfer_parts.h - one exchange, and what its files call of each other.
 *
 * transfer.c is its life, from begin to end; transfer_connect.c its connection,
 * transfer_receive.c the answer as it comes, transfer_document.c one that is read, not kept,
 * transfer_mirrors.c what it tells of mirrors, transfer_name.c the name it gives,
 * transfer_wait.c deadlines and turns, transfer_status.c what one means that is not the file,
 * transfer_verdict.c what the exchange came to. For these only: everybody else knows
 * transfer.h. One thread at a time, as there.
 *
 * A callback that finds a reason to stop leaves it in `stop` and makes libcurl give up; the
 * outcome then is that reason, whatever libcurl calls it. Here, -1 means that it is there. */
#ifndef SEINE_NET_TRANSFER_PARTS_H
#define SEINE_NET_TRANSFER_PARTS_H

#include "base/buf.h"
#include "net/body.h"
#include "net/dress.h"
#include "net/response.h"
#include "net/transfer.h"

struct transfer {
	CURL *easy;
	struct net *net;
	struct attempt *attempt; /* NULL: idle */
	struct dress dress;
	struct body body;
	bool is_document; /* the body is read, not kept ... */
	struct buf aside; /* ... here; also what an S3 error says */
	char *there; /* the path of the file, which is there: its body is not wanted; NULL */
	nstime begun;   /* when libcurl was given it */
	bool connected; /* it has a connection, its own or shared */
	bool body_begun;
	bool cut;             /* we ended it: it has brought what is wanted of it */
	struct range brings;  /* of the file, as answered */
	struct version found; /* what the answer says of the file */
	transfer_head *head;
	void *head_context;
	struct strings mirrors; /* that the last answer told of */
	struct pins *pins;
	struct curl_slist *resolve; /* libcurl reads it until the transfer ends */
	int64_t granted;         /* body bytes whose turn has come, not received yet */
	nstime turn;             /* paused until then; 0: it runs */
	transfer_paused *paused; /* who is told; NULL: the thread sleeps it off */
	void *paused_context;
	struct sockets *sockets; /* who is told of sockets; NULL: nobody */
	struct response response;
	struct announcement etag; /* what that of a bucket's object is */
	int64_t received;         /* body bytes, decoded */
	struct error stop;        /* why we ended it ourselves; KIND_NONE: we did not */

	nstime mark;    /* stall watch: the start of the span ... */
	int64_t marked; /* ... and what had been received then */

	transfer_poll *poll;
	void *poll_context;
	char message[CURL_ERROR_SIZE];
};

/* transfer_connect.c: set the callbacks about names, sockets and requests. */
CURLcode transfer_hear_connections(struct transfer *t) must_check;
/* Tell libcurl's DNS cache the addresses of the attempt's host, if it does not know; as in
 * transfer_begin. */
int transfer_pin(struct transfer *t, const struct addresses *addresses,
	struct pins *pins, struct error *err) must_check;

/* transfer_receive.c: set the callbacks about the answer. */
CURLcode transfer_hear_answer(struct transfer *t) must_check;
/* Is the answer, by its status, of the file? */
bool transfer_is_file(const struct transfer *t);
/* Did the server encode it, so that libcurl gives us other bytes than came? */
bool transfer_is_decoded(const struct transfer *t);
/* May, and must, the file have so many bytes (-1: not known)? */
int transfer_check_size(struct transfer *t, int64_t size) must_check;
/* The head of the answer is here, and it is of a file: judge it, tell of it, and be ready for
 * its bytes. Once per exchange, when the first byte comes or none has come. */
int transfer_begin_body(struct transfer *t) must_check;
/* How many more bytes are wanted; it may have become fewer since they were asked for, and even
 * fewer than have come: below 0 then. */
int64_t transfer_bytes_wanted(const struct transfer *t);

/* transfer_document.c: is the answer a document, for the entry's reader? */
bool transfer_has_document(const struct transfer *t);
/* Put the bytes aside, up to `max` in all. */
int transfer_put_aside(
	struct transfer *t, const char *data, size_t len, size_t max) must_check;
/* Does the store keep the object as it is, so that its ETag is a digest of it? */
bool transfer_is_plain_object(const struct transfer *t);
/* The answer is an error of a bucket's store: keep what it says, as far as that is needed. */
void transfer_put_error(struct transfer *t, const char *data, size_t len);
/* ... and what does it mean? *outcome is what HTTP makes of it. */
void transfer_judge_bucket(struct transfer *t, struct outcome *outcome);
/* All of the document is here: verify it, and give it to the outcome. */
int transfer_finish_document(struct transfer *t, struct outcome *outcome) must_check;

/* transfer_mirrors.c: the other URLs of the file that the answer tells of (RFC 6249), the best
 * first; NULL: none. They are kept until it is called again. */
const struct strings *transfer_hear_mirrors(struct transfer *t);

/* transfer_name.c: what does the answer, which is of the file, call it? Sets found.name, and
 * `there` when the file is there by it. */
int transfer_hear_name(struct transfer *t) must_check;

/* transfer_wait.c: may these bytes be taken now? What must wait is asked for once: libcurl
 * keeps it while the transfer is paused, and brings it again. */
enum grant { GRANT_NOW, GRANT_LATER, GRANT_NEVER };
enum grant transfer_ask_turn(struct transfer *t, int64_t len);

/* transfer_status.c: an answer that is not the file: a redirect, or an error status. */
void transfer_judge_status(struct transfer *t, struct outcome *outcome);
/* Has the proxy refused to make a tunnel? It says by a status for how long that is true. */
bool transfer_refused_by_proxy(const struct transfer *t, struct outcome *outcome);

/* transfer_verdict.c: what the exchange, which ended with `code`, came to; the file, if it is
 * done and was in memory, is under its name. *outcome is initialised. */
int transfer_judge(
	struct transfer *t, CURLcode code, struct outcome *outcome) must_check;
/* Has the server that it is made with a public address? */
bool transfer_is_from_public(const struct transfer *t);
/* Describe the exchange, of which libcurl still knows. */
void transfer_describe(const struct transfer *t, struct exchange *exchange);
/* The outcome is this failure. */
void transfer_failed(
	struct outcome *outcome, enum kind kind, int code, const char *text);

#endif
