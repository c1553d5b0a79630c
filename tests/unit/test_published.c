/* test_published.c - the first answer decides under which name a file is published. */
#include "core/published.h"

#include <pthread.h>

#include "base/alloc.h"
#include "tap.h"

/* What it comes to, and how often it was asked. */
struct bench {
	struct publisher publisher;
	enum present present;
	const char *path;
	unsigned asked;
	struct entry *entry;
};

static enum present publish(struct publisher *publisher, const struct entry *entry,
	const struct offer *offer, char **path, struct error *err)
{
	struct bench *bench = container_of(publisher, struct bench, publisher);

	check(entry == bench->entry && offer->name);
	bench->asked++;
	*path = xstrdup(bench->path);
	if (bench->present == PRESENT_WRONG)
		error_set(err, KIND_EXISTS, 17, "in the way");
	return bench->present;
}

static void bench_init(struct bench *bench, enum present present, const char *path)
{
	*bench = (struct bench){
		.publisher = {publish}, .present = present, .path = path};
	bench->entry = entry_new();
	bench->entry->path = xstrdup("own");
	bench->entry->published = published_new(&bench->publisher);
}

static enum present offer(const struct bench *bench, const char *name)
{
	struct offer offer = {.name = name, .etag = "", .size = -1, .mtime = -1};
	struct error err = {.kind = KIND_NONE};
	enum present present = published_offer(bench->entry, &offer, &err);

	check_int(err.kind, present == PRESENT_WRONG ? KIND_EXISTS : KIND_NONE);
	return present;
}

static void the_first_decides(void)
{
	struct bench bench;

	bench_init(&bench, PRESENT_NOT, "given");
	check_str(published_path(bench.entry), "own");
	check(!published_is_own(bench.entry));
	check_int(offer(&bench, "a"), PRESENT_NOT);
	check_str(published_path(bench.entry), "given");
	bench.path = "other";
	bench.present = PRESENT_WHOLE;
	check_int(offer(&bench, "b"), PRESENT_NOT);
	check_int(offer(&bench, NULL), PRESENT_NOT);
	check_str(published_path(bench.entry), "given");
	check(!published_is_own(bench.entry));
	check_int(bench.asked, 1);
	entry_free(bench.entry);
}

static void by_giving_no_name_too(void)
{
	struct bench bench;

	bench_init(&bench, PRESENT_WHOLE, "given");
	check_int(offer(&bench, NULL), PRESENT_NOT);
	check(published_is_own(bench.entry));
	check_int(offer(&bench, "a"), PRESENT_NOT);
	check_int(bench.asked, 0);
	check(published_path(bench.entry) == bench.entry->path);
	entry_free(bench.entry);
}

static void a_name_may_come_to_nothing(void)
{
	struct bench bench;

	bench_init(&bench, PRESENT_NOT, NULL);
	check_int(offer(&bench, ".."), PRESENT_NOT);
	check(published_is_own(bench.entry));
	check(published_path(bench.entry) == bench.entry->path);
	entry_free(bench.entry);
}

static void what_is_there_stays_there(void)
{
	static const enum present presents[] = {PRESENT_WHOLE, PRESENT_WRONG};

	for (size_t i = 0; i < ARRAY_LEN(presents); i++) {
		struct bench bench;

		bench_init(&bench, presents[i], "given");
		check_int(offer(&bench, "a"), presents[i]);
		check_int(offer(&bench, NULL), presents[i]);
		check_str(published_path(bench.entry), "given");
		check_int(bench.asked, 1);
		entry_free(bench.entry);
	}
}

static void others_are_not_asked(void)
{
	struct bench bench;

	bench_init(&bench, PRESENT_WHOLE, "given");
	published_free(bench.entry->published);
	bench.entry->published = NULL;
	check_int(offer(&bench, "a"), PRESENT_NOT);
	check(published_path(bench.entry) == bench.entry->path);
	check(published_is_own(bench.entry));
	check_int(bench.asked, 0);
	entry_free(bench.entry);
}

static void *offer_many(void *context)
{
	const struct bench *bench = context;

	for (unsigned i = 0; i < 1000; i++)
		if (offer(bench, "a") != PRESENT_WHOLE ||
			strcmp(published_path(bench->entry), "given") != 0)
			return context;
	return NULL;
}

static void several_at_once_agree(void)
{
	pthread_t threads[4];
	struct bench bench;

	bench_init(&bench, PRESENT_WHOLE, "given");
	for (size_t i = 0; i < ARRAY_LEN(threads); i++)
		check_int(pthread_create(&threads[i], NULL, offer_many, &bench), 0);
	for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
		void *failed = &bench;

		check_int(pthread_join(threads[i], &failed), 0);
		check(!failed);
	}
	check_int(bench.asked, 1);
	entry_free(bench.entry);
}

int main(void)
{
	run(the_first_decides);
	run(by_giving_no_name_too);
	run(a_name_may_come_to_nothing);
	run(what_is_there_stays_there);
	run(others_are_not_asked);
	run(several_at_once_agree);
	return done();
}
