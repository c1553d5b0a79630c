/* channel.c - see channel.h.
 *
 * With its usual flags c-ares takes SERVFAIL, NOTIMP and REFUSED as a reason to ask another
 * server, and in the end forgets which it was. With several servers that is what we want.
 * With a single one it would only ask the same again at once, and keep from us why it
 * failed: then we have it pass such answers on. How many there are is known only once a
 * channel is open. */
#include "net/channel.h"

#include <stdio.h>
#include <string.h>

/* Answers to all that may be asked at a time, should they come at once. */
#define RECEIVE_BUFFER (208 * 1024)

static int open_with(
	struct channel *channel, const struct channel_setup *setup, int more_flags)
{
	char lookups[] = "b"; /* DNS only: names.h knows the hosts file */
	struct ares_options options = {
		.flags = more_flags | (setup->keep_open ? ARES_FLAG_STAYOPEN : 0),
		.timeout = setup->timeout_ms,
		.tries = setup->tries,
		.lookups = lookups,
		.socket_receive_buffer_size = RECEIVE_BUFFER,
		.sock_state_cb = setup->socket_state,
		.sock_state_cb_data = setup->context,
		.resolvconf_path = (char *)setup->resolv_conf,
	};
	int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
		   ARES_OPT_LOOKUPS | ARES_OPT_SOCK_RCVBUF | ARES_OPT_SOCK_STATE_CB |
		   ARES_OPT_NOROTATE;
	int status, ignored;

	if (setup->resolv_conf)
		mask |= ARES_OPT_RESOLVCONF;
	/* ares_library_init is for other systems; here it does nothing. */
	status = ares_init_options(&channel->ares, &options, mask);
	if (status != ARES_SUCCESS) {
		channel->ares = NULL;
		return status;
	}
	if (setup->servers)
		status = ares_set_servers_ports(channel->ares, setup->servers);
	if (status == ARES_SUCCESS)
		status = ares_save_options(channel->ares, &channel->options, &ignored);
	if (status != ARES_SUCCESS)
		channel_close(channel);
	return status;
}

static bool has_one_server(const struct channel *channel)
{
	struct ares_addr_port_node *servers = NULL;
	bool one;

	if (ares_get_servers_ports(channel->ares, &servers) != ARES_SUCCESS)
		return false;
	one = servers && !servers->next;
	ares_free_data(servers);
	return one;
}

int channel_open(struct channel *channel, const struct channel_setup *setup)
{
	int status = open_with(channel, setup, 0);

	if (status != ARES_SUCCESS || !has_one_server(channel))
		return status;
	channel_close(channel);
	return open_with(channel, setup, ARES_FLAG_NOCHECKRESP);
}

void channel_close(struct channel *channel)
{
	if (channel->ares)
		ares_destroy(channel->ares);
	ares_destroy_options(&channel->options);
	*channel = (struct channel){0};
}

static int count_dots(const char *host)
{
	int dots = 0;

	while ((host = strchr(host, '.')) != NULL) {
		host++;
		dots++;
	}
	return dots;
}

/* False when what comes of it cannot be asked for, be it too long. */
static bool write_candidate(const struct ares_options *options, const char *host,
	int place, char name[CHANNEL_NAME_ROOM])
{
	int own = count_dots(host) >= options->ndots ? 0 : options->ndomains;
	char key[HOSTNAME_ROOM];
	int len;

	if (host[strlen(host) - 1] == '.')
		len = snprintf(name, CHANNEL_NAME_ROOM, "%s", host);
	else if (place == own)
		len = snprintf(name, CHANNEL_NAME_ROOM, "%s.", host);
	else
		len = snprintf(name, CHANNEL_NAME_ROOM, "%s.%s.", host,
			options->domains[place < own ? place : place - 1]);
	return len < CHANNEL_NAME_ROOM && hostname_key(key, name) == 0;
}

/* c-ares would search by itself, but for each family alone: what has an IPv4 address in one
 * domain would get the IPv6 address of what has the same name in another. */
bool channel_candidate(const struct channel *channel, const char *host, int *place,
	char name[CHANNEL_NAME_ROOM])
{
	const struct ares_options *options = &channel->options;
	bool absolute = host[strlen(host) - 1] == '.';
	int count = absolute ? 1 : options->ndomains + 1;

	while (*place < count) {
		if (write_candidate(options, host, (*place)++, name))
			return true;
	}
	return false;
}

bool channel_may_pass(int status)
{
	return status != ARES_ENOTFOUND && status != ARES_ENODATA &&
	       status != ARES_EBADNAME;
}

const char *channel_text(int status)
{
	switch (status) {
	case ARES_ENOTFOUND:
		return "no such host";
	case ARES_ENODATA:
		return "no such host: the name has no address";
	case ARES_EBADNAME:
		return "no such host: this is not a valid host name";
	case ARES_ETIMEOUT:
		return "no answer from the name servers";
	case ARES_ESERVFAIL:
		return "the name server failed (SERVFAIL)";
	case ARES_EREFUSED:
		return "the name server refuses to answer (REFUSED)";
	case ARES_ECONNREFUSED:
		return "no name server can be reached, or none has an answer";
	case ARES_EBADRESP:
	case ARES_EFORMERR:
		return "the name server's answer makes no sense";
	default:
		return ares_strerror(status);
	}
}
