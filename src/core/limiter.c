/* The limiter: a search for the smallest window with the best goodput, and a retreat.
 *
 * The search. It climbs by doubling: a round lasts until a good part of the attempts that
 * were started at the new window have come back. A doubling that brings GAIN is followed
 * by another; one that does not is looked at twice, then the window goes back, and the
 * doubling is tried once more. From then on it rests, averages what it has, and probes: a
 * step up or down, in turns, ever more seldom while nothing changes. Rounds in which the window was not full, or nobody waited, prove
 * nothing. Work is counted so that one huge file does not make a round look good: by
 * bytes, but never more than a few times the usual, and something for the file itself.
 *
 * The retreat. A refusal halves the window and remembers what was refused. All refusals of
 * attempts that were under way at that moment tell of the same overload and count once.
 * Doubling brings the window back to nearly what was refused; from there it creeps, over
 * a number of rounds that grows each time. A refusal of one that only crept too far is
 * answered by going back there: the level is known. Well past what was refused, it is
 * forgotten. Until then there is no search: the refusals say it better. One refusal in
 * REFUSAL_COST deliveries is overlooked: there are servers that refuse at random, and from
 * those that mean it so few do no harm.
 *
 * A window is a number of attempts per latency: where one at once is still too much (so
 * many requests per second, and quick answers) it goes on below one, and starts are
 * spaced accordingly. Spacing also keeps a wide window from coming in bursts. */
#include "core/limiter.h"

/* The search. */
#define START 16.0
#define WINDOW_MAX 1048576.0 /* no machine has more ports */
#define MANY 64.0            /* from so many on they cost the server, and memory */
#define GAIN 1.08            /* a doubling that brings less is not worth it */
#define SURE_GAIN 1.5        /* one that brings more than this needs no second look */
#define SURE_LOSS 0.95       /* ... or less than this */
#define PROBE 1.4            /* a probe goes so far, up or down ... */
#define PROBE_GAIN 1.05      /* ... and stays there if it brings so much */
#define KEEP 0.97            /* ... or, down from many, if it loses no more than this */
#define CHANGE 0.25 /* things have changed if a round at rest differs so much */
#define SAMPLE 128  /* deliveries that a judgement at rest needs at least */
/* No round is shorter: of a millisecond, chance is the larger part. */
#define CLIMB_MIN (20 * NS_PER_MS)
#define REST_MIN (50 * NS_PER_MS)
#define INTERVAL_MIN 4 /* rounds between probes */
#define INTERVAL_MAX 64
#define USUAL 4.0       /* a delivery counts for so many times the usual at most */
#define PER_FILE 4096.0 /* bytes that a file is worth by itself */

/* The retreat. */
#define REFUSAL_COST 16.0 /* deliveries that make up for a refusal */
#define CREDIT_START 40.0
#define CREDIT_MAX 128.0
#define BACK_TO 0.97 /* of what was refused, fast; then creeping */
#define STRIDE 0.12  /* a creeping round adds no more than that share */
#define NEAR 1.1     /* crept too far: no further than this */
#define FAR 0.75     /* refused at once on coming back: much less it is */
#define FORGET 2.0   /* no refusal up to so many times what was refused */
#define PATIENCE_MIN 4.0
#define PATIENCE_MAX 24.0
#define CREEP_SAMPLE 16
#define CREEP_MIN (100 * NS_PER_MS) /* many servers count by the second */
#define DEPTH 32.0                  /* the halvings of a refused window end there */

/* The spacing. */
#define PACE 1.25 /* it leaves so much room that the limit is what binds, if it can */
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

/* The deliveries that make a round at the present window. */
static size_t limiter_round(const struct limiter *limiter)
{
	size_t limit = limiter->limit, sample = SAMPLE;

	if (limiter->refused > 0) {
		if (limiter->window < BACK_TO * limiter->refused)
			return limit / 4 + 1;
		return limit > CREEP_SAMPLE ? limit : CREEP_SAMPLE;
	}
	if (limiter->phase == LIMITER_CLIMB && !limiter->again)
		return limiter->goodput > 0 ? limit - limit / 4 : limit;
	if (!limiter->confirmed)
		sample /= 2;
	/* Whole windows: answers to what was started together come together. */
	return limit < sample ? (sample + limit - 1) / limit * limit : limit;
}

/* Set the window, and begin a round there. */
static void limiter_move(
	struct limiter *limiter, double window, size_t settle, nstime now)
{
	if (window >= (double)limiter->ceiling) {
		limiter->window = (double)limiter->ceiling;
		limiter->limit = limiter->ceiling;
	} else {
		limiter->window = window;
		limiter->limit = (size_t)window;
		limiter->limit += (double)limiter->limit < window;
	}
	limiter->wanted = limiter_round(limiter);
	limiter->round_start = now;
	limiter->settle = settle;
	limiter->seen = limiter->fresh = limiter->idle = limiter->most_in_flight = 0;
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
	limiter->again = false;
	limiter_move(limiter, window, settle, now);
}

void limiter_init(struct limiter *limiter, bool adaptive, size_t ceiling, nstime now)
{
	*limiter = (struct limiter){.ceiling = ceiling > 0 ? ceiling : 1,
		.adaptive = adaptive,
		.patience = PATIENCE_MIN,
		.credit = CREDIT_START,
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
	limiter->again = false;
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
	bool frugal = limiter->downward && limiter->window >= MANY;

	if (goodput < (frugal ? KEEP : PROBE_GAIN) * limiter->goodput) {
		limiter->downward = !limiter->downward;
		if (limiter->interval < INTERVAL_MAX)
			limiter->interval *= 2;
		limiter_rest(limiter, limiter->from, in_flight, now);
		return;
	}
	limiter->goodput = most(goodput, limiter->goodput);
	limiter->interval = INTERVAL_MIN;
	if (limiter->downward)
		limiter_probe(limiter, in_flight, now);
	else
		limiter_climb(limiter, now);
}

/* A round after a jump counts what the jump has stirred up, too little mostly. A large gain
 * is believed; else a second round tells, and is what the next is compared with. */
static void limiter_climbed(
	struct limiter *limiter, double goodput, size_t in_flight, nstime now)
{
	double base = limiter->goodput;

	if (goodput < SURE_LOSS * base && limiter->seen >= SAMPLE) {
		limiter->confirmed = true;
		limiter_rest(limiter, limiter->from, in_flight, now);
	} else if (goodput < SURE_GAIN * base && !limiter->again) {
		limiter->again = true;
		limiter_move(limiter, limiter->window, 0, now);
	} else if (goodput < GAIN * base) {
		limiter_rest(limiter, limiter->from, in_flight, now);
	} else {
		limiter->confirmed = false;
		limiter->goodput = goodput;
		limiter_climb(limiter, now);
	}
}

/* A round at rest. The first after a climb only makes sure what the climb failed to better:
 * then it is tried once more. */
static void limiter_rested(
	struct limiter *limiter, double goodput, size_t in_flight, nstime now)
{
	double base = limiter->goodput;

	if (limiter->rounds > 0 &&
		(goodput < (1 - CHANGE) * base || goodput > (1 + CHANGE) * base)) {
		limiter->interval = INTERVAL_MIN;
		limiter->downward = goodput < base;
	}
	limiter->rounds++;
	limiter->goodput += (goodput - base) / least(limiter->rounds, 2 * INTERVAL_MIN);
	if (!limiter->confirmed) {
		limiter->confirmed = true;
		limiter_climb(limiter, now);
	} else if (limiter->rounds >= limiter->interval) {
		limiter_probe(limiter, in_flight, now);
	} else {
		limiter_again(limiter, now);
	}
}

static void limiter_search(
	struct limiter *limiter, double goodput, size_t in_flight, nstime now)
{
	switch (limiter->phase) {
	case LIMITER_CLIMB:
		limiter_climbed(limiter, goodput, in_flight, now);
		break;
	case LIMITER_REST:
		limiter_rested(limiter, goodput, in_flight, now);
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
		(limiter->adaptive && window >= START &&
			window >= FORGET * limiter->refused)) {
		limiter->refused = 0;
		limiter->patience = PATIENCE_MIN;
		limiter->phase = LIMITER_CLIMB;
		limiter->goodput = 0;
	}
	limiter_move(limiter, window, 0, now);
}

/* What a usual delivery is like. Returns what this one is worth. */
static double limiter_learn(
	struct limiter *limiter, int64_t bytes, nstime latency, nstime now)
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
	return worth + PER_FILE;
}

/* A delivery while a refusal is remembered. */
static void limiter_heal(struct limiter *limiter, nstime started, nstime now)
{
	bool creeps = limiter->window >= BACK_TO * limiter->refused;

	if (started < limiter->cut)
		return; /* says nothing of the window since */
	limiter->delivered = true;
	if (++limiter->seen >= limiter->wanted &&
		(!creeps || now - limiter->round_start >= CREEP_MIN))
		limiter_recover(limiter, now);
}

/* A delivery while searching. */
static void limiter_count(struct limiter *limiter, double work, nstime started,
	size_t in_flight, bool waited, nstime now)
{
	bool climbs = limiter->phase == LIMITER_CLIMB;
	nstime span;

	if (limiter->settle > 0) {
		limiter->settle--;
		limiter->round_start = now;
		return;
	}
	span = now - limiter->round_start;
	limiter->work += work;
	limiter->seen++;
	limiter->fresh += started >= limiter->round_start;
	limiter->idle += !waited;
	if (in_flight > limiter->most_in_flight)
		limiter->most_in_flight = in_flight;
	if (limiter->seen < limiter->wanted || limiter->fresh < limiter->wanted / 3 ||
		span < (climbs ? CLIMB_MIN : REST_MIN))
		return;
	if (4 * limiter->idle > limiter->seen ||
		4 * limiter->most_in_flight < 3 * limiter->limit)
		limiter_again(limiter, now);
	else
		limiter_search(limiter, limiter->work / (double)span, in_flight, now);
}

/* Halve, or step back. `level` is what seems to have been too much. */
static void limiter_cut(
	struct limiter *limiter, double level, size_t in_flight, nstime now)
{
	double window = least(limiter->window, (double)in_flight) / 2;
	double lowest = limiter->latency > 0
				? least(1, limiter->latency / (PACE * (double)GAP_MAX))
				: 1;

	if (limiter->refused > 0 && !limiter->delivered) {
		/* Nothing came through between two: far too much, or an outage, which says
		 * nothing of the level. */
		level = .9 * limiter->refused;
	} else if (limiter->refused > 0 && limiter->held == 0) {
		level *= FAR;
	} else if (limiter->refused > 0) {
		if (limiter->window <= NEAR * limiter->refused)
			window = BACK_TO * level;
		limiter->patience = least(4 * limiter->patience, PATIENCE_MAX);
	}
	limiter->refused = level;
	limiter->step = (1 - BACK_TO) * level / limiter->patience;
	limiter->credit = 0;
	limiter->cut = now;
	limiter->delivered = false;
	limiter->held = 0;
	limiter_rest(limiter, most(most(window, level / DEPTH), lowest), 0, now);
}

static void limiter_refused(
	struct limiter *limiter, nstime started, size_t in_flight, nstime now)
{
	double others = in_flight > 1 ? (double)(in_flight - 1) : 1;

	if (started < limiter->cut) {
		/* The first refusals of a burst tell what was asked for; the last, what
		 * was taken. */
		if (limiter->delivered_at < limiter->cut && others < limiter->refused)
			limiter->refused = most(others, limiter->window);
		return;
	}
	limiter->credit -= REFUSAL_COST;
	if (limiter->credit < 0)
		limiter_cut(limiter, least(limiter->window, others), in_flight, now);
}

void limiter_tell(struct limiter *limiter, enum limiter_news news, int64_t bytes,
	nstime latency, size_t in_flight, bool waited, nstime now)
{
	nstime started = now - latency;
	double work;

	switch (news) {
	case LIMITER_DELIVERED:
		work = limiter_learn(limiter, bytes, latency, now);
		if (limiter->refused > 0)
			limiter_heal(limiter, started, now);
		else if (limiter->adaptive)
			limiter_count(limiter, work, started, in_flight, waited, now);
		break;
	case LIMITER_REFUSED:
		limiter_refused(limiter, started, in_flight, now);
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
	gap = (nstime)least(
		limiter->latency / (PACE * limiter->window), (double)GAP_MAX);
	if (gap < GAP_MIN)
		return 0;
	if (limiter->next < now - GAP_SLACK)
		limiter->next = now - GAP_SLACK;
	limiter->next += gap;
	return limiter->next > now ? limiter->next - now : 0;
}
