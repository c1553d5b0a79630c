/* s3.h - s3:// URLs, and the HTTP URLs of what they name.
 *
 * s3://BUCKET/KEY is one object; with ?versionId=ID at its end, one version of it. A KEY that
 * ends with "/", or none at all, is everything below it; "*" in a KEY is any text, slashes too,
 * and "?" one character. "\" right before one of these three takes its meaning away ("\\" there
 * is one backslash, and takes nothing away). All else of a KEY is taken as it is, "%" and other
 * backslashes too, as the tools for S3 do, so that nearly all keys can be written as they are; but
 * one with "." or ".." between slashes is refused, for its URL would be that of another.
 *
 * Does not sign, list or ask anybody. Pure; any thread. Follows the Amazon S3 API Reference
 * (ListObjectsV2; virtual hosting of buckets). */
#ifndef SEINE_CORE_S3_H
#define SEINE_CORE_S3_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/diag.h"
#include "core/settings.h"

/* Where buckets are. */
struct s3_site {
	/* "https://host:port", no slash at its end; NULL: Amazon's. */
	const char *endpoint;
	enum s3_addressing addressing;
};

/* What an s3:// URL says; owned: s3_name_release. */
struct s3_name {
	char *bucket;
	char *key; /* itself; of many, what all of them begin with */
	/* What may follow that, from a "*" or "?" on, where "\" escapes the next
	 * character; NULL: anything, or of a single one nothing. */
	char *pattern;
	char *version; /* NULL: the latest */
	bool many;     /* it names what a listing will tell */
};

bool s3_is_url(const char *text);
/* May it be a region's name? Servers tell them, and they become part of a host's name. */
bool s3_is_region(const char *text);
/* KIND_BAD_URL, or KIND_BAD_NAME of a key, on failure; *name is all NULL then. */
int s3_parse(struct s3_name *name, const char *text, struct error *err) must_check;
void s3_name_release(struct s3_name *name);

/* Does it name this key, too? */
bool s3_matches(const struct s3_name *name, const char *key);
/* The path of a key that it names: from the last slash before anything that varies. Borrowed
 * from key. */
const char *s3_path(const struct s3_name *name, const char *key);
/* The s3:// URL of one object of its bucket, which is parsed to that key. Yours. */
char *s3_url(const struct s3_name *name, const char *key) must_check;

/* The HTTP URLs of the object, where it names one, and of a page of the listing (the first one
 * where token is NULL). Yours. */
char *s3_object_url(const struct s3_site *site, const char *region,
	const struct s3_name *name) must_check;
char *s3_listing_url(const struct s3_site *site, const char *region,
	const struct s3_name *name, const char *token) must_check;
/* The same URL, once its bucket is known to be in this region. Yours. */
char *s3_moved_url(const struct s3_site *site, const char *region, const char *bucket,
	const char *url) must_check;

#endif
