/* The two files differ in how they call a section: "[NAME]" in one, "[profile NAME]" in the other,
 * where the default profile may be "[default]", too. So a file is read once for each way of
 * writing, and what is read later counts. What is further in than the key before it belongs to
 * that, and counts only in a section of services, where that key is "s3". */
#include "net/credentials_profile.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "net/secret.h"

#define FILE_MAX ((size_t)1 << 20)
#define BLANKS " \t\r\f\v"
#define CONFIG 0
#define CREDENTIALS 1
#define NO_KEY SIZE_MAX
#define SERVICES "services"
#define ENDPOINT "endpoint_url"

struct slice {
	const char *at;
	size_t len;
};

/* Where one file is read for one section, in one way of writing its name. */
struct reading {
	struct profile *into;
	/* "profile", SERVICES or NULL, and what follows that. */
	const char *prefix, *name;
	bool inside; /* the section */
	bool in_s3;  /* ... of services, and the key before is "s3" */
	bool found;
	size_t indent;      /* of the key before; NO_KEY: there is none */
	unsigned line, bad; /* numbers; bad 0: none */
};

static const struct {
	const char *name;
	size_t field;
} keys[] = {
	{"aws_access_key_id", offsetof(struct profile, id)},
	{"aws_secret_access_key", offsetof(struct profile, secret)},
	{"aws_session_token", offsetof(struct profile, token)},
	{"region", offsetof(struct profile, region)},
	{ENDPOINT, offsetof(struct profile, endpoint_url)},
	{SERVICES, offsetof(struct profile, services)},
	{"role_arn", offsetof(struct profile, role_arn)},
	{"role_session_name", offsetof(struct profile, role_session_name)},
	{"web_identity_token_file", offsetof(struct profile, web_identity_token_file)},
};

static const char *const role_sources[] = {"source_profile", "credential_source"};
static const char *const elsewheres[] = {
	"credential_process", "sso_session", "sso_start_url", "login_session"};

static char **field(struct profile *profile, size_t i)
{
	return (char **)((char *)profile + keys[i].field);
}

void credentials_profile_release(struct profile *profile)
{
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		secret_free(*field(profile, i));
	free(profile->s3_endpoint_url);
	free(profile->files[CONFIG]);
	free(profile->files[CREDENTIALS]);
	free(profile->name);
	*profile = (struct profile){0};
}

static struct slice trimmed(const char *at, size_t len)
{
	while (len > 0 && strchr(BLANKS, *at)) {
		at++;
		len--;
	}
	while (len > 0 && strchr(BLANKS, at[len - 1]))
		len--;
	return (struct slice){at, len};
}

static bool is(struct slice slice, const char *text)
{
	return strlen(text) == slice.len && strncasecmp(slice.at, text, slice.len) == 0;
}

/* ---- lines */

static struct slice unquoted(struct slice name)
{
	if (name.len >= 2 && (name.at[0] == '"' || name.at[0] == '\'') &&
		name.at[name.len - 1] == name.at[0])
		return (struct slice){name.at + 1, name.len - 2};
	return name;
}

/* Is this, from between the brackets, how the section that is wanted is called here? */
static bool is_wanted(const struct reading *reading, struct slice title)
{
	size_t skip = reading->prefix ? strlen(reading->prefix) : 0;
	struct slice name;

	if (skip > 0 && (title.len <= skip || memcmp(title.at, reading->prefix, skip) ||
				!strchr(BLANKS, title.at[skip])))
		return false;
	name = unquoted(trimmed(title.at + skip, title.len - skip));
	return strlen(reading->name) == name.len &&
	       memcmp(reading->name, name.at, name.len) == 0;
}

static void read_title(struct reading *reading, struct slice line)
{
	const char *end = memchr(line.at, ']', line.len);

	reading->indent = NO_KEY;
	reading->inside =
		end &&
		is_wanted(reading, trimmed(line.at + 1, (size_t)(end - line.at) - 1));
	reading->found = reading->found || reading->inside;
	if (!end && !reading->bad)
		reading->bad = reading->line;
}

/* A comment may follow a value, after a blank. */
static struct slice without_comment(struct slice value)
{
	for (size_t i = 1; i < value.len; i++) {
		if ((value.at[i] == '#' || value.at[i] == ';') &&
			strchr(BLANKS, value.at[i - 1]))
			return trimmed(value.at, i);
	}
	return value;
}

static const char *among(const char *const *names, size_t count, struct slice key)
{
	for (size_t i = 0; i < count; i++) {
		if (is(key, names[i]))
			return names[i];
	}
	return NULL;
}

static void take(struct profile *profile, struct slice key, struct slice value)
{
	const char *source = among(role_sources, ARRAY_LEN(role_sources), key);
	const char *elsewhere = among(elsewheres, ARRAY_LEN(elsewheres), key);

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		if (!is(key, keys[i].name))
			continue;
		secret_free(*field(profile, i));
		*field(profile, i) =
			value.len > 0 ? xstrndup(value.at, value.len) : NULL;
	}
	if (source)
		profile->role_source = source;
	if (elsewhere)
		profile->elsewhere = elsewhere;
}

/* From a section of services; `inner`: it belongs to the key before. */
static void take_of_service(
	struct reading *reading, struct slice key, struct slice value, bool inner)
{
	struct profile *profile = reading->into;

	if (!inner) {
		reading->in_s3 = is(key, "s3");
	} else if (reading->in_s3 && is(key, ENDPOINT)) {
		free(profile->s3_endpoint_url);
		profile->s3_endpoint_url =
			value.len > 0 ? xstrndup(value.at, value.len) : NULL;
	}
}

static void read_pair(struct reading *reading, struct slice line, bool inner)
{
	const char *equals = memchr(line.at, '=', line.len);
	size_t at = equals ? (size_t)(equals - line.at) : 0;
	struct slice key = trimmed(line.at, at), value;

	if (key.len == 0) {
		if (!reading->bad && !inner)
			reading->bad = reading->line;
		return;
	}
	value = without_comment(trimmed(equals + 1, line.len - at - 1));
	if (reading->prefix && strcmp(reading->prefix, SERVICES) == 0)
		take_of_service(reading, key, value, inner);
	else if (!inner)
		take(reading->into, key, value);
}

static void read_line(struct reading *reading, const char *text, size_t len)
{
	struct slice line = trimmed(text, len);
	size_t indent = (size_t)(line.at - text);
	bool inner = indent > reading->indent;

	reading->line++;
	if (line.len == 0 || line.at[0] == '#' || line.at[0] == ';')
		return;
	if (line.at[0] == '[' && !inner) {
		read_title(reading, line);
		return;
	}
	if (!inner)
		reading->indent = indent;
	if (reading->inside)
		read_pair(reading, line, inner);
}

static void read_text(struct reading *reading, const char *text)
{
	for (size_t len; *text; text += len + (text[len] == '\n')) {
		len = strcspn(text, "\n");
		read_line(reading, text, len);
	}
}

/* ---- files */

/* May the file be passed over, as if it were not there? Where the path is the user's choice, it
 * must be readable. */
static bool may_lack(int errnum, bool chosen, const struct error *err)
{
	if (errnum == ENOENT || errnum == ENOTDIR)
		return true;
	if (errnum != EACCES || chosen)
		return false;
	log_warn("%s", err->text);
	return true;
}

/* Who has asked for it must not be sent to another store for want of it. */
static int read_services(struct profile *profile, const char *text, struct error *err)
{
	struct reading reading = {.into = profile,
		.prefix = SERVICES,
		.name = profile->services,
		.indent = NO_KEY};

	read_text(&reading, text);
	if (reading.found)
		return 0;
	return error_set(err, KIND_USAGE, 0,
		"%s: there is no section [" SERVICES
		" NAME] as the profile '%s' names it",
		profile->files[CONFIG], profile->name);
}

/* Both ways of writing, the one that counts more last. */
static int read_file(
	struct profile *profile, int which, bool chosen, bool *found, struct error *err)
{
	struct reading plain = {
		.into = profile, .name = profile->name, .indent = NO_KEY};
	struct reading prefixed = plain;
	_cleanup_(secret_release) struct buf text = BUF_INIT;
	struct error failure;
	unsigned bad;

	if (secret_read(&text, profile->files[which], FILE_MAX, "profile file",
		    KIND_USAGE, &failure) != 0) {
		if (may_lack(failure.code, chosen, &failure))
			return 0;
		return error_set(err, failure.kind, failure.code, "%s", failure.text);
	}
	prefixed.prefix = "profile";
	if (which == CREDENTIALS || strcmp(profile->name, "default") == 0)
		read_text(&plain, text.data);
	if (which == CONFIG)
		read_text(&prefixed, text.data);
	*found = *found || plain.found || prefixed.found;
	bad = plain.bad ? plain.bad : prefixed.bad;
	if (bad)
		return error_set(err, KIND_USAGE, 0,
			"%s:%u: neither [SECTION] nor NAME = VALUE",
			profile->files[which], bad);
	return which == CONFIG && profile->services
		       ? read_services(profile, text.data, err)
		       : 0;
}

/* Keys come in pairs, so those of one file are never completed from the other. */
static void forget_keys(struct profile *profile)
{
	secret_free(profile->id);
	secret_free(profile->secret);
	secret_free(profile->token);
	profile->id = profile->secret = profile->token = NULL;
}

static void merge_keys(struct profile *profile, struct profile *config)
{
	if (profile->id || profile->secret)
		return;
	forget_keys(profile);
	profile->id = config->id;
	profile->secret = config->secret;
	profile->token = config->token;
	config->id = config->secret = config->token = NULL;
}

static int read_files(
	struct profile *profile, const bool chosen[2], bool *found, struct error *err)
{
	struct profile config = {0};
	int failed = read_file(profile, CONFIG, chosen[CONFIG], found, err);

	config.id = profile->id;
	config.secret = profile->secret;
	config.token = profile->token;
	profile->id = profile->secret = profile->token = NULL;
	if (!failed)
		failed = read_file(
			profile, CREDENTIALS, chosen[CREDENTIALS], found, err);
	merge_keys(profile, &config);
	credentials_profile_release(&config);
	return failed;
}

int credentials_profile_load(struct profile *profile, const char *name,
	const struct environment *environment, struct error *err)
{
	static const struct {
		const char *variable, *usual;
	} places[] = {[CONFIG] = {"AWS_CONFIG_FILE", "~/.aws/config"},
		[CREDENTIALS] = {"AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"}};
	bool chosen[ARRAY_LEN(places)], found = false;
	int failed;

	if (!name)
		name = environment_get(environment, "AWS_PROFILE");
	*profile = (struct profile){.name = xstrdup(name ? name : "default")};
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		const char *path = environment_get(environment, places[i].variable);

		chosen[i] = path != NULL;
		profile->files[i] =
			environment_path(environment, path ? path : places[i].usual);
	}
	failed = read_files(profile, chosen, &found, err);
	if (!failed && !found && strcmp(profile->name, "default") != 0)
		failed = error_set(err, KIND_USAGE, 0,
			"there is no profile '%s' in %s or %s", profile->name,
			profile->files[CONFIG], profile->files[CREDENTIALS]);
	if (failed)
		credentials_profile_release(profile);
	return failed;
}
