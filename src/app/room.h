/* room.h - how much of a job can be under way at once, by what the machine gives.
 *
 * Raises the process' limit of open files to what it may be. One thread, before the job begins. */
#ifndef SEINE_APP_ROOM_H
#define SEINE_APP_ROOM_H

#include "core/settings.h"

/* Chooses how many jobs there may be, where the user does not, and cuts them to what fits, with a
 * warning if it was the user who wanted more; sets jobs_auto, connections and files. */
void room_fit(struct settings *settings);

#endif
