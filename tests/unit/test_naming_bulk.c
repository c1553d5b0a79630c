/* What naming promises, for millions of names and for hostile ones at random. */
#include "core/naming.h"

#include <malloc.h>
#include <time.h>
#include <unicase.h>
#include <uninorm.h>

#include "base/map.h"
#include "base/text.h"
#include "core/safename.h"
#include "dice.h"
#include "named.h"

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void two_million_names_fit(void)
{
	char text[] = "http://h/segments/0000000.warc.gz";
	struct entry entry = {.number = 1};
	char *digits;
	struct mallinfo2 before = mallinfo2(), after;
	struct naming *naming = naming_of(NULL);
	double start = seconds();
	size_t used;

	check_int(url_parse(&entry.url, text, NULL), 0);
	digits = strstr(entry.url.path, "0000000");
	for (int i = 0; i < 2000000; i++) {
		char number[8];
		char *path;

		snprintf(number, sizeof(number), "%07d", i);
		memcpy(digits, number, 7);
		path = naming_path(naming, &entry, NULL);
		if (!path || strcmp(path, digits) != 0)
			check(false);
		free(path);
	}
	after = mallinfo2();
	used = after.uordblks + after.hblkhd - before.uordblks - before.hblkhd;
	printf("# 2,000,000 names: %.2f s, %.1f MB\n", seconds() - start,
		(double)used / 1e6);
	check(used < 30000000);
	naming_free(naming);
	url_release(&entry.url);
}

/* The processor's time for so many names, each in other directories than the one before, so deep. */
static double spent_on(int names, int depth)
{
	struct naming *naming = naming_of(NULL);
	char *path = xmalloc(2 * (size_t)depth + 2);
	struct timespec begin, end;

	for (int i = 0; i < depth; i++)
		memcpy(path + 2 * i, "a/", 2);
	memcpy(path + 2 * depth, "x", 2);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin);
	for (int i = 0; i < names; i++) {
		path[0] = (char)('a' + i % 26);
		free(name_entry(naming, "http://h/u", path, NULL, (uint64_t)i));
	}
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
	free(path);
	naming_free(naming);
	return (double)(end.tv_sec - begin.tv_sec) +
	       (double)(end.tv_nsec - begin.tv_nsec) * 1e-9;
}

/* Not the square of it: with the whole path looked at for each component this was 7. */
static void deep_names_cost_what_they_are_long(void)
{
	double deep = spent_on(200, 1900), flat = spent_on(2000, 190);

	printf("# 380,000 directories: %.3f s by 1,900, %.3f s by 190\n", deep, flat);
	check(deep < 3 * flat);
}

static const char *const pieces[] = {
	"a",
	"A",
	"b",
	".",
	"..",
	"/",
	"//",
	"\\",
	"%2e",
	"%2E%2e",
	"%2f",
	"%5C",
	"%00",
	"%0a",
	"%7f",
	"%ff",
	"%C3",
	"%BC",
	"%c3%bc",
	"%",
	"~",
	" ",
	".tar.gz",
	".txt",
	".seine",
	".SEINE",
	"seine",
	"\xc3\xa9",
	"e\xcc\x81",
	"\xcc\xb8",
	"\xef\xbf\xbf",
	"\xf0\x9f\x90\x9f\xf0\x9f\x90\x9f\xf0\x9f\x90\x9f\xf0\x9f\x90\x9f",
	"0123456789012345678901234567890123456789012345678901234567890123456789",
};

/* Pieces that confuse, and now and then bytes of any kind; never a NUL. */
static void add_random(struct buf *out, struct dice *dice, bool any_byte)
{
	size_t n = dice_below(dice, 12);

	while (n-- > 0) {
		if (any_byte && dice_below(dice, 3) == 0)
			buf_addch(out, (char)(dice_below(dice, 255) + 1));
		else
			buf_addstr(out, pieces[dice_below(dice, ARRAY_LEN(pieces))]);
	}
}

/* The promise of naming.h, said once more without its code. */
static bool is_safe_component(const char *text, size_t len, bool from_network)
{
	if (len == 0 || len > 255)
		return false;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c < ' ' || c == 0x7f || c == '\\')
			return false;
		if (c == 0xc2 && (unsigned char)text[i + 1] < 0xa0)
			return false;
	}
	if (from_network)
		return text[0] != '.';
	return strncmp(text, ".", len) != 0 && strncmp(text, "..", len) != 0;
}

static bool is_safe(const char *path, bool from_network)
{
	if (strlen(path) > 4000 || !text_is_utf8(path, strlen(path)))
		return false;
	if (strncasecmp(path, ".seine", 6) == 0 && (path[6] == '/' || !path[6]))
		return false;
	for (const char *at = path;; at++) {
		size_t len = strcspn(at, "/");

		if (!is_safe_component(at, len, from_network))
			return false;
		at += len;
		if (!*at)
			return true;
	}
}

struct seen {
	bool is_file;
	char fold[];
};

/* Remember the folded path[0, len); false when another entry has it as something else,
 * or has this very file. */
static bool remember(struct map *map, const char *path, size_t len, bool is_file)
{
	size_t fold_len;
	uint8_t *fold = u8_casefold(
		(const uint8_t *)path, len, NULL, UNINORM_NFC, NULL, &fold_len);
	struct seen *seen = xmalloc(sizeof(*seen) + fold_len + 1), *old;

	seen->is_file = is_file;
	memcpy(seen->fold, fold, fold_len);
	seen->fold[fold_len] = '\0';
	free(fold);
	old = map_get(map, seen->fold);
	if (!old) {
		map_put(map, seen->fold, seen);
		return true;
	}
	free(seen);
	return !is_file && !old->is_file;
}

/* Is neither the path another's, nor a directory of it another's file? */
static bool is_new(struct map *map, const char *path)
{
	for (const char *slash = strchr(path, '/'); slash;
		slash = strchr(slash + 1, '/')) {
		if (!remember(map, path, (size_t)(slash - path), false))
			return false;
	}
	return remember(map, path, strlen(path), true);
}

struct random_entry {
	struct buf url, out, dir;
	bool has_out, has_dir;
};

static void make_random(struct random_entry *it, struct dice *dice, int i)
{
	buf_clear(&it->url);
	buf_clear(&it->out);
	buf_clear(&it->dir);
	it->has_out = i % 3 == 0;
	it->has_dir = dice_below(dice, 7) == 0;
	buf_addstr(&it->url, i % 5 ? "http://h/" : "http://../");
	add_random(&it->url, dice, false);
	add_random(&it->out, dice, true);
	add_random(&it->dir, dice, true);
}

/* All names of a random list; *named counts them. */
static uint64_t name_randomly(int n, struct map *seen, int *named)
{
	static const char *const templates[] = {
		NULL, "{host}/{path}", "{dir}/{stem}-{query}{ext}", ".{base}"};
	struct dice dice = {1};
	uint64_t sum = 0;
	struct random_entry it = {.url = BUF_INIT, .out = BUF_INIT, .dir = BUF_INIT};
	struct naming *naming = NULL;

	for (int i = 0; i < n; i++) {
		struct entry entry = {.number = (uint64_t)i + 1};
		char *path;

		/* All names of one template are of one job; the jobs share no
		 * directory. */
		if (i % (n / 4) == 0) {
			naming_free(naming);
			naming = naming_of(templates[i / (n / 4) % 4]);
		}
		make_random(&it, &dice, i);
		if (url_parse(&entry.url, it.url.data, NULL) < 0)
			continue;
		entry.out = it.has_out ? it.out.data : NULL;
		entry.dir = it.has_dir ? it.dir.data : NULL;
		path = naming_path(naming, &entry, NULL);
		url_release(&entry.url);
		if (!path)
			continue;
		++*named;
		sum = sum * 31 + safename_hash(path, strlen(path), 7);
		if (seen) {
			char *whole = xasprintf("job%d/%s", i / (n / 4), path);
			bool network = !it.has_out && !it.has_dir && i / (n / 4) != 3;

			if (!is_safe(path, network)) {
				printf("# unsafe: %s of %s\n", path, it.url.data);
				check(false);
			}
			if (!is_new(seen, whole)) {
				printf("# taken: %s of %s\n", path, it.url.data);
				check(false);
			}
			free(whole);
		}
		free(path);
	}
	naming_free(naming);
	buf_release(&it.url);
	buf_release(&it.out);
	buf_release(&it.dir);
	return sum;
}

static void holds_for_random_entries(void)
{
	struct map *seen = map_new();
	int named = 0, again = 0;
	uint64_t first = name_randomly(200000, seen, &named);

	printf("# %d of 200000 got a name\n", named);
	check(named > 50000);
	check(named < 190000);
	/* and the same on a second run */
	check(name_randomly(200000, NULL, &again) == first);
	check_int(again, named);
	map_free(seen, free);
}

int main(void)
{
	run(deep_names_cost_what_they_are_long);
	run(two_million_names_fit);
	run(holds_for_random_entries);
	return done();
}
