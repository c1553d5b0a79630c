/* What an exchange came to. */
#include <stdio.h>

#include "base/alloc.h"
#include "base/url.h"
#include "net/answer.h"
#include "net/curlcode.h"
#include "net/transfer_parts.h"

static nstime get_time(CURL *easy, CURLINFO info)
{
	curl_off_t us = 0;

	return curl_easy_getinfo(easy, info, &us) == CURLE_OK && us > 0 ? us * NS_PER_US
									: -1;
}

void transfer_describe(const struct transfer *t, struct exchange *exchange)
{
	CURL *easy = t->easy;
	char *text = NULL;
	long number = 0;

	exchange->status = t->response.status;
	exchange->size_download = t->received;
	exchange->insecure = t->net->settings->insecure && attempt_is_https(t->attempt);
	/* How a file is cut depends on it. */
	if (t->net->detailed || t->attempt->ranged)
		exchange->time_starttransfer =
			get_time(easy, CURLINFO_STARTTRANSFER_TIME_T);
	if (!t->net->detailed)
		return;
	if (curl_easy_getinfo(easy, CURLINFO_HTTP_VERSION, &number) == CURLE_OK)
		exchange->http_version = number == CURL_HTTP_VERSION_1_0   ? 10
					 : number == CURL_HTTP_VERSION_1_1 ? 11
					 : number == CURL_HTTP_VERSION_2_0 ? 20
					 : number == CURL_HTTP_VERSION_3   ? 30
									   : 0;
	if (curl_easy_getinfo(easy, CURLINFO_PRIMARY_IP, &text) == CURLE_OK && text)
		snprintf(exchange->remote_ip, sizeof(exchange->remote_ip), "%s", text);
	text = NULL;
	if (curl_easy_getinfo(easy, CURLINFO_CONTENT_TYPE, &text) == CURLE_OK && text)
		exchange->content_type = xstrdup(text);
	exchange->time_namelookup = get_time(easy, CURLINFO_NAMELOOKUP_TIME_T);
	exchange->time_connect = get_time(easy, CURLINFO_CONNECT_TIME_T);
	exchange->time_appconnect = get_time(easy, CURLINFO_APPCONNECT_TIME_T);
	exchange->time_total = get_time(easy, CURLINFO_TOTAL_TIME_T);
}

void transfer_failed(
	struct outcome *outcome, enum kind kind, int code, const char *text)
{
	outcome->type = OUTCOME_FAILED;
	outcome->kind = kind;
	outcome->code = code;
	snprintf(outcome->text, sizeof(outcome->text), "%s", text);
}

/* Behind a proxy nobody knows. */
bool transfer_is_from_public(const struct transfer *t)
{
	char *address = NULL;

	return t->net->names &&
	       curl_easy_getinfo(t->easy, CURLINFO_PRIMARY_IP, &address) == CURLE_OK &&
	       address && *address && !url_address_is_private(address);
}

/* Would a body that breaks off have been noticed? Not where closing the connection is all that
 * ends it. */
static bool proves_length(const struct transfer *t)
{
	long version = 0;

	curl_easy_getinfo(t->easy, CURLINFO_HTTP_VERSION, &version);
	return t->response.length >= 0 || t->response.chunked ||
	       t->attempt->entry->size >= 0 || version >= CURL_HTTP_VERSION_2_0;
}

/* All of the body is here, as far as libcurl can tell: is it as long as announced? */
static int check_length(struct transfer *t, struct outcome *outcome)
{
	const struct response *r = &t->response;
	int64_t want = t->attempt->entry->size;

	if (transfer_bytes_wanted(t) > 0 && t->brings.last != RANGE_OPEN)
		return error_set(&t->stop, KIND_TRUNCATED, 0, "%lld of %lld bytes came",
			(long long)t->received, (long long)range_length(t->brings));
	if (!transfer_is_decoded(t) && !r->chunked && r->length >= 0 &&
		t->received != r->length)
		return error_set(&t->stop, KIND_TRUNCATED, 0, "%lld of %lld bytes came",
			(long long)t->received, (long long)r->length);
	if (t->brings.last == RANGE_OPEN && want >= 0 && t->received != want)
		return error_set(&t->stop, KIND_TRUNCATED, 0,
			"%lld bytes came, not size=%lld", (long long)t->received,
			(long long)want);
	if (proves_length(t)) {
		outcome->verified = VERIFIED_LENGTH;
		body_proves_length(&t->body);
	}
	return 0;
}

/* Is the proxy none that libcurl can ask? It quotes it then, with any password in it. --proxy has
 * been looked at before. */
static bool is_no_proxy(const struct transfer *t)
{
	static const char words[] = "Unsupported proxy";

	return strncmp(t->message, words, sizeof(words) - 1) == 0;
}

/* Was nobody asked, since there is no address of the wanted family? libcurl has no words for that
 * where the address stands in the URL. */
static bool is_other_family(const struct transfer *t, CURLcode code)
{
	return code == CURLE_COULDNT_CONNECT && !t->message[0] &&
	       t->net->settings->family != IP_ANY;
}

/* libcurl failed: say so in its words, which name host and port where that helps. */
static void judge_code(struct transfer *t, CURLcode code, struct outcome *outcome)
{
	const char *text = t->message[0] ? t->message : curl_easy_strerror(code);
	enum kind kind = curlcode_kind(code);

	if (transfer_refused_by_proxy(t, outcome))
		return;
	if (is_no_proxy(t)) {
		kind = KIND_USAGE;
		text = "the proxy is none that can be asked: see http_proxy, "
		       "https_proxy and all_proxy in the environment";
	}
	if (is_other_family(t, code)) {
		kind = KIND_NXDOMAIN;
		text = "its address is not of the family that --ipv4 or --ipv6 asks "
		       "for";
	}
	/* What libcurl has no better word for in the middle of an answer is that answer's fault. */
	if (kind == KIND_INTERNAL && t->response.head > 0)
		kind = KIND_PROTOCOL;
	if (code == CURLE_OUT_OF_MEMORY)
		text = "out of memory, or over 100 KiB in a line of the head";
	transfer_failed(outcome, kind, (int)code, text);
	if (code == CURLE_PEER_FAILED_VERIFICATION)
		outcome->hint = tls_hint(t->net->tls, t->easy);
}

/* All of the body is in memory. */
static int commit(struct transfer *t, struct outcome *outcome)
{
	const struct settings *settings = t->net->settings;
	struct publication how = {.existing = settings->existing,
		.mtime = settings->remote_time ? response_mtime(&t->response) : -1,
		.marked = settings->content_disposition,
		.name = t->found.name};

	return body_commit(&t->body, &how, outcome, &t->stop);
}

/* The file is what the server has, under the name that it gives it. */
static void is_there(struct transfer *t, struct outcome *outcome)
{
	outcome->type = OUTCOME_CURRENT;
	outcome->renamed = t->there;
	t->there = NULL;
}

/* The file has no bytes, says 416. */
static int make_empty(struct transfer *t, struct outcome *outcome)
{
	const struct part_facts facts = {.version = &t->found};

	t->found.size = 0;
	if (transfer_check_size(t, 0) != 0 || transfer_hear_name(t) != 0)
		return -1;
	if (t->there) {
		is_there(t, outcome);
		return 0;
	}
	outcome->type = OUTCOME_DONE;
	outcome->verified = VERIFIED_LENGTH;
	if (body_begin(&t->body, t->attempt, true, &facts, &t->stop) != 0)
		return -1;
	return commit(t, outcome);
}

/* All has come that was asked for. */
static int finish_body(struct transfer *t, struct outcome *outcome)
{
	outcome->type = OUTCOME_DONE;
	if (check_length(t, outcome) != 0)
		return -1;
	if (t->is_document)
		return transfer_finish_document(t, outcome);
	if (body_end(&t->body, &t->stop) != 0)
		return -1;
	if (!body_is_part(&t->body))
		return commit(t, outcome);
	outcome->type = OUTCOME_PART;
	version_copy(&outcome->version, &t->found);
	if (outcome->version.size < 0)
		outcome->version.size = t->received;
	return 0;
}

/* The answer is not of the file: or is it, after all? */
static int judge_other(struct transfer *t, struct outcome *outcome)
{
	struct head head;

	switch (answer_judge(
		&t->response, t->attempt, false, &t->found, &head, &t->stop)) {
	case ANSWER_EMPTY:
		return make_empty(t, outcome);
	case ANSWER_WRONG:
		return -1;
	default:
		if (t->response.status == 304 && attempt_is_conditional(t->attempt))
			outcome->type = OUTCOME_CURRENT;
		else
			transfer_judge_status(t, outcome);
		return 0;
	}
}

/* Where no byte has come, nobody has looked at the head. */
static int begin_empty_body(struct transfer *t, CURLcode code)
{
	return code == CURLE_OK && transfer_is_file(t) && !t->body_begun
		       ? transfer_begin_body(t)
		       : 0;
}

/* Is there an answer that is not the file? Its head has said all, so that its body may end as it
 * likes; only that of a bucket's store has more to say, up to where we have heard enough. */
static bool is_other(const struct transfer *t, CURLcode code)
{
	if (transfer_is_file(t) ||
		(t->stop.kind != KIND_NONE && t->stop.kind != KIND_STALL))
		return false;
	return code == CURLE_OK ||
	       (t->response.complete &&
		       (code == CURLE_WRITE_ERROR || !t->attempt->bucket));
}

int transfer_judge(struct transfer *t, CURLcode code, struct outcome *outcome)
{
	if (is_other(t, code))
		return judge_other(t, outcome);
	/* A body that is not wanted may end as it likes. */
	if (!t->there && (t->stop.kind != KIND_NONE || begin_empty_body(t, code) != 0))
		return -1;
	if (t->there)
		is_there(t, outcome);
	else if (t->cut)
		outcome->type = OUTCOME_PART;
	else if (code != CURLE_OK)
		judge_code(t, code, outcome);
	else
		return finish_body(t, outcome);
	return 0;
}
