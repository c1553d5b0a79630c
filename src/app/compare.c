/* compare.c - rounds of runs.
 *
 * In each round every mode has its turn, so that what changes in the course of time (caches,
 * other load, the server's mood) meets all of them. Sequential comes last, for the others
 * tell whether it is worth waiting for: all transfers one by one take no longer than the
 * transfers of another mode together, which is at most its wall time times the number in
 * flight. If that is over a minute, a sample is fetched one by one, and only if that
 * speaks of less than a minute, all of it. */
#include "app/compare.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "app/child.h"
#include "app/session.h"
#include "app/signals.h"
#include "app/stored.h"
#include "base/alloc.h"
#include "input/input.h"
#include "report/comparison.h"

#define WORTH_WAITING (60 * NS_PER_SEC)
#define SAMPLE_ENTRIES 50
#define SAMPLE_TIME (15 * NS_PER_SEC)

struct compare {
	const struct settings *settings; /* the user's */
	struct stored inputs, checksum_files, netrc, cookies;
	const struct stop *stop;
	struct comparison comparison;
	bool begun; /* there has been a run: warnings have been given */
	int status;
};

/* The next of "a,b,c": *modes is moved on, to NULL at the end. */
static const struct engine *next_mode(const char **modes, size_t *len)
{
	const char *name = *modes;

	*len = strcspn(name, ",");
	*modes = name[*len] ? name + *len + 1 : NULL;
	for (size_t i = 0; engines[i]; i++)
		if (strlen(engines[i]->name) == *len &&
			memcmp(engines[i]->name, name, *len) == 0)
			return engines[i];
	return NULL;
}

int compare_check(const char *modes, struct error *err)
{
	unsigned seen = 0;

	if (strcmp(modes, COMPARE_ALL) == 0)
		return 0;
	while (modes) {
		const char *name = modes;
		size_t len;
		const struct engine *engine = next_mode(&modes, &len);
		unsigned bit = 1;

		if (!engine)
			return error_set(err, KIND_USAGE, 0,
				"'%.*s' is no mode; write some of sequential, threads "
				"and event, with commas between them",
				len < 40 ? (int)len : 40, name);
		for (size_t i = 0; engines[i] != engine; i++)
			bit <<= 1;
		if (seen & bit)
			return error_set(err, KIND_USAGE, 0, "'%s' is named twice",
				engine->name);
		seen |= bit;
	}
	return 0;
}

static void add_rows(struct comparison *comparison, const char *modes)
{
	if (strcmp(modes, COMPARE_ALL) == 0) {
		for (size_t i = 0; engines[i]; i++)
			(void)comparison_add(comparison, engines[i]->name);
		return;
	}
	while (modes) {
		size_t len;

		(void)comparison_add(comparison, next_mode(&modes, &len)->name);
	}
}

/* DIR/MODE, DIR/MODE-RUN; run 0 is the sample. */
static char *run_dir(const struct settings *settings, const char *mode, int64_t run)
{
	if (run == 0)
		return xasprintf("%s/%s-sample", settings->dir, mode);
	if (settings->compare_runs == 1)
		return xasprintf("%s/%s", settings->dir, mode);
	return xasprintf("%s/%s-%lld", settings->dir, mode, (long long)run);
}

/* What is there already would not be fetched, and so not measured. */
static int check_fresh(const char *path, struct error *err)
{
	DIR *dir = opendir(path);
	const struct dirent *item;
	bool empty = true;

	if (!dir && errno == ENOENT)
		return 0;
	if (!dir)
		return error_errno(
			err, KIND_USAGE, errno, "--compare: cannot use '%s'", path);
	while (empty && (item = readdir(dir)))
		empty = strcmp(item->d_name, ".") == 0 ||
			strcmp(item->d_name, "..") == 0;
	(void)closedir(dir);
	if (empty)
		return 0;
	return error_set(err, KIND_USAGE, 0,
		"--compare: '%s' is not empty; each run needs a fresh directory: "
		"remove it, or give another by --dir",
		path);
}

static bool is_base(const struct compare *compare, const struct comparison_row *row)
{
	return strcmp(row->mode, compare->comparison.base) == 0;
}

static int check_all_fresh(const struct compare *compare, struct error *err)
{
	const struct comparison *comparison = &compare->comparison;

	for (size_t i = 0; i < comparison->n_rows; i++) {
		const struct comparison_row *row = &comparison->rows[i];

		for (int64_t run = is_base(compare, row) ? 0 : 1;
			run <= compare->settings->compare_runs; run++) {
			_cleanup_(freep) char *dir =
				run_dir(compare->settings, row->mode, run);

			if (check_fresh(dir, err) < 0)
				return -1;
		}
	}
	return 0;
}

static void note_status(struct compare *compare, int status)
{
	if (status > compare->status)
		compare->status = status;
}

static bool stopped(const struct compare *compare)
{
	return compare->stop->asked(compare->stop);
}

/* The settings with all that a run reads readable; strings are borrowed. */
static struct settings job_settings(const struct compare *compare)
{
	struct settings settings = *compare->settings;

	settings.inputs = compare->inputs.names;
	settings.checksum_files = compare->checksum_files.names;
	if (settings.netrc)
		settings.netrc = compare->netrc.names.items[0];
	if (settings.cookie_file)
		settings.cookie_file = compare->cookies.names.items[0];
	stored_rewind(&compare->inputs);
	stored_rewind(&compare->checksum_files);
	stored_rewind(&compare->netrc);
	stored_rewind(&compare->cookies);
	return settings;
}

/* One run, or with `every` over 1 a sample, which is run 0. False when nothing was
 * measured. */
static bool run_once(struct compare *compare, const char *mode, int64_t run,
	uint64_t every, struct measurement *figures)
{
	_cleanup_(freep) char *dir = run_dir(compare->settings, mode, run);
	_cleanup_(freep) char *mode_copy = xstrdup(mode);
	struct settings settings = job_settings(compare);
	struct child_job job = {
		.settings = &settings,
		.every = every,
		.limit = run == 0 ? SAMPLE_TIME : 0,
		.hushed = compare->begun && !settings.verbose,
		.stop = compare->stop,
	};
	struct child_end end;
	struct error err;

	settings.dir = dir;
	settings.mode = mode_copy;
	compare->begun = true;
	if (child_run(&job, &end, &err) < 0) {
		log_error("%s", err.text);
		note_status(compare, EXIT_FAILED_ENTRIES);
		return false;
	}
	if (stopped(compare))
		return false;
	if (end.crashed) {
		log_error("mode %s was ended by signal %d", mode, end.status - 128);
		note_status(compare, EXIT_FAILED_ENTRIES);
		return false;
	}
	/* A sample that took too long was told to stop. */
	if (end.status < 128)
		note_status(compare, end.status);
	*figures = end.figures;
	return end.told;
}

static void measure(struct compare *compare, struct comparison_row *row, int64_t run)
{
	bool many = compare->settings->compare_runs > 1;
	struct measurement figures;

	if (stopped(compare) || !run_once(compare, row->mode, run, 1, &figures))
		return;
	comparison_measured(row, &figures);
	if (!compare->settings->quiet)
		comparison_tell(row->mode, many ? run : 0, &figures);
}

/* For when there is no other mode that would tell how long the list is. */
static int64_t count_entries(const struct compare *compare)
{
	struct settings settings = job_settings(compare);
	struct source *inputs = input_open(&settings);
	enum source_status status;
	int64_t count = 0;

	do {
		struct entry *entry = NULL;

		status = source_next(inputs, &entry, NULL);
		if (status == SOURCE_ENTRY) {
			count++;
			entry_free(entry);
		}
	} while (status != SOURCE_END && !stopped(compare));
	source_free(inputs);
	return count;
}

/* The entries of the list; 0 when all of them, one by one, surely take little time. */
static int64_t entries_if_long(const struct compare *compare)
{
	const struct comparison *comparison = &compare->comparison;

	for (size_t i = 0; i < comparison->n_rows; i++) {
		const struct comparison_row *row = &comparison->rows[i];
		const struct measurement *figures = row->measurements;

		if (row->n_measurements == 0)
			continue;
		if ((double)figures->wall * (double)figures->max_in_flight <=
			(double)WORTH_WAITING)
			return 0;
		return figures->files + figures->failed;
	}
	/* What no other mode could do is not worth a sample. */
	return comparison->n_rows == 1 ? count_entries(compare) : 0;
}

static void consider_sample(struct compare *compare, struct comparison_row *row)
{
	int64_t entries = entries_if_long(compare);
	uint64_t every = ((uint64_t)entries + SAMPLE_ENTRIES - 1) / SAMPLE_ENTRIES;
	struct measurement sample, whole;

	if (entries == 0 || !run_once(compare, row->mode, 0, every, &sample))
		return;
	if (measurement_extrapolate(&whole, &sample, entries) == 0 &&
		whole.wall > WORTH_WAITING) {
		compare->comparison.entries = entries;
		comparison_estimated(row, &sample, &whole);
	}
}

static void run_round(struct compare *compare, int64_t run)
{
	struct comparison *comparison = &compare->comparison;
	struct comparison_row *base = comparison_find(comparison, comparison->base);

	for (size_t i = 0; i < comparison->n_rows; i++)
		if (&comparison->rows[i] != base)
			measure(compare, &comparison->rows[i], run);
	if (base && run == 1 && !stopped(compare))
		consider_sample(compare, base);
	if (base && !base->estimated)
		measure(compare, base, run);
}

/* NULL: none. */
static int store_one(struct stored *stored, char *name, struct error *err)
{
	const struct strings names = {.items = &name, .count = name ? 1 : 0};

	return stored_init(stored, &names, err);
}

static int compare_prepare(struct compare *compare, struct error *err)
{
	const struct settings *settings = compare->settings;

	add_rows(&compare->comparison, settings->compare);
	if (check_all_fresh(compare, err) < 0 ||
		stored_init(&compare->inputs, &settings->inputs, err) < 0 ||
		stored_init(&compare->checksum_files, &settings->checksum_files, err) <
			0 ||
		store_one(&compare->netrc, settings->netrc, err) < 0 ||
		store_one(&compare->cookies, settings->cookie_file, err) < 0)
		return -1;
	/* Only now: a signal must end the reading of inputs. */
	compare->stop = signals_install(err);
	return compare->stop ? 0 : -1;
}

static bool came_to_something(const struct comparison *comparison)
{
	for (size_t i = 0; i < comparison->n_rows; i++)
		if (comparison->rows[i].n_measurements > 0 ||
			comparison->rows[i].estimated)
			return true;
	return false;
}

int compare_run(const struct settings *settings)
{
	struct compare compare = {.settings = settings};
	struct error err;

	comparison_init(&compare.comparison, engine_sequential.name);
	if (compare_prepare(&compare, &err) < 0) {
		log_error("%s", err.text);
		note_status(&compare, session_status(err.kind));
	}
	for (int64_t run = 1; compare.stop && run <= settings->compare_runs; run++)
		run_round(&compare, run);
	if (came_to_something(&compare.comparison) &&
		comparison_print(&compare.comparison, settings->json, &err) < 0) {
		log_error("%s", err.text);
		note_status(&compare, session_status(err.kind));
	}
	comparison_release(&compare.comparison);
	stored_release(&compare.inputs);
	stored_release(&compare.checksum_files);
	stored_release(&compare.netrc);
	stored_release(&compare.cookies);
	signals_restore();
	return signals_caught() ? 128 + signals_caught() : compare.status;
}
