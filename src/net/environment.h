/* environment.h - the variables that others configure us by, read through a function, so that a
 * test can give its own. Any thread, as long as nobody changes them. Internal to net/. */
#ifndef SEINE_NET_ENVIRONMENT_H
#define SEINE_NET_ENVIRONMENT_H

#include <stdlib.h>

#include "base/alloc.h"

struct environment {
	/* As getenv, which it is where this is NULL. */
	const char *(*get)(void *context, const char *name);
	void *context;
};

/* NULL when it is not set, or empty. Borrowed. */
static inline const char *environment_get(
	const struct environment *environment, const char *name)
{
	const char *value = environment->get
				    ? environment->get(environment->context, name)
				    : getenv(name);

	return value && *value ? value : NULL;
}

/* The path with "~/" at its start as the home directory. Yours. */
static inline char *environment_path(
	const struct environment *environment, const char *path)
{
	const char *home = environment_get(environment, "HOME");

	if (path[0] == '~' && path[1] == '/' && home)
		return xasprintf("%s%s", home, path + 1);
	return xstrdup(path);
}

#endif
