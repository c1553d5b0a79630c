/* test_part_space.c - on a disk with little space: what may begin beside what has begun. */
#include <sys/mount.h>

#include "parting.h"

#define MIB (1024 * KIB)

/* Files 1 to 3, besides the bench's own. */
struct others {
	struct entry *entries[4];
	struct part *parts[4];
};

/* A disk of 138 MiB: two beginnings of 64 MiB fit, which are allocated ahead. */
static void small_disk(struct bench *bench, struct others *others)
{
	*others = (struct others){0};
	check(scratch_tmpfs("out", "size=138m"));
	bench_open(bench, true);
}

static void end_disk(struct bench *bench, struct others *others)
{
	for (size_t i = 1; i < ARRAY_LEN(others->parts); i++)
		part_put(others->parts[i]);
	bench_close(bench, false);
	for (size_t i = 1; i < ARRAY_LEN(others->parts); i++)
		entry_free(others->entries[i]);
	check_int(umount2("out", MNT_DETACH), 0);
	check_int(rmdir("out"), 0);
}

/* What becomes of a file that is to begin. */
static enum kind begin(
	struct bench *bench, struct others *others, uint64_t number, int64_t size)
{
	struct version version = {.size = size, .mtime = -1};
	struct part_facts facts = {.version = &version};
	struct attempt attempt = {.version = VERSION_UNKNOWN};

	if (!others->entries[number]) {
		others->entries[number] = entry_new();
		others->entries[number]->number = number;
		others->entries[number]->path = xasprintf("f%d", (int)number);
	}
	attempt.entry = others->entries[number];
	bench->err.kind = KIND_NONE;
	others->parts[number] = parts_get(bench->parts, &attempt, &facts, &bench->err);
	check_int(others->parts[number] == NULL, bench->err.kind != KIND_NONE);
	return bench->err.kind;
}

static void give_up(struct bench *bench, struct others *others, uint64_t number)
{
	parts_end(bench->parts, others->entries[number], false);
	part_put(others->parts[number]);
	others->parts[number] = NULL;
}

static void beside_others(void)
{
	struct others others;
	struct bench bench;

	small_disk(&bench, &others);
	check_int(begin(&bench, &others, 1, 72 * MIB), KIND_NONE);
	/* Not even if that were given up at once. */
	check_int(begin(&bench, &others, 2, 200 * MIB), KIND_NO_ROOM);
	check_int(begin(&bench, &others, 2, 72 * MIB), KIND_CROWDED);
	check_int(begin(&bench, &others, 3, 60 * MIB), KIND_NONE);
	check_int(begin(&bench, &others, 2, 7 * MIB), KIND_CROWDED);
	check_int(scratch_count(PARTS), 2);
	give_up(&bench, &others, 1);
	check_int(begin(&bench, &others, 2, 72 * MIB), KIND_NONE);
	end_disk(&bench, &others);
}

/* What the disk has given is not claimed once more. */
static void as_it_comes(void)
{
	struct others others;
	struct bench bench;
	char *data = xcalloc(1, MIB);

	small_disk(&bench, &others);
	check_int(begin(&bench, &others, 1, 100 * MIB), KIND_NONE);
	check_int(begin(&bench, &others, 2, 30 * MIB), KIND_NONE);
	check_int(begin(&bench, &others, 3, 9 * MIB), KIND_CROWDED);
	for (int64_t at = 0; at < 100; at++)
		check_int(part_write(others.parts[1], at * MIB, data, MIB, &bench.err),
			0);
	check_int(begin(&bench, &others, 3, 9 * MIB), KIND_CROWDED);
	check_int(begin(&bench, &others, 3, 7 * MIB), KIND_NONE);
	free(data);
	end_disk(&bench, &others);
}

/* What others have been given may be free again, too. */
static void in_place_of_others(void)
{
	struct others others;
	struct bench bench;

	small_disk(&bench, &others);
	check_int(begin(&bench, &others, 1, 60 * MIB), KIND_NONE);
	check_int(begin(&bench, &others, 2, 60 * MIB), KIND_NONE);
	check_int(begin(&bench, &others, 3, 138 * MIB), KIND_NO_ROOM);
	check_int(begin(&bench, &others, 3, 50 * MIB), KIND_CROWDED);
	give_up(&bench, &others, 1);
	check_int(begin(&bench, &others, 3, 50 * MIB), KIND_NONE);
	end_disk(&bench, &others);
}

/* What one that is kept has not used others may have. */
static void what_is_kept(void)
{
	struct others others;
	struct bench bench;

	small_disk(&bench, &others);
	bench.version.size = 72 * MIB;
	bring(&bench, 0, 200 * KIB);
	check_int(begin(&bench, &others, 1, 130 * MIB), KIND_CROWDED);
	parts_end(bench.parts, bench.entry, true);
	check_int(scratch_count(PARTS), 1);
	check_int(begin(&bench, &others, 1, 130 * MIB), KIND_NONE);
	end_disk(&bench, &others);
}

/* What an earlier run has left only needs the rest, and stays where there is not even that. */
static void what_is_left(void)
{
	struct others others;
	struct bench bench;

	small_disk(&bench, &others);
	bench.version.size = 72 * MIB;
	bring(&bench, 0, 200 * KIB);
	parts_end(bench.parts, bench.entry, true);
	bench_close(&bench, false);

	for (int full = 1; full >= 0; full--) {
		struct part *part;

		bench_open(&bench, true);
		bench.version.size = 72 * MIB;
		bench.entry->resume = parts_resume(bench.parts, bench.entry, false);
		check(bench.entry->resume != NULL);
		if (full)
			check_int(begin(&bench, &others, 1, 67 * MIB), KIND_NONE);
		part = get_of(&bench, 0);
		check_int(part == NULL, full);
		if (full)
			check_int(bench.err.kind, KIND_CROWDED);
		part_put(part);
		if (full) {
			give_up(&bench, &others, 1);
			bench_close(&bench, false);
		}
	}
	end_disk(&bench, &others);
}

int main(void)
{
	bool mounts = scratch_can_mount();

	make_content();
	log_setup(LOG_QUIET, NULL, NULL);
	scratch_enter();
	run_if(mounts, "mounting is not allowed", beside_others);
	run_if(mounts, "mounting is not allowed", as_it_comes);
	run_if(mounts, "mounting is not allowed", in_place_of_others);
	run_if(mounts, "mounting is not allowed", what_is_kept);
	run_if(mounts, "mounting is not allowed", what_is_left);
	scratch_leave();
	return done();
}
