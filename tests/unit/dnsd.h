/* dnsd.h - for unit tests that resolve names: a DNS server in a thread, on a free port of the
 * loopback interface, that answers by a table, lies by it, or keeps silent. */
#ifndef SEINE_TESTS_DNSD_H
#define SEINE_TESTS_DNSD_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "need.h"

#define DNSD_PACKET 4096
#define DNSD_RULES 64
#define DNSD_HELD 1024
#define DNSD_SILENT (-1)
#define DNSD_GARBLED (-2)

enum { DNSD_SERVFAIL = 2, DNSD_NXDOMAIN = 3, DNSD_REFUSED = 5 };
enum { DNSD_A = 1, DNSD_CNAME = 5, DNSD_AAAA = 28 };

/* What is asked of a name gets its addresses of that family, none of them (NODATA), or the
 * rcode. A name without a rule does not exist. */
struct dnsd_rule {
	const char *name; /* in lower case; "*.x" is all below x; NULL ends the table */
	const char *v4, *v6; /* addresses, separated by spaces */
	const char *cname;   /* its addresses follow from the rule of that name */
	int ttl;
	int rcode4, rcode6;
	bool truncated; /* over UDP there is only the promise of more by TCP */
};

struct dnsd_query {
	unsigned char packet[DNSD_PACKET];
	size_t len;
	struct sockaddr_in from;
};

struct dnsd {
	const struct dnsd_rule *rules;
	int udp, tcp, stop;
	int port;
	size_t batch; /* answer only when so many queries have come; 0: at once */
	atomic_size_t most_held;
	atomic_int asked[DNSD_RULES]
			[2]; /* by rule, A and AAAA; the last is for no rule */
	struct dnsd_query *held;
	size_t held_count;
	pthread_t thread;
};

struct dnsd_out {
	unsigned char bytes[DNSD_PACKET];
	size_t len;
};

static inline void dnsd_put16(struct dnsd_out *out, unsigned value)
{
	out->bytes[out->len++] = (unsigned char)(value >> 8);
	out->bytes[out->len++] = (unsigned char)value;
}

static inline void dnsd_put_name(struct dnsd_out *out, const char *name)
{
	while (*name) {
		size_t len = strcspn(name, ".");

		out->bytes[out->len++] = (unsigned char)len;
		memcpy(out->bytes + out->len, name, len);
		out->len += len;
		name += len + (name[len] == '.');
	}
	out->bytes[out->len++] = 0;
}

static inline void dnsd_put_record(struct dnsd_out *out, const char *owner,
	unsigned type, int ttl, const void *data, size_t len)
{
	dnsd_put_name(out, owner);
	dnsd_put16(out, type);
	dnsd_put16(out, 1);
	dnsd_put16(out, (unsigned)ttl >> 16);
	dnsd_put16(out, (unsigned)ttl & 0xffff);
	dnsd_put16(out, (unsigned)len);
	memcpy(out->bytes + out->len, data, len);
	out->len += len;
	out->bytes[7]++; /* ANCOUNT, which stays small */
}

static inline size_t dnsd_rule_of(const struct dnsd *server, const char *name)
{
	const struct dnsd_rule *rules = server->rules;
	size_t i = 0, len = strlen(name);

	for (; rules[i].name; i++) {
		size_t tail = strlen(rules[i].name) - 1;

		if (strcasecmp(rules[i].name, name) == 0)
			return i;
		if (rules[i].name[0] == '*' && len > tail &&
			strcasecmp(rules[i].name + 1, name + len - tail) == 0)
			return i;
	}
	return DNSD_RULES - 1;
}

static inline const struct dnsd_rule *dnsd_rule_at(
	const struct dnsd *server, size_t which)
{
	static const struct dnsd_rule nothing = {
		.rcode4 = DNSD_NXDOMAIN, .rcode6 = DNSD_NXDOMAIN};

	return which == DNSD_RULES - 1 ? &nothing : &server->rules[which];
}

static inline void dnsd_put_addresses(struct dnsd_out *out, const char *owner,
	unsigned type, const struct dnsd_rule *rule)
{
	const char *texts = type == DNSD_A ? rule->v4 : rule->v6;
	char *copy = texts ? strdup(texts) : NULL, *rest = copy, *text;

	while ((text = strsep(&rest, " ")) != NULL) {
		unsigned char bytes[16];

		if (inet_pton(type == DNSD_A ? AF_INET : AF_INET6, text, bytes) == 1)
			dnsd_put_record(out, owner, type, rule->ttl, bytes,
				type == DNSD_A ? 4 : 16);
	}
	free(copy);
}

/* Answer a query. False when there shall be none. */
static inline bool dnsd_answer(struct dnsd *server, const struct dnsd_query *query,
	bool tcp, struct dnsd_out *out)
{
	char name[256] = "";
	size_t at = 12, len = 0, which, end;
	const struct dnsd_rule *rule;
	const char *owner = name;
	unsigned type;
	int rcode;

	while (at < query->len && query->packet[at]) {
		memcpy(name + len, query->packet + at + 1, query->packet[at]);
		len += query->packet[at];
		name[len++] = '.';
		at += query->packet[at] + 1u;
	}
	name[len ? len - 1 : 0] = '\0';
	end = at + 5;
	type = (unsigned)query->packet[at + 1] << 8 | query->packet[at + 2];
	which = dnsd_rule_of(server, name);
	rule = dnsd_rule_at(server, which);
	atomic_fetch_add(&server->asked[which][type == DNSD_AAAA], 1);
	rcode = type == DNSD_AAAA ? rule->rcode6 : rule->rcode4;
	if (rcode == DNSD_SILENT)
		return false;
	memset(out, 0, sizeof(*out));
	memcpy(out->bytes, query->packet, end); /* ID and question */
	out->len = end;
	out->bytes[2] = 0x81 | (rule->truncated && !tcp ? 0x02 : 0);
	out->bytes[3] = (unsigned char)(0x80 | (rcode > 0 ? rcode : 0));
	memset(out->bytes + 6, 0, 6);
	if (rcode == DNSD_GARBLED)
		out->bytes[7] = 9; /* answers that are not there */
	if (rcode != 0 || (rule->truncated && !tcp))
		return true;
	for (int hops = 0; rule->cname && hops < 16; hops++) {
		struct dnsd_out target = {.len = 0};

		dnsd_put_name(&target, rule->cname);
		dnsd_put_record(
			out, owner, DNSD_CNAME, rule->ttl, target.bytes, target.len);
		owner = rule->cname;
		rule = dnsd_rule_at(server, dnsd_rule_of(server, owner));
	}
	dnsd_put_addresses(out, owner, type, rule);
	return true;
}

static inline void dnsd_send(struct dnsd *server, const struct dnsd_query *query)
{
	struct dnsd_out out;

	if (dnsd_answer(server, query, false, &out))
		sendto(server->udp, out.bytes, out.len, 0,
			(const struct sockaddr *)&query->from, sizeof(query->from));
}

static inline void dnsd_serve_udp(struct dnsd *server)
{
	struct dnsd_query *query = &server->held[server->held_count];
	socklen_t size = sizeof(query->from);
	ssize_t len = recvfrom(server->udp, query->packet, sizeof(query->packet), 0,
		(struct sockaddr *)&query->from, &size);

	if (len < 17)
		return;
	query->len = (size_t)len;
	if (server->batch == 0)
		dnsd_send(server, query);
	else if (server->held_count + 1 < DNSD_HELD)
		server->held_count++;
}

static inline void dnsd_let_go(struct dnsd *server)
{
	if (server->held_count > atomic_load(&server->most_held))
		atomic_store(&server->most_held, server->held_count);
	for (size_t i = 0; i < server->held_count; i++)
		dnsd_send(server, &server->held[i]);
	server->held_count = 0;
}

static inline void dnsd_serve_tcp(struct dnsd *server)
{
	int fd = accept(server->tcp, NULL, NULL);
	struct dnsd_query query;
	unsigned char size[2];
	struct dnsd_out out;

	if (fd < 0)
		return;
	if (recv(fd, size, 2, MSG_WAITALL) == 2) {
		query.len = (size_t)size[0] << 8 | size[1];
		if (query.len <= sizeof(query.packet) &&
			recv(fd, query.packet, query.len, MSG_WAITALL) ==
				(ssize_t)query.len &&
			dnsd_answer(server, &query, true, &out)) {
			size[0] = (unsigned char)(out.len >> 8);
			size[1] = (unsigned char)out.len;
			if (send(fd, size, 2, MSG_NOSIGNAL) == 2)
				send(fd, out.bytes, out.len, MSG_NOSIGNAL);
		}
	}
	close(fd);
}

static inline void *dnsd_run(void *context)
{
	struct dnsd *server = context;
	struct pollfd fds[] = {{.fd = server->stop, .events = POLLIN},
		{.fd = server->udp, .events = POLLIN},
		{.fd = server->tcp, .events = POLLIN}};

	for (;;) {
		/* With a batch complete, see for a moment whether more come than should. */
		bool full = server->batch && server->held_count >= server->batch;
		int ready = poll(fds, 3, full ? 20 : -1);

		if (fds[0].revents)
			return NULL;
		if (fds[1].revents)
			dnsd_serve_udp(server);
		if (fds[2].revents)
			dnsd_serve_tcp(server);
		if (full && ready == 0)
			dnsd_let_go(server);
	}
}

/* UDP and TCP on the same port, as the protocol wants it. */
static inline bool dnsd_bind(struct dnsd *server)
{
	struct sockaddr_in at = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(at);
	int room = 4 << 20;

	server->udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	server->tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(server->udp, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	if (bind(server->udp, (struct sockaddr *)&at, size) == 0 &&
		getsockname(server->udp, (struct sockaddr *)&at, &size) == 0 &&
		bind(server->tcp, (struct sockaddr *)&at, size) == 0 &&
		listen(server->tcp, 16) == 0) {
		server->port = ntohs(at.sin_port);
		return true;
	}
	close(server->udp);
	close(server->tcp);
	return false;
}

static inline struct dnsd *dnsd_start(const struct dnsd_rule *rules, size_t batch)
{
	struct dnsd *server = calloc(1, sizeof(*server));

	server->rules = rules;
	server->batch = batch;
	server->held = calloc(DNSD_HELD, sizeof(*server->held));
	server->stop = eventfd(0, EFD_CLOEXEC);
	for (int i = 0; i < 100 && !dnsd_bind(server); i++)
		;
	need(server->port &&
			pthread_create(&server->thread, NULL, dnsd_run, server) == 0,
		"no DNS server");
	return server;
}

static inline void dnsd_stop(struct dnsd *server)
{
	uint64_t one = 1;

	if (write(server->stop, &one, sizeof(one)) != sizeof(one))
		abort();
	pthread_join(server->thread, NULL);
	close(server->udp);
	close(server->tcp);
	close(server->stop);
	free(server->held);
	free(server);
}

/* How often the rule of this name was asked, for A, AAAA or (0) both. */
static inline int dnsd_asked(struct dnsd *server, const char *name, int type)
{
	size_t which = dnsd_rule_of(server, name);
	int v4 = atomic_load(&server->asked[which][0]);
	int v6 = atomic_load(&server->asked[which][1]);

	return type == DNSD_A ? v4 : type == DNSD_AAAA ? v6 : v4 + v6;
}

static inline int dnsd_asked_all(struct dnsd *server)
{
	int sum = 0;

	for (size_t i = 0; i < DNSD_RULES; i++)
		sum += atomic_load(&server->asked[i][0]) +
		       atomic_load(&server->asked[i][1]);
	return sum;
}

#endif
