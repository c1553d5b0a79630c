/* fuzz_disposition.c - net/disposition.h: the value of a Content-Disposition field, and what
 * core/naming.h makes of the name that it gives.
 *
 * Claims: a name is valid UTF-8, not empty, and no more than was sent; written anew, as filename
 * and as filename*, it is read as the same, also with the other one beside it; a second one of
 * either takes it away. The path that comes of it is right beside the entry's own, clean and not
 * hidden; there is none where there is a slash or backslash in the name; given once more, it comes
 * to itself; an alternative as --existing=rename asks for is right beside the entry's own, too. */
#include "net/disposition.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "core/naming.h"
#include "fuzz.h"

#define COMPONENT_MAX 255

/* As a quoted string, with what has to be escaped. */
static void add_plain(struct buf *out, const char *name)
{
	buf_addstr(out, "; filename=\"");
	for (; *name; name++) {
		if (strchr("\"\\", *name))
			buf_addch(out, '\\');
		buf_addch(out, *name);
	}
	buf_addch(out, '"');
}

static void add_extended(struct buf *out, const char *name)
{
	buf_addstr(out, "; FILENAME*=utf-8'en'");
	for (; *name; name++)
		buf_addf(out, "%%%02x", (unsigned)(unsigned char)*name);
}

static void check_reads(const struct buf *value, const char *want)
{
	char *name _cleanup_(freep) = disposition_name(value->data, value->len);

	must(!name == !want);
	must(!name || strcmp(name, want) == 0);
}

static void check_written(const char *name)
{
	struct buf plain _cleanup_(buf_release) = BUF_INIT;
	struct buf extended _cleanup_(buf_release) = BUF_INIT;

	buf_addstr(&plain, "x");
	add_plain(&plain, name);
	check_reads(&plain, name);
	buf_addstr(&extended, "x");
	add_extended(&extended, name);
	check_reads(&extended, name);
	add_plain(&extended, "other");
	check_reads(&extended, name);
	add_extended(&plain, "other");
	check_reads(&plain, "other");
	add_plain(&plain, name);
	check_reads(&plain, NULL);
	add_extended(&extended, name);
	check_reads(&extended, NULL);
}

static void check_path(const char *path)
{
	must(strncmp(path, "some/dir/", 9) == 0);
	path += 9;
	must(*path && *path != '.' && !strpbrk(path, "/\\"));
	must(strlen(path) <= COMPONENT_MAX);
	must(fuzz_is_clean(path, strlen(path)));
}

static void check_given(const char *name, unsigned k)
{
	struct entry entry = {.path = (char[]){"some/dir/own.bin"}};
	char *given, *again, *path, *other;

	must(url_parse(&entry.url, "http://host/own.bin", NULL) == 0);
	given = naming_given(&entry, name);
	must(!given || !strpbrk(name, "/\\"));
	if (given) {
		path = naming_beside(entry.path, given);
		check_path(path);
		must(strcmp(path + 9, given) == 0);
		other = naming_alternative(path, k + 1);
		check_path(other);
		must(strcmp(path, other) != 0);
		again = naming_given(&entry, given);
		must(again && strcmp(again, given) == 0);
		free(path);
		free(other);
		free(again);
	}
	free(given);
	url_release(&entry.url);
}

void fuzz_disposition(const uint8_t *data, size_t len)
{
	char *name _cleanup_(freep) =
		disposition_name(len > 0 ? (const char *)data : "", len);

	if (!name)
		return;
	must(*name);
	must(text_is_utf8(name, strlen(name)));
	must(strlen(name) <= 2 * len);
	check_written(name);
	check_given(name, (unsigned)(fuzz_choice(data, len) % 10000));
}
