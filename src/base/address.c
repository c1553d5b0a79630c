/* address.c - url_address_is_private(), see url.h: two tables of prefixes (RFC 6890 and
 * its successors), and the IPv6 forms that hold an IPv4 address, which are judged by
 * it. The ranges kept for documentation are not in them: nothing is there to be
 * reached. */
#include "base/url.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <string.h>

static const struct {
	unsigned char bytes[4];
	unsigned bits;
} private_v4[] = {
	{{0}, 8},          /* "this network" */
	{{10}, 8},         /* private */
	{{100, 64}, 10},   /* shared, behind a carrier's NAT */
	{{127}, 8},        /* loopback */
	{{169, 254}, 16},  /* link-local: cloud metadata lives there */
	{{172, 16}, 12},   /* private */
	{{192, 0, 0}, 24}, /* protocol assignments */
	{{192, 168}, 16},  /* private */
	{{198, 18}, 15},   /* benchmarks of local equipment */
	{{224}, 4},        /* multicast */
	{{240}, 4},        /* reserved, broadcast */
};

static const struct {
	unsigned char bytes[16];
	unsigned bits;
} private_v6[] = {
	{{0}, 127},                           /* unspecified and loopback */
	{{0x00, 0x64, 0xff, 0x9b, 0, 1}, 48}, /* NAT64 of a local kind */
	{{0x20, 0x01}, 32},                   /* Teredo */
	{{0xfc}, 7},                          /* unique-local */
	{{0xfe, 0x80}, 10},                   /* link-local */
	{{0xfe, 0xc0}, 10},                   /* site-local of old */
	{{0xff}, 8},                          /* multicast */
};

/* After these prefixes stands an IPv4 address. */
static const struct {
	unsigned char bytes[12];
	unsigned bits;
} v4_in_v6[] = {
	{{0}, 96},                                        /* compatible */
	{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96}, /* mapped */
	{{0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96},       /* translated */
	{{0x00, 0x64, 0xff, 0x9b}, 96},                   /* NAT64 */
	{{0x20, 0x02}, 16},                               /* 6to4 */
};

static bool has_prefix(
	const unsigned char *address, const unsigned char *prefix, unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;

	if (memcmp(address, prefix, whole) != 0)
		return false;
	return rest == 0 || (address[whole] ^ prefix[whole]) >> (8 - rest) == 0;
}

static bool v4_is_private(const unsigned char *address)
{
	for (size_t i = 0; i < ARRAY_LEN(private_v4); i++) {
		if (has_prefix(address, private_v4[i].bytes, private_v4[i].bits))
			return true;
	}
	return false;
}

static bool v6_is_private(const unsigned char *address)
{
	for (size_t i = 0; i < ARRAY_LEN(private_v6); i++) {
		if (has_prefix(address, private_v6[i].bytes, private_v6[i].bits))
			return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(v4_in_v6); i++) {
		if (has_prefix(address, v4_in_v6[i].bytes, v4_in_v6[i].bits))
			return v4_is_private(address + v4_in_v6[i].bits / 8);
	}
	return false;
}

bool url_address_is_private(const char *address)
{
	char plain[INET6_ADDRSTRLEN];
	size_t len = strcspn(address, "%"); /* a zone follows */
	unsigned char bytes[16];

	if (len >= sizeof(plain))
		return false;
	memcpy(plain, address, len);
	plain[len] = '\0';
	if (inet_pton(AF_INET, plain, bytes) == 1)
		return v4_is_private(bytes);
	return inet_pton(AF_INET6, plain, bytes) == 1 && v6_is_private(bytes);
}
