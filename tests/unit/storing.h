/* storing.h - what the tests of outdir and sink share: a directory that must open, one
 * file that must be stored or must not. */
#ifndef SEINE_TESTS_STORING_H
#define SEINE_TESTS_STORING_H

#include "scratch.h"
#include "store/sink.h"

/* With no more said than what --existing is. */
#define AS(what) (&(struct publication){.existing = (what), .mtime = -1})

static inline struct outdir *open_ok(const char *dir)
{
	struct error err = {.kind = KIND_NONE};
	struct outdir *outdir = outdir_open(dir, &err);

	need(outdir != NULL, err.text);
	return outdir;
}

static inline void open_fails(const char *dir, enum kind kind, const char *text)
{
	struct error err = {.kind = KIND_NONE};
	struct outdir *outdir = outdir_open(dir, &err);

	check(outdir == NULL);
	check_str(kind_name(err.kind), kind_name(kind));
	check(strstr(err.text, text) != NULL);
	outdir_close(outdir);
}

static inline unsigned mode_of(const char *path)
{
	struct stat info;

	return lstat(path, &info) == 0 ? (unsigned)info.st_mode & 07777 : 0xffff;
}

/* Every test ends here: no part may be left, whatever happened. */
static inline void close_clean(struct outdir *outdir, const char *dir)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/.seine/parts", dir);
	check_int(scratch_count(path), 0);
	outdir_close(outdir);
	snprintf(path, sizeof(path), "%s/.seine", dir);
	check(!scratch_there(path));
	scratch_remove(dir);
}

static inline int store(struct outdir *outdir, uint64_t number, const char *path,
	enum existing existing, const char *body, char **renamed, struct error *err)
{
	struct entry entry = {.number = number, .path = (char *)path};

	memset(err, 0, sizeof(*err));
	*renamed = (char *)"rubbish";
	return sink_store(
		outdir, &entry, AS(existing), body, strlen(body), renamed, err);
}

static inline void store_ok(struct outdir *outdir, uint64_t number, const char *path,
	enum existing existing, const char *body)
{
	struct error err;
	char *renamed;

	if (store(outdir, number, path, existing, body, &renamed, &err) < 0) {
		printf("# %s: %s\n", path, err.text);
		check(false);
	}
	check(renamed == NULL);
}

static inline void store_fails(struct outdir *outdir, const char *path,
	enum existing existing, const char *body, enum kind kind, int code)
{
	struct error err;
	char *renamed;

	check_int(store(outdir, 1, path, existing, body, &renamed, &err), -1);
	check_str(kind_name(err.kind), kind_name(kind));
	check_int(err.code, code);
	check(renamed == NULL);
	check(strlen(path) > 100 || strstr(err.text, path) != NULL);
}

#endif
