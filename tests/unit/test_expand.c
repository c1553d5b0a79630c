/* test_expand.c - what buckets and Metalinks name comes in the order of the inputs, whatever
 * comes back first. */
#include "app/expand.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "tap.h"

#define PAGE(keys, more)                                                               \
	"<ListBucketResult>" keys "<IsTruncated>" more "</ListBucketResult>"
#define KEY(key) "<Contents><Key>" key "</Key><Size>7</Size></Contents>"
#define METALINK(files)                                                                \
	"<metalink xmlns='urn:ietf:params:xml:ns:metalink'>" files "</metalink>"
#define FILE_AT(name, url) "<file name='" name "'><url>" url "</url></file>"

struct bench {
	struct settings settings;
	struct source inputs;
	const char *const *urls; /* ended by a NULL */
	struct s3 *s3;
	struct source *expand;
	struct entry *documents[8]; /* given out, in order */
	size_t n_documents;
	uint64_t number; /* of the entry last given out */
};

static enum source_status next(
	struct source *source, struct entry **entry, struct error *err _unused_)
{
	struct bench *bench = container_of(source, struct bench, inputs);

	if (!*bench->urls)
		return SOURCE_END;
	*entry = entry_new();
	strings_add(&(*entry)->urls, *bench->urls++);
	(*entry)->dir = xstrdup("below");
	return SOURCE_ENTRY;
}

static void nothing(struct source *source _unused_)
{
}

static void bench_init(struct bench *bench, const char *const *urls)
{
	static const struct source_ops ops = {.next = next, .free = nothing};

	*bench = (struct bench){.settings = {.follow_metalink = true,
					.s3_endpoint = (char *)"http://s3.test",
					.s3_no_sign_request = true},
		.inputs = {&ops},
		.urls = urls};
	bench->s3 = s3_new(&bench->settings, NULL, NULL);
	bench->expand = expand_new(&bench->settings, &bench->inputs, bench->s3);
}

static void bench_release(struct bench *bench)
{
	source_free(bench->expand);
	while (bench->n_documents > 0)
		entry_free(bench->documents[--bench->n_documents]);
	s3_free(bench->s3);
}

/* Take what there is: "URL " for each entry, "? " for a document, "! " for what is bad, "x " for
 * an entry that is, "* " for a broken input. */
static void check_gives(struct bench *bench, const char *want, enum source_status end)
{
	_cleanup_(buf_release) struct buf got = BUF_INIT;
	enum source_status status;
	struct entry *entry;
	struct error err;

	for (int i = 0; i < 100; i++) {
		entry = NULL;
		status = source_next(bench->expand, &entry, &err);
		if (status == SOURCE_BAD || status == SOURCE_BROKEN) {
			buf_addstr(&got, entry                  ? "x "
					 : status == SOURCE_BAD ? "! "
								: "* ");
			entry_free(entry);
		} else if (status == SOURCE_ENTRY && entry->document) {
			buf_addstr(&got, "? ");
			bench->documents[bench->n_documents++] = entry;
		} else if (status == SOURCE_ENTRY) {
			check_int(entry->number, ++bench->number);
			check_str(entry->dir, "below");
			buf_addf(&got, "%s ", entry->urls.items[0]);
			entry_free(entry);
		} else if (status != SOURCE_AGAIN) {
			break;
		}
	}
	check_str(got.data, want);
	check_int(status, end);
}

static void give(struct bench *bench, size_t document, const char *text)
{
	struct entry *entry = bench->documents[document];
	struct buf body = BUF_INIT;

	buf_addstr(&body, text);
	if (!entry->url.text)
		check_int(url_parse(&entry->url, entry->urls.items[0], NULL), 0);
	source_read(entry, &(struct whence){.url = entry->url.text}, &body);
	buf_release(&body);
}

static void plain_entries_pass(void)
{
	static const char *const urls[] = {
		"http://a/1", "s3://b/k", "http://a/2", NULL};
	struct bench bench;

	bench_init(&bench, urls);
	check_gives(&bench, "http://a/1 s3://b/k http://a/2 ", SOURCE_END);
	bench_release(&bench);
}

static void order_is_that_of_the_inputs(void)
{
	static const char *const urls[] = {"http://a/1", "s3://b/p/", "http://a/2",
		"http://a/x.meta4", "http://a/3", NULL};
	struct bench bench;

	bench_init(&bench, urls);
	/* All that must be asked for is, at once. */
	check_gives(&bench, "http://a/1 ? ? ", SOURCE_LATER);
	give(&bench, 1, METALINK(FILE_AT("f", "http://m/f")));
	check_gives(&bench, "", SOURCE_LATER);
	give(&bench, 0, PAGE(KEY("p/a") KEY("p/dir/") KEY("q"), "false</IsTruncated>"));
	check_gives(&bench,
		"s3://b/p/a s3://b/p/dir\\/ http://a/2 http://m/f http://a/3 ",
		SOURCE_END);
	bench_release(&bench);
}

static void pages_follow_each_other(void)
{
	static const char *const urls[] = {"s3://b", "http://a/1", NULL};
	struct bench bench;

	bench_init(&bench, urls);
	check_gives(&bench, "? ", SOURCE_LATER);
	check(strstr(bench.documents[0]->url.text, "http://s3.test/b/?list-type=2"));
	give(&bench, 0,
		PAGE(KEY("1") KEY("2"), "true</IsTruncated><NextContinuationToken>t"
					"</NextContinuationToken>"));
	/* The next page is under way before the keys of this one are out. */
	check_gives(&bench, "? s3://b/1 s3://b/2 ", SOURCE_LATER);
	check(strstr(bench.documents[1]->url.text, "&continuation-token=t"));
	give(&bench, 1, PAGE(KEY("3"), "false</IsTruncated>"));
	check_gives(&bench, "s3://b/3 http://a/1 ", SOURCE_END);
	bench_release(&bench);
}

static void what_is_lost_holds_nobody_up(void)
{
	static const char *const urls[] = {
		"s3://b/*", "http://a/x.metalink", "http://a/1", NULL};
	struct bench bench;

	bench_init(&bench, urls);
	check_gives(&bench, "? ? ", SOURCE_LATER);
	source_lost(bench.documents[1]);
	check_gives(&bench, "", SOURCE_LATER);
	source_lost(bench.documents[0]);
	check_gives(&bench, "http://a/1 ", SOURCE_END);
	bench_release(&bench);
}

static void what_cannot_be_read_is_told(void)
{
	static const char *const urls[] = {
		"s3://b/x*", "s3://b/", "http://a/x.meta4", "http://a/1", NULL};
	struct bench bench;

	bench_init(&bench, urls);
	check_gives(&bench, "? ? ? ", SOURCE_LATER);
	give(&bench, 0, PAGE(KEY("y"), "false</IsTruncated>"));
	give(&bench, 1, "<html>");
	give(&bench, 2, "<html>");
	check_gives(&bench, "x x x http://a/1 ", SOURCE_END);
	bench_release(&bench);
}

static void listings_end(void)
{
	static const char *const urls[] = {"s3://b/", NULL};
	static const char same[] = PAGE(KEY("1"), "true</IsTruncated>"
						  "<NextContinuationToken>t"
						  "</NextContinuationToken>");
	struct bench bench;

	bench_init(&bench, urls);
	check_gives(&bench, "? ", SOURCE_LATER);
	give(&bench, 0, same);
	check_gives(&bench, "? s3://b/1 ", SOURCE_LATER);
	give(&bench, 1, same);
	check_gives(&bench, "s3://b/1 x ", SOURCE_END);
	bench_release(&bench);
}

/* As the scheduler finds out by the type of the answer, when all of the inputs have been read. */
static void a_metalink_may_turn_up_later(void)
{
	static const char *const urls[] = {"http://a/download", NULL};
	struct buf body = BUF_INIT;
	struct bench bench;
	struct entry *entry;

	bench_init(&bench, urls);
	check_int(source_next(bench.expand, &entry, NULL), SOURCE_ENTRY);
	check_int(url_parse(&entry->url, entry->urls.items[0], NULL), 0);
	bench.number = 1;
	check_gives(&bench, "", SOURCE_END);
	buf_addstr(&body, METALINK(FILE_AT("f", "f") FILE_AT("g", "http://m/g")));
	source_read(entry,
		&(struct whence){.url = "http://b/moved/", .is_public = true}, &body);
	entry_free(entry);
	check_int(source_next(bench.expand, &entry, NULL), SOURCE_AGAIN);
	check_int(source_next(bench.expand, &entry, NULL), SOURCE_ENTRY);
	check_str(entry->urls.items[0], "http://b/moved/f");
	check_str(entry->bound_to, "http://a:80");
	check(entry->named_by_public);
	entry_free(entry);
	bench.number = 2;
	check_gives(&bench, "http://m/g ", SOURCE_END);
	bench_release(&bench);
}

static void a_named_metalink_is_a_file(void)
{
	static const char *const urls[] = {"http://a/x.meta4", NULL};
	struct bench bench;

	bench_init(&bench, urls);
	bench.settings.follow_metalink = false;
	check_gives(&bench, "http://a/x.meta4 ", SOURCE_END);
	bench_release(&bench);
}

/* However long the first one takes, no more than so many are read ahead. */
static void reads_ahead_so_far(void)
{
	const char *urls[1002] = {"s3://b/"};
	struct bench bench;

	for (size_t i = 1; i < 1001; i++)
		urls[i] = "http://a/x";
	bench_init(&bench, urls);
	check_gives(&bench, "? ", SOURCE_LATER);
	check(bench.urls - urls > 1 && bench.urls - urls < 200);
	bench_release(&bench);
}

int main(void)
{
	/* No configuration of whoever runs this. */
	setenv("AWS_CONFIG_FILE", "/dev/null", 1);
	setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null", 1);
	run(plain_entries_pass);
	run(order_is_that_of_the_inputs);
	run(pages_follow_each_other);
	run(what_is_lost_holds_nobody_up);
	run(what_cannot_be_read_is_told);
	run(listings_end);
	run(a_metalink_may_turn_up_later);
	run(a_named_metalink_is_a_file);
	run(reads_ahead_so_far);
	return done();
}
