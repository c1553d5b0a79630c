#include "net/request.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/text.h"

static int add(struct curl_slist **fields, const char *line, struct error *err)
{
	struct curl_slist *longer = curl_slist_append(*fields, line);

	if (!longer)
		return error_set(err, KIND_INTERNAL, 0, "no memory for headers");
	*fields = longer;
	return 0;
}

/* One without a value takes libcurl's away. */
static bool is_host(const char *line)
{
	return text_is_field(line, "Host") && line[5 + strspn(line + 5, " \t")];
}

bool request_names_host(const struct net *net, const struct attempt *attempt)
{
	const struct entry *entry = attempt->entry;
	bool has = false;

	if (!attempt->trusted)
		return false;
	for (const struct curl_slist *line = net->bound; line && !has;
		line = line->next)
		has = is_host(line->data);
	for (size_t i = 0; i < entry->headers.count && !has; i++)
		has = is_host(entry->headers.items[i]);
	return has;
}

/* As libcurl would send it, but by itself it would go on with the cookies of the Host that a
 * handle had before, for whatever server (so does 7.88). */
static int add_host(
	struct curl_slist **fields, const struct attempt *attempt, struct error *err)
{
	char *host _cleanup_(freep) = attempt_host_field(attempt);
	char *line _cleanup_(freep) = xasprintf("Host: %s", host);

	return add(fields, line, err);
}

/* The settings' headers and then the entry's, so that the entry's come last. */
static int add_users(struct curl_slist **fields, const struct net *net,
	const struct entry *entry, struct error *err)
{
	for (const struct curl_slist *line = net->bound; line; line = line->next)
		if (add(fields, line->data, err) != 0)
			return -1;
	for (size_t i = 0; i < entry->headers.count; i++)
		if (add(fields, entry->headers.items[i], err) != 0)
			return -1;
	return 0;
}

/* A range is the attempt's own, whoever the server is. S3 knows only If-Match. */
static int add_pin(
	struct curl_slist **fields, const struct attempt *attempt, struct error *err)
{
	const char *pin = attempt->ranged ? version_pin(&attempt->version) : NULL;
	const char *name =
		attempt->bucket && pin && pin[0] == '"' ? "If-Match" : "If-Range";
	char *line _cleanup_(freep) = pin ? xasprintf("%s: %s", name, pin) : NULL;

	return line ? add(fields, line, err) : 0;
}

/* Only if the file that is there is not the server's any more. */
static int add_condition(
	struct curl_slist **fields, const struct version *there, struct error *err)
{
	char *line _cleanup_(freep) = NULL;
	char date[40];
	struct tm tm;
	time_t when = (time_t)there->mtime;

	if (there->etag)
		line = xasprintf("If-None-Match: %s", there->etag);
	else if (gmtime_r(&when, &tm) &&
		 strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", &tm) > 0)
		line = xasprintf("If-Modified-Since: %s", date);
	return line ? add(fields, line, err) : 0;
}

int request_fields(const struct net *net, const struct attempt *attempt,
	bool plain_host, struct curl_slist **fields, uint64_t *signer,
	struct error *err)
{
	*signer = 0;
	if (plain_host && add_host(fields, attempt, err) != 0)
		return -1;
	if (attempt->trusted && add_users(fields, net, attempt->entry, err) != 0)
		return -1;
	if (attempt->bucket && attempt->at_home &&
		s3_dress(net->s3, attempt, fields, signer, err) != 0)
		return -1;
	if (add_pin(fields, attempt, err) != 0)
		return -1;
	if (attempt_is_conditional(attempt))
		return add_condition(fields, &attempt->entry->there, err);
	return 0;
}
