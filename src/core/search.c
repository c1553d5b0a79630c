/* The search for the smallest window with the best goodput.
 *
 * Each delivery says how many were under way when it was started, and how long it took. With
 * n at once that take L each, n / L come per second (Little's law). So the goodput of a window
 * is known from the first attempts that were started there, while others still come that were
 * started before; no round needs to end, and nothing needs to be timed. A delivery's work is
 * counted by bytes, but never more than a few times the usual, and something for the file
 * itself, so that one huge file does not make a window look good.
 *
 * A climb judges early, by a part of a window: that much is sure while doubling brings
 * nearly twice as much. The first answers are the quick ones where latencies differ, so their
 * mean is too short; what they are compared with is taken for no quicker than the lowest window
 * was, whose slow answers have been waited for. A judgement that is not sure is made again by
 * twice as many deliveries, up to a whole window.
 *
 * Where a climb has brought nothing the window goes back. After a rest, in which the goodput
 * is averaged over the slow answers, too, the climb is tried once more. From then on there
 * are only probes: a step up or down, in turns. Deliveries of attempts that were started with
 * fewer under way than the window allows say nothing of it and are not counted, so that a
 * window which is not used is not judged either. */
#include "core/search.h"

#include "base/minmax.h"

#define WINDOW_MAX 1048576.0 /* no machine has more ports */
#define MANY 64.0            /* from so many on they cost the server, and memory */

/* A climb. What the attempts that are added bring, each, in shares of what those below do: */
#define YIELD 0.08      /* less is not worth it */
#define SURE_YIELD 0.5  /* so much is believed at once */
#define SURE_LOSS 0.95  /* a goodput that is this much less needs no second climb */
#define EARLY 0.375     /* the first judgement, by so much of a window */
#define EARLY_SAMPLE 64 /* a climb is given up by no fewer deliveries */
#define CLIMB_MIN (20 * NS_PER_MS) /* of a millisecond, chance is the larger part */

/* At rest, and probing. */
#define PROBE 1.4       /* a probe goes so far, up or down ... */
#define PROBE_GAIN 1.05 /* ... and stays there if it brings so much */
#define KEEP 0.97       /* ... or, down from many, if it loses no more than this */
#define CHANGE 0.25     /* things have changed if the goodput differs so much */
#define SAMPLE 128      /* deliveries that make a round, if the window is not more */
#define FULL 0.75       /* the window is used when so much of it is under way */
#define ROUND_MIN (50 * NS_PER_MS)
#define INTERVAL_MIN 4 /* rounds between probes */
#define INTERVAL_MAX 64

#define USUAL 4.0       /* a delivery counts for so many times the usual at most */
#define LEARNT 16       /* ... once so many have told what is usual */
#define PER_FILE 4096.0 /* bytes that a file is worth by itself */

static double look_latency(const struct look *look)
{
	return look->count > 0 ? look->latency / look->count : 0;
}

static double look_rank(const struct look *look)
{
	return look->count > 0 ? look->rank / look->count : 0;
}

/* Work per ns; 0: not known. */
static double look_goodput(const struct look *look)
{
	return look->count > 0 ? look_rank(look) * look->work / look->latency : 0;
}

/* Begin to look at this window. */
static void search_move(
	struct search *search, enum search_phase phase, double window, nstime now)
{
	search->phase = phase;
	search->window = dmax(1, dmin(window, search->ceiling));
	search->since = now;
	search->here = (struct look){0};
	if (phase != SEARCH_CLIMB)
		search->wanted = dmax(search->window, SAMPLE);
	else if (search->from > 0)
		search->wanted = EARLY * search->window;
	else
		search->wanted = FULL * search->window;
}

static void search_rest(struct search *search, double window, nstime now)
{
	search->rounds = 0;
	search_move(search, SEARCH_REST, window, now);
}

void search_init(struct search *search, double ceiling, nstime now)
{
	*search = (struct search){.ceiling = dmax(1, dmin(ceiling, WINDOW_MAX)),
		.interval = INTERVAL_MIN,
		.downward = true};
	search_restart(search, SEARCH_START, now);
}

void search_restart(struct search *search, double window, nstime now)
{
	search->from = 0;
	search->confirmed = false;
	search_move(search, SEARCH_CLIMB, window, now);
}

/* A window further up, or all there is, if that is not much more. */
static double search_above(const struct search *search, double factor)
{
	double above = factor * search->window;

	return 1.5 * above > search->ceiling ? search->ceiling : above;
}

/* On to twice the window, whose goodput is in `here`; `begins`: after a rest. */
static void search_climb(struct search *search, bool begins, nstime now)
{
	double above = search_above(search, 2);

	if (above <= search->window) {
		search_rest(search, search->window, now);
		return;
	}
	search->below = search->here;
	if (begins || (search->here.count >= 2 * search->window &&
			      look_latency(&search->here) < search->first_latency))
		search->first_latency = look_latency(&search->here);
	search->below.latency = dmax(
		search->below.latency, search->below.count * search->first_latency);
	search->from = search->window;
	search_move(search, SEARCH_CLIMB, above, now);
}

/* Look at another window, if there is one in that direction. */
static void search_probe(struct search *search, nstime now)
{
	double there =
		search->downward ? search->window / PROBE : search_above(search, PROBE);

	if (there < 1 || (!search->downward && there <= search->window)) {
		search->downward = !search->downward;
		search_rest(search, search->window, now);
		return;
	}
	search->from = search->window;
	search_move(search, SEARCH_PROBE, there, now);
}

/* What each of the added attempts brings, in shares of what those below do. */
static double search_yield(const struct search *search, double gain)
{
	double wider = look_rank(&search->here) / dmax(1, look_rank(&search->below));

	return (gain - 1) / dmax(wider - 1, .05);
}

static void search_climbed(struct search *search, double goodput, nstime now)
{
	double gain = goodput / look_goodput(&search->below);
	double yield = search_yield(search, gain);
	double enough = dmax(search->window, EARLY_SAMPLE);
	bool last = search->here.count >= enough;

	if (yield >= SURE_YIELD || (last && yield >= YIELD)) {
		search->confirmed = false;
		search->goodput = goodput;
		search_climb(search, false, now);
	} else if (last || (search->here.count >= EARLY_SAMPLE && yield < YIELD)) {
		search->confirmed |= gain < SURE_LOSS;
		search_rest(search, search->from, now);
	} else {
		search->wanted = dmin(2 * search->here.count, enough);
	}
}

/* A round at rest. The first only makes sure what the climb failed to better. */
static void search_rested(struct search *search, double goodput, nstime now)
{
	double change = goodput / dmax(search->goodput, 1e-30);

	if (search->rounds > 0 && (change < 1 - CHANGE || change > 1 + CHANGE)) {
		search->interval = INTERVAL_MIN;
		search->downward = change < 1;
	}
	search->rounds++;
	search->goodput +=
		(goodput - search->goodput) / dmin(search->rounds, 2 * INTERVAL_MIN);
	if (!search->confirmed) {
		search->confirmed = true;
		search_climb(search, true, now);
	} else if (search->rounds >= search->interval) {
		search_probe(search, now);
	} else {
		search_move(search, SEARCH_REST, search->window, now);
	}
}

static void search_probed(struct search *search, double goodput, nstime now)
{
	bool frugal = search->downward && search->window >= MANY;

	if (goodput < (frugal ? KEEP : PROBE_GAIN) * search->goodput) {
		search->downward = !search->downward;
		if (search->interval < INTERVAL_MAX)
			search->interval *= 2;
		search_rest(search, search->from, now);
		return;
	}
	search->goodput = dmax(goodput, search->goodput);
	search->interval = INTERVAL_MIN;
	if (search->downward)
		search_probe(search, now);
	else
		search_climb(search, true, now);
}

static void search_judge(struct search *search, nstime now)
{
	double goodput = look_goodput(&search->here);

	switch (search->phase) {
	case SEARCH_CLIMB:
		if (search->from > 0)
			search_climbed(search, goodput, now);
		else
			search_climb(search, true, now);
		break;
	case SEARCH_REST:
		search_rested(search, goodput, now);
		break;
	case SEARCH_PROBE:
		search_probed(search, goodput, now);
	}
}

/* `value`, but not many times the usual one, which learns from it. */
static double usual(const struct search *search, double *usual_value, double value)
{
	if (search->delivered > LEARNT)
		value = dmin(value, USUAL * *usual_value);
	*usual_value += (value - *usual_value) / dmin(search->delivered, SAMPLE);
	return value;
}

/* Was it started where we look, with the window in use, and when answers of all kinds come? */
static bool search_counts(
	const struct search *search, nstime started, double rank, nstime now)
{
	if (started < search->since)
		return false;
	if (search->phase == SEARCH_CLIMB)
		return rank > search->from;
	return rank > FULL * search->window &&
	       now - search->since >= (nstime)search->usual_latency;
}

void search_delivered(
	struct search *search, int64_t bytes, nstime latency, size_t rank, nstime now)
{
	nstime shortest = search->phase == SEARCH_CLIMB ? CLIMB_MIN : ROUND_MIN;
	double work = (bytes > 0 ? (double)bytes : 0) + PER_FILE;
	double took = latency > 0 ? (double)latency : 1;

	search->delivered++;
	work = usual(search, &search->usual_work, work);
	took = usual(search, &search->usual_latency, took);
	if (!search_counts(search, now - latency, (double)rank, now))
		return;
	search->here.count++;
	search->here.rank += (double)rank;
	search->here.work += work;
	search->here.latency += took;
	if (search->here.count >= search->wanted && now - search->since >= shortest)
		search_judge(search, now);
}
