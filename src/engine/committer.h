/* committer.h - the threads that verify large files, so that no loop stands still while they
 * read gigabytes back. Made when there is something to do. Internal to the event engine. */
#ifndef SEINE_ENGINE_COMMITTER_H
#define SEINE_ENGINE_COMMITTER_H

#include "base/attr.h"
#include "core/entry.h"
#include "net/transfer.h"

struct committer;

/* `done` is called in one of the threads, for each attempt; the outcome is released after it. */
typedef void committer_done(
	void *context, struct attempt *attempt, const struct outcome *outcome);
struct committer *committer_new(struct net *net, committer_done *done) must_check;
/* Waits until all is done. NULL is fine. */
void committer_free(struct committer *committer);

/* Commit the attempt; `context` is for `done`. Any thread. False when no thread is to be had:
 * do it yourself. */
bool committer_add(
	struct committer *committer, struct attempt *attempt, void *context) must_check;

#endif
