/* question.h - a name that is asked for, and what has come of it so far. Internal to
 * resolver.c. One thread. */
#ifndef SEINE_NET_QUESTION_H
#define SEINE_NET_QUESTION_H

#include <ares.h>

#include "base/list.h"
#include "net/addrs.h"
#include "net/channel.h"
#include "net/names.h"

struct resolver;

struct question {
	struct resolver *resolver;
	struct list link;    /* in the resolver's queued, asked or finished */
	struct list waiters; /* of struct resolver_waiter */
	const struct addresses *answer; /* a share; NULL: not there yet */

	char key[HOSTNAME_ROOM];
	char host[CHANNEL_NAME_ROOM]; /* as it was asked for: may end in a dot */
	char name[CHANNEL_NAME_ROOM]; /* the candidate that DNS is asked for */
	int place; /* of the next candidate; 0: the channel gave none yet */

	nstime asked; /* when; of the candidate */
	int left;     /* families yet to answer */
	bool counts;  /* those that are left, against the limit */
	struct addrs addrs;
	int ttl;    /* the least of all records */
	int status; /* of the family that failed worse, ARES_SUCCESS when none did */
};

/* `host` is a valid one, or NULL when `answer` (taken) is there. */
struct question *question_new(
	struct resolver *resolver, const char *host, const struct addresses *answer);
/* Waiters are forgotten. */
void question_free(struct question *question);

/* A family's answer, as c-ares tells it. */
void question_note(
	struct question *question, int status, const struct ares_addrinfo *found);
/* Does all that has come say that the name does not exist? */
bool question_is_denied(const struct question *question);
/* Teach the names what has come, and keep it as the answer. */
void question_learn(struct question *question, struct names *names);

#endif
