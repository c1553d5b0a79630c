/* The transfers of a reactor.
 *
 * A slot is idle, or busy in one of two ways: its attempt waits for a name (no shard yet), or
 * it runs on a shard. An attempt that waits for credentials has none yet. Idle ones are kept, the
 * one used last on top, because it is the warmest and its connection the likeliest to be alive. */
#include "engine/slot.h"

#include <stdlib.h>

#include "base/alloc.h"

#define IDLE_MAX 1024               /* transfers kept for later use */
#define COMMIT_INLINE (1024 * 1024) /* bytes to be read back in the loop at most */

struct slot {
	struct reactor *reactor;
	struct transfer *transfer;
	struct attempt *attempt;
	CURL *easy;
	struct shard *shard; /* NULL: it waits for a name */
	struct resolver_waiter waiter;
	struct timer deadline;
	struct list link; /* busy or idle */
};

static void slot_free(struct slot *slot)
{
	list_remove(&slot->link);
	transfer_free(slot->transfer);
	free(slot);
}

static void on_deadline(struct timer *timer, nstime now);
static void on_addresses(
	struct resolver_waiter *waiter, const struct addresses *addresses);

/* Called by libcurl's write callback: only note when to go on. */
static void on_paused(void *context)
{
	struct slot *slot = context;

	loop_set_timer(&slot->reactor->loop, &slot->deadline,
		transfer_deadline(slot->transfer));
}

/* Called by libcurl's write callback, too. */
static void on_head(void *context, struct attempt *attempt, const struct head *head)
{
	struct slot *slot = context;
	struct fleet *fleet = slot->reactor->fleet;

	pthread_mutex_lock(&fleet->lock);
	sched_head(fleet->sched, clock_now(), attempt, head);
	fleet->changes++;
	pthread_mutex_unlock(&fleet->lock);
}

static struct slot *slot_get(struct reactor *reactor, struct error *err)
{
	struct list *node = list_pop(&reactor->idle);
	struct slot *slot;

	if (node) {
		reactor->n_idle--;
		return container_of(node, struct slot, link);
	}
	slot = xcalloc(1, sizeof(*slot));
	slot->reactor = reactor;
	slot->deadline.due = on_deadline;
	slot->waiter.done = on_addresses;
	list_init(&slot->waiter.link);
	list_init(&slot->link);
	slot->transfer = transfer_new(reactor->env->net, err);
	if (!slot->transfer) {
		free(slot);
		return NULL;
	}
	transfer_set_sockets(slot->transfer, &reactor->sockets);
	transfer_set_paused(slot->transfer, on_paused, slot);
	transfer_set_head(slot->transfer, on_head, slot);
	return slot;
}

static void slot_put(struct slot *slot)
{
	struct reactor *reactor = slot->reactor;

	list_remove(&slot->link);
	loop_clear_timer(&reactor->loop, &slot->deadline);
	slot->shard = NULL;
	slot->attempt = NULL;
	if (reactor->n_idle >= IDLE_MAX) {
		slot_free(slot);
		return;
	}
	list_add_before(reactor->idle.next, &slot->link);
	reactor->n_idle++;
}

/* The exchange is over, and the handle is out of its shard. */
static void slot_end(struct slot *slot, CURLcode code)
{
	struct reactor *reactor = slot->reactor;
	struct attempt *attempt = slot->attempt;
	struct outcome outcome;

	transfer_end(slot->transfer, code, &outcome);
	/* Some of the outcome is the transfer's, which may be freed with its slot. */
	reactor_finish(reactor, attempt, &outcome);
	slot_put(slot);
	reactor->stale = true;
	outcome_release(&outcome);
}

/* It never began. `slot` NULL: there was none. */
static void slot_fail(struct reactor *reactor, struct slot *slot,
	struct attempt *attempt, const struct error *err)
{
	struct outcome outcome;

	if (slot)
		slot_put(slot);
	transfer_fail(err, &outcome);
	reactor_finish(reactor, attempt, &outcome);
	reactor->stale = true;
	outcome_release(&outcome);
}

void slot_done(struct shard *shard _unused_, CURL *easy, CURLcode code)
{
	char *slot = NULL;

	curl_easy_getinfo(easy, CURLINFO_PRIVATE, &slot);
	slot_end((struct slot *)(void *)slot, code);
}

/* Wait no longer for addresses. The question goes on, for whoever asks later. */
static void give_up_name(struct slot *slot, enum kind kind, const char *why)
{
	struct error err;

	resolver_cancel(&slot->waiter);
	error_set(&err, kind, 0, "%s", why);
	slot_fail(slot->reactor, slot, slot->attempt, &err);
}

static void on_deadline(struct timer *timer, nstime now)
{
	struct slot *slot = container_of(timer, struct slot, deadline);

	if (!slot->shard) {
		give_up_name(slot, KIND_DNS, "no answer from the name servers in time");
		return;
	}
	if (transfer_overdue(slot->transfer, now)) {
		shard_remove(slot->shard, slot->easy);
		slot_end(slot, CURLE_OPERATION_TIMEDOUT);
		return;
	}
	if (transfer_may_resume(slot->transfer, now)) {
		CURLcode code = curl_easy_pause(slot->easy, CURLPAUSE_CONT);

		if (code != CURLE_OK) {
			shard_remove(slot->shard, slot->easy);
			slot_end(slot, code);
			return;
		}
	}
	loop_set_timer(&slot->reactor->loop, timer, transfer_deadline(slot->transfer));
}

/* Put it on a shard. The addresses are borrowed; NULL when none are needed. */
static int slot_run(struct slot *slot, const struct addresses *addresses, nstime now,
	struct error *err)
{
	struct shard *shard = reactor_shard(slot->reactor, slot->attempt, err);

	if (!shard)
		return -1;
	slot->easy = transfer_begin(
		slot->transfer, slot->attempt, addresses, &shard->pins, now, err);
	if (!slot->easy)
		return -1;
	if (curl_easy_setopt(slot->easy, CURLOPT_PRIVATE, slot) != CURLE_OK)
		return error_set(err, KIND_INTERNAL, 0, "libcurl keeps no pointer");
	if (shard_add(shard, slot->easy, err) != 0)
		return -1;
	slot->shard = shard;
	loop_set_timer(&slot->reactor->loop, &slot->deadline,
		transfer_deadline(slot->transfer));
	return 0;
}

/* Run it, if it can be signed, or else when it can: its name is known then. */
static void slot_go(struct slot *slot, const struct addresses *addresses, nstime now)
{
	struct reactor *reactor = slot->reactor;
	struct attempt *attempt = slot->attempt;
	struct error err;

	if (!s3_may_begin(net_s3(reactor->env->net), attempt, &reactor->credentials)) {
		slot_put(slot);
		list_add_before(&reactor->keyless, &attempt->inbox);
	} else if (slot_run(slot, addresses, now, &err) != 0) {
		slot_fail(reactor, slot, attempt, &err);
	}
}

static void on_addresses(
	struct resolver_waiter *waiter, const struct addresses *addresses)
{
	slot_go(container_of(waiter, struct slot, waiter), addresses, clock_now());
}

static void slot_ask(struct slot *slot)
{
	struct reactor *reactor = slot->reactor;

	resolver_ask(reactor->resolver, slot->attempt->host, &slot->waiter);
	loop_set_timer(&reactor->loop, &slot->deadline,
		engine_name_deadline(reactor->env, slot->attempt));
	loop_set_timer(&reactor->loop, &reactor->dns_timer,
		resolver_deadline(reactor->resolver, clock_now()));
}

/* What takes long is not for the loop. */
static void commit(struct reactor *reactor, struct attempt *attempt)
{
	struct net *net = reactor->env->net;
	struct outcome outcome;

	if (transfer_commit_bytes(net, attempt) > COMMIT_INLINE &&
		committer_add(reactor->fleet->committer, attempt, reactor))
		return;
	transfer_commit(net, attempt, &outcome);
	reactor_finish(reactor, attempt, &outcome);
	reactor->stale = true;
	outcome_release(&outcome);
}

void slot_begin(struct reactor *reactor, struct attempt *attempt, nstime now)
{
	struct net *net = reactor->env->net;
	const struct addresses *addresses = NULL;
	bool named = transfer_needs_addresses(net, attempt);
	struct error err;
	struct slot *slot;

	if (attempt->work == WORK_COMMIT) {
		commit(reactor, attempt);
		return;
	}
	if (named)
		addresses =
			names_get(net_names(net), attempt->host, attempt->port, now);
	if (named && !addresses && reactor_pass(reactor, attempt))
		return;
	slot = slot_get(reactor, &err);
	if (!slot) {
		slot_fail(reactor, NULL, attempt, &err);
		if (addresses)
			names_put(addresses);
		return;
	}
	slot->attempt = attempt;
	list_add_before(&reactor->busy, &slot->link);
	if (named && !addresses) {
		slot_ask(slot);
		return;
	}
	slot_go(slot, addresses, now);
	if (addresses)
		names_put(addresses);
}

void slot_begin_keyless(struct reactor *reactor, nstime now)
{
	struct list *first = reactor->keyless.next, *node;
	struct list ready;

	if (first == &reactor->keyless ||
		!s3_may_begin(net_s3(reactor->env->net),
			container_of(first, struct attempt, inbox),
			&reactor->credentials))
		return;
	/* Some of them may have to wait again. */
	list_init(&ready);
	while ((node = list_pop(&reactor->keyless)))
		list_add_before(&ready, node);
	while ((node = list_pop(&ready)))
		slot_begin(reactor, container_of(node, struct attempt, inbox), now);
}

/* End those that wait for credentials: all, or what has been cancelled. */
static void end_keyless(struct reactor *reactor, bool all, const char *why)
{
	struct list *node, *next;
	struct error err;

	error_set(&err, KIND_INTERRUPTED, 0, "%s", why);
	for (node = reactor->keyless.next; node != &reactor->keyless; node = next) {
		struct attempt *attempt = container_of(node, struct attempt, inbox);

		next = node->next;
		if (!all && !attempt_is_cancelled(attempt))
			continue;
		list_remove(node);
		slot_fail(reactor, NULL, attempt, &err);
	}
}

void slot_end_cancelled(struct reactor *reactor)
{
	struct list *node, *next;

	end_keyless(reactor, false, "not wanted any more");
	for (node = reactor->busy.next; node != &reactor->busy; node = next) {
		struct slot *slot = container_of(node, struct slot, link);

		next = node->next;
		if (!attempt_is_cancelled(slot->attempt))
			continue;
		if (slot->shard) {
			shard_remove(slot->shard, slot->easy);
			slot_end(slot, CURLE_ABORTED_BY_CALLBACK);
		} else {
			give_up_name(slot, KIND_INTERRUPTED, "not wanted any more");
		}
	}
}

void slot_interrupt_all(struct reactor *reactor)
{
	struct list *node;

	end_keyless(reactor, true, "stopped before it was done");
	while ((node = reactor->busy.next) != &reactor->busy) {
		struct slot *slot = container_of(node, struct slot, link);

		if (slot->shard) {
			transfer_interrupt(slot->transfer);
			shard_remove(slot->shard, slot->easy);
			slot_end(slot, CURLE_ABORTED_BY_CALLBACK);
			continue;
		}
		give_up_name(slot, KIND_INTERRUPTED, "stopped before it was done");
	}
}

void slot_release_all(struct reactor *reactor)
{
	struct list *node;

	while ((node = reactor->busy.next) != &reactor->busy) {
		struct slot *slot = container_of(node, struct slot, link);

		if (slot->shard)
			shard_remove(slot->shard, slot->easy);
		else
			resolver_cancel(&slot->waiter);
		loop_clear_timer(&reactor->loop, &slot->deadline);
		slot_free(slot);
	}
	while ((node = reactor->idle.next) != &reactor->idle)
		slot_free(container_of(node, struct slot, link));
}
