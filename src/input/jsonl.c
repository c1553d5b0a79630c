/* jsonl.c - see jsonl.h. A line makes an entry, an error, or (blank, or a record that is not
 * asked for) nothing. After BREATH lines of nothing the source says SOURCE_AGAIN, so that a
 * long run's results in which little failed do not keep the caller from its transfers. */
#include "input/jsonl.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "input/members.h"
#include "input/rerun.h"

#define BREATH 256

struct jsonl_source {
	struct source source;
	const char *name;
	struct reader *reader; /* NULL: ended */
	enum only only;
	bool breathing; /* the last SOURCE_AGAIN was ours, not the reader's */
};

static int fill_plain(struct entry *entry, json_t *object, struct error *err)
{
	const char *key;
	json_t *value;

	json_object_foreach(object, key, value)
	{
		const struct field *field = field_find(key);
		int failed;

		if (strcmp(key, "url") == 0)
			failed = member_urls(entry, key, value, err);
		else if (field)
			failed = member_set(entry, field, value, err);
		else
			failed = field_refuse(key, err);
		if (failed)
			return -1;
	}
	if (entry->urls.count == 0)
		return error_set(
			err, KIND_INPUT, 0, "there is no \"url\" in this line");
	return 0;
}

static int fill(struct entry *entry, json_t *value, struct error *err)
{
	if (json_is_string(value))
		return member_urls(entry, "url", value, err);
	if (json_is_array(value))
		return error_set(err, KIND_INPUT, 0,
			"an array is no entry; this reads one object a line, as "
			"`jq -c '.[]'` makes them of an array");
	if (!json_is_object(value))
		return error_set(err, KIND_INPUT, 0,
			"a line must be an object, or a URL in quotes");
	if (rerun_is_record(value))
		return rerun_fill(entry, value, err);
	return fill_plain(entry, value, err);
}

static bool is_left_out(const struct jsonl_source *jsonl, const json_t *value)
{
	return rerun_is_record(value) && rerun_is_left_out(value, jsonl->only);
}

/* JSON that is laid out over several lines has a bracket alone on the first one. */
static int refuse_json(const char *line, struct error *err)
{
	static const char *const blank = " \t\r";

	line += strspn(line, blank);
	if ((*line == '[' || *line == '{') && !line[1 + strspn(line + 1, blank)])
		return error_set(err, err->kind, err->code,
			"%s; this reads one object a line, as `jq -c` writes them",
			err->text);
	return -1;
}

/* -1: the line is bad. *made stays NULL when nothing comes of it. */
static int take_line(const struct jsonl_source *jsonl, const char *line, size_t len,
	struct entry **made, struct error *err)
{
	struct entry *entry;
	json_t *value;
	int failed = 0;

	if (strspn(line, " \t\r") == len)
		return 0;
	value = json_read_any(line, len, err);
	if (!value)
		return refuse_json(line, err);
	if (!is_left_out(jsonl, value)) {
		entry = entry_new();
		entry->input = jsonl->name;
		entry->line = reader_number(jsonl->reader);
		failed = fill(entry, value, err);
		if (failed)
			entry_free(entry);
		else
			*made = entry;
	}
	json_decref(value);
	return failed;
}

static void end_input(struct jsonl_source *jsonl)
{
	reader_free(jsonl->reader);
	jsonl->reader = NULL;
}

static enum source_status read_on(
	struct jsonl_source *jsonl, struct entry **entry, struct error *err)
{
	struct entry *made = NULL;
	struct error why;
	char *line;
	size_t len;

	for (int i = 0; i < BREATH; i++) {
		switch (reader_next(jsonl->reader, &line, &len, err)) {
		case READER_LINE:
			if (take_line(jsonl, line, len, &made, &why) < 0) {
				(void)reader_refuse(jsonl->reader,
					reader_number(jsonl->reader), why.text, err);
				return SOURCE_BAD;
			}
			if (!made)
				break;
			*entry = made;
			return SOURCE_ENTRY;
		case READER_AGAIN:
			return SOURCE_AGAIN;
		case READER_BAD:
			return SOURCE_BAD;
		case READER_BROKEN:
			end_input(jsonl);
			return SOURCE_BROKEN;
		case READER_END:
			end_input(jsonl);
			return SOURCE_END;
		}
	}
	jsonl->breathing = true;
	return SOURCE_AGAIN;
}

static enum source_status jsonl_next(
	struct source *source, struct entry **entry, struct error *err)
{
	struct jsonl_source *jsonl = container_of(source, struct jsonl_source, source);

	jsonl->breathing = false;
	return jsonl->reader ? read_on(jsonl, entry, err) : SOURCE_END;
}

static int jsonl_fd(const struct source *source)
{
	const struct jsonl_source *jsonl =
		container_of(source, const struct jsonl_source, source);

	return jsonl->reader && !jsonl->breathing ? reader_fd(jsonl->reader) : -1;
}

static void jsonl_free(struct source *source)
{
	struct jsonl_source *jsonl = container_of(source, struct jsonl_source, source);

	reader_free(jsonl->reader);
	free(jsonl);
}

static const struct source_ops jsonl_ops = {
	.next = jsonl_next,
	.fd = jsonl_fd,
	.free = jsonl_free,
};

struct source *jsonl_open(struct reader *reader, const char *name, enum only only)
{
	struct jsonl_source *jsonl = xcalloc(1, sizeof(*jsonl));

	jsonl->source.ops = &jsonl_ops;
	jsonl->reader = reader;
	jsonl->name = name;
	jsonl->only = only;
	return &jsonl->source;
}
