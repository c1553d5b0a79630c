/* Connections: to which addresses, and who is told of the sockets. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <unistd.h>

#include "net/transfer_parts.h"

static int refuse_private(struct transfer *t)
{
	return error_set(&t->stop, KIND_REDIRECT, 0,
		"a public server leads to a private address; "
		"--allow-private follows");
}

static bool is_private(const struct sockaddr *address)
{
	char text[INET6_ADDRSTRLEN];
	const void *raw =
		address->sa_family == AF_INET6
			? (const void *)&((const struct sockaddr_in6 *)address)
				  ->sin6_addr
			: (const void *)&((const struct sockaddr_in *)address)
				  ->sin_addr;

	return !inet_ntop(address->sa_family, raw, text, sizeof(text)) ||
	       url_address_is_private(text);
}

/* ip(7), Linux 6.3: younger than the headers of some systems. */
#ifndef IP_LOCAL_PORT_RANGE
#define IP_LOCAL_PORT_RANGE 51
#endif

/* Connections to one server have a local port each, of some 28,000. The kernel looks for a free
 * one among half of them first, and from 14,000 connections on walks through all of that half
 * each time: a millisecond. A socket with a range of its own, here all that there is, is not
 * searched for like that. Kernels that do not know it go on as they did. */
static void use_all_ports(int fd)
{
	uint32_t from_1 = 1;

	(void)setsockopt(fd, SOL_IP, IP_LOCAL_PORT_RANGE, &from_1, sizeof(from_1));
}

static curl_socket_t on_open(
	void *context, curlsocktype purpose _unused_, struct curl_sockaddr *address)
{
	struct transfer *t = context;
	int fd;

	if (t->attempt->public_only && t->net->names && is_private(&address->addr)) {
		refuse_private(t);
		return CURL_SOCKET_BAD;
	}
	fd = socket(
		address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
	if (fd >= 0)
		use_all_ports(fd);
	if (fd >= 0 && t->sockets)
		t->sockets->opened(t->sockets, fd);
	return fd < 0 ? CURL_SOCKET_BAD : fd;
}

static int on_close(void *context, curl_socket_t fd)
{
	struct sockets *sockets = context;

	sockets->closed(sockets, fd);
	return close(fd);
}

/* The request is about to be sent: an attempt that must stay public may have found a connection
 * that another has left open. */
static int on_request(void *context, char *remote, char *local _unused_,
	int remote_port _unused_, int local_port _unused_)
{
	struct transfer *t = context;

	t->connected = true;
	if (!t->attempt->public_only || !t->net->names ||
		!url_address_is_private(remote))
		return CURL_PREREQFUNC_OK;
	refuse_private(t);
	return CURL_PREREQFUNC_ABORT;
}

/* libcurl is about to look a name up by itself, in a thread: it must never need to. */
static int on_resolve(void *resolver _unused_, void *reserved _unused_, void *context)
{
	struct transfer *t = context;

	return transfer_needs_addresses(t->net, t->attempt) ? 1 : 0;
}

CURLcode transfer_hear_connections(struct transfer *t)
{
	CURLcode code = curl_easy_setopt(t->easy, CURLOPT_OPENSOCKETFUNCTION, on_open);

	if (!code)
		code = curl_easy_setopt(t->easy, CURLOPT_OPENSOCKETDATA, t);
	if (!code)
		code = curl_easy_setopt(t->easy, CURLOPT_PREREQFUNCTION, on_request);
	if (!code)
		code = curl_easy_setopt(t->easy, CURLOPT_PREREQDATA, t);
	if (!code && t->net->names)
		code = curl_easy_setopt(
			t->easy, CURLOPT_RESOLVER_START_FUNCTION, on_resolve);
	if (!code)
		code = curl_easy_setopt(t->easy, CURLOPT_RESOLVER_START_DATA, t);
	return code;
}

bool transfer_needs_addresses(const struct net *net, const struct attempt *attempt)
{
	return net->names && !names_is_literal(attempt->host);
}

int transfer_pin(struct transfer *t, const struct addresses *addresses,
	struct pins *pins, struct error *err)
{
	curl_slist_free_all(t->resolve);
	t->resolve = NULL;
	t->pins = pins;
	if (addresses && !addresses->list)
		return error_set(err, addresses->kind, 0, "%s: %s", t->attempt->host,
			addresses->text);
	if (addresses)
		t->resolve = pins_update(
			pins, t->attempt->host, t->attempt->port, addresses);
	if (curl_easy_setopt(t->easy, CURLOPT_RESOLVE, t->resolve) != CURLE_OK)
		return error_set(err, KIND_INTERNAL, 0, "libcurl takes no addresses");
	return 0;
}

void transfer_set_sockets(struct transfer *t, struct sockets *sockets)
{
	t->sockets = sockets;
	curl_easy_setopt(
		t->easy, CURLOPT_CLOSESOCKETFUNCTION, sockets ? on_close : NULL);
	curl_easy_setopt(t->easy, CURLOPT_CLOSESOCKETDATA, sockets);
}
