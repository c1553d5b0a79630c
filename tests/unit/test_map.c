/* test_map.c - the hash map, against an array of what should be in it; and the hash. */
#include "dice.h"
#include "tap.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "base/hash.h"
#include "base/map.h"

#define KEYS 300

static struct dice dice = {1};

static void empty(void)
{
	struct map *map = map_new();
	size_t cursor = 0;

	check(map_get(map, "") == NULL);
	check(map_get(map, "x") == NULL);
	check(map_remove(map, "x") == NULL);
	check_int(map_count(map), 0);
	check(map_next(map, &cursor) == NULL);
	check(map_next(map, &cursor) == NULL);
	map_free(map, free);
	map_free(NULL, free);
}

static void puts_and_takes(void)
{
	struct map *map = map_new();
	int one = 1, two = 2, nothing = 0;

	check(map_put(map, "a", &one) == NULL);
	check(map_put(map, "", &nothing) == NULL);
	check(map_put(map, "a\x01", &two) == NULL);
	check(map_get(map, "a") == &one);
	check(map_get(map, "") == &nothing);
	check(map_put(map, "a", &two) == &one);
	check_int(map_count(map), 3);
	check(map_remove(map, "a") == &two);
	check(map_get(map, "a") == NULL);
	check(map_remove(map, "a") == NULL);
	check_int(map_count(map), 2);
	map_free(map, NULL);
}

struct value {
	char name[20];
};

static struct value *value_new(unsigned number)
{
	struct value *value = xmalloc(sizeof(*value));

	snprintf(value->name, sizeof(value->name), "key %u", number);
	return value;
}

/* The key of a replaced value goes away with it; a sanitizer would tell. */
static void replaced_key_is_forgotten(void)
{
	struct map *map = map_new();

	for (int i = 0; i < 100; i++) {
		struct value *value = value_new(5);
		struct value *old = map_put(map, value->name, value);

		check((old != NULL) == (i > 0));
		free(old);
		check(map_get(map, "key 5") == value);
	}
	check_int(map_count(map), 1);
	map_free(map, free);
}

static void check_iteration(struct map *map, struct value *const *model)
{
	bool seen[KEYS] = {false};
	size_t cursor = 0, count = 0;
	struct value *value;

	while ((value = map_next(map, &cursor))) {
		unsigned number = (unsigned)strtoul(value->name + 4, NULL, 10);

		check(number < KEYS && !seen[number] && model[number] == value);
		seen[number] = true;
		count++;
	}
	check_int(count, map_count(map));
}

static void agrees_with_an_array(void)
{
	struct value *model[KEYS] = {NULL};
	struct map *map = map_new();
	size_t count = 0;

	for (int step = 0; step < 200000; step++) {
		/* Phases of growing and of shrinking. */
		unsigned grow = step / 10000 % 2 ? 3 : 7;
		unsigned i = dice_below(&dice, KEYS);
		struct value probe, *old;

		snprintf(probe.name, sizeof(probe.name), "key %u", i);
		check(map_get(map, probe.name) == model[i]);
		if (dice_below(&dice, 10) < grow) {
			struct value *value = value_new(i);

			old = map_put(map, value->name, value);
			count += !model[i];
			check(old == model[i]);
			model[i] = value;
		} else {
			old = map_remove(map, probe.name);
			count -= model[i] != NULL;
			check(old == model[i]);
			model[i] = NULL;
		}
		free(old);
		check_int(map_count(map), count);
		if (step % 1000 == 0)
			check_iteration(map, model);
	}
	map_free(map, free);
}

static void may_remove_while_iterating(void)
{
	struct map *map = map_new();
	struct value *value;
	size_t cursor = 0, seen = 0;

	for (unsigned i = 0; i < 1000; i++) {
		value = value_new(i);
		map_put(map, value->name, value);
	}
	while ((value = map_next(map, &cursor))) {
		check(map_remove(map, value->name) == value);
		free(value);
		seen++;
	}
	check_int(seen, 1000);
	check_int(map_count(map), 0);
	map_free(map, free);
}

/* Keys that come and go must not fill the map with tombstones, which would make a
 * search endless, nor make it rebuild at every step, which would take minutes here. */
static void survives_churn(void)
{
	static struct value values[8192];
	struct map *map = map_new();

	for (unsigned i = 0; i < 300000; i++) {
		struct value *value = &values[i % ARRAY_LEN(values)];

		if (i >= ARRAY_LEN(values))
			check(map_remove(map, value->name) == value);
		snprintf(value->name, sizeof(value->name), "%u", i);
		check(map_put(map, value->name, value) == NULL);
		check(map_get(map, "no such key") == NULL);
	}
	check_int(map_count(map), ARRAY_LEN(values));
	map_free(map, NULL);
}

/* Nobody outside may know which keys collide: the order is each map's own. */
static void has_its_own_seed(void)
{
	static struct value values[500];
	struct map *a = map_new(), *b = map_new();
	size_t at_a = 0, at_b = 0, same = 0;

	for (unsigned i = 0; i < ARRAY_LEN(values); i++) {
		snprintf(values[i].name, sizeof(values[i].name), "%u", i);
		map_put(a, values[i].name, &values[i]);
		map_put(b, values[i].name, &values[i]);
	}
	for (unsigned i = 0; i < ARRAY_LEN(values); i++)
		same += map_next(a, &at_a) == map_next(b, &at_b);
	check(same < 50);
	map_free(a, NULL);
	map_free(b, NULL);
}

/* File names are made from these: they never change. */
static void hash_is_pinned(void)
{
	static const struct {
		const char *text;
		uint64_t seed, hash;
	} rows[] = {
		{"", 0, UINT64_C(0x8e71a5d1648d7281)},
		{"", 1, UINT64_C(0xffc4fe46fc71e5da)},
		{"a", 0, UINT64_C(0xf5ad88f3abf40c98)},
		{"a", 1, UINT64_C(0xdcf35a086dd1f772)},
		{"abcdefg", 0, UINT64_C(0x8aed92c6ee74bea1)},
		{"abcdefgh", 0, UINT64_C(0x10b578058d1dd30f)},
		{"abcdefghi", 0, UINT64_C(0x03e37de38e9bfdca)},
		{"abcdefghi", 1, UINT64_C(0x1f836c69e6eee6e2)},
		{"https://example.org/file.iso", 0, UINT64_C(0x5acbb68caf5d8035)},
		{"https://example.org/file.iso", 1, UINT64_C(0x80be170345cda1ac)},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint64_t hash =
			hash64(rows[i].text, strlen(rows[i].text), rows[i].seed);

		check(hash == rows[i].hash);
	}
	check(hash64(NULL, 0, 0) == rows[0].hash);
	check(hash64("\0\0\0\0\0\0\0\0", 8, 0) == UINT64_C(0xb9f19475af61ca0c));
}

static void hash_ignores_alignment_and_sees_length(void)
{
	static const char zeros[64];
	char shifted[8 + 29];
	const char *text = "the quick brown fox jumps ov";

	for (size_t shift = 0; shift < 8; shift++) {
		memcpy(shifted + shift, text, 28);
		check(hash64(shifted + shift, 28, 9) == hash64(text, 28, 9));
	}
	for (size_t a = 0; a < sizeof(zeros); a++) {
		for (size_t b = 0; b < a; b++)
			check(hash64(zeros, a, 0) != hash64(zeros, b, 0));
	}
}

/* One flipped bit, of the input or of the seed, flips about half of the result. */
static void hash_avalanches(void)
{
	char text[20] = "http://example.org/";
	uint64_t before = hash64(text, sizeof(text), 42);
	int total = 0;

	for (unsigned bit = 0; bit < 8 * sizeof(text); bit++) {
		int flipped;

		text[bit / 8] ^= (char)(1U << bit % 8);
		flipped = __builtin_popcountll(before ^ hash64(text, sizeof(text), 42));
		text[bit / 8] ^= (char)(1U << bit % 8);
		check(flipped >= 12 && flipped <= 52);
		total += flipped;
	}
	check(total / (int)(8 * sizeof(text)) >= 29);
	check(total / (int)(8 * sizeof(text)) <= 35);
	for (unsigned bit = 0; bit < 64; bit++) {
		uint64_t seed = 42 ^ UINT64_C(1) << bit;
		int flipped =
			__builtin_popcountll(before ^ hash64(text, sizeof(text), seed));

		check(flipped >= 12 && flipped <= 52);
	}
}

/* Names that differ in a number spread over the low bits, which the map uses. */
static void hash_spreads(void)
{
	static unsigned buckets[1024];
	unsigned most = 0, empties = 0;
	char name[32];

	for (unsigned i = 0; i < 16 * ARRAY_LEN(buckets); i++) {
		int len = snprintf(name, sizeof(name), "https://h%u.example/", i);

		buckets[hash64(name, (size_t)len, 0) % ARRAY_LEN(buckets)]++;
	}
	for (size_t i = 0; i < ARRAY_LEN(buckets); i++) {
		most = buckets[i] > most ? buckets[i] : most;
		empties += buckets[i] == 0;
	}
	check(most < 40); /* 16 each, give or take 4 */
	check(empties == 0);
}

int main(void)
{
	run(empty);
	run(puts_and_takes);
	run(replaced_key_is_forgotten);
	run(agrees_with_an_array);
	run(may_remove_while_iterating);
	run(survives_churn);
	run(has_its_own_seed);
	run(hash_is_pinned);
	run(hash_ignores_alignment_and_sees_length);
	run(hash_avalanches);
	run(hash_spreads);
	return done();
}
