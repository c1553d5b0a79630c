/* The table of engines, and what they share. */
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

nstime engine_name_deadline(const struct env *env, const struct attempt *attempt)
{
	nstime span = env->settings->connect_timeout;
	nstime until = span > 0 ? attempt->started + span : NSTIME_NEVER;

	return until < attempt->deadline ? until : attempt->deadline;
}

void engine_tick(struct env *env, nstime now)
{
	if (now < env->next_tick)
		return;
	env->next_tick = now + TICK;
	observer_tick(env->observer, now);
}

bool engine_wait(const struct env *env, int fd, int other, nstime until)
{
	/* A stop that has been asked for stays readable: from then on only time passes. */
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
