/* credentials_sts.h - credentials of a role, for a token that says who we are: the request
 * AssumeRoleWithWebIdentity of the AWS Security Token Service (its API Reference). Any thread.
 * Internal to net/. */
#ifndef SEINE_NET_CREDENTIALS_STS_H
#define SEINE_NET_CREDENTIALS_STS_H

#include "base/attr.h"
#include "base/diag.h"
#include "net/ask.h"
#include "net/credentials.h"

/* What is asked for. Borrowed. */
struct sts_role {
	const char *arn;
	const char *session_name; /* NULL: ours */
	const char *token_file;   /* read anew for each request */
	const char *endpoint;     /* NULL: Amazon's, of the region */
	const char *region;       /* as s3_is_region has it; NULL: none in particular */
};

/* The token goes by https, or to this machine; else it is refused. */
int credentials_of_role(struct aws_credentials *out, const struct sts_role *role,
	const struct ask_route *route, struct error *err) must_check;

#endif
