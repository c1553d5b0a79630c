#include "core/s3.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/hex.h"
#include "base/text.h"

#define SCHEME "s3://"
#define VERSION_QUERY "?versionId="
#define KEY_MAX 1024 /* bytes: S3's own limit */
#define UTF8_MAX 4   /* bytes of a character */
#define LABEL_MAX 63 /* RFC 1035 */
#define BUCKET_MAX 255
#define BUCKET_CHARS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_"
#define LABEL_CHARS "abcdefghijklmnopqrstuvwxyz0123456789-"

/* All else is escaped, so that it is signed as it is sent. */
#define IN_QUERY HEX_UNRESERVED
#define IN_PATH HEX_UNRESERVED "/"

bool s3_is_url(const char *text)
{
	return strncasecmp(text, SCHEME, strlen(SCHEME)) == 0;
}

bool s3_is_region(const char *text)
{
	size_t len = strlen(text);

	return len > 0 && len <= LABEL_MAX && strspn(text, LABEL_CHARS) == len;
}

void s3_name_release(struct s3_name *name)
{
	free(name->bucket);
	free(name->key);
	free(name->pattern);
	free(name->version);
	*name = (struct s3_name){0};
}

static bool is_wild(char c)
{
	return c == '*' || c == '?';
}

/* "?versionId=ID" at the end of the key is no part of it. */
static bool is_version(const char *text)
{
	size_t len = strlen(VERSION_QUERY);

	return strncmp(text, VERSION_QUERY, len) == 0 && text[len];
}

/* Does this mean something else than itself, if no backslash is before it? */
static bool means_more(const char *text)
{
	return is_wild(*text) || (*text == '/' && (!text[1] || is_version(text + 1)));
}

/* What is read of a key: itself, and once there is a pattern, that. */
struct reading {
	struct buf key, pattern;
	bool in_pattern, ends_open;
};

static void add_literal(struct reading *reading, char c)
{
	if (!reading->in_pattern) {
		buf_addch(&reading->key, c);
		return;
	}
	if (is_wild(c) || c == '\\')
		buf_addch(&reading->pattern, '\\');
	buf_addch(&reading->pattern, c);
}

/* What means more than itself. */
static void add_special(struct reading *reading, char c)
{
	if (is_wild(c)) {
		reading->in_pattern = true;
		buf_addch(&reading->pattern, c);
		return;
	}
	reading->ends_open = true;
	add_literal(reading, c);
}

/* Returns where the version begins, or the end. */
static const char *read_key(struct reading *reading, const char *text)
{
	while (*text) {
		size_t slashes = strspn(text, "\\");
		bool special = means_more(text + slashes);

		for (size_t i = 0; i < (special ? slashes / 2 : slashes); i++)
			add_literal(reading, '\\');
		text += slashes;
		if (special && slashes % 2 == 0 && is_version(text))
			break;
		if (special && slashes % 2 == 0)
			add_special(reading, *text++);
		else if (*text)
			add_literal(reading, *text++);
	}
	return text;
}

/* Is one of the parts between slashes "." or ".."? A URL with that names something else: another
 * object, or one of another bucket. */
static bool has_dots(const char *path)
{
	for (size_t len; *path; path += len + (path[len] == '/')) {
		len = strcspn(path, "/");
		if ((len == 1 || len == 2) && strspn(path, ".") >= len)
			return true;
	}
	return false;
}

/* `text` is the key as it was written. */
static int check_name(const struct s3_name *name, const char *text, struct error *err)
{
	size_t len = strlen(name->bucket);

	if (len == 0 || len > BUCKET_MAX || strspn(name->bucket, BUCKET_CHARS) != len ||
		has_dots(name->bucket))
		return error_set(err, KIND_BAD_URL, 0,
			"not the name of a bucket: write s3://BUCKET/KEY");
	if (strlen(name->key) > KEY_MAX ||
		(name->pattern && strlen(name->pattern) > KEY_MAX))
		return error_set(
			err, KIND_BAD_URL, 0, "a key has at most %d bytes", KEY_MAX);
	/* What a pattern begins with may end anywhere. */
	if (has_dots(name->pattern ? text : name->key))
		return error_set(err, KIND_BAD_NAME, 0,
			"a key with \".\" or \"..\" between slashes "
			"cannot be asked for");
	if (name->version && name->many)
		return error_set(err, KIND_BAD_URL, 0,
			"a version is of one object: "
			"\"*\", \"?\" and a \"/\" at the end name several");
	return 0;
}

int s3_parse(struct s3_name *name, const char *text, struct error *err)
{
	const char *bucket = text + strlen(SCHEME);
	size_t len = strcspn(bucket, "/");
	const char *key = bucket[len] ? bucket + len + 1 : "", *version;
	struct reading reading = {.key = BUF_INIT, .pattern = BUF_INIT};

	version = read_key(&reading, key);
	*name = (struct s3_name){
		.bucket = xstrndup(bucket, len),
		.key = buf_detach(&reading.key),
		.pattern = reading.in_pattern ? buf_detach(&reading.pattern) : NULL,
		.version = *version ? xstrdup(version + strlen(VERSION_QUERY)) : NULL,
	};
	name->many = name->pattern || reading.ends_open || !name->key[0];
	if (check_name(name, key, err) == 0)
		return 0;
	s3_name_release(name);
	return -1;
}

/* Bytes of the character that the key goes on with; what is no UTF-8 has one for each byte. */
static size_t character(const char *key)
{
	unsigned code;
	size_t len = text_utf8_next(key, strnlen(key, UTF8_MAX), &code);

	return len ? len : 1;
}

/* Where the text from the last "*" on did not match, that "*" takes one character more. */
static bool matches(const char *pattern, const char *text)
{
	const char *star = NULL, *resumed = NULL;

	while (*text) {
		bool escaped = *pattern == '\\';

		if (*pattern == '*') {
			star = pattern++;
			resumed = text;
		} else if (*pattern == '?') {
			pattern++;
			text += character(text);
		} else if (pattern[escaped] == *text) {
			pattern += 1 + escaped;
			text++;
		} else if (star) {
			pattern = star + 1;
			resumed += character(resumed);
			text = resumed;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}

bool s3_matches(const struct s3_name *name, const char *key)
{
	size_t len = strlen(name->key);

	if (strncmp(key, name->key, len) != 0)
		return false;
	if (name->pattern)
		return matches(name->pattern, key + len);
	return name->many || !key[len];
}

const char *s3_path(const struct s3_name *name, const char *key)
{
	const char *slash = strrchr(name->key, '/');

	return slash ? key + (slash - name->key) + 1 : key;
}

char *s3_url(const struct s3_name *name, const char *key)
{
	struct buf url = BUF_INIT;

	buf_addf(&url, SCHEME "%s/", name->bucket);
	while (*key) {
		size_t slashes = strspn(key, "\\");
		const char *next = key + slashes;
		bool special = is_wild(*next) || (*next == '/' && !next[1]);

		for (size_t i = 0; i < slashes + (special ? slashes + 1 : 0); i++)
			buf_addch(&url, '\\');
		if (*next)
			buf_addch(&url, *next++);
		key = next;
	}
	return buf_detach(&url);
}

/* Can it be a label of a host's name, under a certificate for *.s3...? */
static bool is_label(const char *bucket)
{
	size_t len = strlen(bucket);

	return len <= LABEL_MAX && strspn(bucket, LABEL_CHARS) == len &&
	       bucket[0] != '-' && bucket[len - 1] != '-';
}

static bool is_virtual(const struct s3_site *site, const char *bucket)
{
	if (site->addressing != S3_ADDRESSING_AUTO)
		return site->addressing == S3_ADDRESSING_VIRTUAL;
	return !site->endpoint && is_label(bucket);
}

/* "https://host:port" and what of the bucket comes before its keys, without a slash at the
 * end. */
static void add_bucket(struct buf *url, const struct s3_site *site, const char *region,
	const char *bucket)
{
	bool is_host = is_virtual(site, bucket);
	const char *dot = is_host ? "." : "", *host;

	if (site->endpoint) {
		host = strstr(site->endpoint, "://");
		host = host ? host + 3 : site->endpoint;
		buf_add(url, site->endpoint, (size_t)(host - site->endpoint));
		buf_addf(url, "%s%s%s", is_host ? bucket : "", dot, host);
	} else {
		buf_addf(url, "https://%s%ss3.%s.amazonaws.com%s",
			is_host ? bucket : "", dot, region,
			strncmp(region, "cn-", 3) == 0 ? ".cn" : "");
	}
	if (!is_host)
		buf_addf(url, "/%s", bucket);
}

char *s3_object_url(
	const struct s3_site *site, const char *region, const struct s3_name *name)
{
	struct buf url = BUF_INIT;

	add_bucket(&url, site, region, name->bucket);
	buf_addch(&url, '/');
	hex_add_encoded(&url, name->key, IN_PATH);
	if (name->version) {
		buf_addstr(&url, VERSION_QUERY);
		hex_add_encoded(&url, name->version, IN_QUERY);
	}
	return buf_detach(&url);
}

char *s3_listing_url(const struct s3_site *site, const char *region,
	const struct s3_name *name, const char *token)
{
	struct buf url = BUF_INIT;

	add_bucket(&url, site, region, name->bucket);
	buf_addstr(&url, "/?list-type=2&encoding-type=url&prefix=");
	hex_add_encoded(&url, name->key, IN_QUERY);
	if (token) {
		buf_addstr(&url, "&continuation-token=");
		hex_add_encoded(&url, token, IN_QUERY);
	}
	return buf_detach(&url);
}

char *s3_moved_url(const struct s3_site *site, const char *region, const char *bucket,
	const char *url)
{
	const char *host = strstr(url, "://");
	const char *rest = host ? strchr(host + 3, '/') : NULL;
	struct buf moved = BUF_INIT;

	if (site->endpoint || !rest)
		return xstrdup(url);
	add_bucket(&moved, site, region, bucket);
	if (!is_virtual(site, bucket)) /* the path has the bucket already */
		buf_truncate(&moved, moved.len - strlen(bucket) - 1);
	buf_addstr(&moved, rest);
	return buf_detach(&moved);
}
