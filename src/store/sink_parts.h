/* sink_parts.h - a sink from inside: sink.c writes its part, sink_publish.c gives that a name. Not
 * for others. */
#ifndef SEINE_STORE_SINK_PARTS_H
#define SEINE_STORE_SINK_PARTS_H

#include "store/mark.h"
#include "store/sink.h"

/* "NUMBER.part", or "NUMBER.K.part" for the K-th that is open under the same number. */
#define PART_NAME_SIZE 48

/* Where the part goes. */
struct target {
	char *path;
	char mark[MARK_SIZE];  /* empty: it gets none */
	bool unmarked;         /* it should have one, and the file system takes none */
	enum whose in_the_way; /* what kept it from its name, where marks tell */
};

struct sink {
	struct outdir *outdir;
	const struct entry *entry;
	int fd;    /* -1: closed */
	bool lost; /* what was written, or some of it, perhaps */
	char part[PART_NAME_SIZE];
};

/* What the disk says of a write; -1. */
int sink_fail(const struct sink *sink, int errnum, struct error *err);

/* What `how` says of its name and its mark. Yours: target_release, also on failure. */
int target_take(struct target *target, const struct entry *entry,
	const struct publication *how, struct error *err) must_check;
void target_release(struct target *target);

/* Give the (closed, marked) part its name, base in parent, which is put back.
 * *renamed as sink_commit. */
int sink_publish(struct sink *sink, struct outdir_parent *parent, const char *base,
	const struct publication *how, struct target *target, char **renamed,
	struct error *err) must_check;

#endif
