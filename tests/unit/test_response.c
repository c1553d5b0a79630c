/* test_response.c - heads of responses as good and as bad servers send them. */
#include "net/response.h"

#include <stdlib.h>

#include "base/attr.h"
#include "tap.h"

/* Read one line from memory of its exact size, so that reading over it is seen. */
static int read_line(
	struct response *response, const char *line, size_t len, struct error *err)
{
	char *copy = malloc(len ? len : 1);
	int result;

	if (len)
		memcpy(copy, line, len);
	result = response_line(response, copy, len, err);
	free(copy);
	return result;
}

/* Lines end with "\n", as libcurl gives them; the kind of the first one that is refused. */
static enum kind add_head(struct response *response, const char *head)
{
	while (*head) {
		const char *end = strchr(head, '\n');
		size_t len = end ? (size_t)(end - head) + 1 : strlen(head);
		struct error err = {.kind = KIND_NONE};

		if (read_line(response, head, len, &err) != 0)
			return err.kind;
		check_int(err.kind, KIND_NONE);
		head += len;
	}
	return KIND_NONE;
}

static enum kind read_head(struct response *response, const char *head)
{
	response_clear(response, false);
	return add_head(response, head);
}

static void plain(void)
{
	struct response r;

	check_int(read_head(&r, "HTTP/1.1 200 OK\r\n"
				"Server: x\r\n"
				"Content-Length: 1234\r\n"
				"Content-Type: text/plain\r\n"
				"\r\n"),
		KIND_NONE);
	check_int(r.status, 200);
	check_int(r.length, 1234);
	check(!r.chunked && !r.encoded);
	check_int(r.head, 78);
	check(response_is_file(&r));
	response_clear(&r, false);
	check_int(r.status, 0);
	check_int(r.length, -1);
	check_int(r.head, 0);
	check(!response_is_file(&r));
}

static void status_lines(void)
{
	static const struct {
		const char *line;
		long status;
	} cases[] = {
		{"HTTP/1.0 200 OK\r\n", 200},
		{"HTTP/1.1 404 Not Found\r\n", 404},
		{"HTTP/2 503 \r\n", 503},
		{"HTTP/2 301\r\n", 301},
		{"HTTP/3 200\n", 200},
		{"HTTP/1.1 200", 200},
		{"HTTP/1.1 999 Odd\r\n", 999},
		{"HTTP/1.1\r\n", 0},
		{"HTTP/1.1 \r\n", 0},
		{"HTTP/1.1 abc\r\n", 0},
		{"HTTP/1.1 -20 x\r\n", 0},
		{"HTTP/", 0},
		{"HTTP", 0},
		{"http/1.1 200 OK\r\n", 0},
		{"ICY 200 OK\r\n", 0},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct response r;

		check_int(read_head(&r, cases[i].line), KIND_NONE);
		if (r.status != cases[i].status)
			printf("# %s\n", cases[i].line);
		check_int(r.status, cases[i].status);
	}
}

/* What looks like a success must be one: three digits and nothing more. */
static void status_lines_that_are_no_success(void)
{
	static const char *const lines[] = {"HTTP/1.1 2000 OK\r\n",
		"HTTP/1.1 20 OK\r\n", "HTTP/1.1 2\r\n", "HTTP/1.1 20x OK\r\n",
		"HTTP/1.1 2 00\r\n", "HTTP/1.1 0200 OK\r\n", "HTTP/1.1 +200 OK\r\n"};

	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		struct response r;

		if (read_head(&r, lines[i]) == KIND_NONE && response_is_file(&r)) {
			printf("# %s", lines[i]);
			check(!response_is_file(&r));
		}
	}
}

static const struct {
	const char *value;
	int64_t length; /* -1: refused */
} lengths[] = {
	{"0", 0},
	{"5", 5},
	{"0005", 5},
	{"00000000000000000000000000000000000005", 5},
	{" \t 5 \t ", 5},
	{"9223372036854775807", INT64_MAX},
	{"9223372036854775808", -1},
	{"9223372036854775810", -1},
	{"9999999999999999999", -1},
	{"18446744073709551615", -1},
	{"18446744073709551616", -1},
	{"18446744073709551621", -1}, /* 5 when it overflows */
	{"99999999999999999999999999999999999999", -1},
	{"", -1},
	{" ", -1},
	{"-1", -1},
	{"-0", -1},
	{"+5", -1},
	{"5, 5", -1},
	{"5,5", -1},
	{"5 5", -1},
	{"5;", -1},
	{"5.0", -1},
	{"5e3", -1},
	{"0x5", -1},
	{"5x", -1},
	{"x5", -1},
	{"\"5\"", -1},
	{"\xd9\xa5", -1}, /* a digit elsewhere */
	{"5\r5", -1},
	{"5\v", -1},
};

static void content_lengths(void)
{
	for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
		int64_t want = lengths[i].length;
		struct response r;
		char head[128];
		enum kind kind;

		snprintf(
			head, sizeof(head), "Content-Length: %s\r\n", lengths[i].value);
		kind = read_head(&r, head);
		if (kind != (want < 0 ? KIND_PROTOCOL : KIND_NONE))
			printf("# \"%s\"\n", lengths[i].value);
		check_int(kind, want < 0 ? KIND_PROTOCOL : KIND_NONE);
		check_int(r.length, want);
	}
}

static void content_length_with_a_nul(void)
{
	static const char *const values[] = {"5\0", "\0005", "5\0005"};
	static const size_t lens[] = {2, 2, 3};

	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		char line[64] = "Content-Length: ";
		size_t len = strlen(line);
		struct response r;

		memcpy(line + len, values[i], lens[i]);
		memcpy(line + len + lens[i], "\r\n", 2);
		response_clear(&r, false);
		check(read_line(&r, line, len + lens[i] + 2, NULL) != 0);
	}
}

static void field_names(void)
{
	static const char *const same[] = {"content-length:5\r\n",
		"CONTENT-LENGTH: 5\r\n", "cOnTeNt-LeNgTh:\t5\r\n",
		"Content-Length: 5\n", "Content-Length: 5"};
	static const char *const others[] = {"Content-Length : 5\r\n",
		" Content-Length: 5\r\n", "Content-Length\r\n", "Content-Lengt: 5\r\n",
		"Content-Lengths: 5\r\n", "X-Content-Length: 5\r\n",
		"Content_Length: 5\r\n", ": 5\r\n", "C\r\n", "c", "T", "\r\n", "\n",
		"Content-Length; 5\r\n"};

	for (size_t i = 0; i < ARRAY_LEN(same); i++) {
		struct response r;

		check_int(read_head(&r, same[i]), KIND_NONE);
		check_int(r.length, 5);
	}
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		struct response r;

		check_int(read_head(&r, others[i]), KIND_NONE);
		check_int(r.length, -1);
		check(!r.chunked && !r.encoded);
	}
}

static void more_than_one_length(void)
{
	struct response r;

	check_int(read_head(&r, "HTTP/1.1 200 OK\r\n"
				"Content-Length: 5\r\n"
				"content-length: 05\r\n"),
		KIND_NONE);
	check_int(r.length, 5);
	check_int(read_head(&r, "HTTP/1.1 200 OK\r\n"
				"Content-Length: 5\r\n"
				"Content-Length: 6\r\n"),
		KIND_PROTOCOL);
	check_int(read_head(&r, "HTTP/1.1 200 OK\r\n"
				"Content-Length: 0\r\n"
				"X: y\r\n"
				"Content-Length: 5\r\n"),
		KIND_PROTOCOL);
}

/* Each head begins anew: what an interim answer says is not about the body. */
static void interim_answers(void)
{
	struct response r;

	check_int(read_head(&r, "HTTP/1.1 100 Continue\r\n"
				"Content-Length: 7\r\n"
				"Transfer-Encoding: chunked\r\n"
				"Content-Encoding: gzip\r\n"
				"\r\n"
				"HTTP/1.1 103 Early Hints\r\n"
				"Content-Length: 8\r\n"
				"\r\n"
				"HTTP/1.1 200 OK\r\n"
				"Content-Length: 5\r\n"
				"\r\n"),
		KIND_NONE);
	check_int(r.status, 200);
	check_int(r.length, 5);
	check(!r.chunked && !r.encoded);
	check(r.head > 180); /* all of them */
}

static void transfer_encodings(void)
{
	static const struct {
		const char *value;
		bool chunked;
	} cases[] = {
		{"chunked", true},
		{"Chunked", true},
		{" CHUNKED \t", true},
		{"gzip, chunked", true},
		{"gzip,chunked", true},
		{"chunked, gzip", false},
		{"gzip", false},
		{"identity", false},
		{"chunke", false},
		{"chunked2", false},
		{"", false},
		{"xchunked", false},
		{"not-chunked", false},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct response r;
		char head[128];

		snprintf(head, sizeof(head), "Transfer-Encoding: %s\r\n",
			cases[i].value);
		check_int(read_head(&r, head), KIND_NONE);
		if (r.chunked != cases[i].chunked)
			printf("# \"%s\"\n", cases[i].value);
		check_int(r.chunked, cases[i].chunked);
	}
}

static void content_encodings(void)
{
	static const struct {
		const char *value;
		bool encoded;
	} cases[] = {
		{"gzip", true},
		{"br", true},
		{"identity, gzip", true},
		{"identityx", true},
		{"identit", true},
		{"identity", false},
		{" Identity ", false},
		{"", false},
	};
	struct response r;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char head[128];

		snprintf(head, sizeof(head), "Content-Encoding:%s\r\n", cases[i].value);
		check_int(read_head(&r, head), KIND_NONE);
		check_int(r.encoded, cases[i].encoded);
	}
	/* Two fields are one list (RFC 9110, 5.3). */
	check_int(read_head(&r,
			  "Content-Encoding: gzip\r\nContent-Encoding: identity\r\n"),
		KIND_NONE);
	check(r.encoded);
}

/* A folded line (RFC 9112, 5.2) is none of ours; a value that is only there is missing. */
static void folded_lines(void)
{
	struct response r;

	check_int(read_head(&r, "HTTP/1.1 200 OK\r\n"
				"X-Long: a\r\n"
				" Content-Length: 7\r\n"
				"\tTransfer-Encoding: chunked\r\n"
				"Content-Length: 5\r\n"),
		KIND_NONE);
	check_int(r.length, 5);
	check(!r.chunked);
	check_int(read_head(&r, "Content-Length:\r\n 5\r\n"), KIND_PROTOCOL);
}

static const struct announcement *announced(const struct response *r)
{
	return announced_best(&r->announced, ANNOUNCED_CONTENT | ANNOUNCED_WHOLE);
}

static void digests(void)
{
	struct response r;

	check_int(read_head(&r, "HTTP/1.1 200 OK\r\n"
				"Date: Tue, 02 Jan 2024 10:00:00 GMT\r\n"
				"CONTENT-MD5: \tsZRqySSS0jR8YjW00mERhA== \r\n"
				"x-goog-hash: crc32c=NhopDw==\r\n"
				"\r\n"),
		KIND_NONE);
	check(announced(&r) && announced(&r)->sum.alg == DIGEST_MD5);
	check_int(read_head(&r, "HTTP/1.1 200 OK\r\n"
				"digest: SHA=9XLTlvrpIGYocU+yzgD3LpTyJY8=\r\n"),
		KIND_NONE);
	check(announced(&r) && announced(&r)->sum.alg == DIGEST_SHA1);
	/* Of an interim answer, or a proxy's, nothing is kept. */
	check_int(read_head(&r, "HTTP/1.1 103 Early Hints\r\n"
				"Content-MD5: sZRqySSS0jR8YjW00mERhA==\r\n"
				"\r\n"
				"HTTP/1.1 200 OK\r\n"
				"Server: x\r\n"
				"\r\n"),
		KIND_NONE);
	check(!announced(&r));
}

/* Where libcurl expects a field, that is what it is. */
static void one_status_to_a_head(void)
{
	struct response r;

	check_int(read_head(&r, "HTTP/1.1 200 OK\r\n"
				"HTTP/1.1: 404 x\r\n"
				"HTTP/1.1 404 Not Found\r\n"
				"Content-Length: 5\r\n"
				"\r\n"),
		KIND_NONE);
	check_int(r.status, 200);
	check_int(r.length, 5);
	check_int(add_head(&r, "HTTP/1.1 404 Not: Found\r\n\r\n"), KIND_NONE);
	check_int(r.status, 200);
	check(r.complete);
}

static void trailers_say_nothing(void)
{
	struct response r;

	check_int(read_head(&r, "HTTP/1.1 200 OK\r\n"
				"Transfer-Encoding: chunked\r\n"
				"\r\n"
				"Content-Length: 5\r\n"
				"Content-Encoding: gzip\r\n"
				"Repr-Digest: md5=:sZRqySSS0jR8YjW00mERhA==:\r\n"
				"\r\n"),
		KIND_NONE);
	check_int(r.length, -1);
	check(r.chunked && !r.encoded && r.complete);
	check(!announced(&r));
}

static void head_is_capped(void)
{
	static const char line[] = "X: 0123456789\r\n";
	struct response r;
	struct error err = {.kind = KIND_NONE};
	size_t sum = sizeof(line) - 1;

	response_clear(&r, false);
	while (sum <= RESPONSE_HEAD_MAX) {
		check_int(response_line(&r, line, sizeof(line) - 1, &err), 0);
		sum += sizeof(line) - 1;
	}
	check(response_line(&r, line, sizeof(line) - 1, &err) != 0);
	check_int(err.kind, KIND_TOO_LARGE);
	/* One long line is no better than many, and the very last byte still fits. */
	response_clear(&r, false);
	r.head = RESPONSE_HEAD_MAX - 2;
	check_int(response_line(&r, "\r\n", 2, &err), 0);
	check(response_line(&r, "\n", 1, &err) != 0);
}

static void endless_interim_answers(void)
{
	static const char line[] = "HTTP/1.1 100 Continue\r\n";
	struct response r;
	int lines = 0;

	response_clear(&r, false);
	while (response_line(&r, line, sizeof(line) - 1, NULL) == 0)
		check(++lines < 20000);
	check(lines > 1000);
}

static void files_and_phrases(void)
{
	for (long status = 0; status < 1000; status++) {
		struct response r = {.status = status};

		check_int(response_is_file(&r),
			status == 200 || status == 201 || status == 203);
		check(response_phrase(status) != NULL);
	}
	check_str(response_phrase(404), "Not Found");
	check_str(response_phrase(418), "");
}

int main(void)
{
	run(plain);
	run(status_lines);
	run(status_lines_that_are_no_success);
	run(content_lengths);
	run(content_length_with_a_nul);
	run(field_names);
	run(more_than_one_length);
	run(interim_answers);
	run(transfer_encodings);
	run(content_encodings);
	run(folded_lines);
	run(digests);
	run(one_status_to_a_head);
	run(trailers_say_nothing);
	run(head_is_capped);
	run(endless_interim_answers);
	run(files_and_phrases);
	return done();
}
