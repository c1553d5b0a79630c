/* The chain of inputs: arguments, then each -i, numbered through. */
#include "input/input.h"

#include "base/alloc.h"
#include "feed.h"
#include "tap.h"

static const char md5[] = "md5=00112233445566778899aabbccddeeff";

/* Settings whose inputs are lists in a directory of their own. */
struct job {
	struct settings settings;
	char dir[32];
};

static void job_init(struct job *job)
{
	*job = (struct job){.dir = "/tmp/test_input.XXXXXX"};
	feed_need(mkdtemp(job->dir) != NULL, "mkdtemp");
}

static void job_add_list(struct job *job, const char *text)
{
	char *path = xasprintf("%s/%zu", job->dir, job->settings.inputs.count);
	FILE *file = fopen(path, "w");

	feed_need(file && fputs(text, file) >= 0 && fclose(file) == 0, "write a list");
	strings_take(&job->settings.inputs, path);
}

static void job_release(struct job *job)
{
	for (size_t i = 0; i < job->settings.inputs.count; i++)
		if (strncmp(job->settings.inputs.items[i], job->dir,
			    strlen(job->dir)) == 0)
			(void)unlink(job->settings.inputs.items[i]);
	(void)rmdir(job->dir);
	strings_release(&job->settings.urls);
	strings_release(&job->settings.inputs);
}

/* Write down what comes until AGAIN or END; inputs by the last part of their path. */
static enum source_status drain(struct source *source, struct buf *out)
{
	enum source_status status;
	struct entry *entry;
	struct error err;
	const char *slash;

	for (;;) {
		status = source_next(source, &entry, &err);
		switch (status) {
		case SOURCE_ENTRY:
			slash = entry->input ? strrchr(entry->input, '/') : NULL;
			buf_addf(out, "%" PRIu64 " %s:%" PRIu64 " %s", entry->number,
				slash          ? slash + 1
				: entry->input ? entry->input
					       : "arg",
				entry->line, entry->urls.items[0]);
			if (entry->out)
				buf_addf(out, " out=%s", entry->out);
			if (entry->checksum.alg != DIGEST_NONE)
				checksum_add(out, &entry->checksum);
			buf_addch(out, '\n');
			entry_free(entry);
			break;
		case SOURCE_BAD:
		case SOURCE_BROKEN:
			check_int(err.kind, KIND_INPUT);
			slash = strrchr(err.text, '/');
			buf_addf(out, "%s %s\n",
				status == SOURCE_BAD ? "bad" : "broken",
				slash ? slash + 1 : err.text);
			break;
		case SOURCE_AGAIN:
		case SOURCE_END:
			return status;
		}
	}
}

static void check_job(const struct job *job, const char *want)
{
	struct source *source = input_open(&job->settings);
	struct buf out = BUF_INIT;

	check_int(source_fd(source), -1);
	check_int(drain(source, &out), SOURCE_END);
	check_int(drain(source, &out), SOURCE_END);
	check_int(source_fd(source), -1);
	check_str(out.data, want);
	buf_release(&out);
	source_free(source);
}

static void nothing_gives_nothing(void)
{
	struct job job;

	job_init(&job);
	check_job(&job, "");
	job_add_list(&job, "");
	job_add_list(&job, "# nothing\n");
	check_job(&job, "");
	job_release(&job);
}

static void arguments_come_first_then_each_input(void)
{
	struct job job;

	job_init(&job);
	job_add_list(&job, "http://c/\n out=x\nhttp://d/\n");
	job_add_list(&job, "");
	job_add_list(&job, "# one\nhttp://e/");
	strings_add(&job.settings.urls, "http://a/");
	strings_add(&job.settings.urls, " \"b\"\tno mirror ");
	check_job(&job, "1 arg:1 http://a/\n"
			"2 arg:2  \"b\"\tno mirror \n"
			"3 0:1 http://c/ out=x\n"
			"4 0:3 http://d/\n"
			"5 2:2 http://e/\n");
	job_release(&job);
}

static void output_and_checksum_go_to_the_argument(void)
{
	char output[] = "name", checksum[64];
	struct job job;

	memcpy(checksum, md5, sizeof(md5));
	job_init(&job);
	job.settings.output = output;
	job.settings.checksum = checksum;
	job_add_list(&job, "http://b/\n");
	check_job(&job, "1 0:1 http://b/\n");
	strings_add(&job.settings.urls, "http://a/");
	check_job(&job,
		"1 arg:1 http://a/ out=namemd5=00112233445566778899aabbccddeeff\n"
		"2 0:1 http://b/\n");
	strings_add(&job.settings.urls, "http://c/");
	check_job(&job,
		"1 arg:1 http://a/ out=namemd5=00112233445566778899aabbccddeeff\n"
		"2 arg:2 http://c/\n"
		"3 0:1 http://b/\n");
	job_release(&job);
}

static void an_argument_is_not_fetched_without_its_checksum(void)
{
	char checksum[] = "md5=0", output[] = "";
	struct job job;

	job_init(&job);
	job.settings.checksum = checksum;
	strings_add(&job.settings.urls, "http://a/");
	job_add_list(&job, "http://b/\n");
	check_job(
		&job, "bad a md5 checksum is 32 hexadecimal digits\n1 0:1 http://b/\n");
	job.settings.checksum = NULL;
	job.settings.output = output;
	check_job(&job, "bad out: it needs a value\n1 0:1 http://b/\n");
	job_release(&job);
}

static void a_broken_input_does_not_end_the_others(void)
{
	struct job job;

	job_init(&job);
	strings_add(&job.settings.inputs, "/nonexistent/first");
	job_add_list(&job, "http://a/\n x\n");
	strings_add(&job.settings.inputs, "/");
	job_add_list(&job, "http://b/\n");
	strings_add(&job.settings.inputs, "/nonexistent/last");
	check_job(&job,
		"broken first: cannot open: No such file or directory\n"
		"bad 1:2: an indented line must be name=value, an option of the URL "
		"above it\n"
		"1 1:1 http://a/\n"
		"broken : cannot read: Is a directory\n"
		"2 3:1 http://b/\n"
		"broken last: cannot open: No such file or directory\n");
	job_release(&job);
}

static void a_pipe_in_the_chain_is_waited_for(void)
{
	struct buf out = BUF_INIT;
	struct source *source;
	struct job job;
	int end = feed_stdin_pipe();

	job_init(&job);
	job_add_list(&job, "http://a/\n");
	strings_add(&job.settings.inputs, "-");
	job_add_list(&job, "http://z/\n");
	source = input_open(&job.settings);
	check_int(drain(source, &out), SOURCE_AGAIN);
	check_int(source_fd(source), STDIN_FILENO);
	feed_write(end, "http://b/\nhttp://c/\n", 20);
	check_int(drain(source, &out), SOURCE_AGAIN);
	check_str(out.data, "1 0:1 http://a/\n2 -:1 http://b/\n");
	close(end);
	check_int(drain(source, &out), SOURCE_END);
	check_str(out.data, "1 0:1 http://a/\n2 -:1 http://b/\n3 -:2 http://c/\n"
			    "4 2:1 http://z/\n");
	source_free(source);
	buf_release(&out);
	job_release(&job);
}

/* The scheduler may free its entries last. */
static void entries_outlive_their_source(void)
{
	struct source *source;
	struct entry *entry;
	struct error err;
	struct job job;

	job_init(&job);
	job_add_list(&job, "http://a/\n");
	source = input_open(&job.settings);
	check_int(source_next(source, &entry, &err), SOURCE_ENTRY);
	source_free(source);
	check_str(entry->input, job.settings.inputs.items[0]);
	check_str(entry->urls.items[0], "http://a/");
	entry_free(entry);
	/* And a source may be freed in the middle of its inputs. */
	source = input_open(&job.settings);
	source_free(source);
	job_release(&job);
}

int main(void)
{
	run(nothing_gives_nothing);
	run(arguments_come_first_then_each_input);
	run(output_and_checksum_go_to_the_argument);
	run(an_argument_is_not_fetched_without_its_checksum);
	run(a_broken_input_does_not_end_the_others);
	run(a_pipe_in_the_chain_is_waited_for);
	run(entries_outlive_their_source);
	return done();
}
