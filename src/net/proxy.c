#include "net/proxy.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <curl/curl.h>

/* "socks" is socks4 to libcurl. */
static bool is_known(const char *scheme)
{
	static const char *const known[] = {
		"http", "https", "socks4", "socks4a", "socks5", "socks5h", "socks"};

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (strcasecmp(scheme, known[i]) == 0)
			return true;
	return false;
}

/* Where there is none, libcurl guesses one by the name of the host. */
static int refuse_scheme(const char *url, const char *scheme, struct error *err)
{
	if (scheme && !strstr(url, "://"))
		return error_set(err, KIND_USAGE, 0,
			"by its name it would be asked by %.20s; write http:// before "
			"it",
			scheme);
	return error_set(err, KIND_USAGE, 0,
		"no proxy is asked in this way; the URL begins with http, https, "
		"socks4, socks4a, socks5 or socks5h");
}

/* As libcurl reads it, only sooner: it would say so to every transfer. */
int proxy_check(const char *url, struct error *err)
{
	CURLU *handle = curl_url();
	char *scheme = NULL;
	int result = 0;

	if (!handle)
		return error_set(err, KIND_INTERNAL, 0, "out of memory");
	if (*url && curl_url_set(handle, CURLUPART_URL, url,
			    CURLU_NON_SUPPORT_SCHEME | CURLU_GUESS_SCHEME) != 0)
		result = error_set(err, KIND_USAGE, 0,
			"this is no URL; write it as in http://HOST:PORT");
	else if (url[strspn(url, "0123456789")] == '\0' && *url) /* aria2 -x 16 */
		result = error_set(err, KIND_USAGE, 0,
			"a number is no proxy; how many connections there may be "
			"is said by --split and --per-host");
	else if (*url && (curl_url_get(handle, CURLUPART_SCHEME, &scheme, 0) != 0 ||
				 !is_known(scheme)))
		result = refuse_scheme(url, scheme, err);
	curl_free(scheme);
	curl_url_cleanup(handle);
	return result;
}

/* Which one (if any) applies to a host is known to libcurl, which reads the same variables. */
bool proxy_is_used(const struct settings *settings)
{
	static const char *const variables[] = {
		"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};

	if (settings->proxy)
		return settings->proxy[0] != '\0';
	for (size_t i = 0; i < ARRAY_LEN(variables); i++) {
		const char *value = getenv(variables[i]);

		if (value && *value)
			return true;
	}
	return false;
}
