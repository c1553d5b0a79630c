/* test_credentials_renewal.c - credentials that expire, by a clock of the test's own. */
#include "net/credentials.h"

#include "base/clock.h"
#include "credentialing.h"

static void check_serves(struct credentials_store *store, int64_t now, const char *id)
{
	struct aws_credentials got = {0};
	struct error err = {0};

	check_int(credentials_get(store, now, &got, &err), 0);
	check_str(got.id, id);
	aws_credentials_release(&got);
}

/* Until others come, which a thread is asking for. */
static void check_becomes(struct credentials_store *store, int64_t now, const char *id)
{
	nstime end = clock_now() + 10 * NS_PER_SEC;
	struct aws_credentials got = {0};
	bool same = false;

	while (!same && clock_now() < end) {
		if (credentials_get(store, now, &got, NULL) != 0)
			break;
		same = strcmp(got.id, id) == 0;
		aws_credentials_release(&got);
		poll(NULL, 0, same ? 0 : 1);
	}
	check(same);
}

static void container_says(const char *body)
{
	say("GET /keys?a=b", NULL, NULL, 200, body);
}

/* Who serves A, which the container has given it as this. */
static struct credentials_store *open_with(const char *body)
{
	struct credentials_store *store;

	use_container();
	container_says(body);
	store = open_store(NULL);
	check_serves(store, NOW, "A");
	return store;
}

/* The request that the server holds back is answered, and no further one held. */
static void let_go(void)
{
	gate(false);
	sem_post(&server.go);
}

static void asks_once_while_they_are_valid(void)
{
	struct credentials_store *store = open_with(KEYS("A", "2027-01-15T09:00:00Z"));

	container_says(KEYS("B", "2027-01-15T10:00:00Z"));
	check_serves(store, NOW + 3600 - 301, "A");
	check_int(requests(), 1);
	credentials_free(store);
}

static void renews_aside_while_the_old_ones_serve(void)
{
	struct credentials_store *store = open_with(KEYS("A", "2027-01-15T09:00:00Z"));

	container_says(KEYS("B", "2027-01-15T10:00:00Z"));
	gate(true);
	check_serves(store, NOW + 3600 - 300, "A");
	wait_for(&server.arrived);
	/* Nobody waits, nobody asks again. */
	for (int i = 0; i < 100; i++)
		check_serves(store, NOW + 3600 - 200, "A");
	check_int(requests(), 2);
	let_go();
	check_becomes(store, NOW + 3600 - 200, "B");
	check_int(requests(), 0);
	/* And once more, by another thread. */
	container_says(KEYS("C", "2027-01-15T11:00:00Z"));
	check_becomes(store, NOW + 7200 - 299, "C");
	check_int(requests(), 1);
	credentials_free(store);
}

static void goes_on_with_the_old_ones_when_renewal_fails(void)
{
	struct credentials_store *store = open_with(KEYS("A", "2027-01-15T09:00:00Z"));
	struct aws_credentials got;
	int64_t late = NOW + 3600 - 100;

	say("GET /keys?a=b", NULL, NULL, 400, "CANARY");
	gate(true);
	check_serves(store, late, "A");
	wait_for(&server.arrived);
	let_go();
	/* They expire while that is under way: who waits hears of the failure, and so do others
	 * without a request. */
	requests();
	check_int(credentials_get(store, late + 14, &got, &error), 0);
	aws_credentials_release(&got);
	check_int(requests(), 0);
	check_int(credentials_get(store, NOW + 3600, &got, &error), -1);
	check_said(&error, KIND_CREDENTIALS, "HTTP 400");
	check_int(requests(), 1);
	check_int(credentials_get(store, NOW + 3600 + 14, &got, &error), -1);
	check_said(&error, KIND_CREDENTIALS, "HTTP 400");
	check_int(credentials_get(store, NOW + 3600 + 14, &got, NULL), -1);
	check_int(requests(), 0);
	container_says(KEYS("B", "2027-01-15T10:00:00Z"));
	check_serves(store, NOW + 3600 + 15, "B");
	check_int(requests(), 1);
	credentials_free(store);
}

struct crowd {
	struct credentials_store *store;
	pthread_barrier_t start;
	atomic_int served;
};

static void *get_one(void *context)
{
	struct crowd *crowd = context;
	struct aws_credentials got;

	pthread_barrier_wait(&crowd->start);
	if (credentials_get(crowd->store, NOW, &got, NULL) == 0) {
		if (strcmp(got.id, "A") == 0)
			atomic_fetch_add(&crowd->served, 1);
		aws_credentials_release(&got);
	}
	return NULL;
}

static void one_asks_for_all(void)
{
	struct crowd crowd = {.served = 0};
	pthread_t threads[16];

	use_container();
	container_says(KEYS("A", "2027-01-15T09:00:00Z"));
	crowd.store = open_store(NULL);
	pthread_barrier_init(&crowd.start, NULL, ARRAY_LEN(threads) + 1);
	gate(true);
	for (size_t i = 0; i < ARRAY_LEN(threads); i++)
		check_int(pthread_create(&threads[i], NULL, get_one, &crowd), 0);
	pthread_barrier_wait(&crowd.start);
	wait_for(&server.arrived);
	check_int(atomic_load(&crowd.served), 0);
	let_go();
	for (size_t i = 0; i < ARRAY_LEN(threads); i++)
		pthread_join(threads[i], NULL);
	check_int(atomic_load(&crowd.served), ARRAY_LEN(threads));
	check_int(requests(), 1);
	pthread_barrier_destroy(&crowd.start);
	credentials_free(crowd.store);
}

/* By our clock: the server's decides. */
static void uses_what_is_about_to_expire(void)
{
	struct credentials_store *store = open_with(KEYS("A", "2027-01-15T07:00:00Z"));

	check_serves(store, NOW + 14, "A");
	check_int(requests(), 1);
	container_says(KEYS("B", "2027-01-15T08:02:00Z"));
	check_serves(store, NOW + 15, "B");
	check_serves(store, NOW + 29, "B");
	check_int(requests(), 1);
	container_says(KEYS("C", "2027-01-15T10:00:00Z"));
	check_becomes(store, NOW + 30, "C");
	check_int(requests(), 1);
	credentials_free(store);
}

/* What the store has said of those that are held. */
static int refuse(struct credentials_store *store, int64_t now)
{
	struct aws_credentials got = {0};
	int refused;

	check_int(credentials_get(store, now, &got, &error), 0);
	error = (struct error){0};
	refused = credentials_expired(store, now, got.serial, &error);
	aws_credentials_release(&got);
	return refused;
}

static void asks_for_others_when_a_store_refuses_these(void)
{
	struct credentials_store *store;
	struct aws_credentials first = {0};

	use_container();
	container_says(KEYS("A", "2027-01-15T10:00:00Z"));
	store = open_store(NULL);
	check_int(credentials_get(store, NOW, &first, &error), 0);
	container_says(KEYS("B", "2027-01-15T10:00:00Z"));
	check_int(credentials_expired(store, NOW, first.serial, &error), 0);
	check_becomes(store, NOW, "B");
	check_int(requests(), 2);
	/* An answer to what was signed by the first ones comes late. */
	check_int(credentials_expired(store, NOW + 60, first.serial, &error), 0);
	check_serves(store, NOW + 60, "B");
	check_int(requests(), 0);
	aws_credentials_release(&first);
	credentials_free(store);
}

struct refused {
	struct credentials_store *store;
	char id[8];
};

static void *get_another(void *context)
{
	struct refused *refused = context;
	struct aws_credentials got = {.id = NULL};

	credentials_await_others(refused->store);
	if (credentials_get(refused->store, NOW, &got, NULL) == 0)
		snprintf(refused->id, sizeof(refused->id), "%s", got.id);
	aws_credentials_release(&got);
	return NULL;
}

/* All others are served meanwhile. */
static void who_was_refused_waits_for_others(void)
{
	struct refused refused = {.id = ""};
	struct waiter waiter = {.answered = NULL};
	pthread_t thread;

	use_container();
	container_says(KEYS("A", "2027-01-15T10:00:00Z"));
	refused.store = open_store(NULL);
	list_init(&waiter.link);
	credentials_await_others(refused.store); /* for nothing */
	check_serves(refused.store, NOW, "A");
	container_says(KEYS("B", "2027-01-15T10:00:00Z"));
	gate(true);
	check_int(refuse(refused.store, NOW), 0);
	check_int(pthread_create(&thread, NULL, get_another, &refused), 0);
	wait_for(&server.arrived);
	check_serves(refused.store, NOW, "A");
	check(credentials_are_near(refused.store, NOW, false, &waiter));
	check(!credentials_are_near(refused.store, NOW, true, &waiter));
	credentials_forget(refused.store, &waiter);
	gate(false);
	sem_post(&server.go);
	pthread_join(thread, NULL);
	check_str(refused.id, "B");
	check(credentials_are_near(refused.store, NOW, true, &waiter));
	credentials_free(refused.store);
}

static void asks_no_more_often_than_it_should(void)
{
	struct credentials_store *store = open_with(KEYS("A", "2027-01-15T10:00:00Z"));

	container_says(KEYS("B", "2027-01-15T10:00:00Z"));
	check_int(refuse(store, NOW), 0);
	check_becomes(store, NOW, "B");
	check_int(requests(), 2);
	container_says(KEYS("C", "2027-01-15T10:00:00Z"));
	for (int i = 0; i < 15; i++)
		check_int(refuse(store, NOW + i), 0);
	check_int(requests(), 0);
	check_int(refuse(store, NOW + 15), 0);
	check_becomes(store, NOW + 15, "C");
	check_int(requests(), 1);
	credentials_free(store);
}

/* One store's word does not take them from all others, whatever becomes of the renewal. */
static void serves_what_a_store_refuses_to_others(void)
{
	struct credentials_store *store = open_with(KEYS("A", "2027-01-15T10:00:00Z"));

	say("GET /keys?a=b", NULL, NULL, 503, "");
	gate(true);
	check_int(refuse(store, NOW), 0);
	wait_for(&server.arrived);
	check_serves(store, NOW, "A");
	let_go();
	check_serves(store, NOW + 1, "A");
	check_serves(store, NOW + 600, "A");
	credentials_free(store);
}

static void asks_once_when_it_does_so_already(void)
{
	struct credentials_store *store = open_with(KEYS("A", "2027-01-15T09:00:00Z"));

	container_says(KEYS("B", "2027-01-15T10:00:00Z"));
	gate(true);
	check_serves(store, NOW + 3600 - 300, "A");
	wait_for(&server.arrived);
	check_int(refuse(store, NOW + 3600 - 300), 0);
	let_go();
	check_becomes(store, NOW + 3600 - 300, "B");
	check_int(requests(), 2);
	credentials_free(store);
}

static void says_who_renews_the_others(void)
{
	struct credentials_store *store;

	clear();
	variables_set(&variables, "AWS_ACCESS_KEY_ID", "ID");
	variables_set(&variables, "AWS_SECRET_ACCESS_KEY", "CANARY");
	store = open_store(NULL);
	check_int(refuse(store, NOW), -1);
	check_said(
		&error, KIND_CREDENTIALS, "renew the credentials of the environment");
	check_serves(store, NOW, "ID");
	credentials_free(store);
}

struct loop_like {
	struct waiter waiter;
	sem_t roused;
};

static void on_answered(struct waiter *waiter)
{
	sem_post(&container_of(waiter, struct loop_like, waiter)->roused);
}

static void tells_those_who_cannot_wait(void)
{
	struct loop_like one = {.waiter = {.answered = on_answered}}, other = one;
	struct credentials_store *store;

	sem_init(&one.roused, 0, 0);
	sem_init(&other.roused, 0, 0);
	list_init(&one.waiter.link);
	list_init(&other.waiter.link);
	use_container();
	container_says(KEYS("A", "2027-01-15T09:00:00Z"));
	store = open_store(NULL);
	gate(true);
	for (int i = 0; i < 3; i++) {
		check(!credentials_are_near(store, NOW, false, &one.waiter));
		check(!credentials_are_near(store, NOW, false, &other.waiter));
	}
	credentials_forget(store, &other.waiter);
	wait_for(&server.arrived);
	gate(false);
	sem_post(&server.go);
	wait_for(&one.roused);
	check(credentials_are_near(store, NOW, false, &one.waiter));
	check_serves(store, NOW, "A");
	check_int(requests(), 1);
	check(sem_trywait(&one.roused) != 0 && sem_trywait(&other.roused) != 0);
	/* A failure is near, too: it is said without a request, for a time. */
	say("GET /keys?a=b", NULL, NULL, 400, "CANARY");
	check(!credentials_are_near(store, NOW + 3600, false, &one.waiter));
	wait_for(&one.roused);
	check(credentials_are_near(store, NOW + 3600, false, &one.waiter));
	credentials_forget(store, &one.waiter); /* which is not known there any more */
	credentials_free(store);
}

static void is_freed_while_it_asks(void)
{
	struct credentials_store *store;
	nstime start;

	use_role();
	say("POST /", NULL, NULL, 200, STS_JSON("S"));
	store = open_store(NULL);
	check_serves(store, NOW, "S");
	say("POST /", NULL, NULL, 200, NULL);
	gate(true);
	check_serves(store, NOW + 600, "S");
	wait_for(&server.arrived);
	let_go();
	start = clock_now();
	credentials_free(store);
	check(clock_now() - start < 8 * NS_PER_SEC);
}

int main(void)
{
	if (!begin())
		return 1;
	httpd_start(&server.httpd);
	run(asks_once_while_they_are_valid);
	run(renews_aside_while_the_old_ones_serve);
	run(goes_on_with_the_old_ones_when_renewal_fails);
	run(one_asks_for_all);
	run(uses_what_is_about_to_expire);
	run(asks_for_others_when_a_store_refuses_these);
	run(who_was_refused_waits_for_others);
	run(asks_no_more_often_than_it_should);
	run(serves_what_a_store_refuses_to_others);
	run(asks_once_when_it_does_so_already);
	run(says_who_renews_the_others);
	run(tells_those_who_cannot_wait);
	run(is_freed_while_it_asks);
	return end();
}
