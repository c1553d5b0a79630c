/* The store is made under a lock by whoever needs it first, then only read: X509_STORE
 * is reference-counted and safe to share between SSL_CTXs and threads. */
#include "net/tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"

struct tls {
	char *cacert;
	pthread_mutex_t lock;
	X509_STORE *store; /* NULL until it is needed */
	bool openssl;      /* libcurl's TLS is the OpenSSL that we are linked with */
	CURLSH *sessions;
	pthread_mutex_t sessions_lock;
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

static void lock_sessions(CURL *easy _unused_, curl_lock_data data _unused_,
	curl_lock_access access _unused_, void *context)
{
	struct tls *tls = context;

	pthread_mutex_lock(&tls->sessions_lock);
}

static void unlock_sessions(
	CURL *easy _unused_, curl_lock_data data _unused_, void *context)
{
	struct tls *tls = context;

	pthread_mutex_unlock(&tls->sessions_lock);
}

/* libcurl locks with these also what is no session: the share's own counters. */
static bool share_sessions(struct tls *tls)
{
	tls->sessions = curl_share_init();
	return tls->sessions &&
	       curl_share_setopt(tls->sessions, CURLSHOPT_USERDATA, tls) ==
		       CURLSHE_OK &&
	       curl_share_setopt(tls->sessions, CURLSHOPT_LOCKFUNC, lock_sessions) ==
		       CURLSHE_OK &&
	       curl_share_setopt(tls->sessions, CURLSHOPT_UNLOCKFUNC,
		       unlock_sessions) == CURLSHE_OK &&
	       curl_share_setopt(tls->sessions, CURLSHOPT_SHARE,
		       CURL_LOCK_DATA_SSL_SESSION) == CURLSHE_OK;
}

/* Nobody is asked for it here: libcurl would ask again. */
static int no_passphrase(
	char *space _unused_, int size _unused_, int writing _unused_, void *context)
{
	*(bool *)context = true;
	return -1;
}

/* What OpenSSL says of its last failure, in words that tell what to do. A key of another type than
 * the certificate's is taken, as one whose certificate is still to come. */
static int refuse_key(const struct settings *settings, struct error *err)
{
	int reason = ERR_GET_REASON(ERR_peek_last_error());

	if (reason == X509_R_KEY_VALUES_MISMATCH ||
		reason == SSL_R_NO_CERTIFICATE_ASSIGNED)
		return error_set(err, KIND_USAGE, 0,
			"--cert: the key in %.80s is not that of the certificate in "
			"%.80s",
			settings->key ? settings->key : settings->cert, settings->cert);
	if (settings->key)
		return error_set(err, KIND_USAGE, 0,
			"--key: %.160s has no private key that can be read",
			settings->key);
	return error_set(err, KIND_USAGE, 0,
		"--cert: %.160s has no private key; say by --key where it is",
		settings->cert);
}

/* What is no file but a pipe, as of <(...), can be read only once. */
static bool is_kept(const char *path)
{
	struct stat status;

	return path && stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

/* The certificate and the key, as libcurl would load them for every connection. */
static int check_client(const struct settings *settings, struct error *err)
{
	const char *key = settings->key ? settings->key : settings->cert;
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	bool locked = false;
	int rc = 0;

	if (!ctx)
		return error_set(err, KIND_INTERNAL, 0, "OpenSSL does not start");
	SSL_CTX_set_default_passwd_cb(ctx, no_passphrase);
	SSL_CTX_set_default_passwd_cb_userdata(ctx, &locked);
	if (SSL_CTX_use_certificate_chain_file(ctx, settings->cert) != 1)
		rc = error_set(err, KIND_USAGE, 0,
			"--cert: %.160s has no certificate that can be read",
			settings->cert);
	else if ((SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) != 1 ||
			 SSL_CTX_check_private_key(ctx) != 1) &&
		 !locked)
		rc = refuse_key(settings, err);
	SSL_CTX_free(ctx);
	ERR_clear_error();
	return rc;
}

static int check_files(
	struct tls *tls, const struct settings *settings, struct error *err)
{
	if (settings->cacert && !(tls->store = store_load(settings->cacert))) {
		ERR_clear_error();
		return error_set(err, KIND_USAGE, 0,
			"--cacert: %.160s has no certificate that can be read",
			settings->cacert);
	}
	return tls->openssl && is_kept(settings->cert) &&
			       (!settings->key || is_kept(settings->key))
		       ? check_client(settings, err)
		       : 0;
}

struct tls *tls_new(const struct settings *settings, struct error *err)
{
	struct tls *tls = xcalloc(1, sizeof(*tls));
	const char *backend = curl_version_info(CURLVERSION_NOW)->ssl_version;

	pthread_mutex_init(&tls->lock, NULL);
	pthread_mutex_init(&tls->sessions_lock, NULL);
	tls->cacert = xstrdup(settings->cacert);
	tls->openssl = backend && strncmp(backend, "OpenSSL/3", 9) == 0;
	if (!share_sessions(tls)) {
		error_set(err, KIND_INTERNAL, 0, "libcurl shares no TLS sessions");
		tls_free(tls);
		return NULL;
	}
	if (check_files(tls, settings, err) < 0) {
		tls_free(tls);
		return NULL;
	}
	return tls;
}

void tls_free(struct tls *tls)
{
	if (!tls)
		return;
	curl_share_cleanup(tls->sessions);
	X509_STORE_free(tls->store);
	pthread_mutex_destroy(&tls->sessions_lock);
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

/* libcurl keeps what OpenSSL said of the chain; where that was not asked yet it is "unspecified",
 * as libcurl compares names first. */
const char *tls_hint(const struct tls *tls, CURL *easy)
{
	long result = 0;

	if (!tls->openssl ||
		curl_easy_getinfo(easy, CURLINFO_SSL_VERIFYRESULT, &result) != CURLE_OK)
		return NULL;
	switch (result) {
	case X509_V_ERR_UNSPECIFIED:
		return "it is for another server: check the name in the URL";
	case X509_V_ERR_CERT_NOT_YET_VALID:
	case X509_V_ERR_CERT_HAS_EXPIRED:
		return "is the clock right?";
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
		return "if it is to be trusted, name its CA with --cacert";
	default:
		return NULL;
	}
}

CURLcode tls_dress(struct tls *tls, CURL *easy)
{
	CURLcode code;

	/* A CA directory that is set, too, would keep libcurl from caching even its
	 * own. */
	code = curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	if (!code)
		code = curl_easy_setopt(easy, CURLOPT_SHARE, tls->sessions);
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
