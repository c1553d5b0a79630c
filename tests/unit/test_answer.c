/* test_answer.c - the judgement of answers to requests with and without a range, of honest
 * servers and of those that lie. */
#include "net/answer.h"

#include "base/attr.h"
#include "tap.h"

#define DATE "Date: Tue, 01 Oct 2024 12:00:00 GMT\n"
#define OLD "Last-Modified: Tue, 01 Oct 2024 10:00:00 GMT\n"
#define NEW "Last-Modified: Tue, 01 Oct 2024 11:00:00 GMT\n"
#define JUST "Last-Modified: Tue, 01 Oct 2024 12:00:00 GMT\n"
#define OLD_TIME 1727776800
#define A "ETag: \"a\"\n"
#define WHOLE "HTTP/1.1 200 OK\n"
#define PART "HTTP/1.1 206 Partial Content\n"
#define BEYOND "HTTP/1.1 416 Range Not Satisfiable\n"

/* What is asked for. */
enum ask {
	ALL,   /* no range */
	FIRST, /* bytes 0-99 of a file that nobody knows */
	LATER, /* bytes 100-199 of 1000, ETag "a", modified at OLD */
	LAST,  /* bytes 900-999 of the same */
	RESUMED, /* as LATER, of a file that is pinned by its date, as an earlier run knew it */
	UNPINNED /* bytes 100-199 of 1000, and no validator */
};

static struct attempt attempt_for(enum ask ask)
{
	static const struct entry entry; /* nothing proves it */
	struct attempt attempt = {.entry = &entry,
		.ranged = ask != ALL,
		.asked = {0, ask == ALL ? RANGE_OPEN : 99},
		.version = VERSION_UNKNOWN};

	if (ask < LATER)
		return attempt;
	attempt.asked = (struct range){100, 199};
	if (ask == LAST)
		attempt.asked = (struct range){900, 999};
	attempt.version.size = 1000;
	if (ask == LATER || ask == LAST) {
		attempt.version.etag = (char *)"\"a\"";
		attempt.version.mtime = OLD_TIME;
	}
	if (ask == RESUMED)
		attempt.version.modified = (char *)"Tue, 01 Oct 2024 10:00:00 GMT";
	return attempt;
}

static void read_head(struct response *response, const char *head)
{
	response_clear(response, false);
	while (*head) {
		size_t len = strcspn(head, "\n") + 1;

		check_int(response_line(response, head, len, NULL), 0);
		head += len;
	}
	check_int(response_line(response, "\r\n", 2, NULL), 0);
}

struct answer_case {
	enum ask ask;
	const char *head;
	enum answer answer;
	enum kind kind;     /* of WRONG */
	int64_t size, last; /* of FILE */
	bool ranges;
};

static void check_answer(const struct answer_case *is, bool decoded)
{
	struct attempt attempt = attempt_for(is->ask);
	struct error err = {.kind = KIND_NONE};
	struct version version;
	struct response response;
	struct head head;
	enum answer answer;

	read_head(&response, is->head);
	answer = answer_judge(&response, &attempt, decoded, &version, &head, &err);
	if (answer != is->answer || (answer == ANSWER_WRONG && err.kind != is->kind))
		printf("# ask %d, answer:\n# %s: %s\n", is->ask, is->head, err.text);
	check_int(answer, is->answer);
	check_str(kind_name(err.kind), kind_name(is->kind));
	check(answer != ANSWER_WRONG || err.text[0]);
	check(head.version == &version);
	if (answer == ANSWER_FILE && is->answer == ANSWER_FILE) {
		check_int(version.size, is->size);
		check_int(head.last, is->last);
		check_int(head.ranges, is->ranges);
	}
	version_release(&version);
}

static void check_answers(const struct answer_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++)
		check_answer(&cases[i], false);
}

static void whole_files(void)
{
	static const struct answer_case cases[] = {
		{ALL, WHOLE "Content-Length: 1000\n", ANSWER_FILE, KIND_NONE, 1000, 999,
			false},
		{ALL, WHOLE "Content-Length: 1000\nAccept-Ranges: bytes\n" A,
			ANSWER_FILE, KIND_NONE, 1000, 999, true},
		{ALL, WHOLE "Content-Length: 1000\nAccept-Ranges: none\n" A,
			ANSWER_FILE, KIND_NONE, 1000, 999, false},
		{ALL, WHOLE "Content-Length: 0\n", ANSWER_FILE, KIND_NONE, 0, -1,
			false},
		{ALL, WHOLE, ANSWER_FILE, KIND_NONE, -1, RANGE_OPEN, false},
		{ALL, WHOLE "Transfer-Encoding: chunked\n", ANSWER_FILE, KIND_NONE, -1,
			RANGE_OPEN, false},
		{ALL, "HTTP/1.1 201 Created\nContent-Length: 5\nAccept-Ranges: bytes\n",
			ANSWER_FILE, KIND_NONE, 5, 4, false},
		/* It says nothing there (RFC 9110, 14.4), unless it contradicts. */
		{ALL, WHOLE "Content-Length: 100\nContent-Range: bytes 0-99/1000\n",
			ANSWER_FILE, KIND_NONE, 100, 99, false},
		{FIRST, WHOLE "Content-Length: 50\nContent-Range: bytes 0-49/50\n",
			ANSWER_FILE, KIND_NONE, 50, 49, false},
		/* A range was asked for, and all of it comes: no more ranges then. */
		{FIRST, WHOLE "Content-Length: 1000\nAccept-Ranges: bytes\n" A,
			ANSWER_FILE, KIND_NONE, 1000, 999, false},
		{FIRST, WHOLE "Transfer-Encoding: chunked\n", ANSWER_FILE, KIND_NONE,
			-1, RANGE_OPEN, false},
		/* If-Range says: what was pinned is gone. */
		{LATER, WHOLE "Content-Length: 1000\n" A, ANSWER_WRONG, KIND_CHANGED, 0,
			0, false},
		{RESUMED, WHOLE "Content-Length: 1000\n", ANSWER_WRONG, KIND_CHANGED, 0,
			0, false},
		/* Not the file at all. */
		{ALL, "HTTP/1.1 404 Not Found\n", ANSWER_OTHER, KIND_NONE, 0, 0, false},
		{FIRST, "HTTP/1.1 302 Found\n", ANSWER_OTHER, KIND_NONE, 0, 0, false},
		{LATER, "HTTP/1.1 503 Service Unavailable\n", ANSWER_OTHER, KIND_NONE,
			0, 0, false},
		{ALL, PART "Content-Range: bytes 0-9/1000\n", ANSWER_OTHER, KIND_NONE,
			0, 0, false},
		{ALL, BEYOND "Content-Range: bytes */0\n", ANSWER_OTHER, KIND_NONE, 0,
			0, false},
	};
	static const struct answer_case coded = {ALL,
		WHOLE "Content-Length: 1000\nContent-Encoding: gzip\n"
		      "Accept-Ranges: bytes\n",
		ANSWER_FILE, KIND_NONE, -1, RANGE_OPEN, false};

	check_answers(cases, ARRAY_LEN(cases));
	check_answer(&coded, true);
}

static void honest_ranges(void)
{
	static const struct answer_case cases[] = {
		{FIRST, PART "Content-Range: bytes 0-99/1000\nContent-Length: 100\n",
			ANSWER_FILE, KIND_NONE, 1000, 99, true},
		{FIRST, PART "Content-Range: bytes 0-49/50\n", ANSWER_FILE, KIND_NONE,
			50, 49, true},
		{FIRST,
			PART "Content-Range: bytes 0-99/100\n"
			     "Transfer-Encoding: chunked\n",
			ANSWER_FILE, KIND_NONE, 100, 99, true},
		/* The size of a file that is known may be left open. */
		{LATER, PART "Content-Range: bytes 100-199/*\n" A, ANSWER_FILE,
			KIND_NONE, 1000, 199, true},
		{LATER, PART "Content-Range: bytes 100-199/1000\n" A, ANSWER_FILE,
			KIND_NONE, 1000, 199, true},
		{LATER,
			PART
			"Content-Range: Bytes 100-199/1000\nContent-Length: 100\n" A,
			ANSWER_FILE, KIND_NONE, 1000, 199, true},
		{LAST, PART "Content-Range: bytes 900-999/1000\n" A OLD DATE,
			ANSWER_FILE, KIND_NONE, 1000, 999, true},
		{RESUMED, PART "Content-Range: bytes 100-199/1000\n" OLD DATE,
			ANSWER_FILE, KIND_NONE, 1000, 199, true},
		{RESUMED, PART "Content-Range: bytes 100-199/1000\n", ANSWER_FILE,
			KIND_NONE, 1000, 199, true},
	};

	check_answers(cases, ARRAY_LEN(cases));
}

static void ranges_that_lie(void)
{
	static const struct answer_case cases[] = {
		/* No range, two of them, or nonsense. */
		{FIRST, PART "Content-Length: 100\n", ANSWER_WRONG, KIND_RANGE, 0, 0,
			false},
		{FIRST, PART "Content-Type: multipart/byteranges; boundary=x\n",
			ANSWER_WRONG, KIND_RANGE, 0, 0, false},
		{FIRST, PART "Content-Range: bytes 99-0/1000\n", ANSWER_WRONG,
			KIND_RANGE, 0, 0, false},
		{FIRST, PART "Content-Range: bytes 0-99/50\n", ANSWER_WRONG, KIND_RANGE,
			0, 0, false},
		{FIRST, PART "Content-Range: bytes */1000\n", ANSWER_WRONG, KIND_RANGE,
			0, 0, false},
		{FIRST, PART "Content-Range: bytes 0-99/99999999999999999999\n",
			ANSWER_WRONG, KIND_RANGE, 0, 0, false},
		{FIRST,
			PART "Content-Range: bytes 0-99/1000\n"
			     "Content-Range: bytes 0-98/1000\n",
			ANSWER_WRONG, KIND_RANGE, 0, 0, false},
		/* Called the whole, and is not. */
		{FIRST, WHOLE "Content-Range: bytes 0-99/1000\nContent-Length: 100\n",
			ANSWER_WRONG, KIND_RANGE, 0, 0, false},
		{FIRST, WHOLE "Content-Range: bytes 0-99/*\nContent-Length: 100\n",
			ANSWER_WRONG, KIND_RANGE, 0, 0, false},
		/* Is that all of the file, or only its beginning? */
		{FIRST, PART "Content-Range: bytes 0-99/*\nContent-Length: 100\n" A,
			ANSWER_WRONG, KIND_RANGE, 0, 0, false},
		/* Other bytes. */
		{FIRST, PART "Content-Range: bytes 1-99/1000\n", ANSWER_WRONG,
			KIND_RANGE, 0, 0, false},
		{LATER, PART "Content-Range: bytes 0-99/1000\n", ANSWER_WRONG,
			KIND_RANGE, 0, 0, false},
		{LATER, PART "Content-Range: bytes 0-999/1000\n", ANSWER_WRONG,
			KIND_RANGE, 0, 0, false},
		{LATER, PART "Content-Range: bytes 100-198/1000\n", ANSWER_WRONG,
			KIND_RANGE, 0, 0, false},
		{LATER, PART "Content-Range: bytes 100-200/1000\n", ANSWER_WRONG,
			KIND_RANGE, 0, 0, false},
		{LATER, PART "Content-Range: bytes 100-999/1000\n", ANSWER_WRONG,
			KIND_RANGE, 0, 0, false},
		/* As many bytes as were asked for, says one field, and not the other. */
		{LATER, PART "Content-Range: bytes 100-199/1000\nContent-Length: 99\n",
			ANSWER_WRONG, KIND_RANGE, 0, 0, false},
		{LATER,
			PART
			"Content-Range: bytes 100-199/1000\nContent-Length: 1000\n",
			ANSWER_WRONG, KIND_RANGE, 0, 0, false},
		/* Ranges of what is coded are of other bytes. */
		{LATER,
			PART "Content-Range: bytes 100-199/1000\n"
			     "Content-Encoding: gzip\n",
			ANSWER_WRONG, KIND_RANGE, 0, 0, false},
	};

	check_answers(cases, ARRAY_LEN(cases));
}

/* If-Range was said, but not every server heeds it. */
static void files_that_have_changed(void)
{
	static const struct answer_case cases[] = {
		{LATER, PART "Content-Range: bytes 100-199/1001\n" A, ANSWER_WRONG,
			KIND_CHANGED, 0, 0, false},
		{LATER, PART "Content-Range: bytes 100-199/1000\nETag: \"b\"\n",
			ANSWER_WRONG, KIND_CHANGED, 0, 0, false},
		{LATER, PART "Content-Range: bytes 100-199/1000\n" NEW DATE,
			ANSWER_WRONG, KIND_CHANGED, 0, 0, false},
		{LATER, PART "Content-Range: bytes 100-149/150\n", ANSWER_WRONG,
			KIND_CHANGED, 0, 0, false},
		{UNPINNED, PART "Content-Range: bytes 100-199/900\n", ANSWER_WRONG,
			KIND_CHANGED, 0, 0, false},
		/* Known by its date alone, and the server does not look at that. */
		{RESUMED, PART "Content-Range: bytes 100-199/1000\n" NEW DATE,
			ANSWER_WRONG, KIND_CHANGED, 0, 0, false},
		{RESUMED, PART "Content-Range: bytes 100-199/1000\n" JUST DATE,
			ANSWER_WRONG, KIND_CHANGED, 0, 0, false},
		{RESUMED, PART "Content-Range: bytes 100-199/1000\n" NEW, ANSWER_WRONG,
			KIND_CHANGED, 0, 0, false},
		/* It has become shorter. */
		{LATER, BEYOND "Content-Range: bytes */50\n", ANSWER_WRONG,
			KIND_CHANGED, 0, 0, false},
		{LATER, BEYOND "Content-Range: bytes */0\n", ANSWER_WRONG, KIND_CHANGED,
			0, 0, false},
		{LATER, BEYOND, ANSWER_WRONG, KIND_CHANGED, 0, 0, false},
		{UNPINNED, BEYOND "Content-Range: bytes */1000\n", ANSWER_WRONG,
			KIND_RANGE, 0, 0, false},
		{UNPINNED, BEYOND "Content-Range: bytes */50\n", ANSWER_WRONG,
			KIND_RANGE, 0, 0, false},
	};

	check_answers(cases, ARRAY_LEN(cases));
}

/* Where a digest proves the file, another server of it is asked for a range without If-Range: it
 * may have any validator, but must have the size, and know ranges. */
static void other_servers(void)
{
	static const struct answer_case cases[] = {
		{UNPINNED, PART "Content-Range: bytes 100-199/1000\n", ANSWER_FILE,
			KIND_NONE, 1000, 199, true},
		{UNPINNED, PART "Content-Range: bytes 100-199/1000\nETag: \"b\"\n" NEW,
			ANSWER_FILE, KIND_NONE, 1000, 199, true},
		{UNPINNED, WHOLE "Content-Length: 1000\nETag: \"b\"\n", ANSWER_WRONG,
			KIND_RANGE, 0, 0, false},
		{UNPINNED, WHOLE "Content-Length: 1001\n", ANSWER_WRONG, KIND_RANGE, 0,
			0, false},
		{UNPINNED, WHOLE, ANSWER_WRONG, KIND_RANGE, 0, 0, false},
	};

	check_answers(cases, ARRAY_LEN(cases));
}

/* There is no byte 0 in a file without bytes, and in no other. */
static void empty_files(void)
{
	static const struct answer_case cases[] = {
		{FIRST, BEYOND "Content-Range: bytes */0\n", ANSWER_EMPTY, KIND_NONE, 0,
			0, false},
		{FIRST, BEYOND "Content-Range: bytes */1000\n", ANSWER_WRONG,
			KIND_RANGE, 0, 0, false},
		{FIRST, BEYOND "Content-Range: bytes 0-99/1000\n", ANSWER_WRONG,
			KIND_RANGE, 0, 0, false},
		{FIRST, BEYOND "Content-Range: bytes 0-0/0\n", ANSWER_WRONG, KIND_RANGE,
			0, 0, false},
		/* It may as well be one that wants no ranges: that it is empty must be
		 * said. */
		{FIRST, BEYOND, ANSWER_WRONG, KIND_RANGE, 0, 0, false},
	};

	check_answers(cases, ARRAY_LEN(cases));
}

static void what_is_said_of_the_file(void)
{
	struct attempt attempt = attempt_for(FIRST);
	struct version version;
	struct response response;
	struct head head;

	read_head(&response, PART "Content-Range: bytes 0-99/1000000\n" A OLD DATE);
	check_int(answer_judge(&response, &attempt, false, &version, &head, NULL),
		ANSWER_FILE);
	check_str(version.etag, "\"a\"");
	check_str(version.modified, "Tue, 01 Oct 2024 10:00:00 GMT");
	check_int(version.mtime, OLD_TIME);
	version_release(&version);
	/* A weak tag pins nothing, nor does a date that is as old as the answer. */
	read_head(&response,
		PART "Content-Range: bytes 0-99/1000000\nETag: W/\"a\"\n" JUST DATE);
	check_int(answer_judge(&response, &attempt, false, &version, &head, NULL),
		ANSWER_FILE);
	check(version_pin(&version) == NULL);
	check(version.mtime > OLD_TIME);
	version_release(&version);
}

#define REPR "Repr-Digest: sha-256=:"
#define ZEROS "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:\n"
#define DIGEST_OF_ZEROS                                                                \
	"sha-256=0000000000000000000000000000000000000000000000000000000000000000"

/* A digest of the whole file tells more than validators, which each server makes up for itself. */
static void announced_digests(void)
{
	static const char *const zeros =
		PART "Content-Range: bytes 100-199/1000\nETag: \"a\"\n" REPR ZEROS;
	struct attempt attempt = attempt_for(LATER);
	struct error err = {.kind = KIND_NONE};
	struct version version;
	struct response response;
	struct head head;

	attempt.version.digest = (char *)DIGEST_OF_ZEROS;
	read_head(&response, zeros);
	check_int(answer_judge(&response, &attempt, false, &version, &head, &err),
		ANSWER_FILE);
	check_str(version.digest, DIGEST_OF_ZEROS);
	version_release(&version);
	attempt.version.digest = (char *)"sha-256=01";
	check_int(answer_judge(&response, &attempt, false, &version, &head, &err),
		ANSWER_WRONG);
	check_int(err.kind, KIND_CHANGED);
	version_release(&version);
	/* Not of this coding, not by this server's word, not as strong, not asked for. */
	attempt = attempt_for(ALL);
	read_head(&response, WHOLE "Content-Length: 1000\n" REPR ZEROS);
	check_int(answer_judge(&response, &attempt, true, &version, &head, &err),
		ANSWER_FILE);
	check(!version.digest);
	version_release(&version);
	read_head(
		&response, "HTTP/1.1 203 Other\nContent-Length: 1000000\n" REPR ZEROS);
	check_int(answer_judge(&response, &attempt, false, &version, &head, &err),
		ANSWER_FILE);
	check(!version.digest);
	version_release(&version);
	read_head(&response, WHOLE "Content-Length: 1000000\n"
				   "Repr-Digest: md5=:AAAAAAAAAAAAAAAAAAAAAA==:\n");
	check_int(answer_judge(&response, &attempt, false, &version, &head, &err),
		ANSWER_FILE);
	check(!version.digest);
	version_release(&version);
}

static void deaf_to_digests(void)
{
	struct response response;
	struct version version;
	const char *lines[] = {"HTTP/1.1 100 Continue\r\n", "\r\n",
		"HTTP/1.1 200 OK\r\n", "Content-Length: 1000000\r\n", REPR ZEROS};

	response_clear(&response, true);
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		check_int(
			response_line(&response, lines[i], strlen(lines[i]), NULL), 0);
	check_int(response.length, 1000000);
	response_version(&response, &version);
	check(!version.digest);
	version_release(&version);
}

int main(void)
{
	run(whole_files);
	run(honest_ranges);
	run(ranges_that_lie);
	run(files_that_have_changed);
	run(other_servers);
	run(empty_files);
	run(what_is_said_of_the_file);
	run(announced_digests);
	run(deaf_to_digests);
	return done();
}
