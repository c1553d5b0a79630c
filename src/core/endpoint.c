/* What is made of an endpoint is its text with something added, so a text that URLs are not made
 * of by that is refused here, and not left to the first answer. */
#include "core/endpoint.h"

#include <string.h>

#include "base/url.h"

/* libcurl's parser takes "." and ".." out, and encodes what has to be: then requests would be for
 * another path than was written. */
static bool is_path_as_written(const char *path, const struct url *url)
{
	return strcmp(*path ? path : "/", url->path) == 0;
}

int endpoint_check(const char *text, struct error *err)
{
	const char *host, *path, *why = NULL;
	struct error bad;
	struct url url;

	if (url_parse(&url, text, &bad) != 0)
		return error_set(err, KIND_USAGE, 0, "%s", bad.text);
	host = strstr(text, "://");
	host = host ? host + strlen("://") : text; /* libcurl takes "http:/HOST", too */
	path = host + strcspn(host, "/?#");
	if (host == text)
		why = "bad URL: write http://... or https://...";
	else if (strpbrk(text, "?#"))
		why = "buckets are parts of its path, "
		      "so it cannot have a \"?\" or \"#\"";
	else if (memchr(host, '@', (size_t)(path - host)))
		why = "it cannot have a user or password: "
		      "requests to buckets are signed";
	else if (!is_path_as_written(path, &url))
		why = "its path cannot have spaces, \".\" or \"..\"; "
		      "write odd characters as %XX";
	url_release(&url);
	return why ? error_set(err, KIND_USAGE, 0, "%s", why) : 0;
}
