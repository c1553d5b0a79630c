/* slot.h - the transfers of a reactor, from an attempt to its outcome. Internal to the event
 * engine. Only the reactor's own thread. */
#ifndef SEINE_ENGINE_SLOT_H
#define SEINE_ENGINE_SLOT_H

#include "engine/reactor.h"

/* Begin an attempt: once its host's addresses are known it runs, and its outcome goes to the
 * scheduler. An attempt that cannot be begun has its outcome at once. */
void slot_begin(struct reactor *reactor, struct attempt *attempt, nstime now);
/* Begin those that wait for credentials, if these are here. */
void slot_begin_keyless(struct reactor *reactor, nstime now);
/* A handle of a shard is done: the shard's callback. */
void slot_done(struct shard *shard, CURL *easy, CURLcode code);
/* End those attempts that the scheduler has cancelled. */
void slot_end_cancelled(struct reactor *reactor);
/* End all attempts in hand as interrupted. */
void slot_interrupt_all(struct reactor *reactor);
/* Free all transfers; what is in hand is dropped without an outcome. */
void slot_release_all(struct reactor *reactor);

#endif
