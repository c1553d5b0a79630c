/* signals.h - SIGINT, SIGTERM and SIGHUP as a wish to stop.
 *
 * The first drains: nothing more is started, what is in flight has five seconds. The second
 * ends the process at once (what is on disk is valid at any time), but for one by sigqueue():
 * that is a process passing on what may have come here already. SIGPIPE is ignored. Process
 * wide, so there is one; install it before threads start. */
#ifndef SEINE_APP_SIGNALS_H
#define SEINE_APP_SIGNALS_H

#include "base/attr.h"
#include "base/diag.h"
#include "engine/engine.h"

/* Install the handlers. The stop is what engines look at; it lives on. */
const struct stop *signals_install(struct error *err) must_check;
void signals_restore(void);
/* The signal that came; 0: none. */
int signals_caught(void);

#endif
