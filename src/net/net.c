/* The shared part of net/, made once from the settings. */
#include "net/net.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "net/memory.h"
#include "net/proxy.h"
#include "net/secret.h"

static int add_header(struct curl_slist **list, const char *line, struct error *err)
{
	struct curl_slist *longer = curl_slist_append(*list, line);

	if (!longer)
		return error_set(err, KIND_INTERNAL, 0, "no memory for headers");
	*list = longer;
	return 0;
}

static int net_headers(struct net *net, struct error *err)
{
	const struct settings *settings = net->settings;

	for (size_t i = 0; i < settings->headers.count; i++)
		if (add_header(&net->bound, settings->headers.items[i], err) != 0)
			return -1;
	if (settings->bearer) {
		char *line = xasprintf("Authorization: Bearer %s", settings->bearer);
		int failed = add_header(&net->bound, line, err);

		secret_free(line);
		return failed;
	}
	return 0;
}

/* "name" or "name:password"; a password from elsewhere wins over none here. */
static void net_user(struct net *net)
{
	const struct settings *settings = net->settings;
	const char *colon;

	if (!settings->user)
		return;
	colon = strchr(settings->user, ':');
	net->user = colon ? xstrndup(settings->user, (size_t)(colon - settings->user))
			  : xstrdup(settings->user);
	net->password = xstrdup(colon                ? colon + 1
				: settings->password ? settings->password
						     : "");
}

static int net_files(struct net *net, struct error *err)
{
	const struct settings *settings = net->settings;

	if (settings->netrc)
		net->netrc = netrc_read(settings->netrc, err);
	if (settings->netrc && !net->netrc)
		return -1;
	if (settings->cookie_file)
		net->cookies = cookies_new(settings->cookie_file, err);
	return settings->cookie_file && !net->cookies ? -1 : 0;
}

static int check_http3(const struct settings *settings, struct error *err)
{
	const curl_version_info_data *curl = curl_version_info(CURLVERSION_NOW);

	if (settings->http != HTTP_3 || (curl->features & CURL_VERSION_HTTP3))
		return 0;
	return error_set(err, KIND_USAGE, 0,
		"--http3: the libcurl that is here (%s) has no HTTP/3", curl->version);
}

struct net *net_new(const struct settings *settings, struct outdir *outdir,
	struct parts *parts, struct error *err)
{
	struct net *net = xcalloc(1, sizeof(*net));
	/* With a proxy, names are its business. */
	bool proxied = proxy_is_used(settings);

	net->settings = settings;
	net->outdir = outdir;
	net->parts = parts;
	net->detailed = settings->results || settings->verbose;
	if (memory_init_curl() != CURLE_OK) {
		error_set(err, KIND_INTERNAL, 0, "libcurl cannot be initialised");
		free(net);
		return NULL;
	}
	if (check_http3(settings, err) != 0) {
		net_free(net);
		return NULL;
	}
	net_user(net);
	net->throttle = throttle_new(settings, clock_now());
	net->tls = tls_new(settings, err);
	if (!proxied)
		net->names = names_new(settings, NULL, err);
	if (!net->tls || (!net->names && !proxied) || net_files(net, err) != 0 ||
		net_headers(net, err) != 0) {
		net_free(net);
		return NULL;
	}
	net->s3 = s3_new(settings, net->tls, net->names);
	return net;
}

void net_write_behind(struct net *net)
{
	net->writer = writer_new();
}

struct s3 *net_s3(const struct net *net)
{
	return net->s3;
}

struct names *net_names(const struct net *net)
{
	return net->names;
}

void net_free(struct net *net)
{
	if (!net)
		return;
	s3_free(net->s3);
	tls_free(net->tls);
	throttle_free(net->throttle);
	names_free(net->names);
	curl_slist_free_all(net->bound);
	secret_free(net->password);
	free(net->user);
	netrc_free(net->netrc);
	cookies_free(net->cookies);
	writer_free(net->writer);
	free(net);
	curl_global_cleanup();
}
