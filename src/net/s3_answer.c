/* Regions that a store names are learnt, credentials that it calls expired are renewed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "net/s3_parts.h"
#include "net/s3error.h"

/* The same request, in the region where the bucket is. */
static void move(struct s3 *s3, const struct attempt *attempt, const char *region,
	struct outcome *outcome)
{
	const char *bucket = attempt->bucket;

	log_debug("bucket %s is in region %s", bucket, region);
	regions_learn(s3->regions, bucket, region);
	free(outcome->location);
	outcome->location = s3_moved_url(&s3->site, region, bucket, attempt->url);
	outcome->moved = true;
	outcome->type = OUTCOME_REDIRECT;
}

/* Does the answer say that the bucket is elsewhere? A region is named by answers about other
 * things, too; then it is the one where we are. */
static bool is_elsewhere(struct s3 *s3, const struct attempt *attempt,
	const struct s3error *why, const char *region, long status)
{
	static const char *const codes[] = {"AuthorizationHeaderMalformed",
		"PermanentRedirect", "TemporaryRedirect"};
	char known[REGION_SIZE];

	if ((status != 301 && status != 307 && status != 400) || !region ||
		!attempt->at_home || !s3_is_region(region))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		if (strcmp(why->code, codes[i]) == 0)
			return true;
	regions_find(s3->regions, attempt->bucket, known);
	return strcmp(known, region) != 0;
}

/* Is the token at fault that came with the request, so that others may do? One that was revoked, or
 * that the store has forgotten, is InvalidToken to it. An unknown key (InvalidAccessKeyId) is not
 * among them: it is that of another store, in all likelihood, and asking again does not help. */
static bool are_expired(const struct s3error *why)
{
	static const char *const codes[] = {"ExpiredToken", "ExpiredTokenException",
		"InvalidToken", "TokenRefreshRequired"};

	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		if (strcmp(why->code, codes[i]) == 0)
			return true;
	return false;
}

/* The failure, in the store's words, and what is to be done about it ("": nothing more). That is
 * not cut, whatever the store says. */
static void tell(struct outcome *outcome, const struct s3error *why, const char *to_do)
{
	size_t len = strlen(outcome->text), size = sizeof(outcome->text) - len;
	size_t rest = sizeof(": :  ()") + strlen(why->code) + strlen(to_do);

	snprintf(outcome->text + len, size, ": %s%s%.*s%s%s%s", why->code,
		why->message[0] ? ": " : "", rest < size ? (int)(size - rest) : 0,
		why->message, *to_do ? " (" : "", to_do, *to_do ? ")" : "");
}

void s3_judge(struct s3 *s3, const struct attempt *attempt, uint64_t signer,
	const struct buf *body, const char *region, struct outcome *outcome)
{
	struct error to_do = {.text = ""};
	struct s3error why;
	bool said = s3error_read(&why, body->data, body->len);

	if (!region && why.region[0])
		region = why.region;
	if (is_elsewhere(s3, attempt, &why, region, outcome->exchange.status))
		move(s3, attempt, region, outcome);
	if (!said || outcome->type != OUTCOME_FAILED)
		return;
	if (signer > 0 && are_expired(&why)) {
		outcome->renewed =
			credentials_expired(s3->store, time(NULL), signer, &to_do) == 0;
		if (!outcome->renewed)
			outcome->kind = to_do.kind;
	}
	tell(outcome, &why, to_do.text);
}
