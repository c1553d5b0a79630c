/* The limiter: a search for the smallest window with the best goodput, and a retreat.
 *
 * The search. A round is as many deliveries as the window (and no less than a moment, for
 * the clock's sake). Each round at twice the window that brings GAIN more goodput is
 * followed by another doubling; two that do not are a plateau, and the window goes back.
 * Then it rests, averages what it has, and probes: twice as much, half as much, in turns,
 * and ever more seldom while nothing changes. Rounds in which the window was not full, or
 * nobody waited, prove nothing and are not counted.
 *
 * Work is counted so that one huge file does not make a round look good: by bytes, but
 * never more than a few times the usual, and something for the file itself.
 *
 * The retreat. A refusal halves the window and remembers it as refused. All refusals of
 * attempts that were under way at that moment tell of the same overload and count once.
 * Doubling brings the window back to nine tenths of what was refused; from there it
 * creeps, over a number of rounds that grows each time the same window is refused again,
 * and when it gets well past, the refusal is forgotten. While one is remembered there is no search:
 * goodput says nothing there that the refusals do not say better. One refusal in twenty
 * deliveries is overlooked: there are servers that refuse at random, and against those
 * that mean it one in twenty is little.
 *
 * A window is a number of attempts per latency: where one attempt at once is still too
 * much (so many requests per second, and quick answers), it goes on below one, and starts
 * are spaced accordingly. */
#include "core/limiter.h"

#define START 16.0
#define WINDOW_MAX 1048576.0 /* of the search: no machine has more ports */
#define GAIN 1.10            /* a doubling that brings less is not worth it */
#define KEEP 0.96            /* a halving that leaves so much is */
#define ROUND_MIN (20 * NS_PER_MS)
#define SAMPLE 64 /* deliveries that a judgement at rest needs at least */
#define INTERVAL_MIN 4
#define INTERVAL_MAX 64

#define USUAL 4.0        /* a delivery counts for so many times the usual at most */
#define PER_FILE 4096.0  /* bytes that a file is worth by itself */

#define REFUSAL_COST 20.0
#define CREDIT_MAX 100.0
#define BACK_TO 0.9  /* of the refused window, fast; then creeping */
#define FORGET 1.25  /* ... until so far above it */
#define PATIENCE_MIN 4.0
#define PATIENCE_MAX 64.0
#define CREEP_SAMPLE 16

#define PACE 1.25 /* spacing leaves so much room that the limit is what binds, if it can */
#define GAP_MIN (100 * NS_PER_US) /* smaller ones are not worth a timer */
#define GAP_MAX NS_PER_SEC
#define GAP_SLACK (2 * NS_PER_MS) /* late timers are made up for */
#define OUTAGE (30 * NS_PER_SEC)  /* nothing came for so long: spacing is no cure */

static double least(double a, double b)
{
	return a < b ? a : b;
}

static double most(double a, double b)
{
	return a > b ? a : b;
}

/* Set the window, and begin a round there. */
static void limiter_move(
	struct limiter *limiter, double window, size_t settle, nstime now)
{
	size_t wanted;

	if (window >= (double)limiter->ceiling) {
		limiter->window = (double)limiter->ceiling;
		limiter->limit = limiter->ceiling;
	} else {
		limiter->window = window;
		limiter->limit = (size_t)window;
		limiter->limit += (double)limiter->limit < window;
	}
	wanted = limiter->limit;
	if (limiter->refused > 0) {
		if (window >= BACK_TO * limiter->refused && wanted < CREEP_SAMPLE)
			wanted = CREEP_SAMPLE;
	} else if (limiter->phase == LIMITER_PROBE) {
		wanted = wanted < SAMPLE ? 2 * SAMPLE : 2 * wanted;
	} else if (limiter->phase == LIMITER_REST && wanted < SAMPLE) {
		wanted = SAMPLE;
	}
	limiter->round_start = now;
	limiter->settle = settle;
	limiter->wanted = wanted;
	limiter->seen = limiter->idle = limiter->most_in_flight = 0;
	limiter->work = 0;
}

static void limiter_again(struct limiter *limiter, nstime now)
{
	limiter_move(limiter, limiter->window, 0, now);
}

static void limiter_rest(
	struct limiter *limiter, double window, size_t settle, nstime now)
{
	limiter->phase = LIMITER_REST;
	limiter->rounds = 0;
	limiter->doubts = 0;
	limiter_move(limiter, window, settle, now);
}

void limiter_init(struct limiter *limiter, bool adaptive, size_t ceiling, nstime now)
{
	*limiter = (struct limiter){.ceiling = ceiling > 0 ? ceiling : 1,
		.adaptive = adaptive,
		.patience = PATIENCE_MIN,
		.cut = INT64_MIN,
		.interval = INTERVAL_MIN,
		.downward = true};
	limiter_move(limiter, adaptive ? START : (double)limiter->ceiling, 0, now);
}

/* Twice the window, or all there is, if that is not much more. */
static double limiter_above(const struct limiter *limiter)
{
	double twice = 2 * limiter->window;
	double top = least((double)limiter->ceiling, WINDOW_MAX);

	return 1.5 * twice > top ? top : twice;
}

static void limiter_climb(struct limiter *limiter, size_t settle, nstime now)
{
	double above = limiter_above(limiter);

	limiter->doubts = 0;
	if (above <= limiter->window) {
		limiter_rest(limiter, limiter->window, 0, now);
		return;
	}
	limiter->from = limiter->window;
	limiter_move(limiter, above, settle, now);
}

/* Look at another window, if there is one in that direction. */
static void limiter_probe(struct limiter *limiter, size_t in_flight, nstime now)
{
	double there = limiter->downward ? limiter->window / 2 : limiter_above(limiter);

	limiter->rounds = 0;
	limiter->doubts = 0;
	if (there < 1 || (!limiter->downward && there <= limiter->window)) {
		limiter->downward = !limiter->downward;
		limiter_again(limiter, now);
		return;
	}
	limiter->phase = LIMITER_PROBE;
	limiter->from = limiter->window;
	limiter_move(limiter, there, limiter->downward ? in_flight : 0, now);
}

static void limiter_probed(
	struct limiter *limiter, double goodput, size_t in_flight, nstime now)
{
	double bar = (limiter->downward ? KEEP : GAIN) * limiter->goodput;

	if (goodput < bar) {
		limiter->downward = !limiter->downward;
		if (limiter->interval < INTERVAL_MAX)
			limiter->interval *= 2;
		limiter_rest(limiter, limiter->from, in_flight, now);
		return;
	}
	limiter->interval = INTERVAL_MIN;
	if (limiter->downward) {
		limiter_rest(limiter, limiter->window, 0, now);
		return;
	}
	limiter->phase = LIMITER_CLIMB;
	limiter->goodput = goodput;
	limiter_climb(limiter, 0, now);
}

static void limiter_search(
	struct limiter *limiter, double goodput, size_t in_flight, nstime now)
{
	switch (limiter->phase) {
	case LIMITER_CLIMB:
		if (goodput >= GAIN * limiter->goodput) {
			limiter->goodput = goodput;
			limiter_climb(limiter, 0, now);
		} else if (++limiter->doubts < 2) {
			limiter_again(limiter, now);
		} else {
			limiter_rest(limiter, limiter->from, in_flight, now);
		}
		break;
	case LIMITER_REST:
		limiter->rounds++;
		limiter->goodput += (goodput - limiter->goodput) /
				    least(limiter->rounds, 2 * INTERVAL_MIN);
		if (limiter->rounds >= limiter->interval)
			limiter_probe(limiter, in_flight, now);
		else
			limiter_again(limiter, now);
		break;
	case LIMITER_PROBE:
		limiter_probed(limiter, goodput, in_flight, now);
	}
}

/* A round without refusal: on, fast at first, creeping near what was refused. */
static void limiter_recover(struct limiter *limiter, nstime now)
{
	double back = BACK_TO * limiter->refused;
	double window;

	if (limiter->window < back) {
		window = least(2 * limiter->window, back);
		limiter->step = (limiter->refused - back) / limiter->patience;
	} else {
		window = least(limiter->window + limiter->step, 2 * limiter->window);
		if (window > limiter->refused)
			limiter->step *= 2;
	}
	if (window >= (double)limiter->ceiling ||
		(window >= FORGET * limiter->refused && window >= START)) {
		limiter->refused = 0;
		limiter->patience = PATIENCE_MIN;
		limiter_rest(limiter, window, 0, now);
		return;
	}
	limiter_move(limiter, window, 0, now);
}

static void limiter_delivered(struct limiter *limiter, int64_t bytes, nstime latency,
	size_t in_flight, bool waited, nstime now)
{
	double worth = bytes > 0 ? (double)bytes : 0;
	double took = latency > 0 ? (double)latency : 1;

	if (limiter->latency > 0) {
		worth = least(worth, USUAL * (limiter->bytes + PER_FILE));
		took = least(took, USUAL * limiter->latency);
		limiter->bytes += (worth - limiter->bytes) / SAMPLE;
		limiter->latency += (took - limiter->latency) / SAMPLE;
	} else {
		limiter->bytes = worth;
		limiter->latency = took;
	}
	limiter->delivered_at = now;
	limiter->credit = least(limiter->credit + 1, CREDIT_MAX);
	if (limiter->refused > 0) {
		if (now - latency < limiter->cut)
			return; /* the round begins with what began after the cut */
		limiter->since_cut++;
		if (++limiter->seen >= limiter->wanted)
			limiter_recover(limiter, now);
		return;
	}
	if (!limiter->adaptive)
		return;
	if (limiter->settle > 0) {
		limiter->settle--;
		limiter->round_start = now;
		return;
	}
	limiter->work += worth + PER_FILE;
	limiter->seen++;
	limiter->idle += !waited;
	if (in_flight > limiter->most_in_flight)
		limiter->most_in_flight = in_flight;
	if (limiter->seen < limiter->wanted || now - limiter->round_start < ROUND_MIN)
		return;
	if (4 * limiter->idle > limiter->seen ||
		4 * limiter->most_in_flight < 3 * limiter->limit)
		limiter_again(limiter, now);
	else
		limiter_search(limiter,
			limiter->work / (double)(now - limiter->round_start), in_flight,
			now);
}

static void limiter_refused(
	struct limiter *limiter, nstime started, size_t in_flight, nstime now)
{
	double level = least(limiter->window, (double)in_flight);
	double floor = limiter->latency > 0
			       ? least(1, limiter->latency / (PACE * (double)GAP_MAX))
			       : 1;

	if (started < limiter->cut)
		return;
	limiter->credit -= REFUSAL_COST;
	if (limiter->credit >= 0)
		return;
	limiter->credit = 0;
	if (limiter->refused > 0 && limiter->since_cut == 0) {
		/* Nothing came through between two: either far too much or an outage, which
		 * would say nothing of the level. What comes through next will tell. */
		level = limiter->refused;
	} else {
		if (limiter->refused > 0 && limiter->since_cut < CREEP_SAMPLE)
			level *= .75; /* not a matter of inches */
		if (level > .8 * limiter->refused && level < FORGET * limiter->refused)
			limiter->patience = least(2 * limiter->patience, PATIENCE_MAX);
		else
			limiter->patience = PATIENCE_MIN;
	}
	limiter->refused = level;
	limiter->step = (1 - BACK_TO) * level / limiter->patience;
	limiter->cut = now;
	limiter->since_cut = 0;
	limiter_rest(limiter, most(limiter->window / 2, floor), 0, now);
}

void limiter_tell(struct limiter *limiter, enum limiter_news news, int64_t bytes,
	nstime latency, size_t in_flight, bool waited, nstime now)
{
	switch (news) {
	case LIMITER_DELIVERED:
		limiter_delivered(limiter, bytes, latency, in_flight, waited, now);
		break;
	case LIMITER_REFUSED:
		limiter_refused(limiter, now - latency, in_flight, now);
		break;
	case LIMITER_FAILED:
		break;
	}
}

nstime limiter_started(struct limiter *limiter, nstime now)
{
	nstime gap;

	if (limiter->refused <= 0 || limiter->latency <= 0 ||
		now - limiter->delivered_at > OUTAGE)
		return 0;
	gap = (nstime)(limiter->latency / (PACE * limiter->window));
	if (gap < GAP_MIN)
		return 0;
	if (gap > GAP_MAX)
		gap = GAP_MAX;
	if (limiter->next < now - GAP_SLACK)
		limiter->next = now - GAP_SLACK;
	limiter->next += gap;
	return limiter->next > now ? limiter->next - now : 0;
}
