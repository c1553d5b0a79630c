/* Lifetimes of the plain data that travels through the program. */
#include "core/entry.h"

#include <stdlib.h>

#include "base/alloc.h"

struct entry *entry_new(void)
{
	struct entry *entry = xcalloc(1, sizeof(*entry));

	entry->size = entry->size_said = -1;
	return entry;
}

struct entry *entry_like(const struct entry *entry)
{
	struct entry *like = entry_new();

	like->dir = xstrdup(entry->dir);
	for (size_t i = 0; i < entry->headers.count; i++)
		strings_add(&like->headers, entry->headers.items[i]);
	like->referer = xstrdup(entry->referer);
	like->user_agent = xstrdup(entry->user_agent);
	like->max_tries = entry->max_tries;
	like->input = entry->input;
	like->line = entry->line;
	return like;
}

void resume_free(struct resume *resume)
{
	if (!resume)
		return;
	version_release(&resume->version);
	free(resume);
}

static void homes_free(struct home *homes, size_t count)
{
	for (size_t i = 0; homes && i < count; i++) {
		free(homes[i].url);
		free(homes[i].bucket);
	}
	free(homes);
}

void entry_free(struct entry *entry)
{
	if (!entry)
		return;
	homes_free(entry->homes, entry->urls.count);
	strings_release(&entry->urls);
	strings_release(&entry->headers);
	url_release(&entry->url);
	free(entry->out);
	free(entry->dir);
	free(entry->referer);
	free(entry->user_agent);
	free(entry->path);
	free(entry->bound_to);
	free(entry->pieces);
	resume_free(entry->resume);
	version_release(&entry->there);
	free(entry);
}

void entry_set_home(struct entry *entry, size_t index, char *url, const char *bucket)
{
	if (!entry->homes)
		entry->homes = xcalloc(entry->urls.count, sizeof(*entry->homes));
	entry->homes[index] = (struct home){.url = url, .bucket = xstrdup(bucket)};
}

const char *entry_home_url(const struct entry *entry, size_t index)
{
	return entry->homes && entry->homes[index].url ? entry->homes[index].url
						       : entry->urls.items[index];
}

const char *entry_bucket(const struct entry *entry, size_t index)
{
	return entry->homes ? entry->homes[index].bucket : NULL;
}

const char *entry_name_option(const struct entry *entry)
{
	return entry->is_given_names || entry->out_gives_way ? "known-as" : "out";
}

bool entry_is_proven(const struct entry *entry)
{
	return entry->pieces || entry->checksum.alg >= DIGEST_MD5;
}

const char *entry_checksum_by(const struct entry *entry)
{
	return entry->checksum_from_file ? "checksum-file" : "checksum";
}

char *entry_named_by(const struct entry *entry)
{
	return entry->bound_to ? xasprintf("%s%s", entry->bound_to,
					 entry->named_by_public ? " public" : "")
			       : NULL;
}

char *attempt_host_field(const struct attempt *attempt)
{
	return attempt->port == (attempt_is_https(attempt) ? 443 : 80)
		       ? xstrdup(attempt->host)
		       : xasprintf("%s:%d", attempt->host, attempt->port);
}

const char *verified_name(enum verified verified)
{
	static const char *const names[] = {
		[VERIFIED_NONE] = "none",
		[VERIFIED_LENGTH] = "length",
		[VERIFIED_ETAG] = "etag",
		[VERIFIED_HASH] = "hash",
	};

	return names[verified];
}

void outcome_init(struct outcome *outcome)
{
	*outcome = (struct outcome){
		.retry_after = -1,
		.version = VERSION_UNKNOWN,
		.exchange = {.time_namelookup = -1,
			.time_connect = -1,
			.time_appconnect = -1,
			.time_starttransfer = -1,
			.time_total = -1},
	};
}

void outcome_release(struct outcome *outcome)
{
	free(outcome->location);
	free(outcome->renamed);
	if (outcome->document)
		buf_release(outcome->document);
	free(outcome->document);
	outcome->document = NULL;
	free(outcome->exchange.content_type);
	version_release(&outcome->version);
	outcome->location = outcome->renamed = outcome->exchange.content_type = NULL;
}
