#include "input/packing.h"

#include "base/attr.h"

#define MAGIC(bytes) .magic = (bytes), .magic_len = sizeof(bytes) - 1

static const struct packing packings[] = {
	{"gzip", NULL, MAGIC("\x1f\x8b")},
	{"xz", "xz -dc FILE", MAGIC("\xfd\x37zXZ\0")},
	{"zstd", "zstd -dc FILE", MAGIC("\x28\xb5\x2f\xfd")},
	{"bzip2", "bzip2 -dc FILE", MAGIC("BZh?1AY&SY")},
	{"zip", "unzip -p FILE", MAGIC("PK\x03\x04")},
};

/* Of how many of its bytes can be said that they are the magic's. */
static size_t agreeing(
	const struct packing *packing, const unsigned char *head, size_t len)
{
	size_t at = 0;

	while (at < len && at < packing->magic_len &&
		(packing->magic[at] == '?' ||
			head[at] == (unsigned char)packing->magic[at]))
		at++;
	return at;
}

const struct packing *packing_find(const unsigned char *head, size_t len, bool *more)
{
	*more = false;
	for (size_t i = 0; i < ARRAY_LEN(packings); i++) {
		size_t count = agreeing(&packings[i], head, len);

		if (count == packings[i].magic_len)
			return &packings[i];
		*more |= count == len;
	}
	return NULL;
}
