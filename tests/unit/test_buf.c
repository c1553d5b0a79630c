/* test_buf.c - growing strings, and the allocation below them. */
#include "tap.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include <wchar.h>

#include "base/alloc.h"
#include "base/buf.h"

static void starts_empty(void)
{
	struct buf buf = BUF_INIT, other;

	check_str(buf.data, "");
	check_int(buf.len, 0);
	buf_init(&other);
	check_str(other.data, "");
	buf_clear(&buf);
	buf_truncate(&buf, 0);
	buf_add(&buf, NULL, 0);
	buf_addstr(&buf, "");
	check_int(buf.cap, 0);
	buf_release(&buf);
	buf_release(&buf);
	check_str(buf.data, "");
}

static void adds(void)
{
	struct buf buf = BUF_INIT;

	buf_add(&buf, "a\0b", 3);
	buf_addch(&buf, '\0');
	buf_addstr(&buf, "cd");
	check_int(buf.len, 6);
	check(!memcmp(buf.data, "a\0b\0cd", 7));
	buf_clear(&buf);
	check_str(buf.data, "");
	check(buf.cap > 0);
	buf_release(&buf);
	check_int(buf.cap, 0);
}

static void stays_terminated_at_every_length(void)
{
	struct buf buf = BUF_INIT;

	for (size_t i = 0; i < 5000; i++) {
		check_int(buf.len, i);
		check(buf.data[i] == '\0');
		check(i == 0 || buf.cap > i);
		buf_addch(&buf, (char)('a' + i % 26));
	}
	for (size_t i = 0; i < 5000; i++)
		check(buf.data[i] == (char)('a' + i % 26));
	buf_truncate(&buf, 3);
	check_str(buf.data, "abc");
	buf_release(&buf);
}

static void reserves(void)
{
	struct buf buf = BUF_INIT;
	char *before;

	buf_reserve(&buf, 1000);
	check_str(buf.data, "");
	before = buf.data;
	for (int i = 0; i < 1000; i++)
		buf_addch(&buf, 'x');
	check(buf.data == before);
	buf_reserve(&buf, 0);
	check_int(strlen(buf.data), 1000);
	buf_release(&buf);
}

static void formats(void)
{
	/* Around every size at which the first try just fits or just does not. */
	for (int len = 0; len < 200; len++) {
		struct buf buf = BUF_INIT;

		buf_addf(&buf, "%s", "");
		check_str(buf.data, "");
		buf_addstr(&buf, "12345");
		buf_addf(&buf, "%*s|%d", len, "", 42);
		check_int(buf.len, 5 + len + 3);
		check_int(strlen(buf.data), buf.len);
		check_str(buf.data + buf.len - 3, "|42");
		buf_release(&buf);
	}
}

static void formats_nothing_when_it_cannot(void)
{
	struct buf buf = BUF_INIT;

	buf_addstr(&buf, "before");
	/* Not a character in any locale. */
	buf_addf(&buf, "xyz%lc", (wint_t)0x7fffffff);
	check_str(buf.data, "before");
	check_int(buf.len, 6);
	buf_release(&buf);
}

static void detaches(void)
{
	struct buf buf = BUF_INIT;
	char *text = buf_detach(&buf);

	check_str(text, "");
	text[0] = 'x'; /* ours, and not the shared empty one */
	check_str(buf_empty, "");
	free(text);
	buf_addstr(&buf, "mine");
	text = buf_detach(&buf);
	check_str(text, "mine");
	check_str(buf.data, "");
	check_int(buf.cap, 0);
	buf_addstr(&buf, "next");
	check_str(text, "mine");
	free(text);
	buf_release(&buf);
}

static void allocates(void)
{
	_cleanup_(freep) char *copy = xstrdup("abc");
	_cleanup_(freep) char *part = xstrndup("abc", 2);
	_cleanup_(freep) char *more = xstrndup("abc", 20);
	_cleanup_(freep) char *text = xasprintf("%d-%s", 7, "x");
	_cleanup_(freep) void *none = xmalloc(0);
	_cleanup_(freep) void *zero = xcalloc(0, 8);
	_cleanup_(freep) int *list = xcalloc(4, sizeof(*list));

	check_str(copy, "abc");
	check_str(part, "ab");
	check_str(more, "abc");
	check_str(text, "7-x");
	check(none != NULL && zero != NULL);
	check_int(list[0] | list[1] | list[2] | list[3], 0);
	check(xstrdup(NULL) == NULL);
	check(xstrndup(NULL, 5) == NULL);
	list = xreallocarray(list, 100, sizeof(*list));
	list[99] = 1;
	none = xrealloc(none, 0);
	check(none != NULL);
}

static void take_too_much(int how)
{
	struct buf buf = BUF_INIT;

	switch (how) {
	case 0:
		xmalloc(SIZE_MAX);
		break;
	case 1:
		xcalloc(SIZE_MAX / 2, 3);
		break;
	case 2:
		xcalloc(SIZE_MAX / 4, 3);
		break;
	case 3:
		xreallocarray(NULL, SIZE_MAX / 2 + 2, 2);
		break;
	case 4:
		buf_reserve(&buf, SIZE_MAX);
		break;
	default:
		buf_addstr(&buf, "x");
		buf_reserve(&buf, SIZE_MAX - 1);
	}
}

static void exhaustion_says_so_and_exits(void)
{
	for (int how = 0; how < 6; how++) {
		char said[100] = "";
		int ends[2], status;
		pid_t child;

		check(pipe(ends) == 0);
		child = fork();
		check(child >= 0);
		if (child == 0) {
			if (dup2(ends[1], STDERR_FILENO) < 0)
				_exit(77);
			take_too_much(how);
			_exit(0);
		}
		close(ends[1]);
		check(read(ends[0], said, sizeof(said) - 1) > 0);
		close(ends[0]);
		check(waitpid(child, &status, 0) == child);
		check(WIFEXITED(status) && WEXITSTATUS(status) == 1);
		check_str(said, "seine: out of memory\n");
	}
}

int main(void)
{
	run(starts_empty);
	run(adds);
	run(stays_terminated_at_every_length);
	run(reserves);
	run(formats);
	run(formats_nothing_when_it_cannot);
	run(detaches);
	run(allocates);
	run(exhaustion_says_so_and_exits);
	return done();
}
