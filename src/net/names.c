/* names.c - see names.h. Three places hold answers: `fixed` (--resolve under "host:port",
 * /etc/hosts under "host"; filled once, then only read), `kept` (from DNS), and two for all
 * local names and all that are no names. Each owns an answer once, and each caller once. */
#include "net/names.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/map.h"
#include "net/addrs.h"
#include "net/cache.h"
#include "net/claims.h"
#include "net/hostname.h"
#include "net/hosts.h"

/* Seconds. A server that says 0 is still asked once per burst only. */
#define TTL_LEAST 1
#define TTL_MOST 3600
#define TTL_NXDOMAIN 10
#define TTL_FAILURE 1
#define KEY_ROOM (HOSTNAME_ROOM + sizeof(":2147483647"))

struct names {
	bool v6_first;
	enum ip_family family; /* to ask for */
	atomic_int joined;
	bool overridden; /* there is --resolve */
	/* All below but fixed, local and invalid, which stay as they are. */
	pthread_mutex_t lock;
	struct map *fixed;
	struct cache kept;
	struct name_answer *local, *invalid;
	uint64_t generation;
	struct claims claims;
};

static struct name_answer *make(struct names *names, const char *key, const char *list,
	enum kind kind, const char *text, nstime expires)
{
	return name_answer_new(key, list, kind, text, expires, ++names->generation);
}

const struct addresses *names_share(const struct addresses *addresses)
{
	name_answer_own(name_answer_of(addresses));
	return addresses;
}

void names_put(const struct addresses *addresses)
{
	if (addresses)
		name_answer_disown(name_answer_of(addresses));
}

/* A name with addresses that are given. */
static void fix(void *context, const char *key, const char *list)
{
	struct names *names = context;
	struct name_answer *answer;

	if (*list)
		answer = make(names, key, list, KIND_NONE, "", NSTIME_NEVER);
	else
		answer = make(names, key, NULL, KIND_NXDOMAIN,
			"--resolve has no address of the wanted family", NSTIME_NEVER);
	name_answer_disown(map_put(names->fixed, answer->key, answer));
}

static struct name_answer *make_local(struct names *names, enum ip_family family)
{
	static const struct addr loopback[] = {
		{.family = IP_V6, .bytes = {[15] = 1}},
		{.family = IP_V4, .bytes = {127, 0, 0, 1}},
	};
	_cleanup_(buf_release) struct buf list = BUF_INIT;
	struct addrs addrs = {0};

	for (size_t i = 0; i < ARRAY_LEN(loopback); i++) {
		if (addr_wanted(&loopback[i], family))
			addrs_add(&addrs, &loopback[i]);
	}
	addrs_write(&addrs, addrs_have_v6_loopback(), &list);
	return make(names, "", list.data, KIND_NONE, "", NSTIME_NEVER);
}

struct names *names_new(
	const struct settings *settings, const char *hosts_file, struct error *err)
{
	struct names *names = xcalloc(1, sizeof(*names));
	enum ip_family family = settings->family;
	struct error why;

	names->family = family == IP_ANY && !addrs_use_v6() ? IP_V4 : family;
	atomic_init(&names->joined, 0);
	pthread_mutex_init(&names->lock, NULL);
	claims_init(&names->claims, &names->lock,
		NAMES_QUESTIONS_MAX / (names->family == IP_ANY ? 2 : 1));
	cache_init(&names->kept);
	names->fixed = map_new();
	names->v6_first = addrs_have_v6();
	names->overridden = settings->resolve.count > 0;
	names->local = make_local(names, family);
	names->invalid = make(names, "", NULL, KIND_NXDOMAIN,
		"no such host: this is not a valid host name", NSTIME_NEVER);
	if (hosts_read_option(&settings->resolve, family, fix, names, &why) < 0) {
		error_set(err, why.kind, why.code, "--resolve: %s", why.text);
		goto fail;
	}
	hosts_read(hosts_file ? hosts_file : "/etc/hosts", family, names->v6_first, fix,
		names);
	return names;

fail:
	names_free(names);
	return NULL;
}

void names_free(struct names *names)
{
	if (!names)
		return;
	map_free(names->fixed, name_answer_disown_value);
	cache_release(&names->kept);
	name_answer_disown(names->local);
	name_answer_disown(names->invalid);
	claims_release(&names->claims);
	pthread_mutex_destroy(&names->lock);
	free(names);
}

bool names_v6_first(const struct names *names)
{
	return names->v6_first;
}

enum ip_family names_family(const struct names *names)
{
	return names->family;
}

void names_join(struct names *names)
{
	atomic_fetch_add(&names->joined, 1);
}

void names_leave(struct names *names)
{
	atomic_fetch_sub(&names->joined, 1);
}

int names_joined(const struct names *names)
{
	return atomic_load(&names->joined);
}

bool names_is_literal(const char *host)
{
	size_t len = strlen(host), zone = strcspn(host, "%");
	bool bracketed = len > 0 && host[0] == '[' && host[len - 1] == ']';
	struct addr addr;

	if (!host[zone])
		return addr_parse(&addr, host, len) == 0;
	/* "[fe80::1%25eth0]": only IPv6 addresses have zones. */
	host += bracketed;
	return addr_parse(&addr, host, zone - bracketed) == 0 && addr.family == IP_V6;
}

static struct name_answer *find_fixed(
	const struct names *names, const char *key, int port)
{
	char with_port[KEY_ROOM];
	struct name_answer *answer = NULL;

	if (names->overridden && port > 0) {
		snprintf(with_port, sizeof(with_port), "%s:%d", key, port);
		answer = map_get(names->fixed, with_port);
	}
	if (!answer)
		answer = map_get(names->fixed, key);
	if (!answer && hostname_is_localhost(key))
		answer = names->local;
	return answer;
}

const struct addresses *names_get(
	struct names *names, const char *host, int port, nstime now)
{
	char key[HOSTNAME_ROOM];
	struct name_answer *answer = names->invalid;

	if (hostname_key(key, host) == 0)
		answer = find_fixed(names, key, port);
	if (answer)
		return names_share(&answer->shared);
	pthread_mutex_lock(&names->lock);
	answer = cache_find(&names->kept, key, now);
	if (answer)
		names_share(&answer->shared);
	pthread_mutex_unlock(&names->lock);
	return answer ? &answer->shared : NULL;
}

static int clamp_ttl(const char *list, int ttl, enum kind kind)
{
	if (!list)
		return kind == KIND_NXDOMAIN ? TTL_NXDOMAIN : TTL_FAILURE;
	if (ttl < TTL_LEAST)
		return TTL_LEAST;
	return ttl > TTL_MOST ? TTL_MOST : ttl;
}

const struct addresses *names_learn(struct names *names, const char *host,
	const char *list, int ttl, enum kind kind, const char *text, nstime now)
{
	nstime expires = now + clamp_ttl(list, ttl, kind) * NS_PER_SEC;
	char key[HOSTNAME_ROOM];
	struct name_answer *answer;

	if (hostname_key(key, host) < 0)
		return names_share(&names->invalid->shared);
	pthread_mutex_lock(&names->lock);
	answer = make(names, key, list, kind, text, expires);
	cache_keep(&names->kept, answer, now);
	names_share(&answer->shared);
	pthread_mutex_unlock(&names->lock);
	return &answer->shared;
}

const struct addresses *names_failure(
	struct names *names, enum kind kind, const char *text, nstime now)
{
	struct name_answer *answer;

	pthread_mutex_lock(&names->lock);
	answer = make(names, "", NULL, kind, text, now);
	pthread_mutex_unlock(&names->lock);
	return &answer->shared;
}

/* With the lock: the answer, or NULL, the name claimed or not. */
static struct name_answer *claim_or_wait(
	struct names *names, const char *key, nstime until, bool *claimed)
{
	struct name_answer *answer;
	bool in_time = true;

	for (;;) {
		answer = cache_find(&names->kept, key, clock_now());
		*claimed = !answer && claims_take(&names->claims, key);
		if (answer || *claimed || !in_time)
			break;
		in_time = claims_wait(&names->claims, key, until);
	}
	if (!*claimed)
		claims_pass(&names->claims);
	return answer;
}

const struct addresses *names_claim(
	struct names *names, const char *host, nstime until, bool *claimed)
{
	char key[HOSTNAME_ROOM];
	struct name_answer *answer = names->invalid;

	*claimed = false;
	if (hostname_key(key, host) == 0)
		answer = find_fixed(names, key, 0);
	if (answer)
		return names_share(&answer->shared);
	pthread_mutex_lock(&names->lock);
	answer = claim_or_wait(names, key, until, claimed);
	if (answer)
		names_share(&answer->shared);
	pthread_mutex_unlock(&names->lock);
	return answer ? &answer->shared : NULL;
}

void names_claim_slow(struct names *names, const char *host)
{
	char key[HOSTNAME_ROOM];

	if (hostname_key(key, host) < 0)
		return;
	pthread_mutex_lock(&names->lock);
	claims_slow(&names->claims, key);
	pthread_mutex_unlock(&names->lock);
}

void names_unclaim(struct names *names, const char *host)
{
	char key[HOSTNAME_ROOM];

	if (hostname_key(key, host) < 0)
		return;
	pthread_mutex_lock(&names->lock);
	claims_give(&names->claims, key);
	pthread_mutex_unlock(&names->lock);
}
