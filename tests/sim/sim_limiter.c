/* sim_limiter.c - the limiter against simulated servers, on virtual time.
 *
 * Every kind of server gets the same job with each of a row of fixed numbers, which no
 * refusal changes, and under the limiter, both adaptive and with a number. At least nine
 * tenths of the best fixed number's goodput, and no more than a tenth of the requests
 * refused, make the adaptive one pass, with the worst of several seeds.
 *
 *	sim_limiter                 TAP: judged
 *	sim_limiter FILES [NAME]    the table alone, for jobs of so many files
 *
 * A request takes half a round trip to the server, may be refused there, waits for one of
 * the workers, is served, takes its share of the link, and half a round trip back. Files
 * that were refused come back after a random wait that doubles each time. Where they are refused
 * for no reason the number must not do worse than if refusals did not change it, either. */
#include "core/limiter.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/heap.h"
#include "base/list.h"
#include "dice.h"

#define MS NS_PER_MS
#define SECONDS(s) ((s)*NS_PER_SEC)
#define SEEDS 5
#define FILES 20000
#define SHORT 1000
#define BAR 0.9
#define REFUSED_MAX 0.1
#define CEILING 20000 /* of the adaptive limiter */
#define NUMBER 64     /* of the other */
#define TRIES 5       /* of a file that is always refused */

struct server {
	const char *name;
	nstime rtt, service;
	double spread;    /* of both: 0 constant, 1 exponential */
	unsigned workers; /* serve at once; more wait; 0: any number */
	double degrade; /* each times the workers beyond them makes service so much slower */
	unsigned cap; /* at once; refused beyond */
	double rate,
		burst; /* per second, refused beyond; burst 0: counted by the second */
	double link;   /* bytes per second, shared by all */
	double stream; /* bytes per second of each */
	double tail;   /* sigma of log-normal sizes around 30 KiB */
	double flaky;  /* requests refused for no reason ... */
	double broken; /* ... and files that always are */
	nstime stalls; /* of the client, every few milliseconds */
	nstime down, up; /* refuses all between these moments */
	unsigned later;  /* workers after `shift` */
	nstime shift;
	size_t files;   /* of the job that is judged; 0: FILES */
	double bar;     /* what is asked of the limiter; 0: BAR */
	double refused; /* ... of which no more may be refused; 0: REFUSED_MAX */
};

/* Some bars are lower, where more cannot be had. A climb from 32 that doubles takes 0.5 s of a
 * job of 4.1 s to reach 500, and must look at 1,000 to know that it is enough; a server that
 * is slowed down by this loses another twentieth of the job there. Where refusals have no reason
 * it takes some to find that out, again and again; where they have one it takes a while at half
 * of what fits, which a job of some seconds feels. Where time is counted by the second, most of
 * each is spent waiting for the next.
 *
 * Of 1,000 files at a server that counts by time, more are refused. By the moment at which
 * the first refusal can be known the window is four times what the rate allows, since bursts
 * were allowed: 250 of 1,000 per second and 50 ms, 120 of 200 per second and 230 ms. */
static const struct server servers[] = {
	{"knee 8, 20 ms", MS, 20 * MS, .2, .workers = 8},
	{"knee 40, 20 ms", MS, 20 * MS, .2, .workers = 40},
	{"knee 40, exponential", MS, 20 * MS, 1, .workers = 40},
	{"knee 500, 100 ms", MS, 100 * MS, .2, .workers = 500},
	{"degrading 8", MS, 20 * MS, .2, .workers = 8, .degrade = .5},
	{"degrading 40", MS, 20 * MS, .2, .workers = 40, .degrade = .5},
	{"degrading 500", MS, 100 * MS, .2, .workers = 500, .degrade = .5, .bar = .85},
	{"cap 1", MS, 20 * MS, .2, .cap = 1},
	{"cap 8", MS, 20 * MS, .2, .cap = 8},
	{"cap 8, short", MS, 20 * MS, .2, .cap = 8, .files = SHORT, .bar = .85},
	{"cap 40, exponential", MS, 20 * MS, 1, .cap = 40, .bar = .85},
	{"cap 100, 230 ms", 30 * MS, 200 * MS, .2, .cap = 100},
	{"cap 500, 100 ms", MS, 100 * MS, .2, .cap = 500},
	{"rate 200, 20 ms", MS, 20 * MS, .2, .rate = 200, .burst = 50},
	{"rate 200, 20 ms, short", MS, 20 * MS, .2, .rate = 200, .burst = 50,
		.files = SHORT, .bar = .85},
	{"rate 200, 230 ms", 220 * MS, 10 * MS, .2, .rate = 200, .burst = 50},
	{"rate 200, 230 ms, short", 220 * MS, 10 * MS, .2, .rate = 200, .burst = 50,
		.files = SHORT, .refused = .13},
	{"rate 200, 1 ms", MS / 2, MS / 2, .2, .rate = 200, .burst = 20},
	{"rate 200, 1 ms, short", MS / 2, MS / 2, .2, .rate = 200, .burst = 20,
		.files = SHORT},
	{"rate 200, 1 ms, strict", MS / 2, MS / 2, .2, .rate = 200, .burst = 2},
	{"rate 200, by the second", MS / 2, MS / 2, .2, .rate = 200},
	{"rate 200, second, 20 ms", MS, 20 * MS, .2, .rate = 200, .bar = .8},
	{"rate 1000, 50 ms", 40 * MS, 10 * MS, .5, .rate = 1000, .burst = 100},
	{"rate 1000, 50 ms, short", 40 * MS, 10 * MS, .5, .rate = 1000, .burst = 100,
		.files = SHORT, .bar = .65, .refused = .25},
	{"link 20 MB/s, 30 ms", 25 * MS, 5 * MS, .2, .link = 20e6},
	{"link 20 MB/s, 230 ms", 220 * MS, 10 * MS, .2, .link = 20e6},
	{"link 20 MB/s, heavy tail", 25 * MS, 5 * MS, .2, .link = 20e6, .tail = 2},
	{"stream 1 MB/s, heavy tail", 25 * MS, 5 * MS, .2, .link = 50e6, .stream = 1e6,
		.tail = 2},
	{"latency 230 ms", 220 * MS, 10 * MS, .spread = .1},
	{"latency 230 ms, exponential", 20 * MS, 210 * MS, .spread = 1},
	{"tiny, quiet", 10 * NS_PER_US, 90 * NS_PER_US, .5, .workers = 4},
	{"tiny, noisy", 10 * NS_PER_US, 90 * NS_PER_US, 1, .workers = 4,
		.stalls = 3 * MS},
	{"tiny, 64 workers, noisy", 10 * NS_PER_US, 2 * MS, 1, .workers = 64,
		.stalls = 3 * MS},
	{"flaky 2 %, knee 64", MS, 20 * MS, .5, .workers = 64, .flaky = .02,
		.bar = .85},
	{"flaky 4 %, latency", 50 * MS, MS, .5, .flaky = .04, .bar = .85},
	{"flaky 10 %, knee 64", MS, 20 * MS, .5, .workers = 64, .flaky = .1, .bar = .85,
		.refused = .12},
	{"flaky 20 %, knee 64", MS, 20 * MS, .5, .workers = 64, .flaky = .2, .bar = .85,
		.refused = .22},
	{"flaky 20 %, knee 64, short", MS, 20 * MS, .5, .workers = 64, .flaky = .2,
		.files = SHORT, .refused = .22},
	{"flaky 20 %, latency", 50 * MS, MS, .5, .flaky = .2, .refused = .22},
	{"flaky 30 %, knee 64", MS, 20 * MS, .2, .workers = 64, .flaky = .3,
		.files = 5000, .refused = .32},
	{"broken 15 %, knee 64", MS, 20 * MS, .5, .workers = 64, .broken = .15,
		.bar = .85, .refused = .53},
	{"broken 15 %, knee 64, short", MS, 20 * MS, .5, .workers = 64, .broken = .15,
		.files = SHORT, .refused = .57},
	{"broken 15 %, latency", 50 * MS, MS, .5, .broken = .15, .bar = .85,
		.refused = .53},
	{"down at first, knee 40", MS, 20 * MS, .2, .workers = 40, .down = SECONDS(1),
		.up = SECONDS(2), .bar = .65},
	{"down for 2 s, knee 40", MS, 20 * MS, .2, .workers = 40, .down = SECONDS(3),
		.up = SECONDS(5)},
	{"knee 40, later 160", MS, 20 * MS, .2, .workers = 40, .later = 160,
		.shift = SECONDS(3), .bar = .85},
	{"knee 160, later 20", MS, 20 * MS, .2, .workers = 160, .degrade = .5,
		.later = 20, .shift = SECONDS(1)},
};

enum stage { STAGE_IDLE, STAGE_ARRIVES, STAGE_SERVED, STAGE_ON_LINK, STAGE_BACK };

struct visit {
	struct heap_node node; /* by time; on the link: by the work that was done */
	struct list link;      /* waits for a worker, or is free */
	enum stage stage;
	bool refused;
	double size;
	size_t file;
	unsigned round; /* refusals of this file before */
	nstime started;
	size_t rank;
};

struct retry {
	struct heap_node node;
	struct list link;
	size_t file;
	unsigned round;
};

struct job {
	const struct server *server;
	struct limiter limiter;
	bool limited;
	struct dice dice, sizes; /* the files are the same in every job */
	nstime now, gate, stall_next, stall_end;

	size_t files, fresh, left; /* in all; not begun; not done */
	struct heap events, backoff, link;
	struct list retries_due;
	struct list queue, idle;
	size_t in_flight, at_server, serving, n_retries_due;
	double tokens;
	nstime tokens_at;
	double link_done; /* bytes that each on the link has had, ever */
	uint64_t asked, refused;
};

struct result {
	double goodput, refused;
	size_t limit;
};

static bool has_no_reason(const struct server *server)
{
	return server->flaky > 0 || server->broken > 0;
}

static double job_vary(struct job *job, double spread)
{
	return 1 - spread - spread * log(1 - dice_real(&job->dice));
}

static double job_size(struct job *job)
{
	double sigma = job->server->tail;
	double normal = sqrt(-2 * log(1 - dice_real(&job->sizes))) *
			cos(2 * M_PI * dice_real(&job->sizes));

	return sigma > 0 ? 30720 * exp(sigma * normal - sigma * sigma / 2) : 30720;
}

static unsigned job_workers(const struct job *job)
{
	if (job->server->later && job->now >= job->server->shift)
		return job->server->later;
	return job->server->workers;
}

static bool job_over_rate(struct job *job)
{
	const struct server *server = job->server;

	if (server->rate <= 0)
		return false;
	if (server->burst > 0) {
		job->tokens += (double)(job->now - job->tokens_at) * server->rate / 1e9;
		job->tokens = fmin(job->tokens, server->burst);
		job->tokens_at = job->now;
	} else if (job->now / NS_PER_SEC != job->tokens_at) {
		job->tokens = server->rate;
		job->tokens_at = job->now / NS_PER_SEC;
	}
	if (job->tokens < 1)
		return true;
	job->tokens -= 1;
	return false;
}

/* Chance, from 0 to 1. Where files are refused for no reason it depends on nothing but the file,
 * so that all jobs have the same ones to wait for in the end. */
static double job_chance(struct job *job, const struct visit *visit, uint64_t question)
{
	struct dice dice = {((visit->file + 1) << 16) + (visit->round << 8) + question};

	if (!has_no_reason(job->server))
		return dice_real(&job->dice);
	return dice_real(&dice);
}

static bool is_refused_anyway(struct job *job, const struct visit *visit)
{
	const struct visit first = {.file = visit->file};

	return (job->server->broken > 0 &&
		       job_chance(job, &first, 1) < job->server->broken) ||
	       job_chance(job, visit, 2) < job->server->flaky;
}

static void visit_at(
	struct job *job, struct visit *visit, enum stage stage, double span)
{
	visit->stage = stage;
	heap_set(&job->events, &visit->node, job->now + (nstime)span);
}

static void visit_return(struct job *job, struct visit *visit)
{
	visit_at(job, visit, STAGE_BACK,
		.5 * (double)job->server->rtt * job_vary(job, job->server->spread));
}

static void visit_serve(struct job *job, struct visit *visit)
{
	const struct server *server = job->server;
	double span = (double)server->service * job_vary(job, server->spread);
	double load = (double)job->at_server / fmax(1, job_workers(job));

	if (load > 1)
		span *= 1 + server->degrade * (load - 1);
	if (server->stream > 0)
		span += visit->size / server->stream * 1e9;
	job->serving++;
	visit_at(job, visit, STAGE_SERVED, span);
}

static void visit_arrive(struct job *job, struct visit *visit)
{
	const struct server *server = job->server;

	if ((job->now >= server->down && job->now < server->up) ||
		(server->cap && job->at_server >= server->cap) || job_over_rate(job) ||
		is_refused_anyway(job, visit)) {
		visit->refused = true;
		visit_return(job, visit);
		return;
	}
	job->at_server++;
	if (!server->workers || job->serving < job_workers(job))
		visit_serve(job, visit);
	else
		list_add_before(&job->queue, &visit->link);
}

static void visit_leave(struct job *job, struct visit *visit)
{
	job->at_server--;
	visit_return(job, visit);
}

static void visit_served(struct job *job, struct visit *visit)
{
	job->serving--;
	while (!list_empty(&job->queue) && job->serving < job_workers(job))
		visit_serve(
			job, container_of(list_pop(&job->queue), struct visit, link));
	if (job->server->link <= 0) {
		visit_leave(job, visit);
		return;
	}
	visit->stage = STAGE_ON_LINK;
	heap_set(&job->link, &visit->node, (nstime)(job->link_done + visit->size + 1));
}

static void visit_end(struct job *job, struct visit *visit)
{
	struct retry *retry;

	if (job->limited)
		limiter_tell(&job->limiter,
			&(struct limiter_report){.news = visit->refused
								 ? LIMITER_REFUSED
								 : LIMITER_DELIVERED,
				.bytes = visit->refused ? 0 : (int64_t)visit->size,
				.latency = job->now - visit->started,
				.rank = visit->rank,
				.again = visit->round > 0},
			job->in_flight, job->now);
	job->in_flight--;
	list_add_before(&job->idle, &visit->link);
	job->refused += visit->refused;
	if (!visit->refused || (job->server->broken > 0 && visit->round >= TRIES)) {
		job->left--;
		return;
	}
	retry = xcalloc(1, sizeof(*retry));
	retry->file = visit->file;
	retry->round = visit->round + 1;
	heap_set(&job->backoff, &retry->node,
		job->now + (nstime)(job_chance(job, visit, 3) *
				    fmin(20e9, ldexp(.5e9, (int)visit->round))));
}

static void job_start(struct job *job)
{
	size_t size = sizeof(struct visit);
	struct visit *visit =
		list_empty(&job->idle)
			? xcalloc(1, size)
			: container_of(list_pop(&job->idle), struct visit, link);

	*visit = (struct visit){.started = job->now, .size = job_size(job)};
	list_init(&visit->link);
	if (job->n_retries_due > 0) {
		struct retry *retry =
			container_of(list_pop(&job->retries_due), struct retry, link);

		visit->file = retry->file;
		visit->round = retry->round;
		job->n_retries_due--;
		free(retry);
	} else {
		visit->file = job->files - job->fresh--;
	}
	visit->rank = ++job->in_flight;
	job->asked++;
	if (job->limited)
		job->gate = job->now + limiter_started(&job->limiter, job->now);
	visit_at(job, visit, STAGE_ARRIVES,
		.5 * (double)job->server->rtt * job_vary(job, job->server->spread));
}

/* The client is busy elsewhere from time to time: all ends wait for it. */
static bool job_stalled(struct job *job, struct visit *visit)
{
	if (!job->server->stalls || visit->stage != STAGE_BACK)
		return false;
	if (job->now >= job->stall_next) {
		job->stall_end = job->now + (nstime)((double)job->server->stalls *
						     dice_real(&job->dice));
		job->stall_next = job->stall_end + (nstime)(10e6 * job_vary(job, 1));
	}
	if (job->now >= job->stall_end)
		return false;
	visit_at(job, visit, STAGE_BACK, (double)(job->stall_end - job->now));
	return true;
}

static void job_handle(struct job *job, struct visit *visit)
{
	if (job_stalled(job, visit))
		return;
	switch (visit->stage) {
	case STAGE_ARRIVES:
		visit_arrive(job, visit);
		break;
	case STAGE_SERVED:
		visit_served(job, visit);
		break;
	case STAGE_BACK:
		visit_end(job, visit);
		break;
	default:
		break;
	}
}

/* Let time pass until `then`; the link works meanwhile. */
static void job_pass(struct job *job, nstime then)
{
	if (job->link.count > 0)
		job->link_done += (double)(then - job->now) / 1e9 * job->server->link /
				  (double)job->link.count;
	job->now = then;
}

/* When the first on the link will have all it wants. */
static nstime job_link_next(const struct job *job)
{
	double want;

	if (job->link.count == 0)
		return NSTIME_NEVER;
	want = (double)heap_next(&job->link) - job->link_done;
	return job->now + 1 +
	       (nstime)(fmax(0, want) * (double)job->link.count / job->server->link *
			1e9);
}

static nstime earlier(nstime a, nstime b)
{
	return a < b ? a : b;
}

static void job_turn(struct job *job)
{
	struct heap_node *node;
	bool ready;

	while ((node = heap_pop_due(&job->backoff, job->now))) {
		struct retry *retry = container_of(node, struct retry, node);

		list_init(&retry->link);
		list_add_before(&job->retries_due, &retry->link);
		job->n_retries_due++;
	}
	while ((ready = job->fresh + job->n_retries_due > 0) && job->now >= job->gate &&
		job->in_flight < job->limiter.limit)
		job_start(job);
	job_pass(
		job, earlier(earlier(heap_next(&job->events), heap_next(&job->backoff)),
			     earlier(job_link_next(job), ready && job->gate > job->now
								 ? job->gate
								 : NSTIME_NEVER)));
	while ((node = heap_pop_due(&job->link, (nstime)job->link_done)))
		visit_leave(job, container_of(node, struct visit, node));
	while ((node = heap_pop_due(&job->events, job->now)))
		job_handle(job, container_of(node, struct visit, node));
}

/* With `limited` false `number` is kept whatever happens. */
static struct result job_run(const struct server *server, size_t files, bool limited,
	bool adaptive, size_t number, uint64_t seed)
{
	struct job job = {.server = server,
		.limited = limited,
		.dice = {seed},
		.now = SECONDS(1),
		.files = files,
		.fresh = files,
		.left = files,
		.tokens = server->burst};
	struct result result;

	limiter_init(&job.limiter, adaptive, number, job.now);
	heap_init(&job.events);
	heap_init(&job.backoff);
	heap_init(&job.link);
	list_init(&job.retries_due);
	list_init(&job.queue);
	list_init(&job.idle);
	while (job.left > 0)
		job_turn(&job);
	result = (struct result){
		.goodput = (double)files * 1e9 / (double)(job.now - SECONDS(1)),
		.refused = (double)job.refused / (double)job.asked,
		.limit = job.limiter.limit};
	while (!list_empty(&job.idle))
		free(container_of(list_pop(&job.idle), struct visit, link));
	heap_release(&job.events);
	heap_release(&job.backoff);
	heap_release(&job.link);
	return result;
}

static struct result best_fixed(
	const struct server *server, size_t files, size_t *number)
{
	static const size_t numbers[] = {
		1, 2, 4, 8, 12, 16, 24, 32, 40, 64, 128, 256, 500, 1000, 2000};
	struct result best = {0};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		struct result result =
			job_run(server, files, false, false, numbers[i], 1);

		if (result.goodput > best.goodput) {
			best = result;
			*number = numbers[i];
		}
	}
	return best;
}

/* The worst of several seeds. */
static struct result worst(
	const struct server *server, size_t files, bool adaptive, size_t number)
{
	struct result worst = {.goodput = HUGE_VAL};

	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct result result =
			job_run(server, files, true, adaptive, number, seed);

		if (result.goodput < worst.goodput) {
			worst.goodput = result.goodput;
			worst.limit = result.limit;
		}
		worst.refused = fmax(worst.refused, result.refused);
	}
	return worst;
}

/* One line of the table; whether the server's bar is passed. */
static bool try_server(const struct server *server, size_t files)
{
	size_t number = 0;
	struct result best = best_fixed(server, files, &number);
	struct result found = worst(server, files, true, CEILING);
	struct result fixed = worst(server, files, false, NUMBER);
	double bar = server->bar > 0 ? server->bar : BAR;
	double refused = server->refused > 0 ? server->refused : REFUSED_MAX;
	double plain = 0;

	if (has_no_reason(server))
		plain = job_run(server, files, false, false, NUMBER, 1).goodput;
	printf("# %-28s %6zu %5zu %7.0f %5.1f | %5.2f %5.1f %5zu | %5.2f %5.1f\n",
		server->name, files, number, best.goodput, 100 * best.refused,
		found.goodput / best.goodput, 100 * found.refused, found.limit,
		fixed.goodput / best.goodput, 100 * fixed.refused);
	return found.goodput >= bar * best.goodput && found.refused <= refused &&
	       fixed.goodput >= bar * plain && fixed.refused <= 1.5 * refused;
}

int main(int argc, char **argv)
{
	size_t files = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
	int failures = 0, count = 0;

	printf("# %-28s %6s %5s %7s %5s | %5s %5s %5s | %5s %5s\n", "", "files", "best",
		"files/s", "ref %", "auto", "ref %", "limit", "-j 64", "ref %");
	for (size_t i = 0; i < sizeof(servers) / sizeof(servers[0]); i++) {
		const struct server *server = &servers[i];
		bool passed;

		if (argc > 2 && strcmp(argv[2], server->name) != 0)
			continue;
		if (files > 0) {
			try_server(server, files);
			continue;
		}
		passed = try_server(server, server->files > 0 ? server->files : FILES);
		printf("%s %d - %s\n", passed ? "ok" : "not ok", ++count, server->name);
		fflush(stdout);
		failures += !passed;
	}
	if (files == 0)
		printf("1..%d\n", count);
	return failures != 0;
}
