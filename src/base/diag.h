/* diag.h - what went wrong, and the log.
 *
 * `struct error` carries one failure upward; it is always the last parameter. Its `kind` is
 * all that decisions (retry, exit status) look at; `text` is for people. The log is the only
 * thing below report/ that writes for people; it goes to stderr. */
#ifndef SEINE_BASE_DIAG_H
#define SEINE_BASE_DIAG_H

#include <stdarg.h>
#include <stdbool.h>

#include "base/attr.h"

/* Kinds of failure. kind_name() gives the word that results, summary and man page use. */
enum kind {
	KIND_NONE,
	KIND_USAGE,      /* a wrong option or configuration */
	KIND_INPUT,      /* an input that cannot be read, or a bad line of it */
	KIND_BAD_URL,    /* not a URL we can fetch */
	KIND_BAD_NAME,   /* no safe file name comes of it */
	KIND_DNS,        /* the name could not be looked up: may pass */
	KIND_NXDOMAIN,   /* the name does not exist */
	KIND_CONNECT,    /* connection refused or unreachable */
	KIND_TLS_SETUP,  /* the TLS handshake broke: may pass */
	KIND_TLS_VERIFY, /* the certificate is not to be trusted */
	KIND_TIMEOUT,    /* a deadline passed: connect, first byte, or the whole file */
	KIND_STALL,      /* slower than --min-rate over --stall-time */
	KIND_NETWORK,    /* the connection broke */
	KIND_TRUNCATED,  /* fewer or more bytes than announced */
	KIND_WRONG_SIZE, /* the server has a file of another length than was asked for */
	KIND_PROTOCOL,   /* not HTTP, or HTTP that contradicts itself */
	KIND_CREDENTIALS, /* a bucket wants them, and there are none, or they cannot be had */
	KIND_HTTP,        /* an HTTP status that is not success: see `code` */
	KIND_REDIRECT,  /* a redirect we will not follow */
	KIND_RANGE,     /* the answer is not the range that was asked for */
	KIND_CHANGED,   /* the file became another one while it was fetched */
	KIND_CHECKSUM,  /* the digest is not the one asked for */
	KIND_TOO_LARGE, /* over a cap on body or header size */
	KIND_EXISTS,    /* somebody else made the file meanwhile */
	KIND_DISK,      /* the output cannot be written */
	KIND_NO_ROOM,   /* the disk has no room for this file, whose length is known */
	KIND_CROWDED,   /* ... beside those that are under way: passes */
	KIND_DESCRIPTORS, /* too many files are open: passes */
	KIND_LOCKED,      /* another process works in the directory */
	KIND_INTERRUPTED, /* we were told to stop */
	KIND_INTERNAL,    /* a bug, or a library that failed us */
	KIND_COUNT
};

const char *kind_name(enum kind kind);

struct error {
	enum kind kind;
	int code; /* errno, CURLcode or HTTP status, as the kind suggests; 0: none */
	char text[256];
};

/* Fill *err (which may be NULL) and return -1, so that callers can `return error_set(...)`.
 * A text that does not fit is cut. The arguments may quote err->text itself. */
int error_set(struct error *err, enum kind kind, int code, const char *fmt, ...)
	printf_like(4, 5);
/* As error_set, with ": " and strerror(errnum) appended, which is not cut; code = errnum. */
int error_errno(struct error *err, enum kind kind, int errnum, const char *fmt, ...)
	printf_like(4, 5);

enum log_level { LOG_QUIET, LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

/* Set the level, and a writer that gets each finished line (no newline, terminal-safe) in
 * place of stderr; writer NULL is stderr. Call before threads start. */
typedef void log_writer(void *context, enum log_level level, const char *line);
void log_setup(enum log_level level, log_writer *writer, void *context);
/* Would a line of this level be written? */
bool log_enabled(enum log_level level);

/* Write one line "seine: TEXT", control and bidi characters escaped, from any thread. */
void log_line(enum log_level level, const char *fmt, ...) printf_like(2, 3);
#define log_error(...) log_line(LOG_ERROR, __VA_ARGS__)
#define log_warn(...) log_line(LOG_WARN, __VA_ARGS__)
#define log_info(...) log_line(LOG_INFO, __VA_ARGS__)
#define log_debug(...) log_line(LOG_DEBUG, __VA_ARGS__)

#endif
