/* compare.h - the same job once per mode, and a table of what each took. */
#ifndef SEINE_APP_COMPARE_H
#define SEINE_APP_COMPARE_H

#include "base/attr.h"
#include "base/diag.h"
#include "core/settings.h"

#define COMPARE_ALL "all"

/* Is the text COMPARE_ALL, or names of modes with commas between them, none twice? */
int compare_check(const char *modes, struct error *err) must_check;

/* Run the job of the settings once, or settings->compare_runs times, in each of the modes in
 * settings->compare, each time in a process and a directory of its own: DIR/MODE, or
 * DIR/MODE-RUN. Nothing is started when one of those has anything in it. The table (or, with
 * settings->json, the object) goes to standard output. What takes over a minute one by one
 * is only estimated. Returns the highest exit status of the runs. */
int compare_run(const struct settings *settings);

#endif
