/* fuzz_sigv4.c - net/sigv4.h. Lines: path, query, value of a header, region.
 *
 * Claims: what is signed has the lines that it must have, and no others, whatever path and
 * query are, and these only of the characters that AWS has in them; to make it canonical once
 * is enough; a key that is known signs as one that is derived anew; the secret is not in the
 * result. */
#include "net/sigv4.h"

#include <string.h>

#include "base/alloc.h"
#include "fuzz.h"

#define KEY "wJalrXUtnFEMI/K7MDENG"
#define UNRESERVED "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~"
#define LINES 9 /* method, path, query, three headers, "", their names, payload */

/* Lines that are not to have others in them. */
static char *take_value(struct fuzz_bytes *bytes)
{
	char *value = fuzz_take_line(bytes);

	value[strcspn(value, "\r")] = '\0';
	return value;
}

static size_t count_lines(const char *text)
{
	size_t lines = 1;

	for (; *text; text++)
		lines += *text == '\n';
	return lines;
}

/* The n-th line, from 0, of the text; it is cut there. */
static char *line_of(char *text, size_t n)
{
	while (n-- > 0)
		text = strchr(text, '\n') + 1;
	text[strcspn(text, "\n")] = '\0';
	return text;
}

static void check_canonical(const struct sigv4_request *request)
{
	_cleanup_(buf_release) struct buf once = BUF_INIT, twice = BUF_INIT;
	_cleanup_(buf_release) struct buf path = BUF_INIT, query = BUF_INIT;
	struct sigv4_request again = *request;

	sigv4_add_canonical(&once, request);
	must(strlen(once.data) == once.len && count_lines(once.data) == LINES);
	buf_addstr(&path, once.data);
	buf_addstr(&query, once.data);
	again.path = line_of(path.data, 1);
	again.query = line_of(query.data, 2);
	must(strspn(again.path, UNRESERVED "/%") == strlen(again.path));
	must(strspn(again.query, UNRESERVED "&=%") == strlen(again.query));
	sigv4_add_canonical(&twice, &again);
	must(strcmp(once.data, twice.data) == 0);
}

static void check_signature(const struct sigv4_request *request)
{
	static const struct sigv4_secret secret = {.id = "AKIDEXAMPLE", .key = KEY};
	_cleanup_(buf_release) struct buf first = BUF_INIT, second = BUF_INIT;
	struct sigv4_key key = {.known = false};

	must(sigv4_sign(&key, &secret, request, &first, NULL) == 0);
	must(key.known);
	must(sigv4_sign(&key, &secret, request, &second, NULL) == 0);
	must(strcmp(first.data, second.data) == 0);
	must(!strstr(first.data, KEY) || strstr(request->region, KEY));
	must(strncmp(first.data, "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/", 40) == 0);
	sigv4_key_release(&key);
	must(!key.known);
}

void fuzz_sigv4(const uint8_t *data, size_t len)
{
	struct fuzz_bytes bytes = {.at = data, .left = len};
	char *path _cleanup_(freep) = take_value(&bytes);
	char *query _cleanup_(freep) = take_value(&bytes);
	char *value _cleanup_(freep) = take_value(&bytes);
	char *region _cleanup_(freep) = take_value(&bytes);
	char time[SIGV4_TIME_SIZE];
	const struct sigv4_header headers[] = {
		{"x-amz-meta", value}, {"Host", "h.example"}, {"X-Amz-Date", time}};
	struct sigv4_request request = {.method = "GET",
		.path = path,
		.query = *query ? query : NULL,
		.normalize = fuzz_choice(data, len) & 1,
		.headers = headers,
		.n_headers = ARRAY_LEN(headers),
		.payload = SIGV4_NO_PAYLOAD,
		.time = time,
		.region = region,
		.service = "s3"};

	must(sigv4_time(time, (int64_t)(fuzz_choice(data, len) >> 32)) == time);
	must(strlen(time) == SIGV4_TIME_SIZE - 1);
	if (*path != '/')
		return; /* no URL has such a path */
	check_canonical(&request);
	check_signature(&request);
}
