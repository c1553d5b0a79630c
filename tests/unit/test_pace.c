/* Turns: evenly spread, in order, and without saving up. */
#include "core/pace.h"

#include "tap.h"

static void gives_turns_in_order(void)
{
	struct pace pace;
	nstime now = 5 * NS_PER_SEC;

	pace_init(&pace, 100, 0, now);
	check_int(pace_reserve(&pace, 50, now), now);
	check_int(pace_reserve(&pace, 10, now), now + NS_PER_SEC / 2);
	check_int(pace_reserve(&pace, 1, now), now + NS_PER_SEC * 6 / 10);
}

static void no_limit_is_now(void)
{
	struct pace pace;

	pace_init(&pace, 0, 0, 0);
	for (int i = 0; i < 10; i++)
		check_int(pace_reserve(&pace, INT64_C(1) << 40, 7), 7);
}

/* Who was away for an hour has not saved up an hour's worth. */
static void saves_up_no_more_than_its_burst(void)
{
	struct pace pace;
	nstime later = 3600 * NS_PER_SEC;
	int at_once = 0;

	pace_init(&pace, 10, NS_PER_SEC, 0);
	while (pace_reserve(&pace, 1, later) == later)
		at_once++;
	check_int(at_once, 11); /* ten that were saved, and the one that is due */
}

/* Whatever the sizes, over five seconds the rate is kept within a few per cent. */
static void keeps_its_rate(void)
{
	struct pace pace;
	nstime now = 0, turn = 0;
	int64_t sent = 0, rate = 1000003;
	unsigned x = 12345;

	pace_init(&pace, (double)rate, 50 * NS_PER_MS, now);
	while (turn < 5 * NS_PER_SEC) {
		x = x * 1103515245 + 12345;
		turn = pace_reserve(&pace, 1 + (x >> 16) % 16384, now);
		sent += 1 + (x >> 16) % 16384;
		now = turn;
	}
	check(sent > rate * 5 * 98 / 100);
	check(sent < rate * 5 * 102 / 100);
}

int main(void)
{
	run(gives_turns_in_order);
	run(no_limit_is_now);
	run(saves_up_no_more_than_its_burst);
	run(keeps_its_rate);
	return done();
}
