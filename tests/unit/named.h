/* named.h - what the tests of naming share: one entry's name, and texts to make it of. */
#ifndef SEINE_TESTS_NAMED_H
#define SEINE_TESTS_NAMED_H

#include <stdlib.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "core/naming.h"
#include "tap.h"

/* The name of one entry; NULL when it is refused, which must be for its name. */
static inline char *name_entry(struct naming *naming, const char *url, const char *out,
	const char *dir, uint64_t number)
{
	struct entry entry = {.number = number};
	struct error err = {0};
	char *path;

	if (url_parse(&entry.url, url, &err) < 0) {
		printf("# no URL: %s\n", url);
		check(false);
		return NULL;
	}
	entry.out = xstrdup(out);
	entry.dir = xstrdup(dir);
	path = naming_path(naming, &entry, &err);
	check_int(err.kind, path ? KIND_NONE : KIND_BAD_NAME);
	check(path || err.text[0]);
	if (out && !dir && path)
		check_int(naming_check(out, &err), 0);
	free(entry.out);
	free(entry.dir);
	url_release(&entry.url);
	return path;
}

static inline void check_name(struct naming *naming, const char *url, const char *want)
{
	char *path _cleanup_(freep) = name_entry(naming, url, NULL, NULL, 1);

	check_str(path, want);
}

static inline void check_out(struct naming *naming, const char *out, const char *want)
{
	char *path _cleanup_(freep) = name_entry(naming, "http://h/u", out, NULL, 1);

	check_str(path, want);
}

static inline struct naming *naming_of(const char *template)
{
	struct error err = {0};
	struct naming *naming = naming_new(template, &err);

	if (!naming) {
		printf("# %s: %s\n", template ? template : "(null)", err.text);
		exit(1);
	}
	return naming;
}

static inline char *repeat(const char *text, size_t times, const char *end)
{
	struct buf out = BUF_INIT;

	while (times-- > 0)
		buf_addstr(&out, text);
	buf_addstr(&out, end);
	return buf_detach(&out);
}

#endif
