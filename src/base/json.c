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

void json_put_text(json_t *object, const char *key, const char *text)
{
	_cleanup_(buf_release) struct buf clean = BUF_INIT;

	if (!text) {
		json_put_null(object, key);
		return;
	}
	text_add_utf8(&clean, text, strlen(text));
	put(object, key, json_stringn_nocheck(clean.data, clean.len));
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

static int add_piece(const char *piece, size_t len, void *out)
{
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

json_t *json_read(const char *text, size_t len)
{
	json_t *value;

	allocate_our_way();
	value = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
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
