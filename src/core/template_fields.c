/* template_fields.c - the fields of templates. Only slashes that stand unencoded in the URL's path
 * make directories; all else is added through safename_add, which writes them as %2F. */
#include "core/template_parts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "core/safename.h"

/* What an empty last segment is called, as in wget. */
#define INDEX_NAME "index.html"

/* ---- the URL's path ---- */

/* Some text, in a buffer when it had to be decoded. */
struct segment {
	const char *text;
	size_t len;
	struct buf decoded;
};

static void segment_release(struct segment *segment)
{
	buf_release(&segment->decoded);
}

/* Decode one segment of a path. One that says ".." by way of encoding is refused:
 * whoever wrote it meant to lead somewhere else. */
static int segment_read(
	struct segment *segment, const char *raw, size_t len, struct error *err)
{
	segment->text = raw;
	segment->len = len;
	if (memchr(raw, '%', len)) {
		struct buf *out = &segment->decoded;

		for (size_t i = 0; i < len; i++) {
			int byte = hex_escape(raw + i, len - i);

			buf_addch(out, byte < 0 ? raw[i] : (char)byte);
			i += byte < 0 ? 0 : 2;
		}
		segment->text = out->data;
		segment->len = out->len;
	}
	if (safename_is_traversal(segment->text, segment->len))
		return error_set(err, KIND_BAD_NAME, 0,
			"the URL's path leads elsewhere (\"..\"): give a name by out=");
	return 0;
}

/* Where the last segment of a URL's path begins. */
static const char *last_segment(const struct entry *entry)
{
	const char *slash = strrchr(entry->url.path, '/');

	return slash ? slash + 1 : entry->url.path;
}

static int read_base(struct segment *base, const struct entry *entry, struct error *err)
{
	const char *raw = last_segment(entry);

	if (!*raw)
		raw = INDEX_NAME;
	return segment_read(base, raw, strlen(raw), err);
}

/* At its last dot, but for one in front. */
static size_t stem_len(const struct segment *base)
{
	const char *dot = memrchr(base->text, '.', base->len);

	return dot && dot > base->text ? (size_t)(dot - base->text) : base->len;
}

/* ---- the fields ---- */

static int add_host(
	struct buf *path, const struct entry *entry, struct error *err _unused_)
{
	safename_add(path, entry->url.host, strlen(entry->url.host), SAFENAME_NETWORK);
	return 0;
}

/* Segments are separated by one slash, however many the URL has. */
static int add_dir(struct buf *path, const struct entry *entry, struct error *err)
{
	const char *end = last_segment(entry);
	const char *slash;
	bool first = true;

	for (const char *raw = entry->url.path; raw < end; raw = slash + 1) {
		struct segment segment _cleanup_(segment_release) = {
			.decoded = BUF_INIT};

		slash = memchr(raw, '/', (size_t)(end - raw));
		if (segment_read(&segment, raw, (size_t)(slash - raw), err) < 0)
			return -1;
		if (segment.len == 0)
			continue;
		if (!first)
			safename_add_slash(path);
		first = false;
		safename_add(path, segment.text, segment.len, SAFENAME_NETWORK);
	}
	return 0;
}

static int add_base(struct buf *path, const struct entry *entry, struct error *err)
{
	struct segment base _cleanup_(segment_release) = {.decoded = BUF_INIT};

	if (read_base(&base, entry, err) < 0)
		return -1;
	safename_add(path, base.text, base.len, SAFENAME_NETWORK);
	return 0;
}

static int add_path(struct buf *path, const struct entry *entry, struct error *err)
{
	size_t before = path->len;

	if (add_dir(path, entry, err) < 0)
		return -1;
	if (path->len > before)
		safename_add_slash(path);
	return add_base(path, entry, err);
}

static int add_stem(struct buf *path, const struct entry *entry, struct error *err)
{
	struct segment base _cleanup_(segment_release) = {.decoded = BUF_INIT};

	if (read_base(&base, entry, err) < 0)
		return -1;
	safename_add(path, base.text, stem_len(&base), SAFENAME_NETWORK);
	return 0;
}

static int add_ext(struct buf *path, const struct entry *entry, struct error *err)
{
	struct segment base _cleanup_(segment_release) = {.decoded = BUF_INIT};
	size_t stem;

	if (read_base(&base, entry, err) < 0)
		return -1;
	stem = stem_len(&base);
	safename_add(path, base.text + stem, base.len - stem, SAFENAME_NETWORK);
	return 0;
}

/* As it is in the URL: decoded it would no longer say where a value ends. */
static int add_query(
	struct buf *path, const struct entry *entry, struct error *err _unused_)
{
	if (entry->url.query)
		safename_add(path, entry->url.query, strlen(entry->url.query),
			SAFENAME_NETWORK);
	return 0;
}

static int add_number(
	struct buf *path, const struct entry *entry, struct error *err _unused_)
{
	buf_addf(path, "%06" PRIu64, entry->number);
	return 0;
}

static int add_hash(
	struct buf *path, const struct entry *entry, struct error *err _unused_)
{
	buf_addf(path, "%08" PRIx32,
		safename_hash(entry->url.text, strlen(entry->url.text), 0));
	return 0;
}

static const struct {
	const char *name;
	template_add_field *add;
} fields[] = {
	{"host", add_host},
	{"path", add_path},
	{"dir", add_dir},
	{"base", add_base},
	{"stem", add_stem},
	{"ext", add_ext},
	{"query", add_query},
	{"n", add_number},
	{"hash", add_hash},
};

template_add_field *template_field(const char *name, size_t len)
{
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		if (strlen(fields[i].name) == len &&
			memcmp(fields[i].name, name, len) == 0)
			return fields[i].add;
	}
	return NULL;
}
