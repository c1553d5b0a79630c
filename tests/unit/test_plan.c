/* test_plan.c - the verbs of a plan one by one, and its corners. Long random sequences are in
 * tests/sim/sim_plan.c. */
#include "core/plan.h"

#include "tap.h"

#define KIB INT64_C(1024)
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)

/* "0-9 20-29": what is here, as it goes to the journal. */
static const char *here_text(const struct plan *plan)
{
	static char text[256];
	const struct piece *at = NULL;
	struct range here;
	size_t len = 0;

	text[0] = '\0';
	while (len < sizeof(text) && plan_next_here(plan, &at, &here))
		len += (size_t)snprintf(text + len, sizeof(text) - len,
			"%s%" PRId64 "-%" PRId64, len ? " " : "", here.first,
			here.last);
	return text;
}

/* "0-9H 10-19L 20-29M": the pieces themselves. */
static const char *pieces_text(const struct plan *plan)
{
	static char text[256];
	size_t len = 0;

	text[0] = '\0';
	for (const struct list *link = plan->pieces.next;
		link != &plan->pieces && len < sizeof(text); link = link->next) {
		const struct piece *piece = container_of(link, struct piece, link);

		len += (size_t)snprintf(text + len, sizeof(text) - len,
			"%s%" PRId64 "-%" PRId64 "%c", len ? " " : "",
			piece->range.first, piece->range.last, "MLHD"[piece->state]);
	}
	return text;
}

static void init_sized(struct plan *plan, int64_t size)
{
	plan_init(plan);
	check_int(plan_size(plan, size), 0);
}

static struct piece *take(struct plan *plan, int64_t chunk, int64_t first, int64_t last)
{
	struct piece *lease = plan_take(plan, chunk);

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
	struct piece *one, *two, *three;

	init_sized(&plan, 25);
	check_int(plan_bytes_missing(&plan), 25);
	one = take(&plan, 10, 0, 9);
	two = take(&plan, 10, 10, 19);
	three = take(&plan, 10, 20, 24);
	check(plan_take(&plan, 10) == NULL);
	check_int(plan_n_leases(&plan), 3);
	check_int(plan_bytes_missing(&plan), 0);

	plan_return(&plan, two, 10);
	check_str(here_text(&plan), "10-19");
	plan_return(&plan, one, 10);
	check_str(pieces_text(&plan), "0-19H 20-24L");
	check(!plan_complete(&plan));
	plan_return(&plan, three, 5);
	check_str(pieces_text(&plan), "0-24H");
	check(plan_complete(&plan));
	check_int(plan_n_leases(&plan), 0);
	check(plan_take(&plan, 10) == NULL);
	plan_release(&plan);
}

/* What a failed attempt wrote counts, and what it left is asked for first. */
static void a_failure_keeps_what_was_written(void)
{
	struct plan plan;
	struct piece *one, *two;

	init_sized(&plan, 100);
	one = take(&plan, 30, 0, 29);
	two = take(&plan, 30, 30, 59);
	plan_return(&plan, one, 12);
	check_str(pieces_text(&plan), "0-11H 12-29M 30-59L 60-99M");
	one = take(&plan, 30, 12, 29);
	plan_return(&plan, two, 0);
	check_str(pieces_text(&plan), "0-11H 12-29L 30-99M");
	plan_return(&plan, one, 0);
	check_str(pieces_text(&plan), "0-11H 12-99M");
	/* Chunks are cut anew. */
	one = take(&plan, 0, 12, 99);
	plan_return(&plan, one, 88);
	check(plan_complete(&plan));
	plan_release(&plan);
}

static void progress_is_here_at_once(void)
{
	struct plan plan;
	struct piece *one, *two;

	init_sized(&plan, 40);
	one = take(&plan, 20, 0, 19);
	two = take(&plan, 20, 20, 39);
	plan_wrote(&plan, two, 5);
	check_str(here_text(&plan), "20-24");
	plan_wrote(&plan, one, 20);
	check_str(here_text(&plan), "0-24");
	check_int(plan_bytes_here(&plan), 25);
	plan_wrote(&plan, two, 8);
	check_int(plan_bytes_here(&plan), 28);
	check_int(plan_bytes_missing(&plan), 0);
	/* More than it has, less than none. */
	plan_wrote(&plan, two, 1000);
	check_int(plan_bytes_here(&plan), 40);
	check(plan_complete(&plan));
	plan_wrote(&plan, two, -3);
	check_str(here_text(&plan), "0-19");
	check(!plan_complete(&plan));
	/* The last word is that of the return, also when it takes back. */
	plan_return(&plan, one, 15);
	plan_return(&plan, two, 20);
	check_str(pieces_text(&plan), "0-14H 15-19M 20-39H");
	check_int(plan_bytes_here(&plan), 35);
	plan_release(&plan);
}

static void the_first_request_tells_the_size(void)
{
	struct plan plan;
	struct piece *probe;

	plan_init(&plan);
	check_int(plan_bytes_missing(&plan), -1);
	probe = take(&plan, 10, 0, 9);
	check(plan_take(&plan, 10) == NULL);
	check_int(plan_split(&plan, probe, 0, 1), -1);
	check_int(plan_size(&plan, 35), 0);
	take(&plan, 10, 10, 19);
	check_int(plan_size(&plan, 35), 0);
	check_int(plan_size(&plan, 36), -1);
	check_int(plan_size(&plan, -1), -1);
	check_int(plan_bytes_missing(&plan), 15);
	plan_release(&plan);

	/* The file is smaller than the first chunk. */
	plan_init(&plan);
	probe = take(&plan, 10, 0, 9);
	check_int(plan_size(&plan, 7), 0);
	check_str(pieces_text(&plan), "0-6L");
	check_int(probe->range.last, 6);
	plan_return(&plan, probe, 10);
	check(plan_complete(&plan));
	plan_release(&plan);

	/* It goes on without a size, one lease after the other, and ends at last. */
	plan_init(&plan);
	plan_return(&plan, take(&plan, 10, 0, 9), 10);
	plan_return(&plan, take(&plan, 10, 10, 19), 4);
	check(!plan_complete(&plan));
	check_int(plan_size(&plan, 13), -1);
	check_int(plan_size(&plan, -1), -1);
	check_int(plan_size(&plan, 14), 0);
	check(plan_complete(&plan));
	plan_release(&plan);
}

static void an_empty_file(void)
{
	struct plan plan;
	struct piece *probe;

	plan_init(&plan);
	probe = take(&plan, 10, 0, 9);
	check(!plan_complete(&plan));
	check_int(plan_size(&plan, 0), 0);
	check(plan_complete(&plan));
	check_int(plan_n_leases(&plan), 0);
	check_int(plan_bytes_missing(&plan), 0);
	check(plan_take(&plan, 0) == NULL);
	check_str(here_text(&plan), "");
	plan_return(&plan, probe, 3); /* it is dead */
	check_int(plan_bytes_here(&plan), 0);
	plan_release(&plan);
}

/* 200 where a range was asked for: the attempt goes on with all of the file. */
static void one_stream_after_all(void)
{
	struct plan plan;
	struct piece *probe, *chunk, *stream;

	plan_init(&plan);
	probe = take(&plan, 10, 0, 9);
	plan_reset(&plan);
	plan_return(&plan, probe, 0);
	check_int(plan_size(&plan, 1000), 0);
	stream = take(&plan, 0, 0, 999);
	plan_return(&plan, stream, 1000);
	check(plan_complete(&plan));
	plan_release(&plan);

	/* A later chunk is answered so, and the length is known at the end only. */
	init_sized(&plan, 100);
	probe = take(&plan, 10, 0, 9);
	chunk = take(&plan, 10, 10, 19);
	plan_wrote(&plan, probe, 4);
	plan_reset(&plan);
	stream = take(&plan, 0, 0, RANGE_OPEN);
	check(plan_take(&plan, 10) == NULL);
	plan_return(&plan, chunk, 7);
	plan_wrote(&plan, probe, 5);
	check_int(plan_split(&plan, probe, 0, 1), -1);
	check_int(plan_bytes_here(&plan), 0);
	plan_wrote(&plan, stream, 130);
	check(!plan_complete(&plan));
	check_int(plan_size(&plan, 130), 0);
	check(plan_complete(&plan));
	plan_return(&plan, stream, 130);
	check_str(pieces_text(&plan), "0-129H");
	plan_release(&plan); /* the other dead one goes with it */
}

static void a_reset_forgets_all(void)
{
	struct plan plan;
	struct piece *lease;

	init_sized(&plan, 100);
	check_int(plan_have(&plan, (struct range){50, 59}), 0);
	lease = take(&plan, 20, 0, 19);
	plan_reset(&plan);
	plan_reset(&plan);
	check_int(plan_size(&plan, 60), 0);
	check_str(pieces_text(&plan), "0-59M");
	check_int(plan_n_leases(&plan), 0);
	take(&plan, 0, 0, 59);
	plan_return(&plan, lease, 20);
	check_int(plan_bytes_here(&plan), 0);
	check_int(plan_n_leases(&plan), 1);
	plan_release(&plan);
}

static int have(struct plan *plan, int64_t first, int64_t last)
{
	return plan_have(plan, (struct range){first, last});
}

static void a_resume(void)
{
	struct plan plan;
	struct piece *lease;

	init_sized(&plan, 100);
	check_int(have(&plan, 20, 29), 0);
	check_int(have(&plan, 90, 99), 0);
	check_int(have(&plan, 40, 49), 0);
	check_str(pieces_text(&plan), "0-19M 20-29H 30-39M 40-49H 50-89M 90-99H");
	check_int(have(&plan, 25, 44), 0);
	check_int(have(&plan, 25, 44), 0);
	check_int(have(&plan, 20, 20), 0);
	check_str(pieces_text(&plan), "0-19M 20-49H 50-89M 90-99H");
	check_int(plan_bytes_here(&plan), 40);
	lease = take(&plan, 64, 0, 19);
	take(&plan, 64, 50, 89);
	check(plan_take(&plan, 64) == NULL);
	/* What is on the way stays so. */
	plan_wrote(&plan, lease, 3);
	check_int(have(&plan, 0, 99), 0);
	check_str(pieces_text(&plan), "0-19L 20-49H 50-89L 90-99H");
	check_int(plan_bytes_here(&plan), 43);
	plan_release(&plan);

	/* In any order; all of it. */
	init_sized(&plan, 5);
	for (int64_t i = 0; i < 5; i++)
		check_int(have(&plan, i * 3 % 5, i * 3 % 5), 0);
	check_str(pieces_text(&plan), "0-4H");
	check(plan_complete(&plan));
	plan_release(&plan);

	/* No such bytes. */
	init_sized(&plan, 100);
	check_int(have(&plan, 0, 100), -1);
	check_int(have(&plan, 100, 100), -1);
	check_int(have(&plan, -1, 3), -1);
	check_int(have(&plan, 4, 3), -1);
	check_int(have(&plan, 0, INT64_MAX), -1);
	check_str(pieces_text(&plan), "0-99M");
	plan_release(&plan);

	/* The size comes later, and is less than what is there. */
	plan_init(&plan);
	check_int(have(&plan, 0, INT64_MAX), -1);
	check_int(have(&plan, 10, 19), 0);
	lease = take(&plan, 0, 0, 9);
	check_int(plan_size(&plan, 19), -1);
	check_int(plan_size(&plan, 20), 0);
	check_str(pieces_text(&plan), "0-9L 10-19H");
	plan_return(&plan, lease, 10);
	check(plan_complete(&plan));
	plan_release(&plan);
}

static void a_split(void)
{
	struct plan plan;
	struct piece *slow, *thief;

	init_sized(&plan, 64 * MIB);
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
	check_int(plan_bytes_here(&plan), 37 * MIB / 2);
	plan_return(&plan, thief, 64 * MIB - 37 * MIB / 2);
	check(plan_complete(&plan));
	plan_release(&plan);
}

static void a_split_that_is_not_worth_it(void)
{
	static const struct {
		int64_t size, written, received, least, last;
	} rows[] = {
		{2 * MIB, 0, 0, MIB, MIB - 1},
		{2 * MIB - 1, 0, 0, MIB, -1},
		{2 * MIB, 0, 1, MIB, -1},
		{2 * MIB, 1, 0, MIB, -1},
		{2 * MIB, 0, -5, MIB, MIB - 1},
		{3 * MIB, 0, 3 * MIB, 1, -1},
		{3 * MIB, 0, 9 * MIB, 1, -1},
		/* A multiple of 64 KiB would leave the first half too short. */
		{2 * MIB + 2 * KIB, 0, KIB, MIB, MIB + KIB + KIB / 2 - 1},
		{2 * MIB + 4 * KIB, 0, 2 * KIB, MIB, MIB + 3 * KIB - 1},
		{2 * MIB + 66 * KIB, 0, 0, MIB, MIB - 1},
		{2, 0, 0, 0, 0},
		{2, 0, 0, -7, 0},
		{2, 0, 0, 1, 0},
		{2, 0, 1, 1, -1},
		{1, 0, 0, 1, -1},
		{9, 0, 4, 2, 5},
		{64 * MIB, 0, 0, INT64_MAX, -1},
		{INT64_MAX, 0, 0, INT64_MAX / 2,
			(INT64_C(1) << 62) - 2}, /* a multiple would be one short */
		{INT64_MAX, 0, 0, MIB, (INT64_C(1) << 62) - 64 * KIB - 1},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct plan plan;
		struct piece *lease;
		int before = tap_failed_checks;

		init_sized(&plan, rows[i].size);
		lease = take(&plan, 0, 0, rows[i].size - 1);
		plan_wrote(&plan, lease, rows[i].written);
		check_int(plan_split(&plan, lease, rows[i].received, rows[i].least),
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
	struct piece *one, *two;

	init_sized(&plan, INT64_MAX);
	check_int(plan_bytes_missing(&plan), INT64_MAX);
	one = take(&plan, INT64_MAX - 1, 0, INT64_MAX - 2);
	two = take(&plan, INT64_MAX, INT64_MAX - 1, INT64_MAX - 1);
	plan_return(&plan, two, 1);
	plan_return(&plan, one, INT64_MAX);
	check(plan_complete(&plan));
	check_int(plan_bytes_here(&plan), INT64_MAX);
	plan_release(&plan);

	plan_init(&plan);
	one = take(&plan, INT64_MAX, 0, RANGE_OPEN);
	plan_wrote(&plan, one, INT64_MAX);
	check_int(plan_size(&plan, INT64_MAX), 0);
	check(plan_complete(&plan));
	plan_release(&plan);
}

static void the_size_of_chunks(void)
{
	static const struct {
		struct plan_wish wish;
		int64_t size, rate, chunk;
	} rows[] = {
		/* By the rate. */
		{{0, 8, 0}, GIB, 0, 8 * MIB},
		{{0, 8, 0}, GIB, -1, 8 * MIB},
		{{0, 8, 0}, GIB, 1, 4 * MIB},
		{{0, 8, 0}, GIB, MIB - 1, 4 * MIB},
		{{0, 8, 0}, GIB, MIB, 8 * MIB},
		{{0, 8, 0}, GIB, 8 * MIB / 3, 8 * MIB},
		{{0, 8, 0}, GIB, 10 * MIB, 30 * MIB},
		{{0, 8, 0}, GIB, 10 * MIB + 1000, 30 * MIB},
		{{0, 8, 0}, GIB, 64 * MIB, 64 * MIB},
		{{0, 8, 0}, GIB, INT64_MAX, 64 * MIB},
		/* By the user. */
		{{MIB, 8, 0}, GIB, 10 * MIB, MIB},
		{{12345, 8, 0}, GIB, 10 * MIB, 12345},
		{{1, 8, 0}, 2, 0, 1},
		{{512 * MIB, 8, 0}, GIB, 0, 512 * MIB},
		/* One stream. */
		{{0, 8, 0}, 16 * MIB, 0, 8 * MIB},
		{{0, 8, 0}, 16 * MIB - 1, 0, 0},
		{{0, 8, 0}, 127 * MIB, GIB, 0},
		{{0, 8, 0}, 0, 0, 0},
		{{0, 8, 20 * MIB}, 20 * MIB, 0, 8 * MIB},
		{{0, 8, 20 * MIB}, 20 * MIB - 1, 0, 0},
		{{MIB, 8, 20 * MIB}, 19 * MIB, 0, 0},
		{{0, 1, 0}, GIB, 0, 0},
		{{MIB, 0, 0}, GIB, 0, 0},
		{{INT64_MAX, 8, 0}, INT64_MAX, 0, 0},
		{{INT64_MAX, 8, 0}, 0, 0, 0},
		{{INT64_MAX / 2, 8, 0}, INT64_MAX, 0, INT64_MAX / 2},
		/* The first request. */
		{{0, 8, 20 * MIB}, -1, 0, 8 * MIB},
		{{MIB, 8, 20 * MIB}, -1, 0, MIB},
		{{INT64_MAX, 8, 0}, -1, 0, INT64_MAX},
		{{0, 1, 0}, -1, 0, 0},
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
	run(progress_is_here_at_once);
	run(the_first_request_tells_the_size);
	run(an_empty_file);
	run(one_stream_after_all);
	run(a_reset_forgets_all);
	run(a_resume);
	run(a_split);
	run(a_split_that_is_not_worth_it);
	run(the_largest_file);
	run(the_size_of_chunks);
	return done();
}
