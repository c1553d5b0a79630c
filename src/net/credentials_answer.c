#include "net/credentials_answer.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/crypto.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/xml.h"
#include "net/s3error.h"
#include "net/secret.h"

#define CODE_MAX 64
#define CODE_CHARS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-"

void aws_credentials_release(struct aws_credentials *credentials)
{
	secret_free(credentials->id);
	secret_free(credentials->secret);
	secret_free(credentials->token);
	free(credentials->keeper);
	*credentials = (struct aws_credentials){0};
}

int64_t credentials_parse_date(const char *text)
{
	struct tm tm = {0};
	long offset = 0;
	const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);

	if (rest && *rest == '.')
		rest += 1 + strspn(rest + 1, "0123456789");
	if (!rest)
		return -1;
	if (strcmp(rest, "Z") != 0) {
		rest = *rest == '+' || *rest == '-' ? strptime(rest, "%z", &tm) : NULL;
		if (!rest || *rest)
			return -1;
		offset = tm.tm_gmtoff;
	}
	return (int64_t)timegm(&tm) - offset;
}

static int senseless(const char *who, const char *why, struct error *err)
{
	return error_set(err, KIND_CREDENTIALS, 0, "%s %s", who, why);
}

int credentials_check(
	const struct aws_credentials *credentials, const char *who, struct error *err)
{
	if (!credentials->id || !credentials->secret || !credentials->secret[0])
		return senseless(who, "gives no whole pair of keys", err);
	if (!secret_is_plain(credentials->id) ||
		(credentials->token && !secret_is_plain(credentials->token)))
		return senseless(who, "gives a key or token that cannot be sent", err);
	if (credentials->expires < 0)
		return senseless(who, "gives an expiration that is no date", err);
	return 0;
}

/* ---- JSON */

/* A copy; jansson's own is overwritten, as it would only be freed. NULL when there is none. */
static char *take_text(const json_t *object, const char *key)
{
	const json_t *member = json_object_get(object, key);
	char *copy = xstrdup(json_string_value(member));

	if (copy)
		OPENSSL_cleanse(
			(char *)json_string_value(member), json_string_length(member));
	return copy;
}

/* A date in either of the ways in which they are written; none is for ever. */
static int64_t read_expiry(const json_t *date)
{
	if (json_is_string(date))
		return credentials_parse_date(json_string_value(date));
	if (json_is_number(date))
		return json_number_value(date) > 0 && json_number_value(date) < 1e15
			       ? (int64_t)json_number_value(date)
			       : -1;
	return !date || json_is_null(date) ? INT64_MAX : -1;
}

static int read_keys(struct aws_credentials *out, const json_t *object,
	const char *token, const char *who, struct error *err)
{
	*out = (struct aws_credentials){.id = take_text(object, "AccessKeyId"),
		.secret = take_text(object, "SecretAccessKey"),
		.token = take_text(object, token),
		.expires = read_expiry(json_object_get(object, "Expiration"))};
	if (credentials_check(out, who, err) == 0)
		return 0;
	aws_credentials_release(out);
	return -1;
}

/* Without what might be no code, but a way to have a secret shown. */
static void copy_code(char out[CODE_MAX], const char *code)
{
	size_t len = code ? strlen(code) : 0;

	out[0] = '\0';
	if (len > 0 && len < CODE_MAX && strspn(code, CODE_CHARS) == len)
		memcpy(out, code, len + 1);
}

static json_t *parse(const struct buf *answer, const char *who, struct error *err)
{
	struct error why;
	json_t *value = json_read_any(answer->data, answer->len, &why);

	if (!value)
		(void)error_set(
			err, KIND_CREDENTIALS, 0, "%s answers: %s", who, why.text);
	return value;
}

int credentials_read_metadata(struct aws_credentials *out, const struct buf *answer,
	long status, const char *who, struct error *err)
{
	char shown[CODE_MAX];
	const char *code;
	json_t *object;
	int failed;

	if (status != 200)
		return credentials_refused(answer, status, who, err);
	object = parse(answer, who, err);
	if (!object)
		return -1;
	code = json_string_value(json_object_get(object, "Code"));
	copy_code(shown, code);
	if (code && strcmp(code, "Success") != 0)
		failed = error_set(err, KIND_CREDENTIALS, 0,
			"%s gives no credentials: %s", who,
			shown[0] ? shown : "it does not say why");
	else
		failed = read_keys(out, object, "Token", who, err);
	json_decref(object);
	return failed;
}

static int read_sts_json(struct aws_credentials *out, const struct buf *answer,
	const char *who, struct error *err)
{
	static const char *const path[] = {"AssumeRoleWithWebIdentityResponse",
		"AssumeRoleWithWebIdentityResult", "Credentials"};
	json_t *answered = parse(answer, who, err);
	const json_t *object = answered;
	int failed;

	if (!answered)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(path); i++)
		object = json_object_get(object, path[i]);
	failed = read_keys(out, object, "SessionToken", who, err);
	json_decref(answered);
	return failed;
}

/* ---- XML, which is what STS of other makers speaks even if asked for JSON */

static void on_start(void *context _unused_, const char *ns _unused_,
	const char *name _unused_, const struct xml_attributes *attributes _unused_)
{
	/* What counts are the texts, which are known at the end of an element. */
}

static void on_end(void *context, const char *ns _unused_, const char *name,
	const char *text, size_t len _unused_)
{
	struct aws_credentials *out = context;
	char **field = strcmp(name, "AccessKeyId") == 0       ? &out->id
		       : strcmp(name, "SecretAccessKey") == 0 ? &out->secret
		       : strcmp(name, "SessionToken") == 0    ? &out->token
							      : NULL;

	if (strcmp(name, "Expiration") == 0)
		out->expires = credentials_parse_date(text);
	if (!field)
		return;
	secret_free(*field);
	*field = xstrdup(text);
}

/* What the parser says of a mistake is not passed on, since it may quote what it read. */
static int read_sts_xml(struct aws_credentials *out, const struct buf *answer,
	const char *who, struct error *err)
{
	static const struct xml_handler handler = {.start = on_start, .end = on_end};
	static const struct xml_limits limits = XML_LIMITS;
	struct xml *xml;
	int failed;

	*out = (struct aws_credentials){.expires = INT64_MAX};
	xml = xml_new(&handler, out, &limits, KIND_CREDENTIALS, NULL);
	failed = xml_feed(xml, answer->data, answer->len, true, NULL);
	xml_free(xml);
	if (failed)
		failed = senseless(who, "answers with malformed XML", err);
	else
		failed = credentials_check(out, who, err);
	if (failed)
		aws_credentials_release(out);
	return failed;
}

int credentials_read_sts(struct aws_credentials *out, const struct buf *answer,
	long status, const char *who, struct error *err)
{
	if (status != 200)
		return credentials_refused(answer, status, who, err);
	return answer->data[strspn(answer->data, " \t\r\n")] == '<'
		       ? read_sts_xml(out, answer, who, err)
		       : read_sts_json(out, answer, who, err);
}

/* ---- refusals */

static const char *code_in(const json_t *object)
{
	const json_t *code = json_object_get(object, "Code");

	return json_string_value(code ? code : json_object_get(object, "code"));
}

/* STS puts the code into "Error", others into the object itself, or speak XML. */
static void find_code(char out[CODE_MAX], const struct buf *answer)
{
	json_t *object = json_read(answer->data, answer->len);
	const json_t *inner = json_object_get(object, "Error");
	struct s3error error;

	copy_code(out, code_in(json_is_object(inner) ? inner : object));
	json_decref(object);
	if (!out[0] && s3error_read(&error, answer->data, answer->len))
		copy_code(out, error.code);
}

int credentials_refused(
	const struct buf *answer, long status, const char *who, struct error *err)
{
	char code[CODE_MAX];

	find_code(code, answer);
	return error_set(err, KIND_CREDENTIALS, (int)status, "%s: HTTP %ld%s%s", who,
		status, code[0] ? ": " : "", code);
}
