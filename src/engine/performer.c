#include "engine/performer.h"

#include "net/resolver.h"

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

bool performer_poll(void *context, struct transfer *transfer)
{
	const struct env *env = context;
	nstime now = clock_now();

	if (now >= env->stop->deadline(env->stop)) {
		transfer_interrupt(transfer);
		return true;
	}
	return transfer_cancelled(transfer) || transfer_overdue(transfer, now);
}
