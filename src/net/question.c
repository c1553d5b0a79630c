/* question.c - see question.h. The families are asked for one by one since c-ares, asked for
 * both, tells one status only: an AAAA that does not exist would hide an A that failed, and
 * the transfer would not be tried again. */
#include "net/question.h"

#include <limits.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

struct question *question_new(
	struct resolver *resolver, const char *host, const struct addresses *answer)
{
	struct question *question = xcalloc(1, sizeof(*question));

	question->resolver = resolver;
	question->answer = answer;
	question->ttl = INT_MAX;
	list_init(&question->link);
	list_init(&question->waiters);
	if (host && hostname_key(question->key, host) == 0)
		memcpy(question->host, host, strlen(host) + 1);
	return question;
}

void question_free(struct question *question)
{
	while (list_pop(&question->waiters))
		;
	list_remove(&question->link);
	names_put(question->answer);
	free(question);
}

static void note_address(struct question *question, const struct sockaddr *address)
{
	struct addr addr = {.family = IP_V4};
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (address->sa_family == AF_INET6) {
		memcpy(&v6, address, sizeof(v6));
		addr.family = IP_V6;
		memcpy(addr.bytes, &v6.sin6_addr, sizeof(v6.sin6_addr));
	} else {
		memcpy(&v4, address, sizeof(v4));
		memcpy(addr.bytes, &v4.sin_addr, sizeof(v4.sin_addr));
	}
	addrs_add(&question->addrs, &addr);
}

static void note_ttl(struct question *question, int ttl)
{
	if (ttl < question->ttl)
		question->ttl = ttl;
}

void question_note(
	struct question *question, int status, const struct ares_addrinfo *found)
{
	question->left--;
	if (status == ARES_SUCCESS && !found->nodes)
		status = ARES_ENODATA;
	if (status != ARES_SUCCESS) {
		if (question->status == ARES_SUCCESS || channel_may_pass(status))
			question->status = status;
		return;
	}
	for (const struct ares_addrinfo_node *node = found->nodes; node;
		node = node->ai_next) {
		note_address(question, node->ai_addr);
		note_ttl(question, node->ai_ttl);
	}
	for (const struct ares_addrinfo_cname *cname = found->cnames; cname;
		cname = cname->next)
		note_ttl(question, cname->ttl);
}

bool question_is_denied(const struct question *question)
{
	return question->addrs.count == 0 && !channel_may_pass(question->status);
}

void question_learn(struct question *question, struct names *names)
{
	_cleanup_(buf_release) struct buf list = BUF_INIT;
	bool found = question->addrs.count > 0;
	enum kind kind = question_is_denied(question) ? KIND_NXDOMAIN : KIND_DNS;

	addrs_write(&question->addrs, names_v6_first(names), &list);
	question->answer = names_learn(names, question->key, found ? list.data : NULL,
		question->ttl, found ? KIND_NONE : kind, channel_text(question->status),
		clock_now());
}
