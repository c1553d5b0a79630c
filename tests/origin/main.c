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
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/units.h"
#include "request.h"
#include "script.h"
#include "server.h"

struct wishes {
	const char *hosts[SERVER_HOSTS];
	size_t n_hosts;
	int64_t port, backlog;
	const char *body;
	bool demo, until_eof, help;
};

static const char help[] =
	"Usage: origin [--host ADDRESS]... [--port N] [--backlog N] [--demo] "
	"[--until-eof]\n"
	"       origin --body TARGET\n"
	"\n"
	"Serve generated files on loopback, well or badly, as the query of each URL "
	"says.\n"
	"Prints \"port N\" when ready; serves until TERM.\n"
	"\n"
	"  --host ADDRESS  listen here (127.0.0.1; up to 8 times, on the same port)\n"
	"  --port N        listen on this port (0: a free one)\n"
	"  --backlog N     connections that may wait to be accepted (4096)\n"
	"  --demo          print the URL of the demo list, too\n"
	"  --until-eof     stop when standard input ends, too\n"
	"  --body TARGET   print the body that a healthy GET of TARGET brings\n"
	"\n"
	"File: any path, with these in the query (sizes as 4096, 30K, 8M; times in "
	"ms)\n"
	"  size=N seed=N as=PATH zero flip=OFFSET encoding=gzip[:LAYERS]    the bytes\n"
	"  status=N retry-after=SECONDS|date:SECONDS need=NAME:VALUE        the "
	"answer\n"
	"  type=T disposition=T etag=T|weak|none modified=T|none header=NAME:VALUE\n"
	"  length=T length2=T chunked nolength close                        the "
	"framing\n"
	"  redirect=URL code=N hops=N loop                                  redirects\n"
	"  delay=MS rate=N drip stall-for=MS                                the pace\n"
	"  reset=N truncate=N stall=N hang drop garbage\n"
	"  endless=headers|1xx|chunks|body                                  the end\n"
	"  "
	"lie=ignore|refuse|shift|less|short|long|total|unsaid|etag|data|multipart|"
	"encoded\n"
	"  fail=K:FAULT fault=P kinds=FAULT,... first=K change=K\n"
	"  max-active=N:STATUS max-rate=N:STATUS     per first segment of the path\n"
	"FAULT: a status, or reset truncate stall flip hang close garbage\n"
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

/* The file behind a target, without any of its misdeeds. */
static int print_body(const char *target)
{
	struct buf text = BUF_INIT, block = BUF_INIT;
	struct script script;
	struct body body;
	const char *wrong;
	char *query;
	int result = 1;

	buf_addstr(&text, target);
	query = strchr(text.data, '?');
	if (query)
		*query++ = '\0';
	wrong = script_parse(&script, query ? query : text.data + text.len);
	if (wrong) {
		(void)fprintf(stderr, "origin: wrong parameter: %s\n", wrong);
		goto out;
	}
	body = script_body(&script, text.data, false);
	body.flip = -1;
	buf_reserve(&block, 65536);
	for (int64_t at = 0; at < script.size; at += 65536) {
		size_t len =
			script.size - at < 65536 ? (size_t)(script.size - at) : 65536;

		body_fill(&body, at, block.data, len);
		if (fwrite(block.data, 1, len, stdout) != len)
			goto out;
	}
	result = fflush(stdout) == 0 ? 0 : 1;
out:
	buf_release(&block);
	buf_release(&text);
	return result;
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
	if (wishes.n_hosts == 0)
		wishes.hosts[wishes.n_hosts++] = "127.0.0.1";
	return serve(&wishes);
}
