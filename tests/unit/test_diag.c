/* test_diag.c - errors and the log. */
#include "base/text.h"
#include "tap.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/diag.h"

#define THREADS 4
#define LINES 500

static void kinds_have_names(void)
{
	for (int a = 0; a < KIND_COUNT; a++) {
		const char *name = kind_name((enum kind)a);

		check(name && *name);
		check_int(strspn(name, "abcdefghijklmnopqrstuvwxyz-"), strlen(name));
		for (int b = 0; b < a; b++)
			check(strcmp(name, kind_name((enum kind)b)) != 0);
	}
	check_str(kind_name(KIND_NONE), "none");
	check_str(kind_name(KIND_BAD_NAME), "bad-name");
	check_str(kind_name(KIND_TOO_LARGE), "too-large");
	check_str(kind_name(KIND_INTERNAL), "internal");
	check(kind_name(KIND_COUNT) != NULL);
	check(kind_name((enum kind) - 1) != NULL);
}

static void sets(void)
{
	struct error err = {0};

	check_int(error_set(&err, KIND_HTTP, 404, "%s says %d", "server", 404), -1);
	check_int(err.kind, KIND_HTTP);
	check_int(err.code, 404);
	check_str(err.text, "server says 404");
	check_int(error_set(NULL, KIND_HTTP, 404, "nobody %s", "listens"), -1);
	check_int(error_errno(NULL, KIND_DISK, ENOSPC, "nobody %s", "listens"), -1);
	check_int(error_errno(&err, KIND_DISK, ENOSPC, "cannot write %s", "f"), -1);
	check_int(err.kind, KIND_DISK);
	check_int(err.code, ENOSPC);
	check_str(err.text, "cannot write f: No space left on device");
	error_set(&err, KIND_DISK, 0, "%s", "");
	check_str(err.text, "");
}

static void may_quote_itself(void)
{
	struct error err;

	error_set(&err, KIND_INPUT, 0, "no such option");
	error_set(&err, err.kind, 0, "line %d: %s", 7, err.text);
	check_str(err.text, "line 7: no such option");
	error_errno(&err, err.kind, EIO, "list: %s", err.text);
	check_str(err.text, "list: line 7: no such option: Input/output error");
}

/* Long texts are cut between characters; the reason of an errno always stays. */
static void cuts(void)
{
	static const char reason[] = ": No such file or directory";

	for (int lead = 0; lead < 4; lead++) {
		_cleanup_(freep) char *text = NULL;
		struct buf path = BUF_INIT;
		struct error err;
		size_t len;

		buf_addf(&path, "%.*s", lead, "xyz");
		while (path.len < 1000)
			buf_addstr(&path, "\xf0\x9f\x98\x80");
		text = buf_detach(&path);
		error_set(&err, KIND_DISK, 0, "%s", text);
		len = strlen(err.text);
		check(len > sizeof(err.text) - 5 && len < sizeof(err.text));
		check(text_is_utf8(err.text, len));
		check(!strncmp(err.text, text, len));
		error_errno(&err, KIND_DISK, ENOENT, "%s", text);
		len = strlen(err.text);
		check(len > sizeof(err.text) - 5 && len < sizeof(err.text));
		check(text_is_utf8(err.text, len));
		check_str(err.text + len - strlen(reason), reason);
	}
}

/* Exactly as long as there is room for, one less, one more. */
static void fits_to_the_byte(void)
{
	struct error err;

	for (int len = 250; len < 260; len++) {
		error_set(&err, KIND_DISK, 0, "%*s", len, "x");
		check_int(strlen(err.text), len < 255 ? len : 255);
	}
	/* Not UTF-8 at all: cut all the same, and not to nothing. */
	memset(err.text, 0x80, sizeof(err.text) - 1);
	err.text[sizeof(err.text) - 1] = '\0';
	error_set(&err, KIND_DISK, 0, "%s%s", err.text, err.text);
	check(strlen(err.text) > 240);
}

struct heard {
	int count;
	enum log_level level;
	char line[200];
};

static void listen(void *context, enum log_level level, const char *line)
{
	struct heard *heard = context;

	heard->count++;
	heard->level = level;
	snprintf(heard->line, sizeof(heard->line), "%s", line);
	errno = EPERM;
}

static void log_reaches_the_writer(void)
{
	struct heard heard = {0};

	log_setup(LOG_INFO, listen, &heard);
	log_warn("%d of %s", 3, "them");
	check_str(heard.line, "seine: 3 of them");
	check_int(heard.level, LOG_WARN);
	log_debug("not this");
	check_int(heard.count, 1);
	log_line(LOG_QUIET, "nor this");
	check_int(heard.count, 1);
	log_info("a\nseine: forged\x1b[2J\xe2\x80\xae");
	check_str(heard.line, "seine: a\\x0Aseine: forged\\x1B[2J\\u{202E}");
	log_info("with %c NUL", 0);
	check_str(heard.line, "seine: with \\x00 NUL");
	errno = EXDEV;
	log_error("errno stays");
	check_int(errno, EXDEV);
	log_setup(LOG_WARN, NULL, NULL);
}

static void levels(void)
{
	for (int at = LOG_QUIET; at <= LOG_DEBUG; at++) {
		log_setup((enum log_level)at, NULL, NULL);
		check(!log_enabled(LOG_QUIET));
		for (int line = LOG_ERROR; line <= LOG_DEBUG; line++)
			check(!!log_enabled((enum log_level)line) == (line <= at));
	}
	log_setup(LOG_WARN, NULL, NULL);
}

/* A line whose every byte tells which thread it is of. */
static void *chatter(void *letter)
{
	char text[100];

	memset(text, *(char *)letter, sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	for (int i = 0; i < LINES; i++)
		log_error("%s", text);
	return NULL;
}

static void check_chatter(FILE *file)
{
	char line[200];
	int lines = 0;

	while (fgets(line, sizeof(line), file)) {
		char letters[] = {line[7], '\0'};

		check(!strncmp(line, "seine: ", 7));
		check_int(strspn(line + 7, letters), 99);
		check_str(line + 7 + 99, "\n");
		lines++;
		if (tap_failed_checks > 10)
			break;
	}
	check_int(lines, THREADS * LINES);
}

static void lines_of_threads_do_not_mix(void)
{
	char letters[THREADS] = {'a', 'b', 'c', 'd'};
	int saved = dup(STDERR_FILENO);
	FILE *file = tmpfile(); /* not a memfd: writes to one do not queue up */
	pthread_t threads[THREADS];

	check(saved >= 0 && file);
	if (saved < 0 || !file || dup2(fileno(file), STDERR_FILENO) < 0)
		return;
	log_setup(LOG_ERROR, NULL, NULL);
	for (int i = 0; i < THREADS; i++)
		check(!pthread_create(&threads[i], NULL, chatter, &letters[i]));
	for (int i = 0; i < THREADS; i++)
		check(!pthread_join(threads[i], NULL));
	check(dup2(saved, STDERR_FILENO) >= 0);
	close(saved);
	rewind(file);
	check_chatter(file);
	check(fclose(file) == 0);
}

int main(void)
{
	run(kinds_have_names);
	run(sets);
	run(may_quote_itself);
	run(cuts);
	run(fits_to_the_byte);
	run(log_reaches_the_writer);
	run(levels);
	run(lines_of_threads_do_not_mix);
	return done();
}
