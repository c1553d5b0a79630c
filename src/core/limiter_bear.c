/* Refusals that are overlooked, and those that are borne.
 *
 * One refusal in REFUSAL_COST deliveries is overlooked: there are servers that refuse at random,
 * and from those that mean it so few do no harm.
 *
 * More of them may have nothing to do with the window either. Whenever it has been halved, a
 * trial (trial.h) finds out whether as many are refused there. If so the cut is undone, and twice
 * that part is overlooked from then on, but less and less, so that there will be another trial.
 * Where most is refused no trial can tell, but a part that is refused even at the slowest pace
 * can. */
#include "core/limiter_parts.h"

#define CREDIT_MAX 128.0
#define DROUGHT (1500 * NS_PER_MS) /* of one that counts by the second it ends before */
#define CRAWL_SAMPLE 8             /* attempts at the slowest pace that show it */
#define VAIN 12        /* ... if one in so many is refused, and one delivered */
#define BEAR 0.5       /* cost of a refusal then, in deliveries per refusal there */
#define UNLEARN 0.013  /* by which it grows again, in a window of deliveries ... */
#define UNLEARN_MIN 64 /* ... of no fewer than these */

void limiter_keep(struct limiter *limiter)
{
	limiter->uncut = (struct limiter_level){.window = limiter->window,
		.refused = limiter->refused,
		.patience = limiter->patience,
		.step = limiter->step,
		.held = limiter->held};
}

/* Whoever refuses some even at a crawl, and delivers others, does not mind how many there
 * are: so it is with a part of a server that is broken. */
static bool limiter_is_in_vain(struct limiter *limiter)
{
	const struct trial_count *crawl = &limiter->crawl;
	size_t ended = crawl->delivered + crawl->refused;

	if (ended < CRAWL_SAMPLE)
		return false;
	if (VAIN * crawl->delivered >= ended && VAIN * crawl->refused >= ended)
		return true;
	limiter->crawl = (struct trial_count){0};
	return false;
}

/* Such a share of refusals is borne from now on; a burst of starts meets them all at once. */
static void limiter_bear(struct limiter *limiter, double share, double window)
{
	limiter->cost = dmin(limiter->cost, BEAR * (1 - share) / share);
	limiter->credit = CREDIT_START + window;
}

bool limiter_bears(const struct limiter *limiter)
{
	return limiter->cost < REFUSAL_COST;
}

bool limiter_gets_up(struct limiter *limiter, nstime now)
{
	double refused = (double)limiter->crawl.refused;
	double window = limiter->adaptive ? limiter->before : (double)limiter->ceiling;

	if (!limiter_is_in_vain(limiter))
		return false;
	limiter_bear(limiter, refused / (refused + (double)limiter->crawl.delivered),
		window);
	limiter->crawl = (struct trial_count){0};
	limiter->refused = 0;
	if (limiter->adaptive)
		search_restart(&limiter->search, window, now);
	limiter_move(limiter, window, now);
	return true;
}

/* The cut was in vain: all is as it was before. */
static void limiter_undo(struct limiter *limiter, nstime now)
{
	const struct limiter_level *uncut = &limiter->uncut;

	limiter_bear(limiter, trial_share(&limiter->trial), uncut->window);
	limiter->refused = uncut->refused;
	limiter->patience = uncut->patience;
	limiter->step = uncut->step;
	limiter->held = uncut->held;
	limiter_move(limiter, uncut->window, now);
}

bool limiter_try(
	struct limiter *limiter, const struct limiter_report *report, nstime now)
{
	bool refused = report->news == LIMITER_REFUSED;
	enum trial_verdict verdict;

	if (limiter->trial.open && now - report->latency >= limiter->cut)
		verdict = trial_tell(
			&limiter->trial, refused, report->again, limiter->limit);
	else
		verdict = trial_note(&limiter->trial, refused, report->again);
	if (verdict == TRIAL_CHANCE)
		limiter_undo(limiter, now);
	else if (verdict == TRIAL_LOAD)
		limiter->cost = REFUSAL_COST;
	return limiter->trial.open || verdict == TRIAL_CHANCE;
}

/* Is it no news that the same is refused again? */
static bool limiter_knows_better(const struct limiter *limiter, nstime now)
{
	return limiter_bears(limiter) ||
	       (limiter->refused > 0 && now - limiter->delivered_at > DROUGHT);
}

bool limiter_overlooks(
	struct limiter *limiter, const struct limiter_report *report, nstime now)
{
	if (report->again && limiter_knows_better(limiter, now))
		return true;
	limiter->credit -= limiter->cost;
	return limiter->credit >= 0;
}

void limiter_earn(struct limiter *limiter)
{
	double room =
		limiter_bears(limiter) ? dmax(limiter->window, CREDIT_MAX) : CREDIT_MAX;

	limiter->credit = dmin(limiter->credit + 1, room);
	limiter->cost *= 1 + UNLEARN / dmax(limiter->window, UNLEARN_MIN);
	limiter->cost = dmin(limiter->cost, REFUSAL_COST);
}
