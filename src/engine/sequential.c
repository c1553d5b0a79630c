/* One at a time: the readable specification of what an engine does. */
#include "engine/engine.h"

#include "engine/performer.h"

/* libcurl calls while it waits: the terminal is kept up to date from here. */
static bool on_poll(void *context, struct transfer *transfer)
{
	struct env *env = context;

	engine_tick(env, clock_now());
	return performer_poll(env, transfer);
}

static void on_head(void *sched, struct attempt *attempt, const struct head *head)
{
	sched_head(sched, clock_now(), attempt, head);
}

static void fetch(
	struct sched *sched, struct performer *performer, struct attempt *attempt)
{
	struct outcome outcome;

	performer_run(performer, attempt, &outcome);
	sched_finish(sched, clock_now(), attempt, &outcome);
	outcome_release(&outcome);
}

static int sequential_run(struct sched *sched, struct env *env, struct error *err)
{
	struct performer performer;
	struct attempt *attempt;
	nstime now, wake;

	if (performer_init(&performer, env, on_poll, on_head, sched, err) != 0)
		return -1;
	for (;;) {
		now = clock_now();
		engine_tick(env, now);
		if (env->stop->asked(env->stop))
			sched_drain(sched);
		switch (sched_next(sched, now, &attempt, &wake)) {
		case SCHED_START:
			fetch(sched, &performer, attempt);
			break;
		case SCHED_WAIT:
			engine_wait(env, sched_input_fd(sched), -1, wake);
			break;
		case SCHED_FINISHED:
			performer_release(&performer);
			return 0;
		}
	}
}

const struct engine engine_sequential = {
	.name = "sequential",
	.summary = "one transfer at a time",
	.run = sequential_run,
};
