/* Three steps: the request in canonical form, a text of its digest, and the HMAC of that with a
 * key derived from the secret. */
#include "net/sigv4.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/alloc.h"
#include "base/hex.h"
#include "net/secret.h"

#define ALGORITHM "AWS4-HMAC-SHA256"
#define SHA256_LEN 32
#define DAY_LEN 8 /* of the time: "20150830" */
#define UNRESERVED "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~"

void sigv4_key_wipe(struct sigv4_key *key)
{
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

/* ---- the canonical request */

/* What is encoded already stays as it is: it is sent like that. */
static void add_encoded(
	struct buf *out, const char *text, size_t len, const char *plain)
{
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '%' && hex_escape(text + i, len - i) >= 0)
			buf_addch(out, '%');
		else if (text[i] &&
			 (strchr(UNRESERVED, text[i]) || strchr(plain, text[i])))
			buf_addch(out, text[i]);
		else
			buf_addf(out, "%%%02X", (unsigned)(unsigned char)text[i]);
	}
}

/* Back to before the last segment of what is there. */
static void step_up(struct buf *out, size_t start)
{
	size_t len = out->len;

	while (len > start && out->data[len - 1] != '/')
		len--;
	buf_truncate(out, len > start ? len - 1 : start);
}

/* RFC 3986, 5.2.4, with runs of slashes as one. */
static void add_normalized(struct buf *out, const char *path)
{
	size_t start = out->len, len;
	bool slash = true;

	for (; *path; path += len) {
		path += strspn(path, "/");
		len = strcspn(path, "/");
		slash = path[len] == '/' || len == 0;
		if (len == 0 || (len == 1 && path[0] == '.')) {
			slash = true;
		} else if (len == 2 && path[0] == '.' && path[1] == '.') {
			step_up(out, start);
			slash = true;
		} else {
			buf_addch(out, '/');
			add_encoded(out, path, len, "");
		}
	}
	if (slash || out->len == start)
		buf_addch(out, '/');
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* "name=value", encoded. Sorted by name, then value: the "=" must not count, so it is a byte that
 * is less than any that a name can have. */
static char *parameter(const char *text, size_t len)
{
	const char *equals = memchr(text, '=', len);
	size_t name = equals ? (size_t)(equals - text) : len;
	struct buf out = BUF_INIT;

	add_encoded(&out, text, name, "");
	buf_addch(&out, '\1');
	if (equals)
		add_encoded(&out, equals + 1, len - name - 1, "");
	return buf_detach(&out);
}

static void add_query(struct buf *out, const char *query)
{
	char **sorted;
	size_t count = 0, most = 1;

	for (const char *at = query; *at; at++)
		most += *at == '&';
	sorted = xreallocarray(NULL, most, sizeof(*sorted));
	for (size_t len; *query; query += len + (query[len] == '&')) {
		len = strcspn(query, "&");
		if (len > 0)
			sorted[count++] = parameter(query, len);
	}
	qsort(sorted, count, sizeof(*sorted), by_text);
	for (size_t i = 0; i < count; i++) {
		*strchr(sorted[i], '\1') = '=';
		buf_addf(out, "%s%s", i > 0 ? "&" : "", sorted[i]);
		free(sorted[i]);
	}
	free(sorted);
}

static int by_name(const void *a, const void *b)
{
	const struct sigv4_header *const *one = a, *const *other = b;
	int order = strcasecmp((*one)->name, (*other)->name);

	/* Of one name they stay in the order in which they are sent. */
	return order ? order : *one < *other ? -1 : *one > *other;
}

/* Without white space around it, and with one space for each run of it inside. */
static void add_value(struct buf *out, const char *value)
{
	bool first = true;

	for (size_t len; *value; value += len) {
		value += strspn(value, " \t\r\n");
		len = strcspn(value, " \t\r\n");
		if (len > 0 && !first)
			buf_addch(out, ' ');
		buf_add(out, value, len);
		first = false;
	}
}

static void add_lower(struct buf *out, const char *name)
{
	for (; *name; name++)
		buf_addch(
			out, *name >= 'A' && *name <= 'Z' ? (char)(*name + 32) : *name);
}

static size_t sort_headers(const struct sigv4_request *request,
	const struct sigv4_header *sorted[SIGV4_HEADERS_MAX])
{
	size_t count = request->n_headers;

	if (count > SIGV4_HEADERS_MAX)
		count = SIGV4_HEADERS_MAX;
	for (size_t i = 0; i < count; i++)
		sorted[i] = &request->headers[i];
	qsort(sorted, count, sizeof(*sorted), by_name);
	return count;
}

static bool is_same_name(const struct sigv4_header *const *sorted, size_t i)
{
	return i > 0 && strcasecmp(sorted[i]->name, sorted[i - 1]->name) == 0;
}

static void add_headers(struct buf *out, const struct sigv4_request *request)
{
	const struct sigv4_header *sorted[SIGV4_HEADERS_MAX] = {NULL};
	size_t count = sort_headers(request, sorted);

	for (size_t i = 0; i < count; i++) {
		if (is_same_name(sorted, i)) {
			buf_truncate(out, out->len - 1);
			buf_addch(out, ',');
		} else {
			add_lower(out, sorted[i]->name);
			buf_addch(out, ':');
		}
		add_value(out, sorted[i]->value);
		buf_addch(out, '\n');
	}
}

static void add_names(struct buf *out, const struct sigv4_request *request)
{
	const struct sigv4_header *sorted[SIGV4_HEADERS_MAX] = {NULL};
	size_t count = sort_headers(request, sorted);

	for (size_t i = 0; i < count; i++) {
		if (is_same_name(sorted, i))
			continue;
		buf_addstr(out, i > 0 ? ";" : "");
		add_lower(out, sorted[i]->name);
	}
}

void sigv4_add_canonical(struct buf *out, const struct sigv4_request *request)
{
	buf_addf(out, "%s\n", request->method);
	if (request->normalize)
		add_normalized(out, request->path);
	else
		add_encoded(out, request->path, strlen(request->path), "/");
	buf_addch(out, '\n');
	add_query(out, request->query ? request->query : "");
	buf_addch(out, '\n');
	add_headers(out, request);
	buf_addch(out, '\n');
	add_names(out, request);
	buf_addf(out, "\n%s", request->payload);
}

/* ---- the string to sign */

static int no_crypto(struct error *err)
{
	return error_set(err, KIND_INTERNAL, 0, "libcrypto cannot sign");
}

static void add_scope(struct buf *out, const struct sigv4_request *request)
{
	buf_addf(out, "%.*s/%s/%s/aws4_request", DAY_LEN, request->time,
		request->region, request->service);
}

static void add_hex(struct buf *out, const unsigned char *bytes)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < SHA256_LEN; i++) {
		buf_addch(out, digits[bytes[i] >> 4]);
		buf_addch(out, digits[bytes[i] & 15]);
	}
}

static int digest(
	unsigned char out[SHA256_LEN], const void *data, size_t len, struct error *err)
{
	return EVP_Digest(data, len, out, NULL, EVP_sha256(), NULL) == 1
		       ? 0
		       : no_crypto(err);
}

int sigv4_add_string_to_sign(
	struct buf *out, const struct sigv4_request *request, struct error *err)
{
	_cleanup_(buf_release) struct buf canonical = BUF_INIT;
	unsigned char sum[SHA256_LEN];

	sigv4_add_canonical(&canonical, request);
	if (digest(sum, canonical.data, canonical.len, err) != 0)
		return -1;
	buf_addf(out, ALGORITHM "\n%s\n", request->time);
	add_scope(out, request);
	buf_addch(out, '\n');
	add_hex(out, sum);
	return 0;
}

/* ---- the signature */

static int mac(unsigned char out[SHA256_LEN], const void *key, size_t key_len,
	const char *text, size_t len, struct error *err)
{
	unsigned int made = SHA256_LEN;

	return HMAC(EVP_sha256(), key, (int)key_len, (const unsigned char *)text, len,
		       out, &made)
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

static int derive(struct sigv4_key *key, const struct sigv4_secret *secret,
	const struct sigv4_request *request, struct error *err)
{
	const char *const steps[] = {request->region, request->service, "aws4_request"};
	char scope[SIGV4_SCOPE_MAX];
	bool fits = scope_of(scope, secret, request);
	char *first;
	int failed;

	if (fits && key->known && strcmp(scope, key->scope) == 0) {
		OPENSSL_cleanse(scope, sizeof(scope));
		return 0;
	}
	first = xasprintf("AWS4%s", secret->key);
	failed = mac(key->bytes, first, strlen(first), request->time, DAY_LEN, err);
	secret_free(first);
	for (size_t i = 0; i < ARRAY_LEN(steps) && !failed; i++)
		failed = mac(key->bytes, key->bytes, SHA256_LEN, steps[i],
			strlen(steps[i]), err);
	memcpy(key->scope, scope, sizeof(scope));
	OPENSSL_cleanse(scope, sizeof(scope));
	key->known = fits && !failed;
	return failed;
}

int sigv4_sign(struct sigv4_key *key, const struct sigv4_secret *secret,
	const struct sigv4_request *request, struct buf *authorization,
	struct error *err)
{
	_cleanup_(buf_release) struct buf text = BUF_INIT;
	unsigned char signature[SHA256_LEN];

	if (derive(key, secret, request, err) != 0 ||
		sigv4_add_string_to_sign(&text, request, err) != 0 ||
		mac(signature, key->bytes, SHA256_LEN, text.data, text.len, err) != 0)
		return -1;
	buf_addf(authorization, ALGORITHM " Credential=%s/", secret->id);
	add_scope(authorization, request);
	buf_addstr(authorization, ", SignedHeaders=");
	add_names(authorization, request);
	buf_addstr(authorization, ", Signature=");
	add_hex(authorization, signature);
	return 0;
}
