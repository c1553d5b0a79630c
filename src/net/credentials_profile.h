/* credentials_profile.h - a profile of Amazon's tools: what the files "credentials" and "config"
 * say of it (AWS SDKs and Tools Reference Guide, "Using shared config and credentials files").
 *
 * Does not follow what a profile refers to, but for its section of services. Any thread.
 * Internal to net/. */
#ifndef SEINE_NET_CREDENTIALS_PROFILE_H
#define SEINE_NET_CREDENTIALS_PROFILE_H

#include "base/attr.h"
#include "base/diag.h"
#include "net/environment.h"

/* NULL: not said. Owned. */
struct profile {
	char *name;
	/* config and credentials: where it was looked for, or would be. */
	char *files[2];
	char *id, *secret, *token; /* all of one file */
	char *region, *endpoint_url;
	char *services;        /* a section of what is so for one service alone, ... */
	char *s3_endpoint_url; /* ... and what that says of S3 */
	char *role_arn, *role_session_name, *web_identity_token_file;
	/* The first key of those that lead elsewhere; constant. */
	const char *role_source; /* with whose credentials the role is taken on */
	const char *elsewhere;   /* what else would give credentials */
};

/* Read the profile: the named one, else that of AWS_PROFILE, else "default". Files that are not
 * there are no failure, nor is one of ours that we may not read, with a warning; KIND_USAGE are
 * other files that cannot be read, a line of the profile that is none, and a profile that is in
 * neither file, unless it is the default one. On failure *profile is released. */
int credentials_profile_load(struct profile *profile, const char *name,
	const struct environment *environment, struct error *err) must_check;
void credentials_profile_release(struct profile *profile);

#endif
