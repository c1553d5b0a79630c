/* test_intake.c - from entries to named entries: what ends here, what is passed on, and when
 * a breath is taken. */
#include "app/intake.h"

#include "base/alloc.h"
#include "marking.h"
#include "scratch.h"
#include "store/journal_format.h"

#define FD 4711

/* What the inputs say next. */
struct step {
	enum source_status status;
	const char *urls[3];
	const char *out;
};

struct bench {
	struct settings settings;
	struct source inputs;
	const struct step *steps; /* ended by SOURCE_END */
	size_t step, repeat;      /* the first step that many times more */
	uint64_t given;
	struct observer observer;
	char events[64];
	enum kind kind; /* of the last one */
	struct naming *naming;
	struct outdir *outdir;
	struct ledger ledger;
	struct source *intake;
	const char *own; /* the checksum that the next entry has; NULL: none */
};

static enum source_status bench_next(
	struct source *source, struct entry **entry, struct error *err)
{
	struct bench *bench = container_of(source, struct bench, inputs);
	const struct step *step = &bench->steps[bench->step];

	if (bench->repeat > 0 && bench->step == 0)
		bench->repeat--;
	else if (step->status != SOURCE_END)
		bench->step++;
	if (step->status == SOURCE_BAD || step->status == SOURCE_BROKEN)
		error_set(err, KIND_INPUT, 0, "list:7: bad");
	if (step->status != SOURCE_ENTRY)
		return step->status;
	*entry = entry_new();
	(*entry)->number = ++bench->given;
	(*entry)->out = xstrdup(step->out);
	(*entry)->out_gives_way = step->out && strcmp(step->out, "gives way") == 0;
	if (bench->own)
		check_int(checksum_parse(&(*entry)->checksum, bench->own, NULL), 0);
	for (size_t i = 0; i < 3 && step->urls[i]; i++)
		strings_add(&(*entry)->urls, step->urls[i]);
	return SOURCE_ENTRY;
}

static int bench_fd(const struct source *source _unused_)
{
	return FD;
}

static void bench_event(struct observer *observer, const struct event *event)
{
	static const char letters[] = {[EVENT_PRESENT] = 'P',
		[EVENT_REPEATED] = 'r',
		[EVENT_FAILED] = 'F',
		[EVENT_BAD_LINE] = 'b',
		[EVENT_BROKEN] = 'B'};
	struct bench *bench = container_of(observer, struct bench, observer);
	size_t n = strlen(bench->events);

	if (n < sizeof(bench->events) - 1)
		bench->events[n] = event->type < sizeof(letters) && letters[event->type]
					   ? letters[event->type]
					   : '?';
	bench->kind = event->error ? event->error->kind : KIND_NONE;
	check(!event->attempt && !event->outcome);
	check((event->entry != NULL) ==
		(event->type == EVENT_PRESENT || event->type == EVENT_REPEATED ||
			event->type == EVENT_FAILED));
	check(!event->entry || (event->history && event->history->attempts == 0));
	check(event->type == EVENT_PRESENT || event->type == EVENT_REPEATED ||
		event->error->text[0]);
}

/* With a checksum file and a template for names, unless these are NULL. */
static void bench_init_as(struct bench *bench, const struct step *steps,
	enum existing existing, const char *sums, const char *template)
{
	static const struct source_ops source_ops = {
		.next = bench_next, .fd = bench_fd};
	static const struct observer_ops observer_ops = {.event = bench_event};

	*bench = (struct bench){.settings = {.existing = existing, .resume = true},
		.inputs = {&source_ops},
		.steps = steps,
		.observer = {&observer_ops}};
	scratch_remove("out");
	check_int(mkdir("out", 0777), 0); /* what is in a new one is not looked at */
	if (sums)
		strings_add(&bench->settings.checksum_files, sums);
	bench->naming = naming_new(template, NULL);
	bench->outdir = outdir_open("out", NULL);
	check(bench->naming && bench->outdir);
	check_int(
		ledger_open(&bench->ledger, &bench->settings, bench->outdir, NULL), 0);
	bench->intake = intake_new(&(struct intake_setup){.settings = &bench->settings,
		.inputs = &bench->inputs,
		.naming = bench->naming,
		.ledger = &bench->ledger,
		.observer = &bench->observer});
}

static void bench_init(
	struct bench *bench, const struct step *steps, enum existing existing)
{
	bench_init_as(bench, steps, existing, NULL, NULL);
}

static void bench_init_sums(struct bench *bench, const struct step *steps,
	enum existing existing, const char *sums)
{
	bench_init_as(bench, steps, existing, sums, NULL);
}

static void bench_release(struct bench *bench)
{
	strings_release(&bench->settings.checksum_files);
	source_free(bench->intake);
	check_int(ledger_close(&bench->ledger, true, NULL), 0);
	outdir_close(bench->outdir);
	naming_free(bench->naming);
}

/* The next entry must have this path and URL. */
static void check_entry(struct bench *bench, const char *path, const char *url)
{
	struct entry *entry = NULL;

	check_int(source_next(bench->intake, &entry, NULL), SOURCE_ENTRY);
	if (!entry)
		return;
	check_str(entry->path, path);
	check_str(entry->url.text, url);
	check_str(entry->urls.items[0], url);
	entry_free(entry);
}

static void check_says(
	struct bench *bench, enum source_status status, const char *events)
{
	struct entry *entry;

	check_int(source_next(bench->intake, &entry, NULL), status);
	check_str(bench->events, events);
}

static void check_next(struct bench *bench, const char *path, bool is_there)
{
	struct entry *entry = NULL;

	check_int(source_next(bench->intake, &entry, NULL), SOURCE_ENTRY);
	check_str(entry->path, path);
	check(entry->is_there == is_there);
	entry_free(entry);
}

static void named_and_passed_on(void)
{
	static const struct step steps[] = {
		{SOURCE_ENTRY, {"http://a.test/x/one.txt"}, NULL},
		{SOURCE_ENTRY, {"http://b.test/y/one.txt"}, "sub/two"},
		{SOURCE_END, {0}, NULL}};
	struct bench bench;

	bench_init(&bench, steps, EXISTING_SKIP);
	check_entry(&bench, "one.txt", "http://a.test/x/one.txt");
	check_entry(&bench, "sub/two", "http://b.test/y/one.txt");
	check_says(&bench, SOURCE_END, "");
	check_says(&bench, SOURCE_END, "");
	bench_release(&bench);
}

/* It is fetched once, and its name is nobody else's business; another name is another entry. */
static void repeated_ones_end_here(void)
{
	static const struct step steps[] = {
		{SOURCE_ENTRY, {"http://a.test/x/one.txt"}, NULL},
		{SOURCE_ENTRY, {"http://a.test/x/one.txt"}, NULL},
		{SOURCE_ENTRY, {"ftp://a.test/"}, NULL},
		{SOURCE_ENTRY, {"ftp://a.test/"}, NULL},
		{SOURCE_ENTRY, {"http://a.test/x/one.txt"}, "two.txt"},
		{SOURCE_ENTRY, {"http://a.test/x/one.txt", "http://b.test/"}, NULL},
		{SOURCE_ENTRY, {"http://a.test/x/one.txt"}, "two.txt"},
		{SOURCE_END, {0}, NULL}};
	struct entry *entry = NULL;
	struct bench bench;

	bench_init(&bench, steps, EXISTING_SKIP);
	check_entry(&bench, "one.txt", "http://a.test/x/one.txt");
	check_entry(&bench, "two.txt", "http://a.test/x/one.txt");
	check_str(bench.events, "rFF");
	check_int(source_next(bench.intake, &entry, NULL), SOURCE_ENTRY);
	check(entry && strncmp(entry->path, "one~", 4) == 0);
	entry_free(entry);
	check_says(&bench, SOURCE_END, "rFFr");
	bench_release(&bench);
}

/* Names that have the entry's number in them are never the same, unless the list gives one. */
static void numbered_ones_are_not_repeated(void)
{
	static const struct step steps[] = {{SOURCE_ENTRY, {"http://a.test/x"}, NULL},
		{SOURCE_ENTRY, {"http://a.test/x"}, NULL},
		{SOURCE_ENTRY, {"http://a.test/x"}, "own"},
		{SOURCE_ENTRY, {"http://a.test/x"}, "own"}, {SOURCE_END, {0}, NULL}};
	struct bench bench;

	bench_init_as(&bench, steps, EXISTING_SKIP, NULL, "{n}-{base}");
	check_entry(&bench, "000001-x", "http://a.test/x");
	check_entry(&bench, "000002-x", "http://a.test/x");
	check_entry(&bench, "own", "http://a.test/x");
	check_says(&bench, SOURCE_END, "r");
	bench_release(&bench);
}

static void bad_ones_end_here(void)
{
	static const struct step steps[] = {{SOURCE_BAD, {0}, NULL},
		{SOURCE_ENTRY, {"ftp://a.test/x"}, NULL},
		{SOURCE_ENTRY, {"http://a.test/x"}, "../../etc/passwd"},
		{SOURCE_ENTRY, {"http://a.test/good"}, NULL},
		{SOURCE_ENTRY, {"", "http://", "x"}, NULL}, {SOURCE_BROKEN, {0}, NULL},
		{SOURCE_END, {0}, NULL}};
	struct bench bench;

	bench_init(&bench, steps, EXISTING_SKIP);
	check_entry(&bench, "good", "http://a.test/good");
	check_str(bench.events, "bFF");
	check_int(bench.kind, KIND_BAD_NAME);
	check_says(&bench, SOURCE_END, "bFFFB");
	bench_release(&bench);
}

static void kinds_of_failures(void)
{
	static const struct {
		struct step steps[2];
		enum kind kind;
	} cases[] = {
		{{{SOURCE_ENTRY, {"gopher://a/x"}, NULL}, {SOURCE_END, {0}, NULL}},
			KIND_BAD_URL},
		{{{SOURCE_ENTRY, {"http://a/x"}, "a/../../b"}, {SOURCE_END, {0}, NULL}},
			KIND_BAD_NAME},
		{{{SOURCE_BAD, {0}, NULL}, {SOURCE_END, {0}, NULL}}, KIND_INPUT},
		{{{SOURCE_BROKEN, {0}, NULL}, {SOURCE_END, {0}, NULL}}, KIND_INPUT},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct bench bench;
		struct entry *entry;

		bench_init(&bench, cases[i].steps, EXISTING_SKIP);
		check_int(source_next(bench.intake, &entry, NULL), SOURCE_END);
		check_int(bench.kind, cases[i].kind);
		bench_release(&bench);
	}
}

/* A mirror that is no URL is left out as long as another remains; what is asked, and what
 * secrets are bound to, is the first good one. */
static void bad_mirrors_are_left_out(void)
{
	static const struct step steps[] = {
		{SOURCE_ENTRY, {"ftp://a/x", "http://b.test/y", "http://c.test/z"},
			NULL},
		{SOURCE_ENTRY, {"", "://", "http://d.test/w"}, NULL},
		{SOURCE_END, {0}, NULL}};
	struct bench bench;
	struct entry *entry = NULL;

	bench_init(&bench, steps, EXISTING_SKIP);
	check_int(source_next(bench.intake, &entry, NULL), SOURCE_ENTRY);
	check_int(entry->urls.count, 2);
	check_str(entry->urls.items[0], "http://b.test/y");
	check_str(entry->urls.items[1], "http://c.test/z");
	check_str(entry->url.text, "http://b.test/y");
	check_str(entry->path, "y");
	/* What is left can grow again. */
	strings_add(&entry->urls, "http://e.test/");
	strings_add(&entry->urls, "http://f.test/");
	check_int(entry->urls.count, 4);
	entry_free(entry);
	check_entry(&bench, "w", "http://d.test/w");
	check_says(&bench, SOURCE_END, "");
	bench_release(&bench);
}

static const struct step three[] = {{SOURCE_ENTRY, {"http://a.test/one"}, NULL},
	{SOURCE_ENTRY, {"http://a.test/two"}, NULL},
	{SOURCE_ENTRY, {"http://a.test/three"}, NULL}, {SOURCE_END, {0}, NULL}};

static void what_is_there_is_skipped(void)
{
	struct bench bench;

	bench_init(&bench, three, EXISTING_SKIP);
	check(scratch_write("out/one", ""));
	check_int(symlink("nowhere", "out/three"), 0);
	check_entry(&bench, "two", "http://a.test/two");
	check_str(bench.events, "P");
	check_says(&bench, SOURCE_END, "PP");
	bench_release(&bench);
}

static void what_is_there_is_fetched_when_wanted(void)
{
	static const enum existing ways[] = {EXISTING_OVERWRITE, EXISTING_RENAME};

	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		struct bench bench;

		bench_init(&bench, three, ways[i]);
		check(scratch_write("out/one", ""));
		check(scratch_write("out/two", ""));
		check_entry(&bench, "one", "http://a.test/one");
		check_entry(&bench, "two", "http://a.test/two");
		check_entry(&bench, "three", "http://a.test/three");
		check_says(&bench, SOURCE_END, "");
		bench_release(&bench);
	}
}

/* Where servers name files: of one that is there its mark tells whose it is. */
static void another_entrys_file_is_not_there(void)
{
	struct outdir *outdir;
	struct bench bench;
	struct entry *other;

	for (enum existing what = EXISTING_SKIP; what <= EXISTING_UPDATE; what++) {
		bench_init(&bench, three, what);
		bench.settings.content_disposition = true;
		outdir = bench.outdir;
		other = entry_at("get", "http://b.test/get");
		check(scratch_write("out/two", "nobody's"));
		check(scratch_write("out/one", "another's"));
		check_int(mark_file(outdir, other, "one"), 0);
		check_next(&bench, "one", false);
		if (what == EXISTING_SKIP)
			check_next(&bench, "three", false);
		else
			check_next(&bench, "two", what == EXISTING_UPDATE);
		/* What counts as an entry's own is its own from now on. */
		entry_free(other);
		other = entry_at("two", "http://a.test/two");
		check_int(whose_is(outdir, other, "two"),
			what == EXISTING_UPDATE ? WHOSE_OURS : WHOSE_NOBODYS);
		entry_free(other);
		bench_release(&bench);
	}
}

/* The machine went down, and what the user has written since is not what was lost by that. */
static void edited_after_a_crash(void)
{
	static const struct timespec times[] = {{.tv_sec = 1}, {.tv_sec = 1}};
	const struct boot_id boot = {.bytes = {1}};
	struct entry *entry = entry_at("one", "http://a.test/one");
	struct journal *journal;
	struct bench bench;

	bench_init(&bench, three, EXISTING_SKIP);
	bench.settings.content_disposition = true;
	check_int(ledger_close(&bench.ledger, true, NULL), 0);
	journal = journal_open(
		&(struct journal_setup){
			.workdir = outdir_workdir(bench.outdir), .boot = &boot},
		NULL);
	check(scratch_write("out/one", "lost"));
	check_int(mark_file(bench.outdir, entry, "one"), 0);
	check_int(journal_done(journal, 0, "one", 7, JOURNAL_THERE, 4, NULL), 0);
	check_int(journal_close(journal, false, NULL), 0);
	check_int(ledger_open(&bench.ledger, &bench.settings, bench.outdir, NULL), 0);
	check(scratch_write("out/one", "edited"));
	check_int(utimensat(AT_FDCWD, "out/one", times, 0), 0);
	check_next(&bench, "two", false);
	check(scratch_is("out/one", "edited"));
	check_str(bench.events, "P");
	bench_release(&bench);
	entry_free(entry);
}

static void whom_servers_may_name(void)
{
	static const struct step steps[] = {{SOURCE_ENTRY, {"http://a.test/x"}, NULL},
		{SOURCE_ENTRY, {"http://a.test/x"}, "out"},
		{SOURCE_ENTRY, {"http://a.test/x"}, "gives way"},
		{SOURCE_END, {0}, NULL}};
	static const bool want[2][3] = {{false}, {true, false, true}};

	for (int wished = 0; wished < 2; wished++) {
		struct bench bench;

		bench_init(&bench, steps, EXISTING_SKIP);
		bench.settings.content_disposition = wished;
		for (size_t i = 0; i < 3; i++) {
			struct entry *entry = NULL;

			check_int(
				source_next(bench.intake, &entry, NULL), SOURCE_ENTRY);
			check(entry->is_given_names == want[wished][i]);
			entry_free(entry);
		}
		bench_release(&bench);
	}
}

/* The inputs have nothing yet: wait for their descriptor. */
static void again_is_passed_on(void)
{
	static const struct step steps[] = {{SOURCE_BAD, {0}, NULL},
		{SOURCE_AGAIN, {0}, NULL}, {SOURCE_ENTRY, {"http://a.test/x"}, NULL},
		{SOURCE_AGAIN, {0}, NULL}, {SOURCE_LATER, {0}, NULL},
		{SOURCE_END, {0}, NULL}};
	struct bench bench;

	bench_init(&bench, steps, EXISTING_SKIP);
	check_says(&bench, SOURCE_AGAIN, "b");
	check_int(source_fd(bench.intake), FD);
	check_entry(&bench, "x", "http://a.test/x");
	check_says(&bench, SOURCE_AGAIN, "b");
	check_int(source_fd(bench.intake), FD);
	check_says(&bench, SOURCE_LATER, "b");
	check_says(&bench, SOURCE_END, "b");
	bench_release(&bench);
}

/* A long stretch that comes to nothing must not keep one call busy to its end: the engine
 * has sockets to serve. There is no descriptor to wait for then. */
static void breath_is_taken(void)
{
	static const struct step fruitless[][3] = {
		{{SOURCE_BAD, {0}, NULL}, {SOURCE_ENTRY, {"http://a/good"}, NULL},
			{SOURCE_END, {0}, NULL}},
		{{SOURCE_ENTRY, {"nothing"}, NULL},
			{SOURCE_ENTRY, {"http://a/good"}, NULL},
			{SOURCE_END, {0}, NULL}},
	};

	for (size_t i = 0; i < ARRAY_LEN(fruitless); i++) {
		enum source_status status;
		struct entry *entry = NULL;
		struct bench bench;
		int breaths = 0;

		bench_init(&bench, fruitless[i], EXISTING_SKIP);
		bench.repeat = 10000;
		while ((status = source_next(bench.intake, &entry, NULL)) ==
			SOURCE_AGAIN) {
			check_int(source_fd(bench.intake), -1);
			breaths++;
		}
		check_int(status, SOURCE_ENTRY);
		entry_free(entry);
		check(breaths >= 10 && breaths <= 1000);
		check_int(source_fd(bench.intake), FD);
		check_int(source_next(bench.intake, &entry, NULL), SOURCE_END);
		bench_release(&bench);
	}
}

#define MD5 "b1946ac92492d2347c6235b4d2611184"
#define SHA256 "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"

/* The next entry's checksum, and whose it is. */
static void check_sum(struct bench *bench, const char *path, const char *sum,
	const char *by, const char *own)
{
	struct buf text _cleanup_(buf_release) = BUF_INIT;
	struct entry *entry = NULL;

	bench->own = own;
	check_int(source_next(bench->intake, &entry, NULL), SOURCE_ENTRY);
	check_str(entry->path, path);
	if (entry->checksum.alg != DIGEST_NONE)
		checksum_add(&text, &entry->checksum);
	check_str(text.data, sum);
	check_str(entry_checksum_by(entry), by);
	entry_free(entry);
}

/* The stronger one of the entry's own and the file's. */
static void checksum_files_are_looked_up(void)
{
	struct bench bench;

	check(scratch_write("sums", MD5 "  one\n" SHA256 " *sub/two\n"));
	bench_init_sums(&bench, three, EXISTING_SKIP, "sums");
	check_sum(&bench, "one", "md5=" MD5, "checksum-file", "crc32=00000000");
	check_sum(&bench, "two", "sha-256=" SHA256, "checksum-file", NULL);
	check_sum(&bench, "three", "md5=" MD5, "checksum", "md5=" MD5);
	check_says(&bench, SOURCE_END, "");
	bench_release(&bench);
	bench_init_sums(&bench, three, EXISTING_SKIP, "sums");
	check_sum(&bench, "one", "sha-256=" SHA256, "checksum", "sha-256=" SHA256);
	check_sum(&bench, "two", "sha-256=" SHA256, "checksum", "sha-256=" SHA256);
	check_sum(&bench, "three", "", "checksum", NULL);
	check_says(&bench, SOURCE_END, "");
	bench_release(&bench);
}

/* A bad line is told of like one of a list; many of them do not keep a call busy. */
static void bad_lines_of_checksum_files(void)
{
	struct buf text _cleanup_(buf_release) = BUF_INIT;
	struct entry *entry = NULL;
	struct bench bench;
	int breaths = 0;

	for (int i = 0; i < 10000; i++)
		buf_addstr(&text, "nothing\n");
	buf_addstr(&text, MD5 "  one\n");
	check(scratch_write("sums", text.data));
	bench_init_sums(&bench, three, EXISTING_SKIP, "sums");
	while (source_next(bench.intake, &entry, NULL) == SOURCE_AGAIN) {
		check_int(source_fd(bench.intake), -1);
		breaths++;
	}
	check(breaths >= 10 && breaths <= 1000);
	check_int(entry->checksum.alg, DIGEST_MD5);
	check(strncmp(bench.events, "bbbb", 4) == 0);
	entry_free(entry);
	bench_release(&bench);
}

/* What was to be verified must not come unverified: nothing is fetched. */
static void broken_checksum_files_end_the_job(void)
{
	struct bench bench;

	bench_init_sums(&bench, three, EXISTING_SKIP, "missing");
	check_says(&bench, SOURCE_END, "B");
	check_int(bench.kind, KIND_INPUT);
	check_says(&bench, SOURCE_END, "B");
	bench_release(&bench);
}

static void checksum_files_are_waited_for(void)
{
	struct entry *entry = NULL;
	struct bench bench;
	int end;

	check_int(mkfifo("pipe", 0600), 0);
	bench_init_sums(&bench, three, EXISTING_SKIP, "pipe");
	check_says(&bench, SOURCE_AGAIN, "");
	check(source_fd(bench.intake) > 2 && source_fd(bench.intake) != FD);
	end = open("pipe", O_WRONLY | O_CLOEXEC);
	check_int(write(end, MD5 "  one\n", 38), 38);
	check_says(&bench, SOURCE_AGAIN, "");
	close(end);
	check_int(source_next(bench.intake, &entry, NULL), SOURCE_ENTRY);
	check_int(entry->checksum.alg, DIGEST_MD5);
	check_int(source_fd(bench.intake), FD);
	entry_free(entry);
	bench_release(&bench);
}

int main(void)
{
	log_setup(LOG_QUIET, NULL, NULL);
	scratch_enter();
	run(named_and_passed_on);
	run(repeated_ones_end_here);
	run(numbered_ones_are_not_repeated);
	run(bad_ones_end_here);
	run(kinds_of_failures);
	run(bad_mirrors_are_left_out);
	run(what_is_there_is_skipped);
	run(what_is_there_is_fetched_when_wanted);
	run(whom_servers_may_name);
	if (keeps_marks()) {
		run(another_entrys_file_is_not_there);
		run(edited_after_a_crash);
	} else {
		printf("# no extended attributes here\n");
	}
	run(again_is_passed_on);
	run(breath_is_taken);
	run(checksum_files_are_looked_up);
	run(bad_lines_of_checksum_files);
	run(broken_checksum_files_end_the_job);
	run(checksum_files_are_waited_for);
	scratch_leave();
	return done();
}
