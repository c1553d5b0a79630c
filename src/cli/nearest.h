/* nearest.h - which option a mistyped name was probably meant to be. Pure. */
#ifndef SEINE_CLI_NEAREST_H
#define SEINE_CLI_NEAREST_H

#include <stddef.h>

/* The long name in the table that is nearest to `name` (without "--"), or of which, alone, it is
 * the beginning; NULL when none is near enough to be worth proposing. Hidden options are not
 * proposed. */
const char *option_nearest(const char *name, size_t len);

#endif
