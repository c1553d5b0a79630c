/* test_habit.c - options as other programs call them, and what is proposed instead. */
#include "parse.h"

#include <string.h>

#include "cli/habit.h"

/* Theirs is none of ours but for the letter, and what is proposed instead is. */
static void check_habit(const struct habit *habit)
{
	const char *option = habit->note ? strstr(habit->note, "--") : NULL;
	const struct option_row *same = option_find(habit->name, strlen(habit->name));

	check(!same || (habit->letter && habit->letter != same->letter && habit->ours &&
			       strcmp(habit->ours, habit->name) == 0));
	check(option_find_negated(habit->name, strlen(habit->name)) == NULL);
	check(habit_find(habit->name, strlen(habit->name)) == habit);
	check(!habit->letter || habit_find_letter(habit->letter) == habit);
	check(!habit->ours != !habit->note);
	check(!option_find_letter(habit->letter) || habit->ours);
	check(!habit->ours || option_find(habit->ours, strcspn(habit->ours, " ")));
	for (; option; option = strstr(option + 2, "--"))
		check(option_find(
			option + 2, strspn(option + 2, "abcdefghijklmnopqrstuvwxyz-")));
}

static void knows_what_others_call_it(void)
{
	for (const struct habit *habit = habits; habit->name; habit++)
		check_habit(habit);
	check(habit_find("", 0) == NULL && habit_find_letter(0) == NULL);
	check(habit_find("retr", 4) == NULL);
	refused("--parallel-max: there is no such option; did you mean --jobs?",
		"--parallel-max", "8", URL);
	refused("--input-file: there is no such option; did you mean --input?",
		"--input-file=list");
	refused("-P: there is no such option; did you mean --dir?", "-qP", "out", URL);
	refused("-Z: there is no such option; transfers run side by side anyway: see "
		"--jobs",
		"-Z", URL);
	refused("-t: there is no such option; did you mean --tries?", "-t5", URL);
	refused("-m: there is no such option; did you mean --max-time?", "-m", "5",
		URL);
	refused("-n: there is no such option; what is there is skipped anyway", "-nc",
		URL);
	refused("-N: there is no such option; did you mean --existing update?", "-N",
		URL);
	refused("--no-progress: there is no such option; did you mean --progress none?",
		"--no-progress", URL);
	refused("--netrc-file: there is no such option; did you mean --netrc?",
		"--netrc-file", "x", URL);
	refused("-S: there is no such option; errors are shown anyway", "-S", URL);
	/* Letters that mean something else here. */
	refused("--split: 'SfLO' is not a number from 1 to 64; write for example "
		"--split 4; "
		"if you mean -s for --silent, write --quiet",
		"-sSfLO", URL);
	refused("if you mean -s for --silent", "-s", URL);
	refused("-1: there is no such option; seine --help lists them; if you mean -k "
		"for "
		"--min-split-size, write --min-split-size",
		"-k1M", URL);
	refused("--insecure: takes no value, and '1M' is not a URL; if you mean -k for "
		"--min-split-size, write --min-split-size",
		URL, "-k", "1M");
	refused("--jobs: '8x' is neither auto nor a number from 1 to 65535; write for "
		"example "
		"--jobs auto",
		"-j8x", URL);
	check(!strstr(last.err.text, "if you mean"));
	refused("--split: '65' is not a number from 1 to 64", "-s", "65", URL);
	check(!strstr(last.err.text, "if you mean"));
	refused("--split: 'S' is not", "--split=S", URL);
	check(!strstr(last.err.text, "if you mean"));
	refused("--continue: there is no such option; what is left of an earlier run",
		"--continue", URL);
}

int main(void)
{
	parse_enter();
	run(knows_what_others_call_it);
	parse_leave();
	return done();
}
