/* fuzz.c - see fuzz.h: the table of targets, and their small helpers. */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/diag.h"
#include "base/hash.h"

const struct fuzz_row fuzz_targets[] = {
	{"answer", fuzz_answer},
	{"composite", fuzz_composite},
	{"csv", fuzz_csv},
	{"digests", fuzz_digests},
	{"disposition", fuzz_disposition},
	{"httpdate", fuzz_httpdate},
	{"input", fuzz_input},
	{"journal", fuzz_journal},
	{"jsonl", fuzz_jsonl},
	{"link", fuzz_link},
	{"list", fuzz_list},
	{"metalink", fuzz_metalink},
	{"names", fuzz_names},
	{"netrc", fuzz_netrc},
	{"profile", fuzz_profile},
	{"range", fuzz_range},
	{"response", fuzz_response},
	{"s3", fuzz_s3},
	{"s3error", fuzz_s3error},
	{"s3list", fuzz_s3list},
	{"sigv4", fuzz_sigv4},
	{"sums", fuzz_sums},
	{"text", fuzz_text},
	{"units", fuzz_units},
	{"url", fuzz_url},
	{"xml", fuzz_xml},
	{NULL, NULL},
};

const struct fuzz_row *fuzz_find(const char *name)
{
	for (const struct fuzz_row *row = fuzz_targets; row->name; row++)
		if (strcmp(row->name, name) == 0)
			return row;
	return NULL;
}

void fuzz_broken(const char *file, int line, const char *condition)
{
	fprintf(stderr, "%s:%d: not so: %s\n", file, line, condition);
	abort();
}

static void look_at_line(void *context _unused_, enum log_level level, const char *line)
{
	must(level > LOG_QUIET && level <= LOG_DEBUG);
	must(fuzz_is_clean(line, strlen(line)));
}

void fuzz_start(void)
{
	log_setup(LOG_DEBUG, look_at_line, NULL);
}

uint64_t fuzz_take(struct fuzz_bytes *bytes, size_t size)
{
	uint64_t value = 0;

	for (size_t i = 0; i < size && bytes->left > 0; i++) {
		value |= (uint64_t)*bytes->at++ << (8 * i);
		bytes->left--;
	}
	return value;
}

static char *take(struct fuzz_bytes *bytes, size_t len)
{
	char *text = xstrndup((const char *)bytes->at, len);

	bytes->at += len;
	bytes->left -= len;
	return text;
}

char *fuzz_take_line(struct fuzz_bytes *bytes)
{
	const uint8_t *end = bytes->left ? memchr(bytes->at, '\n', bytes->left) : NULL;
	char *line;

	if (!end)
		return fuzz_take_rest(bytes);
	line = take(bytes, (size_t)(end - bytes->at));
	(void)fuzz_take(bytes, 1);
	return line;
}

char *fuzz_take_rest(struct fuzz_bytes *bytes)
{
	return bytes->left ? take(bytes, bytes->left) : xstrdup("");
}

uint64_t fuzz_choice(const uint8_t *data, size_t len)
{
	return hash64(data, len, 0x5eed);
}

/* The code point of the well-formed character at text, and its length; 0 when it is none. */
static size_t character(const unsigned char *text, size_t len, unsigned *code)
{
	static const unsigned least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t size = *text < 0x80   ? 1
		      : *text < 0xc0 ? 0
		      : *text < 0xe0 ? 2
		      : *text < 0xf0 ? 3
		      : *text < 0xf8 ? 4
				     : 0;

	if (size == 0 || size > len)
		return 0;
	*code = size == 1 ? *text : *text & (0x7fU >> size);
	for (size_t i = 1; i < size; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (text[i] & 0x3fU);
	}
	return *code < least[size] || *code > 0x10ffff ||
			       (*code >= 0xd800 && *code < 0xe000)
		       ? 0
		       : size;
}

bool fuzz_is_clean(const char *text, size_t len)
{
	const unsigned char *at = (const unsigned char *)text, *end = at + len;

	while (at < end) {
		unsigned code = 0;
		size_t size = character(at, (size_t)(end - at), &code);

		if (size == 0 || code < 0x20 || (code >= 0x7f && code < 0xa0))
			return false;
		at += size;
	}
	return true;
}

bool fuzz_one_begins(const struct buf *text, const struct buf *other)
{
	size_t len = text->len < other->len ? text->len : other->len;

	return memcmp(text->data, other->data, len) == 0;
}
