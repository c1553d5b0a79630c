/* sink_parts.h - a sink from inside: sink.c writes its part, sink_publish.c gives that a name. Not
 * for others. */
#ifndef SEINE_STORE_SINK_PARTS_H
#define SEINE_STORE_SINK_PARTS_H

#include "store/sink.h"

/* "NUMBER.part", or "NUMBER.K.part" for the K-th that is open under the same number. */
#define PART_NAME_SIZE 48

struct sink {
	struct outdir *outdir;
	const struct entry *entry;
	int fd;    /* -1: closed */
	bool lost; /* what was written, or some of it, perhaps */
	char part[PART_NAME_SIZE];
};

/* What the disk says of a write; -1. */
int sink_fail(const struct sink *sink, int errnum, struct error *err);

/* Give the (closed) part its name, base in parent, which is put back.
 * *renamed as sink_commit. */
int sink_publish(struct sink *sink, struct outdir_parent *parent, const char *base,
	const struct publication *how, char **renamed, struct error *err) must_check;

#endif
