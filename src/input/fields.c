/* fields.c - see fields.h. */
#include "input/fields.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/text.h"
#include "base/units.h"

#define HEADERS_MAX 1000 /* of an entry: no server takes so many */

static int set_text(
	char **field, const char *name, const char *value, struct error *err)
{
	if (!*value)
		return error_set(err, KIND_INPUT, 0, "%s: it needs a value", name);
	free(*field);
	*field = xstrdup(value);
	return 0;
}

static int set_out(struct entry *entry, const char *value, struct error *err)
{
	entry->out_gives_way = false;
	return set_text(&entry->out, "out", value, err);
}

static int set_known_as(struct entry *entry, const char *value, struct error *err)
{
	entry->out_gives_way = true;
	return set_text(&entry->out, "known-as", value, err);
}

static int set_dir(struct entry *entry, const char *value, struct error *err)
{
	return set_text(&entry->dir, "dir", value, err);
}

static int set_checksum(struct entry *entry, const char *value, struct error *err)
{
	struct checksum checksum = {.alg = DIGEST_NONE};

	if (checksum_parse(&checksum, value, err) < 0)
		return -1;
	checksum_keep_stronger(&entry->checksum, &checksum);
	return 0;
}

static bool has_control(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return true;
	return false;
}

/* No error quotes the header: it may be a credential. */
static int add_header(struct entry *entry, const char *value, struct error *err)
{
	size_t name_len = strspn(value, TEXT_TOKEN_CHARS);

	if (name_len == 0 || value[name_len] != ':')
		return error_set(
			err, KIND_INPUT, 0, "header: it must be \"Name: value\"");
	if (has_control(value))
		return error_set(err, KIND_INPUT, 0,
			"header: there is a control character in it");
	if (entry->headers.count == HEADERS_MAX)
		return error_set(err, KIND_INPUT, 0,
			"header: an entry has at most %d of them", HEADERS_MAX);
	strings_add(&entry->headers, value);
	return 0;
}

/* An empty one is a wish too: to send none. */
static int set_field(
	char **field, const char *name, const char *value, struct error *err)
{
	if (has_control(value))
		return error_set(err, KIND_INPUT, 0,
			"%s: there is a control character in it", name);
	free(*field);
	*field = xstrdup(value);
	return 0;
}

static int set_referer(struct entry *entry, const char *value, struct error *err)
{
	return set_field(&entry->referer, "referer", value, err);
}

static int set_user_agent(struct entry *entry, const char *value, struct error *err)
{
	return set_field(&entry->user_agent, "user-agent", value, err);
}

static int set_max_tries(struct entry *entry, const char *value, struct error *err)
{
	int64_t count;

	if (units_parse_count(value, &count) < 0 || count < 1)
		return error_set(err, KIND_INPUT, 0,
			"max-tries: it must be a whole number from 1");
	entry->max_tries = count;
	return 0;
}

static int set_size(struct entry *entry, const char *value, struct error *err)
{
	if (units_parse_size(value, &entry->size) < 0)
		return error_set(
			err, KIND_INPUT, 0, "size: it must be bytes, as 4096 or 1.5G");
	return 0;
}

/* "ORIGIN", or "ORIGIN public". */
static int set_named_by(struct entry *entry, const char *value, struct error *err)
{
	size_t len = strcspn(value, " ");
	char *server _cleanup_(freep) = xstrndup(value, len);
	bool is_public = strcmp(value + len, " public") == 0;
	struct url url;

	if ((value[len] && !is_public) || url_parse(&url, server, NULL) < 0)
		return error_set(err, KIND_INPUT, 0,
			"named-by: it must be a server, as https://a.example:443, "
			"and 'public' may follow");
	free(entry->bound_to);
	entry->bound_to = xstrdup(url.origin);
	entry->named_by_public = is_public;
	url_release(&url);
	return 0;
}

static const struct field fields[] = {
	{.name = "out", .set = set_out},
	{.name = "dir", .set = set_dir},
	{.name = "checksum", .many = true, .set = set_checksum},
	{.name = "header", .many = true, .set = add_header},
	{.name = "referer", .set = set_referer},
	{.name = "user-agent", .set = set_user_agent},
	{.name = "max-tries", .number = true, .set = set_max_tries},
	{.name = "size", .number = true, .set = set_size},
	{.name = "known-as", .set = set_known_as},
	{.name = "named-by", .set = set_named_by},
};

/* What lists written for aria2 may have, so that the error can say more than "unknown". */
static const char *const aria2_options[] = {
	"all-proxy",
	"allow-overwrite",
	"auto-file-renaming",
	"conditional-get",
	"connect-timeout",
	"continue",
	"dry-run",
	"gid",
	"http-passwd",
	"http-user",
	"max-connection-per-server",
	"max-download-limit",
	"min-split-size",
	"pause",
	"retry-wait",
	"split",
	"timeout",
};

const struct field *field_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		if (strcmp(name, fields[i].name) == 0)
			return &fields[i];
	return NULL;
}

int field_refuse(const char *name, struct error *err)
{
	_cleanup_(buf_release) struct buf known = BUF_INIT;
	const char *what = "unknown option";
	size_t len = strlen(name), i;

	for (i = 0; i < ARRAY_LEN(fields); i++)
		buf_addf(&known, " %s", fields[i].name);
	if (len > FIELD_NAME_MAX || strspn(name, FIELD_NAME_CHARS) != len)
		return error_set(
			err, KIND_INPUT, 0, "an unknown option; known:%s", known.data);
	for (i = 0; i < ARRAY_LEN(aria2_options); i++)
		if (strcmp(name, aria2_options[i]) == 0)
			what = "not supported here: aria2's option";
	return error_set(
		err, KIND_INPUT, 0, "%s '%s'; known:%s", what, name, known.data);
}

int field_apply(
	struct entry *entry, const char *name, const char *value, struct error *err)
{
	const struct field *field = field_find(name);

	return field ? field->set(entry, value, err) : field_refuse(name, err);
}
