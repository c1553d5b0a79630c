/* Answers that are not the file: where they lead, or what they refuse. */
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/url.h"
#include "net/transfer_parts.h"

/* Where the answer leads, yours; NULL: nowhere. libcurl itself knows that only when all of the body
 * has come. */
static char *read_location(const struct transfer *t)
{
	struct curl_header *field;
	char *url;

	/* Of an empty field libcurl leaves the end of the line. */
	if (curl_easy_header(t->easy, "Location", 0, CURLH_HEADER, -1, &field) !=
			CURLHE_OK ||
		!field->value[strspn(field->value, "\r")])
		return NULL;
	/* That it is no URL is for the scheduler to say. */
	url = url_resolve(t->attempt->url, field->value, NULL);
	return url ? url : xstrdup(field->value);
}

static void failed_by_status(
	struct outcome *outcome, const char *who, long status, const char *phrase)
{
	transfer_failed(outcome, KIND_HTTP, (int)status, "");
	snprintf(outcome->text, sizeof(outcome->text), "%sHTTP %ld%s%s", who, status,
		*phrase ? " " : "", phrase);
}

/* Was it sent a user and password, or a token? */
static bool had_login(const struct transfer *t)
{
	size_t len;

	return t->dress.by_file || url_userinfo(t->attempt->url, &len) ||
	       (t->attempt->trusted && (t->net->user || t->net->settings->bearer));
}

static void judge_http(struct transfer *t, struct outcome *outcome)
{
	curl_off_t wait = 0;
	long status = t->response.status;
	bool leads = status >= 301 && status <= 308 && status != 304 && status != 306;

	if (leads)
		outcome->location = read_location(t);
	if (outcome->location) {
		outcome->type = OUTCOME_REDIRECT;
		outcome->mirrors = transfer_hear_mirrors(t);
		outcome->from_public = transfer_is_from_public(t);
		return;
	}
	if (curl_easy_getinfo(t->easy, CURLINFO_RETRY_AFTER, &wait) == CURLE_OK &&
		wait > 0)
		outcome->retry_after =
			wait < 86400 ? wait * NS_PER_SEC : 86400 * NS_PER_SEC;
	/* What a bucket's store means by that is in its body. */
	failed_by_status(outcome, "", status,
		leads && !t->attempt->bucket ? "without a Location"
					     : response_phrase(status));
	if (status == 401 && had_login(t))
		outcome->hint = "it refuses the login that it was sent";
}

void transfer_judge_status(struct transfer *t, struct outcome *outcome)
{
	judge_http(t, outcome);
	if (t->attempt->bucket)
		transfer_judge_bucket(t, outcome);
}

bool transfer_refused_by_proxy(const struct transfer *t, struct outcome *outcome)
{
	long status = 0;

	if (t->response.head > 0 ||
		curl_easy_getinfo(t->easy, CURLINFO_HTTP_CONNECTCODE, &status) !=
			CURLE_OK ||
		status < 300)
		return false;
	outcome->exchange.status = status;
	failed_by_status(
		outcome, "the proxy answers ", status, response_phrase(status));
	return true;
}
