/* The rules of the scheduler, written a second time and in another way: not what to do
 * next, but what must never be done. See oracle.h. */
#include "oracle.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "oracle_parts.h"

#define PRINTED_MAX 12

void oracle_blame(struct oracle *oracle, const char *fmt, ...)
{
	va_list args;

	if (oracle->violations++ >= PRINTED_MAX)
		return;
	printf("# at %.6f s: ", (double)oracle->now / NS_PER_SEC);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf("\n");
}

static struct record *record_of(struct oracle *oracle, const struct entry *entry)
{
	struct record **place;

	if (entry->number == 0 || entry->number > oracle->total) {
		oracle_blame(
			oracle, "entry %" PRIu64 " was never given", entry->number);
		abort();
	}
	place = &oracle->records[entry->number];
	if (!*place) {
		*place = xcalloc(1, sizeof(**place));
		(*place)->number = entry->number;
		(*place)->entry = entry;
		(*place)->large = world_is_large(entry->urls.items[0]);
	}
	must((*place)->entry == entry, *place, "not the entry it was");
	return *place;
}

/* Must not be asked any more. Refusals may be left out of the count, but need not be. */
static bool is_used_up(
	const struct oracle *oracle, const struct record *record, size_t mirror)
{
	return record->mirrors[mirror].dead ||
	       record->mirrors[mirror].failures - record->mirrors[mirror].refusals >=
		       oracle_max_tries(oracle, record);
}

/* Need not be asked any more. */
static bool may_be_left(
	const struct oracle *oracle, const struct record *record, size_t mirror)
{
	struct url url;

	if (record->mirrors[mirror].dead ||
		record->mirrors[mirror].failures >= oracle_max_tries(oracle, record))
		return true;
	if (url_parse(&url, record->entry->urls.items[mirror], NULL) != 0)
		return true;
	url_release(&url);
	return false;
}

/* An attempt at a mirror's own URL: is it that one's turn? */
static void check_turn(struct oracle *oracle, struct record *record, const char *url)
{
	size_t n = record->entry->urls.count;
	size_t first = record->attempts == 0 ? 0 : record->mirror + 1;

	for (size_t i = 0; i < n; i++) {
		size_t mirror = (first + i) % n;

		if (strcmp(record->entry->urls.items[mirror], url) == 0) {
			must(!is_used_up(oracle, record, mirror), record,
				"a mirror is asked too often");
			record->mirror = mirror;
			chain_of(record)->hops = 0;
			chain_of(record)->from_public = false;
			return;
		}
		must(may_be_left(oracle, record, mirror), record,
			"a mirror is passed over");
	}
	oracle_blame(oracle, "entry %" PRIu64 ": nobody named %s", record->number, url);
}

/* Of a large file several attempts fail at once, in any order, and several mirrors are asked:
 * whose turn it is then cannot be told from here. But each is at the same place, unless there
 * is a reason. */
static void check_place(struct oracle *oracle, struct record *record, const char *url)
{
	struct mirror_record *chain = chain_of(record);
	bool known = chain->url && strcmp(chain->url, url) == 0;

	if (strcmp(record->entry->urls.items[record->mirror], url) == 0 &&
		(chain->turn || !chain->url)) {
		known = true;
		chain->hops = 0;
		chain->from_public = false;
	}
	must(known, record, "at another place, for no reason");
	chain->turn = false;
}

static void check_url(
	struct oracle *oracle, struct record *record, const struct attempt *attempt)
{
	struct mirror_record *chain;

	if (record->large)
		record->mirror = attempt->mirror;
	chain = chain_of(record);
	if (chain->target) {
		must(strcmp(chain->target, attempt->url) == 0, record,
			"not where the redirect leads");
		free(chain->target);
		chain->target = NULL;
	} else if (record->large) {
		check_place(oracle, record, attempt->url);
	} else {
		check_turn(oracle, record, attempt->url);
	}
	must(attempt->mirror == record->mirror, record, "another mirror's attempt");
	chain = chain_of(record);
	free(chain->url);
	chain->url = xstrdup(attempt->url);
}

static void check_attempt(struct oracle *oracle, struct record *record,
	const struct attempt *attempt, const struct host *host)
{
	struct url url;
	bool parses = url_parse(&url, attempt->url, NULL) == 0;

	must(parses && strcmp(url.text, attempt->url) == 0, record, "not a normal URL");
	must(parses && strcmp(url.origin, attempt->origin_key) == 0, record,
		"another origin than the URL's");
	must(parses && strcmp(url.host, attempt->host) == 0 &&
			url_port(&url) == attempt->port,
		record, "another host or port than the URL's");
	url_release(&url);
	must(attempt->entry == record->entry, record, "an attempt for another entry");
	must(attempt->trusted == (host == world_host(oracle->world,
						  record->entry->urls.items[0])),
		record, "trust in the wrong origin");
	must(attempt->public_only == (chain_of(record)->from_public &&
					     !oracle->settings->allow_private),
		record, "public_only is wrong");
	must(attempt->ordinal == record->attempts, record, "ordinal is wrong");
	must(attempt->started == oracle->now && attempt->queued <= oracle->now, record,
		"times are wrong");
	must(attempt->received == 0 && attempt->expected == -1, record,
		"counters are not at their beginning");
}

static void take_job(struct oracle *oracle, const struct record *record)
{
	if (++oracle->in_flight > oracle->most_in_flight)
		oracle->most_in_flight = oracle->in_flight;
	must(oracle->in_flight <= oracle->settings->jobs, record, "more than --jobs");
	must(oracle->now >= record->not_before, record, "started during its backoff");
}

static void check_limits(
	struct oracle *oracle, const struct record *record, struct watched *watched)
{
	if (++watched->in_flight > watched->most_in_flight)
		watched->most_in_flight = watched->in_flight;
	must(oracle->settings->per_host == 0 ||
			watched->in_flight <= oracle->settings->per_host,
		record, "more than --per-host");
	must(oracle->now >= watched->paused_until, record, "asked during a pause");
}

static void on_start(
	struct oracle *oracle, struct record *record, const struct attempt *attempt)
{
	struct host *host = world_host(oracle->world, attempt->url);
	struct watched *watched;

	must(record->in_flight == 0 || record->large, record,
		"started while in flight");
	must(record->in_flight == 0 || record->in_flight < oracle->settings->split ||
			record->anew,
		record, "more than --split");
	must(oracle->ends[record->number] == 0, record, "started after its end");
	record->in_flight++;
	take_job(oracle, record);
	if (attempt->work == WORK_COMMIT) {
		must(record->large, record, "a commit of a small file");
		return; /* it asks nobody */
	}
	must(!oracle->draining, record, "started though draining");
	check_url(oracle, record, attempt);
	record->attempts++;
	free(record->url);
	record->url = xstrdup(attempt->url);
	oracle->starts++;
	if (!host) {
		must(false, record, "no such host");
		abort();
	}
	watched = &oracle->watched[host - oracle->world->hosts];
	if (watched->starts++ == 0)
		watched->first_start = oracle->starts;
	watched->last_start = oracle->starts;
	check_limits(oracle, record, watched);
	check_attempt(oracle, record, attempt, host);
}

/* What the simulated servers do that lasts. */
static bool is_permanent(const struct outcome *outcome)
{
	return (outcome->kind == KIND_HTTP && outcome->exchange.status == 404) ||
	       outcome->kind == KIND_REDIRECT;
}

static void book_failure(struct record *record, const struct outcome *outcome)
{
	size_t m = record->mirror;

	record->mirrors[m].failures++;
	record->mirrors[m].refusals += oracle_is_refusal(outcome);
	record->own_fault = outcome->kind == KIND_DISK;
	record->mirrors[m].dead |= is_permanent(outcome);
	if (outcome->kind == KIND_CHECKSUM) {
		if (record->mirrors[m].was_wrong &&
			record->mirrors[m].wrong_digest == outcome->wrong_digest)
			record->mirrors[m].dead = true;
		record->mirrors[m].was_wrong = true;
		record->mirrors[m].wrong_digest = outcome->wrong_digest;
	}
}

/* May this redirect be followed? */
static bool may_follow(const struct oracle *oracle, struct record *record,
	const struct outcome *outcome)
{
	const struct mirror_record *chain = chain_of(record);
	const struct settings *settings = oracle->settings;
	const char *to = outcome->location;
	bool http = strncmp(to, "http://", 7) == 0,
	     tls = strncmp(to, "https://", 8) == 0;
	bool is_public = chain->from_public || outcome->from_public;

	if ((!http && !tls) || !world_host(oracle->world, to))
		return false;
	if (chain->hops + 1 > settings->max_redirs)
		return false;
	if (http && strncmp(chain->url, "https:", 6) == 0 && !settings->allow_downgrade)
		return false;
	return !is_public || settings->allow_private || !strstr(to, "://10.");
}

static void judge(
	struct oracle *oracle, struct record *record, const struct outcome *outcome)
{
	record->outcome = outcome->type;
	if (outcome->type == OUTCOME_PART ||
		(outcome->written > 0 && outcome->exchange.status == 206))
		record->fruitless = 0;
	if (outcome->type == OUTCOME_FAILED) {
		book_failure(record, outcome);
	} else if (outcome->type == OUTCOME_REDIRECT &&
		   !may_follow(oracle, record, outcome)) {
		record->outcome = OUTCOME_FAILED;
		book_failure(record, &(struct outcome){.kind = KIND_REDIRECT});
	}
}

static void record_free(struct record *record)
{
	if (!record)
		return;
	for (size_t i = 0; i < MIRRORS_MAX; i++) {
		free(record->mirrors[i].target);
		free(record->mirrors[i].url);
	}
	free(record->url);
	free(record);
}

static void forget(struct oracle *oracle, struct record *record)
{
	oracle->records[record->number] = NULL;
	record_free(record);
}

static void leave_host(struct oracle *oracle, const struct attempt *attempt,
	const struct outcome *outcome)
{
	struct host *host = world_host(oracle->world, attempt->url);
	struct watched *watched = &oracle->watched[host - oracle->world->hosts];

	watched->in_flight--;
	watched->delivered += outcome->type == OUTCOME_DONE;
	if (outcome->retry_after >= 0 && oracle_is_refusal(outcome)) {
		nstime pause = outcome->retry_after;
		nstime end = oracle->now + (pause < PAUSE_MAX ? pause : PAUSE_MAX);

		if (end > watched->paused_until)
			watched->paused_until = end;
	}
}

static void on_finish(struct oracle *oracle, struct record *record,
	const struct attempt *attempt, const struct outcome *outcome)
{
	must(record->in_flight > 0, record, "finished though not in flight");
	record->in_flight--;
	oracle->in_flight--;
	if (attempt->work == WORK_FETCH)
		leave_host(oracle, attempt, outcome);
	if (record->ended) {
		if (record->in_flight == 0)
			forget(oracle, record);
		return;
	}
	if (attempt->mirror != NO_MIRROR)
		record->mirror = attempt->mirror;
	judge(oracle, record, outcome);
	oracle->due = record;
}

static void on_retry(
	struct oracle *oracle, struct record *record, const struct event *event)
{
	bool hope = false;

	must(!record->own_fault, record, "a retry after our own failure");
	if (record->large) {
		oracle_check_fruitless(oracle, record, event->outcome);
	} else {
		must(record->outcome == OUTCOME_FAILED, record,
			"a retry of no failure");
		for (size_t i = 0; i < record->entry->urls.count; i++)
			hope |= !is_used_up(oracle, record, i);
		must(hope, record, "a retry with no mirror left");
	}
	oracle_check_wait(oracle, record, event->outcome, event->wait);
	record->retries++;
	oracle->retries++;
	record->not_before = oracle->now + event->wait;
}

static void on_redirect(
	struct oracle *oracle, struct record *record, const struct outcome *outcome)
{
	struct mirror_record *chain = chain_of(record);

	must(record->outcome == OUTCOME_REDIRECT || record->large, record, "sent on?");
	record->redirects++;
	oracle->redirects++;
	chain->hops++;
	chain->from_public |= outcome->from_public;
	free(chain->target);
	chain->target = xstrdup(outcome->location);
}

static void check_history(struct oracle *oracle, const struct record *record,
	const struct history *history)
{
	must(history->attempts == record->attempts, record, "attempts miscounted");
	must(history->retries == record->retries, record, "retries miscounted");
	must(history->redirects == record->redirects, record, "redirects miscounted");
	must(history->url && record->url && strcmp(history->url, record->url) == 0,
		record, "history.url is not what was asked last");
}

static void on_failed(
	struct oracle *oracle, const struct record *record, const struct event *event)
{
	oracle->failed++;
	if (oracle->draining && event->error->kind == KIND_INTERRUPTED) {
		oracle->interrupted++;
		return;
	}
	must(record->outcome == OUTCOME_FAILED || record->large, record, "failed?");
	must(event->outcome && event->error->kind != KIND_NONE, record, "no reason");
	for (size_t i = 0; !record->own_fault && i < record->entry->urls.count; i++)
		must(record->large || may_be_left(oracle, record, i), record,
			"given up too early");
}

static void on_end(
	struct oracle *oracle, struct record *record, const struct event *event)
{
	enum fate fate =
		oracle->fate ? oracle->fate(oracle->world, event->entry) : FATE_ANY;

	must(record->in_flight == 0 || record->large, record, "ended while in flight");
	must(++oracle->ends[record->number] == 1, record, "ended twice");
	check_history(oracle, record, event->history);
	if (event->type == EVENT_FAILED) {
		on_failed(oracle, record, event);
		must(fate != FATE_DONE || oracle->draining, record, "should be there");
	} else {
		oracle->done++;
		must(record->outcome == OUTCOME_DONE, record, "done though it is not");
		must(fate != FATE_FAILED, record, "should have failed");
	}
	oracle->last_end = oracle->now;
	record->ended = true;
	if (record->in_flight == 0)
		forget(oracle, record);
}

/* FINISH is followed by what it means, before anything else happens. */
static void check_sequence(
	struct oracle *oracle, const struct record *record, enum event_type type)
{
	bool verdict = type == EVENT_DONE || type == EVENT_FAILED ||
		       type == EVENT_RETRY || type == EVENT_REDIRECT;

	if (oracle->due && type == EVENT_PAUSE)
		return;
	if (oracle->due && oracle->due == record && verdict) {
		oracle->due = NULL;
	} else {
		/* Of one of a large file nothing need follow. */
		must(!oracle->due || oracle->due->large, record, "out of turn");
		oracle->due = NULL;
		must(type == EVENT_START || type == EVENT_FINISH ||
				(type == EVENT_FAILED && oracle->draining),
			record, "out of the blue");
	}
}

static void oracle_event(struct observer *observer, const struct event *event)
{
	struct oracle *oracle = container_of(observer, struct oracle, observer);
	struct record *record = record_of(oracle, event->entry);

	must(event->now == oracle->now, record, "told at another time");
	check_sequence(oracle, record, event->type);
	switch (event->type) {
	case EVENT_START:
		on_start(oracle, record, event->attempt);
		break;
	case EVENT_FINISH:
		on_finish(oracle, record, event->attempt, event->outcome);
		break;
	case EVENT_RETRY:
		on_retry(oracle, record, event);
		break;
	case EVENT_REDIRECT:
		on_redirect(oracle, record, event->outcome);
		break;
	case EVENT_DONE:
	case EVENT_FAILED:
		on_end(oracle, record, event);
		break;
	case EVENT_PAUSE:
		oracle->pauses++;
		break;
	default:
		must(false, record, "not the scheduler's to tell");
	}
}

void oracle_init(struct oracle *oracle, const struct settings *settings,
	struct world *world, size_t total)
{
	static const struct observer_ops ops = {.event = oracle_event};

	*oracle = (struct oracle){.observer = {&ops},
		.settings = settings,
		.world = world,
		.records = xcalloc(total + 1, sizeof(struct record *)),
		.ends = xcalloc(total + 1, 1),
		.total = total,
		.watched = xcalloc(world->n_hosts + 1, sizeof(struct watched))};
}

void oracle_close(struct oracle *oracle, uint64_t given)
{
	if (oracle->in_flight)
		oracle_blame(oracle, "%u left in flight", oracle->in_flight);
	for (uint64_t n = 1; n <= oracle->total; n++) {
		bool begun = oracle->records[n] || oracle->ends[n];

		if (oracle->records[n])
			oracle_blame(oracle, "entry %" PRIu64 " was begun and lost", n);
		else if (n <= given && !oracle->ends[n] && !oracle->draining)
			oracle_blame(oracle, "entry %" PRIu64 " was lost", n);
		else if (n > given && begun)
			oracle_blame(oracle, "entry %" PRIu64 " was never given", n);
	}
}

void oracle_release(struct oracle *oracle)
{
	for (uint64_t n = 1; n <= oracle->total; n++)
		record_free(oracle->records[n]);
	free(oracle->records);
	free(oracle->ends);
	free(oracle->watched);
}
