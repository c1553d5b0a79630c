#include "core/version.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

void version_release(struct version *version)
{
	free(version->etag);
	free(version->modified);
	free(version->digest);
	free(version->name);
	*version = (struct version)VERSION_UNKNOWN;
}

void version_copy(struct version *to, const struct version *from)
{
	version_release(to);
	*to = *from;
	to->etag = xstrdup(from->etag);
	to->modified = xstrdup(from->modified);
	to->digest = xstrdup(from->digest);
	to->name = xstrdup(from->name);
}

const char *version_pin(const struct version *version)
{
	return version->etag ? version->etag : version->modified;
}

/* Are these digests by the same algorithm? Its name is before the "=". */
static bool are_of_a_kind(const char *a, const char *b)
{
	size_t name = strcspn(a, "=");

	return strncmp(a, b, name + 1) == 0;
}

bool version_agrees(const struct version *a, const struct version *b)
{
	if (a->size >= 0 && b->size >= 0 && a->size != b->size)
		return false;
	if (a->digest && b->digest && are_of_a_kind(a->digest, b->digest))
		return strcmp(a->digest, b->digest) == 0;
	if (a->etag && b->etag)
		return strcmp(a->etag, b->etag) == 0;
	return a->mtime < 0 || b->mtime < 0 || a->mtime == b->mtime;
}
