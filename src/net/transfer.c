/* One exchange, from its beginning to its end. */
#include <stdlib.h>

#include "base/alloc.h"
#include "net/httpdate.h"
#include "net/transfer_parts.h"
#include "store/stamp.h"

struct transfer *transfer_new(struct net *net, struct error *err)
{
	struct transfer *t = xcalloc(1, sizeof(*t));

	t->net = net;
	/* Undressed: the first attempt puts everything on. */
	t->dress.special = true;
	body_init(&t->body, net->outdir, net->parts, net->writer,
		net->settings->durability);
	buf_init(&t->aside);
	t->found = (struct version)VERSION_UNKNOWN;
	t->easy = curl_easy_init();
	if (!t->easy || transfer_hear_connections(t) != CURLE_OK ||
		transfer_hear_answer(t) != CURLE_OK ||
		curl_easy_setopt(t->easy, CURLOPT_ERRORBUFFER, t->message) !=
			CURLE_OK) {
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
	buf_release(&t->aside);
	free(t->there);
	version_release(&t->found);
	strings_release(&t->mirrors);
	free(t);
}

CURL *transfer_begin(struct transfer *t, struct attempt *attempt,
	const struct addresses *addresses, struct pins *pins, nstime now,
	struct error *err)
{
	t->attempt = attempt;
	t->begun = now;
	t->connected = t->body_begun = t->is_document = false;
	buf_clear(&t->aside);
	free(t->there);
	t->there = NULL;
	t->cut = false;
	t->received = 0;
	t->granted = 0;
	t->turn = 0;
	t->stop.kind = KIND_NONE;
	t->message[0] = '\0';
	t->mark = now;
	t->marked = 0;
	response_clear(&t->response, t->net->settings->ignore_server_digests);
	version_release(&t->found);
	if (transfer_pin(t, addresses, pins, err) != 0 ||
		dress_attempt(&t->dress, t->easy, t->net, attempt, err) != 0)
		return NULL;
	return t->easy;
}

void transfer_fail(const struct error *err, struct outcome *outcome)
{
	outcome_init(outcome);
	transfer_failed(outcome, err->kind, err->code, err->text);
}

/* For the next --existing=update. */
static void remember(struct net *net, const struct attempt *attempt,
	const struct outcome *outcome, const char *etag)
{
	if (net->settings->existing == EXISTING_UPDATE && etag && etag[0])
		stamp_set(net->outdir,
			outcome->renamed ? outcome->renamed : attempt->entry->path,
			etag);
}

void transfer_end(struct transfer *t, CURLcode code, struct outcome *outcome)
{
	struct error why;

	outcome_init(outcome);
	transfer_describe(t, &outcome->exchange);
	if (transfer_judge(t, code, outcome) != 0)
		transfer_failed(outcome, t->stop.kind, t->stop.code, t->stop.text);
	if (outcome->type == OUTCOME_DONE)
		remember(t->net, t->attempt, outcome, t->response.etag);
	/* What has come stays, whatever it ended with. */
	if (body_settle(&t->body, outcome, &why) != 0)
		transfer_failed(outcome, why.kind, why.code, why.text);
	/* It may have ended before libcurl took the addresses: tell it again next time. */
	if (t->resolve && t->response.head == 0)
		pins_forget(t->pins, t->attempt->host, t->attempt->port);
	t->attempt = NULL;
}

/* Of a file of which an earlier run has brought all, only the validators are known: one of them may
 * be its date. */
static int64_t modified(const struct net *net, const struct version *version)
{
	if (!net->settings->remote_time)
		return -1;
	return version->mtime < 0 && version->modified
		       ? httpdate_parse(version->modified)
		       : version->mtime;
}

void transfer_commit(
	struct net *net, const struct attempt *attempt, struct outcome *outcome)
{
	struct publication how = {.existing = net->settings->existing,
		.mtime = modified(net, &attempt->version),
		.marked = net->settings->content_disposition,
		.name = attempt->version.name};
	struct error err;

	outcome_init(outcome);
	outcome->type = OUTCOME_DONE;
	if (parts_commit(net->parts, attempt, &how, outcome, &err) != 0)
		transfer_failed(outcome, err.kind, err.code, err.text);
	else
		remember(net, attempt, outcome, attempt->version.etag);
}

int64_t transfer_commit_bytes(struct net *net, const struct attempt *attempt)
{
	/* What is to be synced may not be on the disk yet. */
	return net->settings->durability == DURABILITY_EACH
		       ? attempt->version.size
		       : parts_unread(net->parts, attempt);
}

void transfer_set_head(struct transfer *t, transfer_head *head, void *context)
{
	t->head = head;
	t->head_context = context;
}

bool transfer_cancelled(const struct transfer *t)
{
	return attempt_is_cancelled(t->attempt);
}

void transfer_interrupt(struct transfer *t)
{
	error_set(&t->stop, KIND_INTERRUPTED, 0, "stopped before it was done");
}

static int on_poll(void *context, curl_off_t dltotal _unused_,
	curl_off_t dlnow _unused_, curl_off_t ultotal _unused_,
	curl_off_t ulnow _unused_)
{
	struct transfer *t = context;

	return t->poll(t->poll_context, t) ? 1 : 0;
}

void transfer_set_poll(struct transfer *t, transfer_poll *poll, void *context)
{
	t->poll = poll;
	t->poll_context = context;
	curl_easy_setopt(t->easy, CURLOPT_XFERINFOFUNCTION, poll ? on_poll : NULL);
	curl_easy_setopt(t->easy, CURLOPT_XFERINFODATA, t);
	curl_easy_setopt(t->easy, CURLOPT_NOPROGRESS, poll ? 0L : 1L);
}
