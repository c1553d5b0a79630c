/* credentials_chain.h - the search for credentials, as credentials.h says. Asks services while the
 * caller waits. Any thread. Internal to net/. */
#ifndef SEINE_NET_CREDENTIALS_CHAIN_H
#define SEINE_NET_CREDENTIALS_CHAIN_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/diag.h"
#include "net/ask.h"
#include "net/credentials.h"
#include "net/credentials_profile.h"

/* What the search goes by. Borrowed. */
struct credentials_chain {
	const struct environment *environment;
	const struct profile *profile;
	bool profile_first;       /* it was named by an option */
	const char *region;       /* NULL: none in particular */
	const char *sts_endpoint; /* NULL: Amazon's */
	struct ask_route route;
};

/* KIND_CREDENTIALS, or KIND_INTERRUPTED. `err` is not NULL. */
int credentials_find(struct aws_credentials *out, const struct credentials_chain *chain,
	struct error *err) must_check;

#endif
