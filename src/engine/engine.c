/* The table of engines, and what the two that block in libcurl have in common. */
#include "engine/engine.h"

#include <poll.h>
#include <string.h>

#include "net/resolver.h"

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

int performer_init(struct performer *performer, struct env *env, transfer_poll *poll,
	transfer_head *head, void *head_context, struct error *err)
{
	*performer = (struct performer){.env = env};
	pins_init(&performer->pins);
	performer->transfer = transfer_new(env->net, err);
	if (!performer->transfer) {
		performer_release(performer);
		return -1;
	}
	transfer_set_poll(performer->transfer, poll, env);
	transfer_set_head(performer->transfer, head, head_context);
	return 0;
}

void performer_release(struct performer *performer)
{
	transfer_free(performer->transfer);
	resolver_free(performer->resolver);
	pins_release(&performer->pins);
}

nstime engine_name_deadline(const struct env *env, const struct attempt *attempt)
{
	nstime span = env->settings->connect_timeout;
	nstime until = span > 0 ? attempt->started + span : NSTIME_NEVER;

	return until < attempt->deadline ? until : attempt->deadline;
}

/* For resolver_wait: is it time to go? */
static bool on_wait(const void *context)
{
	const struct env *env = context;

	return clock_now() >= env->stop->deadline(env->stop);
}

/* The addresses of the attempt's host; NULL and *err only when nobody can be asked. */
static const struct addresses *look_up(
	struct performer *performer, const struct attempt *attempt, struct error *err)
{
	const struct settings *settings = performer->env->settings;
	struct names *names = net_names(performer->env->net);
	const struct addresses *addresses =
		names_get(names, attempt->host, attempt->port, attempt->started);

	if (addresses)
		return addresses;
	if (!performer->resolver)
		performer->resolver = resolver_new(names, settings, NULL, err);
	if (!performer->resolver)
		return NULL;
	return resolver_wait(performer->resolver, attempt->host,
		engine_name_deadline(performer->env, attempt), on_wait, performer->env);
}

void performer_run(
	struct performer *performer, struct attempt *attempt, struct outcome *outcome)
{
	struct net *net = performer->env->net;
	bool named = transfer_needs_addresses(net, attempt);
	const struct addresses *addresses = NULL;
	struct error err;
	CURL *easy = NULL;

	if (attempt->work == WORK_COMMIT) {
		transfer_commit(net, attempt, outcome);
		return;
	}
	if (named)
		addresses = look_up(performer, attempt, &err);
	if (addresses || !named)
		easy = transfer_begin(performer->transfer, attempt, addresses,
			&performer->pins, clock_now(), &err);
	if (addresses)
		names_put(addresses);
	if (easy)
		transfer_end(performer->transfer, curl_easy_perform(easy), outcome);
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
	return transfer_cancelled(transfer) || transfer_overdue(transfer, now);
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
