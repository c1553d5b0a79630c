/* fuzz_disposition.c - net/disposition.h: the value of a Content-Disposition field, and what
 * core/naming.h makes of the name that it gives.
 *
 * Claims: a name is valid UTF-8, not empty, and no more than was sent; written anew, as filename
 * and as filename*, it is read as the same, also with the other one beside it; a second one of
 * either takes it away. The path that comes of it is right beside the entry's own, clean, not
 * hidden, with a suffix or without; given once more, it comes to itself; who claims it first has it. */
#include "net/disposition.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

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

/* The first to ask for a path has it, and the second only where it was its own before. */
static void check_claimed(const struct entry *entry, const char *path)
{
	struct naming *naming = naming_new(NULL, NULL);
	char *own _cleanup_(freep) = naming_path(naming, entry, NULL);
	char *claimed _cleanup_(freep) = naming_claim(naming, entry, path);
	char *other _cleanup_(freep) = naming_claim(naming, entry, path);
	bool is_own = strcasecmp(path, entry->path) == 0;

	must(own && strcmp(own, entry->path) == 0);
	must(claimed && strcmp(claimed, path) == 0);
	must(other && (strcmp(other, path) == 0) == is_own);
	check_path(other);
	naming_free(naming);
}

static void check_given(const char *name, bool claim)
{
	struct entry entry = {.path = (char[]){"some/dir/own.bin"},
		.dir = (char[]){"some/dir"},
		.number = 1};
	char *plain, *apart, *again = NULL;

	must(url_parse(&entry.url, "http://host/own.bin", NULL) == 0);
	plain = naming_given(&entry, name, false);
	apart = naming_given(&entry, name, true);
	must(!plain == !apart);
	if (plain) {
		check_path(plain);
		check_path(apart);
		/* The same where it had to be shortened; one byte may become %XX. */
		must(strcmp(plain, apart) != 0 || strlen(name) > COMPONENT_MAX / 3);
		again = naming_given(&entry, plain, false);
		must(again && strcmp(again, plain) == 0);
		if (claim)
			check_claimed(&entry, plain);
	}
	free(plain);
	free(apart);
	free(again);
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
	/* It takes much longer than all else. */
	check_given(name, fuzz_choice(data, len) % 16 == 0);
}
