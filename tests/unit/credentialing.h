/* credentialing.h - for unit tests of credentials: a server that hands them out by a table, and an
 * environment that leads nowhere else. */
#ifndef SEINE_TESTS_CREDENTIALING_H
#define SEINE_TESTS_CREDENTIALING_H

#include <semaphore.h>

#include <curl/curl.h>

#include "httpd.h"
#include "net/credentials.h"
#include "scratch.h"
#include "variables.h"

#define ROWS 8
#define TOKEN_PATH "/latest/api/token"
#define ROLES_PATH "/latest/meta-data/iam/security-credentials/"
#define NOW INT64_C(1800000000)
#define NOW_TEXT "2027-01-15T08:00:00Z"

/* What the server says to whom: the last row that fits. */
struct row {
	const char *asks;          /* "GET /path" */
	const char *header, *with; /* must be there; NULL: any */
	int status;
	const char *body; /* NULL: it is silent */
};

static struct {
	struct httpd httpd;
	pthread_mutex_t lock; /* of the rows */
	struct row rows[ROWS];
	size_t n_rows;
	char request[4096]; /* the last one */
	bool gated;         /* each answer waits for `go` */
	sem_t arrived, go;
} server = {.lock = PTHREAD_MUTEX_INITIALIZER};

static struct variables variables;
static const char *proxy, *region; /* options */
static struct error error;

/* ---- the server */

/* What does not come within ten seconds never will. */
static inline void wait_for(sem_t *sem)
{
	struct timespec end;

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += 10;
	while (sem_clockwait(sem, CLOCK_MONOTONIC, &end) != 0)
		need(errno == EINTR, "waited in vain");
}

static inline char *answer(const char *request, void *context _unused_)
{
	const struct row *found = NULL;
	char *text;
	bool gated;

	pthread_mutex_lock(&server.lock);
	snprintf(server.request, sizeof(server.request), "%s", request);
	for (size_t i = 0; i < server.n_rows; i++) {
		const struct row *row = &server.rows[i];

		if (httpd_is(request, row->asks) &&
			(!row->header || httpd_has(request, row->header, row->with)))
			found = row;
	}
	if (!found)
		text = httpd_text(404, "nobody has said what is here");
	else
		text = found->body ? httpd_text(found->status, found->body) : NULL;
	gated = server.gated;
	pthread_mutex_unlock(&server.lock);
	if (gated) {
		sem_post(&server.arrived);
		wait_for(&server.go);
	}
	return text;
}

static inline void say(const char *asks, const char *header, const char *with,
	int status, const char *body)
{
	pthread_mutex_lock(&server.lock);
	if (server.n_rows == ROWS)
		abort();
	server.rows[server.n_rows++] = (struct row){asks, header, with, status, body};
	pthread_mutex_unlock(&server.lock);
}

static inline void gate(bool gated)
{
	pthread_mutex_lock(&server.lock);
	server.gated = gated;
	pthread_mutex_unlock(&server.lock);
}

static inline int requests(void)
{
	return atomic_exchange(&server.httpd.requests, 0);
}

/* ---- the environment */

/* Nothing is set, but that neither files nor services of this machine can be met. */
static inline void clear(void)
{
	pthread_mutex_lock(&server.lock);
	server.n_rows = 0;
	pthread_mutex_unlock(&server.lock);
	requests();
	variables.count = 0;
	variables_set(&variables, "HOME", "no-home");
	variables_set(&variables, "AWS_EC2_METADATA_DISABLED", "true");
}

static inline struct credentials_store *open_store(const char *profile)
{
	struct credentials_options options = {.profile = profile,
		.region = region,
		.route = {.proxy = proxy},
		.environment = variables_environment(&variables)};

	error = (struct error){0};
	return credentials_new(&options, &error);
}

/* Look once. */
static inline int find(const char *profile, struct aws_credentials *out)
{
	struct credentials_store *store = open_store(profile);
	int failed = store ? credentials_get(store, NOW, out, &error) : -1;

	credentials_free(store);
	return failed;
}

static inline void check_found(const char *id, const char *secret, const char *token)
{
	struct aws_credentials got = {0};

	if (find(NULL, &got) != 0)
		check_str(error.text, NULL);
	check_str(got.id, id);
	check_str(got.secret, secret);
	check_str(got.token, token);
	aws_credentials_release(&got);
}

static inline void check_not_found(const char *why)
{
	struct aws_credentials got;

	check_int(find(NULL, &got), -1);
	check_said(&error, KIND_CREDENTIALS, why);
}

static inline void use_instance(void)
{
	clear();
	variables_set(&variables, "AWS_EC2_METADATA_DISABLED", "false");
	variables_set(&variables, "AWS_EC2_METADATA_SERVICE_ENDPOINT",
		"http://127.0.0.1:%d/", server.httpd.port);
	say("PUT " TOKEN_PATH, "X-aws-ec2-metadata-token-ttl-seconds", "21600", 200,
		"SESSION-CANARY==");
	say("GET " ROLES_PATH, "X-aws-ec2-metadata-token", "SESSION-CANARY==", 200,
		"a-role\n");
}

#define KEYS(id, expires)                                                              \
	"{\"Code\": \"Success\", \"AccessKeyId\": \"" id                               \
	"\", \"SecretAccessKey\": \"CANARY-" id "\", \"Token\": \"T-CANARY-" id        \
	"\", \"Expiration\": \"" expires "\"}"

static inline void instance_says(int status, const char *body)
{
	say("GET " ROLES_PATH "a-role", "X-aws-ec2-metadata-token",
		"SESSION-CANARY==", status, body);
}

static inline void use_container(void)
{
	clear();
	variables_set(&variables, "AWS_CONTAINER_CREDENTIALS_FULL_URI",
		"http://localhost:%d/keys?a=b", server.httpd.port);
}

static inline void use_role(void)
{
	clear();
	check(scratch_write("token", "JWT.CANARY-~_\n"));
	variables_set(&variables, "AWS_WEB_IDENTITY_TOKEN_FILE", "token");
	variables_set(&variables, "AWS_ROLE_ARN", "arn:aws:iam::1:role/r");
	variables_set(&variables, "AWS_ENDPOINT_URL_STS", "http://127.0.0.1:%d",
		server.httpd.port);
}

#define STS_JSON(id)                                                                   \
	"{\"AssumeRoleWithWebIdentityResponse\": "                                     \
	"{\"AssumeRoleWithWebIdentityResult\": "                                       \
	"{\"Credentials\": {\"AccessKeyId\": \"" id                                    \
	"\", \"SecretAccessKey\": \"CANARY-" id "\", \"SessionToken\": \"T-CANARY-" id \
	"\", \"Expiration\": 1.80000072E9}, \"Provider\": \"p\"}}}"

/* ---- the test program */

static inline bool begin(void)
{
	scratch_enter();
	log_setup(LOG_DEBUG, listen_for_leaks, NULL);
	sem_init(&server.arrived, 0, 0);
	sem_init(&server.go, 0, 0);
	server.httpd.answer = answer;
	return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

/* The exit status. */
static inline int end(void)
{
	run(nothing_leaked);
	httpd_stop(&server.httpd);
	curl_global_cleanup();
	scratch_leave();
	return done();
}

#endif
