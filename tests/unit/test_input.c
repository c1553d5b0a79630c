/* The chain of inputs: arguments, then each -i, numbered through. */
#include "input/input.h"

#include "base/alloc.h"
#include "feed.h"
#include "scratch.h"

static const char md5[] = "md5=00112233445566778899aabbccddeeff";

/* A list here; `ending`: of its name, which is its number besides. */
static void job_add_input(struct settings *job, const char *ending, const char *text)
{
	char *path = xasprintf("%zu%s", job->inputs.count, ending);

	need(scratch_write(path, text), "write a list");
	strings_take(&job->inputs, path);
}

static void job_add_list(struct settings *job, const char *text)
{
	job_add_input(job, "", text);
}

static void job_release(struct settings *job)
{
	strings_release(&job->urls);
	strings_release(&job->inputs);
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
			buf_addf(out, "%s:%" PRIu64 " %s",
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
		case SOURCE_LATER:
		case SOURCE_END:
			return status;
		}
	}
}

static void check_job(const struct settings *job, const char *want)
{
	struct source *source = input_open(job);
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
	struct settings job = {0};

	check_job(&job, "");
	job_add_list(&job, "");
	job_add_list(&job, "# nothing\n");
	check_job(&job, "");
	job_release(&job);
}

static void arguments_come_first_then_each_input(void)
{
	struct settings job = {0};

	job_add_list(&job, "http://c/\n out=x\nhttp://d/\n");
	job_add_list(&job, "");
	job_add_list(&job, "# one\nhttp://e/");
	strings_add(&job.urls, "http://a/");
	strings_add(&job.urls, " \"b\"\tno mirror ");
	check_job(&job, "arg:1 http://a/\n"
			"arg:2  \"b\"\tno mirror \n"
			"0:1 http://c/ out=x\n"
			"0:3 http://d/\n"
			"2:2 http://e/\n");
	job_release(&job);
}

static void output_and_checksum_go_to_the_argument(void)
{
	char output[] = "name", checksum[64];
	struct settings job = {0};

	memcpy(checksum, md5, sizeof(md5));
	job.output = output;
	job.checksum = checksum;
	job_add_list(&job, "http://b/\n");
	check_job(&job, "0:1 http://b/\n");
	strings_add(&job.urls, "http://a/");
	check_job(&job, "arg:1 http://a/ out=namemd5=00112233445566778899aabbccddeeff\n"
			"0:1 http://b/\n");
	strings_add(&job.urls, "http://c/");
	check_job(&job, "arg:1 http://a/ out=namemd5=00112233445566778899aabbccddeeff\n"
			"arg:2 http://c/\n"
			"0:1 http://b/\n");
	job_release(&job);
}

static void an_argument_is_not_fetched_without_its_checksum(void)
{
	char checksum[] = "md5=0", output[] = "";
	struct settings job = {0};

	job.checksum = checksum;
	strings_add(&job.urls, "http://a/");
	job_add_list(&job, "http://b/\n");
	check_job(&job,
		"bad a checksum by md5 is 32 hexadecimal digits\n0:1 http://b/\n");
	job.checksum = NULL;
	job.output = output;
	check_job(&job, "bad out: it needs a value\n0:1 http://b/\n");
	job_release(&job);
}

static void a_broken_input_does_not_end_the_others(void)
{
	struct settings job = {0};

	strings_add(&job.inputs, "/nonexistent/first");
	job_add_list(&job, "http://a/\n x\n");
	strings_add(&job.inputs, "/");
	job_add_list(&job, "http://b/\n");
	strings_add(&job.inputs, "/nonexistent/last");
	strings_add(&job.inputs, "http://b/list");
	check_job(&job,
		"broken first: cannot open: No such file or directory\n"
		"bad 1:2: an indented line must be name=value, an option of the URL "
		"above it\n"
		"1:1 http://a/\n"
		"broken : cannot read: Is a directory\n"
		"3:1 http://b/\n"
		"broken last: cannot open: No such file or directory\n"
		"broken list: only files are read here, so fetch that URL first\n");
	job_release(&job);
}

static void a_pipe_in_the_chain_is_waited_for(void)
{
	struct buf out = BUF_INIT;
	struct source *source;
	struct settings job = {0};
	int end = feed_stdin_pipe();

	job_add_list(&job, "http://a/\n");
	strings_add(&job.inputs, "-");
	job_add_list(&job, "http://z/\n");
	source = input_open(&job);
	check_int(drain(source, &out), SOURCE_AGAIN);
	check_int(source_fd(source), STDIN_FILENO);
	feed_write(end, "http://b/\nhttp://c/\n", 20);
	check_int(drain(source, &out), SOURCE_AGAIN);
	check_str(out.data, "0:1 http://a/\nstdin:1 http://b/\n");
	close(end);
	check_int(drain(source, &out), SOURCE_END);
	check_str(out.data, "0:1 http://a/\nstdin:1 http://b/\nstdin:2 http://c/\n"
			    "2:1 http://z/\n");
	source_free(source);
	buf_release(&out);
	job_release(&job);
}

static void names_tell_the_format(void)
{
	static const char metalink[] =
		"<metalink xmlns=\"urn:ietf:params:xml:ns:metalink\"><file name=\"x\">"
		"<url>http://a/</url></file></metalink>";
	struct settings job = {0};

	job_add_input(&job, ".csv", "url,out\na,x\n");
	job_add_input(&job, ".CSV.gz", "url,out\na,x\n"); /* which it is not */
	job_add_input(&job, ".tsv", "url\tout\na\tx\n");
	job_add_input(&job, ".jsonl", "\"a\"\n");
	job_add_input(&job, ".ndjson", "a\n");
	job_add_input(&job, ".txt", "a,b\n");
	job_add_input(&job, ".csv", "");
	job_add_input(&job, ".meta4", metalink);
	check_job(&job, "0.csv:2 a out=x\n"
			"1.CSV.gz:2 a out=x\n"
			"2.tsv:2 a out=x\n"
			"3.jsonl:1 a\n"
			"bad 4.ndjson:1: this is no JSON: it is malformed (column 1)\n"
			"5.txt:1 a,b\n"
			"7.meta4:1 http://a/ out=x\n");
	job_release(&job);
}

static void the_first_bytes_tell_the_format(void)
{
	struct settings job = {0};

	job_add_list(&job, " \n\t{\"url\":\"a\"}\n");
	job_add_list(&job, "\xef\xbb\xbf{\"url\":\"b\"}\n");
	job_add_list(&job, "[{\"url\":\"a\"}]\n");
	job_add_list(&job, "TsvHttpData-1.0\nc\n");
	job_add_list(&job, "TsvHttp\n");
	job_add_list(&job, "\"e\"\n");
	job_add_list(&job, "<?xm");
	job_add_list(&job, "\n<metalink xmlns=\"urn:ietf:params:xml:ns:metalink\">"
			   "<file name=\"x\"><url>http://a/</url></file></metalink>");
	job_add_list(&job, "{");
	job_add_list(&job, " \n");
	check_job(&job,
		"0:2 a\n1:1 b\n"
		"bad 2:1: an array is no entry; this reads one object a line, as "
		"`jq -c '.[]'` makes them of an array\n"
		"3:2 c\n4:1 TsvHttp\n5:1 e\n6:1 <?xm\n"
		"7:2 http://a/ out=x\n"
		"bad 8:1: this is no JSON: it breaks off (column 1); this reads one "
		"object a line, as `jq -c` writes them\n");
	job_release(&job);
}

static void a_header_tells_the_format(void)
{
	struct settings job = {0};

	job_add_input(&job, ".txt", "\n out, \"URL\" ,caption\nx,a,\"b\nc\"\n");
	job_add_list(&job, "id\turl\r\n7\tb\r\n");
	job_add_list(&job, "url,x, and\ty\nc,d,e\n");
	/* Of these some would be columns, but they are URLs, comments or too few. */
	job_add_list(&job, "http://a/,url\n");
	job_add_list(&job, "#url,out\nd\n");
	job_add_list(&job, "url\n");
	job_add_list(&job, "curl,urls\n");
	job_add_list(&job, "url, h://\ne,i\n");
	job_add_list(&job, "x\turl\t,url,\ny\tf\t\n");
	job_add_list(&job, "TsvHttpData-1.0,url,\ng\n");
	check_job(&job, "0.txt:3 a out=x\n1:2 b\n2:2 c\n"
			"3:1 http://a/,url\n4:2 d\n5:1 url\n6:1 curl,urls\n"
			"7:2 e\n8:2 f\n"
			"broken 9:1: no column is named \"url\"; the first line must "
			"name the columns, as url,out,sha256\n");
	job_release(&job);
}

static void what_is_long_in_coming_is_a_list(void)
{
	struct buf list = BUF_INIT;
	struct settings job = {0};

	for (int i = 0; i < 600; i++)
		buf_addch(&list, '\n');
	buf_addstr(&list, "{a\n");
	job_add_list(&job, list.data);
	check_job(&job, "0:601 {a\n");
	job_release(&job);
	buf_release(&list);
}

static void the_user_knows_best(void)
{
	struct settings job = {0};

	job.input_format = FORMAT_LIST;
	job_add_input(&job, ".csv", "url,out\n");
	job_add_list(&job, "{a\n");
	check_job(&job, "0.csv:1 url,out\n1:1 {a\n");
	job.input_format = FORMAT_CSV;
	check_job(&job, "broken 1:1: no column is named \"url\"; the first line must "
			"name the columns, as url,out,sha256\n");
	job_release(&job);
}

/* No more is waited for than it takes to tell what it is. */
static void a_pipe_is_known_as_soon_as_can_be(void)
{
	static const struct {
		const char *first, *then, *want;
	} rows[] = {
		{"h\n", "i\n", "stdin:1 h\nstdin:2 i\n"},
		{"\"h\"\n", "", "stdin:1 h\n"},
		{"{\"url\":\"a\"}\n", "\"b\"\n", "stdin:1 a\nstdin:2 b\n"},
		{"url", ",out\nh,i\n", "stdin:2 h out=i\n"},
		{"url,o", "ut\nh,i\n", "stdin:2 h out=i\n"},
		{"x\turl", "s\n", "stdin:1 x\n"},
		/* The rest is the same to it, if it comes at once or later. */
		{"url,", " h://\nh,i\n", "stdin:2 h\n"},
		{"x\turl\t", ",url,\ny\th\t\n", "stdin:2 h\n"},
		{"h://", ",url,\n", "stdin:1 h://,url,\n"},
		{"<", "a\n", "stdin:1 <a\n"},
		{"Tsv", "a\n", "stdin:1 Tsva\n"},
		{"TsvHttpData-1.", "0\na\t7\n", "stdin:2 a\n"},
		{"", "", ""},
		{"{", "",
			"bad stdin:1: this is no JSON: it breaks off (column 1); this "
			"reads one object a line, as `jq -c` writes them\n"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int end = feed_stdin_pipe();
		struct buf out = BUF_INIT;
		struct source *source;
		struct settings job = {0};

		strings_add(&job.inputs, "-");
		source = input_open(&job);
		check_int(drain(source, &out), SOURCE_AGAIN);
		check_int(source_fd(source), STDIN_FILENO);
		feed_write(end, rows[i].first, strlen(rows[i].first));
		check_int(drain(source, &out), SOURCE_AGAIN);
		check_int(source_fd(source), STDIN_FILENO);
		feed_write(end, rows[i].then, strlen(rows[i].then));
		check_int(drain(source, &out), SOURCE_AGAIN);
		close(end);
		check_int(drain(source, &out), SOURCE_END);
		check_str(out.data, rows[i].want);
		source_free(source);
		buf_release(&out);
		job_release(&job);
	}
}

static void only_the_failed_ones_of_results(void)
{
	struct settings job = {0};

	job.only = ONLY_FAILED;
	job_add_list(&job,
		"{\"status\":\"done\",\"url\":\"a\",\"filename_effective\":\"a\"}\n"
		"{\"status\":\"failed\",\"url\":\"b\",\"filename_effective\":\"b\"}\n"
		"{\"url\":\"c\"}\n");
	job_add_list(&job, "d\n");
	check_job(&job, "0:2 b out=b\n0:3 c\n1:1 d\n");
	job_release(&job);
}

/* Freed while it is not known yet what it is. */
static void a_source_may_be_freed_before_it_is_known(void)
{
	int end = feed_stdin_pipe();
	struct buf out = BUF_INIT;
	struct source *source;
	struct settings job = {0};

	strings_add(&job.inputs, "-");
	source = input_open(&job);
	feed_write(end, "<?x", 3);
	check_int(drain(source, &out), SOURCE_AGAIN);
	source_free(source);
	close(end);
	job_release(&job);
	buf_release(&out);
}

static void an_input_may_be_broken_at_once(void)
{
	struct buf packed = BUF_INIT;
	struct settings job = {0};

	feed_gzip(&packed, "a\n", 2, Z_FINISH);
	feed_stdin_file(packed.data, 8);
	strings_add(&job.inputs, "-");
	job_add_list(&job, "b\n");
	check_job(&job, "broken stdin: its gzip data is cut short\n1:1 b\n");
	job_release(&job);
	buf_release(&packed);
}

/* The scheduler may free its entries last. */
static void entries_outlive_their_source(void)
{
	struct source *source;
	struct entry *entry;
	struct error err;
	struct settings job = {0};

	job_add_list(&job, "http://a/\n");
	source = input_open(&job);
	check_int(source_next(source, &entry, &err), SOURCE_ENTRY);
	source_free(source);
	check_str(entry->input, job.inputs.items[0]);
	check_str(entry->urls.items[0], "http://a/");
	entry_free(entry);
	/* And a source may be freed in the middle of its inputs. */
	source = input_open(&job);
	source_free(source);
	job_release(&job);
}

int main(void)
{
	scratch_enter();
	run(nothing_gives_nothing);
	run(arguments_come_first_then_each_input);
	run(output_and_checksum_go_to_the_argument);
	run(an_argument_is_not_fetched_without_its_checksum);
	run(a_broken_input_does_not_end_the_others);
	run(a_pipe_in_the_chain_is_waited_for);
	run(names_tell_the_format);
	run(the_first_bytes_tell_the_format);
	run(a_header_tells_the_format);
	run(what_is_long_in_coming_is_a_list);
	run(the_user_knows_best);
	run(a_pipe_is_known_as_soon_as_can_be);
	run(only_the_failed_ones_of_results);
	run(a_source_may_be_freed_before_it_is_known);
	run(an_input_may_be_broken_at_once);
	run(entries_outlive_their_source);
	scratch_leave();
	return done();
}
