/* json.c - every put goes through one function, which holds the two rules of failure:
 * jansson allocates by xmalloc, so memory cannot be the reason, and what is left is a
 * bug of ours. */
#include "base/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"

#define SECONDS_MAX 1e9 /* some thirty years: what is more was not measured */

/* jansson keeps this in two globals. Setting them again and again is harmless, and saves
 * the program an initialisation that could be forgotten. */
static void allocate_our_way(void)
{
	json_set_alloc_funcs(xmalloc, free);
}

json_t *json_new(void)
{
	allocate_our_way();
	return json_object();
}

static void put(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new_nocheck(object, key, value) < 0)
		abort();
}

void json_put_null(json_t *object, const char *key)
{
	put(object, key, json_null());
}

json_t *json_text(const char *text)
{
	_cleanup_(buf_release) struct buf clean = BUF_INIT;

	allocate_our_way();
	text_add_utf8(&clean, text, strlen(text));
	return json_stringn_nocheck(clean.data, clean.len);
}

void json_put_text(json_t *object, const char *key, const char *text)
{
	put(object, key, text ? json_text(text) : json_null());
}

void json_put_count(json_t *object, const char *key, int64_t count)
{
	put(object, key, json_integer(count));
}

void json_put_real(json_t *object, const char *key, double value)
{
	/* JSON has no word for infinity or "not a number". */
	put(object, key, isfinite(value) ? json_real(value) : json_null());
}

void json_put_seconds(json_t *object, const char *key, nstime span)
{
	if (span < 0)
		json_put_null(object, key);
	else
		json_put_real(object, key, (double)(span / NS_PER_US) / 1e6);
}

void json_put_child(json_t *object, const char *key, json_t *child)
{
	put(object, key, child);
}

/* DEL, which a terminal may act on, is ASCII and nothing that JSON has escaped: jansson leaves
 * it as it is. It can only be inside a string. */
static int add_piece(const char *piece, size_t len, void *out)
{
	const char *del;

	while ((del = memchr(piece, '\x7f', len))) {
		size_t before = (size_t)(del - piece);

		buf_add(out, piece, before);
		buf_addstr(out, "\\u007f");
		piece += before + 1;
		len -= before + 1;
	}
	buf_add(out, piece, len);
	return 0;
}

void json_add_line(struct buf *out, const json_t *object)
{
	/* 15 digits are as many as a double keeps of what a user would write. */
	size_t flags = JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(15);

	if (json_dump_callback(object, add_piece, out, flags) < 0)
		abort();
	buf_addch(out, '\n');
}

/* jansson's own texts quote what they stumbled over, which may be a secret. */
static const char *reason(const json_error_t *error)
{
	switch (json_error_code(error)) {
	case json_error_stack_overflow:
		return "it is nested too deeply";
	case json_error_invalid_utf8:
		return "it is not UTF-8";
	case json_error_premature_end_of_input:
		return "it breaks off";
	case json_error_end_of_input_expected:
		return "there is more after its end";
	case json_error_duplicate_key:
		return "a key is there twice";
	case json_error_numeric_overflow:
		return "a number does not fit";
	case json_error_null_character:
	case json_error_null_byte_in_key:
		return "a string has a NUL in it";
	default:
		return "it is malformed";
	}
}

json_t *json_read_any(const char *text, size_t len, struct error *err)
{
	json_error_t error;
	json_t *value;

	allocate_our_way();
	value = json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	if (!value)
		(void)error_set(err, KIND_INPUT, 0, "this is no JSON: %s (column %d)",
			reason(&error), error.column);
	return value;
}

json_t *json_read(const char *text, size_t len)
{
	json_t *value = json_read_any(text, len, NULL);

	if (value && !json_is_object(value)) {
		json_decref(value);
		return NULL;
	}
	return value;
}

int64_t json_get_count(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

nstime json_get_seconds(const json_t *object, const char *key)
{
	const json_t *member = json_object_get(object, key);
	double seconds = json_number_value(member);

	if (!json_is_number(member) || !(seconds >= 0 && seconds <= SECONDS_MAX))
		return -1;
	return (nstime)(seconds * 1e6 + 0.5) * NS_PER_US;
}
