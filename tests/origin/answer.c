/* answer.c - from a request to its reply: our own pages, limits, faults by number and
 * seed, then the script. */
#include "conn.h"

#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/hash.h"
#include "bucket.h"
#include "pages.h"
#include "script.h"
#include "server.h"

#define GATHER_MS 60000 /* the longest wait of gather= */

static void refuse(struct conn *conn, int status, const char *text, const char *detail)
{
	struct buf page = BUF_INIT;

	buf_addf(&page, "origin: %s%s\n", text, detail);
	reply_page(&conn->reply, &conn->request, status, "text/plain", &page);
}

/* The pages about the origin itself, which count nowhere. */
static bool answer_page(struct conn *conn)
{
	struct server *server = conn->server;
	const char *path = conn->request.path, *type = "application/json";
	struct buf page = BUF_INIT;

	if (strcmp(path, "/stats") == 0) {
		struct ledger_totals totals = {server->connections, server->open};

		ledger_add_stats(server->ledger, &page, &totals);
	} else if (strcmp(path, "/log") == 0) {
		ledger_add_log(server->ledger, &page);
	} else if (strcmp(path, "/reset") == 0) {
		ledger_reset(server->ledger);
		server->connections = 0;
		buf_addstr(&page, "{}\n");
	} else {
		return false;
	}
	reply_page(&conn->reply, &conn->request, 200, type, &page);
	return true;
}

static bool answer_list(struct conn *conn)
{
	struct buf page = BUF_INIT;
	const char *wrong;

	if (!pages_list(&conn->request, &page, &wrong))
		return false;
	if (wrong)
		refuse(conn, 400, "wrong parameter: ", wrong);
	else
		reply_page(&conn->reply, &conn->request, 200, "text/plain", &page);
	buf_release(&page);
	return true;
}

static bool answer_bucket(struct conn *conn)
{
	struct request *request = &conn->request;
	struct reply *reply = &conn->reply;
	struct bucket_answer answer;

	if (!bucket_is_asked(request) ||
		!bucket_reply(request,
			ledger_ordinal(conn->server->ledger, request->target), &answer))
		return false;
	reply_set_literal(reply, &answer.page);
	reply_add_status(reply, answer.status);
	if (answer.header[0])
		buf_addf(&reply->head, "%s\r\n", answer.header);
	reply_add_header(reply, "Content-Type", "application/xml");
	reply_add_length(reply, reply->end);
	reply_end_head(reply, request);
	if (answer.cut) {
		reply->end /= 2;
		reply->ending = END_CLOSE;
	}
	return true;
}

/* Over max-active or max-rate of its group? Then the script becomes that of a refusal.
 */
static void apply_limits(struct conn *conn, struct script *script)
{
	int64_t limit, status;

	if (script->max_active && script_limit(script->max_active, &limit, &status) &&
		conn->visit.group->active > (uint64_t)limit) {
		script->status = status;
		script->delay = 0;
	}
	if (script->max_rate && script_limit(script->max_rate, &limit, &status) &&
		ledger_too_fast(&conn->visit, (uint64_t)limit, conn->server->now))
		script->status = status;
}

/* Wait for the others of the group; who makes it as many as are waited for lets all go. */
static void gather(struct conn *conn, struct script *script)
{
	struct tally *group = conn->visit.group;
	struct server *server = conn->server;

	if (group->gathered)
		return;
	if (group->active < (uint64_t)script->gather) {
		script->delay = GATHER_MS;
		return;
	}
	group->gathered = true;
	for (struct list *at = server->conns.next; at != &server->conns;
		at = at->next) {
		struct conn *other = container_of(at, struct conn, all);

		if (other->state == CONN_DELAYED && other->visit.group == group)
			heap_set(&server->timers, &other->timer, server->now);
	}
}

/* need=Name: value: was it asked with that header? */
static bool has_needed(const struct request *request, const char *need)
{
	size_t len = strcspn(need, ":");

	for (size_t i = 0; i < request->n_headers; i++) {
		const struct header *header = &request->headers[i];

		if (strlen(header->name) == len && need[len] == ':' &&
			strncasecmp(header->name, need, len) == 0 &&
			strcmp(header->value,
				need + len + 1 + strspn(need + len + 1, " ")) == 0)
			return true;
	}
	return false;
}

/* Does this request break, and how? Where at= picks out some, only these are counted. */
static void apply_faults(struct conn *conn, struct script *script, uint64_t ordinal)
{
	struct request *request = &conn->request;
	struct range range;
	struct buf key = BUF_INIT;
	enum fault fault;
	int64_t status = 0;

	if (range_parse(request, script->size, &range) != RANGE_PART)
		range = (struct range){0, script->size - 1};
	if (script->at >= 0 && script->at != range.first)
		script_behave(script);
	if (!script->fail && !script->fault)
		return;
	if (script->at >= 0) {
		buf_addf(&key, "%s at", request->target);
		ordinal = ledger_ordinal(conn->server->ledger, key.data);
		buf_release(&key);
	}
	fault = script_choose(script, request->target, ordinal, &status);
	script_break(script, fault, status, &range,
		body_random(
			hash64(request->target, strlen(request->target), 1), ordinal));
}

static void answer_script(struct conn *conn)
{
	struct request *request = &conn->request;
	struct script script;
	const char *wrong = script_parse(&script, request->query);
	uint64_t ordinal = 0;

	if (wrong) {
		refuse(conn, 400, "wrong parameter: ", wrong);
		return;
	}
	if (script.fail || script.fault || script.stale || script.change > 0 ||
		script.lie)
		ordinal = ledger_ordinal(conn->server->ledger, request->target);
	apply_faults(conn, &script, ordinal);
	if (conn->used)
		script_grow_stale(&script, request->target, ordinal);
	apply_limits(conn, &script);
	if (script.gather > 0)
		gather(conn, &script);
	if (script.need && !has_needed(request, script.need))
		script.status = 401;
	reply_script(&conn->reply, request, &script, ordinal, time(NULL));
	if (script.hangup && conn->reply.ending == END_KEEP)
		conn->reply.ending = END_CLOSE;
}

void answer(struct conn *conn)
{
	struct request *request = &conn->request;

	reply_clear(&conn->reply);
	if (answer_page(conn))
		return;
	if (!conn->counted) {
		conn->counted = true;
		conn->server->connections++;
	}
	ledger_begin(conn->server->ledger, &conn->visit, request, conn->id,
		conn->address, conn->server->now);
	if (strcmp(request->method, "GET") != 0 && !request->head_only) {
		request->keep_alive =
			false; /* there may be a body, which we do not read */
		refuse(conn, 405, "only GET and HEAD, not ", request->method);
	} else if (!answer_list(conn) && !answer_bucket(conn)) {
		answer_script(conn);
	}
	ledger_status(conn->server->ledger, &conn->visit, conn->reply.status);
}
