/* From settings to curl_easy_setopt.
 *
 * The setters collect the first failure in a CURLcode, so that a row of them reads as a
 * list. Everything that a user gives for a host (headers, credentials, cookie, Referer)
 * is on only while the attempt goes to the origin it was given for. */
#include "net/dress.h"

#include <string.h>

#include "net/request.h"

/* Allocated per active transfer, touched as far as used. Of this size malloc maps the first
 * ones, and unmaps them as they are done, so that thousands at once leave no trace. */
#define BUFFER_SIZE (128 * 1024)
#define BULK_BUFFER_SIZE (512 * 1024) /* it pays where many bytes are known to come */
#define BULK (1024 * 1024)            /* from so many on */
#define SMALL_JOB 16                  /* files */
#define BUFFER_MIN 1024               /* libcurl's own least */

struct wardrobe {
	CURL *easy;
	CURLcode code;
};

#define SET(w, option, value)                                                          \
	((w)->code = (w)->code ? (w)->code : curl_easy_setopt((w)->easy, option, value))

static int wardrobe_close(const struct wardrobe *w, struct error *err)
{
	if (w->code == CURLE_OK)
		return 0;
	return error_set(err, KIND_INTERNAL, (int)w->code,
		"libcurl refuses an option: %s", curl_easy_strerror(w->code));
}

static void wear_tls(struct wardrobe *w, struct net *net)
{
	const struct settings *s = net->settings;

	if (w->code == CURLE_OK && !s->insecure)
		w->code = tls_dress(net->tls, w->easy);
	if (s->insecure) {
		/* Nor load authorities that nobody will ask. */
		SET(w, CURLOPT_CAINFO, NULL);
		SET(w, CURLOPT_CAPATH, NULL);
		SET(w, CURLOPT_SSL_VERIFYPEER, 0L);
		SET(w, CURLOPT_SSL_VERIFYHOST, 0L);
	}
	if (s->cert)
		SET(w, CURLOPT_SSLCERT, s->cert);
	if (s->key)
		SET(w, CURLOPT_SSLKEY, s->key);
}

static void wear_http(struct wardrobe *w, const struct settings *s)
{
	if (s->http == HTTP_1_1)
		SET(w, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	else if (s->http == HTTP_2)
		SET(w, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2_0);
	else if (s->http == HTTP_3)
		SET(w, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_3);
	if (s->compressed)
		SET(w, CURLOPT_ACCEPT_ENCODING, "");
	if (s->proxy)
		SET(w, CURLOPT_PROXY, s->proxy);
	SET(w, CURLOPT_USERAGENT, s->user_agent);
}

/* Of few files, named one by one, each may be large, and memory is no matter. */
static bool is_small_job(const struct settings *s)
{
	return s->inputs.count == 0 && s->urls.count <= SMALL_JOB;
}

/* Under a limit bytes come in pieces of 50 ms, so that the rate is even. */
static long buffer_size(const struct settings *s)
{
	int64_t rate = s->limit_rate;

	if (rate <= 0 || (s->limit_rate_per_host > 0 && s->limit_rate_per_host < rate))
		rate = s->limit_rate_per_host;
	if (rate <= 0 || rate / 20 > BUFFER_SIZE)
		return is_small_job(s) ? BULK_BUFFER_SIZE : BUFFER_SIZE;
	return rate / 20 < BUFFER_MIN ? BUFFER_MIN : (long)(rate / 20);
}

/* How many a handle that performs alone may keep open: libcurl's five, or its share. */
static long connections_kept(const struct settings *s)
{
	int64_t share = s->connections / (s->jobs > 0 ? s->jobs : 1);

	return s->connections <= 0 || share > 5 ? 5 : share > 1 ? (long)share : 1;
}

int dress_handle(CURL *easy, struct net *net, struct error *err)
{
	const struct settings *s = net->settings;
	struct wardrobe wardrobe = {.easy = easy}, *w = &wardrobe;

	SET(w, CURLOPT_NOSIGNAL, 1L);
	SET(w, CURLOPT_PROTOCOLS_STR, "http,https");
	SET(w, CURLOPT_FOLLOWLOCATION, 0L);
	SET(w, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	SET(w, CURLOPT_MAXCONNECTS, connections_kept(s));
	SET(w, CURLOPT_BUFFERSIZE, buffer_size(s));
	/* Our own answers stay as long as we say. They have the right families already, but
	 * addresses in URLs are none of them. */
	SET(w, CURLOPT_DNS_CACHE_TIMEOUT, -1L);
	if (s->family != IP_ANY)
		SET(w, CURLOPT_IPRESOLVE,
			(long)(s->family == IP_V4 ? CURL_IPRESOLVE_V4
						  : CURL_IPRESOLVE_V6));
	if (s->connect_timeout > 0)
		SET(w, CURLOPT_CONNECTTIMEOUT_MS,
			(long)(s->connect_timeout / NS_PER_MS));
	wear_tls(w, net);
	wear_http(w, s);
	if (net->cookies && !w->code)
		w->code = cookies_dress(net->cookies, easy);
	return wardrobe_close(w, err);
}

/* A large file's ranges come on connections of their own, where one need not wait for the
 * other, and with less to do than in HTTP/2. */
static void wear_bulk(
	struct dress *dress, struct wardrobe *w, const struct settings *s, bool bulk)
{
	long size;
	CURLcode code;

	if (dress->bulk == bulk)
		return;
	dress->bulk = bulk;
	size = buffer_size(s);
	if (bulk && size == BUFFER_SIZE)
		size = BULK_BUFFER_SIZE;
	/* After a stream that ended before others of its connection the handle still has its
	 * buffer, and libcurl refuses another size: then the old one will do. */
	code = curl_easy_setopt(w->easy, CURLOPT_BUFFERSIZE, size);
	if (code != CURLE_BAD_FUNCTION_ARGUMENT && !w->code)
		w->code = code;
	if (s->http == HTTP_AUTO)
		SET(w, CURLOPT_HTTP_VERSION,
			(long)(bulk ? CURL_HTTP_VERSION_1_1 : CURL_HTTP_VERSION_2TLS));
}

static void wear_range(struct dress *dress, struct wardrobe *w,
	const struct settings *s, const struct attempt *attempt)
{
	bool pinned = attempt->ranged && version_pin(&attempt->version);
	char text[RANGE_LEN];

	wear_bulk(dress, w, s, pinned && range_length(attempt->asked) >= BULK);
	if (!attempt->ranged && !dress->ranged)
		return;
	dress->ranged = attempt->ranged;
	range_format(text, attempt->asked);
	SET(w, CURLOPT_RANGE, attempt->ranged ? strchr(text, '=') + 1 : NULL);
}

static void wear_bound(struct wardrobe *w, const struct net *net, bool on)
{
	const struct settings *s = net->settings;

	if (net->user || net->netrc) {
		SET(w, CURLOPT_USERNAME, on ? net->user : NULL);
		SET(w, CURLOPT_PASSWORD, on ? net->password : NULL);
		SET(w, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
	}
	if (s->cookie)
		SET(w, CURLOPT_COOKIE, on ? s->cookie : NULL);
	SET(w, CURLOPT_REFERER, on ? s->referer : NULL);
	SET(w, CURLOPT_HTTPHEADER, on ? net->bound : NULL);
}

/* Only a TLS handshake can tell that a connection multiplexes. In plain text, too, libcurl
 * would wait: for the first answer, however long that takes. */
static void wear_wait(struct dress *dress, struct wardrobe *w, const struct settings *s,
	const struct attempt *attempt)
{
	bool waits = s->http != HTTP_1_1 && !dress->bulk && attempt_is_https(attempt);

	if (dress->waits != waits)
		SET(w, CURLOPT_PIPEWAIT, (long)waits);
	dress->waits = waits;
}

/* Is there anything that only this attempt wears? */
static bool is_special(const struct attempt *attempt)
{
	const struct entry *entry = attempt->entry;

	return entry->headers.count || entry->referer || entry->user_agent ||
	       attempt->bucket || (attempt->ranged && version_pin(&attempt->version)) ||
	       attempt_is_conditional(attempt);
}

/* By the file of logins. What is said for this place alone is stronger: a password in the URL,
 * --user, a token. Where others have sent us, and to mirrors that are elsewhere, only the host's own
 * entry counts, and only where nobody can listen, or pretend to be the host. */
static const struct login *login_by_file(
	const struct net *net, const struct attempt *attempt)
{
	const struct login *login;
	const char *user;
	char *name;
	size_t len;

	if (!net->netrc || attempt->bucket ||
		(attempt->trusted ? net->user || net->settings->bearer
				  : !attempt_is_https(attempt) ||
					    net->settings->insecure))
		return NULL;
	user = url_userinfo(attempt->url, &len);
	if (!user)
		return netrc_find(net->netrc, attempt->host, NULL, attempt->trusted);
	if (memchr(user, ':', len))
		return NULL;
	name = curl_easy_unescape(NULL, user, (int)len, NULL);
	login = name ? netrc_find(net->netrc, attempt->host, name, attempt->trusted)
		     : NULL;
	curl_free(name);
	return login;
}

static int wear_special(struct dress *dress, struct wardrobe *w, const struct net *net,
	const struct attempt *attempt, const struct login *login, bool plain_host,
	struct error *err)
{
	const struct entry *entry = attempt->entry;

	if (login) {
		SET(w, CURLOPT_USERNAME, login->name);
		SET(w, CURLOPT_PASSWORD, login->password);
	}
	if (entry->user_agent)
		SET(w, CURLOPT_USERAGENT, entry->user_agent);
	if (attempt->trusted && entry->referer)
		SET(w, CURLOPT_REFERER, entry->referer[0] ? entry->referer : NULL);
	if (request_fields(
		    net, attempt, plain_host, &dress->own, &dress->signer, err) != 0)
		return -1;
	if (dress->own)
		SET(w, CURLOPT_HTTPHEADER, dress->own);
	return 0;
}

int dress_attempt(struct dress *dress, CURL *easy, const struct net *net,
	const struct attempt *attempt, struct error *err)
{
	struct wardrobe wardrobe = {.easy = easy}, *w = &wardrobe;
	const struct login *login = login_by_file(net, attempt);
	bool renamed = net->cookies && request_names_host(net, attempt);
	bool plain_host = dress->renamed && !renamed;
	bool special = login || plain_host || is_special(attempt);

	SET(w, CURLOPT_URL, attempt->url);
	wear_range(dress, w, net->settings, attempt);
	wear_wait(dress, w, net->settings, attempt);
	if (dress->special || dress->bound != attempt->trusted) {
		wear_bound(w, net, attempt->trusted);
		SET(w, CURLOPT_USERAGENT, net->settings->user_agent);
		dress_release(dress);
	}
	/* Also of what fails half-way: the next attempt takes it off again. */
	dress->special = special;
	dress->by_file = login != NULL;
	dress->bound = attempt->trusted;
	dress->signer = 0;
	dress->renamed |= renamed;
	if (special &&
		wear_special(dress, w, net, attempt, login, plain_host, err) != 0)
		return -1;
	return wardrobe_close(w, err);
}

void dress_release(struct dress *dress)
{
	curl_slist_free_all(dress->own);
	dress->own = NULL;
}
