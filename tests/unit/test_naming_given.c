/* Names that servers give: made safe, beside the entry's own, and nobody else's. */
#include "core/naming.h"

#include <inttypes.h>
#include <pthread.h>

#include "base/map.h"
#include "core/safename.h"
#include "named.h"

#define URL "http://h/own.bin"

/* An entry of this URL that has been given this path. */
static struct entry *entry_at(const char *url, const char *path)
{
	struct entry *entry = entry_new();

	check_int(url_parse(&entry->url, url, NULL), 0);
	entry->path = xstrdup(path);
	entry->number = 1;
	return entry;
}

static void check_given(const char *path, const char *given, const char *want)
{
	struct entry *entry = entry_at(URL, path);
	char *got _cleanup_(freep) = naming_given(entry, given, false);

	check_str(got, want);
	entry_free(entry);
}

static void makes_safe(void)
{
	static const struct {
		const char *given, *want;
	} names[] = {
		{"a.txt", "a.txt"},
		{"two words", "two words"},
		{" \ta.txt\t ", "a.txt"},
		/* the last segment only, whatever separates it */
		{"/etc/passwd", "passwd"},
		{"../../z", "z"},
		{"..\\..\\z", "z"},
		{"C:\\dir\\a.txt", "a.txt"},
		{"a/b\\c", "c"},
		{".ssh/authorized_keys", "authorized_keys"},
		{"a/ b ", "b"},
		/* nothing is left */
		{"", NULL},
		{" ", NULL},
		{".", NULL},
		{"..", NULL},
		{"a/..", NULL},
		{"a\\.", NULL},
		{"a/", NULL},
		{"/", NULL},
		{"a\\", NULL},
		{"a/ .. ", NULL},
		/* hidden */
		{".bashrc", "_bashrc"},
		{".seine", "_seine"},
		{"...", "_.."},
		{" .x", "_x"},
		/* what a terminal or a shell would act on */
		{"a\nb\x1b[0m", "a%0Ab%1B[0m"},
		{"\xc2\x9bm", "%C2%9Bm"},
		{"a%2fb", "a%2fb"},
		{"-rf", "-rf"},
		{"~", "~"},
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char *below _cleanup_(freep) =
			names[i].want ? xasprintf("d/e/%s", names[i].want) : NULL;

		check_given("own.bin", names[i].given, names[i].want);
		check_given("d/e/own.bin", names[i].given, below);
	}
}

static char *suffixed(const char *stem, const char *ext, uint64_t seed)
{
	return xasprintf(
		"%s~%08" PRIx32 "%s", stem, safename_hash(URL, strlen(URL), seed), ext);
}

static void shortens(void)
{
	struct entry *entry = entry_at(URL, "own.bin");
	char *long_name _cleanup_(freep) = repeat("\xc3\xa9", 200, ".tar.gz");
	char *just _cleanup_(freep) = repeat("x", 251, ".txt");
	char *plain _cleanup_(freep) = naming_given(entry, long_name, false);
	char *apart _cleanup_(freep) = naming_given(entry, long_name, true);
	char *kept _cleanup_(freep) = naming_given(entry, just, false);
	char *end _cleanup_(freep) = suffixed("\xc3\xa9", ".tar.gz", 0);

	check(plain && strlen(plain) <= 255 && strlen(plain) > 250);
	check(plain && strcmp(plain + strlen(plain) - strlen(end), end) == 0);
	check_str(apart, plain);
	check_str(kept, just);
	entry_free(entry);
}

static void claims(struct naming *naming, const struct entry *entry, const char *path,
	const char *want)
{
	char *got _cleanup_(freep) = naming_claim(naming, entry, path);

	check_str(got, want);
}

static void keeps_apart(void)
{
	struct naming *naming = naming_of(NULL);
	struct entry *entry = entry_at(URL, "own.bin");
	char *first _cleanup_(freep) = suffixed("a", ".txt", 0);
	char *second _cleanup_(freep) = suffixed("A", ".txt", 1);
	char *apart _cleanup_(freep) = naming_given(entry, "x/a.txt", true);

	check_str(apart, first);
	check_name(naming, URL, "own.bin");
	claims(naming, entry, "a.txt", "a.txt");
	claims(naming, entry, "a.txt", first);
	/* case does not keep two apart */
	claims(naming, entry, "A.txt", second);
	/* what was claimed is no URL's any more, and the other way round */
	check_name(naming, "http://h/b.txt", "b.txt");
	claims(naming, entry, "c.txt", "c.txt");
	{
		char *got _cleanup_(freep) =
			name_entry(naming, "http://h/c.txt", NULL, NULL, 2);

		check(got && strcmp(got, "c.txt") != 0);
	}
	{
		char *got _cleanup_(freep) = naming_claim(naming, entry, "b.txt");
		char *want _cleanup_(freep) = suffixed("b", ".txt", 0);

		check_str(got, want);
	}
	entry_free(entry);
	naming_free(naming);
}

/* The entry's own path is nobody else's. */
static void may_be_its_own(void)
{
	struct naming *naming = naming_of(NULL);
	struct entry *entry = entry_at(URL, "own.bin");

	check_name(naming, URL, "own.bin");
	claims(naming, entry, "own.bin", "own.bin");
	claims(naming, entry, "own.bin", "own.bin");
	claims(naming, entry, "OWN.bin", "OWN.bin");
	entry_free(entry);
	naming_free(naming);
}

static void directories_are_none(void)
{
	struct naming *naming = naming_of(NULL);
	struct entry *entry = entry_at(URL, "d/own.bin");
	char *made _cleanup_(freep) =
		name_entry(naming, "http://h/x", "d/e/x", NULL, 1);
	char *want _cleanup_(freep) = suffixed("d/e", "", 0);

	check_str(made, "d/e/x");
	claims(naming, entry, "d/e", want);
	claims(naming, entry, "d/f", "d/f");
	entry_free(entry);
	naming_free(naming);
}

/* ---- from several threads ---- */

#define THREADS 4
#define EACH 500

struct claimant {
	pthread_t thread;
	struct naming *naming;
	unsigned number;
	char *paths[2 * EACH];
};

static void *claim_many(void *context)
{
	struct claimant *self = context;

	for (unsigned i = 0; i < EACH; i++) {
		char *url _cleanup_(freep) =
			xasprintf("http://h%u/%u", self->number, i);
		struct entry *entry = entry_new();

		if (url_parse(&entry->url, url, NULL) == 0) {
			entry->path = naming_path(self->naming, entry, NULL);
			self->paths[2 * i] = xstrdup(entry->path);
			self->paths[2 * i + 1] =
				naming_claim(self->naming, entry, "same.bin");
		}
		entry_free(entry);
	}
	return NULL;
}

static void any_thread(void)
{
	struct naming *naming = naming_of(NULL);
	struct claimant claimants[THREADS];
	struct map *seen = map_new();
	unsigned there = 0;

	for (unsigned k = 0; k < THREADS; k++) {
		claimants[k] = (struct claimant){.naming = naming, .number = k};
		check_int(pthread_create(&claimants[k].thread, NULL, claim_many,
				  &claimants[k]),
			0);
	}
	for (unsigned k = 0; k < THREADS; k++) {
		check_int(pthread_join(claimants[k].thread, NULL), 0);
		for (unsigned i = 0; i < 2 * EACH; i++) {
			char *path = claimants[k].paths[i];

			check(path != NULL);
			there += path && !map_get(seen, path);
			if (path)
				map_put(seen, path, naming);
		}
	}
	check_int(there, 2 * EACH * THREADS);
	map_free(seen, NULL);
	for (unsigned k = 0; k < THREADS; k++)
		for (unsigned i = 0; i < 2 * EACH; i++)
			free(claimants[k].paths[i]);
	naming_free(naming);
}

int main(void)
{
	run(makes_safe);
	run(shortens);
	run(keeps_apart);
	run(may_be_its_own);
	run(directories_are_none);
	run(any_thread);
	return done();
}
