/* The store is made under a lock by whoever needs it first, then only read: X509_STORE
 * is reference-counted and safe to share between SSL_CTXs and threads. */
#include "net/tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

struct tls {
	char *cacert;
	pthread_mutex_t lock;
	X509_STORE *store; /* NULL until it is needed */
	bool openssl;      /* libcurl's TLS is the OpenSSL that we are linked with */
};

/* The bundle that libcurl was built for, else what OpenSSL was. */
static X509_STORE *store_load(const char *cacert)
{
	const char *bundle = cacert;
	X509_STORE *store = X509_STORE_new();

	if (!store)
		return NULL;
	if (!bundle)
		bundle = curl_version_info(CURLVERSION_NOW)->cainfo;
	if (bundle ? X509_STORE_load_locations(store, bundle, NULL)
		   : X509_STORE_set_default_paths(store))
		return store;
	/* No bundle where libcurl expects one: OpenSSL may know another place. */
	if (!cacert && X509_STORE_set_default_paths(store)) {
		ERR_clear_error();
		return store;
	}
	X509_STORE_free(store);
	return NULL;
}

struct tls *tls_new(const char *cacert, struct error *err)
{
	struct tls *tls = xcalloc(1, sizeof(*tls));
	const char *backend = curl_version_info(CURLVERSION_NOW)->ssl_version;

	pthread_mutex_init(&tls->lock, NULL);
	tls->cacert = xstrdup(cacert);
	tls->openssl = backend && strncmp(backend, "OpenSSL/3", 9) == 0;
	if (cacert && !(tls->store = store_load(cacert))) {
		error_set(err, KIND_USAGE, 0,
			"--cacert: %s has no certificate that can be read", cacert);
		ERR_clear_error();
		tls_free(tls);
		return NULL;
	}
	return tls;
}

void tls_free(struct tls *tls)
{
	if (!tls)
		return;
	X509_STORE_free(tls->store);
	pthread_mutex_destroy(&tls->lock);
	free(tls->cacert);
	free(tls);
}

static CURLcode on_ssl_ctx(CURL *easy _unused_, void *ssl_ctx, void *context)
{
	struct tls *tls = context;
	X509_STORE *store;

	pthread_mutex_lock(&tls->lock);
	if (!tls->store)
		tls->store = store_load(tls->cacert);
	store = tls->store;
	pthread_mutex_unlock(&tls->lock);
	if (!store)
		return CURLE_SSL_CACERT_BADFILE;
	SSL_CTX_set1_cert_store(ssl_ctx, store);
	return CURLE_OK;
}

CURLcode tls_dress(struct tls *tls, CURL *easy)
{
	CURLcode code;

	/* A CA directory that is set, too, would keep libcurl from caching even its
	 * own. */
	code = curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	if (!code && tls->openssl) {
		code = curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
		if (!code)
			code = curl_easy_setopt(
				easy, CURLOPT_SSL_CTX_FUNCTION, on_ssl_ctx);
		if (!code)
			code = curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, tls);
	} else if (!code && tls->cacert) {
		code = curl_easy_setopt(easy, CURLOPT_CAINFO, tls->cacert);
	}
	return code;
}
