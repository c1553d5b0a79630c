/* need.h - what the machine must give, or no test can go on. */
#ifndef SEINE_TESTS_NEED_H
#define SEINE_TESTS_NEED_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/* What failed is the machine, not the program. */
static inline void need(bool fine, const char *what)
{
	if (fine)
		return;
	printf("Bail out! %s\n", what);
	exit(99);
}

#endif
