/* rerun.c - see rerun.h; the writing side is report/results.c. */
#include "input/rerun.h"

#include <string.h>

#include "input/members.h"

#define CUT "=..." /* what stands for the value of a secret parameter (base/url.h) */

bool rerun_is_record(const json_t *object)
{
	return json_is_string(json_object_get(object, "status")) &&
	       json_object_get(object, "url") &&
	       json_object_get(object, "filename_effective");
}

bool rerun_is_left_out(const json_t *record, enum only only)
{
	const char *status = json_string_value(json_object_get(record, "status"));

	return strcmp(status, "repeated") == 0 ||
	       (only == ONLY_FAILED && strcmp(status, "failed") != 0);
}

/* Has it a parameter whose value is cut? Records say so themselves; those that somebody has
 * edited may not. */
static bool is_cut(const char *text)
{
	for (text = strstr(text, CUT); text; text = strstr(text, CUT)) {
		text += strlen(CUT);
		if (!*text || strchr("&;#", *text))
			return true;
	}
	return false;
}

static bool is_redacted(const struct entry *entry, const json_t *record)
{
	for (size_t i = 0; i < entry->urls.count; i++)
		if (is_cut(entry->urls.items[i]))
			return true;
	return json_is_true(json_object_get(record, "redacted"));
}

/* The members that are named as options of an entry are. */
static int set_fields(struct entry *entry, const json_t *record,
	const char *const names[], size_t count, struct error *err)
{
	for (size_t i = 0; i < count; i++) {
		const json_t *value = json_object_get(record, names[i]);

		if (value && member_set(entry, field_find(names[i]), value, err) < 0)
			return -1;
	}
	return 0;
}

/* By itself, without the entries before it, it might get another one. */
static int set_name(struct entry *entry, const json_t *record, struct error *err)
{
	static const char *const names[] = {"out", "known-as", "dir"};
	const json_t *path = json_object_get(record, "filename_effective");
	const json_t *known_as = json_object_get(record, "known-as");

	if (json_is_null(path))
		return set_fields(entry, record, names, ARRAY_LEN(names), err);
	if (known_as)
		return member_set(entry, field_find("known-as"), known_as, err);
	return member_set(entry, field_find("out"), path, err);
}

int rerun_fill(struct entry *entry, const json_t *record, struct error *err)
{
	static const char *const names[] = {
		"checksum", "size", "referer", "user-agent", "max-tries", "named-by"};
	const json_t *mirrors = json_object_get(record, "mirrors");
	const json_t *headers = json_object_get(record, "header");
	const json_t *pieces = json_object_get(record, "pieces");

	if (member_urls(entry, "url", json_object_get(record, "url"), err) < 0 ||
		(mirrors && member_urls(entry, "mirrors", mirrors, err) < 0))
		return -1;
	if (entry->urls.count == 0)
		return error_set(err, KIND_INPUT, 0, "this record has no URL");
	if (is_redacted(entry, record))
		return error_set(err, KIND_INPUT, 0,
			"the URL was redacted: a secret in it was not written to these "
			"results; use the list, or one that --failed writes");
	if (headers && !json_is_null(headers))
		return error_set(err, KIND_INPUT, 0,
			"the headers of this entry were not written to these results; "
			"use the list, or one that --failed writes");
	if (set_fields(entry, record, names, ARRAY_LEN(names), err) < 0)
		return -1;
	if (pieces && entry->checksum.alg == DIGEST_NONE)
		return error_set(err, KIND_INPUT, 0,
			"the digests of this file's pieces were not written to these "
			"results; use the Metalink");
	return set_name(entry, record, err);
}
