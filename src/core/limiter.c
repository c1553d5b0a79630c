/* The retreat from an origin that refuses, and the way back.
 *
 * A refusal halves the window. All refusals of attempts that were under way at that moment
 * tell of the same overload and count once; how many of them were delivered all the same says
 * what would not have been too much, and is remembered. Doubling brings the window back to
 * nearly that; from there it creeps, over a number of rounds that grows each time. A refusal
 * of one that only crept too far is answered by going back there: the level is known. Well
 * past what was refused, it is forgotten. Until then there is no search: the refusals say it
 * better. What is overlooked of refusals, and how it is found out that they have nothing to do
 * with the window, is limiter_bear.c's: until that is known of a cut, no refusal cuts any
 * further and the window does not go back.
 *
 * A window is a number of attempts per latency: where one at once is still too much (so
 * many requests per second, and quick answers) it goes on below one, and starts are
 * spaced accordingly. Spacing also keeps a wide window from coming in bursts. */
#include "core/limiter_parts.h"

#define SHARE_MIN 0.25 /* not less of what was asked is taken for what fits */
#define USED 0.75      /* so much of a known window is used, though refusals be quick */
#define DEEP 8.0       /* nothing came through since the last cut: so much less */
#define BACK_TO 0.97   /* of what was refused, fast; then creeping */
#define STRIDE 0.12    /* a creeping round adds no more than that share */
#define NEAR 1.1       /* crept too far: no further than this */
#define FAR 0.75       /* refused at once on coming back: much less it is */
#define FORGET 2.0     /* no refusal up to so many times what was refused ... */
#define FORGET_MIN 16  /* ... and at no less than this */
#define PATIENCE_MIN 4.0
#define PATIENCE_MAX 24.0
#define CREEP_SAMPLE 16
#define CREEP_MIN (100 * NS_PER_MS) /* many servers count by the second */
#define HALF 0.6 /* a window that is no more than that of what was asked, about half */
#define DEPTH 32.0         /* the halvings of a refused window end there */
#define LATENCY_SAMPLE 128 /* deliveries that a usual latency is made of */

/* The spacing. */
#define PACE 1.25 /* it leaves so much room that the limit is what binds, if it can */
#define GAP_MIN (100 * NS_PER_US) /* smaller ones are not worth a timer */
#define GAP_MAX NS_PER_SEC
#define GAP_SLACK (2 * NS_PER_MS) /* late timers are made up for */
#define OUTAGE (30 * NS_PER_SEC)  /* nothing came for so long: spacing is no cure */

static void limiter_set(struct limiter *limiter, double window)
{
	if (window >= (double)limiter->ceiling) {
		limiter->window = (double)limiter->ceiling;
		limiter->limit = limiter->ceiling;
		return;
	}
	limiter->window = window;
	limiter->limit = (size_t)window;
	limiter->limit += (double)limiter->limit < window;
}

void limiter_move(struct limiter *limiter, double window, nstime now)
{
	limiter_set(limiter, window);
	limiter->since = now;
	limiter->seen = 0;
}

void limiter_init(struct limiter *limiter, bool adaptive, size_t ceiling, nstime now)
{
	*limiter = (struct limiter){.ceiling = ceiling > 0 ? ceiling : 1,
		.adaptive = adaptive,
		.patience = PATIENCE_MIN,
		.credit = CREDIT_START,
		.cost = REFUSAL_COST,
		.cut = INT64_MIN};
	search_init(&limiter->search, (double)limiter->ceiling, now);
	limiter_set(
		limiter, adaptive ? limiter->search.window : (double)limiter->ceiling);
}

static bool limiter_creeps(const struct limiter *limiter)
{
	return limiter->window >= BACK_TO * limiter->refused;
}

static bool limiter_forgets(const struct limiter *limiter, double window)
{
	return window >= (double)limiter->ceiling ||
	       (limiter->adaptive && window >= FORGET_MIN &&
		       window >= FORGET * limiter->refused);
}

/* The lowest window: starts are not spaced by more than GAP_MAX. */
static double limiter_lowest(const struct limiter *limiter)
{
	return limiter->latency > 0
		       ? dmin(1, limiter->latency / (PACE * (double)GAP_MAX))
		       : 1;
}

/* Is it at its slowest, or nearly? */
static bool limiter_crawls(const struct limiter *limiter)
{
	return limiter->window < 2 * limiter_lowest(limiter) && limiter->latency > 0;
}

/* A round without refusal: on, fast at first, creeping near what was refused. */
static void limiter_recover(struct limiter *limiter, nstime now)
{
	double back = BACK_TO * limiter->refused;
	double window;

	if (!limiter_creeps(limiter)) {
		window = dmin(2 * limiter->window, back);
		limiter->step = (limiter->refused - back) / limiter->patience;
	} else {
		limiter->held++;
		window =
			limiter->window + dmin(limiter->step, STRIDE * limiter->window);
		if (window > limiter->refused)
			limiter->step *= 2;
	}
	if (limiter_forgets(limiter, window)) {
		limiter->refused = 0;
		limiter->patience = PATIENCE_MIN;
		search_restart(&limiter->search, window, now);
	}
	limiter_move(limiter, window, now);
}

/* What was under way when the window was cut has come to its end, all but slow answers: so
 * much of it was not refused. */
static void limiter_settle(struct limiter *limiter)
{
	double fits = dmax(
		limiter->asked - (double)limiter->lost, SHARE_MIN * limiter->asked);

	if (limiter->asked < 2 || fits >= limiter->refused)
		return;
	limiter->refused = fits;
	if (limiter->window > fits)
		limiter_set(limiter, fits);
}

static bool limiter_round_is_over(const struct limiter *limiter, nstime now)
{
	if (!limiter_creeps(limiter))
		return limiter->seen > limiter->limit / 4;
	return limiter->seen >= limiter->limit && limiter->seen >= CREEP_SAMPLE &&
	       now - limiter->since >= CREEP_MIN;
}

/* While there is a trial the window stays at half of what it was, at most. */
static bool limiter_may_recover(const struct limiter *limiter)
{
	return !limiter->trial.open ||
	       2 * limiter->window <= HALF * limiter->uncut.window;
}

/* A delivery while a refusal is remembered. */
static void limiter_heal(struct limiter *limiter, nstime started, nstime now)
{
	if (started < limiter->cut)
		return; /* says nothing of the window since */
	limiter->crawl.delivered += limiter_crawls(limiter);
	if (!limiter->delivered)
		limiter_settle(limiter);
	limiter->delivered = true;
	limiter->seen++;
	if (limiter_round_is_over(limiter, now) && limiter_may_recover(limiter))
		limiter_recover(limiter, now);
}

/* Halve, or step back. */
static void limiter_cut(struct limiter *limiter, double in_flight, nstime now)
{
	double asked = dmin(limiter->window, in_flight);
	bool barren = limiter->refused > 0 && !limiter->delivered;
	double level, window;

	limiter_keep(limiter);
	if (limiter->refused > 0)
		asked = dmax(asked, USED * limiter->window);
	level = asked;
	window = asked / 2;
	if (barren) {
		/* Nothing came through between two: far too much, or an outage, which says
		 * nothing of the level. */
		level = dmax(.9 * limiter->refused, 2 * limiter_lowest(limiter));
		window = limiter->window / DEEP;
	} else if (limiter->refused > 0 && limiter->held == 0) {
		level *= FAR;
	} else if (limiter->refused > 0) {
		if (limiter->window <= NEAR * limiter->refused)
			window = BACK_TO * level;
		limiter->patience = dmin(4 * limiter->patience, PATIENCE_MAX);
	}
	if (limiter->refused <= 0)
		limiter->before = window;
	limiter->asked = asked;
	limiter->lost = 1;
	limiter->refused = level;
	limiter->step = (1 - BACK_TO) * level / limiter->patience;
	limiter->credit = 0;
	limiter->cut = now;
	limiter->delivered = false;
	limiter->held = 0;
	window = dmax(window, level / DEPTH);
	limiter_move(limiter, dmax(window, limiter_lowest(limiter)), now);
	if (!barren && limiter->window <= HALF * asked &&
		trial_begin(&limiter->trial, asked, limiter->window) == TRIAL_LOAD)
		limiter->cost = REFUSAL_COST;
}

static void limiter_refused(struct limiter *limiter,
	const struct limiter_report *report, size_t in_flight, nstime now)
{
	bool apart = limiter_try(limiter, report, now);

	if (now - report->latency < limiter->cut) {
		limiter->lost++;
		return;
	}
	if (apart || limiter_overlooks(limiter, report, now))
		return;
	limiter->crawl.refused += limiter->refused > 0 && limiter_crawls(limiter);
	if (!limiter_gets_up(limiter, now))
		limiter_cut(limiter, in_flight > 1 ? (double)in_flight : 1, now);
}

static void limiter_delivered(
	struct limiter *limiter, const struct limiter_report *report, nstime now)
{
	double latency = report->latency > 0 ? (double)report->latency : 1;

	if (limiter->latency <= 0)
		limiter->latency = latency;
	limiter->latency += (latency - limiter->latency) / LATENCY_SAMPLE;
	limiter->delivered_at = now;
	limiter_earn(limiter);
	limiter_try(limiter, report, now);
	if (limiter->refused > 0) {
		limiter_heal(limiter, now - report->latency, now);
	} else if (limiter->adaptive) {
		search_delivered(&limiter->search, report->bytes, report->latency,
			report->rank, now);
		limiter_set(limiter, limiter->search.window);
	}
}

void limiter_tell(struct limiter *limiter, const struct limiter_report *report,
	size_t in_flight, nstime now)
{
	struct limiter_report told = *report;
	bool refused = report->news == LIMITER_REFUSED;

	if (report->news == LIMITER_FAILED)
		return;
	told.again = report->again && trial_knows(&limiter->trial, refused);
	if (refused)
		limiter_refused(limiter, &told, in_flight, now);
	else
		limiter_delivered(limiter, &told, now);
}

nstime limiter_started(struct limiter *limiter, nstime now)
{
	nstime gap;

	trial_started(&limiter->trial, limiter->limit);
	if (limiter->refused <= 0 || limiter->latency <= 0 ||
		now - limiter->delivered_at > OUTAGE)
		return 0;
	gap = (nstime)dmin(
		limiter->latency / (PACE * limiter->window), (double)GAP_MAX);
	if (gap < GAP_MIN)
		return 0;
	if (limiter->next < now - GAP_SLACK)
		limiter->next = now - GAP_SLACK;
	limiter->next += gap;
	return limiter->next > now ? limiter->next - now : 0;
}
