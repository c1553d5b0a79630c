/* credentials_metadata.h - credentials that the machine gives us: those of the container (Amazon
 * ECS Developer Guide, "Task IAM role"; EKS Pod Identity) and of the instance (Amazon EC2 User
 * Guide, "Use the Instance Metadata Service", version 2 only). Any thread. Internal to net/. */
#ifndef SEINE_NET_CREDENTIALS_METADATA_H
#define SEINE_NET_CREDENTIALS_METADATA_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/diag.h"
#include "net/ask.h"
#include "net/credentials.h"

/* By `uri`, which is that of a container: a path at 169.254.170.2, or a whole URL. Only https is
 * asked, or a machine that is this one or gives credentials to its containers: the URL, or the
 * token that goes with it, may be all that is needed to have them. */
int credentials_of_container(struct aws_credentials *out, const char *uri,
	const struct environment *environment, const struct ask_route *route,
	struct error *err) must_check;

/* *none: this is no instance, or one without a role; *err says so. */
int credentials_of_instance(struct aws_credentials *out,
	const struct environment *environment, const struct ask_route *route,
	bool *none, struct error *err) must_check;

#endif
