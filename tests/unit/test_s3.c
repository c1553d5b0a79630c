/* test_s3.c - s3:// URLs, what they name, and where that is. */
#include "core/s3.h"

#include <stdlib.h>
#include <string.h>

#include "tap.h"

static const struct s3_site amazon;
static const struct s3_site local = {.endpoint = "http://127.0.0.1:9000"};

static struct s3_name parsed(const char *text)
{
	struct s3_name name;
	struct error err;

	check_int(s3_parse(&name, text, &err), 0);
	return name;
}

static void refused_as(const char *text, enum kind kind, const char *why)
{
	struct s3_name name;
	struct error err;

	check_int(s3_parse(&name, text, &err), -1);
	check_int(err.kind, kind);
	check(strstr(err.text, why) != NULL);
	check(!name.bucket && !name.key && !name.version);
}

static void is_refused(const char *text, const char *why)
{
	refused_as(text, KIND_BAD_URL, why);
}

static void takes_urls_apart(void)
{
	struct s3_name name = parsed("s3://bucket/a key/with%20this?versionId=v1/+=");

	check_str(name.bucket, "bucket");
	check_str(name.key, "a key/with%20this");
	check_str(name.version, "v1/+=");
	check(!name.many);
	s3_name_release(&name);

	name = parsed("s3://bucket/key?versionId=");
	check_str(name.key, "key");
	check_str(name.pattern, "?versionId=");
	check(!name.version && name.many);
	s3_name_release(&name);

	check(s3_is_url("s3://b/k"));
	check(s3_is_url("S3://b/k"));
	check(!s3_is_url("https://b/k"));
	is_refused("s3://", "s3://BUCKET/KEY");
	is_refused("s3:///key", "s3://BUCKET/KEY");
	is_refused("s3://evil.example:80@x/key", "s3://BUCKET/KEY");
	is_refused("s3://b%2f/key", "s3://BUCKET/KEY");
	is_refused("s3://bucket/a/?versionId=1", "one object");
	is_refused("s3://bucket/*?versionId=1", "one object");
	/* what takes URLs apart would make another object, or bucket, of these */
	refused_as("s3://bucket/../other/key", KIND_BAD_NAME, "\"..\"");
	refused_as("s3://bucket/a/../key", KIND_BAD_NAME, "\"..\"");
	refused_as("s3://bucket/a/./key", KIND_BAD_NAME, "\"..\"");
	refused_as("s3://bucket/a/..", KIND_BAD_NAME, "\"..\"");
	refused_as("s3://bucket/.", KIND_BAD_NAME, "\"..\"");
	is_refused("s3://../key", "s3://BUCKET/KEY");
	is_refused("s3://./key", "s3://BUCKET/KEY");
}

static void key_is(const char *url, const char *key)
{
	struct s3_name name = parsed(url);
	char *again = s3_url(&name, key);

	check_str(name.key, key);
	check(!name.pattern && !name.many);
	check_str(again, url);
	free(again);
	s3_name_release(&name);
}

static void takes_what_means_more_as_it_is(void)
{
	struct s3_name name;

	key_is("s3://b/a\\*b", "a*b");
	key_is("s3://b/what\\?", "what?");
	key_is("s3://b/dir\\/", "dir/");
	key_is("s3://b/\\/", "/");
	key_is("s3://b/k\\?versionId=1", "k?versionId=1");
	key_is("s3://b/d/\\?versionId=1", "d/?versionId=1");
	/* backslashes of the key's own */
	key_is("s3://b/a\\b\\\\c\\", "a\\b\\\\c\\");
	key_is("s3://b/a\\/b", "a\\/b");
	key_is("s3://b/a\\\\\\*", "a\\*");
	key_is("s3://b/a\\\\\\\\\\*b\\*", "a\\\\*b*");
	key_is("s3://b/a\\\\\\/", "a\\/");
	/* nothing else is decoded */
	key_is("s3://b/%2A%20100%+[a]", "%2A%20100%+[a]");

	name = parsed("s3://b/a\\*/\\\\?versionId=1");
	check_str(name.key, "a*/\\");
	check_str(name.version, "1");
	s3_name_release(&name);
	name = parsed("s3://b/a\\/?versionId=1");
	check_str(name.key, "a/");
	check_str(name.version, "1");
	s3_name_release(&name);
	refused_as("s3://b/a/..\\/", KIND_BAD_NAME, "\"..\"");
	refused_as("s3://b/../x*", KIND_BAD_NAME, "\"..\"");
	name = parsed("s3://b/a/.*");
	check(s3_matches(&name, "a/.hidden"));
	s3_name_release(&name);
}

static void keys_end_somewhere(void)
{
	char text[1100] = "s3://bucket/";
	struct s3_name name;

	memset(text + strlen(text), 'k', 1025);
	is_refused(text, "1024");
	text[strlen("s3://bucket/") + 1024] = '\0';
	name = parsed(text);
	check_int(strlen(name.key), 1024);
	s3_name_release(&name);
}

/* `names` and `misses` end with NULL. */
static void names_keys(
	const char *url, const char *const *names, const char *const *misses)
{
	struct s3_name name = parsed(url);

	check(name.many);
	for (; *names; names++)
		check(s3_matches(&name, *names));
	for (; *misses; misses++)
		check(!s3_matches(&name, *misses));
	s3_name_release(&name);
}

static void names_many(void)
{
	names_keys("s3://b", (const char *const[]){"a", "a/b", "", NULL},
		(const char *const[]){NULL});
	names_keys("s3://b/", (const char *const[]){"a", NULL},
		(const char *const[]){NULL});
	names_keys("s3://b/dir/", (const char *const[]){"dir/", "dir/a/b", NULL},
		(const char *const[]){"dir", "dirt", "a/dir/", NULL});
	names_keys("s3://b/dir/*.gz",
		(const char *const[]){"dir/.gz", "dir/a/b.gz", "dir/a.gz.gz", NULL},
		(const char *const[]){"dir/a.gzip", "a.gz", "dirx/.gz", NULL});
	names_keys("s3://b/a?c", (const char *const[]){"abc", "a/c", NULL},
		(const char *const[]){"ac", "abbc", "abcd", NULL});
	/* "?" is a character, of however many bytes. */
	names_keys("s3://b/a?z*",
		(const char *const[]){"a\xc3\xa4z", "a\xe2\x82\xaczz",
			"a\xf0\x9f\x90\x9fz", "a\xffz", NULL},
		(const char *const[]){"a\xff\xffz", "a\xc3\xa4\xc3\xa4z", NULL});
	names_keys("s3://b/*??yz", (const char *const[]){"\xe2\x82\xacxyz", NULL},
		(const char *const[]){"\xe2\x82\xacyz", NULL});
	names_keys("s3://b/*a*b*", (const char *const[]){"ab", "xaxbx", "aab", NULL},
		(const char *const[]){"ba", "", "a", NULL});
	names_keys("s3://b/*", (const char *const[]){"", "x", NULL},
		(const char *const[]){NULL});
	names_keys("s3://b/a\\*b*", (const char *const[]){"a*b", "a*bc", NULL},
		(const char *const[]){"ab", "axb", NULL});
	names_keys("s3://b/*\\?\\*?", (const char *const[]){"?*x", "a?*?*x", NULL},
		(const char *const[]){"ax*x", "?*", "?xx", NULL});
	names_keys("s3://b/a\\b*\\c\\\\*",
		(const char *const[]){"a\\b\\c\\", "a\\bx\\c\\d", NULL},
		(const char *const[]){"a\\b\\c", "ab\\c\\", "a\\b\\c*", NULL});
	names_keys("s3://b/a\\*/", (const char *const[]){"a*/", "a*/b", NULL},
		(const char *const[]){"ax/b", NULL});
}

static void path_is(const char *url, const char *key, const char *path)
{
	struct s3_name name = parsed(url);

	check_str(s3_path(&name, key), path);
	s3_name_release(&name);
}

static void paths_are_below_what_is_named(void)
{
	path_is("s3://b", "a/b", "a/b");
	path_is("s3://b/dir/", "dir/a/b", "a/b");
	path_is("s3://b/dir/sub*", "dir/subway/b", "subway/b");
	path_is("s3://b/dir/*/c", "dir/a/c", "a/c");
	path_is("s3://b/x*", "xa/b", "xa/b");
	path_is("s3://b/dir/key", "dir/key", "key");
	path_is("s3://b/a\\*/x*", "a*/xb/c", "xb/c");
}

static void object_is(const struct s3_site *site, const char *region, const char *text,
	const char *url)
{
	struct s3_name name = parsed(text);
	char *made = s3_object_url(site, region, &name);

	check_str(made, url);
	free(made);
	s3_name_release(&name);
}

static void finds_objects(void)
{
	struct s3_site paths = {.addressing = S3_ADDRESSING_PATH};
	struct s3_site hosts = {.endpoint = "https://s3.example:8443",
		.addressing = S3_ADDRESSING_VIRTUAL};

	object_is(&amazon, "eu-west-1", "s3://bucket/a/b",
		"https://bucket.s3.eu-west-1.amazonaws.com/a/b");
	object_is(&amazon, "cn-north-1", "s3://bucket/k",
		"https://bucket.s3.cn-north-1.amazonaws.com.cn/k");
	object_is(&amazon, "us-east-1", "s3://with.dots/k",
		"https://s3.us-east-1.amazonaws.com/with.dots/k");
	object_is(&amazon, "us-east-1", "s3://Upper_Case/k",
		"https://s3.us-east-1.amazonaws.com/Upper_Case/k");
	object_is(&paths, "us-east-1", "s3://bucket/k",
		"https://s3.us-east-1.amazonaws.com/bucket/k");
	object_is(
		&local, "us-east-1", "s3://bucket/k", "http://127.0.0.1:9000/bucket/k");
	object_is(&hosts, "us-east-1", "s3://bucket/k",
		"https://bucket.s3.example:8443/k");
	object_is(&local, "r", "s3://b/a b+c%20d//\xc3\xbc&=#~._-",
		"http://127.0.0.1:9000/b/a%20b%2Bc%2520d//%C3%BC%26%3D%23~._-");
	object_is(&local, "r", "s3://b/k?versionId=a/b+=",
		"http://127.0.0.1:9000/b/k?versionId=a%2Fb%2B%3D");
}

static void lists_pages(void)
{
	struct s3_name name = parsed("s3://bucket/a b/x*y");
	char *url = s3_listing_url(&amazon, "us-east-1", &name, NULL);

	check_str(url, "https://bucket.s3.us-east-1.amazonaws.com/"
		       "?list-type=2&encoding-type=url&prefix=a%20b%2Fx");
	free(url);
	url = s3_listing_url(&local, "us-east-1", &name, "1/t+=");
	check_str(url, "http://127.0.0.1:9000/bucket/"
		       "?list-type=2&encoding-type=url&prefix=a%20b%2Fx"
		       "&continuation-token=1%2Ft%2B%3D");
	free(url);
	url = s3_url(&name, "a b/x/y");
	check_str(url, "s3://bucket/a b/x/y");
	free(url);
	s3_name_release(&name);
}

static void moved_is(const struct s3_site *site, const char *bucket, const char *from,
	const char *to)
{
	char *url = s3_moved_url(site, "eu-central-1", bucket, from);

	check_str(url, to);
	free(url);
}

static void buckets_move(void)
{
	moved_is(&amazon, "bucket",
		"https://bucket.s3.us-east-1.amazonaws.com/a%20b?x=y",
		"https://bucket.s3.eu-central-1.amazonaws.com/a%20b?x=y");
	moved_is(&amazon, "a.b", "https://s3.us-east-1.amazonaws.com/a.b/k",
		"https://s3.eu-central-1.amazonaws.com/a.b/k");
	moved_is(&local, "b", "http://127.0.0.1:9000/b/k", "http://127.0.0.1:9000/b/k");
}

int main(void)
{
	run(takes_urls_apart);
	run(takes_what_means_more_as_it_is);
	run(keys_end_somewhere);
	run(names_many);
	run(paths_are_below_what_is_named);
	run(finds_objects);
	run(lists_pages);
	run(buckets_move);
	return done();
}
