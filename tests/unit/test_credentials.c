/* test_credentials.c - where credentials are found, and what services answer, against a server of
 * the test's own. */
#include "net/credentials.h"

#include <net/if.h>
#include <sys/ioctl.h>

#include "base/clock.h"
#include "credentialing.h"
#include "net/credentials_answer.h"

/* ---- where they are */

static void parses_dates(void)
{
	check_int(credentials_parse_date(NOW_TEXT), NOW);
	check_int(credentials_parse_date("2027-01-15T08:00:00.123456Z"), NOW);
	check_int(credentials_parse_date("2027-01-15T08:00:00"), -1);
	check_int(credentials_parse_date("2027-01-15T08:00:00+00:00"), NOW);
	check_int(credentials_parse_date("2027-01-15T09:30:00.5+01:30"), NOW);
	check_int(credentials_parse_date("2027-01-15T03:00:00-0500"), NOW);
	check_int(credentials_parse_date("2027-01-15T08:00:00+"), -1);
	check_int(credentials_parse_date("2027-01-15T08:00:00+01:00Z"), -1);
	check_int(credentials_parse_date("2027-01-15T08:00:00 +01:00"), -1);
	check_int(credentials_parse_date("2027-01-15"), -1);
	check_int(credentials_parse_date("tomorrow"), -1);
	check_int(credentials_parse_date(""), -1);
}

static void takes_those_of_the_environment(void)
{
	clear();
	check(scratch_write("credentials", "[default]\naws_access_key_id = "
					   "P\naws_secret_access_key = CANARY-P\n"));
	variables_set(&variables, "AWS_SHARED_CREDENTIALS_FILE", "credentials");
	check_found("P", "CANARY-P", NULL);
	variables_set(&variables, "AWS_ACCESS_KEY_ID", "ID");
	check_not_found("AWS_SECRET_ACCESS_KEY is not");
	variables_set(&variables, "AWS_SECRET_ACCESS_KEY", "CANARY");
	check_found("ID", "CANARY", NULL);
	variables_set(&variables, "AWS_SESSION_TOKEN", "T");
	check_found("ID", "CANARY", "T");
	variables_set(&variables, "AWS_SESSION_TOKEN", "CANARY\r\nX-Other: header");
	check_not_found("the environment gives a key or token that cannot be sent");
	variables_set(&variables, "AWS_ACCESS_KEY_ID", "CANARY two");
	check_not_found("the environment gives a key or token that cannot be sent");
}

static void an_option_goes_before_the_environment(void)
{
	struct aws_credentials got = {0};

	use_role();
	check(scratch_write("credentials",
		"[default]\naws_access_key_id = P\naws_secret_access_key = CANARY-P\n"
		"[half]\naws_access_key_id = P\n"));
	variables_set(&variables, "AWS_SHARED_CREDENTIALS_FILE", "credentials");
	variables_set(&variables, "AWS_ACCESS_KEY_ID", "ID");
	variables_set(&variables, "AWS_SECRET_ACCESS_KEY", "CANARY");
	check_int(find("default", &got), 0);
	check_str(got.id, "P");
	aws_credentials_release(&got);
	check_int(find("half", &got), -1);
	check_said(&error, KIND_CREDENTIALS, "'half' gives no whole pair");
	check_int(find("none", &got), -1);
	check_said(&error, KIND_USAGE, "no profile 'none'");
	check_int(requests(), 0);
}

static void says_what_it_cannot_follow(void)
{
	clear();
	variables_set(&variables, "AWS_CONFIG_FILE", "config");
	check(scratch_write("config", "[default]\nrole_arn = a\nsource_profile = b\n"
				      "aws_access_key_id = P\n"
				      "aws_secret_access_key = CANARY\n"));
	check_not_found("the profile 'default' has credentials by source_profile");
	check(scratch_write("config", "[default]\nrole_arn = a\n"));
	check_not_found("role_arn alone");
	check(scratch_write("config", "[default]\ncredential_process = x --CANARY\n"));
	check_not_found("credential_process");
	check(scratch_write("config", "[default]\ncredential_process = x\n"
				      "aws_access_key_id = P\n"
				      "aws_secret_access_key = CANARY\n"));
	check_found("P", "CANARY", NULL);
}

/* One where everybody is refused: it is taken, but nobody listens. */
static int deaf_port(int *fd)
{
	struct sockaddr_in name = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(name);

	*fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	check_int(bind(*fd, (struct sockaddr *)&name, len), 0);
	check_int(getsockname(*fd, (struct sockaddr *)&name, &len), 0);
	return ntohs(name.sin_port);
}

static void says_that_there_are_none(void)
{
	int fd;

	clear();
	check_not_found("--s3-no-sign-request");
	check_said(&error, KIND_CREDENTIALS, "(AWS_EC2_METADATA_DISABLED)");
	use_instance();
	variables_set(&variables, "AWS_EC2_METADATA_SERVICE_ENDPOINT",
		"http://127.0.0.1:%d", deaf_port(&fd));
	check_not_found("instance (the instance's metadata service: ");
	check_said(&error, KIND_CREDENTIALS, "--s3-no-sign-request");
	close(fd);
}

static void tells_region_and_endpoint(void)
{
	struct credentials_store *store;

	clear();
	store = open_store(NULL);
	check_str(credentials_region(store), NULL);
	check_str(credentials_endpoint(store), NULL);
	credentials_free(store);
	check(scratch_write(
		"config", "[default]\nregion = r-1\nendpoint_url = http://p\n"));
	variables_set(&variables, "AWS_CONFIG_FILE", "config");
	store = open_store(NULL);
	check_str(credentials_region(store), "r-1");
	check_str(credentials_endpoint(store), "http://p");
	credentials_free(store);
	check(scratch_write("config",
		"[default]\nregion = r-1\nendpoint_url = http://p\nservices = v\n"
		"[services v]\ns3 =\n endpoint_url = http://v\n"));
	store = open_store(NULL);
	check_str(credentials_endpoint(store), "http://v");
	credentials_free(store);
	variables_set(&variables, "AWS_DEFAULT_REGION", "r-2");
	variables_set(&variables, "AWS_ENDPOINT_URL", "http://e");
	store = open_store(NULL);
	check_str(credentials_region(store), "r-2");
	check_str(credentials_endpoint(store), "http://e");
	credentials_free(store);
	variables_set(&variables, "AWS_REGION", "r-3");
	variables_set(&variables, "AWS_ENDPOINT_URL_S3", "http://s");
	store = open_store(NULL);
	check_str(credentials_region(store), "r-3");
	check_str(credentials_endpoint(store), "http://s");
	credentials_free(store);
	variables_set(&variables, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true");
	store = open_store(NULL);
	check_str(credentials_endpoint(store), NULL);
	credentials_free(store);
	variables_set(&variables, "AWS_REGION", "evil.example/");
	check(!open_store(NULL));
	check_said(&error, KIND_USAGE, "not the name of a region: 'evil.example/'");
}

/* ---- the instance */

static void asks_the_instance(void)
{
	use_instance();
	instance_says(200, KEYS("I", "2027-01-15T14:00:00Z"));
	check_found("I", "CANARY-I", "T-CANARY-I");
	check_int(requests(), 3);
	variables_set(&variables, "AWS_EC2_METADATA_DISABLED", "TRUE");
	check_not_found("AWS_EC2_METADATA_DISABLED");
	check_int(requests(), 0);
}

static void believes_no_instance(void)
{
	use_instance();
	instance_says(200, "{\"Code\": \"AssumeRoleUnauthorizedAccess\"}");
	check_not_found("gives no credentials: AssumeRoleUnauthorizedAccess");
	instance_says(200, "{\"Code\": \"say CANARY!\"}");
	check_not_found("gives no credentials: it does not say why");
	instance_says(200, "{\"SecretAccessKey\": \"CANARY\", ");
	check_not_found("this is no JSON");
	instance_says(200, "[\"CANARY\"]");
	check_not_found("gives no whole pair of keys");
	instance_says(200, "");
	check_not_found("this is no JSON");
	use_instance();
	instance_says(200, KEYS("I", "CANARY"));
	check_not_found("gives an expiration that is no date");
	instance_says(200, KEYS("I\\r\\nX-Evil: 1", "2027-01-15T14:00:00Z"));
	check_not_found("gives a key or token that cannot be sent");
	instance_says(403, "CANARY");
	check_not_found("HTTP 403");
	say("GET " ROLES_PATH, NULL, NULL, 200, "../../CANARY\n");
	check_not_found("a role's name that is none");
	use_instance();
	say("GET " ROLES_PATH, NULL, NULL, 404, "");
	check_not_found("this instance has no role");
	say("PUT " TOKEN_PATH, NULL, NULL, 200, "CANARY\r\nX-Evil: 1");
	check_not_found("a session token that is none");
	/* What is at that address elsewhere knows no sessions. */
	say("PUT " TOKEN_PATH, NULL, NULL, 404, "not found");
	check_not_found("--s3-no-sign-request");
	say("PUT " TOKEN_PATH, NULL, NULL, 302, "");
	check_not_found("HTTP 302");
	requests();
	say("PUT " TOKEN_PATH, NULL, NULL, 503, "");
	check_not_found("HTTP 503");
	check_int(requests(), 2);
}

static void bounds_what_an_instance_says(void)
{
	char *large = malloc(70000);

	memset(large, 'a', 70000 - 1);
	large[70000 - 1] = '\0';
	use_instance();
	instance_says(200, large);
	check_not_found("answers with too much");
	free(large);
}

static void does_not_wait_for_long(void)
{
	nstime start = clock_now();

	use_instance();
	say("PUT " TOKEN_PATH, NULL, NULL, 200, NULL);
	check_not_found("Timeout");
	check_int(requests(), 2);
	check(clock_now() - start >= 2 * NS_PER_SEC);
	check(clock_now() - start < 20 * NS_PER_SEC);
}

/* ---- the container */

static void asks_the_container(void)
{
	use_container();
	say("GET /keys?a=b", NULL, NULL, 200, KEYS("C", "2027-01-15T14:00:00Z"));
	check_found("C", "CANARY-C", "T-CANARY-C");
	check(!strcasestr(server.request, "\r\nAuthorization:"));
	say("GET /keys?a=b", "Authorization", "Basic CANARY", 200,
		"{\"AccessKeyId\": \"D\", \"SecretAccessKey\": \"CANARY-D\"}");
	variables_set(&variables, "AWS_CONTAINER_AUTHORIZATION_TOKEN", "Basic CANARY");
	check_found("D", "CANARY-D", NULL);
	check(scratch_write("pod", "Bearer CANARY\n"));
	variables_set(&variables, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "pod");
	say("GET /keys?a=b", "Authorization", "Bearer CANARY", 200,
		KEYS("E", "2027-01-15T14:00:00Z"));
	check_found("E", "CANARY-E", "T-CANARY-E");
	check(scratch_write("pod", "Bearer CANARY\r\nX-Evil: 1"));
	requests();
	check_not_found("the container's token has characters");
	variables_set(&variables, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "none");
	check_not_found("container's token none: No such file");
	check_int(requests(), 0);
}

static void believes_no_container(void)
{
	use_container();
	say("GET /keys?a=b", NULL, NULL, 400,
		"{\"code\": \"InvalidIdInRequest\", \"message\": \"CANARY\"}");
	check_not_found("HTTP 400: InvalidIdInRequest");
	say("GET /keys?a=b", NULL, NULL, 401, "CANARY");
	check_not_found("the container's credential service: HTTP 401");
	say("GET /keys?a=b", NULL, NULL, 301, "");
	check_not_found("HTTP 301");
	say("GET /keys?a=b", NULL, NULL, 200, "<html>CANARY");
	check_not_found("this is no JSON");
	say("GET /keys?a=b", NULL, NULL, 200,
		"{\"AccessKeyId\": 1, \"SecretAccessKey\": [\"CANARY\"]}");
	check_not_found("no whole pair");
}

static void asks_only_who_serves_containers(void)
{
	static const char *const refused[] = {"http://192.0.2.1/",
		"http://example.com/", "http://169.254.170.3/",
		"http://127.0.0.1.example.com/", "http://localhost.example.com/",
		"http://127.1.example.com/", "http://[fe80::1]/"};

	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		clear();
		variables_set(&variables, "AWS_CONTAINER_CREDENTIALS_FULL_URI", "%s",
			refused[i]);
		check_not_found("FULL_URI: http only to this machine");
	}
	clear();
	variables_set(&variables, "AWS_CONTAINER_CREDENTIALS_FULL_URI", "%s",
		"ftp://u:CANARY@127.0.0.1/");
	check_not_found("AWS_CONTAINER_CREDENTIALS_FULL_URI: ");
}

/* ---- the token service */

static void asks_for_a_role(void)
{
	use_role();
	say("POST /", "Accept", "application/json", 200, STS_JSON("S"));
	check_found("S", "CANARY-S", "T-CANARY-S");
	check_str(httpd_body(server.request),
		"Action=AssumeRoleWithWebIdentity&Version=2011-06-15&"
		"RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr&RoleSessionName=seine&"
		"WebIdentityToken=JWT.CANARY-~_");
	variables_set(&variables, "AWS_ROLE_SESSION_NAME", "me@here");
	check_found("S", "CANARY-S", "T-CANARY-S");
	check(strstr(httpd_body(server.request), "&RoleSessionName=me%40here&") !=
		NULL);
	say("POST /", NULL, NULL, 200,
		"<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult>"
		"<Credentials><AccessKeyId>X</AccessKeyId>"
		"<SecretAccessKey>CANARY&amp;X</SecretAccessKey>"
		"<Expiration>2027-01-15T14:00:00Z</Expiration>"
		"<SessionToken>T-CANARY-X</SessionToken></Credentials>"
		"</AssumeRoleWithWebIdentityResult></"
		"AssumeRoleWithWebIdentityResponse>");
	check_found("X", "CANARY&X", "T-CANARY-X");
}

static void asks_for_the_role_of_a_profile(void)
{
	use_role();
	variables_set(&variables, "AWS_WEB_IDENTITY_TOKEN_FILE", "%s", "");
	variables_set(&variables, "AWS_CONFIG_FILE", "config");
	variables_set(&variables, "HOME", ".");
	check(scratch_write("config", "[default]\nrole_arn = arn:p\n"
				      "web_identity_token_file = ~/token\n"
				      "role_session_name = p\n"));
	say("POST /", NULL, NULL, 200, STS_JSON("S"));
	check_found("S", "CANARY-S", "T-CANARY-S");
	check(strstr(httpd_body(server.request),
		      "&RoleArn=arn%3Ap&RoleSessionName=p&") != NULL);
}

static void believes_no_token_service(void)
{
	use_role();
	say("POST /", NULL, NULL, 400,
		"{\"Error\": {\"Code\": \"InvalidIdentityToken\", "
		"\"Message\": \"CANARY\", \"Type\": \"Sender\"}, \"RequestId\": "
		"\"r\"}");
	check_not_found("HTTP 400: InvalidIdentityToken");
	say("POST /", NULL, NULL, 403,
		"<ErrorResponse><Error><Code>AccessDenied</Code>"
		"<Message>CANARY</Message></Error></ErrorResponse>");
	check_not_found("HTTP 403: AccessDenied");
	say("POST /", NULL, NULL, 200, "{\"AssumeRoleWithWebIdentityResponse\": 1}");
	check_not_found("gives no whole pair of keys");
	say("POST /", NULL, NULL, 200, "<a><AccessKeyId>X</AccessKeyId><CANARY></a>");
	check_not_found("malformed XML");
	say("POST /", NULL, NULL, 200,
		"<a><AccessKeyId>X</AccessKeyId><SecretAccessKey>CANARY"
		"</SecretAccessKey><Expiration>CANARY</Expiration></a>");
	check_not_found("gives an expiration that is no date");
}

static void sends_no_token_astray(void)
{
	use_role();
	variables_set(&variables, "AWS_ENDPOINT_URL_STS", "http://sts.example.com");
	check_not_found("no web identity token is sent");
	variables_set(&variables, "AWS_ENDPOINT_URL_STS", "gopher://sts.example.com");
	check_not_found("the URL of the token service");
	use_role();
	check(scratch_write("token", " \n"));
	check_not_found("no token is in token");
	check(scratch_write("token", "CANARY two\n"));
	check_not_found("no token is in token");
	variables_set(&variables, "AWS_WEB_IDENTITY_TOKEN_FILE", "nothing");
	check_not_found("web identity token nothing: No such file");
	variables_set(&variables, "AWS_ROLE_ARN", "%s", "");
	check_not_found("AWS_ROLE_ARN is not");
	check_int(requests(), 0);
}

/* Where they are, if nobody says, can be seen where nobody can go but by a proxy. */
static void asks_amazons_own(void)
{
	char text[64];

	use_role();
	variables_set(&variables, "AWS_ENDPOINT_URL_STS", "%s", "");
	snprintf(text, sizeof(text), "http://127.0.0.1:%d", server.httpd.port);
	proxy = text;
	check_not_found("the token service (STS): ");
	check(httpd_is(server.request, "CONNECT sts.amazonaws.com:443"));
	variables_set(&variables, "AWS_REGION", "eu-west-1");
	check_not_found("the token service (STS): ");
	check(httpd_is(server.request, "CONNECT sts.eu-west-1.amazonaws.com:443"));
	variables_set(&variables, "AWS_REGION", "cn-north-1");
	check_not_found("the token service (STS): ");
	check(httpd_is(server.request, "CONNECT sts.cn-north-1.amazonaws.com.cn:443"));
	region = "eu-west-2";
	check_not_found("the token service (STS): ");
	check(httpd_is(server.request, "CONNECT sts.eu-west-2.amazonaws.com:443"));
	proxy = region = NULL;
}

static void asks_this_machine_by_no_proxy(void)
{
	char text[64];
	int fd;

	snprintf(text, sizeof(text), "http://127.0.0.1:%d", deaf_port(&fd));
	proxy = text;
	use_container();
	say("GET /keys?a=b", NULL, NULL, 200, KEYS("C", "2027-01-15T14:00:00Z"));
	check_found("C", "CANARY-C", "T-CANARY-C");
	use_instance();
	instance_says(200, KEYS("I", "2027-01-15T14:00:00Z"));
	check_found("I", "CANARY-I", "T-CANARY-I");
	use_role();
	say("POST /", NULL, NULL, 200, STS_JSON("S"));
	check_found("S", "CANARY-S", "T-CANARY-S");
	proxy = NULL;
	close(fd);
}

/* ---- the addresses that services have */

static bool own_address(int fd, const char *label, const char *address)
{
	struct ifreq request = {0};
	struct sockaddr_in name = {.sin_family = AF_INET};

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", label);
	if (address) {
		if (inet_pton(AF_INET, address, &name.sin_addr) != 1)
			return false;
		memcpy(&request.ifr_addr, &name, sizeof(name));
		return ioctl(fd, SIOCSIFADDR, &request) == 0;
	}
	request.ifr_flags = IFF_UP;
	return ioctl(fd, SIOCSIFFLAGS, &request) == 0;
}

/* In a network of its own, where the machine has both addresses. */
static bool have_addresses(void)
{
	int fd;
	bool had;

	if (unshare(CLONE_NEWNET) != 0)
		return false;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	had = own_address(fd, "lo", NULL) && own_address(fd, "lo:1", "169.254.170.2") &&
	      own_address(fd, "lo:2", "169.254.169.254");
	close(fd);
	return had;
}

static bool can_have_addresses(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(have_addresses() ? 0 : 1);
	return scratch_wait(pid) == 0;
}

static void ask_them(void)
{
	struct httpd container = {.answer = answer}, instance = {.answer = answer};

	if (!have_addresses())
		return;
	httpd_start_at(&container, "169.254.170.2", 80);
	httpd_start_at(&instance, "169.254.169.254", 80);
	use_instance();
	variables_set(&variables, "AWS_EC2_METADATA_SERVICE_ENDPOINT", "%s", "");
	instance_says(200, KEYS("I", "2027-01-15T14:00:00Z"));
	check_found("I", "CANARY-I", "T-CANARY-I");
	check_int(atomic_load(&instance.requests), 3);
	variables_set(&variables, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/keys");
	say("GET /v2/keys", NULL, NULL, 200, KEYS("C", "2027-01-15T14:00:00Z"));
	check_found("C", "CANARY-C", "T-CANARY-C");
	check_int(atomic_load(&container.requests), 1);
	httpd_stop(&container);
	httpd_stop(&instance);
}

static void knows_their_addresses(void)
{
	scratch_run_denied(ask_them, 0, 0);
}

int main(void)
{
	if (!begin())
		return 1;
	run_if(can_have_addresses(), "no network of our own here",
		knows_their_addresses);
	httpd_start(&server.httpd);
	run(parses_dates);
	run(takes_those_of_the_environment);
	run(an_option_goes_before_the_environment);
	run(says_what_it_cannot_follow);
	run(says_that_there_are_none);
	run(tells_region_and_endpoint);
	run(asks_the_instance);
	run(believes_no_instance);
	run(bounds_what_an_instance_says);
	run(does_not_wait_for_long);
	run(asks_the_container);
	run(believes_no_container);
	run(asks_only_who_serves_containers);
	run(asks_for_a_role);
	run(asks_for_the_role_of_a_profile);
	run(believes_no_token_service);
	run(sends_no_token_astray);
	run(asks_amazons_own);
	run(asks_this_machine_by_no_proxy);
	return end();
}
