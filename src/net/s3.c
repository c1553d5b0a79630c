/* s3.c - see s3.h: what is said of the store, and where its buckets are. */
#include "net/s3.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "core/endpoint.h"
#include "net/s3_parts.h"

#define FIRST_REGION "us-east-1" /* where Amazon's is asked when nobody says */

/* The option's, which is known to be good, or what the environment or the profile says. */
static int find_endpoint(struct s3 *s3, struct error *err)
{
	const char *said = credentials_endpoint(s3->store);
	struct error why;
	size_t len;

	if (s3->settings->s3_endpoint)
		said = s3->settings->s3_endpoint;
	else if (said && endpoint_check(said, &why) != 0)
		return error_set(err, KIND_USAGE, 0,
			"not where buckets can be: %s (AWS_ENDPOINT_URL_S3, "
			"AWS_ENDPOINT_URL or endpoint_url of the profile)",
			why.text);
	s3->endpoint = xstrdup(said);
	len = said ? strlen(said) : 0;
	while (len > 0 && said[len - 1] == '/')
		s3->endpoint[--len] = '\0';
	return 0;
}

static int open_store(struct s3 *s3, struct error *err)
{
	const struct settings *settings = s3->settings;
	struct credentials_options options = {.profile = settings->s3_profile,
		.region = settings->s3_region,
		.route = {.proxy = settings->proxy,
			.tls = s3->tls,
			.stop = s3->stop,
			.stop_context = s3->stop_context,
			.names = s3->names,
			.settings = settings}};
	const char *region;

	s3->store = credentials_new(&options, err);
	if (!s3->store)
		return -1;
	region = credentials_region(s3->store);
	s3->regions = regions_new(region ? region : FIRST_REGION);
	if (find_endpoint(s3, err) != 0)
		return -1;
	s3->site = (struct s3_site){
		.endpoint = s3->endpoint, .addressing = settings->s3_addressing};
	return 0;
}

/* Profiles are read when the first bucket is named: who has none need not have them in order. */
static int ready(struct s3 *s3, struct error *err)
{
	pthread_mutex_lock(&s3->lock);
	if (!s3->opened && open_store(s3, &s3->broken) == 0)
		s3->broken.kind = KIND_NONE;
	s3->opened = true;
	pthread_mutex_unlock(&s3->lock);
	if (s3->broken.kind == KIND_NONE)
		return 0;
	return error_set(err, s3->broken.kind, 0, "%s", s3->broken.text);
}

struct s3 *s3_new(const struct settings *settings, struct tls *tls, struct names *names)
{
	struct s3 *s3 = xcalloc(1, sizeof(*s3));

	s3->settings = settings;
	s3->tls = tls;
	s3->names = names;
	pthread_mutex_init(&s3->lock, NULL);
	return s3;
}

void s3_set_stop(struct s3 *s3, s3_stop *stop, const void *context)
{
	s3->stop = stop;
	s3->stop_context = context;
}

void s3_free(struct s3 *s3)
{
	if (!s3)
		return;
	regions_free(s3->regions);
	sigv4_key_release(&s3->key);
	credentials_free(s3->store);
	pthread_mutex_destroy(&s3->lock);
	free(s3->endpoint);
	free(s3);
}

int s3_locate(
	struct s3 *s3, const struct s3_name *name, struct url *url, struct error *err)
{
	char *text _cleanup_(freep) = NULL;
	char region[REGION_SIZE];

	if (ready(s3, err) != 0)
		return -1;
	regions_find(s3->regions, name->bucket, region);
	text = s3_object_url(&s3->site, region, name);
	return url_parse(url, text, err);
}

int s3_locate_page(struct s3 *s3, const struct s3_name *name, const char *token,
	struct url *url, struct error *err)
{
	char *text _cleanup_(freep) = NULL;
	char region[REGION_SIZE];

	if (ready(s3, err) != 0)
		return -1;
	regions_find(s3->regions, name->bucket, region);
	text = s3_listing_url(&s3->site, region, name, token);
	return url_parse(url, text, err);
}
