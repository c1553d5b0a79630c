/* The table of engines, and what the two that block in libcurl have in common. */
#include "engine/engine.h"

#include <poll.h>
#include <string.h>

#define TICK (100 * NS_PER_MS)

const struct engine *const engines[] = {
	&engine_event,
	&engine_threads,
	&engine_sequential,
	NULL,
};

const struct engine *engine_find(const char *name)
{
	for (size_t i = 0; engines[i]; i++)
		if (strcmp(engines[i]->name, name) == 0)
			return engines[i];
	return NULL;
}

void engine_perform(
	struct transfer *transfer, struct attempt *attempt, struct outcome *outcome)
{
	struct error err;
	CURL *easy = transfer_begin(transfer, attempt, clock_now(), &err);

	if (easy)
		transfer_end(transfer, curl_easy_perform(easy), outcome);
	else
		transfer_fail(&err, outcome);
}

bool engine_poll(void *context, struct transfer *transfer)
{
	const struct env *env = context;
	nstime now = clock_now();

	if (now >= env->stop->deadline(env->stop)) {
		transfer_interrupt(transfer);
		return true;
	}
	return transfer_overdue(transfer, now);
}

void engine_tick(struct env *env, nstime now)
{
	if (now < env->next_tick)
		return;
	env->next_tick = now + TICK;
	if (env->observer->ops->tick)
		env->observer->ops->tick(env->observer, now);
}

bool engine_wait(const struct env *env, int fd, int other, nstime until)
{
	/* A stop that has been asked for stays readable: from then on only time passes.
	 */
	struct pollfd fds[3] = {
		{.fd = env->stop->asked(env->stop) ? -1 : env->stop->fd,
			.events = POLLIN},
		{.fd = fd, .events = POLLIN},
		{.fd = other, .events = POLLIN},
	};

	if (until > env->next_tick)
		until = env->next_tick;
	if (poll(fds, ARRAY_LEN(fds), clock_timeout_ms(clock_now(), until)) <= 0)
		return false;
	return fds[1].revents != 0;
}
