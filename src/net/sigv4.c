/* Three steps: the request in canonical form, a text of its digest, and the HMAC of that with a
 * key derived from the secret. */
#include "net/sigv4.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "base/alloc.h"
#include "base/hex.h"
#include "net/secret.h"

#define ALGORITHM "AWS4-HMAC-SHA256"
#define SHA256_LEN 32
#define DAY_LEN 8 /* of the time: "20150830" */

/* More bytes than these mostly have. */
#define TO_SIGN_USUAL 192
#define AUTHORIZATION_USUAL 320

void sigv4_key_release(struct sigv4_key *key)
{
	EVP_MAC_CTX_free(key->mac);
	OPENSSL_cleanse(key, sizeof(*key));
}

char *sigv4_time(char out[SIGV4_TIME_SIZE], int64_t seconds)
{
	time_t when = (time_t)seconds;
	struct tm tm = {0};

	if (!gmtime_r(&when, &tm) ||
		strftime(out, SIGV4_TIME_SIZE, "%Y%m%dT%H%M%SZ", &tm) == 0)
		out[0] = '\0';
	return out;
}

/* ---- the string to sign */

static int no_crypto(struct error *err)
{
	return error_set(err, KIND_INTERNAL, 0, "libcrypto cannot sign");
}

static void add_scope(struct buf *out, const struct sigv4_request *request)
{
	buf_add(out, request->time, DAY_LEN);
	buf_addch(out, '/');
	buf_addstr(out, request->region);
	buf_addch(out, '/');
	buf_addstr(out, request->service);
	buf_addstr(out, "/aws4_request");
}

static int add_to_sign(struct buf *out, const struct sigv4_request *request,
	const struct buf *canonical, struct error *err)
{
	unsigned char sum[SHA256_LEN];

	if (EVP_Digest(canonical->data, canonical->len, sum, NULL, EVP_sha256(),
		    NULL) != 1)
		return no_crypto(err);
	buf_reserve(out, TO_SIGN_USUAL);
	buf_addstr(out, ALGORITHM "\n");
	buf_addstr(out, request->time);
	buf_addch(out, '\n');
	add_scope(out, request);
	buf_addch(out, '\n');
	hex_add(out, sum, sizeof(sum));
	return 0;
}

/* ---- the signature */

static EVP_MAC_CTX *new_mac(void)
{
	EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	EVP_MAC_CTX *mac = hmac ? EVP_MAC_CTX_new(hmac) : NULL;
	char sha256[] = "SHA256";
	const OSSL_PARAM with[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, sha256, 0),
		OSSL_PARAM_construct_end()};

	EVP_MAC_free(hmac);
	if (mac && EVP_MAC_CTX_set_params(mac, with) == 1)
		return mac;
	EVP_MAC_CTX_free(mac);
	return NULL;
}

/* With this key; NULL: with the one of the last time. */
static int make_mac(EVP_MAC_CTX *mac, unsigned char out[SHA256_LEN], const void *key,
	size_t key_len, const char *text, size_t len, struct error *err)
{
	size_t made;

	return EVP_MAC_init(mac, key, key_len, NULL) == 1 &&
			       EVP_MAC_update(mac, (const unsigned char *)text, len) ==
				       1 &&
			       EVP_MAC_final(mac, out, &made, SHA256_LEN) == 1
		       ? 0
		       : no_crypto(err);
}

/* What the key is derived from, in one text; false when that is too long to be kept. */
static bool scope_of(char scope[SIGV4_SCOPE_MAX], const struct sigv4_secret *secret,
	const struct sigv4_request *request)
{
	int len = snprintf(scope, SIGV4_SCOPE_MAX, "%.*s/%s/%s/%s", DAY_LEN,
		request->time, request->region, request->service, secret->key);

	return len > 0 && len < SIGV4_SCOPE_MAX;
}

/* The key of each step is the HMAC of the one before. */
static int derive_steps(EVP_MAC_CTX *mac, const struct sigv4_secret *secret,
	const struct sigv4_request *request, struct error *err)
{
	const char *const steps[] = {request->region, request->service, "aws4_request"};
	unsigned char key[SHA256_LEN];
	char *first = xasprintf("AWS4%s", secret->key);
	int failed =
		make_mac(mac, key, first, strlen(first), request->time, DAY_LEN, err);

	secret_free(first);
	for (size_t i = 0; i < ARRAY_LEN(steps) && !failed; i++)
		failed = make_mac(
			mac, key, key, sizeof(key), steps[i], strlen(steps[i]), err);
	if (!failed && EVP_MAC_init(mac, key, sizeof(key), NULL) != 1)
		failed = no_crypto(err);
	OPENSSL_cleanse(key, sizeof(key));
	return failed;
}

static int derive(struct sigv4_key *key, const struct sigv4_secret *secret,
	const struct sigv4_request *request, struct error *err)
{
	char scope[SIGV4_SCOPE_MAX];
	bool fits = scope_of(scope, secret, request);
	int failed = 0;

	if (!fits || !key->known || strcmp(scope, key->scope) != 0) {
		if (!key->mac)
			key->mac = new_mac();
		failed = key->mac ? derive_steps(key->mac, secret, request, err)
				  : no_crypto(err);
		memcpy(key->scope, scope, sizeof(scope));
		key->known = fits && !failed;
	}
	OPENSSL_cleanse(scope, sizeof(scope));
	return failed;
}

int sigv4_sign(struct sigv4_key *key, const struct sigv4_secret *secret,
	const struct sigv4_request *request, struct buf *authorization,
	struct error *err)
{
	_cleanup_(buf_release) struct buf canonical = BUF_INIT, text = BUF_INIT;
	unsigned char signature[SHA256_LEN];
	struct sigv4_names names = sigv4_add_canonical(&canonical, request);

	if (derive(key, secret, request, err) != 0 ||
		add_to_sign(&text, request, &canonical, err) != 0 ||
		make_mac(key->mac, signature, NULL, 0, text.data, text.len, err) != 0)
		return -1;
	buf_reserve(authorization, AUTHORIZATION_USUAL);
	buf_addstr(authorization, ALGORITHM " Credential=");
	buf_addstr(authorization, secret->id);
	buf_addch(authorization, '/');
	add_scope(authorization, request);
	buf_addstr(authorization, ", SignedHeaders=");
	buf_add(authorization, canonical.data + names.start, names.len);
	buf_addstr(authorization, ", Signature=");
	hex_add(authorization, signature, sizeof(signature));
	return 0;
}
