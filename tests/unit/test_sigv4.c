/* test_sigv4.c - signatures against what Amazon has published. */
#include "net/sigv4.h"

#include <stdlib.h>
#include <string.h>

#include "sigv4_vectors.h"
#include "tap.h"

static const struct sigv4_secret example = {
	"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"};
/* Of the examples in the Amazon S3 API Reference. */
static const struct sigv4_secret s3_example = {
	"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"};

static struct sigv4_request request_of(const struct vector *vector)
{
	struct sigv4_request request = {.method = vector->method,
		.path = vector->path,
		.query = vector->query,
		.normalize = vector->normalize,
		.headers = vector->headers,
		.payload = vector->payload ? vector->payload : SIGV4_NO_PAYLOAD,
		.time = "20150830T123600Z",
		.region = "us-east-1",
		.service = "service"};

	while (request.headers[request.n_headers].name)
		request.n_headers++;
	return request;
}

static void check_signature(struct sigv4_key *key, const struct sigv4_secret *secret,
	const struct sigv4_request *request, const char *signature)
{
	struct buf text = BUF_INIT;
	struct error err;
	const char *got;

	check_int(sigv4_sign(key, secret, request, &text, &err), 0);
	got = strstr(text.data, "Signature=");
	check_str(got ? got + strlen("Signature=") : "", signature);
	buf_release(&text);
}

static void signs_the_published_vectors(void)
{
	struct sigv4_key key = {.known = false};

	for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
		const struct vector *vector = &vectors[i];
		struct sigv4_request request = request_of(vector);
		struct buf text = BUF_INIT;
		int failed = tap_failed_checks;

		sigv4_add_canonical(&text, &request);
		check_str(text.data, vector->canonical);
		buf_release(&text);
		check_signature(&key, &example, &request, vector->signature);
		if (tap_failed_checks != failed)
			printf("# in %s\n", vector->name);
	}
	check_int(ARRAY_LEN(vectors), 38);
	sigv4_key_release(&key);
	check(!key.known);
}

static void signs_as_s3_wants_it(void)
{
	static const struct sigv4_header get[] = {
		{"Host", "examplebucket.s3.amazonaws.com"},
		{"Range", "bytes=0-9"},
		{"x-amz-content-sha256", SIGV4_NO_PAYLOAD},
		{"x-amz-date", "20130524T000000Z"},
	};
	static const struct sigv4_header list[] = {
		{"x-amz-date: as the line is sent", "20130524T000000Z"},
		{"x-amz-content-sha256", SIGV4_NO_PAYLOAD},
		{"Host", "examplebucket.s3.amazonaws.com"},
	};
	struct sigv4_key key = {.known = false};
	struct sigv4_request request = {.method = "GET",
		.path = "/test.txt",
		.headers = get,
		.n_headers = ARRAY_LEN(get),
		.payload = SIGV4_NO_PAYLOAD,
		.time = "20130524T000000Z",
		.region = "us-east-1",
		.service = "s3"};

	check_signature(&key, &s3_example, &request,
		"f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
	request.path = "/";
	request.query = "max-keys=2&prefix=J";
	request.headers = list;
	request.n_headers = ARRAY_LEN(list);
	check_signature(&key, &s3_example, &request,
		"34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
	request.query = "lifecycle";
	check_signature(&key, &s3_example, &request,
		"fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
	sigv4_key_release(&key);
}

/* What differs in anything that the key is derived from must not be signed with the old one. */
static void derives_a_key_for_each_purpose(void)
{
	static const struct sigv4_header headers[] = {{"host", "a.example"}};
	struct sigv4_secret secret = {"id", "secret"}, other = {"id", "other secret"};
	struct sigv4_request request = {.method = "GET",
		.path = "/",
		.headers = headers,
		.n_headers = 1,
		.payload = SIGV4_NO_PAYLOAD,
		.time = "20240101T000000Z",
		.region = "us-east-1",
		.service = "s3"};
	struct sigv4_request tomorrow = request, there = request, of_else = request;
	const struct sigv4_request *each[] = {
		&request, &tomorrow, &there, &of_else, &request};
	struct sigv4_key kept = {.known = false};
	struct error err;

	tomorrow.time = "20240102T000000Z";
	there.region = "eu-west-1";
	of_else.service = "sts";
	for (size_t i = 0; i < 2 * ARRAY_LEN(each); i++) {
		struct sigv4_key fresh = {.known = false};
		struct sigv4_secret *who = i < ARRAY_LEN(each) ? &secret : &other;
		struct buf one = BUF_INIT, two = BUF_INIT;

		check_int(sigv4_sign(&kept, who, each[i % ARRAY_LEN(each)], &one, &err),
			0);
		check_int(
			sigv4_sign(&fresh, who, each[i % ARRAY_LEN(each)], &two, &err),
			0);
		check_str(one.data, two.data);
		buf_release(&one);
		buf_release(&two);
		sigv4_key_release(&fresh);
	}
	sigv4_key_release(&kept);
}

static void tells_the_time(void)
{
	char text[SIGV4_TIME_SIZE];

	check_str(sigv4_time(text, 1440938160), "20150830T123600Z");
	check_str(sigv4_time(text, 0), "19700101T000000Z");
}

int main(void)
{
	run(signs_the_published_vectors);
	run(signs_as_s3_wants_it);
	run(derives_a_key_for_each_purpose);
	run(tells_the_time);
	return done();
}
