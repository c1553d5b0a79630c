/* test_curlcode.c - what each result of libcurl's is in our terms, and so what is tried
 * again. */
#include "net/curlcode.h"

#include "base/attr.h"
#include "core/policy.h"
#include "tap.h"

static const struct {
	CURLcode code;
	enum kind kind;
} cases[] = {
	{CURLE_UNSUPPORTED_PROTOCOL, KIND_PROTOCOL}, /* HTTP/0.9: no URL gets so far */
	{CURLE_URL_MALFORMAT, KIND_BAD_URL},
	{CURLE_COULDNT_RESOLVE_PROXY, KIND_DNS},
	{CURLE_COULDNT_RESOLVE_HOST, KIND_DNS},
	{CURLE_COULDNT_CONNECT, KIND_CONNECT},
	{CURLE_INTERFACE_FAILED, KIND_CONNECT},
	{CURLE_PROXY, KIND_CONNECT},
	{CURLE_SSL_CONNECT_ERROR, KIND_TLS_SETUP},
	{CURLE_PEER_FAILED_VERIFICATION, KIND_TLS_VERIFY},
	{CURLE_SSL_CERTPROBLEM, KIND_TLS_VERIFY},
	{CURLE_SSL_CACERT_BADFILE, KIND_TLS_VERIFY},
	{CURLE_SSL_ISSUER_ERROR, KIND_TLS_VERIFY},
	{CURLE_SSL_PINNEDPUBKEYNOTMATCH, KIND_TLS_VERIFY},
	{CURLE_SSL_INVALIDCERTSTATUS, KIND_TLS_VERIFY},
	{CURLE_OPERATION_TIMEDOUT, KIND_TIMEOUT},
	{CURLE_PARTIAL_FILE, KIND_TRUNCATED},
	{CURLE_GOT_NOTHING, KIND_NETWORK},
	{CURLE_SEND_ERROR, KIND_NETWORK},
	{CURLE_RECV_ERROR, KIND_NETWORK},
	{CURLE_HTTP2, KIND_NETWORK},
	{CURLE_HTTP2_STREAM, KIND_NETWORK},
	{CURLE_HTTP3, KIND_NETWORK},
	{CURLE_WEIRD_SERVER_REPLY, KIND_PROTOCOL},
	{CURLE_BAD_CONTENT_ENCODING, KIND_PROTOCOL},
	{CURLE_FILESIZE_EXCEEDED, KIND_TOO_LARGE},
	{CURLE_ABORTED_BY_CALLBACK, KIND_INTERRUPTED},
	{CURLE_WRITE_ERROR, KIND_INTERNAL},
	{CURLE_OUT_OF_MEMORY, KIND_INTERNAL},
	{CURLE_BAD_FUNCTION_ARGUMENT, KIND_INTERNAL},
};

static void named_codes(void)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		if (curlcode_kind(cases[i].code) != cases[i].kind)
			printf("# %s\n", curl_easy_strerror(cases[i].code));
		check_int(curlcode_kind(cases[i].code), cases[i].kind);
	}
}

static bool is_transient(int code)
{
	struct outcome outcome = {
		.type = OUTCOME_FAILED, .kind = curlcode_kind((CURLcode)code)};

	return policy_is_transient(&outcome);
}

/* The codes that may pass, by number, as any list of them has it. */
static void transient_codes(void)
{
	static const int transient[] = {5, 6, 7, 16, 18, 28, 35, 52, 55, 56, 92, 95};
	static const int permanent[] = {3, 22, 23, 27, 42, 47, 58, 60, 63, 77, 83, 90};

	for (size_t i = 0; i < ARRAY_LEN(transient); i++) {
		if (!is_transient(transient[i]))
			printf("# %d is transient\n", transient[i]);
		check(is_transient(transient[i]));
	}
	for (size_t i = 0; i < ARRAY_LEN(permanent); i++) {
		if (is_transient(permanent[i]))
			printf("# %d is permanent\n", permanent[i]);
		check(!is_transient(permanent[i]));
	}
}

/* No code is without a kind, or of one that other parts of the program give. */
static void every_code(void)
{
	for (int code = 1; code <= CURL_LAST + 10; code++) {
		enum kind kind = curlcode_kind((CURLcode)code);

		check(kind != KIND_NONE && kind < KIND_COUNT);
		check(kind != KIND_HTTP && kind != KIND_CHECKSUM && kind != KIND_DISK &&
			kind != KIND_USAGE && kind != KIND_EXISTS);
	}
}

/* The server wants a certificate of ours: no bug of this program, and another mirror may
 * do without. */
static void client_certificate_wanted(void)
{
	check_int(curlcode_kind(CURLE_SSL_CLIENTCERT), KIND_TLS_VERIFY);
}

int main(void)
{
	run(named_codes);
	run(transient_codes);
	run(every_code);
	run(client_certificate_wanted);
	return done();
}
