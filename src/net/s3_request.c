/* The key that signatures are made with is the same for all requests of a day and a region, so it
 * is kept, under a lock. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/alloc.h"
#include "base/text.h"
#include "net/s3_parts.h"
#include "net/secret.h"

#define AUTHORIZATION "Authorization"

static int add_header(struct curl_slist **headers, const char *name, const char *value,
	struct error *err)
{
	char *line = xasprintf("%s: %s", name, value);
	struct curl_slist *longer = curl_slist_append(*headers, line);

	secret_free(line);
	if (!longer)
		return error_set(err, KIND_INTERNAL, 0, "no memory for headers");
	*headers = longer;
	return 0;
}

static const char *find_header(const struct curl_slist *headers, const char *name)
{
	for (; headers; headers = headers->next)
		if (text_is_field(headers->data, name))
			return headers->data;
	return NULL;
}

/* Unless the user has said it, be it by an empty one: libcurl would send both, which the store takes
 * for one value with a comma in it. */
static int add_unless_given(struct curl_slist **headers, const char *name,
	const char *value, struct error *err)
{
	return find_header(*headers, name) ? 0 : add_header(headers, name, value, err);
}

/* What is true of this signature alone: the user cannot know it. */
static int add_own(struct curl_slist **headers, const char *name, const char *value,
	struct error *err)
{
	if (find_header(*headers, name))
		return error_set(err, KIND_USAGE, 0,
			"\"%s\" is part of the signature: leave it out, or give "
			"an Authorization of your own",
			name);
	return add_header(headers, name, value, err);
}

/* Both are known to all requests of the day, or made anew. */
static int sign(struct s3 *s3, const struct aws_credentials *who,
	const struct sigv4_request *request, struct buf *authorization,
	struct error *err)
{
	struct sigv4_secret secret = {.id = who->id, .key = who->secret};
	int failed;

	pthread_mutex_lock(&s3->lock);
	failed = sigv4_sign(&s3->key, &secret, request, authorization, err);
	pthread_mutex_unlock(&s3->lock);
	return failed;
}

/* What S3 wants to be signed: the host, and each header whose name begins like this, the user's,
 * too. */
#define AMZ "x-amz-"
struct signing {
	struct sigv4_header headers[SIGV4_HEADERS_MAX];
	size_t count;
};

/* libcurl does not send one that is empty. */
static bool is_sent(const char *line)
{
	const char *colon = strchr(line, ':');

	return colon && colon[1 + strspn(colon + 1, " \t")];
}

/* libcurl adds the host by itself, unless the user has said another. */
static const char *host_sent(const struct curl_slist *headers, const char *host)
{
	const char *line = find_header(headers, "Host");

	return line && is_sent(line) ? strchr(line, ':') + 1 : host;
}

/* All is borrowed. */
static int signing_init(struct signing *signing, const char *host,
	const struct curl_slist *headers, struct error *err)
{
	signing->headers[0] = (struct sigv4_header){
		.name = "host", .value = host_sent(headers, host)};
	signing->count = 1;
	for (; headers; headers = headers->next) {
		const char *line = headers->data;

		if (strncasecmp(line, AMZ, strlen(AMZ)) != 0 || !is_sent(line))
			continue;
		if (signing->count == SIGV4_HEADERS_MAX)
			return error_set(err, KIND_USAGE, 0,
				"too many headers that begin with " AMZ
				": with the host and our own at most %d are signed",
				SIGV4_HEADERS_MAX);
		signing->headers[signing->count++] = (struct sigv4_header){
			.name = line, .value = strchr(line, ':') + 1};
	}
	return 0;
}

static int sign_request(struct s3 *s3, const struct attempt *attempt,
	const struct aws_credentials *who, struct curl_slist **headers,
	struct error *err)
{
	char region[REGION_SIZE], time_text[SIGV4_TIME_SIZE];
	char *host _cleanup_(freep) = attempt_host_field(attempt);
	const char *start = strchr(strstr(attempt->url, "://") + 3, '/');
	size_t path_len = strcspn(start, "?");
	char *path _cleanup_(freep) = xstrndup(start, path_len);
	_cleanup_(buf_release) struct buf authorization = BUF_INIT;
	struct sigv4_request request = {.method = "GET",
		.path = path,
		.query = start[path_len] ? start + path_len + 1 : NULL,
		.payload = SIGV4_NO_PAYLOAD,
		.time = sigv4_time(time_text, time(NULL)),
		.region = region,
		.service = "s3"};
	struct signing signing;

	regions_find(s3->regions, attempt->bucket, region);
	if (add_own(headers, AMZ "content-sha256", SIGV4_NO_PAYLOAD, err) != 0 ||
		add_own(headers, AMZ "date", time_text, err) != 0 ||
		(who->token &&
			add_own(headers, AMZ "security-token", who->token, err) != 0))
		return -1;
	if (signing_init(&signing, host, *headers, err) != 0)
		return -1;
	request.headers = signing.headers;
	request.n_headers = signing.count;
	if (sign(s3, who, &request, &authorization, err) != 0)
		return -1;
	return add_header(headers, AUTHORIZATION, authorization.data, err);
}

static bool has_authorization(const struct strings *headers)
{
	for (size_t i = 0; i < headers->count; i++)
		if (text_is_field(headers->items[i], AUTHORIZATION))
			return true;
	return false;
}

/* Is it to be signed? Not where the user says in whose name it is: one that says so twice is
 * refused. */
static bool wants_signature(const struct s3 *s3, const struct attempt *attempt)
{
	const struct settings *settings = s3->settings;

	return attempt->bucket && attempt->at_home && !settings->s3_no_sign_request &&
	       !(attempt->trusted &&
		       (settings->bearer || has_authorization(&settings->headers) ||
			       has_authorization(&attempt->entry->headers)));
}

bool s3_may_begin(struct s3 *s3, const struct attempt *attempt, struct waiter *waiter)
{
	return !wants_signature(s3, attempt) ||
	       credentials_are_near(s3->store, time(NULL), attempt->refused, waiter);
}

void s3_forget(struct s3 *s3, struct waiter *waiter)
{
	if (s3->store)
		credentials_forget(s3->store, waiter);
}

int s3_dress(struct s3 *s3, const struct attempt *attempt, struct curl_slist **headers,
	uint64_t *signer, struct error *err)
{
	struct aws_credentials who = {0};
	int failed;

	*signer = 0;
	if (!attempt->entry->document &&
		add_unless_given(headers, AMZ "checksum-mode", "ENABLED", err) != 0)
		return -1;
	if (s3->settings->s3_requester_pays &&
		add_unless_given(headers, AMZ "request-payer", "requester", err) != 0)
		return -1;
	if (!wants_signature(s3, attempt))
		return 0;
	if (attempt->refused)
		credentials_await_others(s3->store);
	if (credentials_get(s3->store, time(NULL), &who, err) != 0)
		return -1;
	failed = sign_request(s3, attempt, &who, headers, err);
	*signer = who.serial;
	aws_credentials_release(&who);
	return failed;
}
