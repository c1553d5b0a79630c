/* fuzz_url.c - base/url.h. The first line is a URL, the second a reference in its document. A
 * byte 0x01 in the URL stands for a secret.
 *
 * Claims: a URL that is accepted is the same URL when its text is read again, by us and by
 * libcurl; it has no control characters, and neither has what it was taken apart into; a
 * reference is resolved into what is accepted as itself, or refused. Of a URL and of what is
 * none, no secret is shown that was where a password is, or the value of a parameter that
 * carries one. */
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/url.h"
#include "fuzz.h"

#define MARK '\1'
#define SECRET "S3CR3T"

/* The URL with each mark replaced. */
static char *with_secret(const char *line)
{
	struct buf text = BUF_INIT;

	for (; *line; line++) {
		if (*line == MARK)
			buf_addstr(&text, SECRET);
		else
			buf_addch(&text, *line);
	}
	return buf_detach(&text);
}

static void check_same(const struct url *url, const struct url *again)
{
	must(strcmp(url->text, again->text) == 0);
	must(strcmp(url->origin, again->origin) == 0);
	must(strcmp(url->host, again->host) == 0);
	must(strcmp(url->path, again->path) == 0);
	must(!url->query == !again->query);
	must(!url->query || strcmp(url->query, again->query) == 0);
	must(url_same_origin(url, again));
}

/* What libcurl makes of the text when it is told to fetch it. */
static void check_libcurl(const struct url *url)
{
	CURLU *handle = curl_url();
	char *host = NULL, *port = NULL;

	must(handle);
	must(curl_url_set(handle, CURLUPART_URL, url->text, 0) == CURLUE_OK);
	must(curl_url_get(handle, CURLUPART_HOST, &host, 0) == CURLUE_OK);
	must(curl_url_get(handle, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) ==
		CURLUE_OK);
	must(strtol(port, NULL, 10) == url_port(url));
	/* But for the zone of an IPv6 address, which libcurl keeps apart. */
	must(host[0] == '[' || strcasecmp(host, url->host) == 0);
	curl_free(host);
	curl_free(port);
	curl_url_cleanup(handle);
}

static void check_parts(const struct url *url)
{
	must(strncmp(url->text, "http", 4) == 0 && strstr(url->origin, "://"));
	must(strncmp(url->origin, "http", 4) == 0);
	must(strstr(url->origin, url->host));
	must(url_port(url) >= 0 && url_port(url) <= 65535);
	must(url->path[0] == '/');
	must(!url->query || url->query[0]);
	for (const char *at = url->text; *at; at++)
		must((unsigned char)*at > ' ' && *at != 0x7f);
	must(!strchr(url->text, '#'));
	for (const char *at = url->host; *at; at++)
		must(!strchr("/?#@", *at));
	/* The zone of an IPv6 address may have anything else. */
	must(url->host[0] == '[' || !strchr(url->host, '\\'));
}

/* "?NAME=" or "&NAME=" before each of the secrets in the URL? */
static bool is_parameter(const char *text, const char *secret)
{
	static const char *const names[] = {"X-Amz-Signature", "token", "access_token",
		"sig", "X-Amz-Credential", "key", "api_key"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		size_t len = strlen(names[i]);
		const char *at = secret - len - 2;

		if (at < text || secret[-1] != '=' || !strchr("?&", *at))
			continue;
		if (strncasecmp(at + 1, names[i], len) == 0 &&
			memchr(text, '?', (size_t)(secret - text)))
			return true;
	}
	return false;
}

/* In what is no URL: between the first colon behind "//" and an at sign? */
static bool is_userinfo(const char *text, const char *secret)
{
	const char *begin = strstr(text, "://");
	const char *colon = begin ? strchr(begin + 3, ':') : NULL;

	return colon && colon < secret && strchr(secret, '@');
}

/* Is the secret of the URL a part of what libcurl would send as user or password? */
static bool is_password(const char *text)
{
	CURLU *handle = curl_url();
	char *user = NULL, *password = NULL;
	bool has = false;

	must(handle);
	if (curl_url_set(handle, CURLUPART_URL, text, CURLU_URLENCODE) == CURLUE_OK) {
		(void)curl_url_get(handle, CURLUPART_USER, &user, 0);
		(void)curl_url_get(handle, CURLUPART_PASSWORD, &password, 0);
		has = (user && strstr(user, SECRET)) ||
		      (password && strstr(password, SECRET));
	}
	curl_free(user);
	curl_free(password);
	curl_url_cleanup(handle);
	return has;
}

static void check_redacted(const char *text, bool is_url)
{
	const char *secret = strstr(text, SECRET);
	_cleanup_(buf_release) struct buf shown = BUF_INIT;

	url_add_redacted(&shown, text);
	if (!secret || strstr(secret + 1, SECRET))
		return; /* of several one may be where it is harmless */
	if (is_password(text) || is_parameter(text, secret) ||
		(!is_url && is_userinfo(text, secret)))
		must(!strstr(shown.data, SECRET));
}

static void check_resolved(const struct url *base, const char *reference)
{
	struct url url, again;
	struct error err = {.kind = KIND_NONE};
	char *resolved _cleanup_(freep) = url_resolve(base->text, reference, &err);

	must(resolved ? err.kind == KIND_NONE : err.kind == KIND_BAD_URL);
	if (!resolved || url_parse(&url, resolved, NULL) < 0)
		return;
	check_parts(&url);
	must(url_parse(&again, url.text, NULL) == 0);
	check_same(&url, &again);
	url_release(&again);
	url_release(&url);
}

void fuzz_url(const uint8_t *data, size_t len)
{
	struct fuzz_bytes bytes = {.at = data, .left = len};
	char *line _cleanup_(freep) = fuzz_take_line(&bytes);
	char *reference _cleanup_(freep) = fuzz_take_rest(&bytes);
	char *text _cleanup_(freep) = with_secret(line);
	struct error err = {.kind = KIND_NONE};
	struct url url, again;
	bool is_url = url_parse(&url, text, &err) == 0;

	check_redacted(text, is_url);
	(void)url_address_is_private(text);
	if (!is_url) {
		must(err.kind == KIND_BAD_URL && err.text[0]);
		must(!strstr(err.text, SECRET) && !url.text && !url.host);
		return;
	}
	check_parts(&url);
	check_libcurl(&url);
	must(url_parse(&again, url.text, NULL) == 0);
	check_same(&url, &again);
	url_release(&again);
	check_resolved(&url, reference);
	url_release(&url);
}
