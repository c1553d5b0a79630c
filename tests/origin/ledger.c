/* ledger.c - see ledger.h.
 *
 * A record of the log is kept raw (a struct, then NUL-terminated strings) and only made
 * JSON when somebody asks: keeping it costs a copy of the head. The log stops growing
 * at LOG_MAX, for benchmarks. */
#include "ledger.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/map.h"
#include "base/text.h"

#define LOG_MAX (64 * 1024 * 1024)

struct record {
	nstime when;
	uint64_t connection;
	int status;
	size_t len; /* of the strings: method, target, server, then headers in pairs */
};

struct ledger {
	nstime started;
	struct tally all;
	struct map *hosts, *paths, *groups, *targets;
	struct buf log;
	uint64_t unlogged;
};

static void tally_free(void *value)
{
	struct tally *tally = value;

	buf_release(&tally->headers);
	free(tally->key);
	free(tally);
}

static struct tally *tally_get(struct map *map, const char *key)
{
	struct tally *tally = map_get(map, key);

	if (!tally) {
		tally = xcalloc(1, sizeof(*tally));
		tally->key = xstrdup(key);
		buf_init(&tally->headers);
		map_put(map, tally->key, tally);
	}
	return tally;
}

static void tally_begin(struct tally *tally, nstime now)
{
	if (tally->count++ == 0)
		tally->first = now;
	tally->last = now;
	if (++tally->active > tally->max_active)
		tally->max_active = tally->active;
}

struct ledger *ledger_new(nstime started)
{
	struct ledger *ledger = xcalloc(1, sizeof(*ledger));

	ledger->started = started;
	ledger->hosts = map_new();
	ledger->paths = map_new();
	ledger->groups = map_new();
	ledger->targets = map_new();
	buf_init(&ledger->log);
	return ledger;
}

void ledger_free(struct ledger *ledger)
{
	if (!ledger)
		return;
	map_free(ledger->hosts, tally_free);
	map_free(ledger->paths, tally_free);
	map_free(ledger->groups, tally_free);
	map_free(ledger->targets, tally_free);
	buf_release(&ledger->log);
	free(ledger);
}

static void add_string(struct buf *out, const char *text)
{
	buf_add(out, text, strlen(text) + 1);
}

static void log_request(struct ledger *ledger, struct visit *visit,
	const struct request *request, const char *server, const struct record *start)
{
	struct record record = *start;
	size_t begin = ledger->log.len;

	visit->record = SIZE_MAX;
	if (begin > LOG_MAX) {
		ledger->unlogged++;
		return;
	}
	buf_add(&ledger->log, &record, sizeof(record));
	add_string(&ledger->log, request->method);
	add_string(&ledger->log, request->target);
	add_string(&ledger->log, server);
	buf_add(&ledger->log, visit->path->headers.data, visit->path->headers.len);
	record.len = ledger->log.len - begin - sizeof(record);
	memcpy(ledger->log.data + begin, &record, sizeof(record));
	visit->record = begin;
}

void ledger_begin(struct ledger *ledger, struct visit *visit,
	const struct request *request, uint64_t connection, const char *server,
	nstime now)
{
	size_t segment = strcspn(request->path + 1, "/") + 1;
	char group[256];

	if (segment >= sizeof(group))
		segment = sizeof(group) - 1;
	memcpy(group, request->path, segment);
	group[segment] = '\0';
	visit->host = tally_get(ledger->hosts, request->host);
	visit->path = tally_get(ledger->paths, request->path);
	visit->group = tally_get(ledger->groups, group);
	tally_begin(&ledger->all, now);
	tally_begin(visit->host, now);
	tally_begin(visit->path, now);
	tally_begin(visit->group, now);
	buf_clear(&visit->path->headers);
	for (size_t i = 0; i < request->n_headers; i++) {
		add_string(&visit->path->headers, request->headers[i].name);
		add_string(&visit->path->headers, request->headers[i].value);
	}
	log_request(ledger, visit, request, server,
		&(struct record){.when = now, .connection = connection});
}

void ledger_status(struct ledger *ledger, const struct visit *visit, int status)
{
	struct record record;

	if (!visit->path || visit->record == SIZE_MAX)
		return;
	memcpy(&record, ledger->log.data + visit->record, sizeof(record));
	record.status = status;
	memcpy(ledger->log.data + visit->record, &record, sizeof(record));
}

void ledger_sent(struct ledger *ledger, const struct visit *visit, size_t bytes)
{
	if (!visit->path)
		return;
	ledger->all.sent += bytes;
	visit->host->sent += bytes;
	visit->path->sent += bytes;
	visit->group->sent += bytes;
}

void ledger_end(struct ledger *ledger, struct visit *visit)
{
	if (!visit->path)
		return;
	ledger->all.active--;
	visit->host->active--;
	visit->path->active--;
	visit->group->active--;
	*visit = (struct visit){0};
}

uint64_t ledger_ordinal(struct ledger *ledger, const char *target)
{
	return tally_get(ledger->targets, target)->count++;
}

bool ledger_too_fast(struct visit *visit, uint64_t limit, nstime now)
{
	struct tally *group = visit->group;

	if (now - group->window >= NS_PER_SEC) {
		group->window = now;
		group->window_count = 0;
	}
	return ++group->window_count > limit;
}

static void add_json(struct buf *out, const char *text)
{
	struct buf clean = BUF_INIT;

	text_add_utf8(&clean, text, strlen(text));
	buf_addch(out, '"');
	for (size_t i = 0; i < clean.len; i++) {
		unsigned char c = (unsigned char)clean.data[i];

		if (c == '"' || c == '\\')
			buf_addf(out, "\\%c", c);
		else if (c < 0x20)
			buf_addf(out, "\\u%04x", c);
		else
			buf_addch(out, (char)c);
	}
	buf_addch(out, '"');
	buf_release(&clean);
}

/* Header pairs as an object with names in lower case; of equal names a reader sees the
 * last. */
static void add_headers(struct buf *out, const char *at, const char *end)
{
	const char *comma = "";

	buf_addstr(out, "{");
	while (at < end) {
		const char *value = at + strlen(at) + 1;
		size_t name = out->len;

		buf_addstr(out, comma);
		add_json(out, at);
		for (size_t i = name; i < out->len; i++)
			if (out->data[i] >= 'A' && out->data[i] <= 'Z')
				out->data[i] = (char)(out->data[i] - 'A' + 'a');
		buf_addstr(out, ":");
		add_json(out, value);
		at = value + strlen(value) + 1;
		comma = ",";
	}
	buf_addstr(out, "}");
}

static int64_t ms_of(const struct ledger *ledger, nstime when)
{
	return (when - ledger->started) / NS_PER_MS;
}

/* The members of a tally, without braces. */
static void add_tally(struct ledger *ledger, struct buf *out, const struct tally *tally)
{
	buf_addf(out,
		"\"requests\":%" PRIu64 ",\"active\":%" PRIu64
		",\"max_active\":%" PRIu64 ",\"sent\":%" PRIu64 ",\"first\":%" PRId64
		",\"last\":%" PRId64,
		tally->count, tally->active, tally->max_active, tally->sent,
		tally->count ? ms_of(ledger, tally->first) : 0,
		tally->count ? ms_of(ledger, tally->last) : 0);
}

static void add_tallies(
	struct ledger *ledger, struct buf *out, const char *name, const struct map *map)
{
	const char *comma = "";
	struct tally *tally;
	size_t cursor = 0;

	buf_addf(out, ",\n\"%s\":{", name);
	while ((tally = map_next(map, &cursor))) {
		buf_addf(out, "%s\n", comma);
		add_json(out, tally->key);
		buf_addstr(out, ":{");
		add_tally(ledger, out, tally);
		if (tally->headers.len > 0) {
			buf_addstr(out, ",\"headers\":");
			add_headers(out, tally->headers.data,
				tally->headers.data + tally->headers.len);
		}
		buf_addstr(out, "}");
		comma = ",";
	}
	buf_addstr(out, "}");
}

void ledger_add_stats(
	struct ledger *ledger, struct buf *out, const struct ledger_totals *totals)
{
	buf_addstr(out, "{");
	add_tally(ledger, out, &ledger->all);
	buf_addf(out,
		",\"connections\":%" PRIu64 ",\"open\":%" PRIu64
		",\"unlogged\":%" PRIu64,
		totals->connections, totals->open, ledger->unlogged);
	add_tallies(ledger, out, "hosts", ledger->hosts);
	add_tallies(ledger, out, "groups", ledger->groups);
	add_tallies(ledger, out, "paths", ledger->paths);
	buf_addstr(out, "}\n");
}

void ledger_add_log(struct ledger *ledger, struct buf *out)
{
	const char *at = ledger->log.data, *end = at + ledger->log.len;

	while (at < end) {
		struct record record;
		const char *method, *target, *server, *headers;

		memcpy(&record, at, sizeof(record));
		method = at + sizeof(record);
		target = method + strlen(method) + 1;
		server = target + strlen(target) + 1;
		headers = server + strlen(server) + 1;
		at = method + record.len;
		buf_addf(out,
			"{\"ms\":%" PRId64 ",\"connection\":%" PRIu64
			",\"status\":%d,\"method\":",
			ms_of(ledger, record.when), record.connection, record.status);
		add_json(out, method);
		buf_addstr(out, ",\"target\":");
		add_json(out, target);
		buf_addstr(out, ",\"server\":");
		add_json(out, server);
		buf_addstr(out, ",\"headers\":");
		add_headers(out, headers, at);
		buf_addstr(out, "}\n");
	}
}

/* Idle tallies go; one that is under way begins anew. */
static struct map *map_cleared(struct map *old)
{
	struct map *map = map_new();
	struct tally *tally;
	size_t cursor = 0;

	while ((tally = map_next(old, &cursor))) {
		if (tally->active == 0) {
			tally_free(tally);
			continue;
		}
		tally->count = tally->sent = 0;
		tally->max_active = tally->active;
		tally->gathered = false;
		map_put(map, tally->key, tally);
	}
	map_free(old, NULL);
	return map;
}

void ledger_reset(struct ledger *ledger)
{
	ledger->hosts = map_cleared(ledger->hosts);
	ledger->paths = map_cleared(ledger->paths);
	ledger->groups = map_cleared(ledger->groups);
	ledger->targets = map_cleared(ledger->targets);
	ledger->all.count = ledger->all.sent = 0;
	ledger->all.max_active = ledger->all.active;
	ledger->unlogged = 0;
	buf_release(&ledger->log);
}
