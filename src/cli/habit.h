/* habit.h - what users of curl, wget, aria2 and s5cmd type, and what that is called here. Pure. */
#ifndef SEINE_CLI_HABIT_H
#define SEINE_CLI_HABIT_H

#include <stddef.h>

#include "base/diag.h"

struct habit {
	const char *name; /* theirs, without "--" */
	char letter; /* 0: none; maybe one of ours that means something else, and then ... */
	/* ... the option that does the same, maybe with its value; NULL: none, but ... */
	const char *ours;
	const char *note; /* ... this is to be said */
};

extern const struct habit habits[]; /* ends with name NULL */

/* By the long name (`len` bytes) or a letter; NULL when it is nobody's habit. */
const struct habit *habit_find(const char *name, size_t len);
const struct habit *habit_find_letter(char letter);
/* *err tells what is wrong behind our option of this letter: add the option of theirs that may
 * have been meant by it, if there is one. -1. */
int habit_hint(char letter, struct error *err);

#endif
