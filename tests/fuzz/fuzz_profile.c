/* fuzz_profile.c - net/credentials_profile.h. The bytes are both files of a profile; what they
 * are decides which profile is asked for.
 *
 * Claims: what is told of a profile are texts of the file, without line ends, blanks around
 * or nothing in them; a file that makes no sense is told by place, and nothing of it is
 * quoted. */
#include "net/credentials_profile.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "feed.h"
#include "fuzz.h"

static const char *get(void *context, const char *name)
{
	return strcmp(name, "AWS_CONFIG_FILE") == 0 ||
			       strcmp(name, "AWS_SHARED_CREDENTIALS_FILE") == 0
		       ? context
		       : NULL;
}

static void check_value(const char *value, const char *file)
{
	size_t len = value ? strlen(value) : 0;

	if (!value)
		return;
	must(len > 0 && strstr(file, value) && !strchr(value, '\n'));
	must(!strchr(" \t\r", value[0]) && !strchr(" \t\r", value[len - 1]));
}

static void check_profile(const struct profile *profile, const char *file)
{
	check_value(profile->id, file);
	check_value(profile->secret, file);
	check_value(profile->token, file);
	check_value(profile->region, file);
	check_value(profile->endpoint_url, file);
	check_value(profile->services, file);
	check_value(profile->s3_endpoint_url, file);
	check_value(profile->role_arn, file);
	check_value(profile->role_session_name, file);
	check_value(profile->web_identity_token_file, file);
	must(profile->name && profile->files[0] && profile->files[1]);
}

void fuzz_profile(const uint8_t *data, size_t len)
{
	struct fuzz_bytes bytes = {.at = data, .left = len};
	char *text _cleanup_(freep) = fuzz_take_rest(&bytes);
	const char *name = fuzz_choice(data, len) & 1 ? "p" : NULL;
	int fd = feed_file(data, len);
	char *path _cleanup_(freep) = xasprintf("/proc/self/fd/%d", fd);
	const struct environment environment = {.get = get, .context = path};
	struct error err = {.kind = KIND_NONE};
	struct profile profile;

	if (credentials_profile_load(&profile, name, &environment, &err) == 0) {
		check_profile(&profile, text);
		credentials_profile_release(&profile);
	} else {
		must(err.kind == KIND_USAGE && strstr(err.text, path));
		must(!strstr(err.text, FUZZ_SECRET));
	}
	must(!profile.name && !profile.id && !profile.secret && !profile.token);
	close(fd);
}
