/* asking.h - for tests of the resolver: a server of our own (dnsd.h) that says what comes back,
 * those who ask, and a loop. */
#ifndef SEINE_TESTS_ASKING_H
#define SEINE_TESTS_ASKING_H

#include "scratch.h"

#include <sys/epoll.h>

#include "base/alloc.h"
#include "core/entry.h"
#include "dnsd.h"
#include "net/names.h"
#include "net/resolver.h"

#define LONG_MS 120000 /* that long nothing takes but by a bug */
#define BRIEF_MS 100   /* for servers that keep silent */

static const struct dnsd_rule zone[] = {
	{.name = "both.test",
		.v4 = "192.0.2.1 192.0.2.2",
		.v6 = "2001:db8::1",
		.ttl = 300},
	{.name = "v4.test", .v4 = "192.0.2.4", .ttl = 300},
	{.name = "v6.test", .v6 = "2001:db8::6", .ttl = 300},
	{.name = "many.test",
		.v4 = "192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.4 192.0.2.5"},
	{.name = "short.test", .v4 = "192.0.2.9", .ttl = 1},
	{.name = "zero.test", .v4 = "192.0.2.9", .ttl = 0},
	{.name = "alias.test", .cname = "alias2.test", .ttl = 300},
	{.name = "alias2.test", .cname = "alias3.test", .ttl = 30},
	{.name = "alias3.test", .v4 = "192.0.2.33", .ttl = 300},
	{.name = "dangling.test", .cname = "nowhere.test", .ttl = 300},
	{.name = "nodata.test"},
	{.name = "servfail.test", .rcode4 = DNSD_SERVFAIL, .rcode6 = DNSD_SERVFAIL},
	{.name = "refused.test", .rcode4 = DNSD_REFUSED, .rcode6 = DNSD_REFUSED},
	{.name = "garbled.test", .rcode4 = DNSD_GARBLED, .rcode6 = DNSD_GARBLED},
	{.name = "silent.test", .rcode4 = DNSD_SILENT, .rcode6 = DNSD_SILENT},
	{.name = "only4.test", .v4 = "192.0.2.4", .ttl = 9, .rcode6 = DNSD_SILENT},
	{.name = "broken4.test", .rcode4 = DNSD_SERVFAIL},
	{.name = "broken6.test", .rcode4 = DNSD_NXDOMAIN, .rcode6 = DNSD_SERVFAIL},
	{.name = "big.test", .v4 = "192.0.2.8", .ttl = 300, .truncated = true},
	{.name = "host.corp.test", .v4 = "192.0.2.77", .ttl = 300},
	{.name = "host.sub.corp.test", .v6 = "2001:db8::77", .ttl = 300},
	{.name = "deep.sub.corp.test", .v4 = "192.0.2.78", .ttl = 300},
	{.name = "flaky.corp.test", .rcode4 = DNSD_SERVFAIL},
	{.name = "*.many.test", .v4 = "192.0.2.50", .v6 = "2001:db8::50", .ttl = 300},
	{.name = "*.silent.test", .rcode4 = DNSD_SILENT, .rcode6 = DNSD_SILENT},
	{.name = "*.long.test", .v4 = "192.0.2.51", .ttl = 300},
	{.name = NULL},
};

/* One who asks, and what he was told. */
struct asker {
	struct resolver_waiter waiter;
	struct fixture *fixture;
	int calls;
	bool ok;
	enum kind kind;
	char told[256];
	struct asker *cancels, *asks; /* when told */
	const char *asks_for;
};

/* A server, names, a resolver and the loop that watches its sockets. */
struct fixture {
	struct resolver_watch watch;
	struct settings settings;
	struct resolver_limits limits;
	struct dnsd *dns;
	struct names *names;
	struct resolver *resolver;
	int epoll, watched;
	int waiting;
};

static inline void want(struct resolver_watch *watch, int fd, uint32_t events)
{
	struct fixture *f = container_of(watch, struct fixture, watch);
	struct epoll_event event = {.events = events, .data.fd = fd};

	if (events == 0) {
		check_int(epoll_ctl(f->epoll, EPOLL_CTL_DEL, fd, NULL), 0);
		f->watched--;
	} else if (epoll_ctl(f->epoll, EPOLL_CTL_MOD, fd, &event) < 0) {
		check_int(epoll_ctl(f->epoll, EPOLL_CTL_ADD, fd, &event), 0);
		f->watched++;
	}
}

/* Settings and limits as they are in *f; a server unless `servers` are named. */
static inline void set_up(
	struct fixture *f, const char *servers, size_t batch, bool loop)
{
	struct error error = {0};

	if (!f->limits.timeout_ms)
		f->limits.timeout_ms = LONG_MS / 4;
	if (!f->limits.tries)
		f->limits.tries = 2;
	if (!f->limits.queries)
		f->limits.queries = 128;
	f->limits.family = f->settings.family; /* whatever this host has */
	f->dns = dnsd_start(zone, batch);
	f->settings.dns_servers =
		servers ? xstrdup(servers) : xasprintf("127.0.0.1:%d", f->dns->port);
	f->epoll = epoll_create1(EPOLL_CLOEXEC);
	f->watch.want = want;
	f->names = names_new(&f->settings, "no-such-file", &error);
	f->resolver = resolver_new_with(
		f->names, &f->settings, loop ? &f->watch : NULL, &f->limits, &error);
	check_str(error.text, "");
}

static inline void tear_down(struct fixture *f)
{
	resolver_free(f->resolver);
	check_int(f->watched, 0);
	names_free(f->names);
	dnsd_stop(f->dns);
	close(f->epoll);
	free(f->settings.dns_servers);
}

static inline void ask(struct fixture *f, struct asker *asker, const char *host);

static inline void note(
	struct resolver_waiter *waiter, const struct addresses *addresses)
{
	struct asker *asker = container_of(waiter, struct asker, waiter);

	asker->calls++;
	asker->fixture->waiting--;
	asker->kind = addresses->kind;
	asker->ok = addresses->list != NULL;
	snprintf(asker->told, sizeof(asker->told), "%s",
		asker->ok ? addresses->list : addresses->text);
	if (asker->cancels) {
		resolver_cancel(&asker->cancels->waiter);
		asker->fixture->waiting--;
	}
	if (asker->asks)
		ask(asker->fixture, asker->asks, asker->asks_for);
}

static inline void ask(struct fixture *f, struct asker *asker, const char *host)
{
	int calls = asker->calls;

	asker->fixture = f;
	asker->waiter.done = note;
	list_init(&asker->waiter.link);
	f->waiting++;
	resolver_ask(f->resolver, host, &asker->waiter);
	check_int(asker->calls, calls); /* never from there */
}

/* Run the loop until nobody waits any more. */
static inline void settle(struct fixture *f)
{
	nstime end = clock_now() + LONG_MS * NS_PER_MS;

	while (f->waiting > 0) {
		struct epoll_event events[4];
		nstime now = clock_now();
		nstime next = resolver_deadline(f->resolver, now);
		int count;

		if (now >= end || (next == NSTIME_NEVER && f->watched == 0)) {
			check(!"somebody waits for ever");
			return;
		}
		count = epoll_wait(f->epoll, events, 4,
			clock_timeout_ms(now, next < end ? next : end));
		for (int i = 0; i < count; i++)
			resolver_ready(
				f->resolver, events[i].data.fd, events[i].events);
		if (next <= clock_now())
			resolver_due(f->resolver);
	}
}

/* Ask for one name, and return what was told. */
static inline struct asker asked_for(struct fixture *f, const char *host)
{
	struct asker asker = {.calls = 0};

	ask(f, &asker, host);
	settle(f);
	check_int(asker.calls, 1);
	return asker;
}

static inline void check_told(struct fixture *f, const char *host, const char *told)
{
	struct asker asker = asked_for(f, host);

	check_str(asker.told, told);
	check(asker.ok && asker.kind == KIND_NONE);
}

static inline void check_fails(
	struct fixture *f, const char *host, enum kind kind, const char *why)
{
	struct asker asker = asked_for(f, host);

	check(!asker.ok);
	check_int(asker.kind, kind);
	check(strstr(asker.told, why) != NULL);
	if (!strstr(asker.told, why))
		printf("# %s: %s\n", host, asker.told);
}

static inline bool is_known(const struct fixture *f, const char *host, nstime now)
{
	const struct addresses *got = names_get(f->names, host, 80, now);

	names_put(got);
	return got != NULL;
}

/* The answer is kept for so many seconds from when it came. */
static inline void check_kept(struct fixture *f, const char *host, int seconds)
{
	nstime before = clock_now(), after;

	asked_for(f, host);
	after = clock_now();
	check(is_known(f, host, before + seconds * NS_PER_SEC - 1));
	check(!is_known(f, host, after + seconds * NS_PER_SEC));
}

#endif
