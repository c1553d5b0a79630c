/* test_plan.c - the verbs of a plan one by one, and its corners. Long random sequences are in
 * tests/sim/sim_plan.c. */
#include "core/plan.h"

#include "tap.h"

#define KIB INT64_C(1024)
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)

/* "0-9H 10-19L 20-29M": the stretches. */
static const char *plan_text(const struct plan *plan)
{
	static char text[256];
	size_t len = 0;

	text[0] = '\0';
	for (const struct list *link = plan->stretches.next;
		link != &plan->stretches && len < sizeof(text); link = link->next) {
		const struct stretch *stretch =
			container_of(link, struct stretch, link);

		len += (size_t)snprintf(text + len, sizeof(text) - len,
			"%s%" PRId64 "-%" PRId64 "%c", len ? " " : "",
			stretch->range.first, stretch->range.last,
			"MALH"[stretch->state]);
	}
	return text;
}

static struct stretch *take(
	struct plan *plan, int64_t chunk, int64_t first, int64_t last)
{
	struct stretch *lease = plan_take(plan, chunk);

	check(lease != NULL);
	if (lease) {
		check_int(lease->range.first, first);
		check_int(lease->range.last, last);
	}
	return lease;
}

static void a_file_in_chunks(void)
{
	struct plan plan;
	struct stretch *one, *two, *three;

	plan_init(&plan, 25, 1);
	check_int(plan_bytes_missing(&plan), 25);
	one = take(&plan, 10, 0, 9);
	two = take(&plan, 10, 10, 19);
	three = take(&plan, 10, 20, 24);
	check(plan_take(&plan, 10) == NULL);
	check_int(plan_bytes_missing(&plan), 0);

	plan_return(&plan, two, 10);
	check_str(plan_text(&plan), "0-9L 10-19H 20-24L");
	plan_return(&plan, one, 10);
	check_str(plan_text(&plan), "0-19H 20-24L");
	check(!plan_complete(&plan));
	plan_return(&plan, three, 5);
	check_str(plan_text(&plan), "0-24H");
	check(plan_complete(&plan));
	check(plan_take(&plan, 10) == NULL);
	plan_release(&plan);
}

/* What a failed attempt wrote counts, and what it left is asked for first. */
static void a_failure_keeps_what_was_written(void)
{
	struct plan plan;
	struct stretch *one, *two;

	plan_init(&plan, 100, 1);
	one = take(&plan, 30, 0, 29);
	two = take(&plan, 30, 30, 59);
	plan_return(&plan, one, 12);
	check_str(plan_text(&plan), "0-11H 12-29M 30-59L 60-99M");
	one = take(&plan, 30, 12, 29);
	plan_return(&plan, two, 0);
	check_str(plan_text(&plan), "0-11H 12-29L 30-99M");
	plan_return(&plan, one, 0);
	check_str(plan_text(&plan), "0-11H 12-99M");
	/* Chunks are cut anew. */
	one = take(&plan, 0, 12, 99);
	plan_return(&plan, one, 88);
	check(plan_complete(&plan));
	plan_release(&plan);
}

static void an_empty_file(void)
{
	struct plan plan;

	plan_init(&plan, 0, 1);
	check(plan_complete(&plan));
	check_int(plan_bytes_missing(&plan), 0);
	check(plan_take(&plan, 0) == NULL);
	check_str(plan_text(&plan), "");
	plan_release(&plan);
}

static int have(struct plan *plan, int64_t first, int64_t last)
{
	return plan_have(plan, (struct range){first, last});
}

static void a_resume(void)
{
	struct plan plan;
	struct stretch *lease;

	plan_init(&plan, 100, 1);
	check_int(have(&plan, 20, 29), 0);
	check_int(have(&plan, 90, 99), 0);
	check_int(have(&plan, 40, 49), 0);
	check_str(plan_text(&plan), "0-19M 20-29H 30-39M 40-49H 50-89M 90-99H");
	check_int(have(&plan, 25, 44), 0);
	check_int(have(&plan, 25, 44), 0);
	check_int(have(&plan, 20, 20), 0);
	check_str(plan_text(&plan), "0-19M 20-49H 50-89M 90-99H");
	check_int(plan.here, 40);
	lease = take(&plan, 64, 0, 19);
	take(&plan, 64, 50, 89);
	check(plan_take(&plan, 64) == NULL);
	/* What is on the way stays so. */
	check_int(have(&plan, 0, 99), 0);
	check_str(plan_text(&plan), "0-19L 20-49H 50-89L 90-99H");
	check_int(plan.here, 40);
	plan_return(&plan, lease, 3);
	check_str(plan_text(&plan), "0-2H 3-19M 20-49H 50-89L 90-99H");
	check_int(plan.here, 43);
	plan_release(&plan);

	/* In any order; all of it. */
	plan_init(&plan, 5, 1);
	for (int64_t i = 0; i < 5; i++)
		check_int(have(&plan, i * 3 % 5, i * 3 % 5), 0);
	check_str(plan_text(&plan), "0-4H");
	check(plan_complete(&plan));
	plan_release(&plan);

	/* No such bytes. */
	plan_init(&plan, 100, 1);
	check_int(have(&plan, 0, 100), -1);
	check_int(have(&plan, 100, 100), -1);
	check_int(have(&plan, -1, 3), -1);
	check_int(have(&plan, 4, 3), -1);
	check_int(have(&plan, 0, INT64_MAX), -1);
	check_str(plan_text(&plan), "0-99M");
	plan_release(&plan);
}

static void a_split(void)
{
	struct plan plan;
	struct stretch *slow, *thief;

	plan_init(&plan, 64 * MIB, 1);
	slow = take(&plan, 0, 0, 64 * MIB - 1);
	/* 64 MiB less 5000 bytes, halved, and down to a multiple of 64 KiB. */
	check_int(plan_split(&plan, slow, 5000, MIB), 32 * MIB - 1);
	check_int(slow->range.last, 32 * MIB - 1);
	check_int(plan_bytes_missing(&plan), 32 * MIB);
	thief = take(&plan, 0, 32 * MIB, 64 * MIB - 1);
	check_int(plan_split(&plan, slow, 5 * MIB + 1, MIB), 37 * MIB / 2 - 1);
	/* What it gave up joins what was missing behind it. */
	plan_return(&plan, thief, 0);
	check_int(plan_bytes_missing(&plan), 64 * MIB - 37 * MIB / 2);
	thief = take(&plan, 0, 37 * MIB / 2, 64 * MIB - 1);

	/* It has written past its new end before it saw it. */
	plan_return(&plan, slow, 30 * MIB);
	check_int(plan.here, 37 * MIB / 2);
	plan_return(&plan, thief, 64 * MIB - 37 * MIB / 2);
	check(plan_complete(&plan));
	plan_release(&plan);
}

static void a_split_that_is_not_worth_it(void)
{
	static const struct {
		int64_t size, received, least, last;
	} rows[] = {
		{2 * MIB, 0, MIB, MIB - 1},
		{2 * MIB - 1, 0, MIB, -1},
		{2 * MIB, 1, MIB, -1},
		{2 * MIB, -5, MIB, MIB - 1},
		{3 * MIB, 3 * MIB, 1, -1},
		{3 * MIB, 9 * MIB, 1, -1},
		/* A multiple of 64 KiB would leave the first half too short. */
		{2 * MIB + 2 * KIB, KIB, MIB, MIB + KIB + KIB / 2 - 1},
		{2 * MIB + 4 * KIB, 2 * KIB, MIB, MIB + 3 * KIB - 1},
		{2 * MIB + 66 * KIB, 0, MIB, MIB - 1},
		{2, 0, 0, 0},
		{2, 0, -7, 0},
		{2, 0, 1, 0},
		{2, 1, 1, -1},
		{1, 0, 1, -1},
		{9, 4, 2, 5},
		{64 * MIB, 0, INT64_MAX, -1},
		{INT64_MAX, 0, INT64_MAX / 2,
			(INT64_C(1) << 62) - 2}, /* a multiple would be one short */
		{INT64_MAX, 0, MIB, (INT64_C(1) << 62) - 64 * KIB - 1},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct plan plan;
		struct stretch *lease;
		int before = tap_failed_checks;

		plan_init(&plan, rows[i].size, 1);
		lease = take(&plan, 0, 0, rows[i].size - 1);
		check_int(plan_split(&plan, lease, rows[i].received, rows[i].least),
			rows[i].last);
		check_int(plan_bytes_missing(&plan),
			rows[i].last < 0 ? 0 : rows[i].size - rows[i].last - 1);
		if (tap_failed_checks > before)
			printf("# ... in row %zu\n", i);
		plan_release(&plan);
	}
}

/* Pieces of ten bytes. */
static void chunks_of_whole_pieces(void)
{
	static const struct {
		int64_t chunk, last;
	} rows[] = {{1, 9}, {10, 9}, {11, 19}, {20, 19}, {30, 29}, {31, 34}, {100, 34},
		{INT64_MAX, 34}, {0, 34}};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct plan plan;

		plan_init(&plan, 35, 10);
		take(&plan, rows[i].chunk, 0, rows[i].last);
		plan_release(&plan);
	}
}

/* Of a piece that breaks off nothing is here; the last one is shorter. */
static void what_is_returned_in_pieces(void)
{
	static const struct {
		int64_t written;
		const char *text;
	} rows[] = {{-1, "0-9H 10-34M"}, {0, "0-9H 10-34M"}, {9, "0-9H 10-34M"},
		{10, "0-19H 20-34M"}, {19, "0-19H 20-34M"}, {24, "0-29H 30-34M"},
		{25, "0-34H"}, {99, "0-34H"}};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct plan plan;

		plan_init(&plan, 35, 10);
		check_int(have(&plan, 0, 9), 0);
		plan_return(&plan, take(&plan, 0, 10, 34), rows[i].written);
		check_str(plan_text(&plan), rows[i].text);
		plan_release(&plan);
	}
}

static void a_resume_in_pieces(void)
{
	struct plan plan;

	plan_init(&plan, 35, 10);
	check_int(have(&plan, 1, 9), 0);
	check_int(have(&plan, 11, 18), 0);
	check_int(have(&plan, 5, 14), 0);
	check_int(have(&plan, 31, 34), 0);
	check_str(plan_text(&plan), "0-34M");
	check_int(have(&plan, 5, 34), 0);
	check_str(plan_text(&plan), "0-9M 10-34H");
	check_int(have(&plan, 0, 13), 0);
	check(plan_complete(&plan));
	plan_release(&plan);
	/* The file is shorter than its piece, or its last one begins late. */
	plan_init(&plan, INT64_MAX, INT64_MAX - 1);
	check_int(have(&plan, 1, INT64_MAX - 1), 0);
	check_int(plan.here, 1);
	plan_release(&plan);
	plan_init(&plan, 35, 100);
	check_int(have(&plan, 1, 34), 0);
	check_int(plan.here, 0);
	check_int(have(&plan, 0, 34), 0);
	check(plan_complete(&plan));
	plan_release(&plan);
}

/* It is asked for alone, whatever is missing around it. */
static void a_piece_set_apart(void)
{
	struct plan plan;
	struct stretch *lease;

	plan_init(&plan, 55, 10);
	plan_return(&plan, take(&plan, 40, 0, 39), 10);
	check_str(plan_text(&plan), "0-9H 10-54M");
	plan_set_apart(&plan, 20);
	plan_set_apart(&plan, 20);
	plan_set_apart(&plan, 50);
	check_str(plan_text(&plan), "0-9H 10-19M 20-29A 30-49M 50-54A");
	check_int(plan_bytes_missing(&plan), 45);
	plan_return(&plan, take(&plan, 0, 10, 19), 10);
	lease = take(&plan, 40, 20, 29);
	plan_return(&plan, take(&plan, 0, 30, 49), 0);
	plan_return(&plan, lease, 0);
	check_str(plan_text(&plan), "0-19H 20-49M 50-54A");
	/* What is here, or on the way, is not missing. */
	plan_set_apart(&plan, 10);
	lease = take(&plan, 0, 20, 49);
	plan_set_apart(&plan, 30);
	plan_set_apart(&plan, 60);
	check_str(plan_text(&plan), "0-19H 20-49L 50-54A");
	check_int(have(&plan, 50, 54), 0);
	plan_return(&plan, lease, 30);
	check(plan_complete(&plan));
	plan_release(&plan);
}

/* Pieces of 100 bytes: cut between them, at the middle or before it; or else behind it. */
static void a_split_between_pieces(void)
{
	static const struct {
		int64_t size, received, least, last;
	} rows[] = {
		{400, 0, 1, 199}, {399, 0, 1, 99}, {500, 0, 1, 199}, {500, 100, 1, 299},
		{500, 199, 1, 299}, {500, 201, 1, 299},
		{450, 301, 1, 399}, /* the middle is in the fourth */
		{450, 301, 50, 399}, {450, 301, 51, -1}, {450, 390, 1, 399},
		{450, 400, 1, -1}, {100, 0, 1, -1}, {101, 0, 1, 99}, {200, 150, 1, -1},
		{300, 150, 1, 199},
		{300, 150, 75, -1}, /* neither end of a piece leaves so much */
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct plan plan;
		int before = tap_failed_checks;

		plan_init(&plan, rows[i].size, 100);
		check_int(plan_split(&plan, take(&plan, 0, 0, rows[i].size - 1),
				  rows[i].received, rows[i].least),
			rows[i].last);
		check_int(plan_bytes_missing(&plan),
			rows[i].last < 0 ? 0 : rows[i].size - rows[i].last - 1);
		if (tap_failed_checks > before)
			printf("# ... in row %zu\n", i);
		plan_release(&plan);
	}
}

static void the_largest_file(void)
{
	struct plan plan;
	struct stretch *one, *two;

	plan_init(&plan, INT64_MAX, 1);
	check_int(plan_bytes_missing(&plan), INT64_MAX);
	one = take(&plan, INT64_MAX - 1, 0, INT64_MAX - 2);
	two = take(&plan, INT64_MAX, INT64_MAX - 1, INT64_MAX - 1);
	plan_return(&plan, two, 1);
	plan_return(&plan, one, INT64_MAX);
	check(plan_complete(&plan));
	check_int(plan.here, INT64_MAX);
	plan_release(&plan);

	/* Its pieces are of 2^62 bytes, and of all but one. */
	plan_init(&plan, INT64_MAX, INT64_C(1) << 62);
	one = take(&plan, 1, 0, (INT64_C(1) << 62) - 1);
	two = take(&plan, INT64_MAX, INT64_C(1) << 62, INT64_MAX - 1);
	plan_return(&plan, two, INT64_MAX);
	plan_return(&plan, one, (INT64_C(1) << 62) - 1);
	check_int(plan.here, (INT64_C(1) << 62) - 1);
	plan_release(&plan);
}

static void the_size_of_chunks(void)
{
	static const struct {
		struct plan_wish wish;
		int64_t size, rate, chunk;
	} rows[] = {
		/* By the rate. */
		{{0, 8, 0, 0}, GIB, 0, 8 * MIB},
		{{0, 8, 0, 0}, GIB, -1, 8 * MIB},
		{{0, 8, 0, 0}, GIB, 1, 4 * MIB},
		{{0, 8, 0, 0}, GIB, MIB - 1, 4 * MIB},
		{{0, 8, 0, 0}, GIB, MIB, 8 * MIB},
		{{0, 8, 0, 0}, GIB, 8 * MIB / 3, 8 * MIB},
		{{0, 8, 0, 0}, GIB, 10 * MIB, 30 * MIB},
		{{0, 8, 0, 0}, GIB, 10 * MIB + 1000, 30 * MIB},
		{{0, 8, 0, 0}, GIB, 64 * MIB, 64 * MIB},
		{{0, 8, 0, 0}, GIB, INT64_MAX, 64 * MIB},
		/* By the user. */
		{{MIB, 8, 0, 0}, GIB, 10 * MIB, MIB},
		{{12345, 8, 0, 0}, GIB, 10 * MIB, 12345},
		{{1, 8, 0, 0}, 2, 0, 1},
		{{512 * MIB, 8, 0, 0}, GIB, 0, 512 * MIB},
		/* One stream. */
		{{0, 8, 0, 0}, 16 * MIB, 0, 8 * MIB},
		{{0, 8, 0, 0}, 16 * MIB - 1, 0, 0},
		{{0, 8, 0, 0}, 127 * MIB, GIB, 0},
		{{0, 8, 0, 0}, 0, 0, 0},
		{{0, 8, 20 * MIB, 0}, 20 * MIB, 0, 8 * MIB},
		{{0, 8, 20 * MIB, 0}, 20 * MIB - 1, 0, 0},
		{{MIB, 8, 20 * MIB, 0}, 19 * MIB, 0, 0},
		{{0, 1, 0, 0}, GIB, 0, 0},
		{{MIB, 0, 0, 0}, GIB, 0, 0},
		{{INT64_MAX, 8, 0, 0}, INT64_MAX, 0, 0},
		{{INT64_MAX, 8, 0, 0}, 0, 0, 0},
		{{INT64_MAX / 2, 8, 0, 0}, INT64_MAX, 0, INT64_MAX / 2},
		/* The first request. */
		{{0, 8, 20 * MIB, 0}, -1, 0, 8 * MIB},
		{{MIB, 8, 20 * MIB, 0}, -1, 0, MIB},
		{{INT64_MAX, 8, 0, 0}, -1, 0, INT64_MAX},
		{{0, 1, 0, 0}, -1, 0, 0},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int64_t chunk = plan_chunk(&rows[i].wish, rows[i].size, rows[i].rate);

		if (chunk != rows[i].chunk)
			printf("# ... in row %zu\n", i);
		check_int(chunk, rows[i].chunk);
	}
}

int main(void)
{
	run(a_file_in_chunks);
	run(a_failure_keeps_what_was_written);
	run(an_empty_file);
	run(a_resume);
	run(a_split);
	run(a_split_that_is_not_worth_it);
	run(chunks_of_whole_pieces);
	run(what_is_returned_in_pieces);
	run(a_resume_in_pieces);
	run(a_piece_set_apart);
	run(a_split_between_pieces);
	run(the_largest_file);
	run(the_size_of_chunks);
	return done();
}
