/* One at a time: the readable specification of what an engine does. */
#include "engine/engine.h"

/* libcurl calls while it waits: the terminal is kept up to date from here. */
static bool on_poll(void *context, struct transfer *transfer)
{
	struct env *env = context;

	engine_tick(env, clock_now());
	return engine_poll(env, transfer);
}

static void fetch(
	struct sched *sched, struct transfer *transfer, struct attempt *attempt)
{
	struct outcome outcome;

	engine_perform(transfer, attempt, &outcome);
	sched_finish(sched, clock_now(), attempt, &outcome);
	outcome_release(&outcome);
}

static int sequential_run(struct sched *sched, struct env *env, struct error *err)
{
	struct transfer *transfer = transfer_new(env->net, err);
	struct attempt *attempt;
	nstime now, wake;

	if (!transfer)
		return -1;
	transfer_set_poll(transfer, on_poll, env);
	for (;;) {
		now = clock_now();
		engine_tick(env, now);
		if (env->stop->asked(env->stop))
			sched_drain(sched);
		switch (sched_next(sched, now, &attempt, &wake)) {
		case SCHED_START:
			fetch(sched, transfer, attempt);
			break;
		case SCHED_WAIT:
			engine_wait(env, sched_input_fd(sched), -1, wake);
			break;
		case SCHED_FINISHED:
			transfer_free(transfer);
			return 0;
		}
	}
}

const struct engine engine_sequential = {
	.name = "sequential",
	.summary = "one transfer at a time",
	.run = sequential_run,
};
