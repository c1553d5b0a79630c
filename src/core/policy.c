/* The judgement of outcomes, as one switch over kinds and one over statuses. */
#include "core/policy.h"

/* A server that asks for more patience than this is cut to it: the job would hang. */
#define PAUSE_MAX (600 * NS_PER_SEC)

static bool status_is_transient(long status)
{
	switch (status) {
	case 408: /* Request Timeout */
	case 425: /* Too Early */
	case 429: /* Too Many Requests */
	case 500:
	case 502:
	case 503:
	case 504:
	case 522: /* Cloudflare: origin timed out; curl retries these two as well */
	case 524:
		return true;
	default:
		return false;
	}
}

bool policy_is_transient(const struct outcome *outcome)
{
	if (outcome->renewed)
		return true;
	switch (outcome->kind) {
	case KIND_DNS:
	case KIND_CONNECT:
	case KIND_TLS_SETUP:
	case KIND_TIMEOUT:
	case KIND_STALL:
	case KIND_NETWORK:
	case KIND_TRUNCATED:
	case KIND_PROTOCOL:
	case KIND_RANGE:
	case KIND_CHANGED:
	case KIND_CHECKSUM:
	case KIND_CROWDED:
	case KIND_DESCRIPTORS:
		return true;
	case KIND_HTTP:
		return status_is_transient(outcome->exchange.status);
	default:
		return false;
	}
}

bool policy_is_refusal(const struct outcome *outcome)
{
	return outcome->kind == KIND_DESCRIPTORS ||
	       (outcome->kind == KIND_HTTP && (outcome->exchange.status == 429 ||
						      outcome->exchange.status == 503));
}

bool policy_is_fatal(const struct outcome *outcome)
{
	return outcome->kind == KIND_DISK;
}

nstime policy_backoff(const struct settings *settings, unsigned round, uint64_t random)
{
	nstime ceiling = settings->retry_wait;

	while (round-- > 0 && ceiling > 0 && ceiling < settings->retry_max_wait)
		ceiling = ceiling > NSTIME_NEVER / 2 ? NSTIME_NEVER : ceiling * 2;
	if (ceiling > settings->retry_max_wait)
		ceiling = settings->retry_max_wait;
	/* The top 53 bits: the modulo's bias is far below the clock's grain. */
	return ceiling > 0 ? (nstime)((random >> 11) % ((uint64_t)ceiling + 1)) : 0;
}

nstime policy_pause(nstime retry_after)
{
	return retry_after < PAUSE_MAX ? retry_after : PAUSE_MAX;
}

/* The host of a URL as an address: without the brackets of an IPv6 literal. */
static bool host_is_private(const struct url *url)
{
	char address[64];
	const char *host = url->host;
	size_t len = 0;

	if (*host == '[')
		host++;
	while (host[len] && host[len] != ']' && len < sizeof(address) - 1) {
		address[len] = host[len];
		len++;
	}
	address[len] = '\0';
	return url_address_is_private(address);
}

int policy_redirect(const struct settings *settings, const struct url *from,
	const struct url *to, unsigned hops, bool from_public, struct error *err)
{
	if (hops > settings->max_redirs)
		return error_set(err, KIND_REDIRECT, 0,
			"more than %lld redirects (--max-redirs)",
			(long long)settings->max_redirs);
	if (url_is_https(from) && !url_is_https(to) && !settings->allow_downgrade)
		return error_set(err, KIND_REDIRECT, 0,
			"redirected from https to http; --allow-downgrade follows");
	if (from_public && !settings->allow_private && host_is_private(to))
		return error_set(err, KIND_REDIRECT, 0,
			"redirected from a public server to a private address; "
			"--allow-private follows");
	return 0;
}
