/* bucket.c - see bucket.h. */
#include "bucket.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define ROOT "/s3/"
#define PAGE 1000 /* keys */
#define KEYS 10   /* of a bucket whose name says nothing else */
#define SLOW 2    /* requests that a slow one refuses */
#define REGION "eu-west-1"
#define SECRET "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
#define UNRESERVED "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/"

/* Keys that are to be refused, or tamed. */
static const char *const hostile[] = {"../../evil", "/etc/evil", "a/../../evil", "fine",
	".hidden", "dir/", "tab\there",
	"b\xe2\x80\xae"
	"c",
	"<&>'\"", "a b+c%20d"};

/* Keys that could be patterns, of others among these, and one that is below what it could be. */
static const char *const wild[] = {
	"a*b", "axb", "what?", "whats", "back\\*slash", "x?versionId=1", "%2A"};

static void add_error(struct bucket_answer *answer, int status, const char *code,
	const char *message, const char *more)
{
	answer->status = status;
	buf_addf(&answer->page,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<Error><Code>%s</Code><Message>%s</Message>%s</Error>",
		code, message, more);
}

static bool is_named(const char *bucket, size_t len, const char *name)
{
	return strlen(name) == len && memcmp(bucket, name, len) == 0;
}

/* Is it signed for where the bucket is? */
static bool is_here(const struct request *request)
{
	const char *authorization = request_header(request, "authorization");

	return authorization && strstr(authorization, "/" REGION "/s3/aws4_request");
}

static void set_header(struct bucket_answer *answer, const char *header)
{
	snprintf(answer->header, sizeof(answer->header), "%s", header);
}

/* To the port of this machine that its name ends with. */
static void send_on(struct bucket_answer *answer, const char *bucket, size_t len)
{
	snprintf(answer->header, sizeof(answer->header),
		"Location: http://127.0.0.1:%.*s/elsewhere", (int)len - 3, bucket + 3);
	answer->status = 307;
}

/* As the agent of a container does, each time others: the Token says how many came before. */
static void add_credentials(struct bucket_answer *answer, uint64_t ordinal)
{
	answer->status = 200;
	buf_addf(&answer->page,
		"{\"AccessKeyId\": \"AKIDEXAMPLE\", \"SecretAccessKey\": \"" SECRET
		"\", \"Token\": \"token-%" PRIu64
		"\", \"Expiration\": \"2100-01-01T00:00:00Z\"}",
		ordinal);
}

/* Are objects asked for with the first ones? For listings those will do. */
static bool is_stale(const struct request *request)
{
	const char *token = request_header(request, "x-amz-security-token");

	return token && strcmp(token, "token-0") == 0 &&
	       !strstr(request->query, "list-type=2");
}

/* "says-CODE" refuses as `stale` does, but in that word. */
static bool says(const struct request *request, const char *bucket, size_t len,
	struct bucket_answer *answer)
{
	size_t skip = strlen("says-");
	char *code;

	if (len <= skip || strncmp(bucket, "says-", skip) != 0 || !is_stale(request))
		return false;
	code = xstrndup(bucket + skip, len - skip);
	add_error(answer, 400, code, "The provided token is no good.", "");
	free(code);
	return true;
}

/* What the bucket does to all requests. */
static bool misbehaves(const struct request *request, const char *bucket, size_t len,
	uint64_t ordinal, struct bucket_answer *answer)
{
	if (is_named(bucket, len, "slow") && ordinal < SLOW)
		add_error(answer, 503, "SlowDown", "Please reduce your request rate.",
			"");
	else if (is_named(bucket, len, "away") && !is_here(request))
		add_error(answer, 400, "AuthorizationHeaderMalformed",
			"The region 'us-east-1' is wrong",
			"<Region>" REGION "</Region>");
	else if (is_named(bucket, len, "moved") && !is_here(request)) {
		set_header(answer, "x-amz-bucket-region: " REGION);
		add_error(answer, 301, "PermanentRedirect", "It is elsewhere.", "");
	} else if (is_named(bucket, len, "evil-region")) {
		set_header(answer, "x-amz-bucket-region: a.evil.example/");
		add_error(answer, 301, "PermanentRedirect", "It is elsewhere.", "");
	} else if (is_named(bucket, len, "expired") ||
		   (is_named(bucket, len, "stale") && is_stale(request)))
		add_error(answer, 400, "ExpiredToken",
			"The provided token has expired.", "");
	else if (says(request, bucket, len, answer))
		return true;
	else if (is_named(bucket, len, "keys"))
		add_credentials(answer, ordinal);
	else if (is_named(bucket, len, "denied"))
		add_error(
			answer, 403, "AccessDenied", "Access\nDenied\xe2\x80\xae", "");
	else if (strncmp(bucket, "to-", 3) == 0)
		send_on(answer, bucket, len);
	else
		return false;
	return true;
}

/* The value of a parameter, decoded, in the query, which is cut to pieces. */
static char *parameter(char *query, const char *name)
{
	char *found = NULL, *each;

	while ((each = strsep(&query, "&"))) {
		char *value = strchr(each, '=');

		if (!value)
			continue;
		*value++ = '\0';
		if (strcmp(each, name) == 0)
			found = value;
		else
			value[-1] = '=';
	}
	if (found)
		request_decode(found);
	return found;
}

static void add_key(struct buf *page, const char *key)
{
	for (; *key; key++) {
		if (strchr(UNRESERVED, *key))
			buf_addch(page, *key);
		else if (*key == ' ')
			buf_addch(page, '+');
		else
			buf_addf(page, "%%%02X", (unsigned)(unsigned char)*key);
	}
}

static void name_key(struct buf *key, const char *bucket, size_t len, uint64_t i)
{
	buf_clear(key);
	if (is_named(bucket, len, "hostile"))
		buf_addstr(key, hostile[i]);
	else if (is_named(bucket, len, "wild"))
		buf_addstr(key, wild[i]);
	else
		buf_addf(key, "dir%" PRIu64 "/key-%06" PRIu64, i % 7, i);
}

static uint64_t count_keys(const char *bucket, size_t len)
{
	if (is_named(bucket, len, "hostile"))
		return ARRAY_LEN(hostile);
	if (is_named(bucket, len, "wild"))
		return ARRAY_LEN(wild);
	if (is_named(bucket, len, "empty"))
		return 0;
	if (len > 4 && memcmp(bucket, "list", 4) == 0)
		return strtoull(bucket + 4, NULL, 10);
	return KEYS;
}

static void add_keys(struct bucket_answer *answer, const char *bucket, size_t len,
	const char *prefix, uint64_t from)
{
	struct buf *page = &answer->page, key = BUF_INIT;
	uint64_t count = count_keys(bucket, len), to = from + PAGE;

	for (uint64_t i = from; i < count && i < to; i++) {
		name_key(&key, bucket, len, i);
		if (strncmp(key.data, prefix, strlen(prefix)) != 0)
			continue;
		buf_addstr(page, "<Contents><Key>");
		add_key(page, key.data);
		buf_addf(page,
			"</Key><LastModified>2024-05-01T00:00:00.000Z</LastModified>"
			"<Size>%d</Size><StorageClass>STANDARD</StorageClass>"
			"</Contents>",
			key.len > 0 && key.data[key.len - 1] == '/' ? 0 : 1024);
	}
	buf_release(&key);
	if (is_named(bucket, len, "endless"))
		to = from;
	if (is_named(bucket, len, "circle"))
		to = from % 3 + 1;
	if (to < count)
		buf_addf(page,
			"<IsTruncated>true</"
			"IsTruncated><NextContinuationToken>t%" PRIu64
			"+/=</NextContinuationToken>",
			to);
	else
		buf_addstr(page, "<IsTruncated>false</IsTruncated>");
}

static void add_listing(struct bucket_answer *answer, struct request *request,
	const char *bucket, size_t len, uint64_t ordinal)
{
	struct buf query = BUF_INIT;
	const char *token, *prefix;
	uint64_t from;

	buf_addstr(&query, request->query);
	token = parameter(query.data, "continuation-token");
	from = token && *token ? strtoull(token + 1, NULL, 10) : 0;
	prefix = parameter(request->query, "prefix");
	answer->status = 200;
	buf_addf(&answer->page,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult xmlns="
		"\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>%.*s</Name>"
		"<EncodingType>url</EncodingType>",
		(int)len, bucket);
	add_keys(answer, bucket, len, prefix ? prefix : "", from);
	buf_addstr(&answer->page, "</ListBucketResult>");
	buf_release(&query);
	answer->cut = is_named(bucket, len, "cut") && ordinal == 0;
	if (is_named(bucket, len, "torn"))
		buf_truncate(&answer->page, answer->page.len / 2);
}

/* "key.size-300K" has that many bytes: make that a query, behind the path. */
static void script_object(struct request *request)
{
	const char *size = strstr(request->path, ".size-");
	size_t path_len = strlen(request->path);
	struct buf text = BUF_INIT;

	buf_addf(&text, "%s%c", request->path, '\0');
	if (size)
		buf_addf(&text, "size=%s", size + strlen(".size-"));
	buf_release(&request->text);
	request->text = text;
	request->path = text.data;
	request->query = text.data + path_len + 1;
}

bool bucket_is_asked(const struct request *request)
{
	return strncmp(request->path, ROOT, strlen(ROOT)) == 0;
}

bool bucket_reply(
	struct request *request, uint64_t ordinal, struct bucket_answer *answer)
{
	const char *bucket = request->path + strlen(ROOT);
	size_t len;

	*answer = (struct bucket_answer){.page = BUF_INIT};
	len = strcspn(bucket, "/");
	if (misbehaves(request, bucket, len, ordinal, answer))
		return true;
	if (strstr(request->query, "list-type=2")) {
		add_listing(answer, request, bucket, len, ordinal);
		return true;
	}
	script_object(request);
	return false;
}
