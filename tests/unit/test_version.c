/* test_version.c - when two answers can be of the same state of a file. */
#include "core/version.h"

#include "base/attr.h"
#include "tap.h"

#define TUE "Tue, 01 Oct 2024 10:00:00 GMT"
#define WED "Wed, 02 Oct 2024 10:00:00 GMT"

#define V(bytes, tag, date, time)                                                      \
	{                                                                              \
		.size = (bytes), .etag = (char *)(tag), .modified = (char *)(date),    \
		.mtime = (time)                                                        \
	}

static void pins(void)
{
	struct version none = VERSION_UNKNOWN;

	check(version_pin(&none) == NULL);
	check_int(none.size, -1);
	check_int(none.mtime, -1);
	check_str(version_pin(&(struct version){.modified = (char *)TUE}), TUE);
	check_str(version_pin(&(struct version){
			  .etag = (char *)"\"a\"", .modified = (char *)TUE}),
		"\"a\"");
	check(version_pin(&(struct version){.size = 5, .mtime = 7}) == NULL);
}

static void copies_are_its_own(void)
{
	struct version a = VERSION_UNKNOWN, b = VERSION_UNKNOWN;
	char etag[] = "\"a\"", modified[] = TUE;

	version_copy(
		&a, &(struct version){
			    .size = 3, .etag = etag, .modified = modified, .mtime = 9});
	etag[1] = modified[0] = 'x';
	check_str(a.etag, "\"a\"");
	check_str(a.modified, TUE);
	check_int(a.size, 3);
	check_int(a.mtime, 9);
	version_copy(&b, &a);
	version_copy(&b, &a); /* what it had is freed */
	version_release(&a);
	check(a.etag == NULL && a.modified == NULL && a.size == -1 && a.mtime == -1);
	version_release(&a);
	check_str(b.etag, "\"a\"");
	version_copy(&b, &a);
	check(b.etag == NULL && b.size == -1);
	version_release(&b);
}

static void which_agree(void)
{
	static const struct {
		struct version a, b;
		bool agree;
	} cases[] = {
		{VERSION_UNKNOWN, VERSION_UNKNOWN, true},
		{V(5, NULL, NULL, -1), VERSION_UNKNOWN, true},
		{V(5, NULL, NULL, -1), V(5, NULL, NULL, -1), true},
		{V(5, NULL, NULL, -1), V(6, NULL, NULL, -1), false},
		{V(0, NULL, NULL, -1), V(1, NULL, NULL, -1), false},
		{V(5, "\"a\"", NULL, -1), V(5, "\"a\"", NULL, -1), true},
		{V(5, "\"a\"", NULL, -1), V(5, "\"b\"", NULL, -1), false},
		{V(5, "\"a\"", NULL, -1), V(5, NULL, NULL, -1), true},
		/* A tag says more than a date. */
		{V(5, "\"a\"", NULL, 1), V(5, "\"a\"", NULL, 2), true},
		{V(5, "\"a\"", NULL, 1), V(6, "\"a\"", NULL, 1), false},
		/* Dates count where one of them has no tag, whether or not they are
		 * strong. */
		{V(5, "\"a\"", NULL, 1), V(5, NULL, NULL, 2), false},
		{V(5, NULL, TUE, 1), V(5, NULL, NULL, 2), false},
		{V(5, NULL, TUE, 1), V(5, NULL, TUE, 1), true},
		{V(5, NULL, NULL, 1), V(5, NULL, NULL, -1), true},
		/* The text itself is for asking, not for comparing. */
		{V(5, NULL, TUE, -1), V(5, NULL, WED, 2), true},
		{V(5, NULL, TUE, -1), V(5, NULL, TUE, 1), true},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		check_int(version_agrees(&cases[i].a, &cases[i].b), cases[i].agree);
		if (version_agrees(&cases[i].b, &cases[i].a) != cases[i].agree)
			printf("# case %zu\n", i);
		check_int(version_agrees(&cases[i].b, &cases[i].a), cases[i].agree);
	}
}

/* Where there are digests of one kind, nothing else tells. */
static void digests_agree(void)
{
	static const struct {
		const char *a, *b;
		bool agree;
	} cases[] = {
		{"sha-256=00", "sha-256=00", true},
		{"sha-256=00", "sha-256=01", false},
		{"sha-256=00", "sha-512=00", false}, /* the tags differ */
		{"sha-256=00", NULL, false},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct version a = {.size = 5,
			.etag = (char *)"\"a\"",
			.mtime = -1,
			.digest = (char *)cases[i].a,
			.name = (char *)"a"};
		struct version b = {.size = 5,
			.etag = (char *)"\"b\"",
			.mtime = -1,
			.digest = (char *)cases[i].b,
			.name = (char *)"b"};
		struct version copy = VERSION_UNKNOWN;

		check_int(version_agrees(&a, &b), cases[i].agree);
		check_int(version_agrees(&b, &a), cases[i].agree);
		version_copy(&copy, &a);
		check_str(copy.digest, cases[i].a);
		check_str(copy.name, "a");
		version_release(&copy);
		check(!copy.digest && !copy.name);
		b.size = 6;
		check(!version_agrees(&a, &b));
	}
}

int main(void)
{
	run(pins);
	run(copies_are_its_own);
	run(which_agree);
	run(digests_agree);
	return done();
}
