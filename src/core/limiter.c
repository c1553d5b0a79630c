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
#define GAIN 1.07            /* a doubling that brings less is not worth it */
#define LOSS 0.95            /* one that brings less than this needs no second look */
#define PROBE 1.4            /* a probe goes so far, up or down ... */
#define PROBE_GAIN 1.05      /* ... and stays there if it brings so much */
#define ROUND_MIN (20 * NS_PER_MS)
#define REST_MIN (50 * NS_PER_MS)
#define SAMPLE 128 /* deliveries that a judgement at rest needs at least */
#define INTERVAL_MIN 4
#define CHANGE 0.25 /* a round at rest that differs so much: things have changed */
#define INTERVAL_MAX 64

#define USUAL 4.0       /* a delivery counts for so many times the usual at most */
#define PER_FILE 4096.0 /* bytes that a file is worth by itself */

#define REFUSAL_COST 16.0
#define CREDIT_MIN 40.0
#define CREDIT_MAX 128.0
#define BACK_TO 0.97 /* of the refused window, fast; then creeping */
#define FORGET 2.0   /* ... until so far above it */
#define STRIDE 0.12  /* a creeping round adds no more than that share */
#define NEAR 1.1
#define PATIENCE_MIN 4.0
#define PATIENCE_MAX 24.0
#define CREEP_SAMPLE 16
#define CREEP_MIN (100 * NS_PER_MS) /* many servers count by the second */
#define DEPTH 32.0                  /* halvings of a refused window end there */

#define PACE                                                                           \
	1.25 /* spacing leaves so much room that the limit is what binds, if it can */
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
		if (window < BACK_TO * limiter->refused)
			wanted -= 3 * wanted / 4;
		else if (wanted < CREEP_SAMPLE)
			wanted = CREEP_SAMPLE;
	} else if (limiter->phase == LIMITER_CLIMB) {
		wanted -= 3 * wanted / 4;
	} else if (wanted < SAMPLE) {
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
		.credit = CREDIT_MIN,
		.cut = INT64_MIN,
		.interval = INTERVAL_MIN,
		.downward = true};
	limiter_move(limiter, adaptive ? START : (double)limiter->ceiling, 0, now);
}

/* A window further up, or all there is, if that is not much more. */
static double limiter_above(const struct limiter *limiter, double factor)
{
	double above = factor * limiter->window;
	double top = least((double)limiter->ceiling, WINDOW_MAX);

	return 1.5 * above > top ? top : above;
}

static void limiter_climb(struct limiter *limiter, nstime now)
{
	double above = limiter_above(limiter, 2);

	limiter->phase = LIMITER_CLIMB;
	limiter->doubts = 0;
	if (above <= limiter->window) {
		limiter_rest(limiter, limiter->window, 0, now);
		return;
	}
	limiter->from = limiter->window;
	limiter_move(limiter, above, 0, now);
}

/* Look at another window, if there is one in that direction. */
static void limiter_probe(struct limiter *limiter, size_t in_flight, nstime now)
{
	double there = limiter->downward ? limiter->window / PROBE
					 : limiter_above(limiter, PROBE);

	if (there < 1 || (!limiter->downward && there <= limiter->window)) {
		limiter->downward = !limiter->downward;
		limiter_rest(limiter, limiter->window, 0, now);
		return;
	}
	limiter->phase = LIMITER_PROBE;
	limiter->from = limiter->window;
	limiter_move(limiter, there, in_flight, now);
}

static void limiter_probed(
	struct limiter *limiter, double goodput, size_t in_flight, nstime now)
{
	if (goodput < PROBE_GAIN * limiter->goodput) {
		limiter->downward = !limiter->downward;
		if (limiter->interval < INTERVAL_MAX)
			limiter->interval *= 2;
		limiter_rest(limiter, limiter->from, in_flight, now);
		return;
	}
	limiter->goodput = goodput;
	limiter->interval = INTERVAL_MIN;
	if (limiter->downward)
		limiter_probe(limiter, in_flight, now);
	else
		limiter_climb(limiter, now);
}

static void limiter_search(
	struct limiter *limiter, double goodput, size_t in_flight, nstime now)
{
	switch (limiter->phase) {
	case LIMITER_CLIMB:
		if (goodput >= GAIN * limiter->goodput) {
			limiter->goodput = goodput;
			limiter_climb(limiter, now);
		} else if (++limiter->doubts < 2 &&
			   (goodput >= LOSS * limiter->goodput ||
				   limiter->seen < SAMPLE)) {
			limiter_again(limiter, now);
		} else {
			limiter_rest(limiter, limiter->from, in_flight, now);
		}
		break;
	case LIMITER_REST:
		if (limiter->rounds > 0 &&
			(goodput < (1 - CHANGE) * limiter->goodput ||
				goodput > (1 + CHANGE) * limiter->goodput)) {
			limiter->interval = INTERVAL_MIN;
			limiter->downward = goodput < limiter->goodput;
		}
		limiter->rounds++;
		limiter->goodput += (goodput - limiter->goodput) /
				    least(limiter->rounds, INTERVAL_MIN);
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
		limiter->held++;
		window = limiter->window +
			 least(limiter->step, STRIDE * limiter->window);
		if (window > limiter->refused)
			limiter->step *= 2;
	}
	if (window >= (double)limiter->ceiling ||
		(window >= FORGET * limiter->refused && window >= START)) {
		limiter->refused = 0;
		limiter->patience = PATIENCE_MIN;
		limiter->phase = LIMITER_CLIMB;
		limiter->goodput = 0;
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
		if (++limiter->seen >= limiter->wanted &&
			(limiter->window < BACK_TO * limiter->refused ||
				now - limiter->round_start >= CREEP_MIN))
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
	limiter->idle += !waited;
	if (limiter->phase != LIMITER_CLIMB || now - latency >= limiter->round_start)
		limiter->seen++;
	if (in_flight > limiter->most_in_flight)
		limiter->most_in_flight = in_flight;
	if (limiter->seen < limiter->wanted ||
		now - limiter->round_start <
			(limiter->phase == LIMITER_CLIMB ? ROUND_MIN : REST_MIN))
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
	double others = in_flight > 1 ? (double)(in_flight - 1) : 1;
	double level = least(limiter->window, others);
	double window = limiter->window / 2;
	double floor = limiter->latency > 0
			       ? least(1, limiter->latency / (PACE * (double)GAP_MAX))
			       : 1;

	if (started < limiter->cut) {
		/* The first refusals go by the number that was asked for; the last, by the
		 * one that was taken. */
		if (limiter->delivered_at < limiter->cut && limiter->refused > others)
			limiter->refused = others;
		return;
	}
	limiter->credit -= REFUSAL_COST;
	if (limiter->credit >= 0)
		return;
	limiter->credit = 0;
	if (limiter->refused > 0 && limiter->since_cut == 0) {
		/* Nothing came through between two: far too much, or an outage, which says
		 * nothing of the level. */
		level = .9 * limiter->refused;
	} else if (limiter->refused > 0 && limiter->held == 0) {
		level *= .75; /* not a matter of inches */
	} else if (limiter->refused > 0) {
		if (limiter->window <= NEAR * limiter->refused)
			window = BACK_TO * level;
		limiter->patience = least(4 * limiter->patience, PATIENCE_MAX);
	}
	limiter->refused = level;
	limiter->step = (1 - BACK_TO) * level / limiter->patience;
	limiter->cut = now;
	limiter->since_cut = 0;
	limiter->held = 0;
	limiter_rest(limiter, most(most(window, level / DEPTH), floor), 0, now);
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
