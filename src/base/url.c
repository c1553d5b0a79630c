/* url.c - see url.h. curl_url() takes the text apart; the normalised text is put
 * together again from those very parts, so that nothing here reads a URL in a second
 * way (and it is several times cheaper than having libcurl print it).
 *
 * Showing is the exception, since what is shown may be no URL at all: it works on the
 * text, and where that could be read in two ways it takes out too much, not too little. */
#include "base/url.h"

#include <curl/curl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* What libcurl found, in its own memory; NULL where there is none. */
struct parts {
	char *scheme, *user, *password, *host, *zone, *port, *path, *query;
};

static const struct {
	CURLUPart part;
	size_t offset;
} part_table[] = {
	{CURLUPART_SCHEME, offsetof(struct parts, scheme)},
	{CURLUPART_USER, offsetof(struct parts, user)},
	{CURLUPART_PASSWORD, offsetof(struct parts, password)},
	{CURLUPART_HOST, offsetof(struct parts, host)},
	{CURLUPART_ZONEID, offsetof(struct parts, zone)},
	{CURLUPART_PORT, offsetof(struct parts, port)},
	{CURLUPART_PATH, offsetof(struct parts, path)},
	{CURLUPART_QUERY, offsetof(struct parts, query)},
};

static char **part_at(struct parts *parts, size_t offset)
{
	return (char **)((char *)parts + offset);
}

static void parts_release(struct parts *parts)
{
	for (size_t i = 0; i < ARRAY_LEN(part_table); i++)
		curl_free(*part_at(parts, part_table[i].offset));
}

/* Why libcurl would not have it, with what to write instead where that is clear. The
 * URL itself is not quoted: what is wrong with it may be where its password ended up. */
static const char *explain(CURLUcode code)
{
	switch (code) {
	case CURLUE_BAD_SCHEME:
		return "no scheme: write http://... or https://...";
	case CURLUE_UNSUPPORTED_SCHEME:
		return "only http:// and https:// are fetched";
	case CURLUE_NO_HOST:
		return "no host after the scheme";
	case CURLUE_BAD_HOSTNAME:
		return "the host name has characters that are not allowed there";
	case CURLUE_LACKS_IDN:
		return "the host name is not ASCII, and this locale cannot convert it: "
		       "write it as xn--...";
	case CURLUE_BAD_PORT_NUMBER:
		return "the port is not a number up to 65535";
	case CURLUE_BAD_USER:
	case CURLUE_BAD_PASSWORD:
	case CURLUE_BAD_LOGIN:
		return "bad user or password: write odd characters as %XX";
	case CURLUE_BAD_PATH:
	case CURLUE_MALFORMED_INPUT:
		return "control characters or too long: write odd characters as %XX";
	default:
		return curl_url_strerror(code);
	}
}

/* Where there is a user, the rest of the password may have been taken for the host or port. */
static const char *hint(CURLUcode code, const char *text)
{
	if (!strchr(text, '@'))
		return "";
	if (code == CURLUE_BAD_HOSTNAME)
		return " (write \"@\" in a user or password as %40)";
	if (code == CURLUE_BAD_PORT_NUMBER)
		return " (write \"/\" in a user or password as %2F)";
	return "";
}

/* libcurl takes "host:8080/file" for a URL of the scheme "host". */
static CURLUcode judge_scheme(CURLUcode code, const char *text)
{
	return code == CURLUE_UNSUPPORTED_SCHEME && !strstr(text, "://")
		       ? CURLUE_BAD_SCHEME
		       : code;
}

static int bad_url(struct error *err, CURLUcode code, const char *text)
{
	if (code == CURLUE_OUT_OF_MEMORY)
		return error_set(err, KIND_INTERNAL, 0, "out of memory in libcurl");
	return error_set(err, KIND_BAD_URL, (int)code, "bad URL: %s%s", explain(code),
		hint(code, text));
}

static CURLUcode get_parts(struct parts *parts, CURLU *handle)
{
	for (size_t i = 0; i < ARRAY_LEN(part_table); i++) {
		char **part = part_at(parts, part_table[i].offset);

		/* Any other code says that there is no such part. */
		if (curl_url_get(handle, part_table[i].part, part, 0) ==
			CURLUE_OUT_OF_MEMORY)
			return CURLUE_OUT_OF_MEMORY;
	}
	return CURLUE_OK;
}

/* The host as DNS has it: "xn--bcher-kva.example" for what is not ASCII (RFC 5891). */
static CURLUcode get_ascii_host(struct parts *parts, CURLU *handle)
{
	const char *c = parts->host;
	char *ascii = NULL;
	CURLUcode code;

	while (c && (signed char)*c > 0)
		c++;
	if (!c || !*c)
		return CURLUE_OK;
	code = curl_url_get(handle, CURLUPART_HOST, &ascii, CURLU_PUNYCODE);
	if (code) {
		curl_free(ascii); /* 7.88 leaves a copy there */
		return CURLUE_LACKS_IDN;
	}
	curl_free(parts->host);
	parts->host = ascii;
	return CURLUE_OK;
}

static CURLUcode check_parts(const struct parts *parts)
{
	if (!parts->scheme || !parts->path)
		return CURLUE_MALFORMED_INPUT;
	if (strcmp(parts->scheme, "http") != 0 && strcmp(parts->scheme, "https") != 0)
		return CURLUE_UNSUPPORTED_SCHEME;
	if (!parts->host || !parts->host[0])
		return CURLUE_NO_HOST;
	/* libcurl has decoded it, and would do so once more with the text that is made of
	 * it: then another host would be asked than was looked at. */
	if (parts->host[0] != '[' && strchr(parts->host, '%'))
		return CURLUE_BAD_HOSTNAME;
	return CURLUE_OK;
}

/* libcurl's parser would make "+" of a space in a query, which is not the same. */
static CURLUcode set_url(CURLU *handle, const char *text)
{
	_cleanup_(buf_release) struct buf encoded = BUF_INIT;
	const char *query = strchr(text, '?');

	if (query && strchr(query, ' ')) {
		buf_add(&encoded, text, (size_t)(query - text));
		for (const char *c = query; *c; c++) {
			if (*c == ' ')
				buf_addstr(&encoded, "%20");
			else
				buf_addch(&encoded, *c);
		}
		text = encoded.data;
	}
	return curl_url_set(handle, CURLUPART_URL, text, CURLU_URLENCODE);
}

/* Spaces and UTF-8 are encoded, as lists have them; a scheme is never guessed. */
static int take_apart(struct parts *parts, const char *text, struct error *err)
{
	CURLU *handle = curl_url();
	CURLUcode code = handle ? CURLUE_OK : CURLUE_OUT_OF_MEMORY;

	if (!code)
		code = set_url(handle, text);
	if (!code)
		code = get_parts(parts, handle);
	if (!code)
		code = get_ascii_host(parts, handle);
	if (!code)
		code = check_parts(parts);
	curl_url_cleanup(handle);
	return code ? bad_url(err, judge_scheme(code, text), text) : 0;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* In lower case, but for the zone of an IPv6 address, which names an interface. */
static char *make_host(const struct parts *parts)
{
	struct buf host = BUF_INIT;

	buf_addstr(&host, parts->host);
	for (size_t i = 0; i < host.len; i++)
		host.data[i] = lower(host.data[i]);
	if (parts->zone && host.data[host.len - 1] == ']') {
		buf_truncate(&host, host.len - 1);
		buf_addstr(&host, "%25");
		buf_addstr(&host, parts->zone);
		buf_addch(&host, ']');
	}
	return buf_detach(&host);
}

static char *make_origin(const char *scheme, const char *host, const char *port)
{
	struct buf origin = BUF_INIT;

	buf_reserve(&origin, strlen(scheme) + strlen(host) + strlen(port) + 4);
	buf_addstr(&origin, scheme);
	buf_addstr(&origin, "://");
	buf_addstr(&origin, host);
	buf_addch(&origin, ':');
	buf_addstr(&origin, port);
	return buf_detach(&origin);
}

static void add_userinfo(struct buf *text, const struct parts *parts)
{
	if (!parts->user && !parts->password)
		return;
	if (parts->user)
		buf_addstr(text, parts->user);
	if (parts->password) {
		buf_addch(text, ':');
		buf_addstr(text, parts->password);
	}
	buf_addch(text, '@');
}

/* `port` is NULL when it is the scheme's own. */
static char *make_text(const struct parts *parts, const char *host, const char *port)
{
	struct buf text = BUF_INIT;

	buf_reserve(&text, strlen(host) + strlen(parts->path) + 32 +
				   (parts->query ? strlen(parts->query) : 0));
	buf_addstr(&text, parts->scheme);
	buf_addstr(&text, "://");
	add_userinfo(&text, parts);
	buf_addstr(&text, host);
	if (port) {
		buf_addch(&text, ':');
		buf_addstr(&text, port);
	}
	buf_addstr(&text, parts->path);
	if (parts->query) {
		buf_addch(&text, '?');
		buf_addstr(&text, parts->query);
	}
	return buf_detach(&text);
}

int url_parse(struct url *url, const char *text, struct error *err)
{
	struct parts parts = {0};
	const char *own_port, *port;

	*url = (struct url){0};
	if (take_apart(&parts, text, err) < 0) {
		parts_release(&parts);
		return -1;
	}
	if (parts.query && !parts.query[0]) {
		curl_free(parts.query);
		parts.query = NULL;
	}
	own_port = parts.scheme[4] == 's' ? "443" : "80";
	port = parts.port && strcmp(parts.port, own_port) != 0 ? parts.port : NULL;
	url->host = make_host(&parts);
	url->origin = make_origin(parts.scheme, url->host, port ? port : own_port);
	url->text = make_text(&parts, url->host, port);
	url->path = parts.path;
	url->query = parts.query;
	parts.path = parts.query = NULL;
	parts_release(&parts);
	return 0;
}

void url_release(struct url *url)
{
	free(url->text);
	free(url->origin);
	free(url->host);
	curl_free(url->path);
	curl_free(url->query);
	*url = (struct url){0};
}

char *url_resolve(const char *base, const char *reference, struct error *err)
{
	CURLU *handle = curl_url();
	CURLUcode code = handle ? set_url(handle, base) : CURLUE_OUT_OF_MEMORY;
	char *found = NULL, *resolved = NULL;

	/* What a handle already holds is what a reference is resolved against. */
	if (!code)
		code = set_url(handle, reference);
	if (!code)
		code = curl_url_get(handle, CURLUPART_URL, &found, 0);
	if (code)
		(void)bad_url(err, code, reference);
	else
		resolved = xstrdup(found);
	curl_free(found);
	curl_url_cleanup(handle);
	return resolved;
}

int url_port(const struct url *url)
{
	return (int)strtol(strrchr(url->origin, ':') + 1, NULL, 10);
}

bool url_same_origin(const struct url *a, const struct url *b)
{
	return strcmp(a->origin, b->origin) == 0;
}

/* Where it is in a normalised text, or would be; with its "@". */
static const char *find_user(const char *text, int *len)
{
	const char *start = strstr(text, "://") + strlen("://");
	const char *at = memrchr(start, '@', strcspn(start, "/"));

	*len = at ? (int)(at + 1 - start) : 0;
	return start;
}

void url_keep_user(struct url *url, const struct url *from)
{
	int len, own;
	const char *user = find_user(from->text, &len);
	const char *rest = find_user(url->text, &own);
	char *text;

	if (len == 0 || own > 0 || !url_same_origin(url, from))
		return;
	text = xasprintf(
		"%.*s%.*s%s", (int)(rest - url->text), url->text, len, user, rest);
	free(url->text);
	url->text = text;
}

bool url_is_https(const struct url *url)
{
	return strncmp(url->text, "https://", strlen("https://")) == 0;
}

const char *url_userinfo(const char *text, size_t *len)
{
	const char *start = strstr(text, "://") + 3;
	const char *at = memrchr(start, '@', strcspn(start, "/"));

	*len = at ? (size_t)(at - start) : 0;
	return at ? start : NULL;
}
