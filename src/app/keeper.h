/* keeper.h - an observer that lets go of what is kept of an entry's file once the entry has had
 * its last word, and passes all that it hears on to the next.
 *
 * What another run could go on with stays; what it could not, or would get again from the
 * beginning, goes. Called as observers are. */
#ifndef SEINE_APP_KEEPER_H
#define SEINE_APP_KEEPER_H

#include "core/observer.h"
#include "store/part.h"

/* Both are borrowed. */
struct observer *keeper_new(struct parts *parts, struct observer *next);
void keeper_free(struct observer *keeper); /* NULL is fine; not `next` */

#endif
