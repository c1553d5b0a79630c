/* The key that signatures are made with is the same for all requests of a day and a region, so it
 * is kept, under a lock. */
#include "net/s3.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/alloc.h"
#include "core/endpoint.h"
#include "net/credentials.h"
#include "net/regions.h"
#include "net/s3error.h"
#include "net/secret.h"
#include "net/sigv4.h"

#define AUTHORIZATION "Authorization"
#define FIRST_REGION "us-east-1" /* where Amazon's is asked when nobody says */

struct s3 {
	const struct settings *settings;
	struct tls *tls;
	struct names *names;
	s3_stop *stop;
	const void *stop_context;
	pthread_mutex_t lock; /* of what follows, until it is open; then of the key */
	bool opened;
	struct error broken; /* why it could not be; KIND_NONE: it is */
	struct credentials_store *store;
	struct regions *regions;
	char *endpoint; /* owned; NULL: Amazon's */
	struct s3_site site;
	struct sigv4_key key;
};

/* The option's, which is known to be good, or what the environment or the profile says. */
static int find_endpoint(struct s3 *s3, struct error *err)
{
	const char *said = credentials_endpoint(s3->store);
	struct error why;
	size_t len;

	if (s3->settings->s3_endpoint)
		said = s3->settings->s3_endpoint;
	else if (said && endpoint_check(said, &why) != 0)
		return error_set(err, KIND_USAGE, 0,
			"not where buckets can be: %s (AWS_ENDPOINT_URL_S3, "
			"AWS_ENDPOINT_URL or endpoint_url of the profile)",
			why.text);
	s3->endpoint = xstrdup(said);
	len = said ? strlen(said) : 0;
	while (len > 0 && said[len - 1] == '/')
		s3->endpoint[--len] = '\0';
	return 0;
}

static int open_store(struct s3 *s3, struct error *err)
{
	const struct settings *settings = s3->settings;
	struct credentials_options options = {.profile = settings->s3_profile,
		.region = settings->s3_region,
		.route = {.proxy = settings->proxy,
			.tls = s3->tls,
			.stop = s3->stop,
			.stop_context = s3->stop_context,
			.names = s3->names,
			.settings = settings}};
	const char *region;

	s3->store = credentials_new(&options, err);
	if (!s3->store)
		return -1;
	region = credentials_region(s3->store);
	s3->regions = regions_new(region ? region : FIRST_REGION);
	if (find_endpoint(s3, err) != 0)
		return -1;
	s3->site = (struct s3_site){
		.endpoint = s3->endpoint, .addressing = settings->s3_addressing};
	return 0;
}

/* Profiles are read when the first bucket is named: who has none need not have them in order. */
static int ready(struct s3 *s3, struct error *err)
{
	pthread_mutex_lock(&s3->lock);
	if (!s3->opened && open_store(s3, &s3->broken) == 0)
		s3->broken.kind = KIND_NONE;
	s3->opened = true;
	pthread_mutex_unlock(&s3->lock);
	if (s3->broken.kind == KIND_NONE)
		return 0;
	return error_set(err, s3->broken.kind, 0, "%s", s3->broken.text);
}

struct s3 *s3_new(const struct settings *settings, struct tls *tls, struct names *names)
{
	struct s3 *s3 = xcalloc(1, sizeof(*s3));

	s3->settings = settings;
	s3->tls = tls;
	s3->names = names;
	pthread_mutex_init(&s3->lock, NULL);
	return s3;
}

void s3_set_stop(struct s3 *s3, s3_stop *stop, const void *context)
{
	s3->stop = stop;
	s3->stop_context = context;
}

void s3_free(struct s3 *s3)
{
	if (!s3)
		return;
	regions_free(s3->regions);
	sigv4_key_release(&s3->key);
	credentials_free(s3->store);
	pthread_mutex_destroy(&s3->lock);
	free(s3->endpoint);
	free(s3);
}

/* ---- where buckets are */

int s3_locate(
	struct s3 *s3, const struct s3_name *name, struct url *url, struct error *err)
{
	char *text _cleanup_(freep) = NULL;
	char region[REGION_SIZE];

	if (ready(s3, err) != 0)
		return -1;
	regions_find(s3->regions, name->bucket, region);
	text = s3_object_url(&s3->site, region, name);
	return url_parse(url, text, err);
}

int s3_locate_page(struct s3 *s3, const struct s3_name *name, const char *token,
	struct url *url, struct error *err)
{
	char *text _cleanup_(freep) = NULL;
	char region[REGION_SIZE];

	if (ready(s3, err) != 0)
		return -1;
	regions_find(s3->regions, name->bucket, region);
	text = s3_listing_url(&s3->site, region, name, token);
	return url_parse(url, text, err);
}

/* ---- requests */

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

/* Has the user said it, be it by an empty one? */
static bool is_given(const struct curl_slist *headers, const char *name)
{
	size_t len = strlen(name);

	for (; headers; headers = headers->next)
		if (strncasecmp(headers->data, name, len) == 0 &&
			headers->data[len] == ':')
			return true;
	return false;
}

/* libcurl would send both, which the store takes for one value with a comma in it. */
static int add_unless_given(struct curl_slist **headers, const char *name,
	const char *value, struct error *err)
{
	return is_given(*headers, name) ? 0 : add_header(headers, name, value, err);
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

/* "host:port" as libcurl sends it: without the port that the scheme has anyway. */
static char *host_of(const struct attempt *attempt)
{
	bool tls = attempt_is_https(attempt);

	return attempt->port == (tls ? 443 : 80)
		       ? xstrdup(attempt->host)
		       : xasprintf("%s:%d", attempt->host, attempt->port);
}

/* What S3 wants to be signed: the host, and each header whose name begins like this, the user's,
 * too. */
#define AMZ "x-amz-"
struct signing {
	struct sigv4_header headers[SIGV4_HEADERS_MAX];
	size_t count;
};

/* libcurl does not send one that is empty. */
static bool is_signed(const char *line)
{
	const char *colon = strchr(line, ':');

	return strncasecmp(line, AMZ, strlen(AMZ)) == 0 && colon &&
	       colon[1 + strspn(colon + 1, " \t")];
}

/* All is borrowed. libcurl adds the host by itself. */
static int signing_init(struct signing *signing, const char *host,
	const struct curl_slist *headers, struct error *err)
{
	signing->headers[0] = (struct sigv4_header){.name = "host", .value = host};
	signing->count = 1;
	for (; headers; headers = headers->next) {
		const char *line = headers->data;

		if (!is_signed(line))
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
	char *host _cleanup_(freep) = host_of(attempt);
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
	if (add_header(headers, AMZ "content-sha256", SIGV4_NO_PAYLOAD, err) != 0 ||
		add_header(headers, AMZ "date", time_text, err) != 0 ||
		(who->token && add_header(headers, AMZ "security-token", who->token,
				       err) != 0))
		return -1;
	if (signing_init(&signing, host, *headers, err) != 0)
		return -1;
	request.headers = signing.headers;
	request.n_headers = signing.count;
	if (sign(s3, who, &request, &authorization, err) != 0)
		return -1;
	return add_header(headers, AUTHORIZATION, authorization.data, err);
}

/* Is it a request to a bucket, in our own name? */
static bool is_ours(const struct s3 *s3, const struct attempt *attempt)
{
	return attempt->bucket && attempt->at_home && !s3->settings->s3_no_sign_request;
}

bool s3_may_begin(struct s3 *s3, const struct attempt *attempt, struct waiter *waiter)
{
	return !is_ours(s3, attempt) ||
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
	/* A request that has two of them is refused. */
	if (s3->settings->s3_no_sign_request || is_given(*headers, AUTHORIZATION))
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

/* ---- answers */

/* The same request, in the region where the bucket is. */
static void move(struct s3 *s3, const struct attempt *attempt, const char *region,
	struct outcome *outcome)
{
	const char *bucket = attempt->bucket;

	log_debug("bucket %s is in region %s", bucket, region);
	regions_learn(s3->regions, bucket, region);
	free(outcome->location);
	outcome->location = s3_moved_url(&s3->site, region, bucket, attempt->url);
	outcome->moved = true;
	outcome->type = OUTCOME_REDIRECT;
}

/* Does the answer say that the bucket is elsewhere? A region is named by answers about other
 * things, too; then it is the one where we are. */
static bool is_elsewhere(struct s3 *s3, const struct attempt *attempt,
	const struct s3error *why, const char *region, long status)
{
	static const char *const codes[] = {"AuthorizationHeaderMalformed",
		"PermanentRedirect", "TemporaryRedirect"};
	char known[REGION_SIZE];

	if ((status != 301 && status != 307 && status != 400) || !region ||
		!attempt->at_home || !s3_is_region(region))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		if (strcmp(why->code, codes[i]) == 0)
			return true;
	regions_find(s3->regions, attempt->bucket, known);
	return strcmp(known, region) != 0;
}

/* Is the token at fault that came with the request, so that others may do? One that was revoked, or
 * that the store has forgotten, is InvalidToken to it. An unknown key (InvalidAccessKeyId) is not
 * among them: it is that of another store, in all likelihood, and asking again does not help. */
static bool are_expired(const struct s3error *why)
{
	static const char *const codes[] = {"ExpiredToken", "ExpiredTokenException",
		"InvalidToken", "TokenRefreshRequired"};

	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		if (strcmp(why->code, codes[i]) == 0)
			return true;
	return false;
}

/* The failure, in the store's words, and what is to be done about it ("": nothing more). That is
 * not cut, whatever the store says. */
static void tell(struct outcome *outcome, const struct s3error *why, const char *to_do)
{
	size_t len = strlen(outcome->text), size = sizeof(outcome->text) - len;
	size_t rest = sizeof(": :  ()") + strlen(why->code) + strlen(to_do);

	snprintf(outcome->text + len, size, ": %s%s%.*s%s%s%s", why->code,
		why->message[0] ? ": " : "", rest < size ? (int)(size - rest) : 0,
		why->message, *to_do ? " (" : "", to_do, *to_do ? ")" : "");
}

void s3_judge(struct s3 *s3, const struct attempt *attempt, uint64_t signer,
	const struct buf *body, const char *region, struct outcome *outcome)
{
	struct error to_do = {.text = ""};
	struct s3error why;
	bool said = s3error_read(&why, body->data, body->len);

	if (!region && why.region[0])
		region = why.region;
	if (is_elsewhere(s3, attempt, &why, region, outcome->exchange.status))
		move(s3, attempt, region, outcome);
	if (!said || outcome->type != OUTCOME_FAILED)
		return;
	if (signer > 0 && are_expired(&why)) {
		outcome->renewed =
			credentials_expired(s3->store, time(NULL), signer, &to_do) == 0;
		if (!outcome->renewed)
			outcome->kind = to_do.kind;
	}
	tell(outcome, &why, to_do.text);
}
