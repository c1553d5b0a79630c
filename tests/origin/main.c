/* main.c - origin: a scripted, and if need be evil, HTTP server for tests and
 * benchmarks.
 *
 * main.c    options; what is printed instead of serving
 * server.c  listeners, epoll, timers        conn.c     one connection
 * request.c a request head, taken apart     answer.c   from request to reply
 * script.c  what the query of a URL asks    ledger.c   counts, /stats, /log
 * reply.c   heads; redirects and errors     file.c     the file, ranges, lies
 * stream.c  the body as it goes out         body.c     its pseudo-random bytes
 * range.c   Range and lies about it         gzip.c     stacked encodings, bombs
 * pages.c   lists of our own URLs
 *
 * README.md says what the URLs can ask for. */
#include <errno.h>
#include <getopt.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/units.h"
#include "request.h"
#include "script.h"
#include "server.h"

#define BLOCK (64 * 1024)

struct wishes {
	const char *hosts[SERVER_HOSTS];
	size_t n_hosts;
	int64_t port, backlog;
	const char *body;
	bool sums, demo, until_eof, help;
};

static const char help[] =
	"Usage: origin [--host ADDRESS]... [--port N] [--backlog N] [--demo] "
	"[--until-eof]\n"
	"       origin --body TARGET\n"
	"       origin --sums <URLS\n"
	"\n"
	"Serve generated files on loopback, well or badly, as the query of each URL "
	"says.\n"
	"Prints \"port N\" when ready; serves until TERM.\n"
	"\n"
	"  --host ADDRESS  listen here (127.0.0.1; up to 512 times, on the same port)\n"
	"  --port N        listen on this port (0: a free one)\n"
	"  --backlog N     connections that may wait to be accepted (4096)\n"
	"  --demo          print the URL of the demo list, too\n"
	"  --until-eof     stop when standard input ends, too\n"
	"  --body TARGET   print the body that a healthy GET of TARGET brings\n"
	"  --sums          print its SHA-256, for each of the URLs on standard input\n"
	"\n"
	"File: any path, with these in the query (sizes as 4096, 30K, 8M; times in "
	"ms)\n"
	"  size=N seed=N as=PATH zero flip=OFFSET encoding=gzip[:LAYERS]    the bytes\n"
	"  status=N text=N retry-after=SECONDS|date:SECONDS need=NAME:VALUE the "
	"answer\n"
	"  type=T disposition=T etag=T|weak|none modified=T|none header=NAME:VALUE\n"
	"  length=T length2=T chunked nolength close hangup                 the "
	"framing\n"
	"  redirect=URL code=N hops=N loop                                  redirects\n"
	"  delay=MS rate=N drip stall-for=MS                                the pace\n"
	"  reset=N truncate=N stall=N hang drop garbage\n"
	"  endless=headers|line|1xx|chunks|body                             the end\n"
	"  "
	"lie=ignore|heedless|refuse|shift|less|short|long|total|sizeless|ok|"
	"unsaid|etag|data|"
	"multipart|"
	"encoded\n"
	"  at=OFFSET fail=K:FAULT fault=P kinds=FAULT,... first=K stale=P change=K\n"
	"  gather=N max-active=N:STATUS max-rate=N:STATUS    per first segment of the "
	"path\n"
	"FAULT: a status, or reset truncate stall flip hang close garbage lie\n"
	"\n"
	"Pages: /stats /log /reset /list.txt?n=&size=&delay= "
	"/demo/list.txt?n=&delay=\n";

static int parse_count(const char *text, int64_t max, int64_t *count)
{
	return units_parse_count(text, count) < 0 || *count > max ? -1 : 0;
}

static int parse_options(struct wishes *wishes, int argc, char **argv)
{
	static const struct option options[] = {
		{"host", required_argument, NULL, 'h'},
		{"port", required_argument, NULL, 'p'},
		{"backlog", required_argument, NULL, 'b'},
		{"body", required_argument, NULL, 'B'},
		{"sums", no_argument, NULL, 's'},
		{"demo", no_argument, NULL, 'd'},
		{"until-eof", no_argument, NULL, 'e'},
		{"help", no_argument, NULL, 'H'},
		{0},
	};
	int c, bad = 0;

	while (!bad && (c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'h' && wishes->n_hosts < SERVER_HOSTS)
			wishes->hosts[wishes->n_hosts++] = optarg;
		else if (c == 'p')
			bad = parse_count(optarg, 65535, &wishes->port);
		else if (c == 'b')
			bad = parse_count(optarg, 65535, &wishes->backlog);
		else if (c == 'B')
			wishes->body = optarg;
		else if (c == 's')
			wishes->sums = true;
		else if (c == 'd')
			wishes->demo = true;
		else if (c == 'e')
			wishes->until_eof = true;
		else if (c == 'H')
			wishes->help = true;
		else
			bad = -1;
	}
	return bad || optind < argc ? -1 : 0;
}

/* The file behind a target, without any of its misdeeds: its path and its script go to *text
 * and *script. */
static int find_body(
	const char *target, struct buf *text, struct script *script, struct body *body)
{
	const char *wrong;
	char *query;

	buf_clear(text);
	buf_addstr(text, target);
	query = strchr(text->data, '?');
	if (query)
		*query++ = '\0';
	wrong = script_parse(script, query ? query : text->data + text->len);
	if (wrong) {
		(void)fprintf(stderr, "origin: wrong parameter: %s\n", wrong);
		return -1;
	}
	*body = script_body(script, text->data, false);
	body->flip = -1;
	return 0;
}

/* The bytes at `at`, at most BLOCK of them. */
static size_t fill_block(
	char *block, const struct script *script, const struct body *body, int64_t at)
{
	size_t len = script->size - at < BLOCK ? (size_t)(script->size - at) : BLOCK;

	body_fill(body, at, block, len);
	return len;
}

static int print_body(const char *target)
{
	struct buf text = BUF_INIT;
	struct script script;
	struct body body;
	char block[BLOCK];
	int result = find_body(target, &text, &script, &body);

	for (int64_t at = 0; result == 0 && at < script.size; at += BLOCK) {
		size_t len = fill_block(block, &script, &body, at);

		if (fwrite(block, 1, len, stdout) != len)
			result = -1;
	}
	if (fflush(stdout) != 0)
		result = -1;
	buf_release(&text);
	return result < 0;
}

/* By libcrypto itself, not by what is to be tested. */
static int print_sum(const struct script *script, const struct body *body)
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	char block[BLOCK];
	unsigned int len = 0;
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool good = context && EVP_DigestInit_ex(context, EVP_sha256(), NULL);

	for (int64_t at = 0; good && at < script->size; at += BLOCK)
		good = EVP_DigestUpdate(
			context, block, fill_block(block, script, body, at));
	good = good && EVP_DigestFinal_ex(context, sum, &len);
	EVP_MD_CTX_free(context);
	for (unsigned int i = 0; good && i < len; i++)
		good = printf("%02x", sum[i]) == 2;
	return good ? 0 : -1;
}

/* For each URL its digest, two spaces, and the URL. */
static int print_sums(void)
{
	struct buf text = BUF_INIT;
	struct script script;
	struct body body;
	char *line = NULL;
	size_t cap = 0;
	ssize_t len;
	int result = 0;

	while (result == 0 && (len = getline(&line, &cap, stdin)) > 0) {
		const char *host = strstr(line, "://");
		const char *target = host ? strchr(host + 3, '/') : line;

		line[strcspn(line, "\n")] = '\0';
		result = find_body(target ? target : "/", &text, &script, &body);
		if (result == 0)
			result = print_sum(&script, &body);
		if (result == 0 && printf("  %s\n", line) < 0)
			result = -1;
	}
	if (ferror(stdin) || fflush(stdout) != 0)
		result = -1;
	free(line);
	buf_release(&text);
	return result < 0;
}

static int serve(const struct wishes *wishes)
{
	struct server server;
	int result = -1;

	if (server_init(&server) < 0)
		goto out;
	for (size_t i = 0; i < wishes->n_hosts; i++)
		if (server_listen(&server, wishes->hosts[i], (int)wishes->port,
			    (int)wishes->backlog) < 0)
			goto out;
	if (wishes->until_eof && server_until_eof(&server) < 0)
		goto out;
	if (printf("port %d\n", server.port) < 0)
		goto out;
	if (wishes->demo &&
		printf("http://127.0.0.1:%d/demo/list.txt?n=1000&delay=50\n",
			server.port) < 0)
		goto out;
	if (fflush(stdout) != 0)
		goto out;
	result = server_run(&server);
out:
	if (result < 0)
		(void)fprintf(stderr, "origin: %s\n", strerror(errno));
	server_release(&server);
	return result < 0;
}

int main(int argc, char **argv)
{
	struct wishes wishes = {.backlog = 4096};

	if (parse_options(&wishes, argc, argv) < 0) {
		(void)fputs("origin: wrong usage; see origin --help\n", stderr);
		return 2;
	}
	if (wishes.help)
		return fputs(help, stdout) < 0;
	if (wishes.body)
		return print_body(wishes.body);
	if (wishes.sums)
		return print_sums();
	if (wishes.n_hosts == 0)
		wishes.hosts[wishes.n_hosts++] = "127.0.0.1";
	return serve(&wishes);
}
