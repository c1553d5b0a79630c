/* Neither service is ever asked by a proxy, where other people would be given what is ours, or we
 * the proxy's. */
#include "net/credentials_metadata.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/url.h"
#include "net/credentials_answer.h"
#include "net/secret.h"

#define CONTAINER "the container's credential service"
#define CONTAINER_SITE "http://169.254.170.2"
#define CONTAINER_TIMEOUT_MS 2000
#define INSTANCE "the instance's metadata service"
#define INSTANCE_SITE "http://169.254.169.254"
#define INSTANCE_SITE_6 "http://[fd00:ec2::254]"
#define INSTANCE_TIMEOUT_MS 1000
#define INSTANCE_KEYS "/latest/meta-data/iam/security-credentials/"
#define SESSION_SECONDS "21600"
#define TOKEN_MAX ((size_t)16 * 1024)
#define ROLE_CHARS                                                                     \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+=,.@_-"

/* Files and answers end with a newline, or do not. */
static void cut_line_end(struct buf *buf)
{
	while (buf->len > 0 && strchr("\r\n", buf->data[buf->len - 1]))
		buf_truncate(buf, buf->len - 1);
}

/* ---- container */

static bool may_be_asked(const struct url *url)
{
	static const char *const hosts[] = {
		"169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"};

	for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
		if (strcmp(url->host, hosts[i]) == 0)
			return true;
	}
	return url_is_https(url) || ask_is_here(url);
}

static int container_url(struct url *url, const char *uri, struct error *err)
{
	char *text _cleanup_(freep) =
		xasprintf("%s%s", uri[0] == '/' ? CONTAINER_SITE : "", uri);

	if (url_parse(url, text, err) != 0)
		return error_set(err, KIND_CREDENTIALS, 0,
			"AWS_CONTAINER_CREDENTIALS_FULL_URI: %s", err->text);
	if (may_be_asked(url))
		return 0;
	url_release(url);
	return error_set(err, KIND_CREDENTIALS, 0,
		"AWS_CONTAINER_CREDENTIALS_FULL_URI: http only to this machine or to "
		"one that serves containers, else https");
}

/* What we show to be given credentials: "" if nothing is wanted. */
static int container_token(
	struct buf *token, const struct environment *environment, struct error *err)
{
	const char *path =
		environment_get(environment, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
	const char *given =
		environment_get(environment, "AWS_CONTAINER_AUTHORIZATION_TOKEN");

	if (path && secret_read(token, path, TOKEN_MAX, "container's token",
			    KIND_CREDENTIALS, err) != 0)
		return -1;
	if (!path && given) {
		buf_reserve(token, strlen(given));
		buf_addstr(token, given);
	}
	cut_line_end(token);
	/* There may be a space in it: "Basic ...", "Bearer ...". */
	for (size_t i = 0; i < token->len; i++) {
		if (token->data[i] < ' ' || token->data[i] == 0x7f)
			return error_set(err, KIND_CREDENTIALS, 0,
				"the container's token has characters "
				"that cannot be sent");
	}
	return 0;
}

int credentials_of_container(struct aws_credentials *out, const char *uri,
	const struct environment *environment, const struct ask_route *route,
	struct error *err)
{
	_cleanup_(secret_release) struct buf answer = BUF_INIT, token = BUF_INIT;
	struct ask question = {.who = CONTAINER,
		.method = "GET",
		.timeout_ms = CONTAINER_TIMEOUT_MS,
		.direct = true};
	struct url url;
	long status;
	int failed;

	if (container_token(&token, environment, err) != 0 ||
		container_url(&url, uri, err) != 0)
		return -1;
	question.url = url.text;
	if (token.len > 0) {
		question.headers[0].name = "Authorization";
		question.headers[0].value = token.data;
	}
	failed = ask_send(&question, route, &answer, &status, err);
	if (!failed)
		failed =
			credentials_read_metadata(out, &answer, status, CONTAINER, err);
	url_release(&url);
	return failed;
}

/* ---- instance */

static const char *instance_site(const struct environment *environment)
{
	const char *site =
		environment_get(environment, "AWS_EC2_METADATA_SERVICE_ENDPOINT");
	const char *mode =
		environment_get(environment, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE");

	if (site)
		return site;
	return mode && strcasecmp(mode, "IPv6") == 0 ? INSTANCE_SITE_6 : INSTANCE_SITE;
}

/* Ask for a path; with a session, which is NULL only for the request that begins one. */
static int ask_instance(const char *site, const char *path, const char *session,
	const struct ask_route *route, struct buf *answer, long *status,
	struct error *err)
{
	size_t len = strlen(site);
	char *url _cleanup_(freep) = xasprintf("%.*s%s",
		(int)(len > 0 && site[len - 1] == '/' ? len - 1 : len), site, path);
	struct ask question = {.who = INSTANCE,
		.method = "GET",
		.url = url,
		.headers = {{"X-aws-ec2-metadata-token", session}},
		.timeout_ms = INSTANCE_TIMEOUT_MS,
		.direct = true};

	if (!session) {
		question.method = "PUT";
		question.headers[0].name = "X-aws-ec2-metadata-token-ttl-seconds";
		question.headers[0].value = SESSION_SECONDS;
		question.body = "";
	}
	return ask_send(&question, route, answer, status, err);
}

/* Who does not know how this is done is no instance of EC2's, or shall not tell us. */
static int begin_session(const char *site, const struct ask_route *route,
	struct buf *session, bool *none, struct error *err)
{
	long status;

	if (ask_instance(site, "/latest/api/token", NULL, route, session, &status,
		    err) != 0) {
		*none = err->kind != KIND_INTERRUPTED;
		return -1;
	}
	cut_line_end(session);
	*none = status < 500 && status != 200;
	if (status != 200)
		return credentials_refused(session, status, INSTANCE, err);
	if (session->len > TOKEN_MAX || !secret_is_plain(session->data))
		return error_set(err, KIND_CREDENTIALS, 0,
			"%s gives a session token that is none", INSTANCE);
	return 0;
}

/* The path of the role's credentials. */
static int find_role(const char *site, const char *session,
	const struct ask_route *route, struct buf *path, bool *none, struct error *err)
{
	_cleanup_(buf_release) struct buf role = BUF_INIT;
	long status;

	if (ask_instance(site, INSTANCE_KEYS, session, route, &role, &status, err) != 0)
		return -1;
	*none = status == 404;
	if (*none)
		return error_set(
			err, KIND_CREDENTIALS, 404, "this instance has no role");
	if (status != 200)
		return credentials_refused(&role, status, INSTANCE, err);
	buf_truncate(&role, strcspn(role.data, "\r\n"));
	if (role.len == 0 || strspn(role.data, ROLE_CHARS) != role.len)
		return error_set(err, KIND_CREDENTIALS, 0,
			"%s gives a role's name that is none", INSTANCE);
	buf_addf(path, INSTANCE_KEYS "%s", role.data);
	return 0;
}

int credentials_of_instance(struct aws_credentials *out,
	const struct environment *environment, const struct ask_route *route,
	bool *none, struct error *err)
{
	_cleanup_(secret_release) struct buf session = BUF_INIT, answer = BUF_INIT;
	_cleanup_(buf_release) struct buf path = BUF_INIT;
	const char *site = instance_site(environment);
	long status;

	*none = false;
	if (begin_session(site, route, &session, none, err) != 0 ||
		find_role(site, session.data, route, &path, none, err) != 0 ||
		ask_instance(site, path.data, session.data, route, &answer, &status,
			err) != 0)
		return -1;
	return credentials_read_metadata(out, &answer, status, INSTANCE, err);
}
