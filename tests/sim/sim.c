/* What an engine does, with a heap of future ends in place of libcurl. See sim.h.
 *
 * Besides the oracle's rules one more is kept here: the scheduler never lets its engine
 * wait for nothing, nor turn without end. */
#include "sim.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"

#define SPIN_MAX 100000 /* calls in one moment that bring nothing forward */

#define STEP (128 * 1024) /* bytes of a large file that come at a time */
#define COMMIT (5 * NS_PER_MS)

struct flight {
	struct heap_node node;
	struct list link;
	struct attempt *attempt;
	struct exchange_plan plan;
	bool answered;
	int64_t received;
};

void sim_init(struct sim *sim, size_t n_hosts, uint64_t total,
	void (*make)(struct supply *, struct entry *), uint64_t seed)
{
	struct dice dice = {seed};

	*sim = (struct sim){.settings = {.jobs = 16,
				    .tries = 5,
				    .retry_wait = NS_PER_SEC / 2,
				    .retry_max_wait = 20 * NS_PER_SEC,
				    .max_redirs = 5,
				    .split = 1},
		.drain_at = NSTIME_NEVER,
		.now = NS_PER_SEC};
	heap_init(&sim->flights);
	list_init(&sim->flying);
	world_init(&sim->world, n_hosts, dice_roll(&dice));
	supply_init(&sim->supply, total, make, sim, dice_roll(&dice));
	oracle_init(&sim->oracle, &sim->settings, &sim->world, total);
	larges_init(&sim->larges, &sim->oracle, total);
	sim->seed = dice_roll(&dice);
}

uint64_t sim_ended(const struct sim *sim)
{
	return sim->oracle.done + sim->oracle.failed;
}

static void set_clock(struct sim *sim, nstime now)
{
	sim->now = sim->supply.now = sim->oracle.now = now;
}

static void start(struct sim *sim, struct attempt *attempt)
{
	struct flight *flight = xcalloc(1, sizeof(*flight));

	flight->attempt = attempt;
	list_init(&flight->link);
	list_add_before(&sim->flying, &flight->link);
	if (attempt->work == WORK_COMMIT) {
		outcome_init(&flight->plan.outcome);
		larges_commit(&sim->larges, attempt);
		heap_set(&sim->flights, &flight->node, sim->now + COMMIT);
		return;
	}
	world_ask(&sim->world, attempt, sim->now, &flight->plan);
	heap_set(&sim->flights, &flight->node,
		flight->plan.answered < flight->plan.done ? flight->plan.answered
							  : flight->plan.done);
}

static void finish(struct sim *sim, struct flight *flight)
{
	bool fatal = flight->plan.outcome.kind == KIND_DISK;

	if (flight->plan.large) {
		flight->plan.outcome.written = flight->received;
		larges_wrote(&sim->larges, flight->attempt, flight->plan.state,
			flight->received);
	}
	list_remove(&flight->link);
	sched_finish(sim->sched, sim->now, flight->attempt, &flight->plan.outcome);
	sim->oracle.draining |= fatal;
	world_done(&flight->plan);
	free(flight);
}

/* As engines do: those that were cancelled meanwhile end at once. */
static void end_cancelled(struct sim *sim)
{
	struct list *node, *next;

	while (sim->cancelled != sched_cancelled(sim->sched)) {
		sim->cancelled = sched_cancelled(sim->sched);
		for (node = sim->flying.next; node != &sim->flying; node = next) {
			struct flight *flight = container_of(node, struct flight, link);

			next = node->next;
			if (!flight->attempt->cancelled ||
				flight->attempt->work == WORK_COMMIT)
				continue;
			heap_remove(&sim->flights, &flight->node);
			flight->plan.outcome.type = OUTCOME_FAILED;
			flight->plan.outcome.kind = KIND_INTERRUPTED;
			finish(sim, flight);
		}
	}
}

/* The head of a large file's answer. */
static void answer_large(struct sim *sim, struct flight *flight)
{
	const struct exchange_plan *plan = &flight->plan;
	char etag[24];
	struct version version = {.size = plan->size, .mtime = -1};
	struct head head = {
		.version = &version, .ranges = plan->ranges, .last = plan->last};

	snprintf(etag, sizeof(etag), "\"%u\"", plan->state);
	version.etag = plan->pin ? etag : NULL;
	flight->answered = true;
	sched_head(sim->sched, sim->now, flight->attempt, &head);
}

/* One more piece of a large file has come; false when it has come to its end. */
static bool step_large(struct sim *sim, struct flight *flight)
{
	struct exchange_plan *plan = &flight->plan;
	int64_t last =
		flight->attempt->last < plan->last ? flight->attempt->last : plan->last;
	int64_t wanted = last - flight->attempt->asked.first + 1 - flight->received;
	int64_t len = wanted < STEP ? wanted : STEP;

	if (plan->breaks >= 0 && flight->received + len > plan->breaks)
		len = plan->breaks - flight->received;
	flight->received += len;
	atomic_store(&flight->attempt->received, flight->received);
	if (len < wanted && flight->received == plan->breaks) {
		if (plan->stalls == 0)
			return false; /* as the plan has it */
		heap_set(&sim->flights, &flight->node, sim->now + plan->stalls);
		plan->stalls = 0;
		return true;
	}
	if (len == wanted) {
		plan->outcome.type = OUTCOME_PART;
		plan->outcome.kind = KIND_NONE;
		plan->outcome.version.size = plan->size;
		return false;
	}
	heap_set(&sim->flights, &flight->node,
		sim->now + STEP * NS_PER_SEC / plan->speed);
	return true;
}

/* Hand back all that has come to its end by now, as first bytes are noted on the way. */
static void finish_due(struct sim *sim)
{
	struct heap_node *node;

	while ((node = heap_pop_due(&sim->flights, sim->now))) {
		struct flight *flight = container_of(node, struct flight, node);

		if (flight->plan.large && !flight->answered)
			answer_large(sim, flight);
		if (flight->plan.large ? !step_large(sim, flight)
				       : flight->plan.done <= sim->now) {
			finish(sim, flight);
		} else if (!flight->plan.large) {
			atomic_store(&flight->attempt->received, 1);
			heap_set(&sim->flights, &flight->node, flight->plan.done);
		}
		end_cancelled(sim);
	}
}

static void drain_if_due(struct sim *sim)
{
	if (sim->now < sim->drain_at &&
		(!sim->drain_after || sim_ended(sim) < sim->drain_after))
		return;
	sim->oracle.draining = true;
	sched_drain(sim->sched);
}

/* Let time pass until something can happen. False when nothing ever will. */
static bool wait_until(struct sim *sim, nstime wake)
{
	int fd = sched_input_fd(sim->sched);
	nstime next = heap_next(&sim->flights);
	uint64_t calls = sim->supply.calls;
	struct attempt *attempt;

	if (fd >= 0 && fd != SUPPLY_FD)
		oracle_blame(&sim->oracle, "descriptor %d is nobody's", fd);
	if (wake < next)
		next = wake;
	if (fd >= 0 && sim->supply.ready < next) {
		/* The descriptor alone wakes: then the source must be what is wanted. */
		next = sim->supply.ready > sim->now ? sim->supply.ready : sim->now;
		set_clock(sim, next);
		if (sched_next(sim->sched, sim->now, &attempt, &wake) == SCHED_START)
			start(sim, attempt);
		if (sim->supply.calls == calls)
			oracle_blame(
				&sim->oracle, "woken by an input it does not read");
		return sim->supply.calls > calls || sim->oracle.draining;
	}
	if (next == NSTIME_NEVER)
		return false;
	if (sim->drain_at > sim->now && sim->drain_at < next)
		next = sim->drain_at;
	if (next > sim->now)
		set_clock(sim, next);
	return true;
}

static void check_finished(struct sim *sim)
{
	if (sim->flights.count || sched_in_flight(sim->sched))
		oracle_blame(&sim->oracle, "finished with attempts in flight");
	if (!sim->oracle.draining && !sim->supply.ended)
		oracle_blame(&sim->oracle, "finished before the source's end");
	if (sim->supply.calls_after_end)
		oracle_blame(&sim->oracle, "the source was asked after its end");
}

static void note_live(struct sim *sim)
{
	uint64_t live = sim->supply.given - sim_ended(sim);

	if (live > sim->most_live)
		sim->most_live = live;
	if (sched_in_flight(sim->sched) != sim->oracle.in_flight)
		oracle_blame(&sim->oracle, "sched_in_flight() is wrong");
}

uint64_t sim_run(struct sim *sim)
{
	uint64_t idle_turns = 0;

	sim->sched = sched_new(
		&sim->settings, &sim->supply.source, &sim->oracle.observer, sim->seed);
	set_clock(sim, sim->now);
	while (sim->oracle.violations < 1000) {
		struct attempt *attempt = NULL;
		nstime wake = 0, before = sim->now;
		uint64_t calls = sim->supply.calls;

		sim->turns++;
		finish_due(sim);
		drain_if_due(sim);
		switch (sched_next(sim->sched, sim->now, &attempt, &wake)) {
		case SCHED_START:
			start(sim, attempt);
			note_live(sim);
			idle_turns = 0;
			continue;
		case SCHED_FINISHED:
			check_finished(sim);
			oracle_close(&sim->oracle, sim->supply.given);
			return sim->oracle.violations;
		case SCHED_WAIT:
			break;
		}
		note_live(sim);
		if (sim->cancelled != sched_cancelled(sim->sched)) {
			end_cancelled(sim);
			continue;
		}
		if (!wait_until(sim, wake)) {
			oracle_blame(&sim->oracle, "no way forward");
			break;
		}
		if (sim->now > before || sim->supply.calls > calls)
			idle_turns = 0;
		else if (++idle_turns > SPIN_MAX) {
			oracle_blame(&sim->oracle, "turns without end");
			break;
		}
	}
	return sim->oracle.violations;
}

void sim_release(struct sim *sim)
{
	struct heap_node *node;

	sched_free(sim->sched);
	while ((node = heap_pop_due(&sim->flights, NSTIME_NEVER))) {
		struct flight *flight = container_of(node, struct flight, node);

		world_done(&flight->plan);
		free(flight);
	}
	heap_release(&sim->flights);
	larges_release(&sim->larges);
	oracle_release(&sim->oracle);
	world_release(&sim->world);
}
