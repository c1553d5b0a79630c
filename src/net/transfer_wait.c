/* How long a transfer may take, and when its bytes may come: deadlines, and turns. */
#include <time.h>

#include "net/transfer_parts.h"

#define SLEEP_MAX (100 * NS_PER_MS)
#define CONNECT_GRACE (100 * NS_PER_MS)

/* The earlier of two moments, where 0 spans mean none. */
static nstime earlier(nstime moment, nstime start, nstime span)
{
	return span > 0 && start + span < moment ? start + span : moment;
}

/* How long it may have no connection; 0: as long as it likes. What libcurl connects it also ends in
 * time, and can say where: only what waits in it for the connection of another, to share that, is
 * left to us. */
static nstime connect_span(const struct transfer *t)
{
	nstime span = t->net->settings->connect_timeout;

	return span > 0 && !t->connected ? span + CONNECT_GRACE : 0;
}

nstime transfer_deadline(const struct transfer *t)
{
	const struct settings *s = t->net->settings;
	nstime when = t->attempt->deadline;

	if (t->turn > 0)
		return t->turn < when ? t->turn : when;
	/* Until the head comes, look again as soon as it could have stalled by then. */
	if (!t->response.complete) {
		when = earlier(when, t->attempt->started, s->first_byte_timeout);
		when = earlier(when, t->begun, connect_span(t));
	}
	return s->min_rate > 0 ? earlier(when, t->mark, s->stall_time) : when;
}

/* It has none yet: is that too long? The stall watch begins with the answer. */
static bool no_answer(struct transfer *t, nstime now)
{
	nstime connect = connect_span(t), answer = t->net->settings->first_byte_timeout;

	t->mark = now;
	if (connect > 0 && now - t->begun >= connect)
		return error_set(&t->stop, KIND_TIMEOUT, 0,
			       "no connection within --connect-timeout") != 0;
	if (answer > 0 && now - t->attempt->started >= answer)
		return error_set(&t->stop, KIND_TIMEOUT, 0,
			       "no answer within --first-byte-timeout") != 0;
	return false;
}

bool transfer_overdue(struct transfer *t, nstime now)
{
	const struct settings *s = t->net->settings;
	nstime span = now - t->mark;

	if (now >= t->attempt->deadline)
		return error_set(&t->stop, KIND_TIMEOUT, 0,
			       "not done within --max-time") != 0;
	if (t->turn > 0)
		return false;
	if (!t->response.complete)
		return no_answer(t, now);
	if (s->min_rate <= 0 || s->stall_time <= 0 || span < s->stall_time)
		return false;
	if ((double)(t->received - t->marked) <
		(double)s->min_rate * ((double)span / NS_PER_SEC))
		return error_set(&t->stop, KIND_STALL, 0,
			       "slower than --min-rate over --stall-time") != 0;
	t->mark = now;
	t->marked = t->received;
	return false;
}

/* Sleep until the transfer's turn, looking up now and then whether it is to end. */
static int sleep_off(struct transfer *t)
{
	for (nstime now = clock_now(); !transfer_may_resume(t, now);
		now = clock_now()) {
		nstime left = t->turn - now < SLEEP_MAX ? t->turn - now : SLEEP_MAX;
		struct timespec span = {.tv_nsec = (long)left};

		nanosleep(&span, NULL);
		if (t->poll && t->poll(t->poll_context, t))
			return -1;
	}
	return 0;
}

enum grant transfer_ask_turn(struct transfer *t, int64_t len)
{
	nstime now;

	if (!t->net->throttle || t->granted >= len) {
		t->granted -= t->net->throttle ? len : 0;
		return GRANT_NOW;
	}
	now = clock_now();
	t->turn = throttle_reserve(
		t->net->throttle, t->attempt->origin_key, len - t->granted, now);
	t->granted = len;
	if (t->turn > now && t->paused) {
		t->paused(t->paused_context);
		return GRANT_LATER;
	}
	if (t->turn > now && sleep_off(t) != 0)
		return GRANT_NEVER;
	t->turn = 0;
	t->granted = 0;
	return GRANT_NOW;
}

void transfer_set_paused(struct transfer *t, transfer_paused *paused, void *context)
{
	t->paused = paused;
	t->paused_context = context;
}

bool transfer_may_resume(struct transfer *t, nstime now)
{
	if (t->turn == 0 || now < t->turn)
		return false;
	t->turn = 0;
	/* The time spent waiting is ours, not the server's. */
	t->mark = now;
	t->marked = t->received;
	return true;
}
