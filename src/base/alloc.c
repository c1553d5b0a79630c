/* alloc.c - see alloc.h. The dying path uses nothing that could allocate or flush: a
 * write(2) and an _exit(2), so that it works in any thread with any lock held. */
#include "base/alloc.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static _Noreturn void die(void)
{
	static const char text[] = "seine: out of memory\n";

	/* When stderr is gone too there is nobody left to tell. */
	_unused_ ssize_t ignored = write(STDERR_FILENO, text, sizeof(text) - 1);

	_exit(1);
}

void *xrealloc(void *old, size_t size)
{
	void *new;

	/* No object is larger; sanitizers abort on such sizes in place of returning
	 * NULL. */
	if (size > PTRDIFF_MAX)
		die();
	/* Size 0 would free, and NULL would not mean failure. */
	new = realloc(old, size ? size : 1);
	if (!new)
		die();
	return new;
}

void *xmalloc(size_t size)
{
	return xrealloc(NULL, size);
}

void *xreallocarray(void *old, size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes))
		die();
	return xrealloc(old, bytes);
}

void *xcalloc(size_t count, size_t size)
{
	size_t bytes;
	void *new;

	if (__builtin_mul_overflow(count, size, &bytes) || bytes > PTRDIFF_MAX)
		die();
	new = calloc(1, bytes ? bytes : 1);
	if (!new)
		die();
	return new;
}

char *xstrdup(const char *text)
{
	return text ? xstrndup(text, strlen(text)) : NULL;
}

char *xstrndup(const char *text, size_t len)
{
	char *copy;

	if (!text)
		return NULL;
	len = strnlen(text, len);
	copy = xmalloc(len + 1);
	memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

char *xasprintf(const char *fmt, ...)
{
	va_list args;
	char *text;
	int len;

	va_start(args, fmt);
	len = vasprintf(&text, fmt, args);
	va_end(args);
	if (len < 0)
		die();
	return text;
}

void freep(void *pointer_to_pointer)
{
	void *held;

	/* Not *(void **): the variable is of some other pointer type. */
	memcpy(&held, pointer_to_pointer, sizeof(held));
	free(held);
}
