/* marking.h - what the tests of marks share: entries that files are marked as, and whether the
 * file system of the test keeps marks. */
#ifndef SEINE_TESTS_MARKING_H
#define SEINE_TESTS_MARKING_H

#include <sys/xattr.h>

#include "base/alloc.h"
#include "store/mark.h"
#include "storing.h"

static inline struct entry *entry_at(const char *path, const char *url)
{
	struct entry *entry = entry_new();

	entry->number = 1;
	entry->path = xstrdup(path);
	strings_add(&entry->urls, url);
	return entry;
}

/* A file with this text, published for that entry under this name. It is dated long ago, so that
 * whatever is written to it later dates it anew. */
static inline int publish(struct outdir *outdir, const struct entry *entry,
	enum existing existing, const char *name, const char *text, char **renamed,
	struct error *err)
{
	struct publication how = {
		.existing = existing, .mtime = 1000, .marked = true, .name = name};

	*err = (struct error){.kind = KIND_NONE};
	return sink_store(outdir, entry, &how, text, strlen(text), renamed, err);
}

static inline void publishes(struct outdir *outdir, const struct entry *entry,
	enum existing existing, const char *name, const char *text, const char *path)
{
	char *renamed _cleanup_(freep) = NULL;
	char *full _cleanup_(freep) = xasprintf("d/%s", path);
	struct error err;

	check_int(publish(outdir, entry, existing, name, text, &renamed, &err), 0);
	check_str(renamed ? renamed : entry->path, path);
	check(scratch_is(full, text));
}

static inline void refuses(struct outdir *outdir, const struct entry *entry,
	enum existing existing, const char *name, const char *why)
{
	char *renamed _cleanup_(freep) = NULL;
	struct error err;

	check_int(
		publish(outdir, entry, existing, name, "refused", &renamed, &err), -1);
	check_str(kind_name(err.kind), "exists");
	check(strstr(err.text, why) != NULL);
	check(renamed == NULL);
}

static inline enum whose whose_is(
	struct outdir *outdir, const struct entry *entry, const char *path)
{
	char mark[MARK_SIZE];
	enum whose whose;

	check_int(mark_of(mark, entry, NULL), 0);
	check_int(mark_look(outdir, path, mark, &whose), 0);
	return whose;
}

static inline int mark_file(
	struct outdir *outdir, const struct entry *entry, const char *path)
{
	char mark[MARK_SIZE];

	return mark_of(mark, entry, NULL) == 0 ? mark_adopt(outdir, path, mark) : -1;
}

static inline bool keeps_marks(void)
{
	bool kept = scratch_write("try", "") &&
		    setxattr("try", "user.seine.entry", "x", 1, 0) == 0;

	scratch_remove("try");
	return kept;
}

#endif
