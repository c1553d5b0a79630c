#include "net/credentials_chain.h"

#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "net/credentials_answer.h"
#include "net/credentials_metadata.h"
#include "net/credentials_sts.h"

enum found { FOUND, FAILED, NOT_HERE };

typedef enum found place(struct aws_credentials *out,
	const struct credentials_chain *chain, struct error *err);

static const char *variable(const struct credentials_chain *chain, const char *name)
{
	return environment_get(chain->environment, name);
}

/* Copies of keys that are not handed out for a time. */
static enum found take_keys(struct aws_credentials *out, const char *id,
	const char *secret, const char *token, const char *who, struct error *err)
{
	*out = (struct aws_credentials){.id = xstrdup(id),
		.secret = xstrdup(secret),
		.token = xstrdup(token),
		.expires = INT64_MAX,
		.keeper = xstrdup(who)};
	if (credentials_check(out, who, err) == 0)
		return FOUND;
	aws_credentials_release(out);
	return FAILED;
}

static enum found in_environment(struct aws_credentials *out,
	const struct credentials_chain *chain, struct error *err)
{
	const char *id = variable(chain, "AWS_ACCESS_KEY_ID");
	const char *secret = variable(chain, "AWS_SECRET_ACCESS_KEY");

	if (!id || chain->profile_first)
		return NOT_HERE;
	if (!secret) {
		(void)error_set(err, KIND_CREDENTIALS, 0,
			"AWS_ACCESS_KEY_ID is set, AWS_SECRET_ACCESS_KEY is not");
		return FAILED;
	}
	return take_keys(out, id, secret, variable(chain, "AWS_SESSION_TOKEN"),
		"the environment", err);
}

static enum found of_role(struct aws_credentials *out,
	const struct credentials_chain *chain, const char *arn, const char *name,
	const char *token_file, struct error *err)
{
	char *path _cleanup_(freep) = environment_path(chain->environment, token_file);
	struct sts_role role = {.arn = arn,
		.session_name = name,
		.token_file = path,
		.endpoint = chain->sts_endpoint,
		.region = chain->region};

	return credentials_of_role(out, &role, &chain->route, err) == 0 ? FOUND
									: FAILED;
}

static enum found by_web_identity(struct aws_credentials *out,
	const struct credentials_chain *chain, struct error *err)
{
	const char *token_file = variable(chain, "AWS_WEB_IDENTITY_TOKEN_FILE");
	const char *arn = variable(chain, "AWS_ROLE_ARN");

	if (!token_file || chain->profile_first)
		return NOT_HERE;
	if (!arn) {
		(void)error_set(err, KIND_CREDENTIALS, 0,
			"AWS_WEB_IDENTITY_TOKEN_FILE is set, AWS_ROLE_ARN is not");
		return FAILED;
	}
	return of_role(out, chain, arn, variable(chain, "AWS_ROLE_SESSION_NAME"),
		token_file, err);
}

/* A role counts more than keys, which may be there only to take it on. */
static enum found in_profile(struct aws_credentials *out,
	const struct credentials_chain *chain, struct error *err)
{
	const struct profile *profile = chain->profile;
	const char *elsewhere = profile->role_arn ? profile->role_source
				: !profile->id    ? profile->elsewhere
						  : NULL;
	char *who _cleanup_(freep) = xasprintf("the profile '%s'", profile->name);

	if (profile->role_arn && profile->web_identity_token_file)
		return of_role(out, chain, profile->role_arn,
			profile->role_session_name, profile->web_identity_token_file,
			err);
	if (profile->role_arn || elsewhere) {
		(void)error_set(err, KIND_CREDENTIALS, 0,
			"%s has credentials by %s, which seine cannot follow; have "
			"another tool put them into the environment",
			who, elsewhere ? elsewhere : "role_arn alone");
		return FAILED;
	}
	if (!profile->id && !profile->secret)
		return NOT_HERE;
	return take_keys(out, profile->id, profile->secret, profile->token, who, err);
}

static enum found in_container(struct aws_credentials *out,
	const struct credentials_chain *chain, struct error *err)
{
	const char *uri = variable(chain, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");

	if (!uri)
		uri = variable(chain, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
	if (!uri)
		return NOT_HERE;
	return credentials_of_container(
		       out, uri, chain->environment, &chain->route, err) == 0
		       ? FOUND
		       : FAILED;
}

/* The last place, which nobody has to set up: so if nobody answers, there is none. */
static enum found in_instance(struct aws_credentials *out,
	const struct credentials_chain *chain, struct error *err)
{
	const char *disabled = variable(chain, "AWS_EC2_METADATA_DISABLED");
	struct error why = {.text = "AWS_EC2_METADATA_DISABLED"};
	bool none = disabled && strcasecmp(disabled, "true") == 0;

	if (!none && credentials_of_instance(
			     out, chain->environment, &chain->route, &none, &why) == 0)
		return FOUND;
	*err = why;
	if (!none)
		return FAILED;
	(void)error_set(err, KIND_CREDENTIALS, why.code,
		"no credentials: none in AWS_ACCESS_KEY_ID, web identity, profile "
		"'%.40s', container or instance (%s); a public bucket needs none: "
		"--s3-no-sign-request",
		chain->profile->name, why.text);
	return NOT_HERE;
}

int credentials_find(struct aws_credentials *out, const struct credentials_chain *chain,
	struct error *err)
{
	static const struct {
		const char *name;
		place *look;
	} places[] = {
		{"the environment", in_environment},
		{"web identity", by_web_identity},
		{"a profile", in_profile},
		{"the container", in_container},
		{"the instance", in_instance},
	};
	enum found found = NOT_HERE;

	for (size_t i = 0; i < ARRAY_LEN(places) && found == NOT_HERE; i++) {
		found = places[i].look(out, chain, err);
		if (found == FOUND)
			log_debug("credentials are those of %s", places[i].name);
	}
	return found == FOUND ? 0 : -1;
}
