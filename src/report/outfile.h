/* outfile.h - a file that a reporter writes records to. Internal to report/.
 *
 * Records are collected and written many at a time. After a write that failed nothing more is
 * written: there would be a hole. Not thread-safe. */
#ifndef SEINE_REPORT_OUTFILE_H
#define SEINE_REPORT_OUTFILE_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/diag.h"
#include "core/settings.h"

struct outfile {
	int fd;
	bool borrowed;   /* standard output: not ours to close */
	int errnum;      /* of the first write that failed; 0: none did */
	char *name;      /* for people */
	struct buf data; /* add records to it, whole ones */
};

/* Create or empty the file; "-" is standard output. KIND_DISK on failure. */
int outfile_open(struct outfile *file, const char *name, mode_t mode,
	struct error *err) must_check;
/* Make one of a descriptor: taken, unless borrowed. */
void outfile_init(struct outfile *file, const char *name, int fd, bool borrowed);
/* Is enough collected to be written? */
bool outfile_is_full(const struct outfile *file);
/* Write what was collected. -1 and KIND_DISK when that fails, once: what comes after it is
 * dropped. */
int outfile_flush(struct outfile *file, struct error *err) must_check;
/* Flush, and put it on the disk; outfile_close tells whether it is. */
void outfile_sync(struct outfile *file);
/* Flush and close; KIND_DISK when anything was not written, also before. The outfile is then
 * released. */
int outfile_close(struct outfile *file, struct error *err) must_check;
/* Close and forget what was not flushed; harmless after outfile_close. */
void outfile_release(struct outfile *file);

/* Write it all, waiting where the descriptor would not (a terminal that shares its flags with
 * a non-blocking stdin). 0, or -errno. */
int write_fully(int fd, const char *data, size_t len) must_check;

/* Are both names of one regular file? */
bool outfile_same(const char *name, const char *other);
/* Is it one of these inputs ("-" among them is standard input)? */
bool outfile_is_input(const char *name, const struct strings *inputs);
/* The option that has the job read this very file, besides its inputs, so that it must not be
 * overwritten; NULL: none has. */
const char *outfile_reader(const char *name, const struct settings *settings);

#endif
