#include "net/ask.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include <openssl/crypto.h>

#include "base/alloc.h"
#include "net/resolver.h"
#include "net/secret.h"

#define TRIES 2
#define USER_AGENT "seine/" PACKAGE_VERSION

struct asking {
	struct buf *answer;
	const struct ask_route *route;
	bool too_large;
};

static size_t on_answer(char *data, size_t size, size_t count, void *context)
{
	struct asking *asking = context;
	size_t len = size * count;

	asking->too_large = len > ASK_ANSWER_MAX - asking->answer->len;
	if (asking->too_large)
		return CURL_WRITEFUNC_ERROR;
	buf_add(asking->answer, data, len);
	return len;
}

static bool is_stopped(const void *context)
{
	const struct ask_route *route = context;

	return route->stop && route->stop(route->stop_context);
}

static int on_progress(void *context, curl_off_t down_total _unused_,
	curl_off_t down _unused_, curl_off_t up_total _unused_, curl_off_t up _unused_)
{
	const struct asking *asking = context;

	return is_stopped(asking->route);
}

static CURLcode add_line(struct curl_slist **lines, const char *name, const char *value)
{
	char *line = xasprintf("%s: %s", name, value);
	struct curl_slist *longer = curl_slist_append(*lines, line);

	secret_free(line);
	if (!longer)
		return CURLE_OUT_OF_MEMORY;
	*lines = longer;
	return CURLE_OK;
}

static CURLcode add_lines(struct curl_slist **lines, const struct ask *ask)
{
	CURLcode code = CURLE_OK;

	for (size_t i = 0; i < ASK_HEADERS_MAX && ask->headers[i].name && !code; i++)
		code = add_line(lines, ask->headers[i].name, ask->headers[i].value);
	/* Of nothing there is no type; libcurl would call it a form. */
	if (ask->body && !ask->body[0] && !code)
		code = add_line(lines, "Content-Type", "");
	return code;
}

static void lines_free(struct curl_slist *lines)
{
	for (struct curl_slist *line = lines; line; line = line->next)
		OPENSSL_cleanse(line->data, strlen(line->data));
	curl_slist_free_all(lines);
}

/* ---- where the service is */

/* NULL only when nobody can be asked. */
static const struct addresses *look_up(const struct ask *ask,
	const struct ask_route *route, const struct url *url, struct error *err)
{
	nstime now = clock_now();
	const struct addresses *addresses =
		names_get(route->names, url->host, url_port(url), now);
	struct resolver *resolver;

	if (addresses)
		return addresses;
	resolver = resolver_new(route->names, route->settings, NULL, err);
	if (!resolver)
		return NULL;
	addresses = resolver_wait(resolver, url->host,
		now + ask->timeout_ms * NS_PER_MS, is_stopped, route);
	resolver_free(resolver);
	return addresses;
}

/* What libcurl is told of the host. */
static int tell_addresses(struct curl_slist **told, const struct ask *ask,
	const struct ask_route *route, const struct url *url, struct error *err)
{
	struct error why = {.text = ""};
	const struct addresses *addresses = look_up(ask, route, url, &why);
	char *line _cleanup_(freep) = NULL;
	int failed = 0;

	if (addresses && addresses->list)
		line = xasprintf("%s:%d:%s", url->host, url_port(url), addresses->list);
	*told = line ? curl_slist_append(NULL, line) : NULL;
	if (is_stopped(route))
		failed = error_set(err, KIND_INTERRUPTED, 0, "interrupted");
	else if (!*told)
		failed = error_set(err, KIND_CREDENTIALS, 0, "%s: %s: %s", ask->who,
			url->host, addresses ? addresses->text : why.text);
	if (addresses)
		names_put(addresses);
	return failed;
}

/* So that libcurl looks nothing up; NULL where there is nothing to look up, or it must. */
static int find_host(struct curl_slist **told, const struct ask *ask,
	const struct ask_route *route, struct error *err)
{
	struct error why;
	struct url url;
	int failed = 0;

	if (url_parse(&url, ask->url, &why) != 0)
		return error_set(err, KIND_CREDENTIALS, 0, "the URL of %s: %s",
			ask->who, why.text);
	if (route->names && !names_is_literal(url.host))
		failed = tell_addresses(told, ask, route, &url, err);
	url_release(&url);
	return failed;
}

/* ---- the request */

#define SET(option, value) (code = code ? code : curl_easy_setopt(easy, option, value))

static CURLcode dress_route(
	CURL *easy, const struct ask *ask, const struct ask_route *route)
{
	CURLcode code = CURLE_OK;

	if (ask->direct)
		SET(CURLOPT_PROXY, "");
	else if (route->proxy)
		SET(CURLOPT_PROXY, route->proxy);
	if (route->tls && !code)
		code = tls_dress(route->tls, easy);
	return code;
}

/* What libcurl only borrows while it works. */
struct luggage {
	struct curl_slist *lines, *addresses;
};

static CURLcode dress(CURL *easy, const struct ask *ask, const struct ask_route *route,
	const struct luggage *luggage, struct asking *asking)
{
	CURLcode code = dress_route(easy, ask, route);

	SET(CURLOPT_URL, ask->url);
	SET(CURLOPT_RESOLVE, luggage->addresses);
	SET(CURLOPT_PROTOCOLS_STR, "http,https");
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_USERAGENT, USER_AGENT);
	SET(CURLOPT_TIMEOUT_MS, (long)ask->timeout_ms);
	if (ask->body)
		SET(CURLOPT_POSTFIELDS, ask->body);
	SET(CURLOPT_CUSTOMREQUEST, ask->method);
	SET(CURLOPT_HTTPHEADER, luggage->lines);
	SET(CURLOPT_WRITEFUNCTION, on_answer);
	SET(CURLOPT_WRITEDATA, asking);
	SET(CURLOPT_NOPROGRESS, 0L);
	SET(CURLOPT_XFERINFOFUNCTION, on_progress);
	SET(CURLOPT_XFERINFODATA, asking);
	return code;
}

static bool is_weak_moment(long status)
{
	return status == 429 || status == 500 || (status >= 502 && status <= 504);
}

static CURLcode perform(CURL *easy, struct asking *asking, long *status)
{
	CURLcode code = CURLE_OK;

	for (int i = 0; i < TRIES; i++) {
		/* What the first try has brought must not stay behind the second's. */
		OPENSSL_cleanse(asking->answer->data, asking->answer->len);
		buf_clear(asking->answer);
		*status = 0;
		code = curl_easy_perform(easy);
		if (code == CURLE_OK)
			code = curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, status);
		if (asking->too_large || code == CURLE_ABORTED_BY_CALLBACK ||
			(code == CURLE_OK && !is_weak_moment(*status)))
			break;
	}
	return code;
}

static int judge(const struct ask *ask, const struct asking *asking, CURLcode code,
	struct error *err)
{
	if (code == CURLE_OK)
		return 0;
	if (asking->too_large)
		return error_set(err, KIND_CREDENTIALS, (int)code,
			"%s answers with too much", ask->who);
	if (code == CURLE_ABORTED_BY_CALLBACK)
		return error_set(err, KIND_INTERRUPTED, (int)code, "interrupted");
	return error_set(err, KIND_CREDENTIALS, (int)code, "%s: %s", ask->who,
		curl_easy_strerror(code));
}

bool ask_is_here(const struct url *url)
{
	struct in_addr address;

	if (inet_pton(AF_INET, url->host, &address) == 1)
		return ntohl(address.s_addr) >> 24 == IN_LOOPBACKNET;
	return strcmp(url->host, "localhost") == 0 || strcmp(url->host, "[::1]") == 0;
}

int ask_send(const struct ask *ask, const struct ask_route *route, struct buf *answer,
	long *status, struct error *err)
{
	struct asking asking = {.answer = answer, .route = route};
	struct luggage luggage = {.lines = NULL};
	CURLcode code;
	CURL *easy;

	if (find_host(&luggage.addresses, ask, route, err) != 0) {
		curl_slist_free_all(luggage.addresses);
		return -1;
	}
	easy = curl_easy_init();
	code = easy ? add_lines(&luggage.lines, ask) : CURLE_OUT_OF_MEMORY;
	buf_reserve(answer, ASK_ANSWER_MAX);
	if (!code)
		code = dress(easy, ask, route, &luggage, &asking);
	if (!code)
		code = perform(easy, &asking, status);
	curl_easy_cleanup(easy);
	curl_slist_free_all(luggage.addresses);
	lines_free(luggage.lines);
	return judge(ask, &asking, code, err);
}
