/* test_sched_documents.c - entries that are documents: they are fetched as files are, go to
 * their reader, and the source that waits for one is asked again when it is there. */
#include "chunked.h"

/* A source of one document and what that names, and the bench of all the rest. */
struct reading {
	struct bench *bench;
	struct source source;
	struct buf read; /* what came of the document */
	bool given, lost;
	size_t asked; /* how often it was asked for an entry */
};

static struct reading *reading_of(struct source *source)
{
	return container_of(source, struct reading, source);
}

static enum source_status next(
	struct source *source, struct entry **entry, struct error *err _unused_)
{
	struct reading *reading = reading_of(source);
	struct bench *bench = reading->bench;

	reading->asked++;
	if (!reading->given) {
		*entry = bench->ready[bench->n_given++];
		(*entry)->document = true;
		(*entry)->reader = source;
		reading->given = true;
		return SOURCE_ENTRY;
	}
	if (reading->lost)
		return SOURCE_END;
	if (reading->read.len == 0)
		return SOURCE_LATER;
	if (bench->n_given == bench->n_ready)
		return SOURCE_END;
	*entry = bench->ready[bench->n_given++];
	return SOURCE_ENTRY;
}

static void read_it(struct source *source, const struct entry *document,
	const struct whence *whence, struct buf *body)
{
	check_str(whence->url, document->url.text);
	check(whence->is_public);
	struct reading *reading = reading_of(source);

	check(document->document);
	reading->read = *body;
	buf_init(body);
}

static void lose_it(struct source *source, const struct entry *document)
{
	check(document->document);
	reading_of(source)->lost = true;
}

static void reading_init(struct reading *reading)
{
	static const struct source_ops ops = {
		.next = next, .read = read_it, .lost = lose_it};
	struct bench *bench = bench_chunks(4);

	*reading = (struct reading){.bench = bench, .source.ops = &ops};
	buf_init(&reading->read);
	add(bench, "http://a.example/listing");
	add(bench, "http://a.example/1");
	add(bench, "http://a.example/2");
	begin(bench, &reading->source);
}

static void reading_release(struct reading *reading)
{
	buf_release(&reading->read);
	bench_free(reading->bench);
}

static void goes_to_its_reader(void)
{
	struct reading reading;
	struct bench *bench;
	struct outcome outcome;
	size_t asked;

	reading_init(&reading);
	bench = reading.bench;
	check_int(turn(bench), SCHED_WAIT);
	check_int(bench->n_flying, 1);
	check(!bench->flying[0]->ranged);
	/* Nothing is asked of a source that waits for what is under way. */
	asked = reading.asked;
	check_int(turn(bench), SCHED_WAIT);
	check_int(reading.asked, asked);

	outcome_init(&outcome);
	outcome.type = OUTCOME_DOCUMENT;
	outcome.from_public = true;
	outcome.document = xmalloc(sizeof(*outcome.document));
	buf_init(outcome.document);
	buf_addstr(outcome.document, "names");
	finish(bench, 0, &outcome);
	check_str(reading.read.data, "names");
	check_int(turn(bench), SCHED_WAIT);
	check_int(bench->n_flying, 2);
	check_log(bench, "s1 f1 R1 s2 s3");
	reading_release(&reading);
}

static void may_be_lost(void)
{
	struct reading reading;
	struct bench *bench;

	reading_init(&reading);
	bench = reading.bench;
	check_int(turn(bench), SCHED_WAIT);
	fail(bench, 0, KIND_NXDOMAIN);
	check(reading.lost);
	check_int(bench->failed, KIND_NXDOMAIN);
	check_int(turn(bench), SCHED_FINISHED);
	reading_release(&reading);
}

static void is_asked_for_again(void)
{
	struct reading reading;
	struct bench *bench;

	reading_init(&reading);
	bench = reading.bench;
	check_int(turn(bench), SCHED_WAIT);
	fail(bench, 0, KIND_NETWORK);
	check(!reading.lost);
	bench->now += SEC;
	check_int(turn(bench), SCHED_WAIT);
	check_int(bench->n_flying, 1);
	check_log(bench, "s1 f1 r1 s1");
	reading_release(&reading);
}

int main(void)
{
	run(goes_to_its_reader);
	run(may_be_lost);
	run(is_asked_for_again);
	return done();
}
