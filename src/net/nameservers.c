/* nameservers.c - see nameservers.h. c-ares has a parser of its own, but passes over what it
 * does not understand, and a typing error would then ask other servers than were meant. */
#include "net/nameservers.h"

#include <ares.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/units.h"
#include "net/addrs.h"

static int malformed(const char *item, size_t len, const char *why, struct error *err)
{
	return error_set(err, KIND_USAGE, 0,
		"%s: '%.*s'; write numeric addresses, as in "
		"9.9.9.9,192.0.2.1:5353,[2001:db8::1]:53",
		why, (int)(len < 60 ? len : 60), item);
}

/* Where the host of "HOST[:PORT]" ends. A single colon can only precede a port; of several,
 * without brackets, all are the address's. */
static size_t host_len(const char *item, size_t len)
{
	const char *end = NULL;

	if (len > 0 && item[0] == '[')
		end = memchr(item, ']', len);
	if (end)
		return (size_t)(end + 1 - item);
	end = memchr(item, ':', len);
	if (end && memchr(end + 1, ':', len - (size_t)(end + 1 - item)))
		end = NULL;
	return end ? (size_t)(end - item) : len;
}

static int read_server(struct ares_addr_port_node *server, const char *item, size_t len,
	struct error *err)
{
	_cleanup_(freep) char *number = NULL;
	size_t host = host_len(item, len);
	struct addr addr;
	int64_t port = 53;

	if (len == 0)
		return malformed(item, len, "an address is missing", err);
	if (addr_parse(&addr, item, host) < 0)
		return malformed(item, len, "not an address", err);
	if (host < len) {
		number = xstrndup(item + host + 1, len - host - 1);
		if (item[host] != ':' || units_parse_count(number, &port) < 0 ||
			port < 1 || port > 65535)
			return malformed(item, len, "the port is not 1 to 65535", err);
	}
	server->family = addr.family == IP_V6 ? AF_INET6 : AF_INET;
	memcpy(&server->addr, addr.bytes, addr.family == IP_V6 ? 16 : 4);
	server->udp_port = server->tcp_port = (int)port;
	return 0;
}

struct ares_addr_port_node *nameservers_parse(const char *text, struct error *err)
{
	struct ares_addr_port_node *servers;
	size_t count = 1;

	for (const char *at = text; (at = strchr(at, ',')) != NULL; at++)
		count++;
	servers = xcalloc(count, sizeof(*servers));
	for (size_t i = 0; i < count; i++) {
		size_t len = strcspn(text, ",");

		if (read_server(&servers[i], text, len, err) < 0) {
			free(servers);
			return NULL;
		}
		if (i + 1 < count)
			servers[i].next = &servers[i + 1];
		text += len + 1; /* not read after the last one */
	}
	return servers;
}

int nameservers_check(const char *text, struct error *err)
{
	struct ares_addr_port_node *servers = nameservers_parse(text, err);

	free(servers);
	return servers ? 0 : -1;
}
