/* pages.c - see pages.h.
 *
 * The sizes of the demo list follow a log-normal law as real collections do: half of
 * the files are under 8 KiB, most of the bytes are in a few large ones. They are made
 * with integers only, so that they are the same on every machine: a sum of twelve
 * uniform numbers is normal enough, and a power of two with a straight line between the
 * octaves is exponential enough. */
#include "pages.h"

#include <inttypes.h>
#include <string.h>

#include "base/units.h"
#include "body.h"

#define MEDIAN 8192
#define LARGEST (8 * 1024 * 1024)
#define SIGMA_OCTAVES 3 /* standard deviation, in powers of two */
#define ONE 65536       /* 1.0 of the fixed-point numbers */
#define LIST_MAX 10000000

struct list_wish {
	int64_t n, size, delay, rate, seed;
};

static int set_wish(struct list_wish *wish, const char *name, const char *value)
{
	if (strcmp(name, "n") == 0)
		return units_parse_count(value, &wish->n);
	if (strcmp(name, "size") == 0)
		return units_parse_size(value, &wish->size);
	if (strcmp(name, "delay") == 0)
		return units_parse_count(value, &wish->delay);
	if (strcmp(name, "rate") == 0)
		return units_parse_size(value, &wish->rate);
	if (strcmp(name, "seed") == 0)
		return units_parse_count(value, &wish->seed);
	return -1;
}

static const char *parse_wish(struct list_wish *wish, char *query)
{
	char *name;

	while ((name = strsep(&query, "&"))) {
		char *value = strchr(name, '=');

		if (!*name)
			continue;
		if (value)
			*value++ = '\0';
		if (set_wish(wish, name, value ? value : "") < 0)
			return name;
	}
	return wish->n > LIST_MAX ? "n" : NULL;
}

/* A normal number of mean 0 and deviation 1, times ONE. */
static int64_t normal(uint64_t seed, uint64_t index)
{
	int64_t sum = 0;

	for (uint64_t i = 0; i < 12; i++)
		sum += (int64_t)(body_random(seed, index * 12 + i) >> 48);
	return sum - 6 * (int64_t)ONE;
}

static int64_t demo_size(uint64_t seed, uint64_t index)
{
	int64_t octaves = normal(seed, index) * SIGMA_OCTAVES + 64 * (int64_t)ONE;
	int64_t whole = octaves / ONE - 64, part = octaves % ONE;
	int64_t size = MEDIAN + MEDIAN * part / ONE;

	size = whole >= 0 ? size << whole : size >> -whole;
	return size > LARGEST ? LARGEST : size;
}

static void add_demo(struct buf *out, const char *host, const struct list_wish *wish)
{
	static const char *const kinds[] = {
		"jpg", "html", "txt", "tar.gz", "json", "pdf"};

	for (uint64_t i = 0; i < (uint64_t)wish->n; i++) {
		uint64_t random = body_random((uint64_t)wish->seed + 1, i);

		buf_addf(out,
			"http://%s/demo/%02" PRIu64 "/item-%06" PRIu64
			".%s?size=%" PRId64 "&delay=%" PRId64 "\n",
			host, i % 16, i + 1, kinds[random % ARRAY_LEN(kinds)],
			demo_size((uint64_t)wish->seed, i), wish->delay);
	}
}

static void add_uniform(struct buf *out, const char *host, const struct list_wish *wish)
{
	for (int64_t i = 0; i < wish->n; i++) {
		buf_addf(out, "http://%s/file/%06" PRId64 ".bin?size=%" PRId64, host,
			i + 1, wish->size);
		if (wish->delay > 0)
			buf_addf(out, "&delay=%" PRId64, wish->delay);
		if (wish->rate > 0)
			buf_addf(out, "&rate=%" PRId64, wish->rate);
		if (wish->seed > 0)
			buf_addf(out, "&seed=%" PRId64, wish->seed);
		buf_addch(out, '\n');
	}
}

bool pages_list(struct request *request, struct buf *out, const char **wrong)
{
	struct list_wish wish = {.n = 1000, .size = 4096};
	bool demo = strcmp(request->path, "/demo/list.txt") == 0;

	*wrong = NULL;
	if (!demo && strcmp(request->path, "/list.txt") != 0)
		return false;
	*wrong = parse_wish(&wish, request->query);
	if (*wrong)
		return true;
	if (demo)
		add_demo(out, request->host, &wish);
	else
		add_uniform(out, request->host, &wish);
	return true;
}
