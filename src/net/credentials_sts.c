#include "net/credentials_sts.h"

#include <string.h>

#include "base/alloc.h"
#include "base/hex.h"
#include "base/url.h"
#include "net/credentials_answer.h"
#include "net/secret.h"

#define STS "the token service (STS)"
#define TIMEOUT_MS 10000
#define TOKEN_MAX ((size_t)32 * 1024)
#define SESSION_NAME "seine"

static void add_field(struct buf *body, const char *name, const char *value)
{
	buf_addf(body, "%s%s=", body->len > 0 ? "&" : "", name);
	hex_add_encoded(body, value, HEX_UNRESERVED);
}

static int make_body(struct buf *body, const struct sts_role *role, struct error *err)
{
	_cleanup_(secret_release) struct buf token = BUF_INIT;
	const char *name = role->session_name ? role->session_name : SESSION_NAME;

	if (secret_read(&token, role->token_file, TOKEN_MAX, "web identity token",
		    KIND_CREDENTIALS, err) != 0)
		return -1;
	while (token.len > 0 && strchr(" \t\r\n", token.data[token.len - 1]))
		buf_truncate(&token, token.len - 1);
	if (!secret_is_plain(token.data))
		return error_set(err, KIND_CREDENTIALS, 0, "no token is in %s",
			role->token_file);
	/* Room for all, so that it never moves: a byte may take three. */
	buf_reserve(body, 256 + 3 * (token.len + strlen(role->arn) + strlen(name)));
	add_field(body, "Action", "AssumeRoleWithWebIdentity");
	add_field(body, "Version", "2011-06-15");
	add_field(body, "RoleArn", role->arn);
	add_field(body, "RoleSessionName", name);
	add_field(body, "WebIdentityToken", token.data);
	return 0;
}

static char *amazons_site(const char *region)
{
	if (!region)
		return xstrdup("https://sts.amazonaws.com/");
	return xasprintf("https://sts.%s.amazonaws.com%s/", region,
		strncmp(region, "cn-", 3) == 0 ? ".cn" : "");
}

static int find_site(struct url *url, const struct sts_role *role, struct error *err)
{
	char *site _cleanup_(freep) =
		role->endpoint ? xstrdup(role->endpoint) : amazons_site(role->region);
	struct error why;

	if (url_parse(url, site, &why) != 0)
		return error_set(
			err, KIND_CREDENTIALS, 0, "the URL of %s: %s", STS, why.text);
	if (url_is_https(url) || ask_is_here(url))
		return 0;
	url_release(url);
	return error_set(err, KIND_CREDENTIALS, 0,
		"no web identity token is sent to %s over http; "
		"set AWS_ENDPOINT_URL_STS to an https:// URL",
		STS);
}

int credentials_of_role(struct aws_credentials *out, const struct sts_role *role,
	const struct ask_route *route, struct error *err)
{
	_cleanup_(secret_release) struct buf body = BUF_INIT, answer = BUF_INIT;
	struct ask question = {.who = STS,
		.method = "POST",
		.headers = {{"Accept", "application/json"}},
		.timeout_ms = TIMEOUT_MS};
	struct url url;
	long status;
	int failed;

	if (make_body(&body, role, err) != 0 || find_site(&url, role, err) != 0)
		return -1;
	question.url = url.text;
	question.body = body.data;
	question.direct = ask_is_here(&url);
	failed = ask_send(&question, route, &answer, &status, err);
	if (!failed)
		failed = credentials_read_sts(out, &answer, status, STS, err);
	url_release(&url);
	return failed;
}
