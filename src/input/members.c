/* members.c - see members.h. */
#include "input/members.h"

#include <inttypes.h>
#include <stdio.h>

static int add_url(
	struct entry *entry, const char *key, const json_t *value, struct error *err)
{
	const char *text = json_string_value(value);

	if (!text || !*text)
		return error_set(err, KIND_INPUT, 0,
			"%s: it must be a URL in quotes, or an array of them", key);
	strings_add(&entry->urls, text);
	return 0;
}

int member_urls(
	struct entry *entry, const char *key, const json_t *value, struct error *err)
{
	if (json_is_null(value))
		return 0;
	if (!json_is_array(value) || json_array_size(value) == 0)
		return add_url(entry, key, value, err);
	for (size_t i = 0; i < json_array_size(value); i++)
		if (add_url(entry, key, json_array_get(value, i), err) < 0)
			return -1;
	return 0;
}

static int refuse_type(const struct field *field, struct error *err)
{
	return error_set(err, KIND_INPUT, 0, "%s: it must be a text%s", field->name,
		field->number ? " or a whole number"
		: field->many ? " or an array of texts"
			      : "");
}

static int set_one(struct entry *entry, const struct field *field, const json_t *value,
	struct error *err)
{
	char number[24];

	if (json_is_string(value))
		return field->set(entry, json_string_value(value), err);
	if (!json_is_integer(value) || !field->number)
		return refuse_type(field, err);
	(void)snprintf(
		number, sizeof(number), "%" PRId64, (int64_t)json_integer_value(value));
	return field->set(entry, number, err);
}

int member_set(struct entry *entry, const struct field *field, const json_t *value,
	struct error *err)
{
	if (json_is_null(value))
		return 0;
	if (!json_is_array(value) || !field->many)
		return set_one(entry, field, value, err);
	for (size_t i = 0; i < json_array_size(value); i++) {
		const json_t *item = json_array_get(value, i);

		if (!json_is_string(item))
			return refuse_type(field, err);
		if (set_one(entry, field, item, err) < 0)
			return -1;
	}
	return 0;
}
