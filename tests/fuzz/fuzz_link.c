/* fuzz_link.c - net/link.h: the value of a Link field.
 *
 * Claims: links lie within the value, one behind the other; parameters end within their room; a
 * link that is written anew with what was read of it is read as the same. */
#include "net/link.h"

#include <string.h>

#include "fuzz.h"

#define WORD 200

static const char *const names[] = {"rel", "pri", "geo", "pref", "anchor"};

/* As a quoted string, with what has to be escaped. */
static void add_param(struct buf *out, const char *name, const char *value)
{
	buf_addf(out, "; %s=\"", name);
	for (; *value; value++) {
		if (strchr("\"\\", *value))
			buf_addch(out, '\\');
		buf_addch(out, *value);
	}
	buf_addch(out, '"');
}

static void check_same(const struct link *link, const struct link *again)
{
	must(link->target_len == again->target_len);
	must(memcmp(link->target, again->target, link->target_len) == 0);
	must(link_is_mirror(link) == link_is_mirror(again));
	must(link_priority(link) == link_priority(again));
}

static void check_written(const struct link *link)
{
	_cleanup_(buf_release) struct buf out = BUF_INIT;
	struct link again;
	const char *value;
	size_t len;

	buf_addch(&out, '<');
	buf_add(&out, link->target, link->target_len);
	buf_addch(&out, '>');
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char text[WORD];

		if (link_param(link, names[i], text, sizeof(text))) {
			must(strlen(text) < sizeof(text));
			add_param(&out, names[i], text);
		}
	}
	value = out.data;
	len = out.len;
	must(link_next(&value, &len, &again));
	must(len == 0);
	/* What does not fit, or has a NUL in it, was not written. */
	if (link->params_len < WORD && !memchr(link->params, '\0', link->params_len))
		check_same(link, &again);
}

static void check_link(const struct link *link, const char *begin, const char *end)
{
	char little[3];

	must(link->target > begin && link->target + link->target_len < end);
	must(link->params + link->params_len <= end);
	must(!memchr(link->target, '>', link->target_len));
	must(link_priority(link) >= 1 && link_priority(link) <= LINK_PRIORITY_LAST);
	if (link_param(link, "rel", little, sizeof(little)))
		must(strlen(little) < sizeof(little));
	check_written(link);
}

void fuzz_link(const uint8_t *data, size_t len)
{
	const char *value = len > 0 ? (const char *)data : "", *end = value + len;
	const char *begin = value;
	struct link link;

	while (link_next(&value, &len, &link)) {
		check_link(&link, begin, end);
		must(value > begin && value + len == end);
		begin = value;
	}
	must(len == 0 && value == end);
}
