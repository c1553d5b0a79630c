/* diag.c - see diag.h. The log is the one mutable global of the program, set before
 * threads start and only read after. A line is made whole and leaves in one write(2),
 * so lines of several threads never mix. */
#include "base/diag.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/text.h"

static struct {
	enum log_level level;
	log_writer *writer;
	void *context;
} log_to = {.level = LOG_WARN};

static const char *const kind_names[KIND_COUNT] = {
	[KIND_NONE] = "none",
	[KIND_USAGE] = "usage",
	[KIND_INPUT] = "input",
	[KIND_BAD_URL] = "bad-url",
	[KIND_BAD_NAME] = "bad-name",
	[KIND_DNS] = "dns",
	[KIND_NXDOMAIN] = "nxdomain",
	[KIND_CONNECT] = "connect",
	[KIND_TLS_SETUP] = "tls-setup",
	[KIND_TLS_VERIFY] = "tls-verify",
	[KIND_TIMEOUT] = "timeout",
	[KIND_STALL] = "stall",
	[KIND_NETWORK] = "network",
	[KIND_TRUNCATED] = "truncated",
	[KIND_WRONG_SIZE] = "wrong-size",
	[KIND_PROTOCOL] = "protocol",
	[KIND_HTTP] = "http",
	[KIND_REDIRECT] = "redirect",
	[KIND_CREDENTIALS] = "credentials",
	[KIND_RANGE] = "range",
	[KIND_CHANGED] = "changed",
	[KIND_CHECKSUM] = "checksum",
	[KIND_TOO_LARGE] = "too-large",
	[KIND_EXISTS] = "exists",
	[KIND_DISK] = "disk",
	[KIND_NO_ROOM] = "no-room",
	[KIND_CROWDED] = "crowded",
	[KIND_DESCRIPTORS] = "descriptors",
	[KIND_LOCKED] = "locked",
	[KIND_INTERRUPTED] = "interrupted",
	[KIND_INTERNAL] = "internal",
};

const char *kind_name(enum kind kind)
{
	if ((unsigned)kind >= KIND_COUNT)
		return "internal";
	return kind_names[kind];
}

/* The length to which text[0..len) is to be cut so as not to end within a character. */
static size_t whole_characters(const char *text, size_t len)
{
	size_t start = len;
	unsigned code;

	while (start > 0 && len - start < 3 && (text[start - 1] & 0xc0) == 0x80)
		start--;
	if (start > 0)
		start--;
	return text_utf8_next(text + start, len - start, &code) > 0 ? len : start;
}

/* The formatted text gives way to the suffix, which says why, when both do not fit. It
 * is made aside, since the arguments may quote err->text itself. */
printf_like(5, 0) static void error_fill(struct error *err, enum kind kind, int code,
	const char *suffix, const char *fmt, va_list args)
{
	char text[sizeof(err->text)];
	size_t suffix_len = strnlen(suffix, sizeof(text) / 2);
	size_t room = sizeof(text) - 1 - suffix_len, len = 0;
	int wanted = vsnprintf(text, room + 1, fmt, args);

	if (wanted > 0)
		len = (size_t)wanted <= room ? (size_t)wanted
					     : whole_characters(text, room);
	memcpy(err->text, text, len);
	memcpy(err->text + len, suffix, suffix_len);
	err->text[len + suffix_len] = '\0';
	err->kind = kind;
	err->code = code;
}

int error_set(struct error *err, enum kind kind, int code, const char *fmt, ...)
{
	va_list args;

	if (!err)
		return -1;
	va_start(args, fmt);
	error_fill(err, kind, code, "", fmt, args);
	va_end(args);
	return -1;
}

int error_errno(struct error *err, enum kind kind, int errnum, const char *fmt, ...)
{
	char space[100], suffix[sizeof(space) + 2];
	va_list args;

	if (!err)
		return -1;
	/* strerror() itself is not for threads. */
	snprintf(suffix, sizeof(suffix), ": %s",
		strerror_r(errnum, space, sizeof(space)));
	va_start(args, fmt);
	error_fill(err, kind, errnum, suffix, fmt, args);
	va_end(args);
	return -1;
}

void log_setup(enum log_level level, log_writer *writer, void *context)
{
	log_to.level = level;
	log_to.writer = writer;
	log_to.context = context;
}

bool log_enabled(enum log_level level)
{
	return level != LOG_QUIET && level <= log_to.level;
}

/* There is nowhere to report a failure of the log to: what cannot be written is lost. */
static void write_stderr(const char *data, size_t len)
{
	while (len > 0) {
		ssize_t written = write(STDERR_FILENO, data, len);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return;
		data += written;
		len -= (size_t)written;
	}
}

void log_line(enum log_level level, const char *fmt, ...)
{
	struct buf line = BUF_INIT;
	int saved_errno = errno;
	va_list args;
	char *text;
	int len;

	if (!log_enabled(level))
		return;
	va_start(args, fmt);
	len = vasprintf(&text, fmt, args);
	va_end(args);
	if (len >= 0) {
		buf_addstr(&line, "seine: ");
		text_add_printable(&line, text, (size_t)len);
		free(text);
		if (log_to.writer) {
			log_to.writer(log_to.context, level, line.data);
		} else {
			buf_addch(&line, '\n');
			write_stderr(line.data, line.len);
		}
	}
	buf_release(&line);
	/* Callers log first and then report errno. */
	errno = saved_errno;
}
