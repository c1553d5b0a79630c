/* One exchange: callbacks collect what the response is, transfer_end judges it.
 *
 * A callback that finds a reason to stop leaves it in `stop` and makes libcurl give up;
 * the outcome then is that reason, whatever libcurl calls it. The body of an error
 * answer is read to its end (so that the connection can be used again) unless it is
 * long. */
#include "net/transfer.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "net/body.h"
#include "net/curlcode.h"
#include "net/dress.h"
#include "net/response.h"

#define SLEEP_MAX (100 * NS_PER_MS)
#define ERROR_BODY_MAX (256 * 1024) /* of an answer that is thrown away anyway */

struct transfer {
	CURL *easy;
	struct net *net;
	struct attempt *attempt; /* NULL: idle */
	struct dress dress;
	struct body body;
	bool body_begun;
	struct pins *pins;
	struct curl_slist *resolve; /* libcurl reads it until the transfer ends */
	int64_t granted;         /* body bytes whose turn has come, not received yet */
	nstime turn;             /* paused until then; 0: it runs */
	transfer_paused *paused; /* who is told; NULL: the thread sleeps it off */
	void *paused_context;
	struct sockets *sockets; /* who is told of sockets; NULL: nobody */
	struct response response;
	int64_t received;  /* body bytes, decoded */
	struct error stop; /* why we ended it ourselves; KIND_NONE: we did not */

	nstime mark;    /* stall watch: the start of the span ... */
	int64_t marked; /* ... and what had been received then */

	transfer_poll *poll;
	void *poll_context;
	char message[CURL_ERROR_SIZE];
};

static bool is_file(const struct transfer *t)
{
	return response_is_file(&t->response);
}

/* What the server announces of the very bytes that we store, if anything. Decoding makes
 * others of them, and statuses looser than 200 may be of somebody else's making. */
static const struct announcement *announced_digest(const struct transfer *t)
{
	const struct settings *settings = t->net->settings;

	if (settings->ignore_server_digests || t->response.status != 200 ||
		(settings->compressed && t->response.encoded))
		return NULL;
	return announced_best(
		&t->response.announced, ANNOUNCED_CONTENT | ANNOUNCED_WHOLE);
}

/* The first bytes of a file's body: its length is known now if it ever will be. */
static int begin_body(struct transfer *t)
{
	const struct settings *settings = t->net->settings;
	const struct entry *entry = t->attempt->entry;
	bool decoded = settings->compressed && t->response.encoded;
	int64_t announced = decoded || t->response.chunked ? -1 : t->response.length;

	atomic_store_explicit(&t->attempt->expected, announced, memory_order_relaxed);
	t->body_begun = true;
	if (settings->max_size > 0 && announced > settings->max_size)
		return error_set(&t->stop, KIND_TOO_LARGE, 0,
			"%lld bytes, over --max-size", (long long)announced);
	if (entry->size >= 0 && announced >= 0 && announced != entry->size)
		return error_set(&t->stop, KIND_TRUNCATED, 0,
			"%lld bytes, not size=%lld", (long long)announced,
			(long long)entry->size);
	return body_begin(&t->body, entry, announced, announced_digest(t), &t->stop);
}

static int add_to_file(struct transfer *t, const char *data, size_t len)
{
	int64_t max = t->net->settings->max_size;

	if (!t->body_begun && begin_body(t) != 0)
		return -1;
	if (max > 0 && t->received > max)
		return error_set(&t->stop, KIND_TOO_LARGE, 0, "over --max-size");
	return body_add(&t->body, data, len, &t->stop);
}

/* Sleep until the transfer's turn, looking up now and then whether it is to end. */
static int sleep_off(struct transfer *t)
{
	for (nstime now = clock_now(); !transfer_may_resume(t, now);
		now = clock_now()) {
		nstime left = t->turn - now < SLEEP_MAX ? t->turn - now : SLEEP_MAX;
		struct timespec span = {.tv_nsec = (long)left};

		nanosleep(&span, NULL);
		if (t->poll && t->poll(t->poll_context, t))
			return -1;
	}
	return 0;
}

enum grant { GRANT_NOW, GRANT_LATER, GRANT_NEVER };

/* May these bytes be taken now? What must wait is asked for once: libcurl keeps it while the
 * transfer is paused, and brings it again. */
static enum grant ask_grant(struct transfer *t, int64_t len)
{
	nstime now;

	if (!t->net->throttle || t->granted >= len) {
		t->granted -= t->net->throttle ? len : 0;
		return GRANT_NOW;
	}
	now = clock_now();
	t->turn = throttle_reserve(
		t->net->throttle, t->attempt->origin_key, len - t->granted, now);
	t->granted = len;
	if (t->turn > now && t->paused) {
		t->paused(t->paused_context);
		return GRANT_LATER;
	}
	if (t->turn > now && sleep_off(t) != 0)
		return GRANT_NEVER;
	t->turn = 0;
	t->granted = 0;
	return GRANT_NOW;
}

static size_t on_body(char *data, size_t size, size_t count, void *context)
{
	struct transfer *t = context;
	size_t len = size * count;
	enum grant grant = ask_grant(t, (int64_t)len);

	if (grant != GRANT_NOW)
		return grant == GRANT_LATER ? CURL_WRITEFUNC_PAUSE
					    : CURL_WRITEFUNC_ERROR;
	t->received += (int64_t)len;
	if (is_file(t)) {
		atomic_store_explicit(
			&t->attempt->received, t->received, memory_order_relaxed);
		return add_to_file(t, data, len) == 0 ? len : CURL_WRITEFUNC_ERROR;
	}
	/* Not kept. Cutting a long one short costs the connection, not the outcome. */
	return t->received <= ERROR_BODY_MAX ? len : CURL_WRITEFUNC_ERROR;
}

static size_t on_head(char *line, size_t size, size_t count, void *context)
{
	struct transfer *t = context;
	size_t len = size * count;

	if (response_line(&t->response, line, len, &t->stop) != 0)
		return 0;
	if (t->response.complete)
		t->mark = clock_now(); /* the wait for it was no stall */
	return len;
}

static int on_poll(void *context, curl_off_t dltotal _unused_,
	curl_off_t dlnow _unused_, curl_off_t ultotal _unused_,
	curl_off_t ulnow _unused_)
{
	struct transfer *t = context;

	return t->poll(t->poll_context, t) ? 1 : 0;
}

static int refuse_private(struct transfer *t)
{
	return error_set(&t->stop, KIND_REDIRECT, 0,
		"redirected from a public server to a private address; "
		"--allow-private follows");
}

static bool is_private(const struct sockaddr *address)
{
	char text[INET6_ADDRSTRLEN];
	const void *raw =
		address->sa_family == AF_INET6
			? (const void *)&((const struct sockaddr_in6 *)address)
				  ->sin6_addr
			: (const void *)&((const struct sockaddr_in *)address)
				  ->sin_addr;

	return !inet_ntop(address->sa_family, raw, text, sizeof(text)) ||
	       url_address_is_private(text);
}

static curl_socket_t on_open(
	void *context, curlsocktype purpose _unused_, struct curl_sockaddr *address)
{
	struct transfer *t = context;
	int fd;

	if (t->attempt->public_only && t->net->names && is_private(&address->addr)) {
		refuse_private(t);
		return CURL_SOCKET_BAD;
	}
	fd = socket(
		address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
	if (fd >= 0 && t->sockets)
		t->sockets->opened(t->sockets, fd);
	return fd < 0 ? CURL_SOCKET_BAD : fd;
}

static int on_close(void *context, curl_socket_t fd)
{
	struct sockets *sockets = context;

	sockets->closed(sockets, fd);
	return close(fd);
}

/* An attempt that must stay public may find a connection that another has left open. */
static int on_request(void *context, char *remote, char *local _unused_,
	int remote_port _unused_, int local_port _unused_)
{
	struct transfer *t = context;

	if (!t->attempt->public_only || !t->net->names ||
		!url_address_is_private(remote))
		return CURL_PREREQFUNC_OK;
	refuse_private(t);
	return CURL_PREREQFUNC_ABORT;
}

/* libcurl is about to look a name up by itself, in a thread: it must never need to. */
static int on_resolve(void *resolver _unused_, void *reserved _unused_, void *context)
{
	struct transfer *t = context;

	return transfer_needs_addresses(t->net, t->attempt) ? 1 : 0;
}

static CURLcode set_callbacks(struct transfer *t)
{
	CURLcode code = curl_easy_setopt(t->easy, CURLOPT_WRITEFUNCTION, on_body);

	if (!code)
		code = curl_easy_setopt(t->easy, CURLOPT_WRITEDATA, t);
	if (!code)
		code = curl_easy_setopt(t->easy, CURLOPT_HEADERFUNCTION, on_head);
	if (!code)
		code = curl_easy_setopt(t->easy, CURLOPT_HEADERDATA, t);
	if (!code)
		code = curl_easy_setopt(t->easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
	if (!code)
		code = curl_easy_setopt(t->easy, CURLOPT_OPENSOCKETDATA, t);
	if (!code)
		code = curl_easy_setopt(t->easy, CURLOPT_PREREQFUNCTION, on_request);
	if (!code)
		code = curl_easy_setopt(t->easy, CURLOPT_PREREQDATA, t);
	if (!code)
		code = curl_easy_setopt(t->easy, CURLOPT_ERRORBUFFER, t->message);
	if (!code && t->net->names)
		code = curl_easy_setopt(
			t->easy, CURLOPT_RESOLVER_START_FUNCTION, on_resolve);
	if (!code)
		code = curl_easy_setopt(t->easy, CURLOPT_RESOLVER_START_DATA, t);
	return code;
}

struct transfer *transfer_new(struct net *net, struct error *err)
{
	struct transfer *t = xcalloc(1, sizeof(*t));

	t->net = net;
	/* Undressed: the first attempt puts everything on. */
	t->dress.special = true;
	body_init(&t->body, net->outdir);
	t->easy = curl_easy_init();
	if (!t->easy || set_callbacks(t) != CURLE_OK) {
		error_set(err, KIND_INTERNAL, 0, "libcurl has no handle for us");
		transfer_free(t);
		return NULL;
	}
	if (dress_handle(t->easy, net, err) != 0) {
		transfer_free(t);
		return NULL;
	}
	return t;
}

void transfer_free(struct transfer *t)
{
	if (!t)
		return;
	curl_easy_cleanup(t->easy);
	curl_slist_free_all(t->resolve);
	dress_release(&t->dress);
	body_release(&t->body);
	free(t);
}

bool transfer_needs_addresses(const struct net *net, const struct attempt *attempt)
{
	return net->names && !names_is_literal(attempt->host);
}

/* Tell libcurl's DNS cache, if it does not know. */
static int pin_addresses(struct transfer *t, const struct addresses *addresses,
	struct pins *pins, struct error *err)
{
	curl_slist_free_all(t->resolve);
	t->resolve = NULL;
	t->pins = pins;
	if (addresses && !addresses->list)
		return error_set(err, addresses->kind, 0, "%s: %s", t->attempt->host,
			addresses->text);
	if (addresses)
		t->resolve = pins_update(
			pins, t->attempt->host, t->attempt->port, addresses);
	if (curl_easy_setopt(t->easy, CURLOPT_RESOLVE, t->resolve) != CURLE_OK)
		return error_set(err, KIND_INTERNAL, 0, "libcurl takes no addresses");
	return 0;
}

CURL *transfer_begin(struct transfer *t, struct attempt *attempt,
	const struct addresses *addresses, struct pins *pins, nstime now,
	struct error *err)
{
	t->attempt = attempt;
	t->body_begun = false;
	t->received = 0;
	t->granted = 0;
	t->turn = 0;
	t->stop.kind = KIND_NONE;
	t->message[0] = '\0';
	t->mark = now;
	t->marked = 0;
	response_clear(&t->response);
	if (pin_addresses(t, addresses, pins, err) != 0 ||
		dress_attempt(&t->dress, t->easy, t->net, attempt, err) != 0)
		return NULL;
	return t->easy;
}

void transfer_fail(const struct error *err, struct outcome *outcome)
{
	outcome_init(outcome);
	outcome->type = OUTCOME_FAILED;
	outcome->kind = err->kind;
	outcome->code = err->code;
	snprintf(outcome->text, sizeof(outcome->text), "%s", err->text);
}

static nstime get_time(CURL *easy, CURLINFO info)
{
	curl_off_t us = 0;

	return curl_easy_getinfo(easy, info, &us) == CURLE_OK && us > 0 ? us * NS_PER_US
									: -1;
}

static void describe(const struct transfer *t, struct exchange *exchange)
{
	CURL *easy = t->easy;
	char *text = NULL;
	long number = 0;

	exchange->status = t->response.status;
	exchange->size_download = t->received;
	exchange->insecure = t->net->settings->insecure &&
			     strncmp(t->attempt->url, "https:", 6) == 0;
	if (!t->net->detailed)
		return;
	if (curl_easy_getinfo(easy, CURLINFO_HTTP_VERSION, &number) == CURLE_OK)
		exchange->http_version = number == CURL_HTTP_VERSION_1_0   ? 10
					 : number == CURL_HTTP_VERSION_1_1 ? 11
					 : number == CURL_HTTP_VERSION_2_0 ? 20
					 : number == CURL_HTTP_VERSION_3   ? 30
									   : 0;
	if (curl_easy_getinfo(easy, CURLINFO_PRIMARY_IP, &text) == CURLE_OK && text)
		snprintf(exchange->remote_ip, sizeof(exchange->remote_ip), "%s", text);
	text = NULL;
	if (curl_easy_getinfo(easy, CURLINFO_CONTENT_TYPE, &text) == CURLE_OK && text)
		exchange->content_type = xstrdup(text);
	exchange->time_namelookup = get_time(easy, CURLINFO_NAMELOOKUP_TIME_T);
	exchange->time_connect = get_time(easy, CURLINFO_CONNECT_TIME_T);
	exchange->time_appconnect = get_time(easy, CURLINFO_APPCONNECT_TIME_T);
	exchange->time_starttransfer = get_time(easy, CURLINFO_STARTTRANSFER_TIME_T);
	exchange->time_total = get_time(easy, CURLINFO_TOTAL_TIME_T);
}

static void fail(struct outcome *outcome, enum kind kind, int code, const char *text)
{
	outcome->type = OUTCOME_FAILED;
	outcome->kind = kind;
	outcome->code = code;
	snprintf(outcome->text, sizeof(outcome->text), "%s", text);
}

/* A complete answer that is not the file: a redirect, or an error status. */
static void judge_status(struct transfer *t, struct outcome *outcome)
{
	char *location = NULL, *address = NULL;
	curl_off_t wait = 0;
	long status = t->response.status;

	if (status >= 301 && status <= 308 && status != 304 && status != 306 &&
		curl_easy_getinfo(t->easy, CURLINFO_REDIRECT_URL, &location) ==
			CURLE_OK &&
		location) {
		outcome->type = OUTCOME_REDIRECT;
		outcome->location = xstrdup(location);
		outcome->from_public = t->net->names &&
				       curl_easy_getinfo(t->easy, CURLINFO_PRIMARY_IP,
					       &address) == CURLE_OK &&
				       address && *address &&
				       !url_address_is_private(address);
		return;
	}
	if (curl_easy_getinfo(t->easy, CURLINFO_RETRY_AFTER, &wait) == CURLE_OK &&
		wait > 0)
		outcome->retry_after =
			wait < 86400 ? wait * NS_PER_SEC : 86400 * NS_PER_SEC;
	fail(outcome, KIND_HTTP, (int)status, "");
	snprintf(outcome->text, sizeof(outcome->text), "HTTP %ld %s", status,
		response_phrase(status));
}

/* All of a file's body is here, as far as libcurl can tell: is it as long as announced?
 */
static int check_length(struct transfer *t, struct outcome *outcome)
{
	const struct response *r = &t->response;
	bool decoded = t->net->settings->compressed && r->encoded;
	int64_t want = t->attempt->entry->size;
	long version = 0;

	if (!t->body_begun && begin_body(t) != 0) /* an empty body */
		return -1;
	if (!decoded && !r->chunked && r->length >= 0 && t->received != r->length)
		return error_set(&t->stop, KIND_TRUNCATED, 0, "%lld of %lld bytes came",
			(long long)t->received, (long long)r->length);
	if (want >= 0 && t->received != want)
		return error_set(&t->stop, KIND_TRUNCATED, 0,
			"%lld bytes came, not size=%lld", (long long)t->received,
			(long long)want);
	curl_easy_getinfo(t->easy, CURLINFO_HTTP_VERSION, &version);
	if (r->length >= 0 || r->chunked || want >= 0 ||
		version >= CURL_HTTP_VERSION_2_0)
		outcome->verified = VERIFIED_LENGTH;
	return 0;
}

/* libcurl failed: say so in its words, which name host and port where that helps. */
static void judge_code(struct transfer *t, CURLcode code, struct outcome *outcome)
{
	const char *text = t->message[0] ? t->message : curl_easy_strerror(code);

	if (code == CURLE_WRITE_ERROR && !is_file(t) && t->response.status > 0) {
		judge_status(t, outcome);
		return;
	}
	fail(outcome, curlcode_kind(code), (int)code, text);
}

void transfer_end(struct transfer *t, CURLcode code, struct outcome *outcome)
{
	outcome_init(outcome);
	describe(t, &outcome->exchange);
	if (t->stop.kind != KIND_NONE)
		fail(outcome, t->stop.kind, t->stop.code, t->stop.text);
	else if (code != CURLE_OK)
		judge_code(t, code, outcome);
	else if (!is_file(t))
		judge_status(t, outcome);
	else if (check_length(t, outcome) != 0 ||
		 body_commit(&t->body, t->net->settings->existing, outcome, &t->stop) !=
			 0)
		fail(outcome, t->stop.kind, t->stop.code, t->stop.text);
	else
		outcome->type = OUTCOME_DONE;
	if (outcome->type != OUTCOME_DONE)
		body_abort(&t->body);
	/* It may have ended before libcurl took the addresses: tell it again next time. */
	if (t->resolve && t->response.head == 0)
		pins_forget(t->pins, t->attempt->host, t->attempt->port);
	t->attempt = NULL;
}

/* The earlier of two moments, where 0 spans mean none. */
static nstime earlier(nstime moment, nstime start, nstime span)
{
	return span > 0 && start + span < moment ? start + span : moment;
}

nstime transfer_deadline(const struct transfer *t)
{
	const struct settings *s = t->net->settings;
	nstime when = t->attempt->deadline;

	if (t->turn > 0)
		return t->turn < when ? t->turn : when;
	/* Until the head comes, look again as soon as it could have stalled by then. */
	if (!t->response.complete)
		when = earlier(when, t->attempt->started, s->first_byte_timeout);
	return s->min_rate > 0 ? earlier(when, t->mark, s->stall_time) : when;
}

bool transfer_overdue(struct transfer *t, nstime now)
{
	const struct settings *s = t->net->settings;
	nstime age = now - t->attempt->started, span = now - t->mark;

	if (now >= t->attempt->deadline)
		return error_set(&t->stop, KIND_TIMEOUT, 0,
			       "not done within --max-time") != 0;
	if (t->turn > 0)
		return false;
	if (!t->response.complete) {
		if (s->first_byte_timeout > 0 && age >= s->first_byte_timeout)
			return error_set(&t->stop, KIND_TIMEOUT, 0,
				       "no answer within --first-byte-timeout") != 0;
		t->mark = now;
		return false;
	}
	if (s->min_rate <= 0 || s->stall_time <= 0 || span < s->stall_time)
		return false;
	if ((double)(t->received - t->marked) <
		(double)s->min_rate * ((double)span / NS_PER_SEC))
		return error_set(&t->stop, KIND_STALL, 0,
			       "slower than --min-rate over --stall-time") != 0;
	t->mark = now;
	t->marked = t->received;
	return false;
}

void transfer_interrupt(struct transfer *t)
{
	error_set(&t->stop, KIND_INTERRUPTED, 0, "stopped before it was done");
}

void transfer_set_poll(struct transfer *t, transfer_poll *poll, void *context)
{
	t->poll = poll;
	t->poll_context = context;
	curl_easy_setopt(t->easy, CURLOPT_XFERINFOFUNCTION, poll ? on_poll : NULL);
	curl_easy_setopt(t->easy, CURLOPT_XFERINFODATA, t);
	curl_easy_setopt(t->easy, CURLOPT_NOPROGRESS, poll ? 0L : 1L);
}

void transfer_set_sockets(struct transfer *t, struct sockets *sockets)
{
	t->sockets = sockets;
	curl_easy_setopt(
		t->easy, CURLOPT_CLOSESOCKETFUNCTION, sockets ? on_close : NULL);
	curl_easy_setopt(t->easy, CURLOPT_CLOSESOCKETDATA, sockets);
}

void transfer_set_paused(struct transfer *t, transfer_paused *paused, void *context)
{
	t->paused = paused;
	t->paused_context = context;
}

bool transfer_may_resume(struct transfer *t, nstime now)
{
	if (t->turn == 0 || now < t->turn)
		return false;
	t->turn = 0;
	/* The time spent waiting is ours, not the server's. */
	t->mark = now;
	t->marked = t->received;
	return true;
}
