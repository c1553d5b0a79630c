/* test_sched_room.c - the scheduler's decisions about files for which the disk has no room beside
 * others: they wait until one of these has ended, and never for nobody. */
#include "chunked.h"
#include "dice.h"

/* So many files, all of which are asked for. */
static struct bench *bench_files(int n)
{
	struct bench *bench = bench_chunks(64);
	char url[64];

	bench->by_start = false;
	for (int i = 1; i <= n; i++) {
		snprintf(url, sizeof(url), "http://h%d.test/%d", i, i);
		add(bench, url);
	}
	turn(bench);
	check_int(bench->n_flying, n);
	buf_clear(&bench->log);
	return bench;
}

/* The file begins to come, in one piece. */
static void comes(struct bench *bench, size_t number)
{
	answer_whole(bench, place(bench, number), 9 * MIB);
}

/* A second later. */
static void later(struct bench *bench)
{
	bench->now += SEC;
	turn(bench);
}

/* It is refused for others' sake as often as it takes: that is no try of its mirror's. */
static void waits_for_another(void)
{
	struct bench *bench = bench_files(5);

	for (size_t i = 1; i <= 4; i++) {
		comes(bench, i);
		fail(bench, 5, KIND_CROWDED);
		check_int(turn(bench), SCHED_WAIT);
		check_int(bench->n_flying, 4 - (i - 1));
		check_int(bench->wake, NSTIME_NEVER);
		succeed(bench, i);
		later(bench);
	}
	succeed(bench, 5);
	finished(bench, "f5 r5 f1 D1 s5 f5 r5 f2 D2 s5 f5 r5 f3 D3 s5 f5 r5 f4 D4 s5 "
			"f5 D5");
}

/* That one has ended before the news came: there is nobody to wait for. */
static void waits_for_nobody(void)
{
	struct bench *bench = bench_files(3);

	comes(bench, 1);
	succeed(bench, 1);
	fail(bench, 2, KIND_CROWDED);
	turn(bench);
	check_log(bench, "f1 D1 f2 r2 s2");
	/* Nor for one that waits itself. */
	comes(bench, 3);
	fail(bench, 2, KIND_CROWDED);
	fail(bench, 3, KIND_CROWDED);
	turn(bench);
	check_log(bench, "f2 r2 f3 r3 s3");
	fail(bench, 3, KIND_EXISTS);
	later(bench);
	check_log(bench, "f3 F3 s2");
	succeed(bench, 2);
	finished(bench, "f2 D2");
}

/* Two for each that ends, in their order; and for any, once nobody is left who is in the way. */
static void how_many_are_tried(void)
{
	struct bench *bench = bench_files(8);

	comes(bench, 1);
	comes(bench, 2);
	for (size_t i = 3; i <= 7; i++)
		fail(bench, i, KIND_CROWDED);
	buf_clear(&bench->log);
	succeed(bench, 8); /* a small one */
	turn(bench);
	check_log(bench, "f8 D8");
	succeed(bench, 2);
	later(bench);
	check_log(bench, "f2 D2 s3 s4");
	fail(bench, 3, KIND_CROWDED);
	turn(bench);
	check_log(bench, "f3 r3");
	succeed(bench, 1);
	later(bench);
	check_log(bench, "f1 D1 s5 s6");
	fail(bench, 4, KIND_EXISTS);
	later(bench);
	check_log(bench, "f4 F4 s7 s3");
	bench_free(bench);
}

/* Others come and go in no time: it does not ask each time. */
static void asks_now_and_then(void)
{
	struct bench *bench = bench_files(22);
	int asked = 0;

	comes(bench, 1);
	fail(bench, 2, KIND_CROWDED);
	for (size_t i = 3; i <= 22; i++) {
		comes(bench, i);
		succeed(bench, i);
		bench->now += SEC / 10;
		turn(bench);
		if (place(bench, 2) == bench->n_flying)
			continue;
		fail(bench, 2, KIND_CROWDED);
		asked++;
	}
	check_int(asked, 2);
	bench_free(bench);
}

static void a_deadline_passes(void)
{
	struct bench *bench = bench_chunks(8);

	bench->by_start = false;
	bench->settings.max_time = 100 * SEC;
	add(bench, "http://a.test/1");
	add(bench, "http://b.test/2");
	turn(bench);
	comes(bench, 1);
	fail(bench, 2, KIND_CROWDED);
	turn(bench);
	check_int(bench->wake, bench->now + 100 * SEC);
	check_log(bench, "s1 s2 f2 r2");
	bench->now += 100 * SEC;
	turn(bench);
	check_log(bench, "s2"); /* the engine will find out */
	fail(bench, 2, KIND_TIMEOUT);
	succeed(bench, 1);
	finished(bench, "f2 F2 f1 D1");
}

static void stopped_meanwhile(void)
{
	struct bench *bench = bench_files(2);

	comes(bench, 1);
	fail(bench, 2, KIND_CROWDED);
	sched_drain(bench->sched);
	succeed(bench, 1);
	check_int(turn(bench), SCHED_FINISHED);
	check_int(bench->failed, KIND_INTERRUPTED);
	finished(bench, "f2 r2 f1 D1 F2");
}

/* --------------------------------------------------------------------------------------
 * A disk
 * ----------------------------------------------------------------------------------- */

#define FILES 40

struct disk {
	int64_t left;
	int64_t size[FILES + 1]; /* by number */
	int64_t due[FILES + 1];  /* of those that come */
	enum kind said[FILES + 1];
	struct dice dice;
};

static int64_t all_due(const struct disk *disk)
{
	int64_t sum = 0;

	for (int i = 1; i <= FILES; i++)
		sum += disk->due[i];
	return sum;
}

/* What the disk says to a file that is to begin: KIND_NONE for yes. */
static enum kind ask(struct disk *disk, size_t number)
{
	int64_t size = disk->size[number];

	if (size > disk->left)
		return KIND_NO_ROOM;
	if (size > disk->left - all_due(disk))
		return KIND_CROWDED;
	disk->due[number] = size;
	return KIND_NONE;
}

/* Something happens to one of those that fly. */
static void step(struct bench *bench, struct disk *disk)
{
	size_t i = dice_below(&disk->dice, bench->n_flying);
	const struct attempt *attempt = bench->flying[i];
	size_t number = attempt->entry->number;
	enum kind said = disk->said[number];

	disk->said[number] = KIND_NONE;
	if (said != KIND_NONE) {
		fail(bench, number, said);
	} else if (disk->due[number] > 0) {
		bool whole = dice_chance(&disk->dice, 0.8);

		disk->left -= whole ? disk->due[number] : 0;
		disk->due[number] = 0;
		if (whole)
			succeed(bench, number);
		else
			fail(bench, number, KIND_EXISTS);
	} else if (dice_chance(&disk->dice, 0.2)) {
		fail(bench, number, KIND_EXISTS);
	} else {
		/* What it says may be heard much later. */
		disk->said[number] = ask(disk, number);
		if (disk->said[number] == KIND_NONE)
			comes(bench, number);
	}
}

/* Whatever happens in which order: all files have their last word, and nothing stands still. */
static void nobody_waits_for_ever(void)
{
	for (uint64_t seed = 1; seed <= 300; seed++) {
		struct bench *bench = bench_files(FILES);
		struct disk disk = {.left = 1000, .dice = {seed}};

		for (int i = 1; i <= FILES; i++)
			disk.size[i] = 1 + (int64_t)dice_below(&disk.dice, 400);
		while (turn(bench) == SCHED_WAIT) {
			if (bench->n_flying == 0 && bench->wake == NSTIME_NEVER)
				break;
			if (bench->n_flying == 0)
				bench->now = bench->wake;
			else
				step(bench, &disk);
		}
		check_int(turn(bench), SCHED_FINISHED);
		check(disk.left >= 0);
		bench_free(bench);
	}
}

int main(void)
{
	run(waits_for_another);
	run(waits_for_nobody);
	run(how_many_are_tried);
	run(asks_now_and_then);
	run(a_deadline_passes);
	run(stopped_meanwhile);
	run(nobody_waits_for_ever);
	return done();
}
