/* test_resolver_many.c - asking DNS for many names, by many, from many threads. */
#include "asking.h"

/* A thousand names at once, of which no more than the limit are asked for at a time. */
static void asks_for_many(void)
{
	static struct asker askers[1000];
	struct fixture f = {.waiting = 0};

	memset(askers, 0, sizeof(askers));
	set_up(&f, NULL, 0, true);
	for (int i = 0; i < 1000; i++) {
		char host[32];

		snprintf(host, sizeof(host), "n%d.many.test", i);
		ask(&f, &askers[i], host);
	}
	settle(&f);
	for (int i = 0; i < 1000; i++)
		check(askers[i].calls == 1 && askers[i].ok);
	check_int(dnsd_asked(f.dns, "*.many.test", 0), 2000);
	tear_down(&f);
}

static void limits_what_is_in_flight(void)
{
	static struct asker askers[100];
	struct fixture f = {.limits = {.queries = 20}};

	memset(askers, 0, sizeof(askers));
	set_up(&f, NULL, 20, true); /* answers come only for 20 at a time */
	for (int i = 0; i < 100; i++) {
		char host[32];

		snprintf(host, sizeof(host), "n%d.many.test", i);
		ask(&f, &askers[i], host);
	}
	settle(&f);
	for (int i = 0; i < 100; i++)
		check(askers[i].calls == 1 && askers[i].ok);
	check_int(atomic_load(&f.dns->most_held), 20);
	tear_down(&f);
}

/* One that asks nothing has its share all the same. */
static void divides_the_limit(void)
{
	static struct asker askers[100];
	struct fixture f = {.limits = {.queries = 20}};
	struct resolver *other;

	memset(askers, 0, sizeof(askers));
	set_up(&f, NULL, 10, true);
	other = resolver_new_with(f.names, &f.settings, &f.watch, &f.limits, NULL);
	for (int i = 0; i < 100; i++) {
		char host[32];

		snprintf(host, sizeof(host), "n%d.many.test", i);
		ask(&f, &askers[i], host);
	}
	settle(&f);
	check_int(atomic_load(&f.dns->most_held), 10);
	resolver_free(other);
	check_int(names_joined(f.names), 1);
	tear_down(&f);
}

/* What nobody answers for is waited for beside the others, once its first try is over. */
static void leaves_room_beside_silence(void)
{
	struct asker silent[5] = {0}, good = {0};
	struct fixture f = {
		.limits = {.queries = 2, .timeout_ms = BRIEF_MS, .tries = 10}};

	set_up(&f, NULL, 0, true);
	for (int i = 0; i < 5; i++) {
		char host[32];

		snprintf(host, sizeof(host), "n%d.silent.test", i);
		ask(&f, &silent[i], host);
	}
	ask(&f, &good, "both.test");
	f.waiting = 1; /* only for that one */
	settle(&f);
	check(good.ok);
	for (int i = 0; i < 5; i++)
		check_int(silent[i].calls, 0);
	tear_down(&f);
}

static void asks_once_for_all(void)
{
	static struct asker askers[500];
	struct fixture f = {.waiting = 0};

	memset(askers, 0, sizeof(askers));
	set_up(&f, NULL, 0, true);
	for (int i = 0; i < 500; i++)
		ask(&f, &askers[i], i % 2 ? "both.test" : "BOTH.Test.");
	settle(&f);
	for (int i = 0; i < 500; i++)
		check(askers[i].calls == 1 && askers[i].ok);
	check_int(dnsd_asked(f.dns, "both.test", DNSD_A), 1);
	check_int(dnsd_asked(f.dns, "both.test", DNSD_AAAA), 1);
	tear_down(&f);
}

static void forgets_who_cancels(void)
{
	struct asker a = {0}, b = {0}, c = {0}, d = {0};
	struct fixture f = {.limits.queries = 2};

	set_up(&f, NULL, 0, true);
	ask(&f, &a, "v4.test");
	ask(&f, &b, "v4.test");
	ask(&f, &c, "v4.test");
	ask(&f, &d, "v6.test"); /* queued */
	resolver_cancel(&b.waiter);
	resolver_cancel(&b.waiter);
	resolver_cancel(&d.waiter);
	f.waiting -= 2;
	a.cancels = &c; /* from within its done */
	settle(&f);
	check_int(a.calls, 1);
	check_int(b.calls + c.calls + d.calls, 0);
	resolver_cancel(&a.waiter);

	/* All have cancelled: what was asked for is known, what was queued was not asked. */
	ask(&f, &b, "both.test");
	ask(&f, &d, "v6.test");
	resolver_cancel(&b.waiter);
	resolver_cancel(&d.waiter);
	f.waiting -= 2;
	check_told(&f, "short.test", "192.0.2.9");
	check_int(dnsd_asked(f.dns, "v6.test", 0), 0);
	check(is_known(&f, "both.test", clock_now()));
	check_told(&f, "v6.test", "[2001:db8::6]");
	tear_down(&f);
}

static void may_be_asked_when_it_tells(void)
{
	struct asker a = {0}, b = {0}, c = {0}, d = {0};
	struct fixture f = {.waiting = 0};

	set_up(&f, NULL, 0, true);
	a.asks = &b;
	a.asks_for = "v4.test"; /* the same: it is known by then */
	b.asks = &c;
	b.asks_for = "v6.test";
	c.asks = &d;
	c.asks_for = "not valid";
	ask(&f, &a, "v4.test");
	settle(&f);
	check_int(a.calls + b.calls + c.calls + d.calls, 4);
	check_str(b.told, "192.0.2.4");
	check_str(c.told, "[2001:db8::6]");
	check_int(d.kind, KIND_NXDOMAIN);
	check_int(dnsd_asked(f.dns, "v4.test", DNSD_A), 1);
	tear_down(&f);
}

static void can_be_freed_at_any_time(void)
{
	struct asker a = {0}, b = {0}, c = {0}, d = {0};
	struct fixture f = {.limits.queries = 2};

	set_up(&f, NULL, 0, true);
	ask(&f, &a, "silent.test");
	ask(&f, &b, "silent.test");
	ask(&f, &c, "both.test"); /* queued */
	ask(&f, &d, "localhost"); /* finished */
	check_int(f.watched, 1);
	resolver_free(f.resolver);
	f.resolver = NULL;
	check_int(f.watched, 0);
	check_int(a.calls + b.calls + c.calls + d.calls, 0);
	resolver_cancel(&a.waiter);
	resolver_cancel(&c.waiter);
	tear_down(&f);
}

static nstime soon(int ms)
{
	return clock_now() + ms * NS_PER_MS;
}

static void waits_without_a_loop(void)
{
	struct fixture f = {.waiting = 0};
	const struct addresses *got;
	int open_before;
	nstime start;

	set_up(&f, NULL, 0, false);
	open_before = scratch_count("/proc/self/fd");
	got = resolver_wait(f.resolver, "v4.test", soon(LONG_MS), NULL, NULL);
	check_str(got->list, "192.0.2.4");
	names_put(got);
	got = resolver_wait(
		f.resolver, "big.test", soon(LONG_MS), NULL, NULL); /* by TCP */
	check_str(got->list, "192.0.2.8");
	names_put(got);
	got = resolver_wait(
		f.resolver, "big.test", soon(0), NULL, NULL); /* known by now */
	check_str(got->list, "192.0.2.8");
	names_put(got);
	got = resolver_wait(f.resolver, "nowhere.test", NSTIME_NEVER, NULL, NULL);
	check_int(got->kind, KIND_NXDOMAIN);
	names_put(got);
	got = resolver_wait(f.resolver, "not valid", NSTIME_NEVER, NULL, NULL);
	check_int(got->kind, KIND_NXDOMAIN);
	names_put(got);
	check_int(scratch_count("/proc/self/fd"), open_before);
	tear_down(&f);

	f = (struct fixture){.limits = {.timeout_ms = LONG_MS}};
	set_up(&f, NULL, 0, false);
	start = clock_now();
	got = resolver_wait(f.resolver, "silent.test", soon(50), NULL, NULL);
	check(clock_now() - start >= 50 * NS_PER_MS);
	check(clock_now() - start < LONG_MS / 2 * NS_PER_MS);
	check(!got->list);
	check_int(got->kind, KIND_DNS);
	names_put(got);
	check(!is_known(&f, "silent.test", clock_now())); /* only we had no more time */
	tear_down(&f);

	f = (struct fixture){.limits.timeout_ms = BRIEF_MS};
	set_up(&f, NULL, 0, false);
	start = clock_now();
	got = resolver_wait(f.resolver, "silent.test", soon(LONG_MS), NULL, NULL);
	check_int(got->kind, KIND_DNS);
	check(clock_now() - start < LONG_MS / 2 * NS_PER_MS);
	names_put(got);
	tear_down(&f);
}

#define THREADS 16
#define NAMES_EACH 50

struct worker {
	pthread_t thread;
	struct fixture *fixture;
	int number, names, failed;
	bool alone; /* names that no other asks for */
};

static void *work(void *context)
{
	struct worker *worker = context;
	struct fixture *f = worker->fixture;
	struct resolver *resolver =
		resolver_new_with(f->names, &f->settings, NULL, &f->limits, NULL);

	for (int i = 0; i < worker->names; i++) {
		const struct addresses *got;
		char host[40];

		snprintf(host, sizeof(host), "n%d-%d.many.test",
			worker->alone ? worker->number : 0, i);
		got = resolver_wait(resolver, host, soon(LONG_MS), NULL, NULL);
		worker->failed += !got->list;
		names_put(got);
	}
	resolver_free(resolver);
	return NULL;
}

static void run_workers(struct fixture *f, int count, int names, bool alone)
{
	static struct worker workers[256];
	nstime start = clock_now();

	for (int i = 0; i < count; i++) {
		workers[i] = (struct worker){
			.fixture = f, .number = i, .names = names, .alone = alone};
		check_int(
			pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
	}
	for (int i = 0; i < count; i++) {
		check_int(pthread_join(workers[i].thread, NULL), 0);
		check_int(workers[i].failed, 0);
	}
	check(clock_now() - start < LONG_MS / 2 * NS_PER_MS); /* nobody was forgotten */
}

static void asks_once_for_all_threads(void)
{
	struct fixture f = {.waiting = 0};

	set_up(&f, NULL, 0, false);
	run_workers(&f, THREADS, NAMES_EACH, false);
	check_int(dnsd_asked(f.dns, "*.many.test", DNSD_A), NAMES_EACH);
	check_int(dnsd_asked(f.dns, "*.many.test", DNSD_AAAA), NAMES_EACH);
	tear_down(&f);
}

/* So many questions are out at a time, by however many threads. */
static void limits_threads(void)
{
	struct fixture f = {.settings.family = IP_V4};

	set_up(&f, NULL, NAMES_QUESTIONS_MAX, false);
	run_workers(&f, 2 * NAMES_QUESTIONS_MAX, 1, true);
	check_int(atomic_load(&f.dns->most_held), NAMES_QUESTIONS_MAX);
	check_int(dnsd_asked(f.dns, "*.many.test", 0), 2 * NAMES_QUESTIONS_MAX);
	tear_down(&f);
}

struct silent_thread {
	pthread_t thread;
	struct fixture *fixture;
	int number;
};

static bool has_answer(const void *context)
{
	return is_known(context, "v4.test", clock_now());
}

/* Asks for a name that nobody answers for, until "v4.test" is known. */
static void *ask_in_vain(void *context)
{
	struct silent_thread *thread = context;
	struct fixture *f = thread->fixture;
	struct resolver *resolver =
		resolver_new_with(f->names, &f->settings, NULL, &f->limits, NULL);
	char host[40];

	snprintf(host, sizeof(host), "n%d.silent.test", thread->number);
	names_put(resolver_wait(resolver, host, soon(LONG_MS), has_answer, f));
	resolver_free(resolver);
	return NULL;
}

static void leaves_threads_room_beside_silence(void)
{
	static struct silent_thread threads[NAMES_QUESTIONS_MAX];
	struct fixture f = {.settings.family = IP_V4,
		.limits = {.timeout_ms = BRIEF_MS, .tries = 10}};
	nstime end = soon(LONG_MS / 2);
	const struct addresses *got;

	set_up(&f, NULL, 0, false);
	for (int i = 0; i < NAMES_QUESTIONS_MAX; i++) {
		threads[i] = (struct silent_thread){.fixture = &f, .number = i};
		check_int(pthread_create(
				  &threads[i].thread, NULL, ask_in_vain, &threads[i]),
			0);
	}
	while (dnsd_asked(f.dns, "*.silent.test", 0) < NAMES_QUESTIONS_MAX &&
		clock_now() < end)
		poll(NULL, 0, 1);
	got = resolver_wait(f.resolver, "v4.test", end, NULL, NULL);
	check_str(got->list, "192.0.2.4");
	names_put(got);
	for (int i = 0; i < NAMES_QUESTIONS_MAX; i++)
		check_int(pthread_join(threads[i].thread, NULL), 0);
	tear_down(&f);
}

int main(void)
{
	scratch_enter();
	run(asks_for_many);
	run(limits_what_is_in_flight);
	run(divides_the_limit);
	run(leaves_room_beside_silence);
	run(asks_once_for_all);
	run(forgets_who_cancels);
	run(may_be_asked_when_it_tells);
	run(can_be_freed_at_any_time);
	run(waits_without_a_loop);
	run(asks_once_for_all_threads);
	run(limits_threads);
	run(leaves_threads_room_beside_silence);
	scratch_leave();
	return done();
}
