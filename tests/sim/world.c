/* Simulated servers: see world.h. Hosts are called h0.test, h1.test and so on, with schemes
 * and ports in turn; the last of them has a private address for its name. */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define PRIVATE "http://10.1.2.3"
#define REFUSAL_MAX (20 * NS_PER_MS)

void world_init(struct world *world, size_t n_hosts, uint64_t seed)
{
	*world = (struct world){.dice = {seed},
		.hosts = xcalloc(n_hosts + 1, sizeof(*world->hosts)),
		.n_hosts = n_hosts};
	for (size_t i = 0; i < n_hosts; i++) {
		world->hosts[i].origin = xasprintf("http%s://h%zu.test%s",
			i % 3 == 1 ? "s" : "", i - i % 3, i % 3 == 2 ? ":8080" : "");
		world->hosts[i].wait = -1;
	}
	world->hosts[n_hosts] = (struct host){.origin = xstrdup(PRIVATE), .wait = -1};
}

void world_release(struct world *world)
{
	for (size_t i = 0; i <= world->n_hosts; i++)
		free((char *)world->hosts[i].origin);
	free(world->hosts);
}

static bool is_at(const struct host *host, const char *url)
{
	size_t len = strlen(host->origin);

	return strncmp(url, host->origin, len) == 0 && url[len] == '/';
}

struct host *world_host(struct world *world, const char *url)
{
	for (size_t i = 0; i <= world->n_hosts; i++) {
		size_t at = (world->last + i) % (world->n_hosts + 1);

		if (is_at(&world->hosts[at], url)) {
			world->last = at;
			return &world->hosts[at];
		}
	}
	return NULL;
}

static void fail(struct outcome *outcome, enum kind kind, long status)
{
	outcome->type = OUTCOME_FAILED;
	outcome->kind = kind;
	outcome->exchange.status = status;
	snprintf(outcome->text, sizeof(outcome->text), "%s %ld", kind_name(kind),
		status);
}

/* The breakage that was diced, FAULT_COUNT for none. */
static enum fault pick_fault(struct world *world, const struct host *host)
{
	double at = dice_real(&world->dice);

	for (int i = 0; i < FAULT_COUNT; i++) {
		at -= host->faults[i];
		if (at < 0)
			return i;
	}
	return FAULT_COUNT;
}

static bool apply_fault(struct world *world, const struct host *host, enum fault fault,
	struct outcome *outcome)
{
	static const struct {
		enum kind kind;
		long status;
	} faults[] = {
		[FAULT_DNS] = {KIND_DNS, 0},
		[FAULT_CONNECT] = {KIND_CONNECT, 0},
		[FAULT_RESET] = {KIND_NETWORK, 200},
		[FAULT_TRUNCATED] = {KIND_TRUNCATED, 200},
		[FAULT_STALL] = {KIND_STALL, 200},
		[FAULT_500] = {KIND_HTTP, 500},
		[FAULT_500_WAIT] = {KIND_HTTP, 500},
		[FAULT_503] = {KIND_HTTP, 503},
		[FAULT_503_WAIT] = {KIND_HTTP, 503},
		[FAULT_CHECKSUM] = {KIND_CHECKSUM, 200},
	};

	if (fault == FAULT_COUNT)
		return false;
	fail(outcome, faults[fault].kind, faults[fault].status);
	if (fault == FAULT_500_WAIT || fault == FAULT_503_WAIT)
		outcome->retry_after = host->wait;
	if (fault == FAULT_CHECKSUM)
		outcome->wrong_digest = dice_roll(&world->dice);
	return true;
}

static void redirect(const struct host *host, struct outcome *outcome, char *to)
{
	outcome->type = OUTCOME_REDIRECT;
	outcome->location = to;
	outcome->from_public = host->is_public;
	outcome->exchange.status = 302;
}

/* What a sound host says to this path. */
static void answer(struct world *world, const struct host *host,
	const struct attempt *attempt, struct outcome *outcome)
{
	const char *path = attempt->url + strlen(host->origin);
	unsigned a = 0, k = 0, n = 0;

	outcome->exchange.status = 200;
	if (sscanf(path, "/away/%u/%u/%u", &a, &k, &n) == 3) {
		redirect(host, outcome,
			xasprintf("%s/large/%u/%u", world->hosts[a].origin, k, n));
	} else if (sscanf(path, "/near/%u/%u", &a, &n) == 2 && a > 0) {
		redirect(host, outcome,
			xasprintf("%s/near/%u/%u", host->origin, a - 1, n));
	} else if (sscanf(path, "/far/%u/%u", &a, &n) == 2) {
		redirect(host, outcome,
			xasprintf("%s/file/%u", world->hosts[a].origin, n));
	} else if (sscanf(path, "/back/%u/%u", &a, &n) == 2) {
		redirect(host, outcome,
			xasprintf("%s/far/%td/%u", world->hosts[a].origin,
				host - world->hosts, n));
	} else if (strncmp(path, "/loop/", 6) == 0) {
		redirect(host, outcome, xstrdup(attempt->url));
	} else if (sscanf(path, "/odd/%u", &n) == 1) {
		static const char *const odd[] = {"ftp://h0.test/",
			"file:///etc/passwd", "", "http://", "javascript:0"};

		redirect(host, outcome, xstrdup(odd[n % 5]));
	} else if (strncmp(path, "/gone/", 6) == 0) {
		fail(outcome, KIND_HTTP, 404);
	} else if (strncmp(path, "/sick/", 6) == 0) {
		fail(outcome, KIND_HTTP, 500);
	} else if (sscanf(path, "/sour/%u", &n) == 1) {
		fail(outcome, KIND_CHECKSUM, 200);
		outcome->wrong_digest = n;
	} else if (sscanf(path, "/once/%u", &n) == 1 && attempt->ordinal == 1) {
		fail(outcome, KIND_CHECKSUM, 200);
		outcome->wrong_digest = n;
	} else if (strncmp(path, "/full/", 6) == 0) {
		fail(outcome, KIND_DISK, 200);
	}
}

bool world_is_large(const char *url)
{
	static const char *const paths[] = {
		"/large/", "/moving/", "/liar/", "/plain/", "/loose/", "/away/"};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (strstr(url, paths[i]))
			return true;
	return false;
}

/* Which of its states a file is in at this moment. */
static unsigned state_of(const char *path, unsigned n, nstime now)
{
	nstime period = (nstime)(1 + n % 5) * NS_PER_SEC;

	if (strncmp(path, "/moving/", 8) != 0)
		return 1;
	return now / period < 4 ? (unsigned)(now / period) : 4;
}

/* What a ranged request gets. */
static void answer_range(
	const struct attempt *attempt, const char *path, struct exchange_plan *plan)
{
	char etag[24];

	if (strncmp(path, "/plain/", 7) == 0 && !attempt->version.etag) {
		if (attempt->version.size >= 0)
			fail(&plan->outcome, KIND_RANGE, 200);
		return;
	}
	snprintf(etag, sizeof(etag), "\"%u\"", plan->state);
	if (strncmp(path, "/liar/", 6) == 0) {
		fail(&plan->outcome, KIND_RANGE, 206);
	} else if (attempt->version.etag &&
		   (strncmp(path, "/plain/", 7) == 0 ||
			   strcmp(attempt->version.etag, etag) != 0)) {
		fail(&plan->outcome, KIND_CHANGED, 200);
	} else if (attempt->version.size >= 0 && attempt->version.size != plan->size) {
		fail(&plan->outcome, KIND_CHANGED, 206);
	} else {
		plan->ranges = true;
		plan->outcome.exchange.status = 206;
		if (attempt->asked.last < plan->size)
			plan->last = attempt->asked.last;
	}
}

static bool answer_large(const struct host *host, const struct attempt *attempt,
	nstime now, struct exchange_plan *plan)
{
	const char *path = attempt->url + strlen(host->origin);
	unsigned k = 0, n = 0;

	if (!world_is_large(path) || strncmp(path, "/away/", 6) == 0 ||
		sscanf(path, "/%*[a-z]/%u/%u", &k, &n) != 2)
		return false;
	plan->outcome.exchange.status = 200;
	plan->state = state_of(path, n, now);
	plan->size = ((int64_t)k << 20) + n % 1000 + plan->state;
	plan->last = plan->size - 1;
	plan->pin = strncmp(path, "/loose/", 7) != 0;
	plan->speed = host->speed ? host->speed : 10 << 20;
	plan->breaks = -1;
	if (attempt->ranged)
		answer_range(attempt, path, plan);
	return true;
}

/* Half to one and a half of it, now and then ten times as long. */
static nstime vary(struct world *world, const struct host *host)
{
	double times = 0.5 + dice_real(&world->dice);

	if (host->steady)
		return host->latency;
	if (dice_chance(&world->dice, 0.01))
		times *= 10;
	return (nstime)((double)host->latency * times);
}

/* Mostly small, a few large: sizes of real lists have a heavy tail. */
static nstime body_time(struct world *world, const struct host *host)
{
	double size = 2000 / (dice_real(&world->dice) + 0.001);

	if (!host->rate)
		return host->body;
	return host->body + (nstime)(size / (double)host->rate * NS_PER_SEC);
}

/* ... with the fault that was diced, which may come in the middle: what came before it has
 * come. Wrong bytes are not looked at here. */
static void serve_large(struct world *world, const struct host *host,
	const struct attempt *attempt, enum fault fault, struct exchange_plan *plan)
{
	bool breaks = fault == FAULT_RESET || fault == FAULT_TRUNCATED ||
		      fault == FAULT_STALL;

	plan->large = plan->outcome.type != OUTCOME_FAILED &&
		      (breaks || fault == FAULT_CHECKSUM || fault == FAULT_COUNT);
	if (!plan->large) {
		if (plan->outcome.type != OUTCOME_FAILED)
			apply_fault(world, host, fault, &plan->outcome);
		return;
	}
	plan->answered = plan->done;
	plan->done = NSTIME_NEVER;
	if (!breaks)
		return;
	plan->breaks = (int64_t)dice_below(
		&world->dice, (uint64_t)(plan->last - attempt->asked.first + 1));
	plan->stalls = fault == FAULT_STALL ? 30 * NS_PER_SEC : 0;
	apply_fault(world, host, fault, &plan->outcome);
	plan->outcome.exchange.status = plan->ranges ? 206 : 200;
}

void world_ask(struct world *world, const struct attempt *attempt, nstime now,
	struct exchange_plan *plan)
{
	struct host *host = world_host(world, attempt->url);
	struct outcome *outcome = &plan->outcome;
	enum fault fault;

	*plan = (struct exchange_plan){.answered = NSTIME_NEVER};
	outcome_init(outcome);
	if (!host || host->is_dead) {
		fail(outcome, host ? KIND_CONNECT : KIND_DNS, 0);
		plan->done = now + (host ? vary(world, host) : NS_PER_SEC);
		return;
	}
	host->asked++;
	plan->done = now + vary(world, host);
	if (host->capacity && host->serving >= host->capacity) {
		host->refused++;
		if (!host->ponders && plan->done > now + REFUSAL_MAX)
			plan->done = now + REFUSAL_MAX;
		fail(outcome, KIND_HTTP, 429);
		outcome->retry_after = host->wait;
		return;
	}
	plan->serves = host;
	if (++host->serving > host->most_serving)
		host->most_serving = host->serving;
	fault = pick_fault(world, host);
	if (answer_large(host, attempt, now, plan)) {
		serve_large(world, host, attempt, fault, plan);
		return;
	}
	if (fault == FAULT_STALL)
		plan->done += 30 * NS_PER_SEC;
	if (apply_fault(world, host, fault, outcome))
		return;
	answer(world, host, attempt, outcome);
	if (outcome->type == OUTCOME_DONE || outcome->kind == KIND_CHECKSUM) {
		plan->answered = plan->done;
		plan->done += body_time(world, host);
	}
}

void world_done(struct exchange_plan *plan)
{
	if (plan->serves)
		plan->serves->serving--;
	outcome_release(&plan->outcome);
}
