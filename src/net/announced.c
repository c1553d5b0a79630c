/* announced.c - see announced.h. A row for each field; the values have three shapes. A
 * field's digests are taken over only when all of it could be read. */
#include "net/announced.h"

#include <string.h>
#include <strings.h>

#include "base/base64.h"
#include "base/text.h"

/* Of a dictionary: RFC 8941, 3.1.2. */
#define KEY_CHARS "abcdefghijklmnopqrstuvwxyz0123456789_-.*"

enum shape {
	SHAPE_DICTIONARY, /* sha-256=:BASE64:, md5=:BASE64: */
	SHAPE_LIST,       /* SHA-256=BASE64,MD5=BASE64 */
	SHAPE_PLAIN,      /* BASE64 */
	SHAPE_WORD        /* no digest, but what makes others void */
};

#define SLOT(member) __builtin_offsetof(struct announced, member)

/* In dictionaries and lists `alg` is the weakest that is taken: how RFC 9530 and RFC 3230
 * would write a CRC is not clear enough to refuse files for it. */
static const struct row {
	const char *name;
	enum shape shape;
	enum digest_alg alg;
	size_t slot; /* a struct announcement; of a word: a bool */
	const char *word;
} rows[] = {
	{"content-digest", SHAPE_DICTIONARY, DIGEST_MD5, SLOT(content), NULL},
	{"content-md5", SHAPE_PLAIN, DIGEST_MD5, SLOT(content), NULL},
	{"digest", SHAPE_LIST, DIGEST_MD5, SLOT(whole), NULL},
	{"repr-digest", SHAPE_DICTIONARY, DIGEST_MD5, SLOT(whole), NULL},
	{"x-amz-checksum-crc32", SHAPE_PLAIN, DIGEST_CRC32, SLOT(amz), NULL},
	{"x-amz-checksum-crc32c", SHAPE_PLAIN, DIGEST_CRC32C, SLOT(amz), NULL},
	{"x-amz-checksum-crc64nvme", SHAPE_PLAIN, DIGEST_CRC64NVME, SLOT(amz), NULL},
	{"x-amz-checksum-sha1", SHAPE_PLAIN, DIGEST_SHA1, SLOT(amz), NULL},
	{"x-amz-checksum-sha256", SHAPE_PLAIN, DIGEST_SHA256, SLOT(amz), NULL},
	{"x-amz-checksum-type", SHAPE_WORD, DIGEST_NONE, SLOT(composite), "COMPOSITE"},
	{"x-goog-hash", SHAPE_LIST, DIGEST_CRC32C, SLOT(goog), NULL},
	{"x-goog-stored-content-encoding", SHAPE_WORD, DIGEST_NONE, SLOT(packed),
		"gzip"},
};

static const struct row *find_row(const char *name, size_t len)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if ((name[0] | 0x20) == rows[i].name[0] &&
			strlen(rows[i].name) == len &&
			strncasecmp(name, rows[i].name, len) == 0)
			return &rows[i];
	}
	return NULL;
}

static int read_base64(
	struct checksum *best, enum digest_alg alg, const char *text, size_t len)
{
	struct checksum sum = {.alg = alg};

	if (base64_decode(sum.bytes, checksum_len(alg), text, len) < 0)
		return -1;
	if (sum.alg >= best->alg)
		*best = sum;
	return 0;
}

static size_t count_of(const char *text, size_t len, const char *characters)
{
	size_t count = 0;

	while (count < len && text[count] && strchr(characters, text[count]))
		count++;
	return count;
}

/* NAME=BASE64, or in a dictionary NAME=:BASE64: (RFC 8941, section 3.3.5). What is not known
 * is passed over unread. */
static int read_member(
	struct checksum *best, const struct row *row, const char *text, size_t len)
{
	bool quoted = row->shape == SHAPE_DICTIONARY;
	size_t name_len = count_of(text, len, quoted ? KEY_CHARS : TEXT_TOKEN_CHARS);
	const char *value = text + name_len + 1;
	enum digest_alg alg = checksum_find(text, name_len);

	if (name_len == 0 || name_len == len || text[name_len] != '=')
		return -1;
	len -= name_len + 1;
	if (quoted) {
		if (len < 2 || value[0] != ':' || value[len - 1] != ':')
			return -1;
		value++;
		len -= 2;
	}
	return alg < row->alg ? 0 : read_base64(best, alg, value, len);
}

static int read_members(
	struct checksum *best, const struct row *row, const char *text, size_t len)
{
	for (const char *end = text + len;;) {
		const char *comma = memchr(text, ',', (size_t)(end - text));
		const char *stop = comma ? comma : end;

		while (text < stop && (*text == ' ' || *text == '\t'))
			text++;
		while (stop > text && (stop[-1] == ' ' || stop[-1] == '\t'))
			stop--;
		if (read_member(best, row, text, (size_t)(stop - text)) < 0)
			return -1;
		if (!comma)
			return 0;
		text = comma + 1;
	}
}

void announced_field(struct announced *announced, const char *name, size_t name_len,
	const char *value, size_t value_len)
{
	const struct row *row = name_len > 0 ? find_row(name, name_len) : NULL;
	struct announcement read = {.sum = {.alg = DIGEST_NONE}}, *slot;
	int failed;

	if (!row)
		return;
	if (row->shape == SHAPE_WORD) {
		*(bool *)((char *)announced + row->slot) |=
			value_len == strlen(row->word) &&
			strncasecmp(value, row->word, value_len) == 0;
		return;
	}
	slot = (struct announcement *)((char *)announced + row->slot);
	failed = row->shape == SHAPE_PLAIN
			 ? read_base64(&read.sum, row->alg, value, value_len)
			 : read_members(&read.sum, row, value, value_len);
	if (failed) {
		log_debug("a %s that cannot be read is passed over", row->name);
	} else if (read.sum.alg != DIGEST_NONE && read.sum.alg >= slot->sum.alg) {
		read.by = row->name;
		*slot = read;
	}
}

static const struct announcement *stronger(
	const struct announcement *a, const struct announcement *b)
{
	return b->sum.alg > (a ? a->sum.alg : DIGEST_NONE) ? b : a;
}

const struct announcement *announced_best(
	const struct announced *announced, unsigned covers)
{
	const struct announcement *best = NULL;

	if (covers & ANNOUNCED_CONTENT)
		best = stronger(best, &announced->content);
	if (covers & ANNOUNCED_WHOLE)
		best = stronger(best, &announced->whole);
	if (covers & ANNOUNCED_WHOLE && !announced->packed)
		best = stronger(best, &announced->goog);
	if (covers & ANNOUNCED_CONTENT && !announced->composite)
		best = stronger(best, &announced->amz);
	return best;
}

bool announced_by_etag(struct announcement *announcement, const char *etag)
{
	size_t hex = 2 * checksum_len(DIGEST_MD5);

	announcement->sum.alg = DIGEST_NONE;
	announcement->by = "etag";
	return strlen(etag) == hex + 2 && etag[0] == '"' && etag[hex + 1] == '"' &&
	       checksum_from_hex(&announcement->sum, DIGEST_MD5, etag + 1, hex) == 0;
}
