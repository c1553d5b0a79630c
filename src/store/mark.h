/* mark.h - whose a file is: which entry of which list it was fetched for, where names do not tell.
 *
 * With --content-disposition servers choose names, and two may choose the same. So each file that
 * is published then has a mark, in an extended attribute of the file itself: a hash of the
 * entry's path (made of its URL) and of its first URL (but for a password in it), and the time
 * when the file was written. It goes where the file goes, is gone when the file is, and is set
 * before the file has its name. Where the file system has no such attributes, nobody knows whose
 * a file is. xattr(7). Any thread. */
#ifndef SEINE_STORE_MARK_H
#define SEINE_STORE_MARK_H

#include "base/attr.h"
#include "base/diag.h"
#include "core/entry.h"
#include "store/outdir.h"

/* 128 bits. With twice as many the attribute would not fit into an inode of ext4 any more, and each
 * file take a block more. */
#define MARK_SIZE 33

/* The entry's, which has a path and a URL. KIND_INTERNAL as digest_new. */
int mark_of(
	char mark[MARK_SIZE], const struct entry *entry, struct error *err) must_check;
/* The file, to which nothing is written any more, and whose time is set, is the entry's. 0 or
 * -errno; -EOPNOTSUPP where the file system takes no such mark. */
int mark_set(int fd, const char *mark) must_check;
/* The file of this path counts as the entry's: mark it, if it has no mark. 0, also where the file
 * system takes none; -errno. */
int mark_adopt(struct outdir *outdir, const char *path, const char *mark) must_check;

enum whose {
	WHOSE_NOT_THERE, /* nothing has this name */
	WHOSE_OURS,      /* a file with this mark, as it was left */
	WHOSE_EDITED,    /* a file with this mark that somebody has written to */
	WHOSE_NOBODYS,   /* a file without any, or what is no file */
	WHOSE_ANOTHERS,  /* a file with another mark */
	WHOSE_UNKNOWN    /* a file that cannot be asked */
};

/* What stands under the path; *whose is set. -errno when that cannot be told now, but may be at
 * another time. mark_look_in: under this name in a directory. */
int mark_look(struct outdir *outdir, const char *path, const char *mark,
	enum whose *whose) must_check;
int mark_look_in(
	int dir, const char *base, const char *mark, enum whose *whose) must_check;

/* KIND_EXISTS: the path is taken, in these words. -1. */
int mark_refuse(enum whose whose, const char *path, struct error *err);

#endif
