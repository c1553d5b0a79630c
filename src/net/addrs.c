/* addrs.c - see addrs.h. RFC 6724 has ten rules that compare each address with the source
 * that the kernel would choose for it, which costs a socket per address. What they come to
 * on nearly every host is one question, asked once: is there a source of global scope, and
 * of the ordinary kind, for a global IPv6 destination? */
#include "net/addrs.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* c.root-servers.net: as global as an address can be, and not about to move. */
static const char far_away[] = "2001:500:2::c";

int addr_parse(struct addr *addr, const char *text, size_t len)
{
	char plain[INET6_ADDRSTRLEN];
	bool bracketed = len >= 2 && text[0] == '[' && text[len - 1] == ']';

	if (bracketed) {
		text++;
		len -= 2;
	}
	if (len >= sizeof(plain) || memchr(text, '\0', len))
		return -1;
	memcpy(plain, text, len);
	plain[len] = '\0';
	*addr = (struct addr){.family = IP_V6};
	if (inet_pton(AF_INET6, plain, addr->bytes) == 1)
		return 0;
	*addr = (struct addr){.family = IP_V4};
	return !bracketed && inet_pton(AF_INET, plain, addr->bytes) == 1 ? 0 : -1;
}

void addr_write(const struct addr *addr, struct buf *list)
{
	char text[INET6_ADDRSTRLEN];
	bool v6 = addr->family == IP_V6;

	if (!inet_ntop(v6 ? AF_INET6 : AF_INET, addr->bytes, text, sizeof(text)))
		return;
	buf_addf(list, "%s%s%s%s", list->len ? "," : "", v6 ? "[" : "", text,
		v6 ? "]" : "");
}

bool addr_wanted(const struct addr *addr, enum ip_family family)
{
	return family == IP_ANY || family == addr->family;
}

void addrs_add(struct addrs *addrs, const struct addr *addr)
{
	size_t same = 0;

	for (size_t i = 0; i < addrs->count; i++) {
		if (addrs->items[i].family != addr->family)
			continue;
		if (memcmp(addrs->items[i].bytes, addr->bytes, sizeof(addr->bytes)) ==
			0)
			return;
		same++;
	}
	if (same < ADDRS_EACH)
		addrs->items[addrs->count++] = *addr;
}

/* The next address of the family at or after *at, which moves behind it. */
static const struct addr *next_of(
	const struct addrs *addrs, enum ip_family family, size_t *at)
{
	while (*at < addrs->count) {
		const struct addr *addr = &addrs->items[(*at)++];

		if (addr->family == family)
			return addr;
	}
	return NULL;
}

void addrs_write(const struct addrs *addrs, bool v6_first, struct buf *list)
{
	const struct addr *v4, *v6;
	size_t at4 = 0, at6 = 0;

	while (!v6_first && (v4 = next_of(addrs, IP_V4, &at4)) != NULL)
		addr_write(v4, list);
	do {
		v6 = next_of(addrs, IP_V6, &at6);
		v4 = next_of(addrs, IP_V4, &at4);
		if (v6)
			addr_write(v6, list);
		if (v4)
			addr_write(v4, list);
	} while (v6 || v4);
}

/* The source that the kernel would choose to talk to an address. */
static int source_for(const char *text, struct in6_addr *source)
{
	struct sockaddr_in6 to = {.sin6_family = AF_INET6, .sin6_port = htons(53)},
			    from;
	socklen_t len = sizeof(from);
	int fd, rc = -1;

	if (inet_pton(AF_INET6, text, &to.sin6_addr) != 1)
		return -1;
	fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	if (connect(fd, (const struct sockaddr *)&to, sizeof(to)) == 0 &&
		getsockname(fd, (struct sockaddr *)&from, &len) == 0) {
		*source = from.sin6_addr;
		rc = 0;
	}
	close(fd);
	return rc;
}

bool addrs_have_v6(void)
{
	struct in6_addr source;
	const uint8_t *bytes = source.s6_addr;

	if (source_for(far_away, &source) < 0 || (bytes[0] & 0xe0) != 0x20)
		return false;
	/* Tunnels of old, Teredo (2001::/32) and 6to4 (2002::/16): IPv4 is better. */
	return !(bytes[0] == 0x20 && bytes[1] == 0x02) &&
	       memcmp(bytes, "\x20\x01\0\0", 4) != 0;
}

static bool may_reach(const struct sockaddr *address)
{
	struct sockaddr_in6 v6;

	if (!address || address->sa_family != AF_INET6)
		return false;
	memcpy(&v6, address, sizeof(v6));
	return !IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr) &&
	       !IN6_IS_ADDR_LINKLOCAL(&v6.sin6_addr);
}

bool addrs_use_v6(void)
{
	struct ifaddrs *all, *own;

	/* Who cannot find out asks for both. */
	if (getifaddrs(&all) != 0)
		return true;
	for (own = all; own && !may_reach(own->ifa_addr); own = own->ifa_next)
		;
	freeifaddrs(all);
	return own != NULL;
}

bool addrs_have_v6_loopback(void)
{
	struct in6_addr source;

	return source_for("::1", &source) == 0;
}
