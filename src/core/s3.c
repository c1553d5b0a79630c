#include "core/s3.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"

#define SCHEME "s3://"
#define VERSION_QUERY "?versionId="
#define WILD "*?"
#define KEY_MAX 1024 /* bytes: S3's own limit */
#define LABEL_MAX 63 /* RFC 1035 */
#define BUCKET_MAX 255
#define BUCKET_CHARS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_"
#define LABEL_CHARS "abcdefghijklmnopqrstuvwxyz0123456789-"
#define UNRESERVED "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~"

bool s3_is_url(const char *text)
{
	return strncmp(text, SCHEME, strlen(SCHEME)) == 0;
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
	free(name->version);
	*name = (struct s3_name){0};
}

/* "?versionId=ID" at the end of the key is no part of it. */
static void cut_version(struct s3_name *name)
{
	char *version = strstr(name->key, VERSION_QUERY);

	if (!version || !version[strlen(VERSION_QUERY)])
		return;
	name->version = xstrdup(version + strlen(VERSION_QUERY));
	*version = '\0';
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

static int check_name(const struct s3_name *name, struct error *err)
{
	size_t len = strlen(name->bucket);

	if (len == 0 || len > BUCKET_MAX || strspn(name->bucket, BUCKET_CHARS) != len ||
		has_dots(name->bucket))
		return error_set(err, KIND_BAD_URL, 0,
			"not the name of a bucket: write s3://BUCKET/KEY");
	if (strlen(name->key) > KEY_MAX)
		return error_set(
			err, KIND_BAD_URL, 0, "a key has at most %d bytes", KEY_MAX);
	if (has_dots(name->key))
		return error_set(err, KIND_BAD_NAME, 0,
			"a key with \".\" or \"..\" between slashes cannot be asked "
			"for");
	if (name->version && name->many)
		return error_set(err, KIND_BAD_URL, 0,
			"a version is of one object: \"*\", \"?\" and a \"/\" at the "
			"end name several");
	return 0;
}

int s3_parse(struct s3_name *name, const char *text, struct error *err)
{
	const char *bucket = text + strlen(SCHEME);
	size_t len = strcspn(bucket, "/");

	*name = (struct s3_name){
		.bucket = xstrndup(bucket, len),
		.key = xstrdup(bucket[len] ? bucket + len + 1 : ""),
	};
	cut_version(name);
	len = strlen(name->key);
	name->prefix = strcspn(name->key, WILD);
	name->many = name->prefix < len || len == 0 || name->key[len - 1] == '/';
	if (check_name(name, err) == 0)
		return 0;
	s3_name_release(name);
	return -1;
}

/* Where the text from the last "*" on did not match, that "*" takes one byte more. */
static bool matches(const char *pattern, const char *text)
{
	const char *star = NULL, *resumed = NULL;

	while (*text) {
		if (*pattern == '*') {
			star = pattern++;
			resumed = text;
		} else if (*pattern == *text || *pattern == '?') {
			pattern++;
			text++;
		} else if (star) {
			pattern = star + 1;
			text = ++resumed;
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
	if (!name->key[name->prefix]) /* no pattern: all that begins so */
		return name->many ? strncmp(key, name->key, name->prefix) == 0
				  : strcmp(key, name->key) == 0;
	return matches(name->key, key);
}

const char *s3_path(const struct s3_name *name, const char *key)
{
	const char *slash = memrchr(name->key, '/', name->prefix);

	return slash ? key + (slash - name->key) + 1 : key;
}

char *s3_url(const struct s3_name *name, const char *key)
{
	return xasprintf(SCHEME "%s/%s%s%s", name->bucket, key,
		name->version ? VERSION_QUERY : "", name->version ? name->version : "");
}

/* RFC 3986: what is not unreserved is encoded, so that it is signed as it is sent. */
static void add_encoded(struct buf *url, const char *text, size_t len, bool slashes)
{
	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if (c != '\0' && (strchr(UNRESERVED, c) || (slashes && c == '/')))
			buf_addch(url, c);
		else
			buf_addf(url, "%%%02X", (unsigned)(unsigned char)c);
	}
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
	add_encoded(&url, name->key, strlen(name->key), true);
	if (name->version) {
		buf_addstr(&url, VERSION_QUERY);
		add_encoded(&url, name->version, strlen(name->version), false);
	}
	return buf_detach(&url);
}

char *s3_listing_url(const struct s3_site *site, const char *region,
	const struct s3_name *name, const char *token)
{
	struct buf url = BUF_INIT;

	add_bucket(&url, site, region, name->bucket);
	buf_addstr(&url, "/?list-type=2&encoding-type=url&prefix=");
	add_encoded(&url, name->key, name->prefix, false);
	if (token) {
		buf_addstr(&url, "&continuation-token=");
		add_encoded(&url, token, strlen(token), false);
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
