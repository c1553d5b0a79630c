/* Wald's sequential probability ratio test, much simplified.
 *
 * With a share p refused before, half the pace leaves 2p - 1 of it, which is nothing up to a
 * half, if the load is the reason, and p if it is not. The logarithm of the likelihood ratio
 * grows with each refusal, and falls by about as much over 2/p deliveries. So the evidence is
 * counted in refusals.
 *
 * Refusals are quicker than deliveries, which biases what ends first. Therefore the share
 * before is one of the attempts started, not of those ended, and at half the pace nothing
 * counts before the first delivery, when as many end as are started.
 *
 * Refusals without a delivery between count as one. A server that counts by the second, and
 * one that is down, refuse everything for some time at any pace; a longer run of refusals is
 * no chance.
 *
 * What has been refused before is likely to be what is broken: it comes back again and again,
 * and would seem to be all that the origin has. It is evidence of chance like any other, but
 * the share of refusals is that of the other attempts, as long as hardly any of it comes. */
#include "core/trial.h"

#include "base/minmax.h"

/* At the pace before. */
#define MEMORY 64.0    /* attempts that the share is made of ... */
#define WINDOWS 2.0    /* ... or so many windows of them */
#define PRIOR 16.0     /* it begins as if so many had not been refused */
#define SHARE_MAX .4   /* of more than that some may be left at half the pace */
#define LOST_MIN 6     /* fewer of those under way do not say that it is more */
#define SHARE_MIN .04  /* what is expected is taken from no less ... */
#define SHARE_SURE .25 /* ... and no more, since cuts come when it is at its highest */

/* At half of it. */
#define KEPT .4           /* chance leaves that much of the share, at the very least */
#define FOR_CHANCE 2.0    /* evidence that is enough, ... */
#define FOR_LOAD (-1.5)   /* ... either way, ... */
#define FOR_CHANGE (-3.0) /* ... or where the last trial has found chance */
#define RUN 5             /* refusals in a row that are none */
#define EARLY .6        /* a part of the window that is not refused at once by chance */
#define SAMPLE 12.0     /* attempts that say that it is not too much ... */
#define SAMPLE_MAX 36.0 /* ... or that it is */

/* What is asked for again. */
#define PASSES .1   /* it is broken if less of it comes ... */
#define PASSED 32.0 /* ... in so many attempts */

/* When there is another trial. */
#define DEEPER 1.2 /* refused at the pace that the last one was made at, or nearly */
#define SKIP_MAX 63

void trial_started(struct trial *trial, size_t window)
{
	double memory = dmax(MEMORY, WINDOWS * (double)window);

	if (trial->open)
		return;
	trial->started = dmin(trial->started + 1, memory);
	trial->share -= trial->share / dmax(PRIOR, trial->started);
}

static enum trial_verdict trial_end(struct trial *trial, enum trial_verdict verdict)
{
	trial->open = false;
	trial->chance = verdict == TRIAL_CHANCE;
	trial->skips = trial->chance ? 0 : 2 * trial->skips + 1;
	if (trial->skips > SKIP_MAX)
		trial->skips = SKIP_MAX;
	trial->skips_left = trial->skips;
	return verdict;
}

enum trial_verdict trial_begin(struct trial *trial, double asked, double window)
{
	bool deeper = asked <= DEEPER * trial->fits;

	trial->open = trial->share <= SHARE_MAX && (trial->skips_left == 0 || deeper);
	if (trial->skips_left > 0)
		trial->skips_left--;
	trial->fits = window;
	trial->asked = asked;
	trial->lost = 1;
	trial->evidence = 0;
	trial->early = trial->run = 0;
	trial->apart = true;
	trial->first = trial->again = (struct trial_count){0};
	return trial->share > SHARE_MAX ? TRIAL_LOAD : TRIAL_UNDECIDED;
}

bool trial_knows(struct trial *trial, bool refused)
{
	trial->passed += ((refused ? 0 : 1) - trial->passed) / PASSED;
	return trial->passed < PASSES;
}

enum trial_verdict trial_note(struct trial *trial, bool refused, bool again)
{
	double one = 1 / dmax(PRIOR, trial->started);

	if (again)
		trial->share += trial->share * one; /* as if it had not been started */
	if (again || !refused)
		return TRIAL_UNDECIDED;
	trial->share += one;
	trial->lost++;
	if (trial->open && trial->lost >= LOST_MIN &&
		(double)trial->lost > SHARE_MAX * trial->asked)
		return trial_end(trial, TRIAL_LOAD);
	return TRIAL_UNDECIDED;
}

/* The share that chance would leave, at least. */
static double trial_expects(const struct trial *trial)
{
	return KEPT * dmax(dmin(trial->share, SHARE_SURE), SHARE_MIN);
}

static enum trial_verdict trial_delivered(struct trial *trial)
{
	trial->run = 0;
	trial->apart = true;
	trial->evidence -= trial_expects(trial);
	if (trial->evidence > (trial->chance ? FOR_CHANGE : FOR_LOAD))
		return TRIAL_UNDECIDED;
	return trial_end(trial, TRIAL_LOAD);
}

/* There is evidence of chance. Is it no more than that? */
static enum trial_verdict trial_judge(struct trial *trial)
{
	double told = (double)(trial->first.delivered + trial->first.refused);

	if (told >= SAMPLE && (double)trial->first.refused <= SHARE_MAX * told)
		return trial_end(trial, TRIAL_CHANCE);
	return told < SAMPLE_MAX ? TRIAL_UNDECIDED : trial_end(trial, TRIAL_LOAD);
}

/* A refusal, and nothing has been delivered yet. */
static enum trial_verdict trial_refused_early(
	struct trial *trial, bool again, size_t window)
{
	trial->early += !again;
	if (trial->early < RUN || (double)trial->early < EARLY * (double)window)
		return TRIAL_UNDECIDED;
	return trial_end(trial, TRIAL_LOAD);
}

enum trial_verdict trial_tell(
	struct trial *trial, bool refused, bool again, size_t window)
{
	struct trial_count *count = again ? &trial->again : &trial->first;

	if (!refused) {
		count->delivered++;
		return trial_delivered(trial);
	}
	if (trial->first.delivered + trial->again.delivered == 0)
		return trial_refused_early(trial, again, window);
	count->refused++;
	trial->run += !again;
	if (trial->run >= (trial->chance ? 2 * RUN : RUN))
		return trial_end(trial, TRIAL_LOAD);
	trial->evidence += trial->apart;
	trial->apart = false;
	return trial->evidence >= FOR_CHANCE ? trial_judge(trial) : TRIAL_UNDECIDED;
}

double trial_share(const struct trial *trial)
{
	double delivered = (double)trial->first.delivered,
	       refused = (double)trial->first.refused;

	return dmax(
		dmin(trial->share, SHARE_MAX), refused / dmax(1, delivered + refused));
}
