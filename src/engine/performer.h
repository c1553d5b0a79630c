/* performer.h - what a thread needs to make exchanges all by itself, one after the other: for the
 * engines that block in libcurl. A performer belongs to one thread. */
#ifndef SEINE_ENGINE_PERFORMER_H
#define SEINE_ENGINE_PERFORMER_H

#include "engine/engine.h"

struct performer {
	struct env *env;
	struct transfer *transfer;
	struct resolver *resolver; /* made when the first name is to be looked up */
	struct pins pins;
};

/* `poll` and `head` as in transfer.h; the context of poll is the env. */
int performer_init(struct performer *performer, struct env *env, transfer_poll *poll,
	transfer_head *head, void *head_context, struct error *err) must_check;
void performer_release(struct performer *performer);
/* A commit, or one exchange: look the name up, begin, curl_easy_perform, end. */
void performer_run(
	struct performer *performer, struct attempt *attempt, struct outcome *outcome);
/* For performer_init: aborts what is overdue or cancelled, and all when the stop's deadline
 * passes. The context is the env. */
bool performer_poll(void *env, struct transfer *transfer);

#endif
