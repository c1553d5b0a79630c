/* test_trial.c - what a trial makes of deliveries and refusals. */
#include "core/trial.h"

#include "tap.h"

#define WINDOW 32

/* So many attempts at the pace before, of which every `nth` is refused; then the pace is halved,
 * with 64 under way that all come. */
static enum trial_verdict begin(struct trial *trial, size_t attempts, size_t nth)
{
	*trial = (struct trial){0};
	for (size_t i = 1; i <= attempts; i++) {
		trial_started(trial, 2 * WINDOW);
		trial_note(trial, i % nth == 0, false);
	}
	return trial_begin(trial, 2 * WINDOW, WINDOW);
}

/* At half the pace every `nth` is refused, `row` in a row: what comes of it within so many? */
static enum trial_verdict tell(
	struct trial *trial, size_t attempts, size_t nth, size_t row)
{
	enum trial_verdict verdict = TRIAL_UNDECIDED;

	for (size_t i = 0; i < attempts && verdict == TRIAL_UNDECIDED; i++)
		verdict = trial_tell(trial, i % nth >= nth - row, false, WINDOW);
	return verdict;
}

static void as_many_are_chance(void)
{
	static const size_t nths[] = {4, 5, 7, 10};
	struct trial trial;

	for (size_t i = 0; i < 4; i++) {
		double share = 1.0 / (double)nths[i];

		check_int(begin(&trial, 200, nths[i]), TRIAL_UNDECIDED);
		check(trial.open);
		check_int(tell(&trial, 6 * nths[i], nths[i], 1), TRIAL_CHANCE);
		check(!trial.open);
		check(trial_share(&trial) > .8 * share &&
			trial_share(&trial) < 1.5 * share);
	}
}

static void none_or_few_are_load(void)
{
	struct trial trial;

	begin(&trial, 200, 7);
	check_int(tell(&trial, 20, 1000, 1), TRIAL_UNDECIDED);
	check_int(tell(&trial, 20, 1000, 1), TRIAL_LOAD);
	check(!trial.open);
	begin(&trial, 200, 7);
	check_int(tell(&trial, 200, 30, 1), TRIAL_LOAD);
	/* What has been chance once is so again, in all likelihood. */
	begin(&trial, 200, 7);
	check_int(tell(&trial, 50, 7, 1), TRIAL_CHANCE);
	trial_begin(&trial, 2 * WINDOW, WINDOW);
	check_int(tell(&trial, 40, 1000, 1), TRIAL_UNDECIDED);
	check_int(tell(&trial, 40, 1000, 1), TRIAL_LOAD);
}

/* Half the pace need not be enough for them, so that nothing can be told. */
static void no_trial_where_most_is_refused(void)
{
	struct trial trial;
	enum trial_verdict verdict = TRIAL_UNDECIDED;
	int lost = 0;

	check_int(begin(&trial, 200, 2), TRIAL_LOAD);
	check(!trial.open);
	/* ... of those under way then, too */
	begin(&trial, 200, 7);
	for (; lost < 64 && verdict == TRIAL_UNDECIDED; lost++)
		verdict = trial_note(&trial, true, false);
	check_int(verdict, TRIAL_LOAD);
	check(lost > 20 && lost < 30);
	check(!trial.open);
	/* ... or of those that are asked there */
	begin(&trial, 200, 7);
	check_int(tell(&trial, 100, 2, 1), TRIAL_LOAD);
}

/* A server that counts by the second, or is down. */
static void runs_are_no_chance(void)
{
	struct trial trial;

	begin(&trial, 200, 7);
	check_int(tell(&trial, 100, 20, 5), TRIAL_LOAD);
	begin(&trial, 200, 7);
	/* Of what comes before the first delivery a few tell nothing; a window of them does. */
	check_int(tell(&trial, 19, 1, 1), TRIAL_UNDECIDED);
	check_int(tell(&trial, 1, 1, 1), TRIAL_LOAD);
	/* A short run is no more than one refusal. */
	begin(&trial, 200, 7);
	check_int(tell(&trial, 8, 8, 4), TRIAL_UNDECIDED);
	check(trial.evidence < 1);
}

/* What is broken comes again and again. It is known when none of it is ever delivered. */
static void what_is_asked_for_again(void)
{
	struct trial trial;
	enum trial_verdict verdict = TRIAL_UNDECIDED;
	double share;

	begin(&trial, 200, 7);
	for (int i = 0; i < 100; i++)
		check(trial_knows(&trial, true));
	share = trial.share;
	for (int i = 0; i < 100; i++) {
		trial_started(&trial, WINDOW);
		check_int(trial_note(&trial, true, true), TRIAL_UNDECIDED);
	}
	check(trial.open);
	check(trial.share >= share);
	/* Two in three are of that kind; it is the others that make the share. */
	for (int i = 0; i < 100 && verdict == TRIAL_UNDECIDED; i++)
		verdict = trial_tell(
			&trial, i % 21 == 20 || i % 3 > 0, i % 3 > 0, WINDOW);
	check_int(verdict, TRIAL_CHANCE);
	/* It is not, if some are: then they are like all others. */
	for (int i = 0; i < 4; i++)
		trial_knows(&trial, false);
	check(!trial_knows(&trial, true));
}

/* While the load is what it was the last times, not each cut makes another one. */
static void trials_get_fewer(void)
{
	struct trial trial;
	int opened = 0;

	begin(&trial, 200, 7);
	check_int(tell(&trial, 40, 1000, 1), TRIAL_LOAD);
	for (int i = 0; i < 100; i++) {
		trial_begin(&trial, 2 * WINDOW, WINDOW);
		opened += trial.open;
		if (trial.open)
			check_int(tell(&trial, 40, 1000, 1), TRIAL_LOAD);
	}
	check(opened >= 4 && opened <= 6);
	/* Refused at a pace that was said to be none too high: the trial was wrong. */
	trial_begin(&trial, WINDOW, WINDOW / 2);
	check(trial.open);
	check_int(tell(&trial, 50, 7, 1), TRIAL_CHANCE);
	trial_begin(&trial, 2 * WINDOW, WINDOW);
	check(trial.open);
}

/* At the beginning next to nothing is known, and the first refusals are the first ends. */
static void the_first_ones_are_few(void)
{
	struct trial trial = {0};

	for (int i = 0; i < 4; i++)
		trial_started(&trial, 4);
	for (int i = 0; i < 3; i++)
		trial_note(&trial, true, false);
	check_int(trial_begin(&trial, 4, 2), TRIAL_UNDECIDED);
	check(trial.open);
}

int main(void)
{
	run(as_many_are_chance);
	run(none_or_few_are_load);
	run(no_trial_where_most_is_refused);
	run(runs_are_no_chance);
	run(what_is_asked_for_again);
	run(trials_get_fewer);
	run(the_first_ones_are_few);
	return done();
}
