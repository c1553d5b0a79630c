/* fuzz_s3.c - core/s3.h. The first line is an s3:// URL, the second a key, the third a token;
 * what they are decides how buckets are addressed.
 *
 * Claims: the URL of an object is one that is accepted, is at the endpoint and nowhere else,
 * whatever bucket and key say, and its path is that of the bucket and the key, byte for
 * byte; the s3:// URL of an object names that object; a page of the listing is of the
 * bucket. */
#include "core/s3.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/hex.h"
#include "base/url.h"
#include "fuzz.h"

#define REGION "eu-central-1"
#define ENDPOINT "http://s3.test:9000"

static void decode(struct buf *out, const char *text)
{
	for (; *text; text++) {
		int byte = hex_escape(text, strlen(text));

		buf_addch(out, byte < 0 ? *text : (char)byte);
		text += byte < 0 ? 0 : 2;
	}
}

/* Where the bucket is, and what of its path is not the key's. */
static void check_place(const struct s3_site *site, const struct url *url,
	const char *bucket, size_t *skip)
{
	const char *host = site->endpoint ? "s3.test" : "s3." REGION ".amazonaws.com";
	size_t len = strlen(bucket), tail = strlen(url->host) - strlen(host);

	must(strlen(url->host) >= strlen(host));
	must(strcmp(url->host + tail, host) == 0);
	must(url_port(url) == (site->endpoint ? 9000 : 443));
	*skip = 1;
	if (tail > 0) {
		must(tail == len + 1 && strncasecmp(url->host, bucket, len) == 0);
	} else {
		must(strncmp(url->path + 1, bucket, len) == 0);
		must(url->path[len + 1] == '/');
		*skip = len + 2;
	}
}

static void check_object(const struct s3_site *site, const struct s3_name *name)
{
	char *text _cleanup_(freep) = s3_object_url(site, REGION, name);
	_cleanup_(buf_release) struct buf path = BUF_INIT;
	struct url url;
	size_t skip;

	/* A bucket that cannot be a host's name has no URL, if it is to be one. */
	if (url_parse(&url, text, NULL) < 0) {
		must(site->addressing == S3_ADDRESSING_VIRTUAL);
		return;
	}
	check_place(site, &url, name->bucket, &skip);
	decode(&path, url.path + skip);
	must(strcmp(path.data, name->key) == 0);
	must(!name->version == !url.query);
	url_release(&url);
}

static void check_listing(
	const struct s3_site *site, const struct s3_name *name, const char *token)
{
	char *text _cleanup_(freep) = s3_listing_url(site, REGION, name, token);
	struct url url;
	size_t skip;

	if (url_parse(&url, text, NULL) < 0)
		return;
	check_place(site, &url, name->bucket, &skip);
	must(url.path[skip] == '\0');
	must(url.query && strncmp(url.query, "list-type=2&", 12) == 0);
	must((strstr(url.query, "&continuation-token=") != NULL) == (token != NULL));
	url_release(&url);
}

/* One object of many has a URL of its own. */
static void check_member(const struct s3_name *name, const char *key)
{
	char *text _cleanup_(freep) = NULL;
	struct s3_name again;

	if (!s3_matches(name, key))
		return;
	must(strncmp(key, name->key, strlen(name->key)) == 0);
	must(s3_path(name, key) >= key && s3_path(name, key) <= key + strlen(key));
	text = s3_url(name, key);
	must(s3_is_url(text));
	if (s3_parse(&again, text, NULL) < 0)
		return;
	must(strcmp(again.bucket, name->bucket) == 0);
	must(!again.version && !again.pattern && !again.many == (*key != '\0'));
	must(strcmp(again.key, key) == 0);
	s3_name_release(&again);
}

void fuzz_s3(const uint8_t *data, size_t len)
{
	struct fuzz_bytes bytes = {.at = data, .left = len};
	uint64_t choice = fuzz_choice(data, len);
	char *text _cleanup_(freep) = fuzz_take_line(&bytes);
	char *key _cleanup_(freep) = fuzz_take_line(&bytes);
	char *token _cleanup_(freep) = fuzz_take_line(&bytes);
	const struct s3_site site = {.endpoint = choice & 1 ? ENDPOINT : NULL,
		.addressing = (enum s3_addressing)((choice >> 1) % 3)};
	struct error err = {.kind = KIND_NONE};
	struct s3_name name;

	(void)s3_is_region(text);
	if (!s3_is_url(text))
		return;
	if (s3_parse(&name, text, &err) < 0) {
		must((err.kind == KIND_BAD_URL || err.kind == KIND_BAD_NAME) &&
			err.text[0]);
		must(!name.bucket && !name.key && !name.version);
		return;
	}
	must(!name.pattern || name.many);
	if (!name.many)
		check_object(&site, &name);
	check_listing(&site, &name, *token ? token : NULL);
	check_member(&name, key);
	s3_name_release(&name);
}
