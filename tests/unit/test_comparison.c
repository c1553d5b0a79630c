/* test_comparison.c - report/measurement and report/comparison: medians, estimates, the table. */
#include "report/comparison.h"

#include <jansson.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "tap.h"

#define MIB (INT64_C(1024) * 1024)

/* 1,000 files of 10,000 bytes. */
static struct measurement plain(nstime wall)
{
	return (struct measurement){
		.files = 1000,
		.begun = 1000,
		.bytes = 10 * 1000 * 1000,
		.wall = wall,
		.cpu = 50 * NS_PER_MS,
		.max_rss = 12 * MIB,
		.switches = 1234,
		.max_in_flight = 64,
		.loop_stall = 3 * NS_PER_MS,
	};
}

/* The median wall time of these. */
static nstime median_of(const nstime *walls, size_t count)
{
	struct measurement *measurements = xcalloc(count, sizeof(*measurements));
	struct measurement median = {0};

	for (size_t i = 0; i < count; i++)
		measurements[i] = plain(walls[i]);
	measurement_median(&median, measurements, count);
	check_int(median.files, 1000);
	check_int(median.loop_stall, 3 * NS_PER_MS);
	free(measurements);
	return median.wall;
}

#define median(...)                                                                    \
	median_of((const nstime[]){__VA_ARGS__},                                       \
		ARRAY_LEN(((const nstime[]){__VA_ARGS__})))

static void takes_the_median(void)
{
	check_int(median(7), 7);
	check_int(median(9, 1, 5), 5);
	check_int(median(5, 5, 5, 100), 5);
	check_int(median(1, 4), 3);
	check_int(median(10, 2, 30, 4), 7);
	check_int(median(INT64_MAX, INT64_MAX), INT64_MAX);
	check_int(median(INT64_MAX, 0, 0), 0);
	check_int(median(0, INT64_MAX), INT64_MAX - INT64_MAX / 2);
}

/* Each figure by itself: not those of the run in the middle. */
static void takes_each_figure_by_itself(void)
{
	struct measurement measurements[3] = {plain(1), plain(2), plain(3)}, median;

	measurements[0].cpu = 30;
	measurements[1].cpu = 10;
	measurements[2].cpu = 20;
	for (size_t i = 0; i < 3; i++)
		measurements[i].loop_stall = -1;
	measurements[1].max_in_flight = 999;
	measurements[2].failed = 5;
	measurement_median(&median, measurements, 3);
	check_int(median.wall, 2);
	check_int(median.cpu, 20);
	check_int(median.loop_stall, -1);
	check_int(median.max_in_flight, 64);
	check_int(median.failed, 0);
	measurement_median(&median, measurements, 2);
	check_int(median.loop_stall, -1);
}

static void extrapolates(void)
{
	struct measurement sample = plain(5 * NS_PER_SEC), whole;

	sample.files = sample.begun = 50;
	check_int(measurement_extrapolate(&whole, &sample, 1000), 0);
	check_int(whole.wall, 100 * NS_PER_SEC);
	check_int(whole.files, 1000);
	check_int(whole.cpu, NS_PER_SEC);
	check_int(whole.switches, 24680);
	check_int(whole.bytes, 200 * 1000 * 1000);
	/* What does not grow. */
	check_int(whole.max_rss, 12 * MIB);
	check_int(whole.max_in_flight, 64);
	check_int(whole.loop_stall, 3 * NS_PER_MS);
	check_int(measurement_cpu_per_file(&whole), NS_PER_MS);
	/* Failed entries took their time, too. */
	sample.failed = 50;
	check_int(measurement_extrapolate(&whole, &sample, 1000), 0);
	check_int(whole.wall, 50 * NS_PER_SEC);
	check_int(whole.files, 500);
	check_int(whole.failed, 500);
	/* All of the list is a sample as well. */
	sample.failed = 0;
	check_int(measurement_extrapolate(&whole, &sample, 50), 0);
	check_int(whole.wall, 5 * NS_PER_SEC);
}

static void counts_what_was_cut_short_as_half(void)
{
	struct measurement sample = plain(20 * NS_PER_SEC), whole;

	sample.files = 1;
	sample.begun = 2;
	check_int(measurement_extrapolate(&whole, &sample, 3), 0);
	check_int(whole.wall, 40 * NS_PER_SEC);
	sample.files = 0;
	sample.begun = 1;
	check_int(measurement_extrapolate(&whole, &sample, 3), 0);
	check_int(whole.wall, 120 * NS_PER_SEC);
	check_int(whole.files, 3);
}

static void refuses_to_guess(void)
{
	struct measurement sample = plain(NS_PER_SEC), whole = {.wall = 77};

	check_int(measurement_extrapolate(&whole, &sample, 0), -1);
	check_int(measurement_extrapolate(&whole, &sample, -5), -1);
	sample.files = sample.begun = 0;
	check_int(measurement_extrapolate(&whole, &sample, 1000), -1);
	check_int(whole.wall, 77);
	/* Nor does it wrap. */
	sample.files = sample.begun = 1;
	check_int(measurement_extrapolate(&whole, &sample, INT64_MAX), 0);
	check_int(whole.wall, INT64_MAX);
	check_int(whole.bytes, INT64_MAX);
}

static void says_what_cannot_be_said(void)
{
	struct measurement fast = plain(NS_PER_SEC), slow = plain(6 * NS_PER_SEC),
			   none = {0};

	check(measurement_ratio(&fast, &slow) == 6);
	check(measurement_ratio(&slow, &slow) == 1);
	check(measurement_ratio(&none, &slow) == 0);
	check(measurement_ratio(&fast, &none) == 0);
	check(measurement_files_per_second(&fast) == 1000);
	check(measurement_bytes_per_second(&fast) == 1e7);
	check(measurement_files_per_second(&none) == 0);
	check_int(measurement_cpu_per_file(&fast), 50 * NS_PER_US);
	check_int(measurement_cpu_per_file(&none), -1);
}

/* event, twice; threads, with failures and no loop; sequential. */
static void fill(struct comparison *comparison)
{
	struct measurement figures = plain(500 * NS_PER_MS);
	struct comparison_row *row;

	comparison_init(comparison, "sequential");
	row = comparison_add(comparison, "event");
	comparison_measured(row, &figures);
	figures.wall = 700 * NS_PER_MS;
	comparison_measured(row, &figures);
	row = comparison_add(comparison, "threads");
	figures.wall = NS_PER_SEC;
	figures.loop_stall = -1;
	figures.failed = 1;
	comparison_measured(row, &figures);
	(void)comparison_add(comparison, "sequential");
}

static void table_is(const struct comparison *comparison, const char *wanted)
{
	struct buf out = BUF_INIT;

	comparison_add_table(&out, comparison);
	check_str(out.data, wanted);
	buf_release(&out);
}

static void lays_out_a_table(void)
{
	struct comparison comparison;
	struct measurement figures = plain(6 * NS_PER_SEC);

	fill(&comparison);
	figures.loop_stall = -1;
	figures.max_in_flight = 1;
	comparison_measured(comparison_find(&comparison, "sequential"), &figures);
	table_is(&comparison,
		"mode           wall  files/s  MB/s  CPU/file    memory  switches  in "
		"flight    stall   ratio\n"
		"event       0.600 s    1,667  16.7     50 us  12.0 MiB     1,234      "
		"   64  0.003 s  10.0 x\n"
		"threads      1.00 s    1,000  10.0     50 us  12.0 MiB     1,234      "
		"   64        -  6.00 x\n"
		"sequential   6.00 s      167  1.67     50 us  12.0 MiB     1,234      "
		"    1        -  1.00 x\n"
		"threads had 1 failure\n"
		"medians of 2 runs\n");
	comparison_release(&comparison);
}

static void marks_what_is_estimated(void)
{
	struct comparison comparison;
	struct comparison_row *row;
	struct measurement sample = plain(10 * NS_PER_SEC), whole;

	comparison_init(&comparison, "sequential");
	sample.files = sample.begun = 50;
	sample.max_in_flight = 1;
	sample.loop_stall = -1;
	comparison.entries = 1000;
	check_int(measurement_extrapolate(&whole, &sample, 1000), 0);
	row = comparison_add(&comparison, "sequential");
	comparison_estimated(row, &sample, &whole);
	sample = plain(NS_PER_SEC);
	comparison_measured(comparison_add(&comparison, "event"), &sample);
	table_is(&comparison,
		"mode          wall  files/s   MB/s   CPU/file    memory  switches  in "
		"flight    stall   ratio\n"
		"sequential   ~3:20    ~5.00  ~1.00  ~1,000 us  12.0 MiB   ~24,680     "
		"     1        -  1.00 x\n"
		"event       1.00 s    1,000   10.0      50 us  12.0 MiB     1,234     "
		"    64  0.003 s  ~200 x\n"
		"~ sequential is estimated: 50 of 1,000 entries took 10.00 s\n");
	comparison_release(&comparison);
}

/* Without sequential there is nothing to be so many times as fast as; a mode that could not
 * run has no row. */
static void leaves_out_what_is_not_there(void)
{
	struct comparison comparison;
	struct measurement none = {.loop_stall = -1};

	comparison_init(&comparison, "sequential");
	table_is(&comparison, "mode  wall  files/s  MB/s  CPU/file  memory  switches  "
			      "in flight  stall  ratio\n");
	comparison_measured(comparison_add(&comparison, "event"), &none);
	(void)comparison_add(&comparison, "threads");
	check(comparison_find(&comparison, "threads") == &comparison.rows[1]);
	check(comparison_find(&comparison, "sequential") == NULL);
	table_is(&comparison,
		"mode      wall  files/s  MB/s  CPU/file  memory  switches  in flight  "
		"stall  ratio\n"
		"event  0.000 s     0.00  0.00         -     0 B         0          0  "
		"    -      -\n");
	comparison_release(&comparison);
}

static json_t *object_of(const struct comparison *comparison)
{
	struct buf out = BUF_INIT;
	json_t *object;

	comparison_add_json(&out, comparison);
	check(strchr(out.data, '\n') == out.data + out.len - 1);
	object = json_loads(out.data, JSON_REJECT_DUPLICATES, NULL);
	check(json_is_object(object));
	buf_release(&out);
	return object;
}

static double number(const json_t *object, const char *key)
{
	check(json_is_number(json_object_get(object, key)));
	return json_number_value(json_object_get(object, key));
}

static void tells_programs(void)
{
	struct comparison comparison;
	struct measurement sample = plain(10 * NS_PER_SEC), whole;
	json_t *object, *modes, *event, *threads, *sequential;

	fill(&comparison);
	sample.files = sample.begun = 50;
	check_int(measurement_extrapolate(&whole, &sample, 1000), 0);
	comparison_estimated(
		comparison_find(&comparison, "sequential"), &sample, &whole);
	object = object_of(&comparison);
	check_str(json_string_value(json_object_get(object, "ratio_to")), "sequential");
	modes = json_object_get(object, "modes");
	check_int(json_array_size(modes), 3);
	event = json_array_get(modes, 0);
	threads = json_array_get(modes, 1);
	sequential = json_array_get(modes, 2);
	check_str(json_string_value(json_object_get(event, "mode")), "event");
	check_int(number(event, "runs"), 2);
	check(number(event, "wall_s") == 0.6);
	check(number(event, "ratio") > 333 && number(event, "ratio") < 334);
	check(number(event, "cpu_per_file_s") == 5e-5);
	check(number(event, "loop_stall_max_s") == 0.003);
	check_int(number(event, "max_rss"), 12 * MIB);
	check_int(number(event, "context_switches"), 1234);
	check_int(number(event, "max_in_flight"), 64);
	check_int(number(event, "sampled"), 0);
	check(json_is_false(json_object_get(event, "estimated")));
	check_int(number(threads, "failed"), 1);
	check(json_is_null(json_object_get(threads, "loop_stall_max_s")));
	check(json_is_true(json_object_get(sequential, "estimated")));
	check_int(number(sequential, "sampled"), 50);
	check_int(number(sequential, "wall_s"), 200);
	check_int(number(sequential, "runs"), 0);
	json_decref(object);
	comparison_release(&comparison);

	comparison_init(&comparison, "sequential");
	object = object_of(&comparison);
	check_int(json_array_size(json_object_get(object, "modes")), 0);
	json_decref(object);
	comparison_release(&comparison);
}

int main(void)
{
	run(takes_the_median);
	run(takes_each_figure_by_itself);
	run(extrapolates);
	run(counts_what_was_cut_short_as_half);
	run(refuses_to_guess);
	run(says_what_cannot_be_said);
	run(lays_out_a_table);
	run(marks_what_is_estimated);
	run(leaves_out_what_is_not_there);
	run(tells_programs);
	return done();
}
