/* resolver_wait.c - the resolver's sockets, watched by poll() in the thread that wants an answer.
 * See resolver.h. */
#include "net/resolver.h"

#include <assert.h>
#include <poll.h>

#include "base/alloc.h"
#include "net/resolver_parts.h"

#define WAIT_SLICE (100 * NS_PER_MS) /* between two looks at `stop` */

void resolver_poll(struct resolver *resolver, int fd, short events)
{
	size_t i = 0;

	while (i < resolver->socket_count && resolver->sockets[i].fd != fd)
		i++;
	if (events == 0) {
		if (i < resolver->socket_count)
			resolver->sockets[i] =
				resolver->sockets[--resolver->socket_count];
		return;
	}
	if (i == resolver->socket_count)
		resolver->sockets = xreallocarray(resolver->sockets,
			++resolver->socket_count, sizeof(*resolver->sockets));
	resolver->sockets[i] = (struct pollfd){.fd = fd, .events = events};
}

struct patient {
	struct resolver_waiter waiter;
	const struct addresses *answer; /* a share */
};

static void keep_answer(
	struct resolver_waiter *waiter, const struct addresses *addresses)
{
	container_of(waiter, struct patient, waiter)->answer = names_share(addresses);
}

/* The row of sockets changes with each that is handled. */
static void handle_sockets(struct resolver *resolver)
{
	for (size_t i = 0; i < resolver->socket_count; i++) {
		struct pollfd ready = resolver->sockets[i];

		if (!ready.revents)
			continue;
		resolver->sockets[i].revents = 0;
		ares_process_fd(resolver->channel.ares,
			ready.revents & ~POLLOUT ? ready.fd : ARES_SOCKET_BAD,
			ready.revents & ~POLLIN ? ready.fd : ARES_SOCKET_BAD);
		i = SIZE_MAX; /* from the first again */
	}
}

/* A wait that looks up now and then whether it is to end. */
struct wait {
	nstime until;
	resolver_stop *stop;
	const void *context;
};

/* When to look up next. */
static nstime wait_slice(const struct wait *wait, nstime now)
{
	nstime soon = now + WAIT_SLICE;

	return wait->stop && soon < wait->until ? soon : wait->until;
}

static bool wait_is_over(const struct wait *wait, nstime now)
{
	return now >= wait->until || (wait->stop && wait->stop(wait->context));
}

static const struct addresses *ask_and_wait(
	struct resolver *resolver, const char *host, const struct wait *wait)
{
	struct patient patient = {.waiter = {.done = keep_answer}};
	nstime slow = clock_now() + resolver->setup.timeout_ms * NS_PER_MS, now;

	list_init(&patient.waiter.link);
	resolver_ask(resolver, host, &patient.waiter);
	while (!patient.answer && !wait_is_over(wait, now = clock_now())) {
		nstime next = resolver_deadline(resolver, now);
		nstime slice = wait_slice(wait, now);
		int timeout = clock_timeout_ms(now, next < slice ? next : slice);

		/* When it is interrupted nothing is ready, and we look again. */
		if (poll(resolver->sockets, resolver->socket_count, timeout) > 0)
			handle_sockets(resolver);
		resolver_due(resolver);
		if (clock_now() >= slow)
			names_claim_slow(resolver->names, host);
	}
	resolver_reset(resolver);
	return patient.answer;
}

const struct addresses *resolver_wait(struct resolver *resolver, const char *host,
	nstime until, resolver_stop *stop, const void *context)
{
	struct wait wait = {.until = until, .stop = stop, .context = context};
	const struct addresses *answer;
	bool claimed;
	nstime now;

	assert(!resolver->watch);
	do {
		now = clock_now();
		answer = names_claim(
			resolver->names, host, wait_slice(&wait, now), &claimed);
	} while (!answer && !claimed && !wait_is_over(&wait, clock_now()));
	if (claimed) {
		answer = ask_and_wait(resolver, host, &wait);
		names_unclaim(resolver->names, host);
	}
	if (answer)
		return answer;
	return names_failure(resolver->names, KIND_DNS,
		"no answer from the name servers in time", clock_now());
}
